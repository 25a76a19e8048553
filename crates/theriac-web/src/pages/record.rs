//! `/records/{number}` and `/records/{number}/{revision}`: one record.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use theriac_auth::{Permission, Scope};
use theriac_model::Digest;
use theriac_model::record::{Content, FieldType, Kind};
use theriac_service::records::{self, Giving, RecordView, states};
use theriac_service::{ServiceError, people};

use super::names::Names;
use super::records::state;
use super::release::{self, At};
use super::{count, error_at, revision_diff};
use crate::http::{Answer, Failure, Form, Me, Web, with_toast};
use crate::parts::{
    Action, Area, Crumb, Diff, Due, Event, Fact, Facts, Link, Note, NoteKind, ReasonForm, Shell, Signature,
    Status, StatusKind, Timeline, Value,
};
use crate::{markdown, respond, urls};

/// One link to or from the record.
#[derive(Debug, Clone)]
pub struct LinkRow {
    /// The verb, such as "mitigated by".
    pub verb: String,
    /// Number of the record at the other end; may be empty.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Where it leads.
    pub href: String,
    /// Current or suspect.
    pub state: Status,
    /// Such as "made against revision 4, now 5"; may be empty.
    pub note: String,
    /// "Compare and confirm", where the link is suspect.
    pub action: Option<Action>,
}

/// A file that belongs to the revision.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Name, leading to the bytes.
    pub file: Link,
    /// Such as "1.2 MB".
    pub size: String,
    /// First digits of its digest.
    pub digest: String,
}

/// One record.
#[derive(Debug, Clone, Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    /// Surroundings.
    pub shell: Shell,
    /// Number, such as "RISK-12".
    pub number: String,
    /// Title.
    pub title: String,
    /// Kind, such as "Risk".
    pub kind: String,
    /// State, boxed.
    pub state: Status,
    /// Such as "revision 7"; "draft of revision 8".
    pub revision: String,
    /// Suspect links, boxed.
    pub suspect: Option<Status>,
    /// Owner; may be empty.
    pub owner: String,
    /// What is due next, such as "approval due", with the date.
    pub due: Option<(String, Due)>,
    /// Such as "Edit as revision 8", "Sign and approve".
    pub actions: Vec<Action>,
    /// Actions that ask for a reason: send back, withdraw.
    pub reasons: Vec<ReasonForm>,
    /// A draft waits, an older revision is shown, it was sent back and why.
    pub notes: Vec<Note>,
    /// Its fields.
    pub fields: Facts,
    /// Clauses that use it, such as "Used by clauses 7.3 and 7.4"; may be empty.
    pub used_by: String,
    /// Links that leave from it.
    pub links: Vec<LinkRow>,
    /// Links that arrive at it.
    pub backlinks: Vec<LinkRow>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Against the revision before: heading and difference.
    pub changes: Option<(String, Diff)>,
    /// Signatures, newest first.
    pub signatures: Vec<Signature>,
    /// Who may give the signature that is missing; may be empty.
    pub signature_rule: String,
    /// Number, digest, author, times.
    pub facts: Facts,
    /// What happened, newest first.
    pub events: Timeline,
}

impl RecordPage {
    fn history(&self) -> String {
        crate::urls::record_page(&self.number, "history")
    }
}

/// Shows a record in its latest revision.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path(number): Path<String>,
    Query(query): Query<At>,
) -> Answer {
    shown_as(&web, &me, &number, None, query.day(&me)?).await
}

/// Shows an older revision (`7`) or compares two (`6..7`).
pub async fn show_part(
    State(web): State<Web>,
    me: Me,
    Path((number, part)): Path<(String, String)>,
    Query(asked): Query<revision_diff::Asked>,
    Query(query): Query<At>,
) -> Answer {
    if let Some((one, other)) = part.split_once("..") {
        return revision_diff::show(&web, &me, &number, one, other, &asked).await;
    }
    let revision = part.parse::<i64>().map_err(|_| {
        Failure::new(StatusCode::NOT_FOUND, "There is no such page", "A revision is a number, such as 3.")
    })?;
    shown_as(&web, &me, &number, Some(revision), query.day(&me)?).await
}

