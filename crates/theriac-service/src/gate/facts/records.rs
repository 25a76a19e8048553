//! The records that a release rests on: of each the revision that counts, with its approvals, signatures and links.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Map, Value};
use theriac_conformity::facts::input::{LinkInput, PastInput, RecordInput};
use theriac_conformity::facts::words::State;
use theriac_model::Digest;
use theriac_model::kinds::{ACTIVITY, RESPONSIBILITY, SOFTWARE_ITEM};
use theriac_model::record::{Content, Kind};
use theriac_store::tables::facts::{self as table, Within};
use theriac_store::tables::records::unchanged;
use theriac_store::{Conn, Row};

use super::{Moment, People, group, json, signature_rows_of, word};
use crate::app::blocking;
use crate::records::states;
use crate::{App, Result};

/// The records with the revision of each that counts.
pub(super) struct Records {
    pub records: Vec<RecordInput>,
    /// What was in force before.
    pub past: Vec<PastInput>,
    /// The approved ones among them: record and revision.
    pub pins: Vec<(i64, Digest)>,
    /// The numbers of the evidence that they cite.
    pub cited: BTreeSet<i64>,
}

/// Reads them; people are handed back.
pub(super) async fn read(
    app: &App,
    conn: &mut Conn,
    within: Within,
    people: People,
    moment: &Moment,
) -> Result<(People, Records)> {
    let rows = Rows::read(conn, within).await?;
    let (app, moment) = (app.clone(), moment.clone());
    let join = move || join(&app, &rows, &people, &moment).map(|records| (people, records));
    blocking(join).await?
}

/// What the queries give.
struct Rows {
    records: Vec<Row>,
    authors: Vec<Row>,
    times_in_force: Vec<Row>,
    approvals: Vec<Row>,
    signatures: Vec<Row>,
    links: Vec<Row>,
    plans: Vec<Row>,
    elsewhere: Vec<Row>,
    clearances: Vec<Row>,
}

impl Rows {
    async fn read(conn: &mut Conn, within: Within) -> Result<Self> {
        Ok(Self {
            records: table::records(conn, within).await?,
            authors: table::authors(conn, within).await?,
            times_in_force: table::times_in_force(conn, within, WITH_PAST).await?,
            approvals: table::approvals(conn, within).await?,
            signatures: table::signatures(conn, within).await?,
            links: table::links(conn, within).await?,
            plans: table::plans(conn, within).await?,
            elsewhere: table::elsewhere(conn, within).await?,
            clearances: table::clearances(conn, within).await?,
        })
    }
}

fn join(app: &App, rows: &Rows, people: &People, moment: &Moment) -> Result<Records> {
    let around = Around {
        approvals: group(&rows.approvals, |row| Ok(row.get::<i64>("record")?))?,
        authors: group(&rows.authors, |row| Ok(row.get::<i64>("record")?))?,
        signatures: group(&rows.signatures, |row| Ok(row.get::<Digest>("digest")?))?,
        links: Links::new(app, rows, moment)?,
        people,
        moment,
    };
    let (mut records, mut pins, mut cited) = (Vec::new(), Vec::new(), BTreeSet::new());
    for row in &rows.records {
        unchanged(row)?;
        let Some(kind) = app.kind(&row.get::<String>("kind")?) else { continue };
        let content =
            crate::records::content(kind, row.get("kind_version")?, &row.get::<String>("content")?)?;
        let names = content.evidence(kind);
        cited.extend(names.iter().filter_map(|(_, name)| name.strip_prefix("EVID-")?.parse::<i64>().ok()));
        let record = around.record(row, kind, content)?;
        if record.state == State::Approved {
            pins.push((row.get("id")?, record.digest));
        }
        records.push(record);
    }
    let past = past(app, rows, &around)?;
    Ok(Records { records, past, pins, cited })
}

/// The kinds of which it counts what was in force before: who answered, what was promised, what was planned.
const WITH_PAST: [&str; 3] = [RESPONSIBILITY.id, SOFTWARE_ITEM.id, ACTIVITY.id];

