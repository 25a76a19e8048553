//! `/sign-in`: password sign-in.

use askama::Template;

use crate::parts::{Field, Input, Note, Shell};

/// The sign-in form. Sends `csrf`, `next`, `email`, `password` to `/sign-in`.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// Surroundings; `csrf` comes from a cookie set before signing in.
    pub shell: Shell,
    /// Where to go afterwards; a path of this installation.
    pub next: String,
    /// The address as typed.
    pub email: String,
    /// Why the last try was refused, without saying which part was wrong.
    pub refused: Option<Note>,
    /// What led here, such as "You were signed out after 30 minutes without use."
    pub notice: Option<Note>,
    /// Accounts of the demonstration, shown only there: e-mail, role and password.
    pub demo_accounts: Vec<(String, String, String)>,
}

impl SignInPage {
    fn fields(&self) -> [Field; 2] {
        [
            Field::new("email", "Work e-mail", Input::Email(self.email.clone())).required(),
            Field::new("password", "Password", Input::Password("current-password")).required(),
        ]
    }
}
