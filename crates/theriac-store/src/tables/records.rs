//! Records: heads, drafts, revisions with their states, links, listed fields and clearances.
//!
//! `link`, `listed_field` and `record_head` are projections: they are written with the revision they come from, so that
//! no statement looks into JSON and every list is one query.

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_model::Digest;

use crate::{Args, Conn, Row, StoreError, Write, args};

/// What a record is for ever: its number, kind and scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The row.
    pub id: i64,
    /// What people type: `RISK-12`.
    pub reference: String,
    /// The kind's id.
    pub kind: String,
    /// The number under its prefix.
    pub number: i64,
    /// `organisation`, `product` or `release`.
    pub scope: String,
    /// The product, unless the scope is the organisation.
    pub product: Option<i64>,
    /// The release, where that is the scope.
    pub release: Option<i64>,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// The working copy of one author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The record.
    pub record: i64,
    /// Whose it is.
    pub author: i64,
    /// The revision it goes on from.
    pub predecessor: Option<Digest>,
    /// Canonical JSON of the fields.
    pub content: String,
    /// Canonical JSON of the links.
    pub links: String,
    /// Canonical JSON of name and digest of each attachment.
    pub attachments: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

/// A revision with its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Names it.
    pub digest: Digest,
    /// The record.
    pub record: i64,
    /// From 1.
    pub number: i64,
    /// The version of the kind's content.
    pub kind_version: u32,
    /// The revision before.
    pub predecessor: Option<Digest>,
    /// Canonical JSON of the fields.
    pub content: String,
    /// Canonical JSON of the links.
    pub links: String,
    /// Canonical JSON of name and digest of each attachment.
    pub attachments: String,
    /// Who wrote it.
    pub author: i64,
    /// When it was submitted.
    pub at: Timestamp,
    /// The present state: `in review`, `approved`, `sent back`, `retired`.
    pub state: String,
}

/// A change of a revision's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// The revision.
    pub revision: Digest,
    /// The state from then on.
    pub state: String,
    /// Who did it.
    pub person: i64,
    /// Why, or what was said.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// The row that lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The record.
    pub record: i64,
    /// The latest revision.
    pub latest: Option<Digest>,
    /// The approved revision in force.
    pub approved: Option<Digest>,
    /// The title of the latest revision, or of the draft.
    pub title: String,
    /// What words are searched in, folded.
    pub folded: String,
    /// The state of the latest revision, or `draft`.
    pub state: String,
    /// Who owns it.
    pub owner: Option<i64>,
    /// Its next date.
    pub due: Option<Date>,
    /// When draft or revision last changed.
    pub changed_at: Timestamp,
}

/// A record with the row that lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The record.
    pub record: Record,
    /// What lists show.
    pub head: Head,
    /// How many of its links are suspect.
    pub suspect: i64,
}

/// A link of a revision with what it leads to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The type.
    pub link: String,
    /// The record it leaves from.
    pub source: i64,
    /// `RISK-12`.
    pub source_reference: String,
    /// The title of the source.
    pub source_title: String,
    /// The record it leads to.
    pub target: i64,
    /// `MEAS-3`.
    pub target_reference: String,
    /// The title of the target.
    pub target_title: String,
    /// The target's state.
    pub target_state: String,
    /// The target's revision that the link was made against.
    pub pinned: Digest,
    /// The number of that revision.
    pub pinned_number: i64,
    /// The target's approved revision in force, with its number.
    pub approved: Option<(Digest, i64)>,
    /// Whether the target is retired or has a newer approved revision that nobody has cleared.
    pub suspect: bool,
}

/// That a suspect link still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    /// The record that the link leaves.
    pub source: i64,
    /// The link's type.
    pub link: String,
    /// The record it leads to.
    pub target: i64,
    /// The revision that the link was made against.
    pub from: Digest,
    /// The revision that was looked at.
    pub to: Digest,
    /// Why it still holds.
    pub reason: String,
    /// Who said so.
    pub person: i64,
}

