//! From the bytes of a file to the rows that are read from it. The same bytes always give the same rows.
//!
//! To add a format: its kind and rows in [`read`], its variant in [`Rows`].

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use theriac_conformity::facts::words::EvidenceKind;
use theriac_formats::{
    Bom, BuildManifest, Defect, ErrorKind, Format, Licence, Limits, Outcome, Place, ReadError, Strictness,
    TestReport, read_bom, read_junit, recognise,
};
use theriac_store::tables::components::Component;
use theriac_store::tables::evidence::{Artefact, ArtefactSignature, Manifest, TestResult};
use theriac_vulndb::{Package, component_purl, contradiction};

use crate::ServiceError;
use crate::people::address_digest;

/// Longest key of a component: databases index it.
const KEY_MAX: usize = 1_000;
/// Most contradictions of one file that are told one by one.
const CONTRADICTIONS_MAX: usize = 100;
/// Longest text that a test result keeps; the rest is in the file.
const MESSAGE_MAX: usize = 4_000;

/// What a file is and what it says.
#[derive(Debug)]
pub(super) struct FileRead {
    pub kind: EvidenceKind,
    pub format: String,
    pub rows: Rows,
    pub says: Says,
    pub defects: Vec<String>,
}

/// The rows read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rows {
    Components(Vec<Component>),
    Results(Vec<TestResult>),
    Manifest(Manifest),
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Components(rows) => rows.len(),
            Self::Results(rows) => rows.len(),
            Self::Manifest(manifest) => manifest.artefacts.len(),
        }
    }

    /// Whether an artefact is said to be signed after a time.
    pub(super) fn signed_after(&self, time: Timestamp) -> bool {
        let Self::Manifest(manifest) = self else { return false };
        let mut signatures = manifest.artefacts.iter().filter_map(|artefact| artefact.signature.as_ref());
        signatures.any(|signature| signature.signed_at > time)
    }
}

/// What a file says of itself.
#[derive(Debug, Default)]
pub(super) struct Says {
    pub commit: Option<String>,
    pub serial: Option<String>,
    pub serial_revision: Option<i64>,
    pub tools: Vec<(String, Option<String>)>,
    pub at: Option<Timestamp>,
    /// Whether `at` stands for a local time whose zone the file does not say, read as UTC.
    pub zone_unsaid: bool,
}

/// Why a file is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub place: String,
    pub reason: String,
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Self {
        Self { place: error.place.to_string(), reason: error.reason }
    }
}

/// Reads a file of any format that is taken.
pub(super) fn read(bytes: &[u8], strictness: Strictness) -> Result<FileRead, Refused> {
    let limits = Limits { strictness, ..Limits::default() };
    // Bills of materials are the large ones, so they are tried without being recognised first.
    match read_bom(bytes, &limits) {
        Ok(bom) => return of_bom(&bom),
        Err(error) if error.kind != ErrorKind::Unrecognised => return Err(error.into()),
        Err(_) => {}
    }
    match recognise(bytes)? {
        Format::BuildManifest => of_manifest(&BuildManifest::read(bytes, &limits)?),
        Format::JunitXml => of_tests(&read_junit(bytes, &limits)?),
        Format::CycloneDxJson(_)
        | Format::CycloneDxXml(_)
        | Format::SpdxJson(_)
        | Format::SpdxTagValue(_) => of_bom(&read_bom(bytes, &limits)?),
    }
}

fn of_bom(bom: &Bom) -> Result<FileRead, Refused> {
    let tools = bom.metadata.tools.iter().map(|tool| (clean(&tool.name), said(tool.version.as_deref())));
    Ok(FileRead {
        kind: EvidenceKind::Sbom,
        format: bom.format.to_string(),
        rows: Rows::Components(components(bom)?),
        says: Says {
            commit: None,
            serial: said(bom.serial.as_deref()),
            serial_revision: bom.revision.and_then(|revision| i64::try_from(revision).ok()),
            tools: tools.filter(|(name, _)| !name.is_empty()).collect(),
            at: bom.metadata.timestamp.as_deref().and_then(moment),
            ..Says::default()
        },
        defects: bom.defects.iter().map(defect).chain(contradictions(bom)).collect(),
    })
}

