//! `GET /records/export`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::records::{self, ListInput};
use utoipa::IntoParams;

use super::file_shape::RecordsFile;
use crate::core::{Api, Caller, Query, Shown};

/// What to export.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Of a kind, by id.
    kind: Option<String>,
    /// In a state: `draft`, `in review`, `approved`, `sent back`, `retired`, `withdrawn`.
    state: Option<String>,
    /// Owned by a person, by key.
    owner: Option<String>,
    /// Of a product, with its releases.
    product: Option<String>,
    /// Of a release of the product.
    release: Option<String>,
    /// With a suspect link only.
    #[serde(default)]
    suspect: bool,
    /// Words that must occur in number, title or listed fields.
    q: Option<String>,
}

/// Records as one file with what is attached to them, for reading and for another installation; at most 10,000 records and
/// 32 MB of files.
#[utoipa::path(
    get, path = "/records/export", tag = "records", params(ExportQuery),
    responses((status = 200, description = "The file", body = RecordsFile)),
)]
pub(super) async fn records_export(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> Shown<Json<RecordsFile>> {
    let input = ListInput {
        kind: query.kind,
        state: query.state,
        owner: query.owner,
        product: query.product,
        release: query.release,
        suspect: query.suspect,
        query: query.q.unwrap_or_default(),
        ..ListInput::default()
    };
    Ok(Json(records::export(api.app(), &caller.who, &input).await?.into()))
}
