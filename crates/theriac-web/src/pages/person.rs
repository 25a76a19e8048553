//! `/people/{person}`: one person, their place in the organisation and their access.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use theriac_auth::{NotSigned, Permission, Role, Scope};
use theriac_model::record::FieldError;
use theriac_service::audit::{self, Entries, EntryView};
use theriac_service::people::{self, AccountState, GrantView, PersonView, Place, Tenure};
use theriac_service::{MOST, Paging, ServiceError, products};

use super::names::Names;
use super::people::{called, managers, place_fields, place_of, roles};
use super::{acts, error_at};
use crate::http::{Answer, Failure, Form, Me, Web, with_toast};
use crate::parts::{
    Action, Area, Choice, Crumb, Errors, Event, Fact, Facts, Field, Input, Link, Note, NoteKind, Shell,
    Timeline, Value, When,
};
use crate::{respond, urls};

/// One grant of a role.
#[derive(Debug, Clone)]
pub struct GrantRow {
    /// The role.
    pub role: String,
    /// Organisation or product it holds for.
    pub scope: String,
    /// From when.
    pub from: When,
    /// Who gave it.
    pub by: String,
    /// Ends it; blocked with a reason where it may not be.
    pub end: Option<Action>,
}

/// One person. Forms: change sends `csrf`, `department`, `manager`, `external`, `from` to the person's address; a grant
/// `csrf`, `role`, `scope` to `…/grants`; `password` goes to `…/password` and, for erasing, to `…/erase`.
#[derive(Debug, Clone, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// Surroundings.
    pub shell: Shell,
    /// Name.
    pub name: String,
    /// Address of this page.
    pub url: String,
    /// Such as that the name was erased.
    pub notes: Vec<Note>,
    /// Key, e-mail, department, manager, since, account.
    pub facts: Facts,
    /// Access now.
    pub grants: Vec<GrantRow>,
    /// Fields of the change; empty when the person signed in may not.
    pub change: Vec<Field>,
    /// Fields of a new grant.
    pub grant: Vec<Field>,
    /// Fields of a new password.
    pub password: Vec<Field>,
    /// Fields that say that the person has left; empty when they stand nowhere.
    pub leave: Vec<Field>,
    /// Fields that confirm that name and address are erased; empty when they are already.
    pub erase: Vec<Field>,
    /// Why the person signed in may not change anything; empty when they may.
    pub blocked: String,
    /// Such as closing the account.
    pub actions: Vec<Action>,
    /// What happened, newest first; `None` for those who may not read the audit log.
    pub events: Option<Timeline>,
}

impl PersonPage {
    fn errors(&self) -> Errors {
        let forms = [&self.change, &self.grant, &self.password, &self.leave, &self.erase];
        Errors::of(forms.into_iter().flatten())
    }
}

/// A form of the page that was sent, and what was wrong with it.
#[derive(Default)]
struct Refused {
    form: &'static str,
    sent: Form,
    errors: Vec<FieldError>,
    note: Option<Note>,
}

impl Refused {
    fn errors_of(&self, form: &str) -> &[FieldError] {
        if self.form == form { &self.errors } else { &[] }
    }

    fn typed(&self, form: &str, name: &str) -> &str {
        if self.form == form { self.sent.get(name) } else { "" }
    }
}

/// Shows a person.
pub async fn show(State(web): State<Web>, me: Me, Path(key): Path<String>) -> Answer {
    Ok(respond::page(&page(&web, &me, &key, Refused::default()).await?))
}

async fn page(web: &Web, me: &Me, key: &str, refused: Refused) -> Result<PersonPage, ServiceError> {
    let person = people::person(web.app(), me.who(), key).await?;
    let blocked = me.blocked(Permission::AdministerPeople, Scope::Organisation);
    let may = blocked.is_empty();
    let mut shell = me.shell(called(&person), Area::Other);
    shell.crumbs = vec![Crumb::to("People", "/people"), Crumb::here(called(&person))];
    shell.api = Some(format!("/api/v1{}", urls::person(key)));
    let events = events(web, me, person.id).await?;
    let tenures = person.tenures.iter().filter_map(|tenure| tenure.manager.as_ref());
    let actors = events.iter().flatten().map(|entry| &entry.actor);
    let names = Names::people(web, tenures.chain(actors).chain(person.grants.iter().map(|grant| &grant.by)));
    let names = names.await?;
    let notes = refused.note.clone().into_iter().chain(notes(&person)).collect();
    Ok(PersonPage {
        shell,
        name: called(&person),
        url: urls::person(key),
        notes,
        facts: facts(me, &person, &names),
        grants: person.grants.iter().map(|grant| grant_row(me, key, grant, may, &names)).collect(),
        change: if may { change(me, &person, &refused, &managers(web, me).await?) } else { Vec::new() },
        grant: if may { grant_fields(web, me, &refused).await? } else { Vec::new() },
        password: if may && !person.name.is_empty() { password(&person, &refused) } else { Vec::new() },
        leave: if may && person.present.is_some() { leave_fields(me, &refused) } else { Vec::new() },
        erase: if may && !person.name.is_empty() { erase_fields(&refused) } else { Vec::new() },
        blocked,
        actions: if may && person.account == AccountState::Open {
            vec![
                Action::send("Close the account", format!("{}/close", urls::person(key)), &me.csrf(), &[])
                    .danger(),
            ]
        } else {
            Vec::new()
        },
        events: events.map(|entries| Timeline {
            events: entries.iter().map(|entry| event(me, entry, &names)).collect(),
        }),
    })
}

