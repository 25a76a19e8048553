//! Bytes by digest: files in the data folder, named by the SHA-256 of their content, compressed with zstd.
//!
//! [`Store::stage`] writes the file and a *pending* row; [`Write::keep`] makes the row *ready* in the use case's
//! transaction; [`Store::unstage`] removes what it did not keep. A crash between leaves a pending row, which
//! [`Store::sweep_blobs`] removes when it is old.
//! Layout: `blobs/ab/abcdef….zst`, unfinished ones in `blobs/tmp`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use theriac_model::Digest;

use crate::{Args, Conn, Store, StoreError, Write, args, folder};

/// Largest input taken unless the caller sets less: 200 MB.
pub const LARGEST: u64 = 200_000_000;
/// Quick and already close to the best for JSON and XML.
const LEVEL: i32 = 3;
/// Bytes read at a time.
const STEP: usize = 64 * 1024;

/// Bytes that are on disk, waiting for a use case to keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staged {
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// How many bytes there are.
    pub size: u64,
}

impl Store {
    /// Takes input up to `limit` bytes, a little at a time, and puts it on disk. Whoever stages also calls
    /// [`Store::unstage`], whatever becomes of it.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] above the limit, [`StoreError::Input`] when it cannot be read to its end;
    /// nothing is stored then.
    pub async fn stage(&self, input: impl Read + Send + 'static, limit: u64) -> Result<Staged, StoreError> {
        let temporary = self.blob_folder().join("tmp").join(format!("{:016x}", self.id()));
        let (at, limit) = (temporary.clone(), limit.min(LARGEST));
        let staged = blocking(move || compress(input, &at, limit)).await?;
        self.count_staged(staged.digest, |count| *count += 1);
        let published = self.pending(staged, temporary).await;
        if published.is_err() {
            self.unstage(staged).await;
        }
        published.map(|()| staged)
    }

    /// Makes the pending row, then gives the finished file its name.
    async fn pending(&self, staged: Staged, temporary: PathBuf) -> Result<(), StoreError> {
        let mut work = self.maintain().await?;
        // A pending row that is there already is made young again, so that the sweeper leaves it.
        work.execute(
            "INSERT INTO blob (digest, size, state, since) VALUES ($1, $2, 'pending', $3) \
             ON CONFLICT (digest) DO UPDATE SET since = excluded.since WHERE blob.state = 'pending'",
            args![staged.digest, i64::try_from(staged.size).unwrap_or(i64::MAX), self.now()],
        )
        .await?;
        work.commit().await?;
        let place = self.blob_path(staged.digest);
        blocking(move || publish(&temporary, &place)).await
    }

    /// Ends the staging: removes the bytes unless a use case kept them, or another one still has them staged.
    /// No unit of work may be open in the same task. What cannot be removed now the sweeper removes.
    pub async fn unstage(&self, staged: Staged) {
        self.count_staged(staged.digest, |count| *count = count.saturating_sub(1));
        if let Err(error) = self.remove_pending(staged.digest).await {
            tracing::warn!("the staged bytes {} wait for the sweeper: {error}", staged.digest);
        }
    }

    async fn remove_pending(&self, digest: Digest) -> Result<(), StoreError> {
        let mut work = self.maintain().await?;
        let sql = "DELETE FROM blob WHERE state = 'pending' AND digest = $1";
        let removed = work.execute(sql, args![digest]).await?;
        // Asked while the row is held: whoever stages these bytes from now on waits, and makes row and file anew.
        if removed == 0 || self.count_staged(digest, |_| {}) > 0 {
            return Ok(());
        }
        let path = self.blob_path(digest);
        blocking(move || remove(&path)).await?;
        work.commit().await
    }

    /// Changes how many use cases have these bytes staged, and tells it.
    fn count_staged(&self, digest: Digest, change: impl FnOnce(&mut u32)) -> u32 {
        let mut staged = self.staged().lock().unwrap_or_else(PoisonError::into_inner);
        let count = staged.entry(digest).or_default();
        change(count);
        let count = *count;
        if count == 0 {
            staged.remove(&digest);
        }
        count
    }

    /// As [`Store::stage`], for bytes in memory.
    ///
    /// # Errors
    /// As [`Store::stage`].
    pub async fn stage_bytes(&self, bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Staged, StoreError> {
        self.stage(io::Cursor::new(bytes), LARGEST).await
    }

    /// The bytes of a blob, checked against their digest.
    ///
    /// # Errors
    /// [`StoreError::BlobMissing`] or [`StoreError::BlobDamaged`].
    pub async fn blob(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        let path = self.blob_path(digest);
        blocking(move || read(&path, digest)).await
    }

    /// Removes what was staged before `moment` and never kept; gives the number of blobs removed.
    ///
    /// # Errors
    /// What the database or the file system says.
    pub async fn sweep_blobs(&self, moment: Timestamp) -> Result<u64, StoreError> {
        let mut work = self.maintain().await?;
        let sql = "DELETE FROM blob WHERE state = 'pending' AND since < $1 RETURNING digest";
        let rows = work.fetch_all(sql, args![moment]).await?;
        let digests = rows.iter().map(|row| row.get("digest")).collect::<Result<Vec<Digest>, _>>()?;
        let paths: Vec<PathBuf> = digests.iter().map(|digest| self.blob_path(*digest)).collect();
        let swept = paths.len() as u64;
        // Files go before the commit: whoever stages the same bytes again waits for these rows.
        blocking(move || paths.iter().try_for_each(|path| remove(path))).await?;
        work.commit().await?;
        Ok(swept)
    }

    /// Removes unfinished files of a process that died. The caller holds the folder's lock.
    pub(crate) async fn clear_unfinished(&self) -> Result<(), StoreError> {
        let folder = self.blob_folder().join("tmp");
        blocking(move || {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::io("remove", &folder)(error));
                }
                _ => {}
            }
            folder::make(&folder)
        })
        .await
    }

    /// A folder for bytes on their way in, which the caller makes and removes. What a process that died left there goes
    /// when the store is opened next.
    #[must_use]
    pub fn passing_folder(&self) -> PathBuf {
        self.blob_folder().join("tmp").join(format!("upload-{:016x}", self.id()))
    }

    fn blob_folder(&self) -> PathBuf {
        self.folder().join("blobs")
    }

    fn blob_path(&self, digest: Digest) -> PathBuf {
        place_of(self.folder(), digest)
    }
}

