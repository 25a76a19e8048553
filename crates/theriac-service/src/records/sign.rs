//! Judging a revision: approve by signature, the clinical signature, send back, retire. `withdraw.rs` takes one back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::json;
use theriac_auth::{Permission, PersonId, Reauthenticated, Signer, separation};
use theriac_conformity::facts::words::CLINICAL;
use theriac_model::kinds::REVIEW;
use theriac_model::record::{Content, Kind};
use theriac_model::{Digest, Independence};
use theriac_store::tables::records::{self as table, Record, Revision};
use theriac_store::{Conn, Write, tables};

use super::draft::{content_of, head_of_revision, upright};
use super::{find, scope_of, states};
use crate::{App, Result, ServiceError, Who, signature};

/// What a signature led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// The revision is approved.
    Approved,
    /// The signature counts; this meaning is still to be signed by another person.
    Waiting(&'static str),
}

/// A signature on a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Giving {
    /// The kind's approving one.
    Approve,
    /// That the harm to patients has been judged.
    Clinical,
    /// That the record is no longer in use.
    Retire,
}

impl Giving {
    /// The permission it takes.
    #[must_use]
    pub fn permission(self, kind: &Kind) -> Permission {
        match self {
            Self::Approve | Self::Retire => Permission::to_approve(kind.workflow.approve),
            Self::Clinical => Permission::SignClinical,
        }
    }

    /// What it means.
    #[must_use]
    pub const fn meaning(self, kind: &Kind) -> &'static str {
        match self {
            Self::Approve => kind.workflow.meaning,
            Self::Clinical => CLINICAL,
            Self::Retire => "Retired",
        }
    }
}

/// Why the actor may not give a signature on the latest revision of a record now, by the rules that the signature itself
/// goes by: permission, state, separation of duties. `None` when they may.
///
/// # Errors
/// When there is no such record, or the actor may not read it.
#[crate::boxed]
pub async fn hindrance(app: &App, who: &Who, reference: &str, giving: Giving) -> Result<Option<String>> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    if let Err(refusal) = Signer::permit_to_sign(who.access(), giving.permission(kind), scope_of(&record)) {
        return Ok(Some(refusal.to_string()));
    }
    let latest = table::revisions_before(&mut read, record.id, i64::MAX, 1).await?.into_iter().next();
    let Some(revision) = latest else {
        return Ok(Some(format!("{reference} has no revision that could be signed.")));
    };
    let judged = Judged::read(&mut read, record, kind, revision).await?;
    let may = match giving {
        Giving::Retire => to_retire(&mut read, &judged.record, kind, who.person()?).await.map(drop),
        Giving::Approve | Giving::Clinical => {
            may_sign(&mut read, &judged, who.person()?, giving.meaning(kind)).await.map(drop)
        }
    };
    match may {
        Ok(()) => Ok(None),
        Err(error @ (ServiceError::Rule(_) | ServiceError::Conflict(_))) => Ok(Some(error.to_string())),
        Err(other) => Err(other),
    }
}

/// A revision that is to be judged.
struct Judged {
    record: Record,
    kind: &'static Kind,
    revision: Revision,
    content: Content,
    /// Whether a clinical assessor signs, too.
    needs_clinical: bool,
}

impl Judged {
    async fn read(conn: &mut Conn, record: Record, kind: &'static Kind, revision: Revision) -> Result<Self> {
        let content = content_of(kind, revision.kind_version, &revision.content)?;
        let needs_clinical = needs_clinical(conn, record.id, kind, &content).await?;
        Ok(Self { record, kind, revision, content, needs_clinical })
    }
}

/// Whether a clinical assessor signs a content, too: harm to a patient is possible, or was in the revision in force and is
/// so no longer.
pub(super) async fn needs_clinical(
    conn: &mut Conn,
    record: i64,
    kind: &Kind,
    content: &Content,
) -> Result<bool> {
    let Some((field, word)) = kind.workflow.clinical_if else { return Ok(false) };
    if content.text(field) == word {
        return Ok(true);
    }
    let Some(approved) = table::head_of(conn, record).await?.and_then(|head| head.approved) else {
        return Ok(false);
    };
    let before = table::revision_by_digest(conn, approved).await?;
    let before = before.map(|before| content_of(kind, before.kind_version, &before.content)).transpose()?;
    Ok(before.is_some_and(|before| before.text(field) == word))
}