fn notes(person: &PersonView) -> Vec<Note> {
    let mut notes = Vec::new();
    if person.name.is_empty() {
        let text = "Name and address are erased for good; the key and what was signed stay.";
        notes.push(Note::new(NoteKind::Info, "Erased.", text));
    }
    notes
}

fn facts(me: &Me, person: &PersonView, names: &Names) -> Facts {
    let mut facts = vec![Fact::code("Key", &person.key)];
    if let Some(email) = &person.email {
        facts.push(Fact::text("E-mail", email));
    }
    match &person.present {
        None => facts.push(Fact::text("Works here today", "no")),
        Some(tenure) => {
            facts.push(match &tenure.department {
                None => Fact::none("Department"),
                Some(department) => Fact::text("Department", department),
            });
            facts.push(match &tenure.manager {
                None => Fact::none("Line manager"),
                Some(key) => {
                    Fact::links("Line manager", vec![Link::new(names.person(key), urls::person(key))])
                }
            });
            facts.push(Fact::new("Since", Value::When(me.day(tenure.from))));
            if tenure.external {
                facts.push(Fact::text("Belongs to", "another organisation"));
            }
        }
    }
    let others = person.tenures.iter().filter(|tenure| Some(*tenure) != person.present.as_ref());
    let others: Vec<Value> = others.map(|tenure| Value::Text(stood(tenure, names))).collect();
    if !others.is_empty() {
        facts.push(Fact { term: "Earlier and later".to_owned(), values: others });
    }
    facts.push(Fact::text("Account", person.account.as_str()));
    Facts::from(facts)
}

/// A place in words, such as "Quality under Tom Berg, from 2025-01-01 until 2026-02-28".
fn stood(tenure: &Tenure, names: &Names) -> String {
    let department = tenure.department.as_deref().unwrap_or("no department");
    let manager =
        tenure.manager.as_ref().map(|key| format!(" under {}", names.person(key))).unwrap_or_default();
    let last = tenure.to.and_then(|day| day.yesterday().ok());
    let until = last.map(|day| format!(" until {day}")).unwrap_or_default();
    format!("{department}{manager}, from {}{until}", tenure.from)
}

fn grant_row(me: &Me, key: &str, grant: &GrantView, may: bool, names: &Names) -> GrantRow {
    let scope = grant.product.clone().unwrap_or_default();
    let end = || {
        let values = [("role", grant.role.as_str()), ("scope", &scope)];
        Action::send("End", format!("{}/grants/end", urls::person(key)), &me.csrf(), &values).small()
    };
    GrantRow {
        role: grant.role.words().to_owned(),
        from: me.when(grant.since),
        by: names.person(&grant.by),
        end: may.then(end),
        scope: if scope.is_empty() { "the organisation".to_owned() } else { scope.clone() },
    }
}

fn change(me: &Me, person: &PersonView, refused: &Refused, managers: &[(String, String)]) -> Vec<Field> {
    let (place, from) = if refused.form == "change" {
        (place_of(&refused.sent), refused.sent.get("from").to_owned())
    } else {
        let present = person.present.as_ref().or(person.tenures.last());
        let place = present.map(|tenure| Place {
            department: tenure.department.clone(),
            manager: tenure.manager.clone(),
            external: tenure.external,
        });
        (place.unwrap_or_default(), me.today().to_string())
    };
    let others: Vec<_> = managers.iter().filter(|(key, _)| *key != person.key).cloned().collect();
    place_fields(&place, &from, refused.errors_of("change"), &others)
}

async fn grant_fields(web: &Web, me: &Me, refused: &Refused) -> Result<Vec<Field>, ServiceError> {
    let scope = refused.typed("grant", "scope");
    let mut scopes = vec![Choice::new("", "The organisation with all its products", scope)];
    let paging = Paging { after: None, limit: MOST };
    for product in products::products(web.app(), me.who(), &paging).await?.items {
        scopes.push(Choice::new(&product.key, &product.name, scope));
    }
    let errors = refused.errors_of("grant");
    Ok(vec![
        Field::new("role", "Role", Input::Select(roles(refused.typed("grant", "role"))))
            .error(error_at(errors, "role"))
            .required(),
        Field::new("scope", "For", Input::Select(scopes)).error(error_at(errors, "scope")).required(),
    ])
}

