//! `GET /records`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::records::{self, ListInput};
use utoipa::IntoParams;

use super::view::{RecordRow, rows};
use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordsQuery {
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
    /// Only what waits for an approval that the caller may give: in review, and written by somebody else.
    #[serde(default)]
    to_approve: bool,
    /// Words that must occur in number, title or listed fields.
    q: Option<String>,
    /// `number` (by kind and number), `due` (by the next date) or `changed` (the latest change first).
    sort: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// Records, filtered, sorted and by page.
#[utoipa::path(
    get, path = "/records", tag = "records", params(RecordsQuery),
    responses((status = 200, description = "A page of records", body = Listed<RecordRow>)),
)]
pub(super) async fn records_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<RecordsQuery>,
) -> Shown<Json<Listed<RecordRow>>> {
    let paging = paging(query.after, query.limit)?;
    let input = ListInput {
        kind: query.kind,
        state: query.state,
        owner: query.owner,
        product: query.product,
        release: query.release,
        suspect: query.suspect,
        to_approve: query.to_approve,
        query: query.q.unwrap_or_default(),
        order: query.sort.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
        after: paging.after,
        limit: paging.limit,
    };
    let listing = records::list(api.app(), &caller.who, &input).await?;
    Ok(Json(Listed { items: rows(api.app(), listing.rows).await?, next: listing.next }))
}
