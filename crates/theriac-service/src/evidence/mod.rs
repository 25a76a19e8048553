//! Evidence: files that machines deliver, kept byte for byte, and the rows read from them.
//!
//! [`add`] takes files, [`list`], [`page`] and [`bytes`] show them, [`disqualify`] says that one is wrong, [`rebuild`] makes
//! the rows again from the bytes. To add a format: read it in `theriac-formats`, give its rows in `file.rs`.

mod add;
mod blocks;
mod disqualify;
mod file;
mod read;
mod rebuild;
mod said;

pub use add::{AddEvidence, Added, AddedFile, FileInput, add};
pub use blocks::{Blocking, BlockingReason};
pub use disqualify::{Disqualified, disqualify};
pub use read::{EvidenceBytes, EvidencePage, EvidenceRow, ListEvidence, ReliedOn, bytes, list, page};
pub use rebuild::{Difference, Rebuilt, rebuild};
pub use theriac_store::tables::evidence::{Artefact, TestResult};

use theriac_auth::Permission;
use theriac_store::tables::evidence::{self as table, Listed};
use theriac_store::tables::{products, releases};
use theriac_store::{Conn, Read};

use crate::products::scope_of;
use crate::{App, Result, ServiceError, Who};

/// A number such as the 3 in `EVID-3`.
pub(crate) fn number(prefix: &str, reference: &str) -> Option<i64> {
    reference.strip_prefix(prefix)?.strip_prefix('-')?.parse().ok().filter(|number| *number > 0)
}

/// Evidence with the release and product it belongs to.
struct Found {
    listed: Listed,
    release: releases::Release,
    product: products::Product,
}

/// The evidence of a reference, where the actor has a permission on it; what may not be read does not exist.
async fn find_evidence(
    app: &App,
    who: &Who,
    permission: Permission,
    action: &str,
    reference: &str,
) -> Result<(Found, Read)> {
    let mut read = app.store().read().await?;
    let found = find_evidence_in(&mut read, reference).await?;
    let scope = scope_of(&found.product);
    if !who.access().allows(Permission::Read, &scope) {
        return Err(ServiceError::not_found("evidence", reference));
    }
    who.require(app, permission, scope, action).await?;
    Ok((found, read))
}

async fn find_evidence_in(conn: &mut Conn, reference: &str) -> Result<Found> {
    let missing = || ServiceError::not_found("evidence", reference);
    let number = number("EVID", reference).ok_or_else(missing)?;
    let listed = table::by_number(conn, number).await?.ok_or_else(missing)?;
    let release = releases::by_id(conn, listed.evidence.release).await?.ok_or_else(missing)?;
    let product = products::by_id(conn, release.product).await?.ok_or_else(missing)?;
    Ok(Found { listed, release, product })
}