/// What was in force before, of the records whose past counts: up to the revision that a release reads, however many
/// came after that.
fn past(app: &App, rows: &Rows, around: &Around<'_>) -> Result<Vec<PastInput>> {
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    for row in &rows.records {
        counts.insert(row.get("id")?, row.get("number")?);
    }
    let mut past = Vec::new();
    for (record, steps) in group(&rows.times_in_force, |row| Ok(row.get::<i64>("id")?))? {
        let Some(last) = counts.get(&record) else { continue };
        let mut read = Vec::with_capacity(steps.len());
        for step in steps {
            unchanged(step)?;
            if step.get::<u32>("number")? <= *last {
                read.push(step);
            }
        }
        for pair in read.windows(2) {
            let (row, next) = (pair[0], pair[1]);
            let (from, until) = (around.moment.day_of(row.get("at")?), around.moment.day_of(next.get("at")?));
            let Some(kind) = app.kind(&row.get::<String>("kind")?) else { continue };
            if row.get::<String>("state")? != states::APPROVED {
                continue;
            }
            let content =
                crate::records::content(kind, row.get("kind_version")?, &row.get::<String>("content")?)?;
            past.push(PastInput { record: around.record(row, kind, content)?, from, until });
        }
    }
    Ok(past)
}

/// The state of a record's row. Nothing of a record is in force whose only revisions were withdrawn: it stands as a
/// retired one.
fn state(row: &Row) -> Result<State> {
    match row.get::<String>("state")?.as_str() {
        states::WITHDRAWN => Ok(State::Retired),
        text => word(text),
    }
}

/// What belongs to the records.
struct Around<'a> {
    approvals: BTreeMap<i64, Vec<&'a Row>>,
    authors: BTreeMap<i64, Vec<&'a Row>>,
    signatures: BTreeMap<Digest, Vec<&'a Row>>,
    links: Links<'a>,
    people: &'a People,
    moment: &'a Moment,
}

impl Around<'_> {
    fn record(&self, row: &Row, kind: &Kind, content: Content) -> Result<RecordInput> {
        let digest: Digest = row.get("digest")?;
        let approvals = self.approvals.get(&row.get("id")?).map_or(&[][..], Vec::as_slice);
        let (mut approved, mut days) = (None, Vec::with_capacity(approvals.len()));
        for approval in approvals {
            let day: Date = self.moment.day_of(approval.get("at")?);
            if approval.get::<Digest>("revision")? == digest {
                approved = Some((self.people.key(approval.get("person")?), day, approval.get("seq")?));
            }
            days.push(day);
        }
        let signatures = signature_rows_of(self.signatures.get(&digest), self.people, self.moment)?;
        // With two signatures it is the one with the kind's meaning that approves, whichever came last.
        let approving = signatures.iter().rfind(|signature| signature.meaning == kind.workflow.meaning);
        let approver = approved.as_ref().map(|(person, ..)| match approving {
            Some(signature) => signature.signer.clone(),
            None => person.clone(),
        });
        let attachments: Vec<crate::records::Attachment> = json(row, "attachments")?;
        let (author, number) = (row.get("author")?, row.get("number")?);
        Ok(RecordInput {
            id: row.get("ref")?,
            kind: kind.id.to_owned(),
            scope: word(&row.get::<String>("scope")?)?,
            title: content.text("title").to_owned(),
            revision: number,
            digest,
            state: state(row)?,
            author: self.people.key(author),
            earlier_authors: self.earlier_authors(row.get("id")?, author, number)?,
            written_on: self.moment.day_of(row.get("written_at")?),
            written_at: row.get("written_at")?,
            approver,
            approved_on: approved.as_ref().map(|(_, day, _)| *day),
            approved_seq: approved.as_ref().map(|(.., seq)| *seq),
            first_approved_on: days.into_iter().min(),
            signatures,
            links: self.links.of(digest)?,
            attachments: u32::try_from(attachments.len()).unwrap_or(u32::MAX),
            content: content.into_map(),
        })
    }
}

