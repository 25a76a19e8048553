//! Taking in files: read by their content, bound to what they speak of, kept, and matched, in one call and one
//! transaction.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use theriac_auth::Permission;
use theriac_conformity::facts::words::EvidenceKind;
use theriac_formats::Strictness;
use theriac_model::Digest;
use theriac_store::blobs::Staged;
use theriac_store::tables::components::Component;
use theriac_store::tables::evidence::{self as table, Evidence, Listed};
use theriac_store::tables::releases::{self, Build, Release};
use theriac_store::{Conn, Write, tables};

use super::blocks::{Blocking, what_blocks};
use super::file::{self, FileRead, Refused, Rows};
use super::said::{self, Bound};
use crate::app::blocking;
use crate::check::Checks;
use crate::findings::{self, Applied, Aside, Beside, Coming, FindingLine, Identity, Plan, UnmatchedLine};
use crate::products::{find, find_in};
use crate::{App, Result, ServiceError, Who};

/// Most files of one call.
const FILES_MAX: usize = 100;
/// Most characters of a file's name.
const NAME_MAX: usize = 255;
/// How often a call begins anew because others changed the release under it.
const ATTEMPTS: u32 = 5;
/// How far the clocks of two machines may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(24);
const ACTION: &str = "evidence add";

/// Files for a release, and what is said of them.
#[derive(Debug, Clone, Default)]
pub struct AddEvidence {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// The name of the build they speak of.
    pub build: Option<String>,
    /// Name and version of the tool that made them.
    pub tool: Option<(String, String)>,
    /// The digest of the rules used, 64 hexadecimal characters.
    pub rules: Option<String>,
    /// When they were made.
    pub performed_at: Option<Timestamp>,
    /// The files.
    pub files: Vec<FileInput>,
}

/// A file as it came.
#[derive(Debug, Clone)]
pub struct FileInput {
    /// Its name; only shown.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What came of handing in files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Added {
    /// The files, in the order in which they were given.
    pub evidence: Vec<AddedFile>,
    /// Findings that were opened, worst first.
    pub new: Vec<FindingLine>,
    /// Findings that are worse than before, open again, or to be assessed again.
    pub worse: Vec<FindingLine>,
    /// Findings that were closed.
    pub resolved: Vec<FindingLine>,
    /// Components of the release that cannot be matched and that nobody has disposed of.
    pub unmatched: Vec<UnmatchedLine>,
    /// What now closes the gate.
    pub blocking: Blocking,
    /// What would change if the components of another build than the candidate counted; `None` when they do.
    pub beside: Option<Beside>,
    /// Why components were not matched; `None` when they were, or when there was nothing to match.
    pub not_matched: Option<String>,
}

/// A file that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddedFile {
    /// `EVID-3`.
    pub number: String,
    /// The file's name.
    pub file: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// The format with its version, such as `CycloneDX 1.6 JSON`.
    pub format: String,
    /// Whether it was not there before.
    pub is_new: bool,
    /// The name of the build it speaks of.
    pub build: Option<String>,
    /// The tool that made it.
    pub tool: Option<String>,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// The digest of the rules used.
    pub rules: Option<Digest>,
    /// When it was made.
    pub performed_at: Option<Timestamp>,
    /// What is not said of it: `build`, `tool` (name and version), `performed_at`. While anything is missing it supports
    /// no verdict.
    pub missing: Vec<&'static str>,
    /// What is wrong with it, and was no reason to refuse it.
    pub defects: Vec<String>,
}

/// What has to be said of evidence so that it can support a verdict, and is not.
fn missing(row: &Evidence) -> Vec<&'static str> {
    let tool = row.tool.is_some() && row.tool_version.is_some();
    super::read::unsaid(row.build.is_some(), tool, row.performed_at.is_some())
}

