//! `POST /records/import`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use theriac_service::records::{self, Import, Imported};
use utoipa::{IntoParams, ToSchema};

use super::file_shape::RecordsFile;
use crate::core::{ActOnFile, Query};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Put what the file says in place of your own drafts; where left out, records of which you have one are left alone.
    #[serde(default)]
    replace_drafts: bool,
    /// Records of another installation are those with the same number here; where left out, each becomes a new one.
    #[serde(default)]
    same_numbers: bool,
}

/// What became of a record of the file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedView {
    /// What the file calls it.
    from: String,
    /// What it is here; `null` in a dry run for one that would get a new number.
    record: Option<String>,
    /// `new` (a new record with a draft), `draft` (a draft of one that is here), `replaces your draft`, `left alone, you have a
    /// draft` or `unchanged`.
    outcome: &'static str,
    /// What of it is left out, and why.
    left_out: Vec<String>,
}

impl From<Imported> for ImportedView {
    fn from(imported: Imported) -> Self {
        Self {
            from: imported.from,
            record: imported.reference,
            outcome: imported.outcome.as_str(),
            left_out: imported.left_out,
        }
    }
}

/// Import a file of records as drafts: all of it, or nothing. Nothing is approved or signed by it.
#[utoipa::path(
    post, path = "/records/import", tag = "records", request_body = RecordsFile, params(ImportQuery),
    responses((status = 200, description = "What became of each record", body = [ImportedView])),
)]
pub(super) async fn records_import(
    Query(query): Query<ImportQuery>,
    act: ActOnFile<RecordsFile>,
) -> Response {
    act.0
        .run(StatusCode::OK, async move |call, file| {
            let ImportQuery { dry_run, replace_drafts, same_numbers } = query;
            let how = Import { dry_run, replace_drafts, same_numbers };
            let done = records::import(call.app(), call.who(), file.into_file()?, how).await?;
            Ok(done.into_iter().map(ImportedView::from).collect::<Vec<_>>())
        })
        .await
}