const RECORD: &str = "r.id, r.ref, r.kind, r.number, r.scope, r.product, r.release, r.created_at";
const REVISION: &str = "v.digest, v.record, v.number, v.kind_version, v.predecessor, v.content, v.links, \
                        v.attachments, v.author, v.at, s.state";
const REVISION_FROM: &str = "revision v JOIN revision_state s ON s.revision = v.digest AND s.tx_to IS NULL";
const HEAD: &str = "h.record, h.latest, h.approved, h.title, h.folded, h.state, h.owner, h.due, h.changed_at";

/// A link is suspect when its target is retired, or has a newer approved revision that nobody has cleared.
/// `l` is the link, `th` the target's head, `ta` its approved revision, `tp` the pinned one.
const SUSPECT: &str = "(th.state = 'retired' OR (ta.number > tp.number AND NOT EXISTS (SELECT 1 FROM clearance c \
                       WHERE c.source = l.source AND c.link = l.link AND c.target = l.target \
                       AND c.to_revision = ta.digest)))";
const LINK_FROM: &str = "link l JOIN record_head th ON th.record = l.target \
                         LEFT JOIN revision ta ON ta.digest = th.approved \
                         JOIN revision tp ON tp.digest = l.pinned";

fn record(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        id: row.get("id")?,
        reference: row.get("ref")?,
        kind: row.get("kind")?,
        number: row.get("number")?,
        scope: row.get("scope")?,
        product: row.get("product")?,
        release: row.get("release")?,
        created_at: row.get("created_at")?,
    })
}

fn draft(row: &Row) -> Result<Draft, StoreError> {
    Ok(Draft {
        record: row.get("record")?,
        author: row.get("author")?,
        predecessor: row.get("predecessor")?,
        content: row.get("content")?,
        links: row.get("links")?,
        attachments: row.get("attachments")?,
        saved_at: row.get("saved_at")?,
    })
}

fn revision(row: &Row) -> Result<Revision, StoreError> {
    Ok(Revision {
        digest: row.get("digest")?,
        record: row.get("record")?,
        number: row.get("number")?,
        kind_version: row.get("kind_version")?,
        predecessor: row.get("predecessor")?,
        content: row.get("content")?,
        links: row.get("links")?,
        attachments: row.get("attachments")?,
        author: row.get("author")?,
        at: row.get("at")?,
        state: row.get("state")?,
    })
}

fn head(row: &Row) -> Result<Head, StoreError> {
    Ok(Head {
        record: row.get("record")?,
        latest: row.get("latest")?,
        approved: row.get("approved")?,
        title: row.get("title")?,
        folded: row.get("folded")?,
        state: row.get("state")?,
        owner: row.get("owner")?,
        due: row.get("due")?,
        changed_at: row.get("changed_at")?,
    })
}

/// Begins a record; its number comes from [`Write::next_number`].
///
/// # Errors
/// What the database says.
pub async fn add(write: &mut Write, record: &Record) -> Result<(), StoreError> {
    let values = args![
        record.id,
        &record.reference,
        &record.kind,
        record.number,
        &record.scope,
        record.product,
        record.release,
        record.created_at,
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO record (id, ref, kind, number, scope, product, release, created_at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values,
        )
        .await?;
    Ok(())
}

/// The record of a reference.
///
/// # Errors
/// What the database says.
pub async fn by_ref(conn: &mut Conn, reference: &str) -> Result<Option<Record>, StoreError> {
    let sql = format!("SELECT {RECORD} FROM record r WHERE r.ref = $1");
    conn.fetch_optional(sql, args![reference]).await?.as_ref().map(record).transpose()
}

/// The records of these references with their heads, at most 1,000 in no order; those that do not exist are left out.
///
/// # Errors
/// What the database says.
pub async fn by_refs(conn: &mut Conn, references: &[String]) -> Result<Vec<Listed>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(references.iter().take(1000));
    let sql = format!(
        "SELECT {RECORD}, {HEAD}, 0 AS suspect FROM record r JOIN record_head h ON h.record = r.id WHERE r.ref IN ({marks})"
    );
    conn.fetch_all(sql, values).await?.iter().map(listed).collect()
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed { record: record(row)?, head: head(row)?, suspect: row.get("suspect")? })
}

