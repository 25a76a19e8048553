//! `/products/{product}/releases/{release}/conformity/{clause}`: one clause and why it stands as it does.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use theriac_conformity::facts::words::Verdict;
use theriac_conformity::pack::{ClauseKind, Judges, Level};
use theriac_service::ServiceError;

use super::conformity::{Seen, duty, node, notes, see};
use super::names;
use super::release::{self, At, verdict};
use crate::http::{Answer, Me, Web};
use crate::parts::{Action, Crumb, Duty, Fact, Facts, Link, Node, Note, NoteKind, Shell, Status};
use crate::{respond, urls};

/// Most records that are listed.
const RECORDS_MAX: usize = 20;

/// One clause of a release.
#[derive(Debug, Clone, Template)]
#[template(path = "clause.html")]
pub struct ClausePage {
    /// Surroundings.
    pub shell: Shell,
    /// Number, such as "5.8.1".
    pub number: String,
    /// Short title.
    pub title: String,
    /// Verdict at release.
    pub verdict: Status,
    /// Verdict standing today, when the clause is judged so.
    pub standing: Option<Status>,
    /// What the clause asks for, in our own words.
    pub asks: String,
    /// Provisional, covered by a deviation, an applicability justification that does not hold.
    pub notes: Vec<Note>,
    /// Computed or attested, confidence, condition, pack, sequence.
    pub facts: Facts,
    /// Why it does not apply, or why a justification counts for nothing; may be empty.
    pub reason: String,
    /// The justification that the reason names.
    pub justified: Option<Link>,
    /// Its checks at release with what lies below them.
    pub checks: Vec<Node>,
    /// Its standing checks; empty when it has none.
    pub standing_checks: Vec<Node>,
    /// What is missing, soonest first.
    pub missing: Vec<Duty>,
    /// How many things are missing, with those that are not shown.
    pub total: usize,
    /// Records about this clause: responsibilities, clause assessments, deviations.
    pub records: Vec<Link>,
    /// Such as "Write a clause assessment", "Ask for a deviation".
    pub actions: Vec<Action>,
    /// The clause before.
    pub previous: Option<Link>,
    /// The clause after.
    pub next: Option<Link>,
}

/// Most missing things shown.
const MISSING_MAX: usize = 200;

/// Shows a clause.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release, number)): Path<(String, String, String)>,
    Query(query): Query<At>,
) -> Answer {
    let day = query.day(&me)?;
    let seen = see(&web, &me, &product, &release, day).await?;
    let clauses = &seen.judged.conformity.clauses;
    let place = clauses.iter().position(|clause| clause.clause == number);
    let place = place.ok_or_else(|| ServiceError::not_found("clause", &number))?;
    let clause = &clauses[place];
    let mut shell = release::shell(&me, (&product, &seen.name), &release, "conformity");
    shell.title = format!("{number} {} in {} {release}", clause.title, seen.name);
    if let Some(last) = shell.crumbs.last_mut() {
        last.href = Some(urls::release(&product, &release, "conformity"));
    }
    shell.crumbs.push(Crumb::here(&number));
    release::as_it_was(&mut shell, &release, &urls::clause(&product, &release, &number), day);
    let link = |index: Option<usize>| {
        let other = clauses.get(index?)?;
        Some(Link::new(format!("{} {}", other.clause, other.title), seen.clause(&other.clause)))
    };
    let of = |judges: Judges| -> Vec<Node> {
        let own = clause.checks.iter().filter(|check| check.judges.contains(&judges));
        own.map(|check| node(&me, &product, &seen, check, &clause.missing)).collect()
    };
    let deviations = seen.judged.gate.deviations.iter().filter(|row| row.clause == number);
    let deviations = deviations.map(|row| covers(&seen.names, row));
    let lapsed = seen.judged.gate.lapsed.iter().filter(|row| row.clause == number);
    let lapsed = lapsed.map(|row| covers_no_more(&seen.names, row));
    let notes = notes(&seen).into_iter().chain(deviations).chain(lapsed).collect();
    let source = seen.pack.clause(&number);
    let page = ClausePage {
        title: clause.title.clone(),
        verdict: Status::from(verdict(clause.verdict)).boxed(),
        standing: (clause.standing != Verdict::NotApplicable)
            .then(|| Status::from(verdict(clause.standing)).boxed()),
        asks: source.map(|row| row.duty.clone()).unwrap_or_default(),
        notes,
        facts: Facts::from(facts(&seen, clause)),
        reason: clause.reason.as_deref().map(|text| seen.names.in_words(text)).unwrap_or_default(),
        justified: clause.reason.as_deref().and_then(justification),
        checks: of(Judges::AtRelease),
        standing_checks: of(Judges::Standing),
        total: clause.missing.len(),
        missing: clause
            .missing
            .iter()
            .take(MISSING_MAX)
            .map(|item| duty(&me, &product, &seen, Some(clause), item))
            .collect(),
        records: records(&seen, clause),
        actions: if day.is_none() { actions(&web, &me, &seen, clause) } else { Vec::new() },
        previous: link(place.checked_sub(1)),
        next: link(Some(place + 1)),
        number,
        shell,
    };
    Ok(respond::page(&page))
}

