//! `build describe`: the build manifest of a git checkout.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use theriac_formats::{Artefact, ArtefactSignature, BuildManifest, ManifestTool};
use theriac_model::{Clock as _, Digest};

use super::git::Git;
use crate::clock::SystemClock;
use crate::{input, output};

/// How far the clocks of two machines may lie apart.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(15);

/// Options of `build describe`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The checkout
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
    /// The commit of the build before [default: the first parent of the present commit]
    #[arg(long, value_name = "REF")]
    since: Option<String>,
    /// The first build of a product: every path, and every author of the whole history
    #[arg(long, conflicts_with = "since")]
    whole_history: bool,
    /// A file that the build made; may be given several times
    #[arg(long, value_name = "FILE")]
    artefact: Vec<PathBuf>,
    /// The key or certificate that signed the artefacts, by its fingerprint or id
    #[arg(
        long,
        value_name = "KEY",
        requires = "artefact",
        requires = "signed_at",
        requires = "key_valid_from"
    )]
    signing_key: Option<String>,
    /// When the artefacts were signed
    #[arg(long, value_name = "TIME", requires = "signing_key")]
    signed_at: Option<Timestamp>,
    /// From when the signing key is valid
    #[arg(long, value_name = "TIME", requires = "signing_key")]
    key_valid_from: Option<Timestamp>,
    /// Until when the signing key is valid, or when it was revoked [default: no end]
    #[arg(long, value_name = "TIME", requires = "signing_key")]
    key_valid_to: Option<Timestamp>,
    /// When it was built [default: now]
    #[arg(long, value_name = "TIME")]
    built_at: Option<Timestamp>,
    /// Accept files that differ from the commit
    #[arg(long)]
    allow_dirty: bool,
}

/// Prints the manifest.
pub fn run(args: &Args) -> Result<ExitCode> {
    let manifest = describe(args)?;
    output::print(&(manifest.write().context("the manifest cannot be written")? + "\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn describe(args: &Args) -> Result<BuildManifest> {
    let git = Git(&args.repository);
    let commit = git.commit("HEAD")?;
    git.require_history()?;
    if !args.allow_dirty {
        git.require_clean()?;
    }
    let predecessor = match &args.since {
        Some(name) => Some(git.commit(name)?),
        None if args.whole_history => None,
        None => git.parent(&commit)?,
    };
    if predecessor.as_ref() == Some(&commit) {
        bail!(
            "--since names the very commit that is built, {commit}; name the commit of the build before it"
        );
    }
    let since = predecessor.as_deref();
    let now = SystemClock.now();
    possible_times(args, &commit, git.committed_at(&commit)?, now)?;
    let built_at = args.built_at.unwrap_or(now);
    Ok(BuildManifest {
        authors: git.authors(since, &commit)?,
        changed: git.changed(since, &commit)?,
        artefacts: artefacts(&args.artefact, signature(args)?.as_ref())?,
        built_at: Some(written(built_at)),
        tool: Some(ManifestTool {
            name: "theriac".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }),
        predecessor,
        commit,
    })
}

/// Refuses times that cannot be: before the commit was there, or still to come.
fn possible_times(args: &Args, commit: &str, committed_at: Timestamp, now: Timestamp) -> Result<()> {
    for (option, given) in [("--built-at", args.built_at), ("--signed-at", args.signed_at)] {
        let Some(given) = given else { continue };
        if committed_at.duration_since(given) > CLOCKS_DIFFER {
            bail!(
                "{option} {} lies before {}, when the commit that is built, {commit}, was made; give the time after it",
                written(given),
                written(committed_at)
            );
        }
        if given.duration_since(now) > CLOCKS_DIFFER {
            bail!(
                "{option} {} lies ahead: it is {} now; give the time as it was",
                written(given),
                written(now)
            );
        }
    }
    Ok(())
}

/// A time as manifests write it.
fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn signature(args: &Args) -> Result<Option<ArtefactSignature>> {
    let (Some(key), Some(signed_at), Some(valid_from)) =
        (args.signing_key.as_ref(), args.signed_at, args.key_valid_from)
    else {
        return Ok(None);
    };
    if args.key_valid_to.is_some_and(|end| end < valid_from) {
        bail!("--key-valid-to lies before --key-valid-from; a key ends after it begins");
    }
    Ok(Some(ArtefactSignature {
        key: key.clone(),
        signed_at: written(signed_at),
        valid_from: written(valid_from),
        valid_to: args.key_valid_to.map(written),
    }))
}

fn artefacts(paths: &[PathBuf], signature: Option<&ArtefactSignature>) -> Result<Vec<Artefact>> {
    let mut names = BTreeSet::new();
    let mut artefacts = Vec::new();
    for path in paths {
        let artefact = Artefact { signature: signature.cloned(), ..artefact(path)? };
        if !names.insert(artefact.name.clone()) {
            bail!("two artefacts are called {}; a build has each name once", artefact.name);
        }
        artefacts.push(artefact);
    }
    artefacts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(artefacts)
}

fn artefact(path: &Path) -> Result<Artefact> {
    let name = input::name(path)?.to_owned();
    let (mut file, _) = input::open(path)?;
    let (mut hasher, mut size) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        size += read as u64;
    }
    Ok(Artefact {
        name,
        sha256: Digest::from_bytes(hasher.finalize().into()),
        size: Some(size),
        signature: None,
    })
}
