//! `/people`: people, their departments and managers, their access.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use theriac_auth::{Permission, Role, Scope};
use theriac_model::record::FieldError;
use theriac_service::people::{self, AccountState, GrantView, NewPerson, PersonView, Place};
use theriac_service::{MOST, Paging, ServiceError};

use super::error_at;
use super::release::{self, At};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Area, Choice, Column, Empty, Errors, Field, Input, Link, Pager, Shell, TableHead};
use crate::{respond, urls};

/// One person.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Name, leading to the person.
    pub person: Link,
    /// E-mail address; empty for those who may not see it.
    pub email: String,
    /// Department.
    pub department: String,
    /// Line manager; may be empty.
    pub manager: String,
    /// Roles with their scopes, such as "approver (gateway)".
    pub access: Vec<String>,
    /// Such as "since 2026-01-05", "no account".
    pub state: String,
}

/// The people. The form sends `csrf`, `name`, `key`, `email`, `department`, `manager`, `external`, `from`,
/// `role`, `password` to `/people`.
#[derive(Debug, Clone, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// Surroundings.
    pub shell: Shell,
    /// Head: person, department, manager, access, state.
    pub head: TableHead,
    /// By key.
    pub rows: Vec<PersonRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Fields of "Add a person".
    pub add: Vec<Field>,
    /// Why the person signed in may not add one; empty when they may.
    pub add_blocked: String,
}

impl PeoplePage {
    fn errors(&self) -> Errors {
        Errors::of(&self.add)
    }
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Asked {
    /// Where the page begins.
    after: Option<String>,
}

/// Shows the people.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Query(asked): Query<Asked>,
    Query(query): Query<At>,
) -> Answer {
    let mut page = page(&web, &me, asked.after, &Form::default(), &[]).await?;
    release::only_today(&mut page.shell, "People and their roles", "/people", query.day(&me)?);
    Ok(respond::page(&page))
}

async fn page(
    web: &Web,
    me: &Me,
    after: Option<String>,
    sent: &Form,
    errors: &[FieldError],
) -> Result<PeoplePage, ServiceError> {
    let first = after.as_ref().map(|_| "/people".to_owned());
    let listed = people::people(web.app(), me.who(), &Paging { after, limit: 0 }).await?;
    let names: BTreeMap<&str, String> =
        listed.items.iter().map(|person| (&*person.key, called(person))).collect();
    let blocked = me.blocked(Permission::AdministerPeople, Scope::Organisation);
    let add = if blocked.is_empty() { fields(sent, errors, &managers(web, me).await?) } else { Vec::new() };
    Ok(PeoplePage {
        shell: me.shell("People", Area::Other),
        head: TableHead::new(vec![
            Column::new("Person").grow(),
            Column::new("Department"),
            Column::new("Manager"),
            Column::new("Access"),
            Column::new("State"),
        ]),
        rows: listed.items.iter().map(|person| row(person, &names)).collect(),
        pager: Pager {
            shown: format!("{} shown, by key", listed.items.len()),
            first,
            next: listed.next.map(|key| Link::new("Next", urls::with_query("/people", &[("after", &key)]))),
            exports: Vec::new(),
        },
        empty: Empty::new("Nobody here", "There is nobody after this place in the list.", Vec::new()),
        add,
        add_blocked: blocked,
    })
}

/// The name, or the key once the name is erased.
pub(super) fn called(person: &PersonView) -> String {
    if person.name.is_empty() { person.key.clone() } else { person.name.clone() }
}

/// A role with its place.
fn given(grant: &GrantView) -> String {
    format!("{} ({})", grant.role, grant.product.as_deref().unwrap_or("organisation"))
}

fn row(person: &PersonView, names: &BTreeMap<&str, String>) -> PersonRow {
    let present = person.present.as_ref();
    let manager = present.and_then(|tenure| tenure.manager.clone());
    let since = match (present, person.tenures.last()) {
        (Some(tenure), _) => format!("since {}", tenure.from),
        (None, Some(tenure)) => {
            tenure.to.map_or_else(|| format!("from {}", tenure.from), |day| format!("left {day}"))
        }
        (None, None) => String::new(),
    };
    let account = match person.account {
        AccountState::Open => "",
        AccountState::None => ", no account",
        AccountState::Closed => ", account closed",
    };
    PersonRow {
        person: Link::new(called(person), urls::person(&person.key)),
        email: person.email.clone().unwrap_or_default(),
        department: present.and_then(|tenure| tenure.department.clone()).unwrap_or_default(),
        manager: manager.map(|key| names.get(&*key).cloned().unwrap_or(key)).unwrap_or_default(),
        access: person.grants.iter().map(given).collect(),
        state: format!("{since}{account}"),
    }
}