/// Takes files in for a release. A file that is there already is the same evidence. A bill of materials makes findings.
///
/// # Errors
/// [`ServiceError::File`] when a file cannot be read or contradicts what is said of it: then no file is stored. When there
/// is no such release or build, or the actor may not.
#[crate::boxed]
pub async fn add(app: &App, who: &Who, input: AddEvidence) -> Result<Added> {
    let found = find(app, who, Permission::UploadEvidence, ACTION, &input.product, &input.release).await?;
    let (_, release, mut read) = found;
    let added = match check(app, &mut read, &release, &input).await {
        Ok(request) => {
            drop(read);
            take(app, who, &input.product, request, input.files).await
        }
        Err(error) => {
            drop(read);
            Err(error)
        }
    };
    if let Err(error) = &added
        && let Some(reason) = refusal(error)
    {
        who.refused(app, ACTION, &reason).await?;
    }
    added
}

/// What the audit log says of a refused attempt: no name of a file, which may be anyone's.
fn refusal(error: &ServiceError) -> Option<String> {
    match error {
        ServiceError::File { place, reason, .. } => Some(format!("{place}: {reason}")),
        ServiceError::Invalid(_) | ServiceError::NotFound { .. } | ServiceError::Rule(_) => {
            Some(error.to_string())
        }
        _ => None,
    }
}

/// What is said of the files, checked.
struct Request {
    release: String,
    build: Option<Build>,
    tool: Option<(String, String)>,
    rules: Option<Digest>,
    performed_at: Option<Timestamp>,
    strictness: Strictness,
}

async fn check(app: &App, conn: &mut Conn, release: &Release, input: &AddEvidence) -> Result<Request> {
    let mut checks = Checks::default();
    if input.files.is_empty() {
        checks.wrong("files", "hand in at least one file");
    }
    if input.files.len() > FILES_MAX {
        checks.wrong("files", format!("hand in at most {FILES_MAX} files at once"));
    }
    let odd = |name: &str| name.chars().count() > NAME_MAX || name.contains(char::is_control);
    if input.files.iter().any(|file| odd(&file.name)) {
        checks.wrong("files", format!("a file's name has at most {NAME_MAX} characters, in one line"));
    }
    let tool = input
        .tool
        .as_ref()
        .map(|(name, version)| (checks.line("tool", name, 200), checks.line("tool", version, 100)));
    let rules = input.rules.as_deref().map(str::parse::<Digest>);
    if let Some(Err(error)) = &rules {
        checks.wrong("rules", error.to_string());
    }
    if input.performed_at.is_some_and(|at| at > app.now() + CLOCKS_DIFFER) {
        checks.wrong("performed_at", "lies in the future");
    }
    checks.day("performed_at", input.performed_at.map(|at| TimeZone::UTC.to_datetime(at).date()));
    checks.done()?;
    let build = match &input.build {
        None => None,
        Some(name) => {
            let build = releases::build_by_name(conn, release.id, name).await?;
            Some(build.ok_or_else(|| ServiceError::not_found("build", name))?)
        }
    };
    let accept = tables::organisation::current(conn).await?.is_some_and(|known| known.accept_defects);
    Ok(Request {
        release: release.name.clone(),
        build,
        tool,
        rules: rules.and_then(std::result::Result::ok),
        performed_at: input.performed_at,
        strictness: if accept { Strictness::AcceptListedDefects } else { Strictness::Refuse },
    })
}

/// A file that was read.
struct Taken {
    name: String,
    digest: Digest,
    bytes: Arc<[u8]>,
    read: FileRead,
    bound: Bound,
}

/// The files of a call: each once, and which names were given for which.
struct Batch {
    files: Vec<Taken>,
    names: Vec<(String, usize)>,
}

