//! Idempotency keys: a request sent twice under one key is carried out once and answered the same.

use jiff::Timestamp;
use theriac_model::Digest;

use crate::{Actor, Conn, StoreError, Write, args};

/// What is known of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing: carry the request out.
    Unknown,
    /// The same request was carried out: give this answer again.
    Answered {
        /// HTTP status; 0 when it was carried out and its answer is not there (yet).
        status: u32,
        /// The body, as it was sent.
        response: String,
    },
    /// The key was used for another request: refuse.
    OtherRequest,
}

impl Conn {
    /// Looks a key up. Ask inside the [`Write`] that carries the request out, so that two of them cannot pass at once.
    ///
    /// # Errors
    /// What the database says.
    pub async fn earlier(&mut self, actor: Actor, key: &str, request: Digest) -> Result<Earlier, StoreError> {
        let sql = "SELECT request, status, response FROM idempotency WHERE actor = $1 AND key = $2";
        let Some(row) = self.fetch_optional(sql, args![actor.to_string(), key]).await? else {
            return Ok(Earlier::Unknown);
        };
        if row.get::<Digest>("request")? != request {
            return Ok(Earlier::OtherRequest);
        }
        Ok(Earlier::Answered { status: row.get("status")?, response: row.get("response")? })
    }
}

impl Write {
    /// Keeps the answer under the key, in the transaction of the request.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remember(
        &mut self,
        key: &str,
        request: Digest,
        status: u32,
        response: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO idempotency (actor, key, request, status, response, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![self.act().actor.to_string(), key, request, status, response, self.now()],
        )
        .await?;
        Ok(())
    }
}

impl crate::Maintain {
    /// Completes the answer of a request that was carried out under a key.
    ///
    /// # Errors
    /// What the database says.
    pub async fn answer(
        &mut self,
        actor: Actor,
        key: &str,
        status: u32,
        response: &str,
    ) -> Result<u64, StoreError> {
        self.execute(
            "UPDATE idempotency SET status = $3, response = $4 WHERE actor = $1 AND key = $2 AND status = 0",
            args![actor.to_string(), key, status, response],
        )
        .await
    }

    /// Forgets the keys that are older than a moment.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_keys_before(&mut self, moment: Timestamp) -> Result<u64, StoreError> {
        self.execute("DELETE FROM idempotency WHERE created_at < $1", args![moment]).await
    }
}
