//! A server over HTTP, with a token.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::answer::Answer;
use crate::output;

/// How often a request is sent when the server cannot be reached or is restarting.
const TRIES: u32 = 3;
const CONNECT: Duration = Duration::from_secs(10);
/// Longest silence of the server.
const SILENCE: Duration = Duration::from_secs(120);

/// A server.
pub struct Remote {
    http: Client,
    address: String,
    token: HeaderValue,
}

impl Remote {
    /// A server and the token for it.
    pub fn new(address: &str, token: &str) -> Result<Self> {
        let url = Url::parse(address)
            .with_context(|| format!("THERIAC_SERVER is '{address}', which is no address"))?;
        let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() == "http" && !here {
            output::note(&format!("note: {address} is not https, so the token travels unencrypted"));
        }
        let mut token = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| anyhow!("THERIAC_TOKEN holds characters that no token has; copy it again"))?;
        token.set_sensitive(true);
        // A second call finds the provider in place, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "this is the client that everything else is handed")]
        let http = Client::builder()
            .user_agent(concat!("theriac/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(Policy::none())
            .build()
            .context("no HTTP client could be made")?;
        Ok(Self { http, address: address.to_owned(), token })
    }

    /// Sends a request. A `POST` has an idempotency key, so that it may be sent again.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let body = Arc::new(axum::body::Bytes::from(body));
        for number in 1.. {
            let mut request = self
                .http
                .request(method.clone(), format!("{}{path}", self.address))
                .header(header::AUTHORIZATION, self.token.clone())
                .body((*body).clone());
            for (name, value) in &headers {
                request = request.header(name, value);
            }
            let again = match request.send().await {
                Ok(answer) if answer.status().is_redirection() => bail!(self.redirect(&answer)),
                Ok(answer) if number >= TRIES || !is_passing(answer.status()) => {
                    return Ok(Answer::Server(answer));
                }
                Ok(answer) => format!("it answers {}", answer.status()),
                Err(error) if number >= TRIES || error.is_builder() => return Err(self.unreachable(error)),
                Err(error) => error.to_string(),
            };
            output::note(&format!("{}: {again}; trying again", self.address));
            tokio::time::sleep(Duration::from_secs(u64::from(number))).await;
        }
        bail!("no answer")
    }

    fn redirect(&self, answer: &reqwest::Response) -> String {
        let to = answer
            .headers()
            .get(header::LOCATION)
            .and_then(|to| to.to_str().ok())
            .unwrap_or("another address");
        format!("{} sends us on to {to}; set THERIAC_SERVER to where the server is", self.address)
    }

    fn unreachable(&self, error: reqwest::Error) -> anyhow::Error {
        // The innermost cause is what people can act on: name not found, connection refused, certificate.
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        anyhow!("{} cannot be reached: {cause}; check THERIAC_SERVER and that the server runs", self.address)
    }
}

/// Whether the server, or the proxy before it, only needs a moment.
fn is_passing(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}
