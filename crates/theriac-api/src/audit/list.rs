//! `GET /audit`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use theriac_service::audit::{self, Entries, EntryView as Entry};
use theriac_store::audit::Change;
use utoipa::{IntoParams, ToSchema};

use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Of a person, by key.
    person: Option<String>,
    /// Of an action, such as `record submit`.
    action: Option<String>,
    /// That speak of something, such as `RISK-12`.
    subject: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// One thing that changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeView {
    /// What changed, such as `RISK-12`.
    subject: String,
    /// The digest of its content before.
    before: Option<String>,
    /// The digest of its content after.
    after: Option<String>,
    /// What else there is to know.
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        Self {
            subject: change.subject,
            before: change.before.map(|digest| digest.to_string()),
            after: change.after.map(|digest| digest.to_string()),
            detail: change.detail,
        }
    }
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// Its place in the log.
    seq: i64,
    /// When it was committed.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who acted: the key of a person, `token:ID` or `system`.
    actor: String,
    /// From where.
    via: String,
    /// What was done.
    action: String,
    /// Why it was refused, when it was.
    refused: Option<String>,
    /// What changed.
    changes: Vec<ChangeView>,
    /// Its hash in the chain.
    hash: String,
    /// The hash of the entry before.
    prev: String,
}

impl From<Entry> for EntryView {
    fn from(view: Entry) -> Self {
        let Entry { entry, hash, actor, refused, .. } = view;
        Self {
            seq: entry.seq,
            at: entry.at,
            actor,
            via: entry.via,
            action: entry.action,
            refused,
            changes: entry.changes.into_iter().map(ChangeView::from).collect(),
            hash: hash.to_string(),
            prev: entry.prev.to_string(),
        }
    }
}

/// Entries of the audit log, newest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "A page of entries", body = Listed<EntryView>)),
)]
pub(super) async fn audit_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Shown<Json<Listed<EntryView>>> {
    let paging = paging(query.after, query.limit)?;
    let filter = Entries { person: query.person, action: query.action, subject: query.subject };
    Ok(Json(audit::entries(api.app(), &caller.who, &filter, &paging).await?.into()))
}