async fn judged(app: &App, conn: &mut Conn, who: &Who, reference: &str, digest: Digest) -> Result<Judged> {
    let (record, kind) = find(app, conn, who, reference).await?;
    let latest = table::revisions_before(conn, record.id, i64::MAX, 1).await?.into_iter().next();
    let revision = latest.filter(|latest| latest.digest == digest);
    let revision = revision.ok_or_else(|| ServiceError::Changed { what: reference.to_owned(), now: None })?;
    Judged::read(conn, record, kind, revision).await
}

/// Signs a revision as its kind's workflow says. Where harm to a patient is possible it is approved once the clinical
/// signature is there as well.
///
/// # Errors
/// When the actor may not approve, wrote any of it, has signed already, or the revision is not the one in review.
#[crate::boxed]
pub async fn approve(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    reference: &str,
    digest: Digest,
) -> Result<Approval> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    drop(read);
    let permission = Permission::to_approve(kind.workflow.approve);
    sign(app, who, proof, &record, digest, permission, kind.workflow.meaning, "record approve").await
}

/// Signs that the harm to patients in a revision has been judged.
///
/// # Errors
/// As [`approve`], and when the revision needs no such signature.
#[crate::boxed]
pub async fn sign_clinical(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    reference: &str,
    digest: Digest,
) -> Result<Approval> {
    let mut read = app.store().read().await?;
    let (record, _) = find(app, &mut read, who, reference).await?;
    drop(read);
    sign(app, who, proof, &record, digest, Permission::SignClinical, CLINICAL, "record sign clinical").await
}

#[allow(clippy::too_many_arguments, reason = "the two signatures differ in exactly these")]
async fn sign(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    record: &Record,
    digest: Digest,
    permission: Permission,
    meaning: &'static str,
    action: &str,
) -> Result<Approval> {
    let signer = who.signer(app, proof, permission, scope_of(record), action).await?;
    let mut write = who.write(app, action).await?;
    let judged = judged(app, &mut write, who, &record.reference, digest).await?;
    let decided = may_sign(&mut write, &judged, signer.person(), meaning).await;
    let others = match decided {
        Ok(others) => others,
        Err(error) => {
            drop(write);
            who.refused(app, action, &error.to_string()).await?;
            return Err(error);
        }
    };
    signature::give(&mut write, digest, meaning, signer.proof()).await?;
    let missing = missing_signature(&judged, meaning, &others);
    if missing.is_none() {
        set_approved(&mut write, &judged, signer.person()).await?;
        crate::findings::record_moved(&mut write, &record.reference).await?;
    }
    write.audit(
        &record.reference,
        None,
        Some(digest),
        signature::said(
            json!({ "revision": judged.revision.number, "meaning": meaning, "approved": missing.is_none() }),
            proof,
        ),
    );
    write.commit().await?;
    Ok(missing.map_or(Approval::Approved, Approval::Waiting))
}

/// The meanings already signed, if this person may add theirs.
async fn may_sign(conn: &mut Conn, judged: &Judged, person: PersonId, meaning: &str) -> Result<Vec<String>> {
    let reference = &judged.record.reference;
    if judged.revision.state != states::IN_REVIEW {
        let state = &judged.revision.state;
        return Err(ServiceError::rule(format!(
            "The latest revision of {reference} is {state}, not in review."
        )));
    }
    if meaning == CLINICAL && !judged.needs_clinical {
        return Err(ServiceError::rule(format!("{reference} needs no clinical signature.")));
    }
    let authors = authors_since_approval(conn, judged).await?;
    separation::approver_is_no_author(&authors, person)?;
    independent_tester(conn, judged).await?;
    let signatures = tables::signatures::on(conn, judged.revision.digest).await?;
    if signatures.iter().any(|signature| signature.meaning == meaning) {
        return Err(ServiceError::rule(format!("{reference} has been signed with this meaning already.")));
    }
    if judged.needs_clinical && signatures.iter().any(|signature| signature.person == person.0) {
        return Err(separation::Conflict::ClinicalIsSame.into());
    }
    Ok(signatures.into_iter().map(|signature| signature.meaning).collect())
}

/// Everybody who wrote a part of what is signed: the authors since the last approved revision.
async fn authors_since_approval(conn: &mut Conn, judged: &Judged) -> Result<Vec<PersonId>> {
    let before = table::revisions_before(conn, judged.record.id, judged.revision.number, 200).await?;
    let open = before.iter().take_while(|revision| revision.state != states::APPROVED);
    let revisions: Vec<&Revision> = std::iter::once(&judged.revision).chain(open).collect();
    authors_of(conn, judged.record.id, &revisions).await
}