/// The draft of an author.
///
/// # Errors
/// What the database says.
pub async fn draft_of(conn: &mut Conn, record: i64, author: i64) -> Result<Option<Draft>, StoreError> {
    let sql = "SELECT record, author, predecessor, content, links, attachments, saved_at FROM draft \
               WHERE record = $1 AND author = $2";
    conn.fetch_optional(sql, args![record, author]).await?.as_ref().map(draft).transpose()
}

/// All drafts of a record, oldest first, at most 100.
///
/// # Errors
/// What the database says.
pub async fn drafts(conn: &mut Conn, record: i64) -> Result<Vec<Draft>, StoreError> {
    let sql = "SELECT record, author, predecessor, content, links, attachments, saved_at FROM draft \
               WHERE record = $1 ORDER BY saved_at LIMIT 100";
    conn.fetch_all(sql, args![record]).await?.iter().map(draft).collect()
}

/// Writes a draft: what is there is replaced.
///
/// # Errors
/// What the database says.
pub async fn save_draft(conn: &mut Conn, draft: &Draft) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO draft (record, author, predecessor, content, links, attachments, saved_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (record, author) DO UPDATE SET \
         predecessor = excluded.predecessor, content = excluded.content, links = excluded.links, \
         attachments = excluded.attachments, saved_at = excluded.saved_at",
        args![
            draft.record,
            draft.author,
            draft.predecessor,
            &draft.content,
            &draft.links,
            &draft.attachments,
            draft.saved_at
        ],
    )
    .await?;
    Ok(())
}

/// Removes a draft.
///
/// # Errors
/// What the database says.
pub async fn remove_draft(conn: &mut Conn, record: i64, author: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM draft WHERE record = $1 AND author = $2", args![record, author]).await
}

/// Adds a revision with its first state, links (target and pinned revision) and listed fields.
///
/// # Errors
/// What the database says.
pub async fn add_revision(
    write: &mut Write,
    revision: &Revision,
    links: &[(String, i64, Digest)],
    listed: &[(String, String)],
) -> Result<(), StoreError> {
    let tx = write.tx();
    let values = args![
        revision.digest,
        revision.record,
        revision.number,
        revision.kind_version,
        revision.predecessor,
        &revision.content,
        &revision.links,
        &revision.attachments,
        revision.author,
        revision.at,
        tx,
    ];
    write
        .execute(
            "INSERT INTO revision (digest, record, number, kind_version, predecessor, content, links, attachments, \
             author, at, tx_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values,
        )
        .await?;
    let rows = links
        .iter()
        .map(|(link, target, pinned)| args![revision.digest, link, *target, revision.record, *pinned]);
    let rows = rows.collect();
    write.insert_many("INSERT INTO link (revision, link, target, source, pinned)", "", rows).await?;
    let rows = listed.iter().map(|(field, value)| args![revision.digest, field, value]).collect();
    write.insert_many("INSERT INTO listed_field (revision, field, value)", "", rows).await?;
    set_state(write, revision.record, revision.digest, &revision.state, revision.author, "").await
}

/// Ends a revision's present state and writes the next.
///
/// # Errors
/// What the database says.
pub async fn set_state(
    write: &mut Write,
    record: i64,
    revision: Digest,
    state: &str,
    person: i64,
    reason: &str,
) -> Result<(), StoreError> {
    let (id, tx, now) = (write.id(), write.tx(), write.now());
    let sql = "UPDATE revision_state SET tx_to = $1 WHERE revision = $2 AND tx_to IS NULL";
    write.execute(sql, args![tx, revision]).await?;
    write
        .execute(
            "INSERT INTO revision_state (row_id, revision, record, state, person, reason, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![id, revision, record, state, person, reason, now, tx],
        )
        .await?;
    Ok(())
}