/// What a deviation does for the clause.
fn covers(names: &names::Names, row: &theriac_conformity::Covered) -> Note {
    let name = row.reference.split('@').next().unwrap_or_default();
    let until = row.expires.as_deref().unwrap_or("it ends");
    let missing: Vec<String> = row.missing.iter().map(|item| names.titled(item)).collect();
    let text = format!(
        "It permits shipping without: {}; until {until}. It does not turn the clause.",
        missing.join(", ")
    );
    Note::new(NoteKind::Warn, format!("{} covers what is missing.", names.titled(name)), text)
        .link(name, urls::record(name))
}

/// What a deviation covered before it changed.
fn covers_no_more(names: &names::Names, row: &theriac_conformity::Lapsed) -> Note {
    let name = row.reference.split('@').next().unwrap_or_default();
    let missing: Vec<String> = row.missing.iter().map(|item| names.titled(item)).collect();
    let text = format!(
        "It permitted {} as it was then. What is missing now is another thing: mend it, or have it permitted anew.",
        missing.join(", ")
    );
    Note::new(NoteKind::Warn, format!("{} covers this no longer.", names.titled(name)), text)
        .link(name, urls::record(name))
}

fn facts(seen: &Seen, clause: &theriac_conformity::ClauseVerdict) -> Vec<Fact> {
    let kind = match clause.kind {
        ClauseKind::Computed => "Computed from facts",
        ClauseKind::Attested => "Attested by a signed clause assessment",
    };
    let level = match clause.level {
        Level::Organisation => "The organisation, once for all products",
        Level::Product => "The product, once for all its releases",
        Level::Release => "Each release",
        Level::FieldedRelease => "Each release that customers have",
    };
    vec![
        Fact::text("How it is judged", kind),
        Fact::text("Where it is judged", level),
        Fact::text("Confidence of the pack", confidence(seen, &clause.confidence)),
        Fact::code("Pack", seen.judged.conformity.pack.chars().take(40).collect::<String>()),
        Fact::text("Audit sequence", seen.judged.conformity.seq.to_string()),
    ]
}

/// The justification that a reason names.
fn justification(reason: &str) -> Option<Link> {
    let named = reason.split([' ', '@', ':', ',']).find(|word| names::is_record(word))?;
    Some(Link::new(format!("Read {named}"), urls::record(named)))
}

/// What the letters of a clause's confidence mean, as the pack says it.
fn confidence(seen: &Seen, letters: &str) -> String {
    let words = letters.chars().filter_map(|letter| seen.pack.confidence.get(&letter.to_string()));
    words.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The records that the verdict rests on or asks for, by number.
fn records(seen: &Seen, clause: &theriac_conformity::ClauseVerdict) -> Vec<Link> {
    let named = clause.checks.iter().flat_map(|check| names::rests_on(check, RECORDS_MAX));
    let numbers: BTreeSet<&str> = named.map(names::number).filter(|name| names::is_record(name)).collect();
    let link = |name: &str| Link::new(format!("{name} {}", seen.names.title(name)), urls::record(name));
    numbers.into_iter().take(RECORDS_MAX).map(link).collect()
}

fn actions(web: &Web, me: &Me, seen: &Seen, clause: &theriac_conformity::ClauseVerdict) -> Vec<Action> {
    let (product, release) = (seen.product.as_str(), seen.release.name.as_str());
    let (scope_product, scope_release) = match clause.level {
        Level::Organisation => ("", ""),
        Level::Product => (product, ""),
        Level::Release | Level::FieldedRelease => (product, release),
    };
    let new = |label: &str, id: &str, product: &str, release: &str| {
        let pairs =
            [("kind", id), ("product", product), ("release", release), ("clause", clause.clause.as_str())];
        let kind = web.app().kind(id);
        super::records::new_record(web, me, label, &urls::with_query("/records/new", &pairs), kind)
    };
    let mut actions = Vec::new();
    if clause.kind == ClauseKind::Attested {
        actions.extend(new("Assess this clause", "clause-assessment", scope_product, scope_release));
    }
    if !matches!(clause.verdict, Verdict::Met | Verdict::NotApplicable) {
        actions.extend(new("Ask for a deviation", "deviation", product, release));
    }
    actions
}
