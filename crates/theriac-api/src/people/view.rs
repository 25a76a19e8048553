//! People as they are answered, and the roles that requests name.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use theriac_auth::Role;
use theriac_service::people::{self, GrantView as Grant, PersonView as Person, Tenure};
use theriac_service::{Result, ServiceError};
use utoipa::ToSchema;

use crate::core::Call;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonView {
    /// What names the person in records and files.
    key: String,
    /// The name; empty once erased.
    name: String,
    /// The address; `null` for those who administer no people, and once erased.
    email: Option<String>,
    /// Where the person stands today; `null` before the first day and after the last.
    present: Option<PlaceView>,
    /// Where the person stands and stood, oldest first.
    places: Vec<PlaceView>,
    /// Roles in force.
    grants: Vec<GrantView>,
    /// `open`, `closed` or `none`.
    account: &'static str,
}

/// Where a person stands from a day on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceView {
    /// The department.
    department: Option<String>,
    /// The key of the line manager.
    manager: Option<String>,
    /// Whether the person belongs to another organisation.
    external: bool,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// The first day on which it no longer holds.
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<Date>,
}

/// A role in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantView {
    /// The role.
    role: &'static str,
    /// The product; `null` for the organisation with all its products.
    product: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Who gave it: the key of a person, or `system`.
    by: String,
}

impl From<Tenure> for PlaceView {
    fn from(tenure: Tenure) -> Self {
        Self {
            department: tenure.department,
            manager: tenure.manager,
            external: tenure.external,
            from: tenure.from,
            to: tenure.to,
        }
    }
}

impl From<Grant> for GrantView {
    fn from(grant: Grant) -> Self {
        Self { role: grant.role.as_str(), product: grant.product, since: grant.since, by: grant.by }
    }
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self {
            key: person.key,
            name: person.name,
            email: person.email,
            present: person.present.map(PlaceView::from),
            places: person.tenures.into_iter().map(PlaceView::from).collect(),
            grants: person.grants.into_iter().map(GrantView::from).collect(),
            account: person.account.as_str(),
        }
    }
}

/// The person as they are now, for the answer.
pub(super) async fn now(call: &Call, key: &str) -> Result<PersonView> {
    Ok(people::person(call.app(), call.who(), key).await?.into())
}

/// The role of a key.
pub(super) fn role(field: &str, key: &str) -> Result<Role> {
    key.parse().map_err(|error: theriac_auth::UnknownRole| ServiceError::field(field, error.to_string()))
}