/// Gives an attached file.
pub async fn file(State(web): State<Web>, me: Me, Path((number, digest)): Path<(String, String)>) -> Answer {
    let digest: Digest = digest.parse().map_err(|_| ServiceError::not_found("file", &digest))?;
    let (name, bytes) = records::attachment(web.app(), me.who(), &number, digest).await?;
    Ok(respond::download(&name, bytes))
}

/// Sends the revision in review back.
pub async fn send_back(State(web): State<Web>, me: Me, Path(number): Path<String>, sent: Form) -> Answer {
    let digest = shown(&sent)?;
    match records::send_back(web.app(), me.who(), &number, digest, sent.get("reason")).await {
        Ok(_) => Ok(with_toast(&urls::record(&number), "Sent back to its author")),
        Err(error) => again(&web, &me, &number, ("send-back", &sent), error).await,
    }
}

/// Withdraws the revision that was submitted last.
pub async fn withdraw(State(web): State<Web>, me: Me, Path(number): Path<String>, sent: Form) -> Answer {
    let digest = shown(&sent)?;
    match records::withdraw(web.app(), me.who(), &number, digest, sent.get("reason")).await {
        Ok(_) => Ok(with_toast(&urls::record(&number), "The revision is withdrawn")),
        Err(error) => again(&web, &me, &number, ("withdraw", &sent), error).await,
    }
}