/// Keys and names of those who can be managers, up to the longest page; empty when there are more.
pub(super) async fn managers(web: &Web, me: &Me) -> Result<Vec<(String, String)>, ServiceError> {
    let paging = Paging { after: None, limit: MOST };
    let listed = people::people(web.app(), me.who(), &paging).await?;
    if listed.next.is_some() {
        return Ok(Vec::new());
    }
    let here = listed.items.iter().filter(|person| person.present.is_some());
    Ok(here.map(|person| (person.key.clone(), called(person))).collect())
}

/// The fields that say where a person stands.
pub(super) fn place_fields(
    place: &Place,
    from: &str,
    errors: &[FieldError],
    managers: &[(String, String)],
) -> Vec<Field> {
    let manager = place.manager.clone().unwrap_or_default();
    let input = if managers.is_empty() {
        Input::Text(manager)
    } else {
        let mut choices = vec![Choice::new("", "Nobody", &manager)];
        choices.extend(managers.iter().map(|(key, name)| Choice::new(key, name, &manager)));
        // Who has left and is still named is shown as such, so that nothing changes unseen.
        if !manager.is_empty() && !managers.iter().any(|(key, _)| *key == manager) {
            choices.push(Choice::new(&manager, format!("{manager} (not here today)"), &manager));
        }
        Input::Select(choices)
    };
    vec![
        Field::new("department", "Department", Input::Text(place.department.clone().unwrap_or_default()))
            .error(error_at(errors, "department")),
        Field::new("manager", "Line manager", input).error(error_at(errors, "manager")),
        Field::new(
            "external",
            "Belongs to another organisation, such as a test house",
            Input::Check(place.external),
        ),
        Field::new("from", "From", Input::Date(from.to_owned())).error(error_at(errors, "from")),
    ]
}

/// The place that a form says.
pub(super) fn place_of(sent: &Form) -> Place {
    Place {
        department: sent.filled("department"),
        manager: sent.filled("manager"),
        external: sent.get("external") == "true",
    }
}

/// The roles to choose from.
pub(super) fn roles(chosen: &str) -> Vec<Choice> {
    Role::ALL.iter().map(|role| Choice::new(role.as_str(), role.words(), chosen)).collect()
}

fn fields(sent: &Form, errors: &[FieldError], managers: &[(String, String)]) -> Vec<Field> {
    let text = |name: &str| Input::Text(sent.get(name).to_owned());
    let mut role = vec![Choice::new("", "None yet", sent.get("role"))];
    role.extend(roles(sent.get("role")));
    let mut fields = vec![
        Field::new("name", "Name", text("name")).error(error_at(errors, "name")).required(),
        Field::new("key", "Key", text("key"))
            .hint(
                "Names the person in records and files for good: lower-case words, such as ana or ana-okafor",
            )
            .error(error_at(errors, "key"))
            .required(),
        Field::new("email", "Work e-mail", Input::Email(sent.get("email").to_owned()))
            .hint("To sign in with; it counts as theirs in commits too")
            .error(error_at(errors, "email"))
            .required(),
    ];
    fields.extend(place_fields(&place_of(sent), sent.get("from"), errors, managers));
    fields.push(
        Field::new("role", "Role on the organisation", Input::Select(role)).error(error_at(errors, "roles")),
    );
    fields.push(
        Field::new("password", "First password", Input::Password("new-password"))
            .hint("Without one the person cannot sign in. They choose their own before they sign anything.")
            .error(error_at(errors, "password")),
    );
    fields
}

/// Adds a person.
pub async fn add(State(web): State<Web>, me: Me, sent: Form) -> Answer {
    let errors = match add_person(&web, &me, &sent).await {
        Ok(key) => return Ok(with_toast(&urls::person(&key), "Person added")),
        Err(ServiceError::Invalid(errors)) => errors,
        Err(error @ ServiceError::Exists { .. }) => vec![FieldError::new("key", error.to_string())],
        Err(error) => return Err(error.into()),
    };
    let page = page(&web, &me, None, &sent, &errors).await?;
    Ok(respond::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn add_person(web: &Web, me: &Me, sent: &Form) -> Result<String, ServiceError> {
    let role = sent.filled("role").map(|text| text.parse::<Role>()).transpose();
    let role = role.map_err(|error| ServiceError::field("roles", error.to_string()))?;
    let person = NewPerson {
        key: sent.get("key").trim().to_owned(),
        name: sent.get("name").to_owned(),
        email: sent.get("email").to_owned(),
        place: place_of(sent),
        from: super::day(sent, "from")?,
        roles: role.into_iter().collect(),
        password: Some(sent.get("password").to_owned()).filter(|text| !text.is_empty()),
    };
    let key = person.key.clone();
    people::add_person(web.app(), me.who(), person).await?;
    Ok(key)
}
