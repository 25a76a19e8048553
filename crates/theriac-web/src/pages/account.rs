//! `/account`: the person's own settings, password, sessions, keys, and signing out.

use askama::Template;

use crate::parts::{Action, Choice, Density, Errors, Facts, Field, Input, Link, Shell, Theme, When};

/// One session.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Browser and system, as far as known.
    pub what: String,
    /// From where.
    pub from: String,
    /// Last used.
    pub used: When,
    /// Ends it; `None` for this one.
    pub end: Option<Action>,
}

/// The account. Forms: `/account/display` (`csrf`, `theme`, `density`, `keys`), `/account/password`
/// (`csrf`, `current`, `new`, `again`), `/sign-out` (`csrf`).
#[derive(Debug, Clone, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// Surroundings.
    pub shell: Shell,
    /// Name, e-mail, department, roles.
    pub facts: Facts,
    /// What is wrong with the password form: field (`current`, `new`, `again`) and message.
    pub password_error: Option<(String, String)>,
    /// Sessions, this one first.
    pub sessions: Vec<SessionRow>,
    /// Pages of the administration that the person may see, such as "People and access".
    pub administration: Vec<Link>,
}

/// The keys and what they do, as in `assets/app.js`.
const KEYS: [(&str, &str); 11] = [
    ("/ or Ctrl K", "Search"),
    ("J", "Next row"),
    ("K", "Previous row"),
    ("Enter", "Open the row"),
    ("X", "Select the row"),
    ("A", "Assess"),
    ("S", "Sign"),
    ("E", "Edit"),
    ("G then R", "Go to records"),
    ("G then F", "Go to findings"),
    ("?", "This list"),
];

impl AccountPage {
    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        &KEYS
    }

    fn display_fields(&self) -> [Field; 3] {
        let theme = match self.shell.theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let density = if self.shell.density == Density::Compact { "compact" } else { "comfortable" };
        let pick = |pairs: &[(&str, &str)], now: &str| {
            pairs.iter().map(|(value, label)| Choice::new(*value, *label, now)).collect::<Vec<_>>()
        };
        [
            Field::new(
                "theme",
                "Theme",
                Input::Radios(pick(
                    &[("system", "As the system"), ("light", "Light"), ("dark", "Dark")],
                    theme,
                )),
            )
            .required(),
            Field::new(
                "density",
                "Rows",
                Input::Radios(pick(&[("comfortable", "Comfortable"), ("compact", "Compact")], density)),
            )
            .required(),
            Field::new("keys", "Single keys act as shortcuts", Input::Check(self.shell.keys)).required(),
        ]
    }

    fn password_fields(&self) -> [Field; 3] {
        let error = |name: &str| match &self.password_error {
            Some((field, message)) if field == name => message.clone(),
            _ => String::new(),
        };
        let field = |name: &str, label: &str, autocomplete| {
            Field::new(name, label, Input::Password(autocomplete)).error(error(name)).required()
        };
        [
            field("current", "Password now", "current-password"),
            field("new", "New password", "new-password").hint("At least 12 characters"),
            field("again", "New password once more", "new-password"),
        ]
    }

    fn errors(&self) -> Errors {
        Errors::of(&self.password_fields())
    }
}
