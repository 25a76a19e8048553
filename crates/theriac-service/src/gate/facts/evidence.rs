//! What machines delivered: builds with their manifests, evidence, test results, components.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use theriac_conformity::facts::input::{
    ArtefactInput, ArtefactSignatureInput, BuildInput, ComponentInput, EvidenceInput, FeedInput, RecordInput,
    TestInput,
};
use theriac_conformity::facts::words::State;
use theriac_store::tables::facts as table;
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Row, tables};
use theriac_vulndb::component_purl;

use super::{Moment, People, json, word};
use crate::Result;

/// The builds of the release with what their manifests say.
pub(super) async fn builds(
    conn: &mut Conn,
    release: &Release,
    people: &People,
    seq: i64,
) -> Result<Vec<BuildInput>> {
    let builds = tables::releases::builds_at(conn, release.id, seq).await?;
    let manifests = table::manifests(conn, release.id, seq).await?;
    let authors = table::manifest_authors(conn, release.id, seq).await?;
    let artefacts = table::artefacts(conn, release.id, seq).await?;
    let described = table::described(conn, release.product, seq).await?;
    let of = |rows: &'_ [Row], id: i64| -> Vec<usize> {
        let mine = |row: &Row| row.get::<Option<i64>>("build").is_ok_and(|build| build == Some(id));
        (0..rows.len()).filter(|index| mine(&rows[*index])).collect()
    };
    let mut inputs = Vec::new();
    for build in &builds {
        let (mut known, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        for index in of(&authors, build.id) {
            match authors[index].get::<Option<i64>>("person")? {
                Some(person) => known.insert(people.key(person)),
                None => unknown.insert(authors[index].get::<String>("address")?),
            };
        }
        let mine = of(&manifests, build.id);
        let latest = mine.last().map(|index| &manifests[*index]);
        let predecessor: Option<String> = match latest {
            None => None,
            Some(row) => row.get("predecessor")?,
        };
        inputs.push(BuildInput {
            name: build.name.clone(),
            commit: build.commit.clone(),
            follows: latest.is_some() && predecessor.as_ref().is_none_or(|commit| described.contains(commit)),
            predecessor,
            authors: known.into_iter().collect(),
            unknown_authors: u32::try_from(unknown.len()).unwrap_or(u32::MAX),
            manifest: latest.is_some(),
            manifests: mine.iter().map(|index| evidence_name(&manifests[*index])).collect::<Result<_>>()?,
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
    let signature = tables::evidence::artefact_signature(row)?.map(|signature| ArtefactSignatureInput {
        signed_at: signature.signed_at,
        valid_from: signature.valid_from,
        valid_to: signature.valid_to,
    });
    Ok(ArtefactInput {
        name: row.get("name")?,
        digest: row.get("digest")?,
        signature,
        evidence: evidence_name(row)?,
    })
}

fn evidence_name(row: &Row) -> Result<String> {
    Ok(format!("EVID-{}", row.get::<i64>("number")?))
}

/// The evidence of the release, and what its records cite of other releases.
pub(super) async fn evidence(
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
        let defects: Vec<serde_json::Value> = json(row, "defects")?;
        let recorded_at: Timestamp = row.get("recorded_at")?;
        // Nothing was made after it was handed in, whatever the clock of the machine that made it says.
        let performed_at = row.get::<Option<Timestamp>>("performed_at")?.map(|at| at.min(recorded_at));
        inputs.push(EvidenceInput {
            id: evidence_name(row)?,
            digest: row.get("digest")?,
            kind: word(&row.get::<String>("kind")?)?,
            own: place < own,
            // A build of another release is never taken for one of this release: names hold no slash.
            build: build.map(|name| if place < own { name } else { format!("{of}/{name}") }),
            tool: row.get("tool")?,
            version: row.get("tool_version")?,
            rules: row.get("rules")?,
            feed_on: day(row.get("feed_at")?),
            performed_on: day(performed_at),
            performed_at,
            recorded_on: moment.day_of(recorded_at),
            recorded_at,
            disqualified: row.get("disqualified")?,
            defects: u32::try_from(defects.len()).unwrap_or(u32::MAX),
        });
    }
    Ok(inputs)
}

/// The test results of the candidate.
pub(super) async fn tests(conn: &mut Conn, release: &Release, seq: i64) -> Result<Vec<TestInput>> {
    let Some(build) = release.candidate else { return Ok(Vec::new()) };
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
pub(crate) struct Patterns {
    plain: BTreeMap<String, String>,
    starred: Vec<(String, String)>,
}

impl Patterns {
    pub(super) fn of(records: &[RecordInput]) -> Self {
        let items =
            records.iter().filter(|record| record.kind == "software-item" && record.state != State::Retired);
        Self::of_items(items.map(|record| {
            let purls = record.content.get("purls").and_then(|list| list.as_array()).into_iter().flatten();
            (record.id.as_str(), purls.filter_map(|purl| purl.as_str()))
        }))
    }

    /// From items and the patterns of each.
    pub(crate) fn of_items<'a, P>(items: impl Iterator<Item = (&'a str, P)>) -> Self
    where
        P: Iterator<Item = &'a str>,
    {
        let mut patterns = Self::default();
        for (item, purls) in items {
            for purl in purls {
                patterns.add(purl, item);
            }
        }
        // The longest pattern says most; the order of numbers decides between equals.
        patterns
            .starred
            .sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| by_number(&one.1, &other.1)));
        patterns
    }

    fn add(&mut self, pattern: &str, item: &str) {
        if pattern.contains('*') {
            self.starred.push((pattern.to_owned(), item.to_owned()));
            return;
        }
        let known = self.plain.entry(pattern.to_owned()).or_insert_with(|| item.to_owned());
        if by_number(item, known).is_lt() {
            item.clone_into(known);
        }
    }

    /// The item that covers a component: by its purl, as that is written or as the component is named in the release; without
    /// one by its name there, which is a CPE or `name@version`.
    pub(crate) fn item(&self, purl: Option<&str>, key: &str) -> Option<String> {
        match purl {
            Some(purl) => self.covering(purl).or_else(|| self.covering(&component_purl(purl, None).ok()?)),
            None if key.starts_with("cpe:") => self.covering(key),
            None => self.covering(&format!("name:{key}")),
        }
    }

    fn covering(&self, purl: &str) -> Option<String> {
        let plain = names(purl).into_iter().find_map(|name| self.plain.get(name));
        let starred = || self.starred.iter().find(|(pattern, _)| fits(pattern, purl)).map(|(_, item)| item);
        plain.or_else(starred).cloned()
    }
}

