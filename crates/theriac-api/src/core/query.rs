//! What stands in the address: its segments, and its query with no parameter unknown.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Problem;

/// The segments of the path.
#[derive(Debug)]
pub(crate) struct Segments<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(error) => Err(Problem::malformed("path", format!("The address cannot be read: {error}."))),
        }
    }
}

/// The query of the address. Its struct refuses unknown parameters.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        whole_text(parts)?;
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(error) => {
                let text = error.to_string();
                let reason = text.rsplit_once("query string: ").map_or(&*text, |(_, reason)| reason);
                Err(Problem::malformed(
                    "query",
                    format!("The query of the address is not what is expected: {reason}."),
                ))
            }
        }
    }
}

/// Refuses a query that is not UTF-8: what cannot be decoded would be read as the replacement character.
fn whole_text(parts: &Parts) -> Result<(), Problem> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    let lost = pairs.is_ok_and(|pairs| pairs.0.iter().any(|(_, value)| value.contains('\u{fffd}')));
    if !lost {
        return Ok(());
    }
    Err(Problem::malformed(
        "query",
        "The query of the address is not UTF-8; send it percent-encoded as UTF-8.",
    ))
}
