//! `GET /products/{product}/releases/{release}/decisions`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use theriac_service::gate::Decided;
use theriac_service::{gate, people};
use utoipa::ToSchema;

use crate::core::{Api, Caller, Segments, Shown};

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

/// The decisions on a release, newest first.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/decisions", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The decisions", body = [DecisionView])),
)]
pub(super) async fn decisions_list(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
) -> Shown<Json<Vec<DecisionView>>> {
    let found = gate::decisions(api.app(), &caller.who, &product, &release).await?;
    let keys =
        people::keys(api.app(), found.iter().map(|row| row.decision.person).collect::<Vec<_>>()).await?;
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
    Ok(Json(found.into_iter().map(view).collect()))
}
