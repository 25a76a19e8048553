//! `/products/{product}/releases/{release}/plan`: when a release is to ship, who manages it, and whether customers have it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::record::FieldError;
use theriac_service::products::{self, ReleaseChange, ReleaseView};
use theriac_service::{ServiceError, people};

use super::release::At;
use super::{error_at, records, release};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Action, Choice, Errors, Fact, Facts, Field, Input, Link, Note, NoteKind, Shell, Value};
use crate::{respond, urls};

/// The plan of a release. Its form sends `csrf`, `expected`, `planned_ship_date` and `manager` to the page's own address.
#[derive(Debug, Clone, Template)]
#[template(path = "plan.html")]
pub struct PlanPage {
    /// Surroundings.
    pub shell: Shell,
    /// Product and version.
    pub release: String,
    /// Address of this page.
    pub url: String,
    /// That somebody changed the plan meanwhile.
    pub notes: Vec<Note>,
    /// What names the plan that is shown.
    pub expected: String,
    /// The fields.
    pub fields: Vec<Field>,
    /// Why the person may not change it; empty when they may.
    pub blocked: String,
    /// What else there is to know: candidate, base, decision.
    pub facts: Facts,
    /// Whether customers have it, in a sentence.
    pub field_words: String,
    /// Saying that customers have it, or no longer have it.
    pub field_action: Action,
}

impl PlanPage {
    fn errors(&self) -> Errors {
        Errors::of(self.fields.iter())
    }
}

/// What was sent, and what was wrong with it.
#[derive(Default)]
struct Refused {
    sent: Option<Form>,
    errors: Vec<FieldError>,
    note: Option<Note>,
}

/// Shows the plan.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    Query(query): Query<At>,
) -> Answer {
    let mut page = page(&web, &me, (&product, &name), Refused::default()).await?;
    release::only_today(&mut page.shell, "Plan and field", &page.url, query.day(&me)?);
    Ok(respond::page(&page))
}

async fn page(
    web: &Web,
    me: &Me,
    (product, name): (&str, &str),
    refused: Refused,
) -> Result<PlanPage, ServiceError> {
    let found = products::product(web.app(), me.who(), product).await?;
    let view = products::release(web.app(), me.who(), product, name).await?;
    let url = urls::release(product, name, "plan");
    let mut shell = release::shell(me, (product, &found.name), name, "plan");
    shell.api = Some(format!("/api/v1{}/releases/{}", urls::product(product), urls::encode(name)));
    let blocked = me.blocked(Permission::ManageReleases, Scope::Product(ProductId(found.id)));
    let everybody = records::everybody(web, me).await?;
    Ok(PlanPage {
        shell,
        release: format!("{} {name}", found.name),
        expected: view.plan.to_string(),
        fields: fields(&view, &everybody, &refused),
        notes: refused.note.into_iter().chain(passed(me, &view)).collect(),
        facts: facts(me, product, &view),
        field_words: field_words(&view),
        field_action: field_action(me, &url, &view, &blocked),
        blocked,
        url,
    })
}

/// That the planned day is over while nothing is decided. History is entered late, so that is no mistake by itself.
fn passed(me: &Me, view: &ReleaseView) -> Option<Note> {
    let day = view.planned_ship_date.filter(|day| *day < me.today() && view.decided_at.is_none())?;
    let text = "What is owed for the release by then is overdue. Plan another day, unless you enter what happened then.";
    Some(Note::new(NoteKind::Warn, format!("The planned ship date {day} has passed."), text))
}

/// What is said of a plan that was saved: that its day has passed, too.
pub(super) fn saved(me: &Me, said: &str, planned: Option<Date>) -> String {
    match planned.filter(|day| *day < me.today()) {
        None => said.to_owned(),
        Some(day) => format!("{said}; its planned ship date {day} has passed"),
    }
}

fn fields(view: &ReleaseView, everybody: &[people::PersonView], refused: &Refused) -> Vec<Field> {
    let planned = view.planned_ship_date.map(|day| day.to_string()).unwrap_or_default();
    let manager = view.manager.clone().unwrap_or_default();
    let (planned, manager) = refused.sent.as_ref().map_or((planned, manager), |sent| {
        (sent.get("planned_ship_date").to_owned(), sent.get("manager").to_owned())
    });
    let nobody = std::iter::once(Choice::new("", "Nobody", &manager));
    let choices = managers(everybody, &manager);
    vec![
        Field::new("planned_ship_date", "Planned to ship", Input::Date(planned))
            .hint("What is owed for the release is owed by this day")
            .error(error_at(&refused.errors, "planned_ship_date")),
        Field::new("manager", "Release manager", Input::Select(nobody.chain(choices).collect()))
            .hint("Owes what nobody else is named for")
            .error(error_at(&refused.errors, "manager")),
    ]
}