/// The revision of a digest.
///
/// # Errors
/// What the database says.
pub async fn revision_by_digest(conn: &mut Conn, digest: Digest) -> Result<Option<Revision>, StoreError> {
    let sql = format!("SELECT {REVISION} FROM {REVISION_FROM} WHERE v.digest = $1");
    conn.fetch_optional(sql, args![digest]).await?.as_ref().map(revision).transpose()
}

/// The revision of a number.
///
/// # Errors
/// What the database says.
pub async fn revision_by_number(
    conn: &mut Conn,
    record: i64,
    number: i64,
) -> Result<Option<Revision>, StoreError> {
    let sql = format!("SELECT {REVISION} FROM {REVISION_FROM} WHERE v.record = $1 AND v.number = $2");
    conn.fetch_optional(sql, args![record, number]).await?.as_ref().map(revision).transpose()
}

/// Up to `limit` revisions of a record below a number (`i64::MAX` for the newest), newest first.
///
/// # Errors
/// What the database says.
pub async fn revisions_before(
    conn: &mut Conn,
    record: i64,
    number: i64,
    limit: u32,
) -> Result<Vec<Revision>, StoreError> {
    let sql = format!(
        "SELECT {REVISION} FROM {REVISION_FROM} WHERE v.record = $1 AND v.number < $2 ORDER BY v.number DESC LIMIT $3"
    );
    conn.fetch_all(sql, args![record, number, limit]).await?.iter().map(revision).collect()
}

/// What happened to the revisions of a record, newest first, at most 500.
///
/// # Errors
/// What the database says.
pub async fn state_changes(conn: &mut Conn, record: i64) -> Result<Vec<StateChange>, StoreError> {
    let sql = "SELECT revision, state, person, reason, at FROM revision_state WHERE record = $1 \
               ORDER BY row_id DESC LIMIT 500";
    let rows = conn.fetch_all(sql, args![record]).await?;
    let change = |row: &Row| {
        Ok(StateChange {
            revision: row.get("revision")?,
            state: row.get("state")?,
            person: row.get("person")?,
            reason: row.get("reason")?,
            at: row.get("at")?,
        })
    };
    rows.iter().map(change).collect()
}

/// Who wrote revisions of a record, each once.
///
/// # Errors
/// What the database says.
pub async fn authors(conn: &mut Conn, record: i64) -> Result<Vec<i64>, StoreError> {
    let rows = conn
        .fetch_all(
            "SELECT DISTINCT author FROM revision WHERE record = $1 ORDER BY author LIMIT 1000",
            args![record],
        )
        .await?;
    rows.iter().map(|row| row.get("author")).collect()
}

/// Writes what lists show.
///
/// # Errors
/// What the database says.
pub async fn set_head(conn: &mut Conn, head: &Head) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO record_head (record, latest, approved, title, folded, state, owner, due, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (record) DO UPDATE SET latest = excluded.latest, \
         approved = excluded.approved, title = excluded.title, folded = excluded.folded, state = excluded.state, \
         owner = excluded.owner, due = excluded.due, changed_at = excluded.changed_at",
        args![
            head.record,
            head.latest,
            head.approved,
            &head.title,
            &head.folded,
            &head.state,
            head.owner,
            head.due,
            head.changed_at
        ],
    )
    .await?;
    Ok(())
}

/// What lists show of a record.
///
/// # Errors
/// What the database says.
pub async fn head_of(conn: &mut Conn, record: i64) -> Result<Option<Head>, StoreError> {
    let sql = format!("SELECT {HEAD} FROM record_head h WHERE h.record = $1");
    conn.fetch_optional(sql, args![record]).await?.as_ref().map(head).transpose()
}