/// Ids of one prefix by their numbers.
fn by_number(one: &str, other: &str) -> std::cmp::Ordering {
    (one.len(), one).cmp(&(other.len(), other))
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
        let matched = matched.map(|row| row.get("seq")).transpose()?;
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

/// The feed in which the components were last looked up.
pub(super) async fn feed(conn: &mut Conn, release: &Release, moment: &Moment) -> Result<Option<FeedInput>> {
    let Some(row) = table::matched(conn, release.id, moment.seq).await? else { return Ok(None) };
    let newest: Option<Timestamp> = row.get("feed_at")?;
    Ok(Some(FeedInput {
        digest: row.get("feed")?,
        imported_on: moment.day_of(row.get("imported_at")?),
        newest_advisory_on: newest.map(|at| moment.day_of(at)),
        looked_up_on: moment.day_of(row.get("at")?),
    }))
}

/// The components of the candidate's SBOMs.
pub(super) async fn components(
    conn: &mut Conn,
    release: &Release,
    seq: i64,
    patterns: &Patterns,
) -> Result<Vec<ComponentInput>> {
    let Some(build) = release.candidate else { return Ok(Vec::new()) };
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
            item: patterns.item(purl.as_deref(), &key),
            waiting: !unmatched.contains_key(&key) && matched.missed(handed_in).is_some(),
            unmatched: unmatched.get(&key).cloned().or_else(|| matched.missed(handed_in)),
            disposition: dispositions.get(&key).cloned(),
            evidence: evidence_name(&row)?,
            purl,
            key,
        });
    }
    Ok(inputs)
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
            ("pkg:pypi/My.Pkg", "pkg:pypi/My.Pkg@1.0", true),
            ("pkg:pypi/my-pkg", "pkg:pypi/My.Pkg@1.0", true),
        ] {
            let mut patterns = Patterns::default();
            patterns.add(pattern, "ITEM-1");
            assert_eq!(patterns.item(Some(purl), purl).is_some(), expected, "{pattern} {purl}");
        }
    }

    #[test]
    fn a_component_without_a_purl_is_covered_by_its_name() {
        for (pattern, key, covered) in [
            ("name:fastj2k-codec", "fastj2k-codec@5.2", true),
            ("name:fastj2k-codec@5.2", "fastj2k-codec@5.2", true),
            ("name:fastj2k-codec@5.1", "fastj2k-codec@5.2", false),
            ("name:fast*", "fastj2k-codec@5.2", true),
            ("cpe:2.3:a:fast:*", "cpe:2.3:a:fast:codec:5.2", true),
            ("*", "fastj2k-codec@5.2", true),
            ("pkg:npm/*", "fastj2k-codec@5.2", false),
        ] {
            let patterns = Patterns::of_items([("ITEM-1", [pattern].into_iter())].into_iter());
            assert_eq!(patterns.item(None, key).is_some(), covered, "{pattern} {key}");
        }
    }

    #[test]
    fn the_plain_name_says_more_than_a_star() {
        let mut patterns = Patterns::default();
        patterns.add("pkg:npm/left-*", "ITEM-1");
        patterns.add("pkg:npm/left-pad", "ITEM-3");
        patterns.add("pkg:npm/left-pad", "ITEM-2");
        assert_eq!(patterns.item(Some("pkg:npm/left-pad@1.3.0"), "").as_deref(), Some("ITEM-2"));
        assert_eq!(patterns.item(Some("pkg:npm/left-over@1.0.0"), "").as_deref(), Some("ITEM-1"));
    }
}