/// Who wrote revisions of a record, and who answers for the tokens that did.
async fn authors_of(conn: &mut Conn, record: i64, revisions: &[&Revision]) -> Result<Vec<PersonId>> {
    let digests: Vec<Digest> = revisions.iter().map(|revision| revision.digest).collect();
    let hands = table::hands(conn, record, &digests).await?;
    Ok(revisions.iter().map(|revision| revision.author).chain(hands).map(PersonId).collect())
}

/// A campaign that claims independence has a tester who has it, from its first day to its last.
async fn independent_tester(conn: &mut Conn, judged: &Judged) -> Result<()> {
    let (Some(release), Ok(claimed)) = (judged.record.release, judged.content.text("independence").parse())
    else {
        return Ok(());
    };
    if judged.kind.id != "test-campaign" {
        return Ok(());
    }
    let Some(tester) = tables::people::by_key(conn, judged.content.text("tester")).await? else {
        return Ok(());
    };
    let (developers, unknown) = table::developers_of(conn, release).await?;
    // Where no manifest says who wrote it, anybody may have.
    let unknown = unknown || developers.is_empty();
    let versions = tables::people::versions_at(conn, i64::MAX).await?;
    let names = tables::people::names_among(conn, &[&developers[..], &[tester.id]].concat()).await?;
    let name = |person: PersonId| {
        let known = names.iter().find(|name| name.id == person.0);
        known.map_or_else(|| "unknown".to_owned(), |name| name.name.clone())
    };
    let people = [&developers[..], &[tester.id]].concat();
    for day in turns(&judged.content, versions.iter().filter(|version| people.contains(&version.id))) {
        let place_of = |id: i64| {
            let holds = |version: &&tables::people::Person| version.id == id && version.holds_on(day);
            versions.iter().rfind(holds).map(place)
        };
        let Some(tested) = place_of(tester.id) else {
            if claimed == Independence::None {
                continue;
            }
            let name = name(PersonId(tester.id));
            return Err(ServiceError::rule(format!(
                "{name} had no place in the organisation on {day}, so nothing shows that {name} stood apart. Name a tester \
                 who was there during the whole campaign, or say the days on which it was held."
            )));
        };
        let somewhere = |id: &i64| place_of(*id).unwrap_or_else(|| separation::Place::unknown(PersonId(*id)));
        let developers: Vec<_> = developers.iter().map(somewhere).collect();
        separation::tester_is_independent(claimed, &tested, &developers, unknown, name)?;
    }
    Ok(())
}

/// The first and the last day of a campaign, and those between on which somebody's place begins or ends.
fn turns<'a>(campaign: &Content, places: impl Iterator<Item = &'a tables::people::Person>) -> BTreeSet<Date> {
    let (first, last) = (campaign.date("from_date"), campaign.date("to_date"));
    let (Some(from), Some(to)) = (first.or(last), last.or(first)) else { return BTreeSet::new() };
    let turns = places.flat_map(|place| std::iter::once(place.from).chain(place.to));
    turns.filter(|day| (from..=to).contains(day)).chain([from, to]).collect()
}

fn place(version: &tables::people::Person) -> separation::Place {
    separation::Place {
        person: PersonId(version.id),
        department: version.department.clone(),
        manager: version.manager.map(PersonId),
        external: version.external,
    }
}

/// The meaning that is still missing once this one is there.
fn missing_signature(judged: &Judged, meaning: &str, others: &[String]) -> Option<&'static str> {
    let signed = |wanted: &str| wanted == meaning || others.iter().any(|other| other == wanted);
    if judged.needs_clinical && !signed(CLINICAL) {
        return Some(CLINICAL);
    }
    (!signed(judged.kind.workflow.meaning)).then_some(judged.kind.workflow.meaning)
}

