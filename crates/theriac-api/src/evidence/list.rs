//! `GET /products/{product}/releases/{release}/evidence`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::ServiceError;
use theriac_service::evidence::{self, ListEvidence};
use utoipa::IntoParams;

use super::EvidenceView;
use crate::core::{Api, Caller, Listed, Query, Segments, Shown, paging};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EvidenceListQuery {
    /// Of a kind, such as `sbom` or `test results`.
    kind: Option<String>,
    /// Of a build.
    build: Option<String>,
    /// With this in the file's name.
    q: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The evidence of a release, newest first.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/evidence", tag = "evidence",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), EvidenceListQuery,
    ),
    responses((status = 200, description = "A page of evidence", body = Listed<EvidenceView>)),
)]
pub(super) async fn evidence_list(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<EvidenceListQuery>,
) -> Shown<Json<Listed<EvidenceView>>> {
    let wrong = |words: String| ServiceError::field("kind", words);
    let input = ListEvidence {
        product,
        release,
        kind: query.kind.as_deref().map(str::parse).transpose().map_err(wrong)?,
        build: query.build,
        query: query.q.unwrap_or_default(),
        paging: paging(query.after, query.limit)?,
    };
    Ok(Json(evidence::list(api.app(), &caller.who, &input).await?.into()))
}
