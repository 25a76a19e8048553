//! Giving a signature: what every use case that signs writes alike.

use serde_json::Value;
use theriac_auth::Reauthenticated;
use theriac_model::Digest;
use theriac_store::{Write, tables};

use crate::Result;

/// Writes the signature of whoever proved to be there, with what they add in their own words.
pub(crate) async fn give(
    write: &mut Write,
    digest: Digest,
    meaning: &str,
    proof: &Reauthenticated,
) -> Result<i64> {
    let (person, method, comment) = (proof.person().0, proof.method(), proof.comment());
    Ok(tables::signatures::add(write, digest, person, meaning, method, comment).await?)
}

/// The audit entry's details with what the signer adds.
pub(crate) fn said(mut details: Value, proof: &Reauthenticated) -> Value {
    if let Some(details) = details.as_object_mut().filter(|_| !proof.comment().is_empty()) {
        details.insert("comment".to_owned(), Value::from(proof.comment()));
    }
    details
}
