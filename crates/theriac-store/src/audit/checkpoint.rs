//! Checkpoints: the signed head of the chain, kept in the database and, where the administrator chose one, in an
//! anchor file. The anchor file is only ever appended to; it belongs on another machine or on write-once storage.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::keys;
use super::statement::{Purpose, Signed, Statement};
use crate::blobs::blocking;
use crate::write::Act;
use crate::{Store, StoreError, args};

impl Store {
    /// Signs the head of the chain and appends it to the anchor file. Where nothing happened since the last
    /// checkpoint, that one is given back (and anchored if it was not).
    ///
    /// # Errors
    /// When key or anchor file cannot be used, or what the database says.
    pub async fn checkpoint(&self, anchor: Option<&Path>) -> Result<Signed, StoreError> {
        let mut work = self.maintain().await?;
        let head = super::head(&mut work).await?;
        let known =
            work.fetch_optional("SELECT line FROM checkpoint WHERE seq = $1", args![head.seq]).await?;
        let signed = match known {
            Some(row) => serde_json::from_str(&row.get::<String>("line")?)?,
            None => {
                let key = keys::active(self, &mut work).await?;
                let statement = Statement {
                    purpose: Purpose::Checkpoint,
                    installation: super::installation(&mut work).await?,
                    entries: head.seq + 1,
                    seq: head.seq,
                    hash: head.hash,
                    at: self.now(),
                    content: None,
                    key: key.public(),
                };
                let signed = Signed::new(&key, statement)?;
                let sql = "INSERT INTO checkpoint (seq, line) VALUES ($1, $2)";
                work.execute(sql, args![head.seq, signed.line()?]).await?;
                signed
            }
        };
        work.commit().await?;
        if let Some(path) = anchor {
            let (path, line) = (path.to_owned(), signed.line()? + "\n");
            blocking(move || append_line(&path, &line)).await?;
        }
        Ok(signed)
    }

    /// Opens an anchor file as [`Store::checkpoint`] will, so that one which cannot be written is told at once.
    ///
    /// # Errors
    /// What the system says.
    pub async fn try_anchor(&self, anchor: &Path) -> Result<(), StoreError> {
        let path = anchor.to_owned();
        blocking(move || open_anchor(&path).map(|_| ())).await
    }

    /// Makes a new signing key, brings it into the chain, and signs with it from now on. The file of the old one
    /// stays; its checkpoints still verify.
    ///
    /// # Errors
    /// When the key file cannot be written, or what the database says.
    pub async fn rotate_audit_key(&self, act: Act) -> Result<keys::PublicKey, StoreError> {
        let (key, change) = keys::create(self).await?;
        let act = Act { action: super::ROTATE.to_owned(), ..act };
        let mut write = self.write(act).await?;
        let seq = super::head(&mut write).await?.seq + 1;
        keys::list(&mut write, &key, seq).await?;
        write.audit(change.subject, change.before, change.after, change.detail);
        write.commit().await?;
        Ok(key)
    }
}

fn open_anchor(path: &Path) -> Result<File, StoreError> {
    let opened = OpenOptions::new().create(true).read(true).append(true).open(path);
    opened.map_err(StoreError::io("open the anchor file", path))
}

/// Appends a line durably, unless it is the last one already. It begins on a line of its own, whatever a write that was
/// cut short has left before it.
fn append_line(path: &Path, line: &str) -> Result<(), StoreError> {
    let mut file = open_anchor(path)?;
    let length = file.metadata().map_err(StoreError::io("read", path))?.len();
    let mut tail = Vec::new();
    let from = length.saturating_sub(line.len() as u64);
    file.seek(SeekFrom::Start(from))
        .and_then(|_| file.read_to_end(&mut tail))
        .map_err(StoreError::io("read", path))?;
    if tail == line.as_bytes() {
        return Ok(());
    }
    let is_torn = tail.last().is_some_and(|last| *last != b'\n');
    let line = if is_torn { format!("\n{line}") } else { line.to_owned() };
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(StoreError::io("write", path))
}
