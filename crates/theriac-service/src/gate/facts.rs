//! The raw rows of one release at one moment, read by set queries and handed to the facts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use theriac_conformity::facts::input::{
    AdoptionInput, ArtefactInput, AssessmentInput, BuildInput, ComponentInput, DecisionInput, EvidenceInput,
    FactsInput, FindingInput, LinkInput, PersonInput, ProductInput, RecordInput, ReleaseInput,
    SignatureInput, TestInput,
};
use theriac_conformity::facts::words::{CLINICAL, State, VexStatus};
use theriac_model::{Digest, Severity};
use theriac_store::tables::decisions::Decision;
use theriac_store::tables::facts::{self as table, Within};
use theriac_store::tables::products::Product;
use theriac_store::tables::releases::{Build, Release};
use theriac_store::{Conn, Row, tables};

use crate::{App, Result, ServiceError};

/// The moment that is judged.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub seq: i64,
    pub day: Date,
    pub zone: TimeZone,
}

impl Moment {
    fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }
}

/// The rows of a release, and the revisions that they rest on.
pub(super) struct Built {
    pub input: FactsInput,
    pub baseline: Vec<(i64, Digest)>,
}

/// Reads everything that is known about a release at a moment.
pub(super) async fn read(app: &App, conn: &mut Conn, release: &Release, moment: &Moment) -> Result<Built> {
    let seq = moment.seq;
    let missing = || ServiceError::rule("The release was not known then; ask for a later day.");
    let product = tables::products::at(conn, release.product, seq).await?.ok_or_else(missing)?;
    let release = tables::releases::at(conn, release.id, seq).await?.ok_or_else(missing)?;
    let people = People::read(conn, moment).await?;
    let within = within(conn, &release, seq).await?;
    let builds = tables::releases::builds_at(conn, release.id, seq).await?;
    let Records { records, pins, cited } = records(app, conn, within, &people, moment).await?;
    let patterns = Patterns::of(&records);
    let (components, tests) = match release.candidate {
        None => (Vec::new(), Vec::new()),
        Some(build) => (
            components(conn, &release, build, seq, &patterns).await?,
            tests(conn, &release, build, seq).await?,
        ),
    };
    let input = FactsInput {
        at: moment.day,
        seq,
        adoptions: adoptions(conn, &people, moment).await?,
        builds: build_rows(conn, &release, &builds, &people, seq).await?,
        evidence: evidence(conn, &release, &cited, moment).await?,
        findings: findings(conn, &release, &people, moment).await?,
        release: release_row(conn, &release, &people, moment).await?,
        product: product_row(&product)?,
        people: people.rows,
        records,
        tests,
        components,
    };
    Ok(Built { input, baseline: pins })
}

/// Which records a release rests on: those of the baseline of the decided release that it is based on, or the latest.
pub(super) async fn within(conn: &mut Conn, release: &Release, seq: i64) -> Result<Within> {
    let base = match release.based_on {
        None => None,
        Some(base) => tables::decisions::at(conn, base, seq).await?,
    };
    let baseline = base.filter(Decision::ships).map(|decision| decision.id);
    Ok(Within { seq, product: release.product, release: release.id, baseline })
}

fn word<T: std::str::FromStr>(text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| ServiceError::Internal(format!("a stored word is damaged: {error}")))
}

fn product_row(product: &Product) -> Result<ProductInput> {
    Ok(ProductInput {
        key: product.key.clone(),
        route: word(&product.route)?,
        support_end: product.support_end,
    })
}

