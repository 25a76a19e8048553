//! `POST /records/{record}/submit`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use theriac_service::records;
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// Which draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordSubmit {
    /// Names the draft as it was read: `expected` of the last answer.
    expected: String,
}

/// A revision that was minted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordSubmitted {
    /// Its number.
    revision: i64,
    /// Names it, and is what is signed.
    digest: String,
}

/// Submit your draft for review: a revision is minted.
#[utoipa::path(
    post, path = "/records/{record}/submit", tag = "records", request_body = RecordSubmit,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 201, description = "Submitted", body = RecordSubmitted)),
)]
pub(super) async fn records_submit(Segments(record): Segments<String>, act: Act<RecordSubmit>) -> Response {
    act.run(StatusCode::CREATED, async move |call, input| {
        let expected = digest("expected", &input.expected)?;
        let submitted = records::submit(call.app(), call.who(), &record, expected).await?;
        Ok(RecordSubmitted { revision: submitted.number, digest: submitted.digest.to_string() })
    })
    .await
}
