//! `POST /people/{person}/close`.

use axum::http::StatusCode;
use axum::response::Response;
use theriac_service::people;

use super::view::{PersonView, now};
use crate::core::{Act, Nothing, Segments};

/// Close an account: its sessions end and every role is taken back. The person stays.
#[utoipa::path(
    post, path = "/people/{person}/close", tag = "people",
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 200, description = "The person as they are now", body = PersonView)),
)]
pub(super) async fn people_close(Segments(person): Segments<String>, act: Act<Nothing>) -> Response {
    act.run(StatusCode::OK, async move |call, _| {
        people::close_account(call.app(), call.who(), &person).await?;
        now(&call, &person).await
    })
    .await
}