/// Who may manage a release: everybody who is here, and who manages it now.
pub(super) fn managers(everybody: &[people::PersonView], now: &str) -> Vec<Choice> {
    let people = everybody.iter().filter(|person| person.present.is_some() || person.key == now);
    let choice = |person: &people::PersonView| {
        let name = if person.name.is_empty() { &person.key } else { &person.name };
        Choice::new(&person.key, name, now)
    };
    people.map(choice).collect()
}

fn facts(me: &Me, product: &str, view: &ReleaseView) -> Facts {
    let mut facts = Vec::new();
    facts.push(match &view.candidate {
        None => Fact::none("Candidate build"),
        Some(build) => Fact::links(
            "Candidate build",
            vec![Link::new(build, urls::release(product, &view.name, "evidence"))],
        ),
    });
    if let Some(base) = &view.based_on {
        let link = Link::new(base, urls::release(product, base, "conformity"));
        facts.push(Fact::links("Based on", vec![link]));
    }
    facts.push(match view.decided_at {
        None => Fact::text("Decided", "not yet"),
        Some(at) => Fact::new("Decided", Value::When(me.when(at))),
    });
    facts.into()
}

fn field_words(view: &ReleaseView) -> String {
    let words = match (view.fielded, view.decided_at.is_some()) {
        (true, _) => {
            "Customers have this release: what must go on for it is judged every day, and new advisories concern it."
        }
        (false, true) => {
            "It was decided that this release ships. Say so here once the first customer has it."
        }
        (false, false) => {
            "No customer has this release, and nobody has decided that it ships. Say that customers have it only where it was \
             shipped before its decision could be made here."
        }
    };
    words.to_owned()
}

fn field_action(me: &Me, url: &str, view: &ReleaseView, blocked: &str) -> Action {
    let (label, fielded) =
        if view.fielded { ("No customer has it any more", "false") } else { ("Customers have it", "true") };
    if !blocked.is_empty() {
        return Action::blocked(label, blocked);
    }
    Action::send(label, format!("{url}/field"), &me.csrf(), &[("fielded", fielded)])
}

/// Changes when the release is to ship and who manages it.
pub async fn change(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    let done = async {
        let wrong = |_| ServiceError::field("expected", "the page is incomplete; load it anew");
        let change = ReleaseChange {
            expected: Some(sent.get("expected").parse().map_err(wrong)?),
            planned_ship_date: super::day(&sent, "planned_ship_date")?,
            manager: sent.filled("manager"),
        };
        products::change_release(web.app(), me.who(), &product, &name, change).await
    };
    let done: Result<_, ServiceError> = done.await;
    let (status, errors, note) = match done {
        Ok(view) => {
            let said = saved(&me, "Plan saved", view.planned_ship_date);
            return Ok(with_toast(&urls::release(&product, &name, "plan"), &said));
        }
        Err(ServiceError::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(ServiceError::Changed { .. }) => {
            (StatusCode::CONFLICT, Vec::new(), Some(overtaken(&web, &me, &product, &name).await?))
        }
        Err(error) => return Err(error.into()),
    };
    let page = page(&web, &me, (&product, &name), Refused { sent: Some(sent), errors, note }).await?;
    Ok(respond::with_status(status, &page))
}

/// Says what the plan became while somebody typed; what was typed stays in the form.
async fn overtaken(web: &Web, me: &Me, product: &str, name: &str) -> Result<Note, ServiceError> {
    let now = products::release(web.app(), me.who(), product, name).await?;
    let day = now.planned_ship_date.map_or_else(|| "no date".to_owned(), |day| day.to_string());
    let manager = now.manager.unwrap_or_else(|| "nobody".to_owned());
    let text = format!(
        "It now says {day}, managed by {manager}. Below is what you typed; save again to put it in that place."
    );
    Ok(Note::new(NoteKind::Warn, "Somebody changed the plan meanwhile.", text).alert())
}

/// Says whether customers have the release.
pub async fn field(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    let fielded = sent.get("fielded") == "true";
    products::set_fielded(web.app(), me.who(), &product, &name, fielded).await?;
    let said = if fielded { "In the field" } else { "No longer in the field" };
    Ok(with_toast(&urls::release(&product, &name, "plan"), said))
}
