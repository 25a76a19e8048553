//! Ed25519 keys that sign checkpoints and exports (RFC 8032).
//!
//! A private key is a file in the data folder that only its owner may read. Its public half enters the chain by an
//! entry of its own, so that a log names all keys that may have signed it; rotating adds a key, old ones stay listed.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde_json::json;
use theriac_model::{Digest, IdSource};

use super::entry::Change;
use crate::blobs::{blocking, sync_folder};
use crate::{Conn, Store, StoreError, args, folder};

/// A public key as 64 hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct PublicKey(String);

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let key = Self(text.trim().to_ascii_lowercase());
        match key.verifying() {
            Some(_) => Ok(key),
            None => Err("an Ed25519 public key of 64 hexadecimal characters is expected".to_owned()),
        }
    }
}

impl PublicKey {
    fn verifying(&self) -> Option<VerifyingKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(&self.0, &mut bytes).ok()?;
        VerifyingKey::from_bytes(&bytes).ok()
    }

    /// Whether this key signed these bytes.
    pub(crate) fn signed(&self, message: &[u8], signature: &str) -> bool {
        let mut bytes = [0; 64];
        // Lower case only: two spellings of one signature would be a byte that can change unseen.
        let decoded = hex::decode_to_slice(signature, &mut bytes).is_ok() && hex::encode(bytes) == signature;
        let Some(key) = self.verifying() else { return false };
        decoded && key.verify_strict(message, &Signature::from_bytes(&bytes)).is_ok()
    }

    /// The audit subject of this key.
    pub(crate) fn subject(&self) -> String {
        format!("key:{}", self.0)
    }

    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        folder.join("keys").join(format!("audit-{}.key", self.0.get(..16).unwrap_or(&self.0)))
    }
}

/// A private key in memory.
pub(crate) struct Signing(SigningKey);

impl Signing {
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(hex::encode(self.0.verifying_key().as_bytes()))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> String {
        hex::encode(self.0.sign(message).to_bytes())
    }
}

/// Makes a key, writes its file durably, and says what the chain must hold of it.
pub(crate) async fn create(store: &Store) -> Result<(PublicKey, Change), StoreError> {
    let key = fresh(store.ids());
    let public = key.public();
    let path = public.file(store.folder());
    blocking(move || write_key(&key, &path)).await?;
    let after = Some(Digest::of(public.0.as_bytes()));
    let detail = json!({ "algorithm": "Ed25519", "public": public.0 });
    Ok((public.clone(), Change { subject: public.subject(), before: None, after, detail }))
}

fn fresh(ids: &dyn IdSource) -> Signing {
    let mut seed = [0; 32];
    ids.fill(&mut seed);
    Signing(SigningKey::from_bytes(&seed))
}

fn write_key(key: &Signing, path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(path);
    folder::make(folder)?;
    let mut file = folder::file_options()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(StoreError::io("create", path))?;
    writeln!(file, "{}", hex::encode(key.0.to_bytes())).map_err(StoreError::io("write", path))?;
    file.sync_all().map_err(StoreError::io("write", path))?;
    sync_folder(folder)
}

fn read_key(public: &PublicKey, path: PathBuf) -> Result<Signing, StoreError> {
    let wrong = |reason: &str| StoreError::Key { path: path.clone(), reason: reason.to_owned() };
    let text = fs::read_to_string(&path).map_err(|error| {
        wrong(&format!("{error}; restore it from a backup, or make a new one: theriac audit rotate-key"))
    })?;
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed)
        .map_err(|_| wrong("64 hexadecimal characters are expected"))?;
    let key = Signing(SigningKey::from_bytes(&seed));
    if key.public() != *public {
        return Err(wrong("it is not the private half of the key that the log names"));
    }
    Ok(key)
}

/// The key that signs now: the youngest in the log.
pub(crate) async fn active(store: &Store, conn: &mut Conn) -> Result<Signing, StoreError> {
    let sql = "SELECT public FROM signing_key ORDER BY since DESC LIMIT 1";
    let public = PublicKey(conn.fetch_one(sql, args![]).await?.get("public")?);
    let path = public.file(store.folder());
    blocking(move || read_key(&public, path)).await
}

/// Lists a key from the sequence of its entry on.
pub(crate) async fn list(conn: &mut Conn, key: &PublicKey, since: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO signing_key (public, since) VALUES ($1, $2)";
    conn.execute(sql, args![key.0.as_str(), since]).await?;
    Ok(())
}

impl Conn {
    /// All public keys that may have signed, with the sequence from which each was the signing one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_keys(&mut self) -> Result<Vec<(PublicKey, i64)>, StoreError> {
        let rows = self.fetch_all("SELECT public, since FROM signing_key ORDER BY since", args![]).await?;
        rows.iter().map(|row| Ok((PublicKey(row.get("public")?), row.get("since")?))).collect()
    }
}