async fn release_row(
    conn: &mut Conn,
    release: &Release,
    people: &People,
    moment: &Moment,
) -> Result<ReleaseInput> {
    let decision = tables::decisions::at(conn, release.id, moment.seq).await?;
    let decision = match decision.filter(Decision::ships) {
        None => None,
        Some(decision) => Some(DecisionInput {
            on: moment.day_of(decision.at),
            by: people.key(decision.person),
            artefacts: tables::decisions::artefacts(conn, decision.id).await?,
        }),
    };
    let based_on = match release.based_on {
        None => None,
        Some(id) => tables::releases::at(conn, id, moment.seq).await?.map(|base| base.name),
    };
    Ok(ReleaseInput {
        name: release.name.clone(),
        based_on,
        planned_ship_date: release.planned_ship_date,
        manager: release.manager.map(|id| people.key(id)),
        fielded: release.fielded,
        decision,
    })
}

/// People by id, as facts name them.
struct People {
    keys: BTreeMap<i64, String>,
    rows: Vec<PersonInput>,
}

impl People {
    async fn read(conn: &mut Conn, moment: &Moment) -> Result<Self> {
        let versions = tables::people::versions_at(conn, moment.seq).await?;
        let keys: BTreeMap<_, _> = versions.iter().map(|version| (version.id, version.key.clone())).collect();
        let rows = versions
            .iter()
            .map(|version| PersonInput {
                id: version.key.clone(),
                department: version.department.clone(),
                manager: version.manager.map(|id| key(&keys, id)),
                from: version.from,
                to: version.to,
            })
            .collect();
        Ok(Self { keys, rows })
    }

    fn key(&self, id: i64) -> String {
        key(&self.keys, id)
    }
}

fn key(keys: &BTreeMap<i64, String>, id: i64) -> String {
    keys.get(&id).cloned().unwrap_or_else(|| format!("person:{id}"))
}

async fn adoptions(conn: &mut Conn, people: &People, moment: &Moment) -> Result<Vec<AdoptionInput>> {
    let rows = tables::packs::adoptions_at(conn, moment.seq).await?;
    let adoption = |row: tables::packs::Adoption| AdoptionInput {
        pack: row.pack,
        by: people.key(row.person),
        on: moment.day_of(row.at),
    };
    Ok(rows.into_iter().map(adoption).collect())
}

fn group<K: Ord>(rows: &[Row], key: impl Fn(&Row) -> Result<K>) -> Result<BTreeMap<K, Vec<&Row>>> {
    let mut groups: BTreeMap<K, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)?).or_default().push(row);
    }
    Ok(groups)
}

/// The records with the revision of each that counts.
struct Records {
    records: Vec<RecordInput>,
    /// The approved ones among them: record and revision.
    pins: Vec<(i64, Digest)>,
    /// The numbers of the evidence that they cite.
    cited: BTreeSet<i64>,
}

