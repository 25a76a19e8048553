//! `GET /records/{record}`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use theriac_service::records::{self, RecordView as Record};
use theriac_service::{App, Result, people};
use utoipa::{IntoParams, ToSchema};

use super::view::{LinkView, RevisionView, key, people_of, text};
use crate::core::{Api, Caller, Query, Segments, Shown};

/// Which revision.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordQuery {
    /// The number of a revision; the latest where left out.
    revision: Option<i64>,
}

/// A draft that waits beside the revisions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftOf {
    /// The key of its author; `null` for a machine's.
    author: Option<String>,
    /// When it was last saved.
    #[schema(value_type = String, format = DateTime)]
    saved_at: Timestamp,
}

/// Something that happened to a revision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// The digest of the revision.
    revision: String,
    /// The state from then on.
    state: String,
    /// The key of who did it.
    person: String,
    /// Why, or what was said.
    reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// A record with one of its revisions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// Its number, such as `RISK-12`.
    record: String,
    /// The kind's id.
    kind: String,
    /// The product, unless the record is the organisation's own.
    product: Option<String>,
    /// The release, where it belongs to one.
    release: Option<String>,
    /// The title of its latest revision, or of its draft.
    title: String,
    /// The state of its latest revision, or `draft`.
    state: String,
    /// The key of its owner.
    owner: Option<String>,
    /// Its next date.
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Date>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The number of its latest revision; 0 without one.
    latest: i64,
    /// The digest of its approved revision in force.
    approved: Option<String>,
    /// The revision asked for; `null` while there is only a draft.
    revision: Option<RevisionView>,
    /// The meanings that its signatures must have.
    meanings: Vec<String>,
    /// The fields of the draft, while there is no revision and you may write it.
    #[schema(value_type = Option<Object>)]
    drafted: Option<Map<String, Value>>,
    /// The drafts that wait.
    drafts: Vec<DraftOf>,
    /// The links that leave the revision.
    links: Vec<LinkView>,
    /// The links of others' latest revisions that lead here.
    backlinks: Vec<LinkView>,
    /// What happened to its revisions, newest first.
    events: Vec<EventView>,
}

/// One record, with its latest revision or the one asked for.
#[utoipa::path(
    get, path = "/records/{record}", tag = "records",
    params(("record" = String, Path, description = "The record, such as `RISK-12`"), RecordQuery),
    responses((status = 200, description = "The record", body = RecordView)),
)]
pub(super) async fn records_get(
    State(api): State<Api>,
    caller: Caller,
    Segments(record): Segments<String>,
    Query(query): Query<RecordQuery>,
) -> Shown<Json<RecordView>> {
    let found = records::record(api.app(), &caller.who, &record, query.revision).await?;
    Ok(Json(view(api.app(), found).await?))
}

async fn view(app: &App, found: Record) -> Result<RecordView> {
    let named = found.shown.iter().flat_map(people_of).chain(found.head.owner);
    let named = named.chain(found.events.iter().map(|event| event.person));
    let named = named.chain(found.drafts.iter().map(|draft| draft.author));
    let keys = people::keys(app, named.collect::<Vec<_>>()).await?;
    let event = |event: theriac_store::tables::records::StateChange| EventView {
        revision: event.revision.to_string(),
        state: event.state,
        person: key(&keys, event.person),
        reason: event.reason,
        at: event.at,
    };
    Ok(RecordView {
        record: found.record.reference,
        kind: found.record.kind,
        product: found.place.0,
        release: found.place.1,
        title: found.head.title,
        state: found.head.state,
        owner: found.head.owner.map(|id| key(&keys, id)),
        due: found.head.due,
        created_at: found.record.created_at,
        latest: found.latest,
        approved: text(found.head.approved),
        revision: found.shown.map(|shown| RevisionView::new(shown, &keys)),
        meanings: found.meanings.into_iter().map(str::to_owned).collect(),
        drafted: found.drafted.map(theriac_model::record::Content::into_map),
        drafts: found
            .drafts
            .into_iter()
            .map(|draft| DraftOf { author: keys.get(&draft.author).cloned(), saved_at: draft.saved_at })
            .collect(),
        links: found.links.into_iter().map(|link| LinkView::new(link, true)).collect(),
        backlinks: found.backlinks.into_iter().map(|link| LinkView::new(link, false)).collect(),
        events: found.events.into_iter().map(event).collect(),
    })
}
