//! `/organisation`: the manufacturer, and what it has chosen for all of its products.

use askama::Template;
use axum::extract::State;
use theriac_auth::{Permission, Scope};
use theriac_service::{ServiceError, people};

use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Area, Choice, Crumb, Fact, Facts, Field, Input, Shell};
use crate::respond;

/// The manufacturer. Its form sends `csrf` and `defects` (`refuse` or `take`) to the page's own address.
#[derive(Debug, Clone, Template)]
#[template(path = "organisation.html")]
pub struct OrganisationPage {
    /// Surroundings.
    pub shell: Shell,
    /// Name and time zone.
    pub facts: Facts,
    /// Whether evidence with listed defects is taken.
    pub takes_defects: bool,
    /// Why the person may not change it; empty when they may.
    pub blocked: String,
}

impl OrganisationPage {
    fn defects(&self) -> Field {
        let now = if self.takes_defects { "take" } else { "refuse" };
        let choices = [("refuse", "Refuse it"), ("take", "Take it, and list the defects")];
        let choices = choices.iter().map(|(value, label)| Choice::new(*value, *label, now)).collect();
        Field::new("defects", "Evidence that breaks the rules of its format", Input::Radios(choices))
            .hint("What cannot be read at all is refused in either case")
            .required()
    }
}

/// Shows what was chosen.
pub async fn show(State(web): State<Web>, me: Me) -> Answer {
    let organisation = people::organisation(web.app()).await?;
    let mut shell = me.shell("Organisation", Area::Other);
    shell.crumbs = vec![Crumb::here("Organisation")];
    shell.api = Some("/api/v1/organisation".to_owned());
    let facts =
        vec![Fact::text("Name", &organisation.name), Fact::text("Time zone", organisation.zone_name())];
    Ok(respond::page(&OrganisationPage {
        shell,
        facts: facts.into(),
        takes_defects: organisation.accept_defects,
        blocked: me.blocked(Permission::AdministerInstallation, Scope::Organisation),
    }))
}

/// Changes what was chosen.
pub async fn change(State(web): State<Web>, me: Me, sent: Form) -> Answer {
    let take = match sent.get("defects") {
        "take" => true,
        "refuse" => false,
        _ => return Err(ServiceError::field("defects", "'refuse' or 'take' is expected").into()),
    };
    people::set_accept_defects(web.app(), me.who(), take).await?;
    let said = if take {
        "Evidence with defects is taken from now on"
    } else {
        "Evidence with defects is refused from now on"
    };
    Ok(with_toast("/organisation", said))
}