fn link(row: &Row) -> Result<LinkRow, StoreError> {
    let approved: Option<Digest> = row.get("approved")?;
    let number: Option<i64> = row.get("approved_number")?;
    Ok(LinkRow {
        link: row.get("link")?,
        source: row.get("source")?,
        source_reference: row.get("source_ref")?,
        source_title: row.get("source_title")?,
        target: row.get("target")?,
        target_reference: row.get("target_ref")?,
        target_title: row.get("target_title")?,
        target_state: row.get("target_state")?,
        pinned: row.get("pinned")?,
        pinned_number: row.get("pinned_number")?,
        approved: approved.zip(number),
        suspect: row.get("suspect")?,
    })
}

fn link_columns() -> String {
    format!(
        "l.link, l.source, sr.ref AS source_ref, sh.title AS source_title, l.target, tr.ref AS target_ref, \
         th.title AS target_title, th.state AS target_state, l.pinned, tp.number AS pinned_number, th.approved, \
         ta.number AS approved_number, CASE WHEN {SUSPECT} THEN 1 ELSE 0 END AS suspect FROM {LINK_FROM} \
         JOIN record tr ON tr.id = l.target JOIN record sr ON sr.id = l.source \
         JOIN record_head sh ON sh.record = l.source"
    )
}

/// The links that leave a revision, by type and target.
///
/// # Errors
/// What the database says.
pub async fn links_of(conn: &mut Conn, revision: Digest) -> Result<Vec<LinkRow>, StoreError> {
    let sql = format!(
        "SELECT {} WHERE l.revision = $1 ORDER BY l.link, tr.kind, tr.number LIMIT 1000",
        link_columns()
    );
    conn.fetch_all(sql, args![revision]).await?.iter().map(link).collect()
}

/// The links that lead to a record from the latest revisions of others, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn links_to(conn: &mut Conn, target: i64) -> Result<Vec<LinkRow>, StoreError> {
    let sql = format!(
        "SELECT {} WHERE l.target = $1 AND sh.latest = l.revision ORDER BY sr.kind, sr.number, l.link LIMIT 1000",
        link_columns()
    );
    conn.fetch_all(sql, args![target]).await?.iter().map(link).collect()
}

/// Says that a suspect link still holds.
///
/// # Errors
/// What the database says.
pub async fn add_clearance(write: &mut Write, clearance: &Clearance) -> Result<(), StoreError> {
    let values = args![
        write.id(),
        clearance.source,
        &clearance.link,
        clearance.target,
        clearance.from,
        clearance.to,
        &clearance.reason,
        clearance.person,
        write.now(),
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO clearance (id, source, link, target, from_revision, to_revision, reason, person, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values,
        )
        .await?;
    Ok(())
}

/// Which records a list shows. What is `None` does not restrict.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The products that may be seen; `None` for all.
    pub products: Option<Vec<i64>>,
    /// Whether the organisation's own records may be seen.
    pub organisation: bool,
    /// Of this product, with those of its releases.
    pub product: Option<i64>,
    /// Of this release.
    pub release: Option<i64>,
    /// Of this kind.
    pub kind: Option<String>,
    /// In one of these states.
    pub state: Option<String>,
    /// Owned by this person.
    pub owner: Option<i64>,
    /// With a suspect link.
    pub suspect: bool,
    /// Words, folded; each must occur.
    pub words: Vec<String>,
}

/// In which order a list goes, and where its next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// By kind and number.
    Number(Option<(String, i64)>),
    /// By the next date, those without one left out.
    Due(Option<(Date, i64)>),
    /// The latest change first.
    Changed(Option<(Timestamp, i64)>),
}

