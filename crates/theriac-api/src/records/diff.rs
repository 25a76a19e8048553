//! `GET /records/{record}/diff`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_model::record::Link;
use theriac_service::records;
use utoipa::{IntoParams, ToSchema};

use super::view::{FileRef, LinkInput};
use crate::core::{Api, Caller, Query, Segments, Shown};

/// Which revisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// The number of one revision.
    from: i64,
    /// The number of the other.
    to: i64,
}

/// A field that differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldDiff {
    /// The field's id.
    field: &'static str,
    /// What people call it.
    label: &'static str,
    /// Its text in the older revision.
    before: String,
    /// Its text in the newer one.
    after: String,
}

/// What differs between two revisions, the older one first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiffView {
    /// The number of the older revision.
    from: i64,
    /// The number of the newer one.
    to: i64,
    /// Fields that differ.
    fields: Vec<FieldDiff>,
    /// Links that came.
    links_added: Vec<LinkInput>,
    /// Links that went.
    links_removed: Vec<LinkInput>,
    /// Links that lead to another revision of their target than before.
    links_moved: Vec<LinkInput>,
    /// Files that came or changed.
    files_added: Vec<FileRef>,
    /// Files that went or changed.
    files_removed: Vec<FileRef>,
}

/// Two revisions of a record compared.
#[utoipa::path(
    get, path = "/records/{record}/diff", tag = "records",
    params(("record" = String, Path, description = "The record, such as `RISK-12`"), DiffQuery),
    responses((status = 200, description = "What differs", body = DiffView)),
)]
pub(super) async fn records_diff(
    State(api): State<Api>,
    caller: Caller,
    Segments(record): Segments<String>,
    Query(query): Query<DiffQuery>,
) -> Shown<Json<DiffView>> {
    let changed = records::compare(api.app(), &caller.who, &record, query.from, query.to).await?;
    let links = |links: Vec<Link>| {
        links.into_iter().map(|link| LinkInput { link: link.link, target: link.target }).collect()
    };
    let fields = changed.fields.into_iter().map(|field| FieldDiff {
        field: field.field,
        label: field.label,
        before: field.before,
        after: field.after,
    });
    Ok(Json(DiffView {
        from: changed.older.number,
        to: changed.newer.number,
        fields: fields.collect(),
        links_added: links(changed.links_added),
        links_removed: links(changed.links_removed),
        links_moved: links(changed.links_moved),
        files_added: changed.files_added.into_iter().map(FileRef::from).collect(),
        files_removed: changed.files_removed.into_iter().map(FileRef::from).collect(),
    }))
}