async fn take(app: &App, who: &Who, product: &str, request: Request, files: Vec<FileInput>) -> Result<Added> {
    let request = Arc::new(request);
    let (now, asked) = (app.now(), request.clone());
    let batch = blocking(move || read_all(files, &asked, now)).await??;
    for _ in 0..ATTEMPTS {
        let Some((mut added, aside)) = attempt(app, who, product, &request, &batch).await? else { continue };
        if let Some(aside) = aside {
            match findings::beside(app, aside).await? {
                Ok(beside) => added.beside = Some(beside),
                Err(reason) => added.not_matched = Some(reason),
            }
        }
        added.blocking = what_blocks(app, who, product, &request.release).await?;
        return Ok(added);
    }
    Err(ServiceError::rule("The release is being changed by others at the moment; hand the files in again."))
}

fn read_all(inputs: Vec<FileInput>, request: &Request, now: Timestamp) -> Result<Batch> {
    let mut batch =
        Batch { files: Vec::with_capacity(inputs.len()), names: Vec::with_capacity(inputs.len()) };
    for input in inputs {
        let (name, digest) = (shown(&input.name), Digest::of(&input.bytes));
        let place = match batch.files.iter().position(|file| file.digest == digest) {
            Some(place) => place,
            None => {
                let file = read_one(name.clone(), digest, input.bytes, request, now);
                batch.files.push(file.map_err(|refused| refused.of(&name))?);
                batch.files.len() - 1
            }
        };
        batch.names.push((name, place));
    }
    Ok(batch)
}

fn read_one(
    name: String,
    digest: Digest,
    bytes: Vec<u8>,
    request: &Request,
    now: Timestamp,
) -> std::result::Result<Taken, Refused> {
    let read = file::read(&bytes, request.strictness)?;
    if read.says.at.is_some_and(|at| at > now + CLOCKS_DIFFER) {
        return Err(Refused::whole("the file says that it was made at a time that has not come yet"));
    }
    if read.rows.signed_after(now + CLOCKS_DIFFER) {
        return Err(Refused::whole("an artefact is said to be signed at a time that has not come yet"));
    }
    let bound = said::bind(&read.says, request.tool.as_ref(), request.performed_at)?;
    Ok(Taken { name, digest, bytes: bytes.into(), read, bound })
}

/// The last part of a file's name, as it is shown.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let shown: String = last.chars().filter(|c| !c.is_control()).take(255).collect();
    if shown.trim().is_empty() { "file".to_owned() } else { shown }
}

/// What becomes of a file.
enum Place {
    /// It is there already; with the name of its build.
    Known(Evidence, Option<String>),
    /// It is to be kept; with the name of its build.
    New(Evidence, Option<String>),
}

impl Place {
    const fn row(&self) -> &Evidence {
        match self {
            Self::Known(row, _) | Self::New(row, _) => row,
        }
    }

    const fn build(&self) -> Option<&String> {
        match self {
            Self::Known(_, build) | Self::New(_, build) => build.as_ref(),
        }
    }

    const fn is_new(&self) -> bool {
        matches!(self, Self::New(..))
    }
}

/// One try; `None` when the release changed meanwhile. Bytes that are not kept are removed.
async fn attempt(
    app: &App,
    who: &Who,
    product: &str,
    request: &Request,
    batch: &Batch,
) -> Result<Option<(Added, Option<Aside>)>> {
    let mut staged = Vec::new();
    let added = attempt_staging(app, who, product, request, batch, &mut staged).await;
    for one in staged {
        app.store().unstage(one).await;
    }
    added
}