impl Around<'_> {
    /// The others who wrote a revision of a record, up to one.
    fn earlier_authors(&self, record: i64, author: i64, until: u32) -> Result<Vec<String>> {
        let mut others = BTreeSet::new();
        for row in self.authors.get(&record).map_or(&[][..], Vec::as_slice) {
            let other: i64 = row.get("author")?;
            if other != author && row.get::<u32>("number")? <= until {
                others.insert(self.people.key(other));
            }
        }
        Ok(others.into_iter().collect())
    }
}

/// Where a link's target stands at the moment judged.
struct Target {
    digest: Digest,
    number: i64,
    state: State,
    /// Whether it is none of the release's records.
    elsewhere: bool,
}

/// The link by which an activity names its plan.
const PLANNED_IN: &str = "planned-in";

/// Links by the revision that they leave, with what has been cleared.
struct Links<'a> {
    by_revision: BTreeMap<Digest, Vec<&'a Row>>,
    targets: BTreeMap<i64, Target>,
    cleared: BTreeSet<(i64, String, i64, Digest)>,
    /// The day each revision was approved, and the audit sequence.
    approved: BTreeMap<Digest, (Date, i64)>,
    /// What the revisions of plans say that activities name.
    plans: BTreeMap<Digest, Map<String, Value>>,
}

impl<'a> Links<'a> {
    fn new(app: &App, rows: &'a Rows, moment: &Moment) -> Result<Self> {
        let mut approved = BTreeMap::new();
        for row in &rows.approvals {
            approved.insert(row.get("revision")?, (moment.day_of(row.get("at")?), row.get("seq")?));
        }
        let mut targets = BTreeMap::new();
        for (elsewhere, some) in [(false, &rows.records), (true, &rows.elsewhere)] {
            for row in some {
                let target = Target {
                    digest: row.get("digest")?,
                    number: row.get("number")?,
                    state: state(row)?,
                    elsewhere,
                };
                targets.insert(row.get("id")?, target);
            }
        }
        let mut cleared = BTreeSet::new();
        for row in &rows.clearances {
            cleared.insert((
                row.get("source")?,
                row.get("link")?,
                row.get("target")?,
                row.get("to_revision")?,
            ));
        }
        let by_revision = group(&rows.links, |row| Ok(row.get::<Digest>("revision")?))?;
        let mut plans = BTreeMap::new();
        for row in &rows.plans {
            unchanged(row)?;
            let Some(kind) = app.kind(&row.get::<String>("kind")?) else { continue };
            let content =
                crate::records::content(kind, row.get("kind_version")?, &row.get::<String>("content")?)?;
            plans.insert(row.get("digest")?, content.into_map());
        }
        Ok(Self { by_revision, targets, cleared, approved, plans })
    }

    fn of(&self, revision: Digest) -> Result<Vec<LinkInput>> {
        let rows = self.by_revision.get(&revision).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|row| self.link(row)).collect()
    }

    /// Suspect when the target is retired, or has a newer approved revision that nobody has cleared.
    fn link(&self, row: &Row) -> Result<LinkInput> {
        let (source, link, target): (i64, String, i64) =
            (row.get("source")?, row.get("link")?, row.get("target")?);
        let (pinned, number): (Digest, i64) = (row.get("pinned")?, row.get("pinned_number")?);
        let (mut suspect, mut elsewhere) = (false, None);
        if let Some(now) = self.targets.get(&target) {
            if now.elsewhere {
                elsewhere = Some(now.state);
            }
            let moved = now.state == State::Approved && now.number > number;
            let cleared = moved && self.cleared.contains(&(source, link.clone(), target, now.digest));
            suspect = (moved && !cleared) || now.state == State::Retired;
        }
        let approved = self.approved.get(&pinned).copied();
        let other = self.targets.get(&target).is_none_or(|now| now.digest != pinned);
        let pinned_content = self.plans.get(&pinned).filter(|_| other && link == PLANNED_IN).cloned();
        Ok(LinkInput {
            link,
            target: row.get("target_ref")?,
            pinned,
            pinned_approved_on: approved.map(|(day, _)| day),
            pinned_approved_seq: approved.map(|(_, seq)| seq),
            suspect,
            elsewhere,
            pinned_content,
        })
    }
}
