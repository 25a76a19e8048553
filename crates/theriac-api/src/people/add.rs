//! `POST /people`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use theriac_service::people::{self, NewPerson, Place};
use utoipa::ToSchema;

use super::view::{PersonView, now, role};
use crate::core::Act;

/// A person to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonNew {
    /// What names the person in records and files: lower-case words, no address.
    key: String,
    /// The name.
    name: String,
    /// The e-mail address, with which the person signs in.
    email: String,
    /// The department.
    department: Option<String>,
    /// The key of the line manager.
    manager: Option<String>,
    /// Whether the person belongs to another organisation, such as a test house.
    #[serde(default)]
    external: bool,
    /// From which day; today where left out.
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// Roles on the organisation with all its products.
    #[serde(default)]
    roles: Vec<String>,
    /// The first password, which the person changes before signing anything; without one they cannot sign in.
    password: Option<String>,
}

/// Add a person.
#[utoipa::path(
    post, path = "/people", tag = "people", request_body = PersonNew,
    responses((status = 201, description = "Added", body = PersonView)),
)]
pub(super) async fn people_add(act: Act<PersonNew>) -> Response {
    act.run(StatusCode::CREATED, async |call, input| {
        let key = input.key.trim().to_owned();
        let roles = input.roles.iter().map(|key| role("roles", key)).collect::<Result<_, _>>()?;
        let new = NewPerson {
            key: input.key,
            name: input.name,
            email: input.email,
            place: Place { department: input.department, manager: input.manager, external: input.external },
            from: input.from,
            roles,
            password: input.password,
        };
        people::add_person(call.app(), call.who(), new).await?;
        now(&call, &key).await
    })
    .await
}