async fn attempt_staging(
    app: &App,
    who: &Who,
    product: &str,
    request: &Request,
    batch: &Batch,
    staged: &mut Vec<Staged>,
) -> Result<Option<(Added, Option<Aside>)>> {
    let mut read = app.store().read().await?;
    let (_, release) = find_in(&mut read, product, &request.release).await?;
    let mut places = Vec::with_capacity(batch.files.len());
    for file in &batch.files {
        places.push(place(app, &mut read, &release, request, file).await?);
    }
    if !places.iter().any(Place::is_new) {
        let added = report(&mut read, &release, batch, &places, Applied::default(), None).await?;
        return Ok(Some((added, aside(&mut read, &release, batch, &places).await?)));
    }
    drop(read);
    let plan = plan(app, &release, batch, &places).await?;
    for (file, _) in new(batch, &places) {
        staged.push(app.store().stage_bytes(file.bytes.clone()).await?);
    }
    let mut write = who.write(app, ACTION).await?;
    let (_, release_now) = find_in(&mut write, product, &request.release).await?;
    if release_now != release || have_moved(app, &mut write, &release, request, batch, &places).await? {
        return Ok(None);
    }
    for place in &mut places {
        if let Place::New(row, _) = place {
            row.number = write.next_number("EVID").await?;
        }
    }
    for ((file, row), staged) in new(batch, &places).zip(staged) {
        keep(&mut write, file, row, *staged).await?;
    }
    let not_matched = plan.as_ref().and_then(|plan| plan.feed.as_ref().err().cloned());
    let applied = match plan {
        None => Applied::default(),
        Some(plan) if plan.still_holds(&mut write, &release).await? => {
            findings::apply(&mut write, &release, plan).await?
        }
        Some(_) => return Ok(None),
    };
    if new(batch, &places).any(|(file, _)| file.read.kind == EvidenceKind::BuildManifest) {
        findings::paths_moved(&mut write, release.product).await?;
    }
    let added = report(&mut write, &release, batch, &places, applied, not_matched).await?;
    let aside = aside(&mut write, &release, batch, &places).await?;
    write.commit().await?;
    Ok(Some((added, aside)))
}

fn new<'a>(batch: &'a Batch, places: &'a [Place]) -> impl Iterator<Item = (&'a Taken, &'a Evidence)> {
    let all = batch.files.iter().zip(places);
    all.filter(|(_, place)| place.is_new()).map(|(file, place)| (file, place.row()))
}

/// Matches the components that the release will have; `None` when no file bears on findings.
async fn plan(app: &App, release: &Release, batch: &Batch, places: &[Place]) -> Result<Option<Plan>> {
    // A manifest can say that a path which judgements rest on has changed.
    if !new(batch, places).any(|(file, _)| file.read.kind != EvidenceKind::TestResults) {
        return Ok(None);
    }
    let coming = new(batch, places).filter_map(|(file, row)| match &file.read.rows {
        Rows::Components(components) => Some(Coming {
            id: row.id,
            build: row.build,
            components: components.iter().map(identity).collect(),
        }),
        _ => None,
    });
    findings::prepare(app, release, coming.collect()).await
}

/// Whether a file is there already, and the row that it has or gets.
async fn place(
    app: &App,
    conn: &mut Conn,
    release: &Release,
    request: &Request,
    file: &Taken,
) -> Result<Place> {
    let build = match (&request.build, &file.read.says.commit) {
        (None, Some(commit)) => Some(build_of(conn, release, commit, &file.name).await?),
        (Some(build), Some(commit)) if build.commit != *commit => {
            let reason = format!(
                "the file says that it was made from commit {commit}, and build {} from {}; name the right build",
                build.name, build.commit
            );
            return Err(Refused::whole(reason).of(&file.name));
        }
        (build, _) => build.clone(),
    };
    let (build, name) = build.map(|build| (build.id, build.name)).unzip();
    for row in table::of_bytes(conn, release.id, file.digest).await? {
        match compare(&row, build, request, &file.bound) {
            Compared::Same => return Ok(Place::Known(row.evidence, row.build)),
            Compared::Other => {}
            Compared::Contradicts(reason) => return Err(Refused::whole(reason).of(&file.name)),
        }
    }
    let mut defects = file.read.defects.clone();
    if let Some(reason) = other_of_serial(conn, release, file).await? {
        match request.strictness {
            Strictness::Refuse => return Err(Refused::whole(reason).of(&file.name)),
            Strictness::AcceptListedDefects => defects.push(reason),
        }
    }
    let row = Evidence {
        id: app.store().id(),
        number: 0,
        release: release.id,
        build,
        digest: file.digest,
        kind: file.read.kind.to_string(),
        format: file.read.format.clone(),
        file_name: file.name.clone(),
        size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
        tool: file.bound.tool.clone(),
        tool_version: file.bound.tool_version.clone(),
        rules: request.rules,
        feed_at: None,
        performed_at: file.bound.performed_at,
        serial: file.read.says.serial.clone(),
        serial_revision: file.read.says.serial_revision,
        recorded_at: app.now(),
        delivered_by: String::new(),
        defects,
    };
    Ok(Place::New(row, name))
}