fn password(person: &PersonView, refused: &Refused) -> Vec<Field> {
    let hint = match person.account {
        AccountState::Open => {
            "Every session of the person ends; they choose their own password before they sign."
        }
        AccountState::Closed => "It opens the closed account again; its roles are given anew.",
        AccountState::None => "It gives the person an account.",
    };
    let field = Field::new("password", "New password", Input::Password("new-password"));
    vec![field.hint(hint).error(error_at(refused.errors_of("password"), "password")).required().within("new")]
}

fn leave_fields(me: &Me, refused: &Refused) -> Vec<Field> {
    let from = if refused.form == "leave" {
        refused.typed("leave", "from").to_owned()
    } else {
        me.today().to_string()
    };
    let field = Field::new("from", "First day on which they are gone", Input::Date(from));
    vec![field.error(error_at(refused.errors_of("leave"), "from")).required().within("leave")]
}

fn erase_fields(refused: &Refused) -> Vec<Field> {
    let field = Field::new("password", "Your own password", Input::Password("current-password"));
    vec![field.error(error_at(refused.errors_of("erase"), "password")).required().within("erase")]
}

async fn events(web: &Web, me: &Me, person: i64) -> Result<Option<Vec<EntryView>>, ServiceError> {
    if !me.may(Permission::ReadAudit, Scope::Organisation) {
        return Ok(None);
    }
    let about = Entries { subject: Some(format!("person:{person}")), ..Entries::default() };
    let entries = audit::entries(web.app(), me.who(), &about, &Paging { after: None, limit: 20 }).await?;
    Ok(Some(entries.items))
}

fn event(me: &Me, entry: &EntryView, names: &Names) -> Event {
    let seq = u64::try_from(entry.entry.seq).unwrap_or_default();
    Event {
        title: acts::words(&entry.entry.action),
        link: Some(Link::new(format!("entry {seq}"), urls::audit_entry(seq))),
        at: me.when(entry.entry.at),
        text: format!("by {}", names.person(&entry.actor)),
        gap: false,
    }
}

/// Says where the person stands.
pub async fn change_place(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done = async {
        let from = super::day(&sent, "from")?.unwrap_or(me.today());
        people::change_place(web.app(), me.who(), &key, place_of(&sent), from).await
    };
    let done = done.await;
    answer(&web, &me, &key, ("change", sent), done, "Saved").await
}

/// Gives a role.
pub async fn grant(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done = async {
        let product = sent.filled("scope");
        people::grant(web.app(), me.who(), &key, role(&sent)?, product.as_deref()).await
    };
    let done = done.await;
    answer(&web, &me, &key, ("grant", sent), done, "Role given").await
}

/// Takes a role back.
pub async fn end_grant(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done = async {
        let product = sent.filled("scope");
        people::withdraw(web.app(), me.who(), &key, role(&sent)?, product.as_deref()).await
    };
    let done = done.await;
    answer(&web, &me, &key, ("end", sent), done, "Role taken back").await
}

fn role(sent: &Form) -> Result<Role, ServiceError> {
    let wrong = |error: theriac_auth::UnknownRole| ServiceError::field("role", error.to_string());
    sent.get("role").parse().map_err(wrong)
}

/// Gives the person a new password.
pub async fn reset_password(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done = people::reset_password(web.app(), me.who(), &key, sent.get("password")).await;
    let said = "New password set. Give it to the person by a way that nobody else reads";
    answer(&web, &me, &key, ("password", sent), done, said).await
}

/// Says that the person has left.
pub async fn leave(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done = async {
        let from = super::day(&sent, "from")?.unwrap_or(me.today());
        people::leave(web.app(), me.who(), &key, from).await
    };
    let done = done.await;
    answer(&web, &me, &key, ("leave", sent), done, "Left: place ended, account closed, roles taken back")
        .await
}

/// Closes the account.
pub async fn close(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done = people::close_account(web.app(), me.who(), &key).await;
    answer(&web, &me, &key, ("close", sent), done, "Account closed, roles taken back").await
}

/// Erases name and address.
pub async fn erase(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done = async {
        let proof = me.prove(&web, &sent).await?;
        people::erase_person(web.app(), me.who(), &proof, &key).await
    };
    let done = done.await;
    answer(&web, &me, &key, ("erase", sent), done, "Name and address erased").await
}

/// Back to the person, or the page once more with what was wrong.
async fn answer(
    web: &Web,
    me: &Me,
    key: &str,
    (form, sent): (&'static str, Form),
    done: Result<(), ServiceError>,
    said: &str,
) -> Answer {
    let wrong_password =
        || vec![FieldError::new("password", "This is not your password; nothing was changed")];
    let (status, errors, note) = match done {
        Ok(()) => return Ok(with_toast(&urls::person(key), said)),
        Err(ServiceError::NotSigned(NotSigned::WrongPassword)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, wrong_password(), None)
        }
        Err(ServiceError::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(ServiceError::Rule(text)) => {
            (StatusCode::CONFLICT, Vec::new(), Some(Note::new(NoteKind::Bad, "Not done.", text).alert()))
        }
        Err(error) => return Err(Failure::from(error)),
    };
    let page = page(web, me, key, Refused { form, sent, errors, note }).await?;
    Ok(respond::with_status(status, &page))
}
