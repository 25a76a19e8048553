//! `DELETE /records/{record}/draft/files/{name}`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records;
use utoipa::IntoParams;

use super::view::DraftSaved;
use crate::core::{Act, Nothing, Query, Segments, digest};

/// Which draft.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DetachQuery {
    /// Names the draft as it was read: `expected` of the last answer.
    expected: String,
}

/// Take a file away from your draft.
#[utoipa::path(
    delete, path = "/records/{record}/draft/files/{name}", tag = "records",
    params(
        ("record" = String, Path, description = "The record, such as `RISK-12`"),
        ("name" = String, Path, description = "The file's name"), DetachQuery,
    ),
    responses((status = 200, description = "Taken away", body = DraftSaved)),
)]
pub(super) async fn records_file_detach(
    Segments((record, name)): Segments<(String, String)>,
    Query(query): Query<DetachQuery>,
    act: Act<Nothing>,
) -> Response {
    act.run(StatusCode::OK, async move |call, _| {
        let expected = digest("expected", &query.expected)?;
        Ok(DraftSaved::from(records::detach(call.app(), call.who(), &record, expected, &name).await?))
    })
    .await
}
