//! The manufacturer: set up once, with its first people.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;
use theriac_auth::{Permission, Role, Scope};
use theriac_store::tables::access::Account;
use theriac_store::tables::organisation::{self as table, Organisation as Row};
use theriac_store::tables::people::Person;
use theriac_store::{Conn, Write, tables};

use super::person::{NewPerson, address_digest, check_person};
use super::{digest_of, hash, subject};
use crate::check::Checks;
use crate::{App, Result, ServiceError, Who};

/// Most people that an installation begins with.
const FIRST_PEOPLE: usize = 100;

/// The manufacturer that this installation belongs to.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// Its time zone: days end by it.
    pub zone: TimeZone,
    /// Whether evidence with listed defects is taken.
    pub accept_defects: bool,
    /// Whether the data is a demonstration.
    pub demonstration: bool,
}

impl Organisation {
    /// The zone's name, such as `Europe/Vienna`.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    fn row(&self) -> Row {
        Row {
            name: self.name.clone(),
            zone: self.zone_name().to_owned(),
            accept_defects: self.accept_defects,
            demonstration: self.demonstration,
        }
    }
}

/// What an installation begins with.
#[derive(Debug, Clone)]
pub struct Init {
    /// The manufacturer's name.
    pub organisation: String,
    /// An IANA time zone, such as `Europe/Vienna`.
    pub zone: String,
    /// The first people. Among them: somebody who administers, somebody who writes, and another who approves.
    pub people: Vec<NewPerson>,
    /// Whether the data is a demonstration.
    pub demonstration: bool,
}

/// How approval by two people starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The keys of those who write policies and procedures.
    pub authors: Vec<String>,
    /// The keys of those who approve what another wrote.
    pub approvers: Vec<String>,
}

impl Started {
    /// The same in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        format!(
            "{} can write and submit, {} can approve; nobody approves what they wrote themselves.",
            self.authors.join(", "),
            self.approvers.join(", ")
        )
    }
}

/// What [`init`] would refuse of its input, before there is a database.
///
/// # Errors
/// When a field is wrong, or the first people could not approve anything.
pub fn check_init(input: &Init) -> Result<()> {
    let (_, people) = check(input)?;
    started(&people).map(|_| ())
}

/// Sets the installation up: the organisation and its first people, in one transaction.
///
/// # Errors
/// When it is set up already, a field is wrong, or the first people could not approve anything.
#[crate::boxed]
pub async fn init(app: &App, who: &Who, input: Init) -> Result<Started> {
    who.require(app, Permission::AdministerInstallation, Scope::Organisation, "init").await?;
    let (organisation, people) = check(&input)?;
    let started = started(&people)?;
    let mut passwords = Vec::new();
    for person in &people {
        passwords.push(match &person.password {
            None => None,
            Some(password) => Some(hash(app.store(), password.clone()).await?),
        });
    }
    let mut write = who.write(app, "init").await?;
    if let Some(present) = table::current(&mut write).await? {
        let name = present.name;
        return Err(ServiceError::rule(format!(
            "'{name}' is set up here already: go on with theriac serve, or name another folder with --data"
        )));
    }
    table::set(&mut write, &organisation.row()).await?;
    let ids: BTreeMap<&str, i64> = people.iter().map(|person| (&*person.key, write.id())).collect();
    let today = app.today(&organisation.zone);
    for (person, password) in people.iter().zip(passwords) {
        let id = ids[&*person.key];
        let manager = person.place.manager.as_deref().map(|key| ids[key]);
        let row = Person {
            id,
            key: person.key.clone(),
            department: person.place.department.clone(),
            manager,
            external: person.place.external,
            from: person.from.unwrap_or(today),
            to: None,
        };
        add(&mut write, person, &row, password).await?;
    }
    let detail = json!({ "zone": organisation.zone_name(), "demonstration": organisation.demonstration });
    write.audit("organisation", None, Some(digest_of(&Shown::from(&organisation))?), detail);
    write.commit().await?;
    Ok(started)
}

/// Writes a person with name, account and roles on the organisation, and says so in the audit log.
pub(super) async fn add(
    write: &mut Write,
    person: &NewPerson,
    row: &Person,
    password: Option<String>,
) -> Result<()> {
    let name = tables::people::Name {
        id: row.id,
        key: person.key.clone(),
        name: person.name.clone(),
        email: person.email.clone(),
    };
    tables::people::set_name(write, &name).await?;
    tables::people::add_version(write, row).await?;
    tables::people::add_address(write, row.id, address_digest(&person.email)).await?;
    let account = password.is_some();
    if let Some(password) = password {
        let own = !matches!(write.act().actor, theriac_store::Actor::Person(_));
        let account = Account { person: row.id, password, own, disabled: false };
        tables::access::set_account(write, &account).await?;
    }
    for role in &person.roles {
        tables::access::add_grant(write, row.id, role.as_str(), None).await?;
    }
    let roles: Vec<_> = person.roles.iter().map(|role| role.as_str()).collect();
    let place = super::person::Versions::of(std::slice::from_ref(row));
    let detail =
        json!({ "account": account, "from": row.from, "manager": row.manager.map(subject), "roles": roles });
    write.audit(subject(row.id), None, Some(digest_of(&place)?), detail);
    Ok(())
}

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    zone: &'a str,
    accept_defects: bool,
    demonstration: bool,
}

impl<'a> From<&'a Organisation> for Shown<'a> {
    fn from(from: &'a Organisation) -> Self {
        Self {
            name: &from.name,
            zone: from.zone_name(),
            accept_defects: from.accept_defects,
            demonstration: from.demonstration,
        }
    }
}