/// Up to `limit` records.
///
/// # Errors
/// What the database says.
pub async fn list(
    conn: &mut Conn,
    filter: &Filter,
    after: &After,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let mut values = Args::new();
    let mut conditions = conditions(filter, &mut values);
    let order = match after {
        After::Number(from) => {
            if let Some((kind, number)) = from {
                let (kind, number) = (values.push(kind), values.push(*number));
                conditions.push(format!("(r.kind > {kind} OR (r.kind = {kind} AND r.number > {number}))"));
            }
            "r.kind, r.number"
        }
        After::Due(from) => {
            conditions.push("h.due IS NOT NULL".to_owned());
            if let Some((due, record)) = from {
                let (due, record) = (values.push(*due), values.push(*record));
                conditions.push(format!("(h.due > {due} OR (h.due = {due} AND h.record > {record}))"));
            }
            "h.due, h.record"
        }
        After::Changed(from) => {
            if let Some((at, record)) = from {
                let (at, record) = (values.push(*at), values.push(*record));
                conditions
                    .push(format!("(h.changed_at < {at} OR (h.changed_at = {at} AND h.record < {record}))"));
            }
            "h.changed_at DESC, h.record DESC"
        }
    };
    let limit = values.push(limit);
    let sql = format!(
        "SELECT {RECORD}, {HEAD}, (SELECT COUNT(*) FROM {LINK_FROM} WHERE l.revision = h.latest AND {SUSPECT}) AS suspect \
         FROM record r JOIN record_head h ON h.record = r.id WHERE {} ORDER BY {order} LIMIT {limit}",
        conditions.join(" AND ")
    );
    conn.fetch_all(sql, values).await?.iter().map(listed).collect()
}

fn conditions(filter: &Filter, values: &mut Args) -> Vec<String> {
    let mut conditions = vec![visible(filter, values)];
    let mut equal = |column: &str, mark: String| conditions.push(format!("{column} = {mark}"));
    if let Some(product) = filter.product {
        equal("r.product", values.push(product));
    }
    if let Some(release) = filter.release {
        equal("r.release", values.push(release));
    }
    if let Some(kind) = &filter.kind {
        equal("r.kind", values.push(kind));
    }
    if let Some(state) = &filter.state {
        equal("h.state", values.push(state));
    }
    if let Some(owner) = filter.owner {
        equal("h.owner", values.push(owner));
    }
    if filter.suspect {
        conditions
            .push(format!("EXISTS (SELECT 1 FROM {LINK_FROM} WHERE l.revision = h.latest AND {SUSPECT})"));
    }
    for word in filter.words.iter().take(10) {
        let mark = values.push(format!("%{}%", like(word)));
        conditions.push(format!("h.folded LIKE {mark} ESCAPE '!'"));
    }
    conditions
}

fn visible(filter: &Filter, values: &mut Args) -> String {
    match (&filter.products, filter.organisation) {
        (None, true) => "1 = 1".to_owned(),
        (None, false) => "r.product IS NOT NULL".to_owned(),
        (Some(products), organisation) => {
            let marks = values.push_all(products.iter().copied());
            let own = if organisation { " OR r.product IS NULL" } else { "" };
            format!("(r.product IN ({marks}){own})")
        }
    }
}

/// What a user typed, without meaning to LIKE.
fn like(word: &str) -> String {
    word.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Which of these evidence names (`EVID-3`) exist for a product, or for any where it is `None`; at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn evidence_among(
    conn: &mut Conn,
    product: Option<i64>,
    names: &[String],
) -> Result<Vec<String>, StoreError> {
    let numbers = names.iter().filter_map(|name| name.strip_prefix("EVID-")?.parse::<i64>().ok());
    let mut values = Args::new();
    let marks = values.push_all(numbers.take(1000));
    let own = product.map_or_else(String::new, |product| {
        let mark = values.push(product);
        format!(" AND e.release IN (SELECT id FROM release WHERE product = {mark})")
    });
    let sql = format!(
        "SELECT e.number FROM evidence e WHERE e.number IN ({marks}){own} ORDER BY e.number LIMIT 1000"
    );
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok(format!("EVID-{}", row.get::<i64>("number")?))).collect()
}

/// The content of the approved record of a kind that is in force: the product's own before the organisation's, the newer
/// before the older.
///
/// # Errors
/// What the database says.
pub async fn approved_content(
    conn: &mut Conn,
    kind: &str,
    product: Option<i64>,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT v.content FROM record r JOIN record_head h ON h.record = r.id JOIN revision v ON v.digest = h.approved \
               WHERE r.kind = $1 AND (r.product IS NULL OR r.product = $2) \
               ORDER BY CASE WHEN r.product IS NULL THEN 1 ELSE 0 END, r.number DESC LIMIT 1";
    let row = conn.fetch_optional(sql, args![kind, product]).await?;
    row.map(|row| row.get("content")).transpose()
}