/// The record's page once more, with the reason that was typed in one of its forms and what is wrong with it.
async fn again(web: &Web, me: &Me, number: &str, (form, sent): (&str, &Form), error: ServiceError) -> Answer {
    let ServiceError::Invalid(errors) = &error else { return Err(error.into()) };
    let why = error_at(errors, "reason");
    let mut page = assembled(web, me, number, None).await?;
    let Some(reason) = page.reasons.iter_mut().find(|reason| reason.name == form && !why.is_empty()) else {
        return Err(error.into());
    };
    (reason.typed, reason.error) = (sent.get("reason").to_owned(), why);
    Ok(respond::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// Says that a suspect link still holds.
pub async fn confirm(State(web): State<Web>, me: Me, Path(target): Path<String>, sent: Form) -> Answer {
    let clear = records::ClearSuspect {
        source: sent.get("source").to_owned(),
        link: sent.get("link-type").to_owned(),
        target,
        to: shown(&sent)?,
        reason: sent.get("reason").to_owned(),
    };
    let (back, number) = (urls::record(&clear.source), clear.target.clone());
    match records::clear_suspect(web.app(), me.who(), clear).await {
        Ok(()) => Ok(with_toast(&back, "The link is confirmed")),
        Err(ServiceError::Invalid(errors)) => {
            revision_diff::again(&web, &me, &number, &sent, &error_at(&errors, "reason")).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The digest that a form says was shown.
pub(super) fn shown(sent: &Form) -> Result<Digest, ServiceError> {
    sent.get("expected").parse().map_err(|_| ServiceError::field("expected", "load the page again"))
}

/// Where permissions for a record are asked for.
fn scope(view: &RecordView) -> Scope {
    records::scope_of(&view.record)
}

/// Surroundings of a record's pages.
pub(super) fn shell(me: &Me, number: &str, kind: &Kind, here: &str) -> Shell {
    let mut shell = me.shell(format!("{number} {here}"), Area::Records);
    shell.crumbs = vec![
        Crumb::to("Records", "/records"),
        Crumb::to(kind.plural, urls::with_query("/records", &[("kind", kind.id)])),
    ];
    if here.is_empty() {
        shell.crumbs.push(Crumb::here(number));
    } else {
        shell.crumbs.push(Crumb::to(number, urls::record(number)));
        shell.crumbs.push(Crumb::here(here));
    }
    shell
}

async fn shown_as(web: &Web, me: &Me, number: &str, revision: Option<i64>, day: Option<Date>) -> Answer {
    let mut page = assembled(web, me, number, revision).await?;
    let part = revision.map(|revision| revision.to_string());
    let here = part.map_or_else(|| urls::record(number), |part| urls::record_page(number, &part));
    release::only_today(&mut page.shell, "A record and its links", &here, day);
    Ok(respond::page(&page))
}

/// The page of a record in its latest revision, or in another one.
async fn assembled(
    web: &Web,
    me: &Me,
    number: &str,
    revision: Option<i64>,
) -> Result<RecordPage, ServiceError> {
    let view = records::record(web.app(), me.who(), number, revision).await?;
    let shown = view.shown.iter();
    let signers = shown.clone().flat_map(|shown| &shown.signatures).map(|signature| signature.person);
    let people = shown.map(|shown| shown.revision.author).chain(signers).chain(view.head.owner);
    let people = people.chain(view.events.iter().map(|event| event.person));
    let names = people::called(web.app(), people.collect::<Vec<_>>()).await?;
    let named = Names::people(web, &people_in(&view)).await?;
    let hindered = Hindered::find(web, me, &view).await?;
    page(me, view, hindered, &names, &named)
}

/// The keys of the people whom the content shown names.
pub(super) fn people_in(view: &RecordView) -> Vec<String> {
    let content = view.shown.as_ref().map(|shown| &shown.content).or(view.drafted.as_ref());
    content.into_iter().flat_map(|content| content.people(view.kind)).map(|(_, key)| key).collect()
}

/// What keeps the person from each signature; `None` where nothing does.
#[derive(Debug, Default)]
struct Hindered {
    approve: Option<String>,
    clinical: Option<String>,
    retire: Option<String>,
}

impl Hindered {
    async fn find(web: &Web, me: &Me, view: &RecordView) -> Result<Self, ServiceError> {
        let mut found = Self::default();
        if view.in_review() {
            found.approve = hindrance(web, me, view, Giving::Approve).await?;
            found.clinical = hindrance(web, me, view, Giving::Clinical).await?;
        }
        if view.head.state == states::APPROVED {
            found.retire = hindrance(web, me, view, Giving::Retire).await?;
        }
        Ok(found)
    }
}

async fn hindrance(
    web: &Web,
    me: &Me,
    view: &RecordView,
    giving: Giving,
) -> Result<Option<String>, ServiceError> {
    let found = records::hindrance(web.app(), me.who(), &view.record.reference, giving).await?;
    Ok(found.or_else(|| me.needs_own_password()))
}

fn page(
    me: &Me,
    view: RecordView,
    hindered: Hindered,
    names: &BTreeMap<i64, String>,
    named: &Names,
) -> Result<RecordPage, ServiceError> {
    let number = view.record.reference.clone();
    let name = &|id: i64| names.get(&id).cloned().unwrap_or_else(|| "a machine".to_owned());
    let empty = Content::default();
    let content = view.shown.as_ref().map(|shown| &shown.content).or(view.drafted.as_ref()).unwrap_or(&empty);
    let revision = view.shown.as_ref().map(|shown| shown.revision.number);
    let state_word = view.shown.as_ref().map_or(states::DRAFT, |shown| shown.revision.state.as_str());
    let suspect = view.links.iter().filter(|link| link.suspect).count();
    let mut shell = shell(me, &number, view.kind, "");
    shell.api = Some(format!("/api/v1/records/{}", urls::encode(&number)));
    Ok(RecordPage {
        shell,
        title: view.head.title.clone(),
        kind: view.kind.title.to_owned(),
        state: Status::from(state(state_word)).boxed(),
        revision: revision.map_or("draft".to_owned(), |number| format!("revision {number}")),
        suspect: (suspect > 0)
            .then(|| Status::saying(StatusKind::Suspect, count(suspect, "suspect link")).boxed()),
        owner: view.head.owner.map(&name).unwrap_or_default(),
        due: view.head.due.map(|day| ("next date".to_owned(), me.due(day))),
        actions: actions(me, &view, hindered),
        reasons: reasons(me, &view),
        notes: notes(&view),
        fields: fields(view.kind, content, named),
        used_by: format!("Asked for by {}", view.kind.clauses.join(", ")),
        links: view.links.iter().map(|link| link_row(link, Some(view.kind))).collect(),
        backlinks: view.backlinks.iter().map(|link| link_row(link, None)).collect(),
        attachments: attachments(&view),
        changes: view.changed.as_ref().map(|changed| {
            (format!("Against revision {}", changed.older.number), revision_diff::diff(changed))
        }),
        signatures: signatures(me, &view, name),
        signature_rule: rule(&view),
        facts: about(me, &view, name),
        events: Timeline { events: view.events.iter().map(|event| happened(me, event, name)).collect() },
        number,
    })
}

/// Where it belongs, who wrote it and what names it.
fn about(me: &Me, view: &RecordView, name: &dyn Fn(i64) -> String) -> Facts {
    let place = match &view.place {
        (None, _) => "Organisation".to_owned(),
        (Some(product), None) => product.clone(),
        (Some(product), Some(release)) => format!("{product} {release}"),
    };
    let mut about = vec![Fact::text("Belongs to", place), Fact::text("Kind", view.kind.title)];
    if let Some(shown) = &view.shown {
        about.push(Fact::text("Author", name(shown.revision.author)));
        about.push(Fact::new("Submitted", Value::When(me.when(shown.revision.at))));
        about.push(Fact::code("Digest", shown.revision.digest.to_string()));
    }
    about.into()
}

fn attachments(view: &RecordView) -> Vec<Attachment> {
    let files = view.shown.iter().flat_map(|shown| &shown.attachments);
    files
        .map(|file| Attachment { size: size(view, file), ..attachment(&view.record.reference, file) })
        .collect()
}

/// The signatures on the revision shown, newest first.
fn signatures(me: &Me, view: &RecordView, name: &dyn Fn(i64) -> String) -> Vec<Signature> {
    let Some(shown) = &view.shown else { return Vec::new() };
    let newest_first = shown.signatures.iter().rev();
    let signatures = newest_first.map(|signature| Signature {
        who: name(signature.person),
        on: format!("revision {}", shown.revision.number),
        meaning: signature.meaning.clone(),
        at: me.when(signature.at),
        authentication: signature.method.clone(),
        digest: signature.digest.short(),
        covers: true,
        comment: signature.comment.clone(),
        reason: String::new(),
    });
    signatures.collect()
}

/// A change of state.
fn happened(me: &Me, event: &records::StateChange, name: &dyn Fn(i64) -> String) -> Event {
    let who = name(event.person);
    Event {
        title: event.state.clone(),
        link: None,
        at: me.when(event.at),
        text: if event.reason.is_empty() { who } else { format!("{who}: {}", event.reason) },
        gap: false,
    }
}

fn rule(view: &RecordView) -> String {
    if !view.in_review() {
        return String::new();
    }
    let roles: Vec<_> =
        Permission::to_approve(view.kind.workflow.approve).roles().iter().map(ToString::to_string).collect();
    let second = if view.meanings.len() > 1 {
        "; a clinical assessor signs too, because harm to a patient is possible"
    } else {
        ""
    };
    format!("Signed by somebody who wrote none of it, in the role of {}{second}.", roles.join(" or "))
}

fn actions(me: &Me, view: &RecordView, hindered: Hindered) -> Vec<Action> {
    let number = &view.record.reference;
    let (kind, scope) = (view.kind, scope(view));
    let mut actions = Vec::new();
    let write = me.blocked(Permission::to_write(kind.family), scope);
    let label = if view.latest == 0 {
        "Edit the draft".to_owned()
    } else {
        format!("Edit as revision {}", view.next)
    };
    actions.push(if write.is_empty() {
        Action::open(label, urls::record_page(number, "edit")).key("edit")
    } else {
        Action::blocked(label, write)
    });
    if view.in_review() {
        let sign = urls::record_page(number, "sign");
        let approve = Permission::to_approve(kind.workflow.approve);
        if me.may(approve, scope) {
            actions.push(match hindered.approve {
                None => Action::open("Sign and approve", sign.clone()).main().key("sign"),
                Some(why) => Action::blocked("Sign and approve", why),
            });
        }
        if view.meanings.len() > 1 && me.may(Permission::SignClinical, scope) {
            let clinical = urls::with_query(&sign, &[("act", "clinical")]);
            actions.push(match hindered.clinical {
                None => Action::open("Sign for the patient", clinical).main().key("sign"),
                Some(why) => Action::blocked("Sign for the patient", why),
            });
        }
    }
    if view.retirable().is_some() && me.may(Permission::to_approve(kind.workflow.approve), scope) {
        let retire = urls::with_query(&urls::record_page(number, "sign"), &[("act", "retire")]);
        actions.push(match hindered.retire {
            None => Action::open("Retire", retire).danger(),
            Some(why) => Action::blocked("Retire", why),
        });
    }
    actions
}

fn reasons(me: &Me, view: &RecordView) -> Vec<ReasonForm> {
    let Some(shown) = &view.shown else { return Vec::new() };
    let judges = me.may(Permission::to_approve(view.kind.workflow.approve), scope(view));
    let own =
        view.author.as_ref() == Some(&me.session.person) && me.may(Permission::SubmitRecord, scope(view));
    let form = |label: &str, name: &str, hint: &str, danger: bool| ReasonForm {
        label: label.to_owned(),
        name: name.to_owned(),
        action: urls::record_page(&view.record.reference, name),
        csrf: me.csrf(),
        expected: shown.revision.digest.to_string(),
        hidden: Vec::new(),
        hint: hint.to_owned(),
        typed: String::new(),
        error: String::new(),
        blocked: String::new(),
        danger,
    };
    let mut forms = Vec::new();
    if view.in_review() && judges {
        forms.push(form("Send back", "send-back", "What is to be changed before it can be approved", false));
    }
    if view.withdrawable() && (judges || own) {
        let hint = match view.head.approved {
            Some(_) => "Why; the record is then what was last approved",
            None => "Why; nothing of it counts then, and it stays readable under its number",
        };
        forms.push(form("Withdraw", "withdraw", hint, true));
    }
    forms
}

fn notes(view: &RecordView) -> Vec<Note> {
    let mut notes = Vec::new();
    let number = &view.record.reference;
    if let Some(shown) = view.shown.as_ref().filter(|shown| shown.revision.number < view.latest) {
        let text = format!("This is revision {}; the latest is {}.", shown.revision.number, view.latest);
        notes.push(
            Note::new(NoteKind::Info, "An older revision.", text).link("The latest", urls::record(number)),
        );
    }
    let waiting = view.drafts.iter().filter(|_| view.latest > 0).count();
    if waiting > 0 {
        notes.push(Note::new(
            NoteKind::Info,
            "",
            format!(
                "{} of a further revision {}.",
                count(waiting, "draft"),
                if waiting == 1 { "waits" } else { "wait" }
            ),
        ));
    }
    if view.head.state == states::SENT_BACK {
        let reason = view
            .events
            .iter()
            .find(|event| event.state == states::SENT_BACK)
            .map(|event| event.reason.clone());
        notes.push(Note::new(NoteKind::Warn, "Sent back.", reason.unwrap_or_default()));
    }
    if let Some(event) = view.events.first().filter(|event| event.state == states::WITHDRAWN) {
        let title = match view.head.state.as_str() {
            states::WITHDRAWN => "Withdrawn.".to_owned(),
            _ => format!("Revision {} was withdrawn.", view.next - 1),
        };
        notes.push(Note::new(NoteKind::Info, title, event.reason.clone()));
    }
    notes
}

/// The fields of a content as terms and values.
pub(super) fn fields(kind: &Kind, content: &Content, names: &Names) -> Facts {
    let shown = kind.fields.iter().filter(|field| field.id != "title");
    let fact = |field: &theriac_model::record::Field| {
        let Some(value) = content.get(field.id) else { return Fact::none(field.label) };
        match field.field_type {
            FieldType::Markdown => {
                Fact::new(field.label, Value::Html(markdown::render(value.as_str().unwrap_or_default())))
            }
            FieldType::Evidence => {
                let links =
                    content.list(field.id).into_iter().map(|name| Link::new(name, urls::evidence(name)));
                Fact::links(field.label, links.collect())
            }
            FieldType::Refs | FieldType::Words => {
                let lines = content.list(field.id).into_iter().map(|line| Link::new(line, ""));
                Fact::new(field.label, Value::Lines(lines.collect()))
            }
            FieldType::Rows(columns) => {
                let cell = |row: &serde_json::Value, column: &theriac_model::record::Field| match (
                    column.field_type,
                    row.get(column.id).and_then(|value| value.as_str()),
                ) {
                    (FieldType::Person, Some(key)) => names.person(key),
                    _ => column.display(row.get(column.id)),
                };
                let rows = value.as_array().into_iter().flatten();
                let cells =
                    rows.map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
                Fact::new(
                    field.label,
                    Value::Table(columns.iter().map(|column| column.label.to_owned()).collect(), cells),
                )
            }
            FieldType::Person => Fact::text(field.label, names.person(value.as_str().unwrap_or_default())),
            _ => Fact::text(field.label, field.display(Some(value))),
        }
    };
    Facts::from(shown.map(fact).collect::<Vec<_>>())
}

/// A link that leaves a record of the kind, or, without one, leads to the record shown.
fn link_row(link: &records::LinkRow, leaves: Option<&Kind>) -> LinkRow {
    let (number, title) = if leaves.is_some() {
        (&link.target_reference, &link.target_title)
    } else {
        (&link.source_reference, &link.source_title)
    };
    let now = link.approved.map(|(_, number)| number);
    let judges = leaves.and_then(|kind| kind.link(&link.link)).is_some_and(|link| link.judges);
    let compare = now.filter(|now| link.suspect && *now > link.pinned_number).map(|now| {
        let page = urls::record_page(&link.target_reference, &format!("{}..{now}", link.pinned_number));
        if judges {
            return Action::open("Compare", page).small();
        }
        let query = [("source", link.source_reference.as_str()), ("link", link.link.as_str())];
        Action::open("Compare and confirm", urls::with_query(&page, &query)).small()
    });
    LinkRow {
        verb: link.link.replace('-', " "),
        number: number.clone(),
        title: title.clone(),
        href: urls::record(number),
        state: if link.suspect { StatusKind::Suspect } else { StatusKind::Current }.into(),
        note: match now {
            _ if link.target_state == states::RETIRED => "it is retired".to_owned(),
            Some(now) if link.suspect && judges => {
                format!("judges revision {}, now {now}: edit this record and judge again", link.pinned_number)
            }
            _ if link.target_state == states::WITHDRAWN => "it is withdrawn".to_owned(),
            Some(now) if link.suspect => format!("made against revision {}, now {now}", link.pinned_number),
            _ => String::new(),
        },
        action: compare.filter(|_| leaves.is_some()),
    }
}

/// The size of a file of the revision shown, such as `1.2 MB`.
pub(super) fn size(view: &RecordView, file: &records::Attachment) -> String {
    match view.sizes.get(&file.digest).copied() {
        None => "size unknown".to_owned(),
        Some(bytes @ ..1_000) => count(usize::try_from(bytes).unwrap_or_default(), "byte"),
        Some(bytes @ ..1_000_000) => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        Some(bytes) => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// An attached file.
pub(super) fn attachment(number: &str, file: &records::Attachment) -> Attachment {
    let href = urls::record_page(number, &format!("files/{}", file.digest));
    Attachment { file: Link::new(&file.name, href), size: String::new(), digest: file.digest.short() }
}