async fn records(
    app: &App,
    conn: &mut Conn,
    within: Within,
    people: &People,
    moment: &Moment,
) -> Result<Records> {
    let rows = table::records(conn, within).await?;
    let approval_rows = table::approvals(conn, within).await?;
    let approvals = group(&approval_rows, |row| Ok(row.get::<i64>("record")?))?;
    let signature_rows = table::signatures(conn, within).await?;
    let signatures = group(&signature_rows, |row| Ok(row.get::<Digest>("digest")?))?;
    let links = Links::read(conn, within, &rows).await?;
    let (mut records, mut pins, mut cited) = (Vec::with_capacity(rows.len()), Vec::new(), BTreeSet::new());
    for row in &rows {
        let (id, digest): (i64, Digest) = (row.get("id")?, row.get("digest")?);
        let kind_id: String = row.get("kind")?;
        let Some(kind) = app.kind(&kind_id) else { continue };
        let state: State = word(&row.get::<String>("state")?)?;
        if state == State::Approved {
            pins.push((id, digest));
        }
        let content =
            crate::records::content(kind, row.get("kind_version")?, &row.get::<String>("content")?)?;
        let names = content.evidence(kind);
        cited.extend(names.iter().filter_map(|(_, name)| name.strip_prefix("EVID-")?.parse::<i64>().ok()));
        let own = approvals.get(&id).map_or(&[][..], Vec::as_slice);
        let this =
            own.iter().find(|row| row.get::<Digest>("revision").is_ok_and(|revision| revision == digest));
        let signed = signature_rows_of(signatures.get(&digest), people, moment)?;
        let by_meaning = signed.iter().rfind(|signature| signature.meaning == kind.workflow.meaning);
        let approver = match (this, by_meaning) {
            (None, _) => None,
            (Some(_), Some(signature)) => Some(signature.signer.clone()),
            (Some(row), None) => Some(people.key(row.get("person")?)),
        };
        let days = own.iter().map(|row| Ok(moment.day_of(row.get("at")?))).collect::<Result<Vec<Date>>>()?;
        let attachments: Vec<crate::records::Attachment> =
            serde_json::from_str(&row.get::<String>("attachments")?)
                .map_err(|error| ServiceError::Internal(error.to_string()))?;
        records.push(RecordInput {
            id: row.get("ref")?,
            scope: word(&row.get::<String>("scope")?)?,
            title: content.text("title").to_owned(),
            revision: row.get("number")?,
            digest,
            state,
            author: people.key(row.get("author")?),
            approver,
            approved_on: this.map(|row| Ok::<_, ServiceError>(moment.day_of(row.get("at")?))).transpose()?,
            first_approved_on: days.into_iter().min(),
            signatures: signed,
            links: links.of(digest)?,
            attachments: u32::try_from(attachments.len()).unwrap_or(u32::MAX),
            content: content.into_map(),
            kind: kind_id,
        });
    }
    Ok(Records { records, pins, cited })
}

fn signature_rows_of(
    rows: Option<&Vec<&Row>>,
    people: &People,
    moment: &Moment,
) -> Result<Vec<SignatureInput>> {
    let rows = rows.map_or(&[][..], Vec::as_slice);
    let signature = |row: &&Row| {
        Ok(SignatureInput {
            signer: people.key(row.get("person")?),
            meaning: row.get("meaning")?,
            on: moment.day_of(row.get("at")?),
            digest: row.get("digest")?,
        })
    };
    rows.iter().map(signature).collect()
}

/// Where the link's target stands now.
struct Target {
    digest: Digest,
    number: i64,
    state: String,
    /// Whether it is none of the release's records.
    elsewhere: bool,
}

/// Links by the revision that they leave, with what has been cleared.
struct Links {
    rows: Vec<Row>,
    by_revision: BTreeMap<Digest, Vec<usize>>,
    targets: BTreeMap<i64, Target>,
    cleared: BTreeSet<(i64, String, i64, Digest)>,
}

impl Links {
    async fn read(conn: &mut Conn, within: Within, records: &[Row]) -> Result<Self> {
        let rows = table::links(conn, within).await?;
        let mut by_revision: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        for (index, row) in rows.iter().enumerate() {
            by_revision.entry(row.get("revision")?).or_default().push(index);
        }
        let mut targets = BTreeMap::new();
        let others = table::elsewhere(conn, within).await?;
        for (place, row) in records.iter().chain(&others).enumerate() {
            let target = Target {
                digest: row.get("digest")?,
                number: row.get("number")?,
                state: row.get("state")?,
                elsewhere: place >= records.len(),
            };
            targets.insert(row.get("id")?, target);
        }
        let mut cleared = BTreeSet::new();
        for row in table::clearances(conn, within).await? {
            cleared.insert((
                row.get("source")?,
                row.get("link")?,
                row.get("target")?,
                row.get("to_revision")?,
            ));
        }
        Ok(Self { rows, by_revision, targets, cleared })
    }

    fn of(&self, revision: Digest) -> Result<Vec<LinkInput>> {
        let indexes = self.by_revision.get(&revision).map_or(&[][..], Vec::as_slice);
        indexes.iter().map(|index| self.link(&self.rows[*index])).collect()
    }

