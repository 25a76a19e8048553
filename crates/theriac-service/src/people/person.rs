//! Adding people, moving them in the organisation, erasing their names.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use theriac_auth::{Permission, Reauthenticated, Role, Scope};
use theriac_model::Digest;
use theriac_store::Conn;
use theriac_store::tables::people::{self as table, Name, Person};

use super::organisation::{add, organisation_in};
use super::{digest_of, find, new_password, subject};
use crate::check::{Checks, normal_email};
use crate::{App, Result, ServiceError, Who, signature};

/// Where a person stands in the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The department.
    pub department: Option<String>,
    /// The key of the line manager.
    pub manager: Option<String>,
    /// Whether the person belongs to another organisation, such as a test house.
    pub external: bool,
}

/// A person to be added.
#[derive(Clone, Default)]
pub struct NewPerson {
    /// What names the person in records and files: lower-case words, no address. It stays when the name is erased.
    pub key: String,
    /// The name.
    pub name: String,
    /// The e-mail address, with which the person signs in; it counts as theirs in commits too.
    pub email: String,
    /// Where the person stands.
    pub place: Place,
    /// From which day; today where absent.
    pub from: Option<Date>,
    /// Roles on the organisation with all its products.
    pub roles: Vec<Role>,
    /// The first password; a person without one cannot sign in. Who was given it by another person signs nothing
    /// before choosing one of their own.
    pub password: Option<String>,
}

impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPerson")
            .field("key", &self.key)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// A person's places as the audit log digests them.
#[derive(Serialize)]
pub(super) struct Versions<'a>(Vec<Version<'a>>);

#[derive(Serialize)]
struct Version<'a> {
    department: &'a Option<String>,
    external: bool,
    from: Date,
    manager: Option<String>,
    to: Option<Date>,
}

impl<'a> Versions<'a> {
    pub(super) fn of(versions: &'a [Person]) -> Self {
        let version = |version: &'a Person| Version {
            department: &version.department,
            external: version.external,
            from: version.from,
            manager: version.manager.map(subject),
            to: version.to,
        };
        Self(versions.iter().map(version).collect())
    }
}

/// Whether following the lines from a person leads back to them.
pub(super) fn in_a_circle<K: Ord>(lines: &BTreeMap<K, K>, start: &K) -> bool {
    let mut next = lines.get(start);
    for _ in 0..lines.len() {
        match next {
            None => return false,
            Some(person) if person == start => return true,
            Some(person) => next = lines.get(person),
        }
    }
    false
}

/// Checks the fields of a new person; `prefix` is where they stand in the input.
pub(super) fn check_person(checks: &mut Checks, prefix: &str, person: &NewPerson) -> NewPerson {
    let field = |name: &str| format!("{prefix}{name}");
    let email = checks.email(&field("email"), &person.email);
    if let Some(password) = &person.password
        && let Err(weak) = theriac_auth::password::check(password, &email)
    {
        checks.wrong(field("password"), weak.to_string());
    }
    checks.day(field("from"), person.from);
    let mut roles = person.roles.clone();
    roles.sort_unstable();
    roles.dedup();
    NewPerson {
        key: checks.key(&field("key"), &person.key),
        name: checks.line(&field("name"), &person.name, 200),
        email,
        place: check_place(checks, prefix, &person.place),
        from: person.from,
        roles,
        password: person.password.clone(),
    }
}

fn check_place(checks: &mut Checks, prefix: &str, place: &Place) -> Place {
    let department = checks.line_or_none(&format!("{prefix}department"), place.department.as_deref(), 100);
    let manager = place.manager.as_deref().map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned);
    Place { department, manager, external: place.external }
}

/// Adds a person, with roles and account where they are given.
///
/// # Errors
/// When key or address are taken, a field is wrong, or the actor may not.
#[crate::boxed]
pub async fn add_person(app: &App, who: &Who, person: NewPerson) -> Result<()> {
    let action = "person add";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    if !person.roles.is_empty() {
        who.require(app, Permission::AdministerGrants, Scope::Organisation, action).await?;
    }
    let mut checks = Checks::default();
    let person = check_person(&mut checks, "", &person);
    checks.done()?;
    let password = match &person.password {
        None => None,
        Some(password) => Some(new_password(app, "password", password, &person.email).await?),
    };
    let mut write = who.write(app, action).await?;
    if table::by_key(&mut write, &person.key).await?.is_some() {
        return Err(ServiceError::Exists { what: "person", name: person.key });
    }
    if table::by_email(&mut write, &person.email).await?.is_some() {
        return Err(ServiceError::field("email", "another person has this address"));
    }
    let row = Person {
        id: write.id(),
        key: person.key.clone(),
        department: person.place.department.clone(),
        manager: manager(&mut write, person.place.manager.as_deref()).await?,
        external: person.place.external,
        from: person.from.unwrap_or(app.today(&organisation_in(&mut write).await?.zone)),
        to: None,
    };
    add(&mut write, &person, &row, password).await?;
    write.commit().await?;
    Ok(())
}