/// Where the bytes of a digest are kept in a data folder.
pub(crate) fn place_of(folder: &Path, digest: Digest) -> PathBuf {
    let name = digest.to_string();
    folder.join("blobs").join(&name[..2]).join(format!("{name}.zst"))
}

impl Write {
    /// Makes staged bytes part of this transaction.
    ///
    /// # Errors
    /// [`StoreError::BlobSwept`] when they waited so long that the sweeper took them.
    pub async fn keep(&mut self, staged: Staged) -> Result<(), StoreError> {
        let sql = "UPDATE blob SET state = 'ready' WHERE digest = $1";
        match self.execute(sql, args![staged.digest]).await? {
            0 => Err(StoreError::BlobSwept { digest: staged.digest }),
            _ => Ok(()),
        }
    }
}

impl Conn {
    /// Size in bytes of a kept blob, if there is one of this digest.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blob_size(&mut self, digest: Digest) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT size FROM blob WHERE digest = $1 AND state = 'ready'";
        self.fetch_optional(sql, args![digest]).await?.map(|row| row.get("size")).transpose()
    }

    /// Sizes in bytes of kept blobs, of at most 1,000 digests.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blob_sizes(&mut self, digests: &[Digest]) -> Result<BTreeMap<Digest, u64>, StoreError> {
        let mut values = Args::new();
        let marks = values.push_all(digests.iter().take(1000));
        let sql = format!("SELECT digest, size FROM blob WHERE state = 'ready' AND digest IN ({marks})");
        let rows = self.fetch_all(sql, values).await?;
        rows.iter().map(|row| Ok((row.get("digest")?, row.get("size")?))).collect()
    }

    /// Up to `limit` kept blobs after a digest, in the order of digests: for backup and verification.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blobs_after(
        &mut self,
        after: Option<Digest>,
        limit: u32,
    ) -> Result<Vec<Staged>, StoreError> {
        let after = after.map(|digest| digest.to_string()).unwrap_or_default();
        let sql =
            "SELECT digest, size FROM blob WHERE state = 'ready' AND digest > $1 ORDER BY digest LIMIT $2";
        let rows = self.fetch_all(sql, args![after, limit]).await?;
        rows.iter().map(|row| Ok(Staged { digest: row.get("digest")?, size: row.get("size")? })).collect()
    }
}

/// Runs file work off the async runtime.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Task(error.to_string()))?
}

fn compress(input: impl Read, temporary: &Path, limit: u64) -> Result<Staged, StoreError> {
    let result = compress_into(input, temporary, limit);
    if result.is_err() {
        // What is left is cleared when the store opens next; the first error is the one to report.
        let _ = fs::remove_file(temporary);
    }
    result
}

fn compress_into(mut input: impl Read, temporary: &Path, limit: u64) -> Result<Staged, StoreError> {
    let file = folder::file_options().create(true).write(true).truncate(true).open(temporary);
    let file = file.map_err(StoreError::io("create", temporary))?;
    let mut out = zstd::Encoder::new(file, LEVEL).map_err(StoreError::io("write", temporary))?;
    let (mut hasher, mut size, mut buffer) = (Sha256::new(), 0, vec![0; STEP]);
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(StoreError::Input(error)),
        };
        size += count as u64;
        if size > limit {
            return Err(StoreError::TooLarge { limit });
        }
        hasher.update(&buffer[..count]);
        out.write_all(&buffer[..count]).map_err(StoreError::io("write", temporary))?;
    }
    let file = out.finish().map_err(StoreError::io("write", temporary))?;
    file.sync_all().map_err(StoreError::io("write", temporary))?;
    Ok(Staged { digest: Digest::from_bytes(hasher.finalize().into()), size })
}

/// Gives the finished file its name and makes the name durable.
fn publish(temporary: &Path, place: &Path) -> Result<(), StoreError> {
    let folder = place.parent().unwrap_or(place);
    if !folder.exists() {
        folder::make(folder)?;
        sync_folder(folder.parent().unwrap_or(folder))?;
    }
    fs::rename(temporary, place).map_err(StoreError::io("write", place))?;
    sync_folder(folder)
}

pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io("write", folder))
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

fn read(path: &Path, digest: Digest) -> Result<Vec<u8>, StoreError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::BlobMissing { digest });
        }
        opened => opened.map_err(StoreError::io("read", path))?,
    };
    let damaged =
        |reason: &dyn std::fmt::Display| StoreError::BlobDamaged { digest, reason: reason.to_string() };
    let mut bytes = Vec::new();
    let decoder = zstd::Decoder::with_buffer(BufReader::new(file)).map_err(|error| damaged(&error))?;
    // A damaged file must not swell without bound; nothing larger was ever taken.
    decoder.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
    if Digest::of(&bytes) != digest {
        return Err(damaged(&"its bytes have another digest"));
    }
    Ok(bytes)
}
