//! Roles and accounts: who may do what, and who can sign in.

use serde_json::json;
use theriac_auth::{Permission, PersonId, Role, Scope};
use theriac_store::tables::access::{self as table, Account};
use theriac_store::tables::people::Name;
use theriac_store::{Conn, Write, tables};

use super::{find, new_password, subject};
use crate::{App, Result, ServiceError, Who};

/// Gives a person a role on a product, or on the organisation with all its products.
///
/// # Errors
/// When the person has it already, person or product are unknown, or the actor may not.
#[crate::boxed]
pub async fn grant(app: &App, who: &Who, key: &str, role: Role, product: Option<&str>) -> Result<()> {
    let action = "role grant";
    who.require(app, Permission::AdministerGrants, Scope::Organisation, action).await?;
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    if who.access().person() == Some(PersonId(person.id)) && role.signs() {
        drop(write);
        let error = ServiceError::rule(format!(
            "Nobody gives themselves a role that signs: ask another administrator to make you {role}."
        ));
        who.refused(app, action, &error.to_string()).await?;
        return Err(error);
    }
    let product_id = product_id(&mut write, product).await?;
    if held(&mut write, person.id, role, product_id).await?.is_some() {
        return Err(ServiceError::rule(format!("{key} is {role} of {} already.", place(product))));
    }
    table::add_grant(&mut write, person.id, role.as_str(), product_id).await?;
    let detail = json!({ "granted": role.as_str(), "product": product });
    write.audit(subject(person.id), None, None, detail);
    write.commit().await?;
    Ok(())
}

/// Takes a role back.
///
/// # Errors
/// When the person does not have it, it is the last administrator's, or the actor may not.
#[crate::boxed]
pub async fn withdraw(app: &App, who: &Who, key: &str, role: Role, product: Option<&str>) -> Result<()> {
    let action = "role withdraw";
    who.require(app, Permission::AdministerGrants, Scope::Organisation, action).await?;
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    let product_id = product_id(&mut write, product).await?;
    let held = held(&mut write, person.id, role, product_id).await?;
    let row =
        held.ok_or_else(|| ServiceError::rule(format!("{key} is not {role} of {}.", place(product))))?;
    if role == Role::Administrator && product.is_none() {
        another_administrator(&mut write, &person).await?;
    }
    table::end_grant(&mut write, row).await?;
    let detail = json!({ "product": product, "withdrawn": role.as_str() });
    write.audit(subject(person.id), None, None, detail);
    write.commit().await?;
    Ok(())
}

fn place(product: Option<&str>) -> &str {
    product.unwrap_or("the organisation")
}

async fn product_id(conn: &mut Conn, key: Option<&str>) -> Result<Option<i64>> {
    let Some(key) = key else { return Ok(None) };
    let product = tables::products::by_key(conn, key).await?;
    Ok(Some(product.ok_or_else(|| ServiceError::not_found("product", key))?.id))
}

async fn held(conn: &mut Conn, person: i64, role: Role, product: Option<i64>) -> Result<Option<i64>> {
    let grants = table::grants_of(conn, person).await?;
    let found = grants.into_iter().find(|grant| grant.role == role.as_str() && grant.product == product);
    Ok(found.map(|grant| grant.row_id))
}

/// Somebody must be left who can let others in.
async fn another_administrator(conn: &mut Conn, person: &Name) -> Result<()> {
    let role = Role::Administrator.as_str();
    let is = held(conn, person.id, Role::Administrator, None).await?.is_some();
    if is && table::others_with(conn, role, person.id).await? == 0 {
        return Err(ServiceError::rule(format!(
            "{} is the last administrator who can sign in; make another person administrator first.",
            person.key
        )));
    }
    Ok(())
}

/// Closes an account: its sessions end and every role is taken back. The person stays.
///
/// # Errors
/// When it is the last administrator's, there is no such person, or the actor may not.
#[crate::boxed]
pub async fn close_account(app: &App, who: &Who, key: &str) -> Result<()> {
    let action = "account close";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    let withdrawn = close(&mut write, &person).await?;
    write.audit(subject(person.id), None, None, json!({ "account": "closed", "withdrawn": withdrawn }));
    write.commit().await?;
    Ok(())
}

/// Closes the account inside a transaction and gives the roles that were taken back.
pub(super) async fn close(write: &mut Write, person: &Name) -> Result<Vec<String>> {
    another_administrator(write, person).await?;
    if let Some(account) = table::account(write, person.id).await? {
        table::set_account(write, &Account { disabled: true, ..account }).await?;
    }
    table::end_sessions_of(write, person.id).await?;
    let mut withdrawn = Vec::new();
    for grant in table::grants_of(write, person.id).await? {
        table::end_grant(write, grant.row_id).await?;
        withdrawn.push(grant.role);
    }
    Ok(withdrawn)
}

/// Gives a person a new password, and with it an account, or opens a closed one. Every session of theirs ends.
///
/// Given by another person it signs nothing before the person has chosen one of their own.
///
/// # Errors
/// When the password is weak, there is no such person, or the actor may not.
#[crate::boxed]
pub async fn reset_password(app: &App, who: &Who, key: &str, password: &str) -> Result<()> {
    let action = "password reset";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    let person = find(&mut *app.store().read().await?, key).await?;
    if person.email.is_empty() {
        return Err(ServiceError::rule(format!("{key} has no address, so nobody could sign in with it.")));
    }
    let password = new_password(app, "password", password, &person.email).await?;
    let own = who.access().person().is_none_or(|setter| setter.0 == person.id);
    let mut write = who.write(app, action).await?;
    table::set_account(&mut write, &Account { person: person.id, password, own, disabled: false }).await?;
    table::end_sessions_of(&mut write, person.id).await?;
    write.audit(subject(person.id), None, None, json!({ "account": "open" }));
    write.commit().await?;
    Ok(())
}
