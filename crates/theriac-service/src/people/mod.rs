//! The organisation and its people: places, roles, accounts, sign-in and tokens.
//!
//! Names and addresses live in one table, where they can be erased; everything else names people by id, and people name
//! each other by key. Places (department, line manager) and roles are versioned. One file per matter; a use case that
//! belongs to none of them gets a file of its own.

mod access;
mod here;
mod leave;
mod organisation;
mod person;
mod read;
mod sign_in;
mod tokens;

pub use access::{close_account, grant, reset_password, withdraw};
pub(crate) use here::Here;
pub use leave::leave;
pub use organisation::{
    Init, Organisation, Started, check_init, init, organisation, organisation_in, set_accept_defects,
};
pub use person::{
    NewPerson, Place, add_address, add_person, address_digest, change_place, erase_person, withdraw_address,
};
pub(crate) use read::tokens_called;
pub use read::{AccountState, GrantView, PersonView, Tenure, called, keys, names, people, person};
pub use sign_in::{
    Door, OwnSession, Session, change_password, end_session, prove, prove_saying, session, sessions, sign_in,
    sign_out,
};
pub use tokens::{IssuedToken, NewToken, TokenView, issue_token, revoke_token, tokens, who_of_token};

use serde::Serialize;
use theriac_auth::password;
use theriac_model::{Digest, canonical_json};
use theriac_store::tables::people as table;
use theriac_store::tables::people::Name;
use theriac_store::{Conn, Store};

use crate::app::blocking;
use crate::{App, Result, ServiceError};

/// What the audit log calls a person.
fn subject(person: i64) -> String {
    format!("person:{person}")
}

/// The digest of a row as the audit log keeps it.
fn digest_of<T: Serialize>(row: &T) -> Result<Digest> {
    Ok(Digest::of(canonical_json(row)?.as_bytes()))
}

/// The person of a key.
async fn find(conn: &mut Conn, key: &str) -> Result<Name> {
    table::by_key(conn, key).await?.ok_or_else(|| ServiceError::not_found("person", key))
}

/// The stored form of a new password; takes tens of milliseconds, off the runtime.
async fn hash(store: &Store, given: String) -> Result<String> {
    let store = store.clone();
    let hashed = blocking(move || password::hash(&given, store.ids())).await?;
    hashed.map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Checks a new password of an account and gives its stored form.
async fn new_password(app: &App, field: &str, given: &str, account: &str) -> Result<String> {
    password::check(given, account).map_err(|weak| ServiceError::field(field, weak.to_string()))?;
    hash(app.store(), given.to_owned()).await
}