    /// Suspect when the target is retired, or has a newer approved revision that nobody has cleared.
    fn link(&self, row: &Row) -> Result<LinkInput> {
        let (source, link, target): (i64, String, i64) =
            (row.get("source")?, row.get("link")?, row.get("target")?);
        let (mut pinned, number): (Digest, i64) = (row.get("pinned")?, row.get("pinned_number")?);
        let (mut suspect, mut elsewhere) = (false, None);
        if let Some(now) = self.targets.get(&target) {
            if now.elsewhere {
                elsewhere = Some(word(&now.state)?);
            }
            let moved = now.state == State::Approved.as_str() && now.number > number;
            if moved && self.cleared.contains(&(source, link.clone(), target, now.digest)) {
                pinned = now.digest;
            } else {
                suspect = moved || now.state == State::Retired.as_str();
            }
        }
        Ok(LinkInput { link, target: row.get("target_ref")?, pinned, suspect, elsewhere })
    }
}

async fn build_rows(
    conn: &mut Conn,
    release: &Release,
    builds: &[Build],
    people: &People,
    seq: i64,
) -> Result<Vec<BuildInput>> {
    let manifests = table::manifests(conn, release.id, seq).await?;
    let authors = table::manifest_authors(conn, release.id, seq).await?;
    let artefacts = table::artefacts(conn, release.id, seq).await?;
    let of = |rows: &'_ [Row], id: i64| -> Vec<usize> {
        let mine = |row: &Row| row.get::<Option<i64>>("build").is_ok_and(|build| build == Some(id));
        (0..rows.len()).filter(|index| mine(&rows[*index])).collect()
    };
    let mut inputs = Vec::new();
    for build in builds {
        let (mut known, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        for index in of(&authors, build.id) {
            match authors[index].get::<Option<i64>>("person")? {
                Some(person) => known.insert(people.key(person)),
                None => unknown.insert(authors[index].get::<String>("address")?),
            };
        }
        let mine = of(&manifests, build.id);
        let latest = mine.last().map(|index| &manifests[*index]);
        inputs.push(BuildInput {
            name: build.name.clone(),
            commit: build.commit.clone(),
            predecessor: match latest {
                None => None,
                Some(row) => row.get("predecessor")?,
            },
            authors: known.into_iter().collect(),
            unknown_authors: u32::try_from(unknown.len()).unwrap_or(u32::MAX),
            changed_paths: match latest {
                None => 0,
                Some(row) => row.get("paths")?,
            },
            candidate: release.candidate == Some(build.id),
            artefacts: of(&artefacts, build.id)
                .into_iter()
                .map(|index| artefact(&artefacts[index]))
                .collect::<Result<_>>()?,
        });
    }
    Ok(inputs)
}

fn artefact(row: &Row) -> Result<ArtefactInput> {
    Ok(ArtefactInput { name: row.get("name")?, digest: row.get("digest")?, evidence: evidence_name(row)? })
}

fn evidence_name(row: &Row) -> Result<String> {
    Ok(format!("EVID-{}", row.get::<i64>("number")?))
}

/// The evidence of the release, and what its records cite of other releases.
async fn evidence(
    conn: &mut Conn,
    release: &Release,
    cited: &BTreeSet<i64>,
    moment: &Moment,
) -> Result<Vec<EvidenceInput>> {
    let mut rows = table::evidence(conn, release.id, moment.seq).await?;
    let own = rows.len();
    let known = rows.iter().map(|row| row.get("number")).collect::<Result<BTreeSet<i64>, _>>()?;
    let others: Vec<i64> = cited.difference(&known).copied().collect();
    rows.extend(table::evidence_elsewhere(conn, release.id, moment.seq, &others).await?);
    let day = |at: Option<Timestamp>| at.map(|at| moment.day_of(at));
    let mut inputs = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let build: Option<String> = row.get("build_name")?;
        let of: String = row.get("release_name")?;
        let defects: Vec<serde_json::Value> = serde_json::from_str(&row.get::<String>("defects")?)
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        inputs.push(EvidenceInput {
            id: evidence_name(row)?,
            digest: row.get("digest")?,
            kind: word(&row.get::<String>("kind")?)?,
            // A build of another release is never taken for one of this release: names hold no slash.
            build: build.map(|name| if place < own { name } else { format!("{of}/{name}") }),
            counts_by_delta: false,
            tool: row.get("tool")?,
            version: row.get("tool_version")?,
            rules: row.get("rules")?,
            feed_on: day(row.get("feed_at")?),
            performed_on: day(row.get("performed_at")?),
            recorded_on: moment.day_of(row.get("recorded_at")?),
            disqualified: row.get("disqualified")?,
            defects: u32::try_from(defects.len()).unwrap_or(u32::MAX),
        });
    }
    Ok(inputs)
}

