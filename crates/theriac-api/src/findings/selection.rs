//! `GET /products/{product}/releases/{release}/findings/selection`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::findings;
use utoipa::{IntoParams, ToSchema};

use super::view::{JudgedView, judged};
use crate::core::{Api, Caller, Query, Segments, Shown};

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SelectionQuery {
    /// The findings, with commas between: `FIND-7,FIND-9`.
    findings: String,
}

/// Chosen findings of a release.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SelectionView {
    /// The findings with their latest judgements.
    items: Vec<JudgedView>,
    /// Names findings and judgements as they are now: to be sent as `expected` with a judgement of them.
    expected: String,
    /// What their judgements belong to, for signing.
    sets: Vec<String>,
}

/// Chosen findings of a release with their latest judgements, as they are judged and signed together.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/findings/selection", tag = "findings",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), SelectionQuery,
    ),
    responses((status = 200, description = "The findings", body = SelectionView)),
)]
pub(super) async fn findings_selection(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<SelectionQuery>,
) -> Shown<Json<SelectionView>> {
    let chosen: Vec<String> =
        query.findings.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    let found = findings::selection(api.app(), &caller.who, &product, &release, &chosen).await?;
    let rows = found.rows.into_iter().map(|row| (row.finding, row.assessment)).collect();
    Ok(Json(SelectionView {
        items: judged(api.app(), rows).await?,
        expected: found.expected.to_string(),
        sets: found.sets.iter().map(ToString::to_string).collect(),
    }))
}
