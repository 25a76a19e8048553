//! Leaving: a person stands nowhere in the organisation from a day on.

use jiff::civil::Date;
use serde_json::json;
use theriac_auth::{Permission, Scope};
use theriac_store::tables::people::{self as table, Person};

use super::organisation::organisation_in;
use super::person::Versions;
use super::{digest_of, find, subject};
use crate::check::Checks;
use crate::{App, Result, ServiceError, Who};

/// Says that a person has left: from that day on they stand nowhere and answer for no clause, and verdicts and gates ask
/// somebody else. The account closes at once. Who comes back is given a place again.
///
/// # Errors
/// When the day is still to come or not later than the person's first, they have left already, it is the last
/// administrator, or the actor may not.
#[crate::boxed]
pub async fn leave(app: &App, who: &Who, key: &str, from: Date) -> Result<()> {
    let action = "person leave";
    who.require(app, Permission::AdministerPeople, Scope::Organisation, action).await?;
    let mut checks = Checks::default();
    checks.day("from", Some(from));
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let person = find(&mut write, key).await?;
    let today = app.today(&organisation_in(&mut write).await?.zone);
    if from > today {
        return Err(ServiceError::field(
            "from",
            "is still to come: the account closes at once, so say it on the day itself",
        ));
    }
    let before = table::versions_of(&mut write, person.id).await?;
    let ends_later = |version: &&Person| version.to.is_none_or(|to| to > from);
    if !before.iter().any(|version| ends_later(&version)) {
        return Err(ServiceError::rule(format!(
            "{key} has left already: no place of theirs reaches beyond {from}."
        )));
    }
    if !before.iter().any(|version| version.from < from) {
        let message = "must be later than the person's first day";
        return Err(ServiceError::field("from", message));
    }
    for version in before.iter().filter(ends_later) {
        table::end_version(&mut write, person.id, version.from).await?;
        if version.from < from {
            table::add_version(&mut write, &Person { to: Some(from), ..version.clone() }).await?;
        }
    }
    let withdrawn = super::access::close(&mut write, &person).await?;
    let after = table::versions_of(&mut write, person.id).await?;
    let digests = (digest_of(&Versions::of(&before))?, digest_of(&Versions::of(&after))?);
    let detail = json!({ "left": from, "account": "closed", "withdrawn": withdrawn });
    write.audit(subject(person.id), Some(digests.0), Some(digests.1), detail);
    write.commit().await?;
    Ok(())
}
