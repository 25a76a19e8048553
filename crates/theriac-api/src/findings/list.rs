//! `GET /findings`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::ServiceError;
use theriac_service::findings::{self, ListFindings};
use utoipa::{IntoParams, ToSchema};

use super::view::FindingView;
use crate::core::{Api, Caller, Query, Shown, paging};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingsQuery {
    /// Of a product.
    product: Option<String>,
    /// Of a release of the product.
    release: Option<String>,
    /// In a state: `new`, `under investigation`, `affected`, `not affected`, `fixed`, `risk accepted`, `resolved`.
    state: Option<String>,
    /// That await `judgement`, `signature` (of who judged), `acceptance` (of the risk that stays), `clinical` or
    /// `confirmation`.
    awaits: Option<String>,
    /// Of a severity.
    severity: Option<String>,
    /// Not closed.
    #[serde(default)]
    open: bool,
    /// Mended or judged by a person, by key.
    person: Option<String>,
    /// Of a component.
    component: Option<String>,
    /// That appeared on their release then or later: `yesterday`, a day (from its beginning in the organisation's time
    /// zone), or a moment (RFC 3339).
    since: Option<String>,
    /// Words, each in component, id or alias.
    q: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// How many findings are in a state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StateCount {
    /// The state.
    state: String,
    /// How many, over all pages.
    count: i64,
}

/// A page of findings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingsPage {
    /// The findings.
    items: Vec<FindingView>,
    /// What to send as `after` for the next page; `null` on the last one.
    next: Option<String>,
    /// How many there are in which state, whatever state is listed.
    counts: Vec<StateCount>,
}

/// Findings, worst first, then by age.
#[utoipa::path(
    get, path = "/findings", tag = "findings", params(FindingsQuery),
    responses((status = 200, description = "A page of findings", body = FindingsPage)),
)]
pub(super) async fn findings_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<FindingsQuery>,
) -> Shown<Json<FindingsPage>> {
    let paging = paging(query.after, query.limit)?;
    let wrong = |words: String| ServiceError::field("severity", words);
    let severity = query.severity.as_deref().map(str::parse).transpose();
    let input = ListFindings {
        severity: severity.map_err(wrong)?,
        product: query.product,
        release: query.release,
        state: query.state,
        awaits: query.awaits,
        open: query.open,
        person: query.person,
        component: query.component,
        since: query.since,
        query: query.q.unwrap_or_default(),
        paging,
    };
    let found = findings::list(api.app(), &caller.who, &input).await?;
    let counts = found.counts.into_iter().map(|(state, count)| StateCount { state, count });
    Ok(Json(FindingsPage {
        items: found.page.items.into_iter().map(FindingView::from).collect(),
        next: found.page.next,
        counts: counts.collect(),
    }))
}
