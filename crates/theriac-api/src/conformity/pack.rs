//! `GET /pack`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use theriac_conformity::pack::Clause;
use theriac_service::gate::PackView as InForce;
use theriac_service::{ServiceError, gate, people};
use utoipa::ToSchema;

use crate::core::{Api, Caller, Shown};

/// A check of a clause.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    /// Its id.
    check: String,
    /// What holds when it is met.
    title: String,
    /// What to do about a subject that fails.
    todo: String,
}

/// A clause of the standard, in our own words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClauseView {
    /// Its number.
    clause: String,
    /// Its short title.
    title: String,
    /// The duty.
    duty: String,
    /// Where it is judged: `organisation`, `product`, `release` or `fielded release`.
    #[schema(value_type = String)]
    level: Value,
    /// `computed` or `attested`.
    #[schema(value_type = String)]
    kind: Value,
    /// How sure the pack is of it: letters of its legend.
    confidence: String,
    /// When it applies; `null` when always.
    condition: Option<String>,
    /// Its checks.
    checks: Vec<CheckView>,
}

/// How the manufacturer adopted the pack.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdoptionView {
    /// Which copy of the standard it was compared with.
    copy_of: String,
    /// The key of who signed.
    person: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// The pack in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackView {
    /// Its id.
    pack: String,
    /// The standard's designation.
    title: String,
    /// The digest of its files: what an adoption signs.
    digest: String,
    /// Its adoption; `null` while verdicts are provisional.
    adoption: Option<AdoptionView>,
    /// Its clauses, in the order of the standard.
    clauses: Vec<ClauseView>,
}

/// The pack in force: the standard as data.
#[utoipa::path(
    get, path = "/pack", tag = "conformity",
    responses((status = 200, description = "The pack", body = PackView)),
)]
pub(super) async fn pack_get(State(api): State<Api>, caller: Caller) -> Shown<Json<PackView>> {
    let InForce { pack, adoption, .. } = gate::pack_in_force(api.app(), &caller.who).await?;
    let keys = people::keys(api.app(), adoption.iter().map(|row| row.person).collect::<Vec<_>>()).await?;
    Ok(Json(PackView {
        pack: pack.id.clone(),
        title: pack.title.clone(),
        digest: pack.digest.to_string(),
        adoption: adoption.map(|row| AdoptionView {
            copy_of: row.copy_of,
            person: keys.get(&row.person).cloned().unwrap_or_default(),
            at: row.at,
        }),
        clauses: pack.clauses.iter().map(clause).collect::<Result<_, _>>()?,
    }))
}

fn clause(clause: &Clause) -> Result<ClauseView, ServiceError> {
    let word = |value: Result<Value, serde_json::Error>| {
        value.map_err(|error| ServiceError::Internal(error.to_string()))
    };
    let check = |check: &theriac_conformity::pack::Check| CheckView {
        check: check.id.clone(),
        title: check.title.clone(),
        todo: check.todo.clone(),
    };
    Ok(ClauseView {
        clause: clause.number.clone(),
        title: clause.title.clone(),
        duty: clause.duty.clone(),
        level: word(serde_json::to_value(clause.level))?,
        kind: word(serde_json::to_value(clause.kind))?,
        confidence: clause.confidence.clone(),
        condition: clause.condition.as_ref().map(|condition| condition.words.clone()),
        checks: clause.checks.iter().map(check).collect(),
    })
}
