//! `GET /products/{product}/releases/{release}/components`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use theriac_service::findings::{self, ComponentRow as Row, DispositionView as Disposition, ListComponents};
use utoipa::{IntoParams, ToSchema};

use crate::core::{Api, Caller, Query, Segments, Shown, paging};

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
    /// Words, each in identity or name.
    q: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// What was said about a component that cannot be matched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispositionView {
    /// The word for it.
    disposition: String,
    /// Why.
    reason: String,
    /// The key of who said so.
    person: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whether it was taken over from an earlier release.
    carried: bool,
}

impl From<Disposition> for DispositionView {
    fn from(said: Disposition) -> Self {
        Self {
            disposition: said.disposition,
            reason: said.reason,
            person: said.person,
            at: said.at,
            carried: said.carried,
        }
    }
}

/// A component of a release: once, however many bills of materials name it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentView {
    /// What names it: its purl without qualifiers, else its CPE, else `name@version`.
    component: String,
    /// Its purl as written.
    purl: Option<String>,
    /// Its CPE as written.
    cpe: Option<String>,
    /// `library`, `application` and the like.
    component_type: String,
    /// Group and name.
    name: String,
    /// Its version.
    version: Option<String>,
    /// Who supplies it.
    supplier: Option<String>,
    /// Licence ids, names and expressions.
    licences: Vec<String>,
    /// Algorithm and hash, with a blank between.
    hashes: Vec<String>,
    /// Whether the product needs it itself.
    direct: bool,
    /// The bill of materials that names it first.
    evidence: String,
    /// How many open findings it has.
    findings: i64,
    /// Why it could not be matched; `null` when it was.
    unmatched: Option<String>,
    /// What was said about that.
    disposition: Option<DispositionView>,
}

impl From<Row> for ComponentView {
    fn from(row: Row) -> Self {
        Self {
            component: row.key,
            purl: row.purl,
            cpe: row.cpe,
            component_type: row.component_type,
            name: row.name,
            version: row.version,
            supplier: row.supplier,
            licences: row.licences,
            hashes: row.hashes,
            direct: row.direct,
            evidence: row.evidence,
            findings: row.findings,
            unmatched: row.unmatched,
            disposition: row.disposition.map(DispositionView::from),
        }
    }
}

/// A page of components.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentsPage {
    /// The components.
    items: Vec<ComponentView>,
    /// What to send as `after` for the next page; `null` on the last one.
    next: Option<String>,
    /// How many the release has.
    total: i64,
    /// How many of them could not be matched.
    unmatched: i64,
    /// How many of them await a disposition.
    awaiting: i64,
}

/// The components of a release: those that await a disposition first.
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
    let input = ListComponents {
        product,
        release,
        matched: query.matched,
        awaiting: query.awaiting,
        with_findings: query.with_findings,
        query: query.q.unwrap_or_default(),
        paging: paging(query.after, query.limit)?,
        ..ListComponents::default()
    };
    let found = findings::components(api.app(), &caller.who, &input).await?;
    Ok(Json(ComponentsPage {
        items: found.page.items.into_iter().map(ComponentView::from).collect(),
        next: found.page.next,
        total: found.total,
        unmatched: found.unmatched,
        awaiting: found.awaiting,
    }))
}
