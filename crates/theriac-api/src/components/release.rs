//! `GET /products/{product}/releases/{release}/components`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::findings::{self, Change, ComponentRow, ListComponents, Order, Since};
use theriac_service::{Result, ServiceError};
use utoipa::{IntoParams, ToSchema};

use super::order;
use super::view::ComponentView;
use crate::core::{Api, Caller, Query, Segments, Shown, paging, word};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComponentsQuery {
    /// Those that could be matched, or those that could not.
    matched: Option<bool>,
    /// Those that await a disposition.
    #[serde(default)]
    awaiting: bool,
    /// Those with open findings.
    #[serde(default)]
    with_findings: bool,
    /// Words, each in identity or name; the version is part of the identity.
    q: Option<String>,
    /// The name of a release of the product to hold it against; the one it is based on, else the one before it, where
    /// left out.
    against: Option<String>,
    /// Against that release: `same` for those that are in both, `new` for those added or changed, `gone` for those of
    /// that release that are removed or changed.
    since: Option<String>,
    /// `component`, `-component` for the last first, or `findings` for the most findings first; those that await a
    /// disposition first where left out.
    sort: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// A component of a release, and what happened to it since the release it is held against.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedComponentView {
    /// The component.
    #[serde(flatten)]
    component: ComponentView,
    /// `same`, `added`, `changed` (its package was there in another version, or is there now) or `removed`; `null` where
    /// there is no release to hold it against.
    change: Option<String>,
    /// What names its package in the other release, where it changed.
    was: Vec<String>,
}

impl From<ComponentRow> for ComparedComponentView {
    fn from(mut row: ComponentRow) -> Self {
        Self {
            change: row.change.map(|change: Change| word(&change)),
            was: std::mem::take(&mut row.was),
            component: row.into(),
        }
    }
}

/// How many components are the same as in another release, and how many are not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceView {
    /// The release it is held against.
    against: String,
    /// How many components that release has.
    before: usize,
    /// In both.
    same: usize,
    /// Whose package came.
    added: usize,
    /// Whose package was there in another version.
    changed: usize,
    /// Whose package is gone.
    removed: usize,
}

impl From<findings::Difference> for DifferenceView {
    fn from(of: findings::Difference) -> Self {
        Self {
            against: of.against,
            before: of.before,
            same: of.same,
            added: of.added,
            changed: of.changed,
            removed: of.removed,
        }
    }
}

/// A page of components.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentsPage {
    /// The components.
    items: Vec<ComparedComponentView>,
    /// What to send as `after` for the next page; `null` on the last one.
    next: Option<String>,
    /// How many the release has.
    total: i64,
    /// How many of them could not be matched.
    unmatched: i64,
    /// How many of them await a disposition.
    awaiting: i64,
    /// The bills of materials that name them, oldest first.
    sources: Vec<String>,
    /// How it differs from the release it is held against; `null` for a product's first release.
    difference: Option<DifferenceView>,
}

fn since(word: &str) -> Result<Since> {
    match word {
        "same" => Ok(Since::Same),
        "new" => Ok(Since::New),
        "gone" => Ok(Since::Gone),
        other => Err(ServiceError::field("since", format!("'{other}' is none of: same, new, gone"))),
    }
}

/// The components of a release, held against another one.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/components", tag = "components",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), ComponentsQuery,
    ),
    responses((status = 200, description = "A page of components", body = ComponentsPage)),
)]
pub(super) async fn components_list(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<ComponentsQuery>,
) -> Shown<Json<ComponentsPage>> {
    let against = match query.against {
        None => findings::predecessor(api.app(), &caller.who, &product, &release).await?,
        named => named,
    };
    let since = query.since.as_deref().map(since).transpose()?;
    if since.is_some() && against.is_none() {
        let words = "the product has no release before this one; name the one to hold it against";
        return Err(ServiceError::field("against", words).into());
    }
    let input = ListComponents {
        product,
        release,
        matched: query.matched,
        awaiting: query.awaiting,
        with_findings: query.with_findings,
        query: query.q.unwrap_or_default(),
        against,
        since,
        order: order(query.sort.as_deref(), Order::Awaiting)?,
        paging: paging(query.after, query.limit)?,
    };
    let found = findings::components(api.app(), &caller.who, &input).await?;
    Ok(Json(ComponentsPage {
        items: found.page.items.into_iter().map(ComparedComponentView::from).collect(),
        next: found.page.next,
        total: found.total,
        unmatched: found.unmatched,
        awaiting: found.awaiting,
        sources: found.sources,
        difference: found.difference.map(DifferenceView::from),
    }))
}