fn defect(defect: &Defect) -> String {
    clean(&format!("{}: {}", defect.place, defect.reason))
}

fn of_tests(report: &TestReport) -> Result<FileRead, Refused> {
    let result = |case: &theriac_formats::TestCase| {
        let class = case.classname.as_deref().filter(|class| !class.is_empty()).unwrap_or(&case.suite);
        let name = if class.is_empty() { case.name.clone() } else { format!("{class}.{}", case.name) };
        let outcome = match case.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Error => "error",
            Outcome::Skipped => "skipped",
        };
        TestResult {
            case: short(&name),
            outcome: outcome.to_owned(),
            message: short(case.message.as_deref().unwrap_or_default()),
        }
    };
    let read = |text: &str| {
        let reason = format!("'{}' is no time; one such as 2026-11-24T08:00:00Z is expected", short(text));
        moment(text).or_else(|| local_moment(text)).ok_or(Refused { place: "timestamp".to_owned(), reason })
    };
    let at = report.timestamp.as_deref().map(read).transpose()?;
    Ok(FileRead {
        kind: EvidenceKind::TestResults,
        format: theriac_formats::Format::JunitXml.to_string(),
        rows: Rows::Results(report.cases.iter().map(result).collect()),
        says: Says {
            at,
            zone_unsaid: report.timestamp.as_deref().is_some_and(|text| moment(text).is_none()),
            ..Says::default()
        },
        defects: report.defects.iter().map(defect).collect(),
    })
}

fn of_manifest(manifest: &BuildManifest) -> Result<FileRead, Refused> {
    let mut authors: Vec<_> = manifest.authors.iter().map(|author| address_digest(&author.email)).collect();
    authors.sort_unstable();
    authors.dedup();
    let rows = Manifest {
        commit: manifest.commit.clone(),
        predecessor: manifest.predecessor.clone(),
        authors,
        paths: manifest.changed.iter().map(|changed| (clean(&changed.path), changed.tree.clone())).collect(),
        artefacts: manifest
            .artefacts
            .iter()
            .enumerate()
            .map(|(place, artefact)| {
                let signature = artefact.signature.as_ref().map(|written| signature(place, written));
                let (name, digest) = (clean(&artefact.name), artefact.sha256);
                Ok(Artefact { name, digest, signature: signature.transpose()? })
            })
            .collect::<Result<_, Refused>>()?,
    };
    Ok(FileRead {
        kind: EvidenceKind::BuildManifest,
        format: theriac_formats::Format::BuildManifest.to_string(),
        says: Says {
            commit: Some(manifest.commit.clone()),
            tools: manifest.tool.iter().map(|tool| (clean(&tool.name), said(Some(&tool.version)))).collect(),
            at: manifest.built_at.as_deref().and_then(moment),
            ..Says::default()
        },
        rows: Rows::Manifest(rows),
        defects: Vec::new(),
    })
}

/// How the artefact at a place of a manifest was signed.
fn signature(
    place: usize,
    written: &theriac_formats::ArtefactSignature,
) -> Result<ArtefactSignature, Refused> {
    let refused = |member: &str, reason: &str| Refused {
        place: format!("/artefacts/{place}/signature/{member}"),
        reason: reason.to_owned(),
    };
    let time = |member: &str, text: &str| {
        moment(text).ok_or_else(|| refused(member, "is no time that there is (2026-01-31T12:00:00Z is one)"))
    };
    let valid_from = time("valid_from", &written.valid_from)?;
    let valid_to = written.valid_to.as_deref().map(|text| time("valid_to", text)).transpose()?;
    if valid_to.is_some_and(|end| end < valid_from) {
        return Err(refused("valid_to", "lies before the key's 'valid_from'"));
    }
    let signed_at = time("signed_at", &written.signed_at)?;
    Ok(ArtefactSignature { key: clean(&written.key), signed_at, valid_from, valid_to })
}