async fn manager(conn: &mut Conn, key: Option<&str>) -> Result<Option<i64>> {
    let Some(key) = key else { return Ok(None) };
    let found = table::by_key(conn, key).await?;
    let found = found.ok_or_else(|| ServiceError::field("manager", format!("there is no person '{key}'")))?;
    Ok(Some(found.id))
}

/// Says where a person stands from a day on, up to the day from which something else is known already.
///
/// # Errors
/// When there is no such person, the lines of management would go in a circle, or the actor may not.
#[crate::boxed]
pub async fn change_place(app: &App, who: &Who, key: &str, place: Place, from: Date) -> Result<()> {
    let action = "person change";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    let mut checks = Checks::default();
    let place = check_place(&mut checks, "", &place);
    checks.day("from", Some(from));
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    let manager = manager(&mut write, place.manager.as_deref()).await?;
    no_circle(&mut write, person.id, manager, from).await?;
    let before = table::versions_of(&mut write, person.id).await?;
    let held = before.iter().find(|version| version.from <= from && version.to.is_none_or(|to| from < to));
    let until = before.iter().map(|version| version.from).filter(|first| *first > from).min();
    if let Some(held) = held {
        table::end_version(&mut write, person.id, held.from).await?;
        if held.from < from {
            table::add_version(&mut write, &Person { to: Some(from), ..held.clone() }).await?;
        }
    }
    let row = Person {
        id: person.id,
        key: person.key,
        department: place.department,
        manager,
        external: place.external,
        from,
        to: held.map_or(until, |held| held.to),
    };
    table::add_version(&mut write, &row).await?;
    let after = table::versions_of(&mut write, person.id).await?;
    let digests = (digest_of(&Versions::of(&before))?, digest_of(&Versions::of(&after))?);
    let detail = json!({ "from": from, "manager": manager.map(subject) });
    write.audit(subject(person.id), Some(digests.0), Some(digests.1), detail);
    write.commit().await?;
    Ok(())
}

async fn no_circle(conn: &mut Conn, person: i64, manager: Option<i64>, day: Date) -> Result<()> {
    let Some(manager) = manager else { return Ok(()) };
    let mut lines: BTreeMap<i64, i64> = table::managers_on(conn, day).await?.into_iter().collect();
    lines.insert(person, manager);
    if in_a_circle(&lines, &person) {
        return Err(ServiceError::field("manager", "the line of managers would go in a circle"));
    }
    Ok(())
}

/// What stands for an e-mail address in commits, so that the address itself is kept nowhere else.
#[must_use]
pub fn address_digest(address: &str) -> Digest {
    Digest::of(normal_email(address).as_bytes())
}

/// Says that an address in commits is a person's.
///
/// # Errors
/// When the address is another person's, there is no such person, or the actor may not.
#[crate::boxed]
pub async fn add_address(app: &App, who: &Who, key: &str, address: &str) -> Result<()> {
    let action = "person address";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    let mut checks = Checks::default();
    let address = address_digest(&checks.email("address", address));
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    match table::owner_of_address(&mut write, address).await? {
        Some(owner) if owner == person.id => return Ok(()),
        Some(_) => return Err(ServiceError::field("address", "this address is another person's")),
        None => table::add_address(&mut write, person.id, address).await?,
    };
    write.audit(subject(person.id), None, Some(address), json!({}));
    write.commit().await?;
    Ok(())
}

/// Takes back that an address in commits is a person's.
///
/// # Errors
/// When the address is not this person's, there is no such person, or the actor may not.
#[crate::boxed]
pub async fn withdraw_address(app: &App, who: &Who, key: &str, address: &str) -> Result<()> {
    let action = "person address withdraw";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    let mut checks = Checks::default();
    let address = address_digest(&checks.email("address", address));
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    if table::end_address(&mut write, person.id, address).await? == 0 {
        return Err(ServiceError::field("address", format!("this address is not known as {key}'s")));
    }
    write.audit(subject(person.id), Some(address), None, json!({}));
    write.commit().await?;
    Ok(())
}

/// Erases name and address of a person for good and closes the account. Id, key and what the person signed stay, and so
/// do the digests of addresses in commits, on which past verdicts rest.
///
/// # Errors
/// When the actor may not or is that person, the proof is another's, or there is no such person.
#[crate::boxed]
pub async fn erase_person(app: &App, who: &Who, proof: &Reauthenticated, key: &str) -> Result<()> {
    let action = "person erase";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    if who.access().person() != Some(proof.person()) {
        return Err(theriac_auth::NotSigned::OtherPerson.into());
    }
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    if person.id == proof.person().0 {
        return Err(ServiceError::rule("Nobody erases themselves: let another administrator do it."));
    }
    super::access::close(&mut write, &person).await?;
    let erased = Name { name: String::new(), email: String::new(), ..person };
    table::set_name(&mut write, &erased).await?;
    let what = json!({ "erased": ["name", "email"], "person": subject(erased.id) });
    let digest = digest_of(&what)?;
    signature::give(&mut write, digest, "Name and address erased", proof).await?;
    write.audit(subject(erased.id), None, Some(digest), signature::said(what, proof));
    write.commit().await?;
    Ok(())
}