async fn tests(conn: &mut Conn, release: &Release, build: i64, seq: i64) -> Result<Vec<TestInput>> {
    let rows = table::tests(conn, release.id, build, seq).await?;
    let test = |row: &Row| {
        Ok(TestInput {
            case: row.get("test_case")?,
            outcome: word(&row.get::<String>("outcome")?)?,
            evidence: evidence_name(row)?,
        })
    };
    rows.iter().map(test).collect()
}

/// Which software item covers which components, by purl: plain ones by name, and patterns with a star.
#[derive(Default)]
struct Patterns {
    plain: BTreeMap<String, String>,
    starred: Vec<(String, String)>,
}

impl Patterns {
    fn of(records: &[RecordInput]) -> Self {
        let items =
            records.iter().filter(|record| record.kind == "software-item" && record.state != State::Retired);
        let mut patterns = Self::default();
        for record in items {
            let purls = record.content.get("purls").and_then(|list| list.as_array()).into_iter().flatten();
            for purl in purls.filter_map(|purl| purl.as_str()) {
                patterns.add(purl, &record.id);
            }
        }
        // The longest pattern says most; the order of numbers decides between equals.
        patterns
            .starred
            .sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| one.1.cmp(&other.1)));
        patterns
    }

    fn add(&mut self, pattern: &str, item: &str) {
        if pattern.contains('*') {
            self.starred.push((pattern.to_owned(), item.to_owned()));
            return;
        }
        let known = self.plain.entry(pattern.to_owned()).or_insert_with(|| item.to_owned());
        if item < known.as_str() {
            item.clone_into(known);
        }
    }

    fn item(&self, purl: Option<&str>) -> Option<String> {
        let purl = purl?;
        let plain = names(purl).into_iter().find_map(|name| self.plain.get(name));
        let starred = || self.starred.iter().find(|(pattern, _)| fits(pattern, purl)).map(|(_, item)| item);
        plain.or_else(starred).cloned()
    }
}

/// What a purl may be called without a star: as it is, without qualifiers, without version.
fn names(purl: &str) -> [&str; 3] {
    let bare = purl.split(['?', '#']).next().unwrap_or(purl);
    let name = match bare.rsplit_once('@') {
        Some((name, version)) if !version.contains('/') => name,
        _ => bare,
    };
    [purl, bare, name]
}

/// Whether a purl is one of a pattern's, in which `*` stands for anything.
fn fits(pattern: &str, purl: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| purl.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            None => return false,
            Some(place) => rest = &rest[place + part.len()..],
        }
    }
    rest.is_empty()
}

/// When the components of a release were last looked up among vulnerabilities.
struct Matched {
    seq: Option<i64>,
    counted: bool,
}

impl Matched {
    /// A matching counts the bills of materials of the build that was the candidate then; all where none was.
    async fn read(conn: &mut Conn, release: &Release, seq: i64) -> Result<Self> {
        let matched = table::matched(conn, release.id, seq).await?;
        let then = match matched {
            None => None,
            Some(seq) => tables::releases::at(conn, release.id, seq).await?,
        };
        let counted =
            then.is_some_and(|then| then.candidate.is_none() || then.candidate == release.candidate);
        Ok(Self { seq: matched, counted })
    }

