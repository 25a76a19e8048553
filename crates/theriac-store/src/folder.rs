//! The data folder: for its owner alone, and that of one installation.
//!
//! The database names its installation in the first entry of the audit log; the folder names it in the file
//! `installation`. Where the rows are on a server this is what keeps evidence from being laid into another folder than the
//! one where everything else is.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use theriac_model::Digest;

use crate::blobs::{place_of, sync_folder};
use crate::{Conn, Engine, StoreError, args, audit, migrations};

/// How many of the newest stored files are looked for in a folder.
const NEWEST: u32 = 20;

/// Makes a folder, with those above it that are missing, for its owner alone.
///
/// # Errors
/// What the system says.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

pub(crate) fn make(folder: &Path) -> Result<(), StoreError> {
    make_private(folder).map_err(StoreError::io("create", folder))
}

/// How files are made: for their owner alone.
pub(crate) fn file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether others than its owner may enter a folder or read a file; `false` where it is not there.
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn mark(folder: &Path) -> PathBuf {
    folder.join("installation")
}

/// The installation that a folder names.
fn named(folder: &Path) -> Result<Option<String>, StoreError> {
    let path = mark(folder);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

/// Writes into a folder of which installation it is, unless it says so already.
pub(crate) async fn name(conn: &mut Conn, folder: &Path) -> Result<(), StoreError> {
    let (Some(installation), None) = (audit::installation_if_any(conn).await?, named(folder)?) else {
        return Ok(());
    };
    let path = mark(folder);
    let mut file =
        file_options().write(true).create_new(true).open(&path).map_err(StoreError::io("create", &path))?;
    writeln!(file, "{installation}")
        .and_then(|()| file.sync_all())
        .map_err(StoreError::io("write", &path))?;
    sync_folder(folder)
}

/// Checks that a folder is that of the installation whose rows a database holds, and that it is the one where the newest
/// files were stored.
///
/// # Errors
/// [`StoreError::OtherInstallation`] or [`StoreError::OtherCopy`].
pub(crate) async fn check(conn: &mut Conn, folder: &Path) -> Result<(), StoreError> {
    let known = if migrations::exists(conn).await? { audit::installation_if_any(conn).await? } else { None };
    let other =
        |found: &str| StoreError::OtherInstallation { folder: folder.to_owned(), found: found.to_owned() };
    match (known, named(folder)?) {
        (None, None) => return Ok(()),
        (None, Some(_)) => {
            return Err(other("it is the folder of an installation that is not in this database"));
        }
        (Some(known), Some(found)) if known != found => {
            return Err(other("it is the folder of another installation"));
        }
        // Folders from before they were named have the installation's key.
        (Some(_), None) if conn.engine() == Engine::Postgres && !holds_a_key(conn, folder).await? => {
            return Err(other("it holds nothing of the installation in this database"));
        }
        (Some(_), _) => {}
    }
    if conn.engine() == Engine::Sqlite {
        return Ok(());
    }
    let sql = "SELECT digest FROM blob WHERE state = 'ready' ORDER BY since DESC, digest LIMIT $1";
    for row in &conn.fetch_all(sql, args![NEWEST]).await? {
        let digest: Digest = row.get("digest")?;
        if !place_of(folder, digest).exists() {
            return Err(StoreError::OtherCopy { folder: folder.to_owned(), digest });
        }
    }
    Ok(())
}

async fn holds_a_key(conn: &mut Conn, folder: &Path) -> Result<bool, StoreError> {
    let keys = conn.audit_keys().await?;
    Ok(keys.iter().any(|(key, _)| key.file(folder).exists()))
}
