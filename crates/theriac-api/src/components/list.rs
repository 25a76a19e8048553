//! `GET /components`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::findings::{self, Order, PlacedComponent, SearchComponents};
use utoipa::{IntoParams, ToSchema};

use super::order;
use super::view::ComponentView;
use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// What to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComponentsEverywhereQuery {
    /// Words, each in identity or name; the version is part of the identity.
    q: Option<String>,
    /// Those of releases that customers have.
    #[serde(default)]
    fielded: bool,
    /// Those with open findings.
    #[serde(default)]
    with_findings: bool,
    /// `component`, `-component` for the last first, or `findings` for the most findings first; by component where left
    /// out.
    sort: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// A component and the release it is part of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlacedComponentView {
    /// The product's key.
    product: String,
    /// The release's name.
    release: String,
    /// Whether customers have it.
    fielded: bool,
    /// The component as it is in that release.
    #[serde(flatten)]
    component: ComponentView,
}

impl From<PlacedComponent> for PlacedComponentView {
    fn from(placed: PlacedComponent) -> Self {
        Self {
            product: placed.product,
            release: placed.release,
            fielded: placed.fielded,
            component: placed.component.into(),
        }
    }
}

/// The components of all releases that you may read: each once in every release that has it.
#[utoipa::path(
    get, path = "/components", tag = "components", params(ComponentsEverywhereQuery),
    responses((status = 200, description = "A page of components", body = Listed<PlacedComponentView>)),
)]
pub(super) async fn components_everywhere(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ComponentsEverywhereQuery>,
) -> Shown<Json<Listed<PlacedComponentView>>> {
    let input = SearchComponents {
        query: query.q.unwrap_or_default(),
        fielded: query.fielded,
        with_findings: query.with_findings,
        order: order(query.sort.as_deref(), Order::Key)?,
        paging: paging(query.after, query.limit)?,
    };
    Ok(Json(findings::search_components(api.app(), &caller.who, &input).await?.into()))
}
