//! Packs: the one in force, and its adoption by signature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use theriac_auth::{Permission, Reauthenticated, Scope};
use theriac_conformity::Pack;
use theriac_conformity::pack::IEC_81001_5_1_2021;
use theriac_model::{Digest, canonical_json};
use theriac_store::tables::packs::{self as table, Adoption, StoredPack};
use theriac_store::{Act, Conn, tables};

use crate::check::Checks;
use crate::{App, Result, ServiceError, Who, signature};

/// Packs that have been read, by digest: reading checks every expression, which takes a while.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<BTreeMap<Digest, Arc<Pack>>>);

impl Shelf {
    fn get(&self, digest: Digest) -> Option<Arc<Pack>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).cloned()
    }

    fn put(&self, pack: Pack) -> Arc<Pack> {
        let pack = Arc::new(pack);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(pack.digest, Arc::clone(&pack));
        pack
    }
}

/// The pack in force, with its adoption.
#[derive(Debug, Clone)]
pub struct PackView {
    /// The pack.
    pub pack: Arc<Pack>,
    /// Its adoption by the manufacturer; `None` while verdicts are provisional.
    pub adoption: Option<Adoption>,
    /// The name of who adopted it.
    pub by: Option<String>,
}

fn load<N: AsRef<str>, T: AsRef<str>>(app: &App, files: &[(N, T)]) -> Result<Arc<Pack>> {
    let pack = Pack::load(files).map_err(|errors| {
        let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
        ServiceError::Internal(format!("a pack that was in force cannot be read: {}", words.join("; ")))
    })?;
    Ok(app.shelf().put(pack))
}

/// Puts the pack that comes with this program in force, where it is not yet.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn ensure_built_in(app: &App) -> Result<()> {
    let pack = load(app, IEC_81001_5_1_2021)?;
    let mut read = app.store().read().await?;
    let active = table::active(&mut read).await?;
    drop(read);
    if active == Some(pack.digest) {
        return Ok(());
    }
    let files = serde_json::to_string(IEC_81001_5_1_2021)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mut write = app.store().write(Act::system("pack activate")).await?;
    table::activate(&mut write, &StoredPack { digest: pack.digest, id: pack.id.clone(), files }).await?;
    write.audit(format!("pack:{}", pack.id), active, Some(pack.digest), json!({}));
    write.commit().await?;
    Ok(())
}

/// The pack in force at a sequence; the one that comes with this program where none was activated yet.
pub(super) async fn pack_at(app: &App, conn: &mut Conn, seq: i64) -> Result<Arc<Pack>> {
    let Some(stored) = table::active_at(conn, seq).await? else {
        return load(app, IEC_81001_5_1_2021);
    };
    if let Some(pack) = app.shelf().get(stored.digest) {
        return Ok(pack);
    }
    let files: Vec<(String, String)> =
        serde_json::from_str(&stored.files).map_err(|error| ServiceError::Internal(error.to_string()))?;
    load(app, &files)
}

/// The pack in force now.
///
/// # Errors
/// When it cannot be read.
#[crate::boxed]
pub async fn pack(app: &App) -> Result<Arc<Pack>> {
    let mut read = app.store().read().await?;
    let seq = read.seq();
    pack_at(app, &mut read, seq).await
}

/// The pack that was in force at a sequence of the audit log.
///
/// # Errors
/// When it cannot be read.
#[crate::boxed]
pub async fn pack_then(app: &App, seq: i64) -> Result<Arc<Pack>> {
    pack_at(app, &mut *app.store().read().await?, seq).await
}

/// The pack in force now with its adoption.
///
/// # Errors
/// When the actor may not read.
#[crate::boxed]
pub async fn pack_in_force(app: &App, who: &Who) -> Result<PackView> {
    who.require(app, Permission::Read, Scope::Organisation, "pack read").await?;
    let mut read = app.store().read().await?;
    let seq = read.seq();
    let pack = pack_at(app, &mut read, seq).await?;
    let adoption = table::adoptions_at(&mut read, seq).await?.into_iter().find(|row| row.pack == pack.digest);
    let by = match &adoption {
        None => None,
        Some(adoption) => tables::people::by_id(&mut read, adoption.person).await?.map(|person| person.name),
    };
    Ok(PackView { pack, adoption, by })
}

/// Adopts the pack in force: the signer has compared it with the manufacturer's own copy of the standard.
///
/// # Errors
/// [`ServiceError::Changed`] when another pack is in force by now, or the actor may not sign it.
#[crate::boxed]
pub async fn adopt_pack(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    digest: Digest,
    copy_of: &str,
) -> Result<()> {
    let action = "pack adopt";
    if copy_of.trim().is_empty() {
        return Err(ServiceError::field("copy_of", "say with which copy of the standard you compared it"));
    }
    let mut checks = Checks::default();
    let copy_of = checks.line("copy_of", copy_of, 300);
    checks.done()?;
    let signer = who.signer(app, proof, Permission::AdoptPack, Scope::Organisation, action).await?;
    let mut write = who.write(app, action).await?;
    let active = table::active(&mut write).await?;
    if active != Some(digest) {
        return Err(ServiceError::Changed { what: "The pack".to_owned(), now: active });
    }
    let meaning = "Pack compared with our copy of the standard and adopted";
    // The signature covers what it was compared with, too.
    let said = json!({ "copy_of": copy_of, "pack": digest });
    let signed = Digest::of(canonical_json(&said)?.as_bytes());
    let signature = signature::give(&mut write, signed, meaning, signer.proof()).await?;
    table::adopt(&mut write, digest, &copy_of, signature).await?;
    let detail = signature::said(json!({ "copy_of": copy_of }), signer.proof());
    write.audit(format!("pack:{digest}"), None, Some(signed), detail);
    write.commit().await?;
    Ok(())
}