/// Components that say two versions of themselves. No format forbids it, so it is no reason to refuse the file.
fn contradictions(bom: &Bom) -> Vec<String> {
    let all = bom.components.iter().chain(bom.modules());
    let mut found = all.filter_map(|component| {
        let purl = component.purl.as_ref()?;
        let reason = contradiction(&purl.written, component.version.as_deref())?;
        Some(clean(&format!("{}: {reason}", component.place)))
    });
    let mut told: Vec<String> = found.by_ref().take(CONTRADICTIONS_MAX).collect();
    match found.count() {
        0 => {}
        more => told.push(format!("{more} more components contradict themselves so")),
    }
    told
}

/// The inventory, then what is nested in the product itself.
fn components(bom: &Bom) -> Result<Vec<Component>, Refused> {
    let subject = bom.metadata.subject.as_ref().and_then(|subject| subject.bom_ref.as_deref());
    let needs = bom.dependencies.iter().filter(|node| Some(node.from.as_str()) == subject);
    let direct: HashSet<&str> = needs.flat_map(|node| &node.on).map(String::as_str).collect();
    let mut keys = Keys::default();
    let mut rows = Vec::with_capacity(bom.components.len());
    for component in &bom.components {
        let parent = component.parent.and_then(|parent| i64::try_from(parent).ok());
        let direct = component.bom_ref.as_deref().is_some_and(|name| direct.contains(name));
        rows.push(Component { parent, direct, ..row(component, keys.of(component))? });
    }
    for module in bom.modules() {
        rows.push(Component { direct: true, ..row(module, keys.of(module))? });
    }
    for (row, via) in rows.iter_mut().zip(ways(bom, subject)) {
        // What the product needs itself comes in through nothing.
        row.via = via.filter(|_| !row.direct);
    }
    Ok(rows)
}

/// For each component the place of the one through which the shortest way from the product leads: one walk over the graph
/// in breadth, edges in the order of the file. Where the product is not part of the graph, what nothing needs comes first.
fn ways(bom: &Bom, subject: Option<&str>) -> Vec<Option<i64>> {
    let all = bom.components.iter().chain(bom.modules());
    let names =
        (0_i64..).zip(all).filter_map(|(place, component)| Some((component.bom_ref.as_deref()?, place)));
    let mut places: HashMap<&str, i64> = HashMap::new();
    for (name, place) in names {
        places.entry(name).or_insert(place);
    }
    let mut edges: HashMap<&str, Vec<&str>> = HashMap::new();
    for node in &bom.dependencies {
        edges.entry(&node.from).or_default().extend(node.on.iter().map(String::as_str));
    }
    let mut waiting: VecDeque<&str> =
        subject.filter(|subject| edges.contains_key(subject)).into_iter().collect();
    if waiting.is_empty() {
        let needed: HashSet<&str> = edges.values().flatten().copied().collect();
        let from = bom.dependencies.iter().map(|node| node.from.as_str());
        waiting.extend(from.filter(|from| !needed.contains(from)));
    }
    let mut seen: HashSet<&str> = waiting.iter().copied().collect();
    let mut ways = vec![None; bom.components.len() + bom.modules().count()];
    while let Some(from) = waiting.pop_front() {
        for on in edges.get(from).into_iter().flatten().copied() {
            if !seen.insert(on) {
                continue;
            }
            waiting.push_back(on);
            let place = places.get(on).and_then(|place| usize::try_from(*place).ok());
            if let Some(way) = place.and_then(|place| ways.get_mut(place)) {
                *way = places.get(from).copied();
            }
        }
    }
    ways
}

