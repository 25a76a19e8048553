//! `GET /kinds`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use theriac_auth::Permission;
use theriac_model::record::Kind;
use utoipa::ToSchema;

use crate::core::{Api, Caller};

/// A type of link that a kind has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkTypeView {
    /// Its id, such as `mitigated-by`.
    #[serde(rename = "type")]
    link: &'static str,
    /// The kinds it leads to.
    targets: &'static [&'static str],
    /// How many a revision needs.
    at_least: usize,
}

/// A kind of record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KindView {
    /// Its id, such as `risk`.
    kind: &'static str,
    /// What its numbers begin with.
    prefix: &'static str,
    /// The version of its content.
    version: u32,
    /// What people call it.
    title: &'static str,
    /// What people call several.
    plural: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// What its records can belong to: `organisation`, `product`, `release`.
    scopes: Vec<&'static str>,
    /// The links that leave its records.
    links: Vec<LinkTypeView>,
    /// The permission to write it.
    write: &'static str,
    /// The permission to approve it.
    approve: &'static str,
    /// What an approving signature means.
    meaning: &'static str,
}

impl From<&'static Kind> for KindView {
    fn from(kind: &'static Kind) -> Self {
        let links = kind.links.iter();
        Self {
            kind: kind.id,
            prefix: kind.prefix,
            version: kind.version,
            title: kind.title,
            plural: kind.plural,
            purpose: kind.purpose,
            scopes: kind.scopes.iter().map(|scope| scope.as_str()).collect(),
            links: links
                .map(|link| LinkTypeView { link: link.id, targets: link.targets, at_least: link.at_least })
                .collect(),
            write: Permission::to_write(kind.family).as_str(),
            approve: Permission::to_approve(kind.workflow.approve).as_str(),
            meaning: kind.workflow.meaning,
        }
    }
}

/// The kinds of record.
#[utoipa::path(
    get, path = "/kinds", tag = "records",
    responses((status = 200, description = "The kinds", body = [KindView])),
)]
pub(super) async fn kinds_list(State(api): State<Api>, _caller: Caller) -> Json<Vec<KindView>> {
    Json(api.app().kinds().iter().copied().map(KindView::from).collect())
}
