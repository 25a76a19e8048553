//! `GET /products/{product}/releases/{release}/decisions`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use theriac_service::gate::Decided;
use theriac_service::{gate, people};
use utoipa::{IntoParams, ToSchema};

use crate::core::{Api, Caller, Listed, Query, Segments, Shown, paging};

/// A decision on a release.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionView {
    /// `ship`, `postpone` or `withdraw`.
    decision: String,
    /// Why.
    reason: String,
    /// The key of who signed.
    person: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The audit sequence that it judges.
    seq: i64,
    /// The digest of the facts it rests on.
    facts: String,
    /// The digest of the verdicts and the gate that it decided on.
    verdicts: String,
    /// The digest of the pack.
    pack: String,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DecisionsQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The decisions on a release, newest first.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/decisions", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
        DecisionsQuery,
    ),
    responses((status = 200, description = "A page of decisions", body = Listed<DecisionView>)),
)]
pub(super) async fn decisions_list(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<DecisionsQuery>,
) -> Shown<Json<Listed<DecisionView>>> {
    let paging = paging(query.after, query.limit)?;
    let found = gate::decisions(api.app(), &caller.who, &product, &release, &paging).await?;
    let people: Vec<i64> = found.items.iter().map(|row| row.decision.person).collect();
    let keys = people::keys(api.app(), people).await?;
    let view = |Decided { decision, .. }: Decided| DecisionView {
        decision: decision.outcome,
        reason: decision.reason,
        person: keys.get(&decision.person).cloned().unwrap_or_default(),
        at: decision.at,
        seq: decision.seq,
        facts: decision.facts.to_string(),
        verdicts: decision.verdicts.to_string(),
        pack: decision.pack.to_string(),
    };
    Ok(Json(found.map(view).into()))
}
