//! `POST /records`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use serde_json::{Map, Value};
use theriac_service::records::{self, Begin, DraftLink, ScopeInput};
use utoipa::ToSchema;

use super::view::LinkInput;
use crate::core::Act;

/// A record to be begun.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordNew {
    /// The kind's id.
    kind: String,
    /// The product it is to belong to; left out for the organisation's own.
    product: Option<String>,
    /// The release of the product it is to belong to.
    release: Option<String>,
    /// The fields written so far.
    #[serde(default)]
    #[schema(value_type = Object)]
    content: Map<String, Value>,
    /// The links made so far.
    #[serde(default)]
    links: Vec<LinkInput>,
}

/// A record that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordBegun {
    /// Its number, such as `RISK-12`.
    record: String,
    /// Names the draft as it is now: to be sent as `expected` with the next change.
    expected: String,
}

/// Begin a record: it gets its number and a draft.
#[utoipa::path(
    post, path = "/records", tag = "records", request_body = RecordNew,
    responses((status = 201, description = "Begun", body = RecordBegun)),
)]
pub(super) async fn records_begin(act: Act<RecordNew>) -> Response {
    act.run(StatusCode::CREATED, async |call, input| {
        let begun = Begin {
            kind: input.kind,
            scope: ScopeInput::new(input.product, input.release)?,
            content: input.content.into(),
            links: input.links.into_iter().map(DraftLink::from).collect(),
        };
        let opened = records::begin(call.app(), call.who(), begun).await?;
        Ok(RecordBegun { record: opened.reference, expected: opened.expected.to_string() })
    })
    .await
}
