//! `DELETE /records/{record}/draft`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records;
use utoipa::IntoParams;

use crate::core::{Act, Nothing, Query, Segments, digest};

/// Which draft.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiscardQuery {
    /// Names the draft as it was read: `expected` of the last answer.
    expected: String,
}

/// Throw your draft away. A record that never had a revision stays as a number without content.
#[utoipa::path(
    delete, path = "/records/{record}/draft", tag = "records",
    params(("record" = String, Path, description = "The record, such as `RISK-12`"), DiscardQuery),
    responses((status = 204, description = "Discarded")),
)]
pub(super) async fn records_draft_discard(
    Segments(record): Segments<String>,
    Query(query): Query<DiscardQuery>,
    act: Act<Nothing>,
) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, _| {
        let expected = digest("expected", &query.expected)?;
        records::discard(call.app(), call.who(), &record, expected).await
    })
    .await
}
