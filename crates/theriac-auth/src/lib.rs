//! Who may do what: passwords, sessions, tokens, permissions and the separation of duties.
//!
//! Pure: no database, no HTTP, no clock and no randomness of its own. The service loads rows, this crate
//! judges them.
//!
//! - A new kind of record takes the permissions of its family.
//! - A new permission is one line in `permission.rs` and one row in `roles.rs` (a test demands both).
//! - A new role is one variant and its column in `roles.rs`.
//! - A use case names its permission in its signature, [`May<needs::X>`](May), and asks for the place with
//!   [`May::at`] or [`May::products`]; one whose permission hangs on its input takes [`Access`] and calls
//!   [`Access::require`]. Both give a [`Permit`], which is what the unit of work demands.
//! - A signature takes a [`Signer`]; it exists only after a person has given the password once more.
//! - A new rule about who must not be the same person is one function in `separation.rs`.

mod access;
mod cookie;
mod ids;
pub mod password;
mod permission;
mod roles;
mod secret;
pub mod separation;
mod session;
mod signer;
mod throttle;

pub use access::{
    Access, Actor, Denied, Grant, May, Permit, Products, Scope, TokenScope, TokenScopeError, Why,
};
pub use cookie::SessionCookie;
pub use ids::{PersonId, ProductId, TokenId};
pub use permission::{Hands, Needs, Permission, UnknownPermission, needs};
pub use roles::{Reach, Role, UnknownRole, matrix};
pub use secret::{ApiToken, CsrfToken, SessionId, TokenError};
pub use session::SessionLife;
pub use signer::{NotSigned, Reauthenticated, Signer};
pub use throttle::{Pace, Throttle, Throttled};

#[cfg(test)]
mod testing {
    use std::sync::atomic::{AtomicU8, Ordering};

    use theriac_model::IdSource;

    /// Counts: every call fills with the next number, so that no two are alike.
    #[derive(Default)]
    pub struct Counting(AtomicU8);

    impl IdSource for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }
}