/// The build that a manifest speaks of.
async fn build_of(conn: &mut Conn, release: &Release, commit: &str, file: &str) -> Result<Build> {
    let builds = releases::builds_of_commit(conn, release.id, commit).await?;
    let mut builds = builds.into_iter();
    match (builds.next(), builds.next()) {
        (Some(build), None) => Ok(build),
        (None, _) => Err(Refused::whole(format!(
            "no build of release {} was made from commit {commit}; add the build first, or name the build",
            release.name
        ))
        .of(file)),
        (Some(one), Some(other)) => Err(Refused::whole(format!(
            "builds {} and {} of release {} were made from commit {commit}; name the build",
            one.name, other.name, release.name
        ))
        .of(file)),
    }
}

/// How what is said of a file now stands to what was said of the same bytes before.
enum Compared {
    /// Nothing is said that was not said before.
    Same,
    /// It is said of another build, or more is said: evidence is never changed, so it is another one.
    Other,
    /// Both cannot be true.
    Contradicts(String),
}

fn compare(row: &Listed, build: Option<i64>, request: &Request, bound: &Bound) -> Compared {
    let known = &row.evidence;
    if build.is_some() && build != known.build {
        return Compared::Other;
    }
    let said = [
        ("tool", known.tool.clone(), bound.tool.clone()),
        ("version of its tool", known.tool_version.clone(), bound.tool_version.clone()),
        ("rules", known.rules.map(|rules| rules.to_string()), request.rules.map(|rules| rules.to_string())),
        ("time", known.performed_at.map(|at| at.to_string()), bound.performed_at.map(|at| at.to_string())),
    ];
    let number = known.reference();
    for (what, before, now) in &said {
        if let (Some(before), Some(now)) = (before, now)
            && before != now
        {
            return Compared::Contradicts(format!(
                "the same file is {number}, whose {what} is {before}, not {now}; leave it out, or have {number} disqualified \
                 if it is wrong"
            ));
        }
    }
    if said.iter().any(|(_, before, now)| before.is_none() && now.is_some()) {
        return Compared::Other;
    }
    if row.disqualified {
        return Compared::Contradicts(format!(
            "the same file is {number}, which was disqualified; say of which build it speaks if that was wrong"
        ));
    }
    Compared::Same
}

/// A serial and revision name one document: why the file is not that one.
async fn other_of_serial(conn: &mut Conn, release: &Release, file: &Taken) -> Result<Option<String>> {
    let Some(serial) = &file.read.says.serial else { return Ok(None) };
    let revision = file.read.says.serial_revision;
    let other = table::of_serial(conn, release.id, serial, revision, file.digest).await?;
    Ok(other.map(|other| {
        format!(
            "the document calls itself {serial}, revision {}, as {} does, but says something else; give it a number of its own",
            revision.unwrap_or(1),
            other.reference()
        )
    }))
}

