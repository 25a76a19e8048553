//! Files out: `-` is standard output, what is no regular file is written through, links are followed, and a regular file
//! appears, or takes the place of the one before, when it is complete.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use theriac_model::IdSource as _;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use crate::clock::SystemIds;

/// Where an answer goes that is no text for a terminal.
pub struct Target {
    shown: String,
    /// The file; `None` for standard output.
    out: Option<File>,
    finish: Finish,
}

/// What is left to do when all is written. Without [`Target::finish`] an unfinished file is removed.
enum Finish {
    Nothing,
    Rename { partial: PathBuf, path: PathBuf },
}

impl Target {
    /// Opens what a path names.
    pub async fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        if path == Path::new("-") {
            return Ok(Self { shown, out: None, finish: Finish::Nothing });
        }
        let cannot = || format!("cannot write {}", path.display());
        match fs::metadata(path).await {
            Ok(there) if there.is_dir() => bail!("{shown} is a folder; name a file"),
            Ok(there) if there.is_file() => {
                let path = fs::canonicalize(path).await.with_context(cannot)?;
                let target = Self::beside(shown, path).await?;
                if let Finish::Rename { partial, .. } = &target.finish {
                    fs::set_permissions(partial, there.permissions()).await.with_context(cannot)?;
                }
                Ok(target)
            }
            Ok(_) => {
                let file = OpenOptions::new().write(true).open(path).await.with_context(cannot)?;
                Ok(Self { shown, out: Some(file), finish: Finish::Nothing })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if fs::symlink_metadata(path).await.is_err() {
                    return Self::beside(shown, path.to_owned()).await;
                }
                // A link that leads to nothing yet: what it names is made.
                let file = File::create(path).await.with_context(cannot)?;
                Ok(Self { shown, out: Some(file), finish: Finish::Nothing })
            }
            Err(error) => Err(error).with_context(cannot),
        }
    }

    /// A new file beside the one that it will be, under a name that nobody has.
    async fn beside(shown: String, path: PathBuf) -> Result<Self> {
        let mut random = [0; 8];
        SystemIds.fill(&mut random);
        let partial = path.with_added_extension(format!("{}.part", hex::encode(random)));
        let file = OpenOptions::new().write(true).create_new(true).open(&partial).await;
        let file = file.with_context(|| format!("cannot write {shown}"))?;
        Ok(Self { shown, out: Some(file), finish: Finish::Rename { partial, path } })
    }

    /// Writes more; `false` when who reads it has gone away and wants no more.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<bool> {
        let written = match &mut self.out {
            Some(file) => file.write_all(bytes).await,
            None => print(bytes.to_vec()).await,
        };
        self.wanted(written)
    }

    /// A reader that has gone away (`| head`) is no error.
    fn wanted(&self, written: std::io::Result<()>) -> Result<bool> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            written => written.map(|()| true).with_context(|| format!("cannot write {}", self.shown)),
        }
    }

    /// Ends the file, which is there from now on.
    pub async fn finish(mut self) -> Result<()> {
        let cannot = format!("cannot write {}", self.shown);
        if let Some(file) = &mut self.out {
            let flushed = file.flush().await;
            if !self.wanted(flushed)? {
                return Ok(());
            }
        }
        if let Finish::Rename { partial, path } = &self.finish {
            let written = File::open(partial).await.context(cannot.clone())?;
            written.sync_all().await.context(cannot.clone())?;
            fs::rename(partial, path).await.context(cannot)?;
            self.finish = Finish::Nothing;
        }
        Ok(())
    }
}

/// Writes to standard output, off the async runtime.
async fn print(bytes: Vec<u8>) -> std::io::Result<()> {
    let work = move || {
        let mut out = std::io::stdout().lock();
        out.write_all(&bytes).and_then(|()| out.flush())
    };
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Finish::Rename { partial, .. } = &self.finish {
            // What was not finished is of no use; when even removing it fails, its name says so.
            let _ = std::fs::remove_file(partial);
        }
    }
}