fn check(input: &Init) -> Result<(Organisation, Vec<NewPerson>)> {
    let mut checks = Checks::default();
    let name = checks.line("organisation", &input.organisation, 200);
    let zone = zone(&input.zone).unwrap_or_else(|words| {
        checks.wrong("zone", words);
        TimeZone::UTC
    });
    if input.people.len() > FIRST_PEOPLE {
        checks.wrong("people", format!("at most {FIRST_PEOPLE} people to begin with; add the others later"));
        checks.done()?;
        return Err(ServiceError::Internal("the check let too many people pass".to_owned()));
    }
    let people: Vec<_> = (0..)
        .zip(&input.people)
        .map(|(index, person): (usize, _)| check_person(&mut checks, &format!("people.{index}."), person))
        .collect();
    check_together(&mut checks, &people);
    checks.done()?;
    let organisation = Organisation { name, zone, accept_defects: false, demonstration: input.demonstration };
    Ok((organisation, people))
}

fn zone(name: &str) -> Result<TimeZone, String> {
    let wrong =
        || format!("'{name}' is not a time zone; an IANA name is expected, such as Europe/Vienna or UTC");
    let zone = TimeZone::get(name.trim()).map_err(|_| wrong())?;
    if zone.iana_name().is_none() { Err(wrong()) } else { Ok(zone) }
}

/// Keys and addresses are unique, and line managers are among the people.
fn check_together(checks: &mut Checks, people: &[NewPerson]) {
    let mut lines = BTreeMap::new();
    for (index, person) in people.iter().enumerate() {
        let (before, field) = (&people[..index], |name: &str| format!("people.{index}.{name}"));
        if before.iter().any(|other| other.key == person.key) {
            checks.wrong(field("key"), format!("there is a person '{}' already", person.key));
        }
        if before.iter().any(|other| other.email == person.email) {
            checks.wrong(field("email"), "another person has this address");
        }
        let Some(manager) = &person.place.manager else { continue };
        if !people.iter().any(|other| &other.key == manager) {
            checks.wrong(field("manager"), format!("there is no person '{manager}'"));
            continue;
        }
        lines.insert(&*person.key, &**manager);
        if super::person::in_a_circle(&lines, &&*person.key) {
            checks.wrong(field("manager"), "the line of managers goes in a circle");
            lines.remove(&*person.key);
        }
    }
}

/// Who writes and who approves; refused when nobody could approve what another wrote.
fn started(people: &[NewPerson]) -> Result<Started> {
    let able = |person: &&NewPerson| person.password.is_some();
    let holds = |person: &NewPerson, roles: &[Role]| person.roles.iter().any(|role| roles.contains(role));
    let administrator = |person: &&NewPerson| person.roles.contains(&Role::Administrator);
    if !people.iter().filter(able).any(|person| administrator(&person)) {
        return Err(ServiceError::field(
            "people",
            "nobody can sign in as administrator: give one person this role and a password",
        ));
    }
    let keys = |roles: &[Role], signs: bool| -> Vec<String> {
        let fit = |person: &&NewPerson| holds(person, roles) && !(signs && administrator(person));
        people.iter().filter(able).filter(fit).map(|person| person.key.clone()).collect()
    };
    let authors = keys(Permission::WriteGovernance.roles(), false);
    let approvers = keys(Permission::ApproveGovernance.roles(), true);
    if !authors.iter().any(|author| approvers.iter().any(|approver| approver != author)) {
        return Err(ServiceError::field(
            "people",
            "approval takes two people who can sign in: one with the role security-officer, who writes, and \
             another with the role approver, who is no administrator, since administrators never sign",
        ));
    }
    Ok(Started { authors, approvers })
}

/// The organisation as it is now. Everybody may know it: the sign-in page shows it.
///
/// # Errors
/// When nothing is set up yet.
#[crate::boxed]
pub async fn organisation(app: &App) -> Result<Organisation> {
    organisation_in(&mut *app.store().read().await?).await
}

/// The organisation inside a transaction.
///
/// # Errors
/// When nothing is set up yet.
#[crate::boxed]
pub async fn organisation_in(conn: &mut Conn) -> Result<Organisation> {
    let row = table::current(conn).await?.ok_or_else(|| {
        ServiceError::rule("Nothing is set up here yet: run `theriac init`, which asks for the organisation and its first people.")
    })?;
    let zone = zone(&row.zone).map_err(ServiceError::Internal)?;
    Ok(Organisation {
        name: row.name,
        zone,
        accept_defects: row.accept_defects,
        demonstration: row.demonstration,
    })
}

/// Says whether evidence with listed defects is taken.
///
/// # Errors
/// When the actor may not, or nothing is set up yet.
#[crate::boxed]
pub async fn set_accept_defects(app: &App, who: &Who, accept: bool) -> Result<()> {
    let action = "organisation change";
    who.require(app, Permission::AdministerInstallation, Scope::Organisation, action).await?;
    let mut write = who.write(app, action).await?;
    let before = organisation_in(&mut write).await?;
    if before.accept_defects == accept {
        return Ok(());
    }
    let after = Organisation { accept_defects: accept, ..before.clone() };
    table::set(&mut write, &after.row()).await?;
    let digests = (digest_of(&Shown::from(&before))?, digest_of(&Shown::from(&after))?);
    write.audit("organisation", Some(digests.0), Some(digests.1), json!({ "accept_defects": accept }));
    write.commit().await?;
    Ok(())
}