/// Whether others handed in files meanwhile that decide what becomes of these.
async fn have_moved(
    app: &App,
    conn: &mut Conn,
    release: &Release,
    request: &Request,
    batch: &Batch,
    places: &[Place],
) -> Result<bool> {
    for (file, before) in batch.files.iter().zip(places) {
        let now = place(app, conn, release, request, file).await?;
        let same = match (before, &now) {
            (Place::Known(before, _), Place::Known(now, _)) => before == now,
            (Place::New(before, _), Place::New(now, _)) => before.build == now.build,
            _ => false,
        };
        if !same {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Keeps a file with its rows.
async fn keep(write: &mut Write, file: &Taken, row: &Evidence, staged: Staged) -> Result<()> {
    let delivered_by = write.act().actor.to_string();
    let row = Evidence { recorded_at: write.now(), delivered_by, ..row.clone() };
    write.keep(staged).await?;
    table::add(write, &row).await?;
    add_rows(write, row.id, &file.read.rows).await?;
    // With what it is bound to, which the bytes do not say: the log is what proves it.
    let mut detail = crate::audit::bound(&row);
    detail["format"] = json!(row.format);
    detail["kind"] = json!(row.kind);
    detail["rows"] = json!(file.read.rows.len());
    write.audit(row.reference(), None, Some(row.digest), detail);
    Ok(())
}

/// Writes the rows that were read from a file.
pub(super) async fn add_rows(conn: &mut Conn, evidence: i64, rows: &Rows) -> Result<()> {
    match rows {
        Rows::Components(components) => tables::components::add(conn, evidence, components).await?,
        Rows::Results(results) => table::add_results(conn, evidence, results).await?,
        Rows::Manifest(manifest) => table::add_manifest(conn, evidence, manifest).await?,
    }
    Ok(())
}

async fn report(
    conn: &mut Conn,
    release: &Release,
    batch: &Batch,
    places: &[Place],
    applied: Applied,
    not_matched: Option<String>,
) -> Result<Added> {
    let mut told = HashSet::new();
    let line = |(name, at): &(String, usize)| {
        let (file, place) = (batch.files.get(*at)?, places.get(*at)?);
        let row = place.row();
        Some(AddedFile {
            number: row.reference(),
            file: name.clone(),
            kind: file.read.kind,
            format: file.read.format.clone(),
            is_new: place.is_new() && told.insert(*at),
            build: place.build().cloned(),
            tool: row.tool.clone(),
            tool_version: row.tool_version.clone(),
            rules: row.rules,
            performed_at: row.performed_at,
            missing: missing(row),
            defects: row.defects.clone(),
        })
    };
    Ok(Added {
        evidence: batch.names.iter().filter_map(line).collect(),
        new: applied.new.iter().map(FindingLine::of).collect(),
        worse: applied.worse.iter().map(|(finding, why)| FindingLine::because(finding, why)).collect(),
        resolved: applied.resolved.iter().map(FindingLine::of).collect(),
        unmatched: findings::awaiting(conn, release).await?,
        blocking: Blocking::default(),
        beside: None,
        not_matched,
    })
}

fn identity(component: &Component) -> Identity {
    (component.key.clone(), component.purl.clone(), component.version.clone())
}

/// The components that do not count, because the files do not speak of the candidate.
async fn aside(conn: &mut Conn, release: &Release, batch: &Batch, places: &[Place]) -> Result<Option<Aside>> {
    let Some(candidate) = release.candidate else { return Ok(None) };
    let counting = table::counting_sboms(conn, release.id, release.candidate).await?;
    // What names no build counts for none: there is nothing that it would be the candidate of.
    let beside = |row: &Evidence| row.build.is_some() && !counting.contains(&row.id);
    let files = batch.files.iter().zip(places).filter(|(_, place)| beside(place.row()));
    let inventories: Vec<_> = files
        .filter_map(|(file, _)| match &file.read.rows {
            Rows::Components(components) => Some(components),
            _ => None,
        })
        .collect();
    if inventories.is_empty() {
        return Ok(None);
    }
    let components = inventories.into_iter().flatten().map(identity).collect();
    let candidate = releases::build_by_id(conn, candidate).await?.map(|build| build.name).unwrap_or_default();
    Ok(Some(Aside { release: release.id, candidate, components }))
}
