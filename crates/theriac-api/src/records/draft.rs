//! `GET /records/{record}/draft`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use theriac_model::record::Content;
use theriac_service::records;
use utoipa::ToSchema;

use super::view::{FileRef, text};
use crate::core::{Api, Caller, Segments, Shown};

/// A link of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftLinkView {
    /// The type.
    #[serde(rename = "type")]
    link: String,
    /// The record it leads to.
    target: String,
    /// The target's title.
    title: String,
    /// The target's revision that the link was made against; `null` while it is new.
    pinned: Option<String>,
}

/// Your draft of a record, or what you would edit: its latest revision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftView {
    /// The record.
    record: String,
    /// The kind's id.
    kind: String,
    /// The number of the revision that submitting it would mint.
    next: i64,
    /// The fields.
    #[schema(value_type = Object)]
    content: Map<String, Value>,
    /// The links.
    links: Vec<DraftLinkView>,
    /// The files.
    files: Vec<FileRef>,
    /// Names the draft as it is now: to be sent as `expected` with the next change.
    expected: String,
    /// When it was last saved; `null` while it equals the latest revision.
    #[schema(value_type = Option<String>, format = DateTime)]
    saved_at: Option<Timestamp>,
    /// An own draft that goes on from an older revision, which a colleague's has overtaken.
    #[schema(value_type = Option<Object>)]
    overtaken: Option<Map<String, Value>>,
    /// The reason given, when the latest revision was sent back.
    sent_back: Option<String>,
}

/// Your draft of a record.
#[utoipa::path(
    get, path = "/records/{record}/draft", tag = "records",
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 200, description = "The draft", body = DraftView)),
)]
pub(super) async fn records_draft(
    State(api): State<Api>,
    caller: Caller,
    Segments(record): Segments<String>,
) -> Shown<Json<DraftView>> {
    let draft = records::edit(api.app(), &caller.who, &record).await?;
    let links = draft.links.into_iter().map(|(link, title)| DraftLinkView {
        link: link.link,
        target: link.target,
        title,
        pinned: text(link.pinned),
    });
    Ok(Json(DraftView {
        record: draft.record.reference,
        kind: draft.record.kind,
        next: draft.next,
        content: draft.content.into_map(),
        links: links.collect(),
        files: draft.attachments.into_iter().map(FileRef::from).collect(),
        expected: draft.expected.to_string(),
        saved_at: draft.saved_at,
        overtaken: draft.overtaken.map(Content::into_map),
        sent_back: draft.sent_back,
    }))
}
