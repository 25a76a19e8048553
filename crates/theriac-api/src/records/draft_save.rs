//! `PUT /records/{record}/draft`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use theriac_service::records::{self, DraftInput, DraftLink};
use utoipa::ToSchema;

use super::view::{DraftSaved, LinkInput};
use crate::core::{Act, Segments, digest};

/// What the draft is to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftSave {
    /// Names the draft as it was read: `expected` of the last answer.
    expected: String,
    /// The fields.
    #[schema(value_type = Object)]
    content: Map<String, Value>,
    /// The links.
    #[serde(default)]
    links: Vec<LinkInput>,
}

/// Save your draft. What is left out is emptied.
#[utoipa::path(
    put, path = "/records/{record}/draft", tag = "records", request_body = DraftSave,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 200, description = "Saved", body = DraftSaved)),
)]
pub(super) async fn records_draft_save(Segments(record): Segments<String>, act: Act<DraftSave>) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let expected = digest("expected", &input.expected)?;
        let links = input.links.into_iter().map(DraftLink::from).collect();
        let draft = DraftInput { content: input.content.into(), links };
        Ok(DraftSaved::from(records::save_draft(call.app(), call.who(), &record, expected, draft).await?))
    })
    .await
}