async fn set_approved(write: &mut Write, judged: &Judged, person: PersonId) -> Result<()> {
    let id = judged.record.id;
    let revision = Revision { state: states::APPROVED.to_owned(), ..judged.revision.clone() };
    table::set_state(write, id, revision.digest, states::APPROVED, person.0, "").await?;
    let head = head_of_revision(
        write,
        &judged.record,
        judged.kind,
        &judged.content,
        &revision,
        Some(revision.digest),
    )
    .await?;
    let head = table::Head { changed_at: write.now(), ..head };
    table::set_head(write, &head).await?;
    let named: Vec<String> = duty_owners(judged.kind, &judged.content).map(str::to_owned).collect();
    let owners = tables::people::names_by_keys(write, &named).await?;
    let owners = owners.into_iter().map(|name| (name.key, name.id)).collect();
    let duties = date_duties(judged.kind, &judged.content, revision.author, &owners);
    table::set_date_duties(write, id, &duties).await?;
    Ok(())
}

/// The keys of those who owe what the dates of a record ask for.
pub(super) fn duty_owners<'a>(kind: &'static Kind, content: &'a Content) -> impl Iterator<Item = &'a str> {
    kind.duties.iter().map(|duty| content.text(duty.owner)).filter(|key| !key.is_empty())
}

/// What the dates of an approved revision make people owe, by field: whom the field of the kind names, else the author.
/// `owners` gives people by key.
pub(super) fn date_duties(
    kind: &Kind,
    content: &Content,
    author: i64,
    owners: &BTreeMap<String, i64>,
) -> Vec<table::DateDuty> {
    let open = kind.duties.iter().filter(|duty| duty.unless.is_none_or(|done| content.date(done).is_none()));
    let mut duties: Vec<_> = open
        .filter_map(|duty| {
            let owner = owners.get(content.text(duty.owner)).copied().unwrap_or(author);
            Some(table::DateDuty { field: duty.date.to_owned(), owner, due: content.date(duty.date)? })
        })
        .collect();
    duties.sort_by(|one, other| one.field.cmp(&other.field));
    duties
}

/// Sends the revision in review back to its author.
///
/// # Errors
/// When the actor may not approve it, no reason is given, or it is not in review.
#[crate::boxed]
pub async fn send_back(app: &App, who: &Who, reference: &str, digest: Digest, reason: &str) -> Result<()> {
    let person = who.person()?;
    let reason = needs_reason(reason)?;
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    drop(read);
    let permission = Permission::to_approve(kind.workflow.approve);
    who.require(app, permission, scope_of(&record), "record send back").await?;
    let mut write = who.write(app, "record send back").await?;
    let judged = judged(app, &mut write, who, reference, digest).await?;
    if judged.revision.state != states::IN_REVIEW {
        return Err(ServiceError::rule(format!(
            "The latest revision of {reference} is {}.",
            judged.revision.state
        )));
    }
    let approved = table::head_of(&mut write, record.id).await?.and_then(|head| head.approved);
    let revision = Revision { state: states::SENT_BACK.to_owned(), ..judged.revision.clone() };
    table::set_state(&mut write, record.id, digest, states::SENT_BACK, person.0, reason).await?;
    let head =
        head_of_revision(&mut write, &record, judged.kind, &judged.content, &revision, approved).await?;
    let head = table::Head { changed_at: write.now(), ..head };
    table::set_head(&mut write, &head).await?;
    write.audit(
        reference,
        Some(digest),
        Some(digest),
        json!({ "state": states::SENT_BACK, "reason": reason }),
    );
    write.commit().await?;
    Ok(())
}

/// Takes an approved record out of use; what links to it becomes suspect. A newer revision that was sent back is
/// withdrawn with it.
///
/// # Errors
/// When the actor may not approve it, no reason is given, the revision is not the approved one, or a newer one is in review.
#[crate::boxed]
pub async fn retire(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    reference: &str,
    digest: Digest,
    reason: &str,
) -> Result<()> {
    let reason = needs_reason(reason)?;
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    drop(read);
    let permission = Permission::to_approve(kind.workflow.approve);
    let signer = who.signer(app, proof, permission, scope_of(&record), "record retire").await?;
    let mut write = who.write(app, "record retire").await?;
    let (approved, sent_back) = match to_retire(&mut write, &record, kind, signer.person()).await {
        Ok(found) => found,
        Err(error) => {
            drop(write);
            who.refused(app, "record retire", &error.to_string()).await?;
            return Err(error);
        }
    };
    if approved.digest != digest {
        return Err(ServiceError::Changed { what: reference.to_owned(), now: Some(approved.digest) });
    }
    let person = signer.person().0;
    signature::give(&mut write, digest, Giving::Retire.meaning(kind), signer.proof()).await?;
    if let Some(open) = sent_back {
        let with = "Withdrawn with the record, which was retired";
        table::set_state(&mut write, record.id, open.digest, states::WITHDRAWN, person, with).await?;
    }
    let content = content_of(kind, approved.kind_version, &approved.content)?;
    let revision = Revision { state: states::RETIRED.to_owned(), ..approved };
    table::set_state(&mut write, record.id, digest, states::RETIRED, person, reason).await?;
    let head = head_of_revision(&mut write, &record, kind, &content, &revision, None).await?;
    let head = table::Head { due: None, changed_at: write.now(), ..head };
    table::set_head(&mut write, &head).await?;
    table::set_date_duties(&mut write, record.id, &[]).await?;
    crate::findings::record_moved(&mut write, reference).await?;
    let detail = signature::said(json!({ "state": states::RETIRED, "reason": reason }), proof);
    write.audit(reference, Some(digest), Some(digest), detail);
    write.commit().await?;
    Ok(())
}