    /// Why a component of a file handed in at a sequence was not looked up.
    fn missed(&self, handed_in: i64) -> Option<String> {
        let reason = match self.seq {
            None => "not matched with vulnerabilities yet",
            Some(seq) if seq < handed_in => "not matched since its bill of materials was handed in",
            Some(_) if !self.counted => "not matched since another build became the candidate",
            Some(_) => return None,
        };
        Some(reason.to_owned())
    }
}

async fn components(
    conn: &mut Conn,
    release: &Release,
    build: i64,
    seq: i64,
    patterns: &Patterns,
) -> Result<Vec<ComponentInput>> {
    let by_component = |rows: Vec<Row>| -> Result<BTreeMap<String, String>> {
        rows.iter().map(|row| Ok((row.get("component")?, row.get("reason")?))).collect()
    };
    let unmatched = by_component(table::unmatched(conn, release.id, seq).await?)?;
    let dispositions = by_component(table::dispositions(conn, release.id, seq).await?)?;
    let matched = Matched::read(conn, release, seq).await?;
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    for row in table::components(conn, release.id, build, seq).await? {
        let key: String = row.get("key")?;
        if !seen.insert(key.clone()) {
            continue;
        }
        let purl: Option<String> = row.get("purl")?;
        let handed_in: i64 = row.get("seq")?;
        inputs.push(ComponentInput {
            name: row.get("name")?,
            version: row.get("version")?,
            item: patterns.item(purl.as_deref()),
            unmatched: unmatched.get(&key).cloned().or_else(|| matched.missed(handed_in)),
            disposition: dispositions.get(&key).cloned(),
            evidence: evidence_name(&row)?,
            purl,
            key,
        });
    }
    Ok(inputs)
}

async fn findings(
    conn: &mut Conn,
    release: &Release,
    people: &People,
    moment: &Moment,
) -> Result<Vec<FindingInput>> {
    let rows = table::findings(conn, release.id, moment.seq).await?;
    let assessments = table::assessments(conn, release.id, moment.seq).await?;
    let signature_rows = table::assessment_signatures(conn, release.id, moment.seq).await?;
    let signatures = group(&signature_rows, |row| Ok(row.get::<Digest>("digest")?))?;
    let mut judged = BTreeMap::new();
    for row in &assessments {
        judged.insert(row.get::<i64>("finding")?, assessment(row, &signatures, people, moment)?);
    }
    let mut inputs = Vec::with_capacity(rows.len());
    for row in &rows {
        inputs.push(FindingInput {
            id: format!("FIND-{}", row.get::<i64>("number")?),
            component: row.get("component")?,
            vulnerability: row.get("vulnerability")?,
            severity: row.parse::<Severity>("severity")?,
            opened_on: moment.day_of(row.get("opened_at")?),
            resolved: row.get("resolved")?,
            assessment: judged.remove(&row.get::<i64>("id")?),
        });
    }
    Ok(inputs)
}

