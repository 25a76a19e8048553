//! What comes back: JSON, a file, or the problem in words.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use theriac_api::Cause;

use crate::target::Target;

/// Most bytes of an answer that is read as a whole.
const LARGEST: usize = 512 << 20;

/// An answer whose body has not been read yet.
pub enum Answer {
    Inside(Response),
    Server(reqwest::Response),
}

/// A problem (RFC 9457) as the interface writes it.
#[derive(Debug, Deserialize)]
struct Problem {
    title: String,
    detail: String,
    #[serde(default)]
    errors: Vec<Field>,
}

#[derive(Debug, Deserialize)]
struct Field {
    field: String,
    message: String,
}

impl Answer {
    /// The problem in words. Inside of this process there is no server and no log of it: the cause itself is told.
    async fn problem(&mut self) -> anyhow::Error {
        if let Self::Inside(response) = self
            && let Some(Cause(cause)) = response.extensions().get::<Cause>()
        {
            return anyhow!("{cause}");
        }
        let status = self.status();
        match self.bytes().await {
            Ok(bytes) => problem(status, &bytes),
            Err(error) => error,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Inside(response) => response.status(),
            Self::Server(response) => response.status(),
        }
    }

    /// The next piece of the body.
    async fn piece(&mut self) -> Result<Option<Bytes>> {
        let cut = "the answer was cut off";
        match self {
            Self::Server(response) => response.chunk().await.context(cut),
            Self::Inside(response) => {
                let body: &mut Body = response.body_mut();
                loop {
                    let frame =
                        std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context));
                    match frame.await.transpose().context(cut)? {
                        None => return Ok(None),
                        Some(frame) => match frame.into_data() {
                            Ok(bytes) => return Ok(Some(bytes)),
                            Err(_) => continue,
                        },
                    }
                }
            }
        }
    }

    async fn bytes(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece().await? {
            if bytes.len() + piece.len() > LARGEST {
                bail!("the answer is larger than {LARGEST} bytes");
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// The answer as JSON; nothing is `null`. What is a problem is an error in words, here as in what follows.
    pub async fn json(mut self) -> Result<Value> {
        if !self.status().is_success() {
            return Err(self.problem().await);
        }
        let bytes = self.bytes().await?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes)
            .context("the answer is not JSON; is THERIAC_SERVER the address of a Theriac server?")
    }

    /// The answer as text, unchanged.
    pub async fn text(mut self) -> Result<String> {
        if !self.status().is_success() {
            return Err(self.problem().await);
        }
        let bytes = self.bytes().await?;
        String::from_utf8(bytes).context("the answer is not UTF-8")
    }

    /// Writes the answer to where a path leads.
    pub async fn save(mut self, path: &Path) -> Result<()> {
        if !self.status().is_success() {
            return Err(self.problem().await);
        }
        let mut target = Target::open(path).await?;
        while let Some(piece) = self.piece().await? {
            if !target.write(&piece).await? {
                break;
            }
        }
        target.finish().await
    }
}

fn problem(status: StatusCode, bytes: &[u8]) -> anyhow::Error {
    let Ok(problem) = serde_json::from_slice::<Problem>(bytes) else {
        return anyhow!("the server answers {status}; is THERIAC_SERVER the address of a Theriac server?");
    };
    if problem.errors.is_empty() {
        return anyhow!("{}", problem.detail);
    }
    let lines: Vec<String> =
        problem.errors.iter().map(|error| format!("\n  {}: {}", error.field, error.message)).collect();
    anyhow!("{}:{}", problem.title, lines.concat())
}
