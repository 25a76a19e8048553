//! Builds of a release, and which of them is its candidate.

use serde_json::json;
use theriac_auth::Permission;
use theriac_store::tables::releases::{self as table, Build, Release};

use super::release::{ReleaseView, is_decided, set, subject};
use super::{find, find_in};
use crate::check::Checks;
use crate::page::{Page, Paging};
use crate::{App, Result, ServiceError, Who};

/// A build to be added.
#[derive(Debug, Clone)]
pub struct NewBuild {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// What people type: `2.4.0-rc.2`.
    pub name: String,
    /// The commit it was made from.
    pub commit: String,
}

/// Adds a build to a release.
///
/// # Errors
/// When the name is taken, a field is wrong, or the actor may not.
#[crate::boxed]
pub async fn add_build(app: &App, who: &Who, new: NewBuild) -> Result<Build> {
    let action = "build add";
    drop(find(app, who, Permission::AddBuild, action, &new.product, &new.release).await?);
    let mut checks = Checks::default();
    let name = checks.name("build", &new.name, 100);
    let commit = checks.line("commit", &new.commit, 100);
    let hex = commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let named = hex && matches!(commit.len(), 40 | 64);
    if !named && !commit.is_empty() {
        let what = "a commit is named by its 40 or 64 digits, as `git rev-parse HEAD` gives them";
        checks.wrong("commit", what);
    }
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let (_, release) = find_in(&mut write, &new.product, &new.release).await?;
    if table::build_by_name(&mut write, release.id, &name).await?.is_some() {
        return Err(ServiceError::Exists { what: "build", name });
    }
    let build = Build { id: write.id(), release: release.id, name, commit };
    table::add_build(&mut write, &build).await?;
    let detail = json!({ "build": build.name, "commit": build.commit });
    write.audit(subject(&release), None, None, detail);
    write.commit().await?;
    Ok(build)
}

/// Names the build that is to become the release. A decided release keeps the one it was decided with.
///
/// # Errors
/// When there is no such build, the release is decided, or the actor may not.
#[crate::boxed]
pub async fn set_candidate(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    build: &str,
) -> Result<ReleaseView> {
    let action = "release candidate";
    drop(find(app, who, Permission::ManageReleases, action, product, release).await?);
    let mut write = who.write(app, action).await?;
    let (_, before) = find_in(&mut write, product, release).await?;
    let found = table::build_by_name(&mut write, before.id, build).await?;
    let found = found.ok_or_else(|| ServiceError::not_found("build", build))?;
    let after = Release { candidate: Some(found.id), ..before.clone() };
    if after != before && is_decided(&mut write, &before).await? {
        return Err(ServiceError::rule(format!(
            "{release} is decided with its candidate; make a new release based on it for another build."
        )));
    }
    if after != before {
        // Its components are those of another bill of materials now.
        crate::findings::jobs::enqueue(&mut write, after.id).await?;
    }
    set(write, &before, &after, json!({ "candidate": build })).await
}

/// The builds of a release, newest first.
///
/// # Errors
/// When there is no such release, or the actor may not read it.
#[crate::boxed]
pub async fn builds(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    paging: &Paging,
) -> Result<Page<Build>> {
    let before = paging.after_id()?;
    let (_, release, mut read) = find(app, who, Permission::Read, "builds read", product, release).await?;
    let rows = table::builds(&mut read, release.id, before, paging.fetch()).await?;
    Ok(paging.page(rows, |build| build.id.to_string()))
}