fn row(component: &theriac_formats::Component, key: String) -> Result<Component, Refused> {
    if key.len() > KEY_MAX {
        let reason = format!(
            "the identity of this component is {} bytes long; at most {KEY_MAX} are taken",
            key.len()
        );
        return Err(Refused { place: component.place.to_string(), reason });
    }
    let licence = |licence: &Licence| match licence {
        Licence::Id(text) | Licence::Name(text) | Licence::Expression(text) => clean(text),
    };
    let name = match &component.group {
        Some(group) if !group.is_empty() => format!("{group}/{}", component.name),
        _ => component.name.clone(),
    };
    Ok(Component {
        key,
        purl: said(component.purl.as_ref().map(|purl| purl.written.as_str())),
        cpe: said(component.cpe.as_deref()),
        component_type: clean(&component.kind),
        name: clean(&name),
        version: said(component.version.as_deref()),
        supplier: said(component.supplier.as_deref()),
        licences: component.licences.iter().map(licence).collect(),
        hashes: component
            .hashes
            .iter()
            .map(|hash| clean(&format!("{} {}", hash.algorithm, hash.value)))
            .collect(),
        parent: None,
        direct: false,
        via: None,
    })
}

/// The keys of the components of one file. What the ecosystem takes for one package is one component under the key that
/// comes first, even where only the registry knows which spelling is right (`serde_json`, `serde-json`).
#[derive(Default)]
struct Keys(HashMap<Package, String>);

impl Keys {
    fn of(&mut self, component: &theriac_formats::Component) -> String {
        let key = key(component);
        let purl = component.purl.as_ref().map(|purl| purl.written.as_str()).unwrap_or_default();
        match Package::from_purl(purl, component.version.as_deref()) {
            Ok(package) => self.0.entry(package.folded()).or_insert(key).clone(),
            Err(_) => key,
        }
    }
}

/// What names a component in a release: its purl without qualifiers, else its CPE, else name and version.
fn key(component: &theriac_formats::Component) -> String {
    let version = component.version.as_deref().filter(|version| !version.trim().is_empty());
    if let Some(purl) = &component.purl {
        let named = component_purl(&purl.written, version);
        return clean(&named.unwrap_or_else(|_| purl.written.trim().to_owned()));
    }
    if let Some(cpe) = component.cpe.as_deref().filter(|cpe| !cpe.trim().is_empty()) {
        return clean(cpe.trim());
    }
    let name = match &component.group {
        Some(group) if !group.is_empty() => format!("{group}/{}", component.name),
        _ => component.name.clone(),
    };
    clean(&version.map_or(name.clone(), |version| format!("{name}@{version}")))
}

fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(clean)
}

/// Databases take no NUL in texts.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn short(text: &str) -> String {
    let mut short: String = clean(text).chars().take(MESSAGE_MAX).collect();
    if text.chars().nth(MESSAGE_MAX).is_some() {
        short.push('…');
    }
    short
}

/// A moment as databases keep it; one that cannot be placed in time is not said at all.
fn moment(text: &str) -> Option<Timestamp> {
    let moment: Timestamp = text.parse().ok()?;
    Timestamp::from_millisecond(moment.as_millisecond()).ok()
}

/// A date and time without a zone, as if it were UTC.
fn local_moment(text: &str) -> Option<Timestamp> {
    let moment: DateTime = text.parse().ok()?;
    let moment = TimeZone::UTC.to_timestamp(moment).ok()?;
    Timestamp::from_millisecond(moment.as_millisecond()).ok()
}

impl Refused {
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { place: Place::Whole.to_string(), reason: reason.into() }
    }

    /// The error for who handed in the file.
    pub(super) fn of(self, file: &str) -> ServiceError {
        ServiceError::File { file: file.to_owned(), place: self.place, reason: self.reason }
    }
}