fn assessment(
    row: &Row,
    signatures: &BTreeMap<Digest, Vec<&Row>>,
    people: &People,
    moment: &Moment,
) -> Result<AssessmentInput> {
    let own = signature_rows_of(signatures.get(&row.get::<Digest>("set_digest")?), people, moment)?;
    let earlier: Option<Digest> = row.get("earlier_set")?;
    let before = match earlier {
        None => Vec::new(),
        Some(digest) => signature_rows_of(signatures.get(&digest), people, moment)?,
    };
    let carried = row.get::<Option<i64>>("carried_from")?.is_some();
    let plain = |signature: &&SignatureInput| signature.meaning != CLINICAL;
    let clinical = |signature: &&SignatureInput| signature.meaning == CLINICAL;
    let confirmed = own.iter().any(|signature| plain(&signature));
    let signed = own.iter().rfind(plain).or_else(|| before.iter().rfind(plain));
    let clinical_signer = own.iter().rfind(clinical).or_else(|| before.iter().rfind(clinical));
    // A carried judgement is as old as the one that was signed first.
    let judged = before.iter().rfind(plain).or_else(|| own.iter().rfind(plain));
    let changed: Vec<String> = serde_json::from_str(&row.get::<String>("changed")?)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let status: VexStatus = word(&row.get::<String>("status")?)?;
    Ok(AssessmentInput {
        status,
        justification: reason(row, status)?,
        exploitability: row.get("exploitability")?,
        patient_safety_impact: word(&row.get::<String>("patient_safety_impact")?)?,
        decision: row.get::<Option<String>>("decision")?.map(|text| word(&text)).transpose()?,
        due: row.get("due")?,
        assessor: people.key(row.get("assessor")?),
        signer: signed.map(|signature| signature.signer.clone()),
        clinical_signer: clinical_signer.map(|signature| signature.signer.clone()),
        fixer: row.get::<Option<i64>>("fixer")?.map(|id| people.key(id)),
        on: match judged {
            Some(signature) => signature.on,
            None => moment.day_of(row.get("at")?),
        },
        carried,
        confirmed: carried && confirmed,
        changed,
    })
}

/// Why an assessment says what it says: for what affects the product, why that is done which is done.
fn reason(row: &Row, status: VexStatus) -> Result<Option<String>> {
    let justification: Option<String> = row.get("justification")?;
    let (explanation, decision): (String, String) = (row.get("explanation")?, row.get("decision_reason")?);
    let texts = match status {
        VexStatus::Affected => [decision, explanation, justification.unwrap_or_default()],
        _ => [justification.unwrap_or_default(), explanation, decision],
    };
    Ok(texts.into_iter().find(|text| !text.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    #[test]
    fn a_star_stands_for_anything_and_no_star_for_one_package() {
        for (pattern, purl, expected) in [
            ("pkg:npm/*", "pkg:npm/left-pad@1.3.0", true),
            ("pkg:npm/*", "pkg:pypi/left-pad@1.3.0", false),
            ("pkg:npm/left-pad", "pkg:npm/left-pad@1.3.0", true),
            ("pkg:npm/left-pad", "pkg:npm/left-padding@1.3.0", false),
            ("pkg:npm/left-pad@1.3.0", "pkg:npm/left-pad@1.3.0", true),
            ("pkg:npm/left-pad@1.3.0", "pkg:npm/left-pad@1.3.0?vcs_url=https://a@b/c", true),
            ("pkg:npm/left-pad", "pkg:npm/left-pad@1.3.0?vcs_url=https://a@b/c", true),
            ("pkg:npm/left-pad@1.3.0", "pkg:npm/left-pad@1.3.1", false),
            ("pkg:npm/@acme/core", "pkg:npm/@acme/core", true),
            ("pkg:golang/example.org/*/core*", "pkg:golang/example.org/a/b/core/x@v1", true),
            ("pkg:golang/*@v1", "pkg:golang/x@v1", true),
            ("pkg:golang/*@v1", "pkg:golang/x@v2", false),
            ("*", "pkg:golang/x@v2", true),
        ] {
            let mut patterns = Patterns::default();
            patterns.add(pattern, "ITEM-1");
            assert_eq!(patterns.item(Some(purl)).is_some(), expected, "{pattern} {purl}");
        }
    }

    #[test]
    fn the_plain_name_says_more_than_a_star() {
        let mut patterns = Patterns::default();
        patterns.add("pkg:npm/left-*", "ITEM-1");
        patterns.add("pkg:npm/left-pad", "ITEM-3");
        patterns.add("pkg:npm/left-pad", "ITEM-2");
        assert_eq!(patterns.item(Some("pkg:npm/left-pad@1.3.0")).as_deref(), Some("ITEM-2"));
        assert_eq!(patterns.item(Some("pkg:npm/left-over@1.0.0")).as_deref(), Some("ITEM-1"));
    }
}
