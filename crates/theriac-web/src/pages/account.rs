//! `/account`: the person's own settings, password, sessions, keys, and signing out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use theriac_auth::{NotSigned, Permission, Scope};
use theriac_service::{ServiceError, people};

use super::names::Names;
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{
    Action, Area, Choice, Crumb, Density, Errors, Fact, Facts, Field, Input, Link, Shell, Theme, When,
};
use crate::respond;

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
            Field::new("keys", "Single keys act as shortcuts", Input::Check(self.shell.keys)),
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

/// Shows the account.
pub async fn show(State(web): State<Web>, me: Me) -> Answer {
    Ok(respond::page(&page(&web, &me, None).await?))
}

async fn page(
    web: &Web,
    me: &Me,
    password_error: Option<(String, String)>,
) -> Result<AccountPage, ServiceError> {
    let mut facts = vec![Fact::text("Name", &me.session.name), Fact::code("Key", &me.session.person)];
    if me.may(Permission::Read, Scope::Organisation) {
        let person = people::person(web.app(), me.who(), &me.session.person).await?;
        facts.push(Fact::text("E-mail", person.email.unwrap_or_default()));
        if let Some(place) = person.present {
            facts.push(Fact::text("Department", place.department.unwrap_or_default()));
            let names = Names::people(web, &place.manager).await?;
            let manager = place.manager.map(|key| names.person(&key)).unwrap_or_default();
            facts.push(Fact::text("Line manager", manager));
        }
        let roles: Vec<String> = person
            .grants
            .iter()
            .map(|grant| match &grant.product {
                None => grant.role.to_string(),
                Some(product) => format!("{} of {product}", grant.role),
            })
            .collect();
        facts.push(Fact::text("Roles", roles.join(", ")));
    }
    let current = me.session.id().digest();
    let mut sessions = Vec::new();
    for session in people::sessions(web.app(), me.who()).await? {
        let here = session.digest == current;
        let end = (!here).then(|| {
            let values = [("session", session.digest.to_string())];
            let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Action::send("Sign out", "/account/sessions", &me.csrf(), &values).small()
        });
        sessions.push(SessionRow {
            what: if here { "This session" } else { "Another session" }.to_owned(),
            from: session.via,
            used: me.when(session.seen_at),
            end,
        });
    }
    let mut shell = me.shell("Account", Area::Other);
    shell.crumbs = vec![Crumb::here("Account")];
    Ok(AccountPage {
        shell,
        facts: facts.into(),
        password_error,
        sessions,
        administration: match me.may(Permission::Read, Scope::Organisation) {
            true => vec![
                Link::new("People and access", "/people"),
                Link::new("Organisation", "/organisation"),
                Link::new("Jobs", "/jobs"),
            ],
            false => Vec::new(),
        },
    })
}

/// Ends another session of one's own.
pub async fn end_session(State(web): State<Web>, me: Me, sent: Form) -> Answer {
    let digest =
        sent.get("session").parse().map_err(|_| ServiceError::not_found("session", sent.get("session")))?;
    people::end_session(web.app(), me.who(), digest).await?;
    Ok(with_toast("/account", "The session is over"))
}

/// Keeps theme, density and shortcuts in the browser.
pub async fn display(_: Me, sent: Form) -> Answer {
    let mut response = with_toast("/account", "Kept in this browser");
    let keys = if sent.all("keys").iter().any(|value| value == "true") { "on" } else { "off" };
    let theme = Some(sent.get("theme")).filter(|theme| ["light", "dark"].contains(theme)).unwrap_or("system");
    let density = Some(sent.get("density")).filter(|text| *text == "compact").unwrap_or("comfortable");
    for (name, value) in [("theriac-theme", theme), ("theriac-density", density), ("theriac-keys", keys)] {
        set_cookie(&mut response, &format!("{name}={value}; Path=/; SameSite=Lax; Max-Age=31536000"));
    }
    Ok(response)
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Changes one's own password.
pub async fn password(State(web): State<Web>, me: Me, sent: Form) -> Answer {
    let again = |error: (&str, String)| {
        let (web, me) = (&web, &me);
        let error = Some((error.0.to_owned(), error.1));
        async move {
            let page = page(web, me, error).await?;
            Ok(respond::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    };
    if sent.get("new") != sent.get("again") {
        return again(("again", "The two are not the same".to_owned())).await;
    }
    let door = web.door(me.visitor.address);
    match people::change_password(web.app(), &door, me.who(), sent.get("current"), sent.get("new")).await {
        Ok(session) => {
            let mut response = with_toast("/account", "Your password is changed; other sessions are over");
            set_cookie(&mut response, &web.cookie().set(&session));
            Ok(response)
        }
        Err(ServiceError::NotSigned(NotSigned::WrongPassword)) => {
            again(("current", "This is not your password".to_owned())).await
        }
        Err(ServiceError::Invalid(errors)) => {
            let words = errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("; ");
            again(("new", words)).await
        }
        Err(error) => Err(error.into()),
    }
}
