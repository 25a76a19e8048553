//! `DELETE /sessions/{session}`.

use axum::http::StatusCode;
use axum::response::Response;
use theriac_service::{ServiceError, people};

use crate::core::{Act, Nothing, Segments};

/// End one of your sessions.
#[utoipa::path(
    delete, path = "/sessions/{session}", tag = "session",
    params(("session" = String, Path, description = "As the list names it")),
    responses((status = 204, description = "Ended")),
)]
pub(super) async fn sessions_end(Segments(session): Segments<String>, act: Act<Nothing>) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, _| {
        let wrong =
            |_| ServiceError::field("session", "a session is named by the 64 characters that the list says");
        people::end_session(call.app(), call.who(), session.parse().map_err(wrong)?).await
    })
    .await
}
