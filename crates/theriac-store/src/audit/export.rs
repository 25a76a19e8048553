//! The log as a file that verifies anywhere: JSON lines, the last one signed.
//!
//! ```text
//! {"format":"theriac audit export","installation":"…","version":1}
//! {"entry":{…},"hash":"…"}
//! {"signature":"…","statement":{"purpose":"theriac audit checkpoint",…}}     after the entry it speaks of
//! {"signature":"…","statement":{"purpose":"theriac audit export",…}}         the last line
//! ```
//! The hash is the SHA-256 of exactly the bytes between `{"entry":` and `,"hash":`.

use std::io::{BufRead, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use theriac_model::Digest;
use tokio::io::AsyncWriteExt as _;

use super::check::{Anchors, Broken, Check, Verified};
use super::keys::{self, PublicKey};
use super::statement::{Purpose, Signed, Statement};
use crate::{Read, Store, StoreError, args, folder};

/// Longest line that is read: more than any entry of ours.
const LONGEST_LINE: u64 = 16_000_000;
/// Entries read from the database at a time.
const PAGE: i64 = 500;

fn header(installation: &str) -> String {
    format!("{{\"format\":\"theriac audit export\",\"installation\":\"{installation}\",\"version\":1}}")
}

/// Entry, its hash, and the checkpoint made right after it, if any.
type Stored = (String, String, Option<String>);

/// The stored entries from a sequence on, one page of them.
async fn page(read: &mut Read, from: i64) -> Result<Vec<Stored>, StoreError> {
    let sql = "SELECT a.entry, a.hash, c.line FROM audit a LEFT JOIN checkpoint c ON c.seq = a.seq \
               WHERE a.seq >= $1 ORDER BY a.seq LIMIT $2";
    let rows = read.fetch_all(sql, args![from, PAGE]).await?;
    rows.iter().map(|row| Ok((row.get("entry")?, row.get("hash")?, row.get("line")?))).collect()
}

impl Store {
    /// Writes the whole log to a file and gives the signed last line.
    ///
    /// # Errors
    /// When the signing key or the file cannot be used, or what the database says.
    pub async fn export_audit(&self, path: &Path) -> Result<Signed, StoreError> {
        let mut options = tokio::fs::OpenOptions::from(folder::file_options());
        options.create(true).write(true).truncate(true);
        let mut file = options.open(path).await.map_err(StoreError::io("create", path))?;
        let mut read = self.read().await?;
        let installation = super::installation(&mut read).await?;
        let (mut hasher, mut text) = (Sha256::new(), header(&installation) + "\n");
        let mut from = 0;
        loop {
            let stored = page(&mut read, from).await?;
            from += PAGE;
            for (entry, hash, checkpoint) in &stored {
                text.push_str(&format!("{{\"entry\":{entry},\"hash\":\"{hash}\"}}\n"));
                if let Some(line) = checkpoint {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            hasher.update(&text);
            file.write_all(text.as_bytes()).await.map_err(StoreError::io("write", path))?;
            text.clear();
            if stored.is_empty() {
                break;
            }
        }
        let key = keys::active(self, &mut read).await?;
        let head = super::head(&mut read).await?;
        let statement = Statement {
            purpose: Purpose::Export,
            installation,
            entries: head.seq + 1,
            seq: head.seq,
            hash: head.hash,
            at: self.now(),
            content: Some(Digest::from_bytes(hasher.finalize().into())),
            key: key.public(),
        };
        let signed = Signed::new(&key, statement)?;
        let last = signed.line()? + "\n";
        file.write_all(last.as_bytes()).await.map_err(StoreError::io("write", path))?;
        file.flush().await.map_err(StoreError::io("write", path))?;
        Ok(signed)
    }

    /// Follows the chain in the live database, and compares with it all that is derived from its entries.
    ///
    /// # Errors
    /// [`StoreError::Audit`] names the first bad entry and why, else what the database says.
    pub async fn verify_audit(&self, anchors: &Anchors) -> Result<Verified, StoreError> {
        let mut read = self.read().await?;
        let mut check = Check::new(anchors);
        let (mut from, mut subjects) = (0, 0);
        loop {
            let stored = page(&mut read, from).await?;
            let beside = super::Beside::read(&mut read, from, from + PAGE).await?;
            for (line, hash, checkpoint) in &stored {
                let entry = check.entry(line, hash)?;
                subjects += beside.compare(&entry)?;
                if let Some(line) = checkpoint {
                    check.statement(&format!("checkpoint {}", entry.seq), line, Purpose::Checkpoint)?;
                }
            }
            from += PAGE;
            if stored.is_empty() {
                break;
            }
        }
        let verified = check.finish(None)?;
        super::compare_head(&mut read, &verified, subjects).await?;
        Ok(verified)
    }
}

/// Why an exported log was not verified.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// It does not hold together.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It could not be read to its end, which says nothing about the log.
    #[error("the log cannot be read: {0}")]
    Unread(#[from] std::io::Error),
}

/// Verifies an exported log without server or database: one pass, one line in memory.
///
/// `key` demands that the export was signed by it; without it the log vouches for its own keys. `anchors` expose an
/// older, complete export, and a log rewritten by who holds the key.
///
/// # Errors
/// [`NotVerified::Broken`] names the first bad entry or line and why.
pub fn verify_export(
    mut input: impl BufRead,
    key: Option<&PublicKey>,
    anchors: &Anchors,
) -> Result<Verified, NotVerified> {
    let mut check = Check::new(anchors);
    let mut hasher = Sha256::new();
    let mut first = None;
    for number in 1_u64.. {
        let place = format!("line {number}");
        let line = next_line(&mut input, &place)?;
        if first.is_none() {
            hash_line(&mut hasher, &line);
            first = Some(line);
            continue;
        }
        if let Some((entry, hash)) = split_entry(&line) {
            let entry = check.entry(entry, hash)?;
            if entry.seq == 0 && first != Some(header(check.installation())) {
                let why = "it is not the heading of this installation's export";
                return Err(Broken::at("line 1", why).into());
            }
        } else if line.contains("\"theriac audit checkpoint\"") {
            check.statement(&place, &line, Purpose::Checkpoint)?;
        } else {
            let end = check.statement(&place, &line, Purpose::Export)?;
            return finish(input, key, check, end, hasher, &place);
        }
        hash_line(&mut hasher, &line);
    }
    Err(Broken::at("end", "the file has no end").into())
}

fn finish(
    mut input: impl BufRead,
    key: Option<&PublicKey>,
    check: Check<'_>,
    end: Signed,
    hasher: Sha256,
    place: &str,
) -> Result<Verified, NotVerified> {
    let said = end.statement;
    if said.content != Some(Digest::from_bytes(hasher.finalize().into())) {
        return Err(Broken::at(place, "the lines before it are not those that were signed").into());
    }
    if let Some(wanted) = key.filter(|wanted| **wanted != said.key) {
        return Err(Broken::at(place, format!("it is signed by {}, not by {wanted}", said.key)).into());
    }
    if !input.fill_buf()?.is_empty() {
        return Err(Broken::at("end", "something follows the signed last line").into());
    }
    Ok(check.finish(Some(said.key))?)
}

fn hash_line(hasher: &mut Sha256, line: &str) {
    hasher.update(line);
    hasher.update("\n");
}

fn next_line(input: &mut impl BufRead, place: &str) -> Result<String, NotVerified> {
    let mut line = Vec::new();
    input.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(Broken::at(place, "the export is cut off here: its signed last line is missing").into());
    }
    Ok(String::from_utf8(line).map_err(|_| Broken::at(place, "it is not UTF-8"))?)
}

/// Entry and hash of `{"entry":{…},"hash":"…"}`.
fn split_entry(line: &str) -> Option<(&str, &str)> {
    let (entry, hash) = line.strip_prefix("{\"entry\":")?.strip_suffix("\"}")?.rsplit_once(",\"hash\":\"")?;
    Some((entry, hash))
}
