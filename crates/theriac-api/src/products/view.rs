//! Products, releases and builds as they are answered.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use theriac_conformity::facts::words::Route;
use theriac_service::products::{ReleaseView as Release, state_of};
use theriac_service::{Result, ServiceError};
use theriac_store::tables::products::Product;
use theriac_store::tables::releases::Build;
use utoipa::ToSchema;

/// A product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductView {
    /// What people type.
    key: String,
    /// What people read.
    name: String,
    /// The route by which it conforms: `full` or `transitional` (annex F).
    route: String,
    /// Until when the manufacturer supports it.
    #[schema(value_type = Option<String>, format = Date)]
    support_end: Option<Date>,
    /// Names this state; sent with a change as `expected`, it replaces no other.
    state: String,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        let state = state_of(&product).to_string();
        Self {
            key: product.key,
            name: product.name,
            route: product.route,
            support_end: product.support_end,
            state,
        }
    }
}

/// A release.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseView {
    /// The product's key.
    product: String,
    /// The release's name.
    release: String,
    /// The decided release whose baseline it goes on from.
    based_on: Option<String>,
    /// When it is to ship.
    #[schema(value_type = Option<String>, format = Date)]
    planned_ship_date: Option<Date>,
    /// The key of who manages it.
    manager: Option<String>,
    /// The name of its candidate build.
    candidate: Option<String>,
    /// Whether it is decided that it ships.
    decided: bool,
    /// When that was decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// Whether customers have it.
    fielded: bool,
    /// Names ship date and manager; sent with a change as `expected`, it replaces no other plan.
    plan: String,
    /// The gate, by the verdicts kept last; `null` where none are kept yet, or you may not read them.
    gate: Option<GateSums>,
    /// How many clauses stand how at release, by the same verdicts.
    clauses: Option<ClauseSums>,
    /// Of when these verdicts are.
    as_of: Option<AsOf>,
}

/// A gate in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GateSums {
    /// Whether nothing stands against the release.
    open: bool,
    /// How many reasons close it.
    reasons: u32,
}

/// How many clauses stand how.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClauseSums {
    /// Met.
    met: u32,
    /// Partly met.
    partly_met: u32,
    /// Not met.
    not_met: u32,
    /// Not applicable.
    not_applicable: u32,
}

/// Of when verdicts are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AsOf {
    /// The day they judge.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// The audit sequence up to which they read.
    seq: i64,
    /// Whether that is today, and nothing happened since that can bear on the release.
    current: bool,
}

impl From<Release> for ReleaseView {
    fn from(release: Release) -> Self {
        Self {
            product: release.product,
            release: release.name,
            based_on: release.based_on,
            planned_ship_date: release.planned_ship_date,
            manager: release.manager,
            candidate: release.candidate,
            decided: release.decided_at.is_some(),
            decided_at: release.decided_at,
            fielded: release.fielded,
            plan: release.plan.to_string(),
            gate: release
                .standing
                .as_ref()
                .map(|standing| GateSums { open: standing.sums.gate_open, reasons: standing.sums.reasons }),
            clauses: release.standing.as_ref().map(|standing| {
                let [met, partly_met, not_met, not_applicable] = standing.sums.clauses;
                ClauseSums { met, partly_met, not_met, not_applicable }
            }),
            as_of: release.standing.as_ref().map(|standing| AsOf {
                day: standing.sums.day,
                seq: standing.sums.seq,
                current: standing.current,
            }),
        }
    }
}

/// A build.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuildView {
    /// The build's name.
    build: String,
    /// The commit it was made from.
    commit: String,
}

impl From<Build> for BuildView {
    fn from(build: Build) -> Self {
        Self { build: build.name, commit: build.commit }
    }
}

/// The route of a word.
pub(super) fn route_of(word: &str) -> Result<Route> {
    word.parse().map_err(|words: String| ServiceError::field("route", words))
}
