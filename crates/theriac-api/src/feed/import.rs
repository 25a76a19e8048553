//! `POST /feed`.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use theriac_service::{ServiceError, findings};
use utoipa::{IntoParams, ToSchema};

use super::FeedView;
use crate::core::{Query, Spool};

/// How many of the files that were skipped are named.
const NAMED: usize = 100;

/// What is said of the file. [`Spool`] has read it by then.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedImportQuery {
    /// The file's name, for errors and for the list of sources.
    #[expect(dead_code, reason = "described and checked here, taken where the body is read")]
    name: Option<String>,
}

/// A file that was not imported.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkippedView {
    /// The file, inside of archives with `/` between.
    file: String,
    /// Why.
    reason: String,
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedImportedView {
    /// Records read.
    records: u64,
    /// Of these, withdrawn ones.
    withdrawn: u64,
    /// Records that the index did not have.
    added: u64,
    /// Records that replaced another content under the same id.
    replaced: u64,
    /// Records left out because the index has a newer one.
    older: u64,
    /// Files that hold no record.
    skipped: u64,
    /// The first of them, at most 100.
    skipped_examples: Vec<SkippedView>,
    /// The job that matches every undecided or fielded release again.
    job: String,
    /// What the index holds now.
    feed: FeedView,
}

/// Import advisories: a file or archive of OSV records as the body. Every undecided or fielded release is then matched
/// again, as a job.
#[utoipa::path(
    post, path = "/feed", tag = "feed",
    request_body(
        content = String, content_type = "application/octet-stream", description = "The bytes of the file",
    ),
    params(FeedImportQuery),
    responses((status = 200, description = "Imported", body = FeedImportedView)),
)]
pub(super) async fn feed_import(Query(_): Query<FeedImportQuery>, spool: Spool) -> Response {
    spool
        .0
        .run(StatusCode::OK, async |call, file| {
            let paths = vec![file.path().to_owned()];
            let imported = findings::import_feed(call.app(), call.who(), paths, Arc::new(|_| {})).await;
            let imported = imported.map_err(|error| match error {
                ServiceError::Rule(words) => ServiceError::rule(file.without_place(&words)),
                ServiceError::File { file: wrong, place, reason } => {
                    ServiceError::File { file: file.without_place(&wrong), place, reason }
                }
                other => other,
            })?;
            let report = imported.report;
            let skipped = report.skipped_examples.iter().take(NAMED).map(|skipped| SkippedView {
                file: file.without_place(&skipped.file),
                reason: file.without_place(&skipped.reason),
            });
            Ok(FeedImportedView {
                records: report.records,
                withdrawn: report.withdrawn,
                added: report.added,
                replaced: report.replaced,
                older: report.older,
                skipped: report.skipped,
                skipped_examples: skipped.collect(),
                job: imported.job.to_string(),
                feed: report.status.into(),
            })
        })
        .await
}