/// The approved revision that retiring takes out of use, and the newer one that was sent back; the person wrote neither.
async fn to_retire(
    conn: &mut Conn,
    record: &Record,
    kind: &Kind,
    person: PersonId,
) -> Result<(Revision, Option<Revision>)> {
    let (approved, sent_back) = in_use(conn, record).await?;
    let revisions: Vec<&Revision> = std::iter::once(&approved).chain(&sent_back).collect();
    let authors = authors_of(conn, record.id, &revisions).await?;
    separation::retirer_is_no_author(&authors, person)?;
    nothing_open(&record.reference, kind, &approved)?;
    harms_nobody(&record.reference, kind, &approved)?;
    Ok((approved, sent_back))
}

/// A review whose points are open, or that rejects, does not go out of sight by being retired.
fn nothing_open(reference: &str, kind: &Kind, approved: &Revision) -> Result<()> {
    if kind.id != REVIEW.id {
        return Ok(());
    }
    let content = content_of(kind, approved.kind_version, &approved.content)?;
    let points = content.get("points").and_then(|points| points.as_array());
    match points.into_iter().flatten().filter(|point| point["closed"] != true).count() {
        0 if content.text("conclusion") == "rejected" => Err(ServiceError::rule(format!(
            "{reference} rejected what it read; conclude it otherwise in a new revision first, or leave it in use: a \
             later review of the same records takes its place."
        ))),
        0 => Ok(()),
        _ => Err(ServiceError::rule(format!(
            "{reference} has open points; close its points with their resolution in a new revision first."
        ))),
    }
}

/// What can harm a patient does not go out of sight by being retired: that it no longer can is said and signed first.
fn harms_nobody(reference: &str, kind: &Kind, approved: &Revision) -> Result<()> {
    let Some((field, word)) = kind.workflow.clinical_if else { return Ok(()) };
    let content = content_of(kind, approved.kind_version, &approved.content)?;
    if content.text(field) != word {
        return Ok(());
    }
    Err(ServiceError::rule(format!(
        "{reference} can harm a patient; say in a new revision why it no longer can, and have a clinical assessor sign \
         that first."
    )))
}

async fn in_use(conn: &mut Conn, record: &Record) -> Result<(Revision, Option<Revision>)> {
    let reference = &record.reference;
    let standing = table::standing(conn, record.id).await?;
    let standing = standing.ok_or_else(|| ServiceError::Changed { what: reference.to_owned(), now: None })?;
    if standing.state == states::APPROVED {
        return Ok((standing, None));
    }
    let approved = match table::head_of(conn, record.id).await?.and_then(|head| head.approved) {
        None => None,
        Some(digest) => table::revision_by_digest(conn, digest).await?,
    };
    match approved {
        Some(approved) if standing.state == states::SENT_BACK => Ok((approved, Some(standing))),
        Some(_) => Err(ServiceError::rule(format!(
            "The latest revision of {reference} is {}; approve it, send it back or withdraw it first.",
            standing.state
        ))),
        None => Err(ServiceError::rule(format!(
            "The latest revision of {reference} is {}; only an approved one is retired, one that never was is withdrawn.",
            standing.state
        ))),
    }
}

pub(super) fn needs_reason(reason: &str) -> Result<&str> {
    match reason.trim() {
        "" => Err(ServiceError::field("reason", "say why")),
        long if long.chars().count() > 2_000 => Err(ServiceError::field("reason", "at most 2000 characters")),
        reason => upright("reason", reason).map(|()| reason),
    }
}
