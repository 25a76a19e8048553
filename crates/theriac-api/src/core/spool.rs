//! A body as a file on disk, for what reads files by their path.

use std::path::{Path, PathBuf};

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use theriac_model::Digest;
use theriac_service::ServiceError;
use tokio::io::AsyncWriteExt as _;

use super::act::{Act, Once};
use super::caller::Caller;
use super::upload::{fits, piece, too_large};
use super::{Api, Problem};

/// Largest file.
const LARGEST: u64 = 4 << 30;
const BLOCK: usize = 1 << 20;
const UPLOADED: &str = "uploaded";

/// A file in a folder of its own, which is removed with this.
pub(crate) struct Spooled {
    folder: PathBuf,
    file: PathBuf,
}

impl Spooled {
    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.file
    }

    /// An error's words without the place of the file on this machine.
    pub(crate) fn without_place(&self, words: &str) -> String {
        words.replace(&format!("{}/", self.folder.join(UPLOADED).display()), "")
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!("{} was left behind: {error}", self.folder.display());
        }
    }
}

/// An [`Act`] whose input is its body as a file; `name` of the query is what the file is called.
pub(crate) struct Spool(pub(crate) Act<Spooled>);

impl FromRequest<Api> for Spool {
    /// A problem, or the answer that was given before.
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let caller =
            Caller::from_request_parts(&mut parts, api).await.map_err(IntoResponse::into_response)?;
        fits(&parts, LARGEST).map_err(IntoResponse::into_response)?;
        let folder = api.app().store().passing_folder();
        let (spooled, digest) =
            write(folder, &name_of(&parts), body).await.map_err(IntoResponse::into_response)?;
        let once = Once::of(&parts, &caller.who, digest.as_bytes()).map_err(IntoResponse::into_response)?;
        Act::once(api, caller, once, spooled).await.map(Self)
    }
}

/// The last part of the name that the query gives the file, as far as it can be a file's name everywhere.
fn name_of(parts: &Parts) -> String {
    let query = parts.uri.query().unwrap_or_default();
    let said = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "name");
    let said = said.map(|(_, name)| name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned());
    let name: String = said.unwrap_or_default().chars().filter(|c| !c.is_control()).take(60).collect();
    if name.trim_matches(['.', ' ']).is_empty() { "file".to_owned() } else { name }
}

/// Writes a body to a file of the folder, and names its bytes.
async fn write(
    folder: PathBuf,
    name: &str,
    mut body: axum::body::Body,
) -> Result<(Spooled, Digest), Problem> {
    let failed = |error: std::io::Error| {
        Problem::from(ServiceError::Internal(format!("an upload cannot be written: {error}")))
    };
    // The index names a source with the folder that it lies in.
    tokio::fs::create_dir_all(folder.join(UPLOADED)).await.map_err(failed)?;
    let spooled = Spooled { file: folder.join(UPLOADED).join(name), folder };
    let mut file = tokio::fs::File::create(&spooled.file).await.map_err(failed)?;
    let (mut size, mut digest, mut block) = (0, Digest::of(b""), Vec::with_capacity(BLOCK));
    while let Some(more) = piece(&mut body).await? {
        size += more.len() as u64;
        if size > LARGEST {
            return Err(too_large(LARGEST));
        }
        for part in more.chunks(BLOCK) {
            let fits = part.len().min(BLOCK - block.len());
            block.extend_from_slice(&part[..fits]);
            if block.len() == BLOCK {
                digest = Digest::of_parts([digest.as_bytes().as_slice(), &block]);
                file.write_all(&block).await.map_err(failed)?;
                block.clear();
            }
            block.extend_from_slice(&part[fits..]);
        }
    }
    if size == 0 {
        return Err(Problem::malformed("body", "The body is empty; the bytes of a file are expected."));
    }
    digest = Digest::of_parts([digest.as_bytes().as_slice(), &block]);
    file.write_all(&block).await.map_err(failed)?;
    file.flush().await.map_err(failed)?;
    Ok((spooled, digest))
}