/// A record in its latest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Its product.
    pub product: Option<i64>,
    /// Its number within the kind.
    pub number: i64,
    /// Its state.
    pub state: String,
    /// The version of the kind that its content was written for.
    pub kind_version: u32,
    /// Its content.
    pub content: String,
}

/// The records of a kind that these products have and that are not retired, in their latest revision, by number, at
/// most 10,000.
///
/// # Errors
/// What the database says.
pub async fn present_of_kind(
    conn: &mut Conn,
    kind: &str,
    products: &[i64],
) -> Result<Vec<Present>, StoreError> {
    let mut values = args![kind];
    let marks = values.push_all(products.iter().take(1000).copied());
    let sql = format!(
        "SELECT r.product, r.number, h.state, v.kind_version, v.content FROM record r \
         JOIN record_head h ON h.record = r.id JOIN revision v ON v.digest = h.latest \
         WHERE r.kind = $1 AND r.product IN ({marks}) AND h.state <> 'retired' ORDER BY r.number LIMIT 10000"
    );
    let present = |row: &Row| {
        Ok(Present {
            product: row.get("product")?,
            number: row.get("number")?,
            state: row.get("state")?,
            kind_version: row.get("kind_version")?,
            content: row.get("content")?,
        })
    };
    conn.fetch_all(sql, values).await?.iter().map(present).collect()
}

/// Who wrote what the manifests of a release's builds name, those left out that are disqualified, and whether an address
/// is nobody's.
///
/// # Errors
/// What the database says.
pub async fn developers_of(conn: &mut Conn, release: i64) -> Result<(Vec<i64>, bool), StoreError> {
    let sql = "SELECT DISTINCT p.person FROM evidence e JOIN manifest_author m ON m.evidence = e.id \
               LEFT JOIN person_address p ON p.address = m.address AND p.tx_to IS NULL \
               WHERE e.release = $1 \
               AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id) LIMIT 10000";
    let rows = conn.fetch_all(sql, args![release]).await?;
    let people = rows.iter().map(|row| row.get("person")).collect::<Result<Vec<Option<i64>>, _>>()?;
    Ok((people.iter().flatten().copied().collect(), people.contains(&None)))
}

/// The signatures on a record's revisions, oldest first, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn signatures_of(
    conn: &mut Conn,
    record: i64,
) -> Result<Vec<super::signatures::Signature>, StoreError> {
    let sql = "SELECT s.id, s.digest, s.person, s.meaning, s.method, s.at FROM revision v \
               JOIN signature s ON s.digest = v.digest WHERE v.record = $1 ORDER BY s.id LIMIT 1000";
    conn.fetch_all(sql, args![record]).await?.iter().map(super::signatures::from_row).collect()
}

/// The latest revisions of these records, at most 1,000, in no order.
///
/// # Errors
/// What the database says.
pub async fn latest_revisions(conn: &mut Conn, records: &[i64]) -> Result<Vec<Revision>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(records.iter().take(1000).copied());
    let sql = format!(
        "SELECT {REVISION} FROM {REVISION_FROM} JOIN record_head h ON h.latest = v.digest WHERE h.record IN ({marks})"
    );
    conn.fetch_all(sql, values).await?.iter().map(revision).collect()
}

/// The drafts of these records, at most 1,000 records, oldest first.
///
/// # Errors
/// What the database says.
pub async fn drafts_among(conn: &mut Conn, records: &[i64]) -> Result<Vec<Draft>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(records.iter().take(1000).copied());
    let sql = format!(
        "SELECT record, author, predecessor, content, links, attachments, saved_at FROM draft \
         WHERE record IN ({marks}) ORDER BY saved_at LIMIT 10000"
    );
    conn.fetch_all(sql, values).await?.iter().map(draft).collect()
}
