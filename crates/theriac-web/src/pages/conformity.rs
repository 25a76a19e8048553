//! `/products/{product}/releases/{release}/conformity`: the gate, the clauses, and who owes what by when.

use askama::Template;
use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use theriac_conformity::facts::words::Verdict;
use theriac_conformity::pack::{ClauseKind, Pack};
use theriac_conformity::{CheckVerdict, ClauseVerdict, Missing, ReasonKind, Subject};
use theriac_service::gate::{self, Judged};
use theriac_service::{ServiceError, products};

use super::my_work::gate_status;
use super::names::{Names, is_number, number};
use super::release::{self, At, on_day, reference, verdict};
use crate::http::{Answer, Me, Web};
use crate::parts::{Action, Duty, Icon, Link, Node, Note, NoteKind, Shape, Shell, Status, StatusKind, When};
use crate::{respond, urls};

/// How many clauses stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Met.
    pub met: u32,
    /// Partly met.
    pub partly_met: u32,
    /// Not met.
    pub not_met: u32,
    /// Not applicable.
    pub not_applicable: u32,
}

impl Counts {
    fn in_order(self) -> [(u32, StatusKind, &'static str, &'static str); 4] {
        [
            (self.not_met, StatusKind::NotMet, "not met", "m-bad"),
            (self.partly_met, StatusKind::PartlyMet, "partly met", "m-warn"),
            (self.not_applicable, StatusKind::NotApplicable, "not applicable", "m-calm"),
            (self.met, StatusKind::Met, "met", "m-good"),
        ]
    }

    /// What is counted, worst first, without zeros.
    #[must_use]
    pub fn statuses(self) -> Vec<Status> {
        let counted = self.in_order().into_iter().filter(|(count, ..)| *count > 0);
        counted.map(|(count, kind, words, _)| Status::saying(kind, format!("{count} {words}"))).collect()
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> u32 {
        self.met + self.partly_met + self.not_met + self.not_applicable
    }

    /// Bars of the meter on a width of 10,000: class, start, width.
    fn bars(self) -> Vec<(&'static str, u32, u32)> {
        let total = self.total().max(1);
        let mut from = 0;
        let mut bars = Vec::new();
        for (count, _, _, class) in self.in_order().into_iter().filter(|(count, ..)| *count > 0) {
            let to = from + count;
            let (start, end) = (from * 10_000 / total, to * 10_000 / total);
            bars.push((class, start, (end - start).saturating_sub(80)));
            from = to;
        }
        bars
    }
}

/// One clause in the list.
#[derive(Debug, Clone)]
pub struct ClauseRow {
    /// Number and address of its page.
    pub clause: Link,
    /// Short title in our own words.
    pub title: String,
    /// Verdict at release.
    pub verdict: Status,
    /// Verdict standing today, where it differs from the one at release.
    pub standing: Option<Status>,
    /// Subjects that pass, such as "2 of 4".
    pub passed: String,
    /// Whether a person attested it; the others are computed.
    pub attested: bool,
    /// Why it does not apply, or the deviation that covers it; may be empty.
    pub reason: String,
    /// What the clause asks for, in our own words.
    pub asks: String,
    /// The checks and what lies below them.
    pub checks: Vec<Node>,
    /// Whether the explanation is open from the start.
    pub open: bool,
}

/// The clauses under one heading of the standard.
#[derive(Debug, Clone)]
pub struct ClauseGroup {
    /// Number of the heading, such as "5".
    pub number: String,
    /// Title of the heading.
    pub title: String,
    /// Short title for the overview.
    pub short: String,
    /// How its clauses stand.
    pub counts: Counts,
    /// Clauses not met or partly met, worst first.
    pub gaps: Vec<ClauseRow>,
    /// Clauses that do not apply.
    pub not_applicable: Vec<ClauseRow>,
    /// Clauses met.
    pub met: Vec<ClauseRow>,
}

/// The gate as a sentence with its reasons in short.
#[derive(Debug, Clone, Template)]
#[template(path = "macros/gate.html")]
pub struct GateBanner {
    /// Gate closed, gate open or shipped.
    pub state: StatusKind,
    /// Such as "Gate closed: 2.4.0 may not ship".
    pub sentence: String,
    /// Reasons in short.
    pub text: String,
    /// When it can open, if every duty is done on its date; `None` when a duty has none, or all have passed.
    pub can_open: Option<When>,
    /// Whether the due date of every duty has passed.
    pub all_late: bool,
    /// Planned ship date.
    pub ship: Option<When>,
    /// Whether that has passed, and the release is not decided.
    pub ship_passed: bool,
    /// Such as "All reasons".
    pub actions: Vec<Action>,
}

impl askama::filters::HtmlSafe for GateBanner {}

impl GateBanner {
    fn icon(&self) -> Icon {
        match self.state {
            StatusKind::GateOpen => Shape::OpenLock,
            StatusKind::Shipped => Shape::Out,
            _ => Shape::Lock,
        }
        .into()
    }
}

/// The conformity of a release.
#[derive(Debug, Clone, Template)]
#[template(path = "conformity.html")]
pub struct ConformityPage {
    /// Surroundings.
    pub shell: Shell,
    /// Product and version.
    pub release: String,
    /// The standard, such as "IEC 81001-5-1:2021".
    pub pack: String,
    /// The candidate build; empty when there is none.
    pub build: String,
    /// When it was evaluated.
    pub evaluated: When,
    /// Sequence of the audit log it was evaluated for.
    pub sequence: u64,
    /// The facts: first digits of their digest, leading to them.
    pub facts: Link,
    /// Actions, such as "Export as JSON".
    pub actions: Vec<Action>,
    /// The form that asks for a past date: its value, or empty for now. Sends `at` by GET.
    pub at: String,
    /// Address of this page without a query.
    pub url: String,
    /// What makes the verdicts less than final: not adopted, stale evidence.
    pub notes: Vec<Note>,
    /// The gate.
    pub gate: GateBanner,
    /// The groups of clauses.
    pub groups: Vec<ClauseGroup>,
    /// How all clauses stand.
    pub counts: Counts,
    /// How many things are owed.
    pub owed: usize,
    /// What is owed, soonest first; equal duties of one person by one day are one row.
    pub duties: Vec<Duty>,
}

impl ConformityPage {
    /// The duties that are shown at once, and those that are folded.
    fn folded(&self) -> (&[Duty], &[Duty]) {
        self.duties.split_at(self.duties.len().min(DUTIES_SHOWN))
    }
}

/// The headings of the standard: number, title, short title.
const HEADINGS: &[(&str, &str, &str)] = &[
    ("4", "General requirements", "General"),
    ("5", "Software development process", "Development"),
    ("6", "Software maintenance process", "Maintenance"),
    ("7", "Security risk management process", "Risk management"),
    ("8", "Software configuration management process", "Configuration"),
    ("9", "Software problem resolution process", "Problem resolution"),
    ("F", "Transitional health software", "Transitional"),
];
/// Most subjects written below a check.
const SUBJECTS_MAX: usize = 20;

/// Duties shown before the rest is folded.
const DUTIES_SHOWN: usize = 20;
/// Things named in one row of equal duties.
const ABOUT_MAX: usize = 8;

/// A release with what pages of it need.
pub(super) struct Seen {
    /// The product's name.
    pub name: String,
    /// The release.
    pub release: products::ReleaseView,
    /// Verdicts and gate.
    pub judged: Judged,
    /// The pack they come from.
    pub pack: std::sync::Arc<Pack>,
    /// What people and records are called.
    pub names: Names,
    /// The product's key.
    pub product: String,
    /// The product's row.
    pub product_id: i64,
    /// The past day that it is seen on; `None` for now.
    pub day: Option<Date>,
}

impl Seen {
    /// A page of the release, on the same day.
    pub fn page(&self, page: &str) -> String {
        on_day(&urls::release(&self.product, &self.release.name, page), self.day)
    }

    /// The page of a clause, on the same day.
    pub fn clause(&self, clause: &str) -> String {
        on_day(&urls::clause(&self.product, &self.release.name, clause), self.day)
    }
}

/// Reads a release with its verdicts, as kept for pages or for a past day.
pub(super) async fn see(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    at: Option<Date>,
) -> Result<Seen, ServiceError> {
    let judged = match at {
        None => gate::shown(web.app(), me.who(), product, release).await?,
        some => gate::judged(web.app(), me.who(), product, release, some).await?,
    };
    let clauses = &judged.conformity.clauses;
    let names = Names::of_verdicts(web, me, clauses, &judged.gate, SUBJECTS_MAX).await?;
    let found = products::product(web.app(), me.who(), product).await?;
    Ok(Seen {
        names,
        product: product.to_owned(),
        product_id: found.id,
        day: at,
        name: found.name,
        release: match at {
            None => products::release(web.app(), me.who(), product, release).await?,
            Some(_) => {
                products::release_at(web.app(), me.who(), product, release, judged.conformity.seq).await?
            }
        },
        pack: gate::pack_then(web.app(), judged.conformity.seq).await?,
        judged,
    })
}

/// Shows the conformity of a release.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(query): Query<At>,
) -> Answer {
    let day = query.day(&me)?;
    let seen = see(&web, &me, &product, &release, day).await?;
    let url = urls::release(&product, &release, "conformity");
    let mut shell = release::shell(&me, (&product, &seen.name), &release, "conformity");
    shell.api = Some(format!("/api/v1{url}"));
    release::as_it_was(&mut shell, &release, &url, day);
    let conformity = &seen.judged.conformity;
    let mut duties: Vec<Duty> = conformity
        .clauses
        .iter()
        .flat_map(|clause| clause.missing.iter().map(|item| duty(&me, &product, &seen, Some(clause), item)))
        .collect();
    duties.sort_by_key(key);
    let page = ConformityPage {
        shell,
        release: format!("{} {release}", seen.name),
        pack: seen.pack.title.clone(),
        build: seen.release.candidate.clone().unwrap_or_default(),
        evaluated: me.when(me.visitor.now),
        sequence: u64::try_from(conformity.seq).unwrap_or_default(),
        facts: Link::new(
            "the facts as JSON",
            format!("/api/v1{}", urls::release(&product, &release, "facts")),
        ),
        actions: vec![Action::open("Gate and decision", seen.page("gate")).main()],
        at: day.map(|day| day.to_string()).unwrap_or_default(),
        url,
        notes: notes(&seen),
        gate: banner(&me, &seen),
        groups: groups(&me, &product, &seen),
        counts: counts(&conformity.clauses),
        owed: duties.len(),
        duties: merged(duties),
    };
    Ok(respond::page(&page))
}

/// Equal duties of one person by one day as one row that names all it is about.
fn merged(duties: Vec<Duty>) -> Vec<Duty> {
    let mut rows: Vec<(Duty, Vec<String>)> = Vec::new();
    for duty in duties {
        let same = rows.iter_mut().find(|(row, _)| {
            (&row.todo.text, &row.clause, &row.owner, &row.due)
                == (&duty.todo.text, &duty.clause, &duty.owner, &duty.due)
        });
        match same {
            Some(_) if duty.about.is_empty() => {}
            Some((_, about)) => about.push(duty.about),
            None => rows.push((duty.clone(), vec![duty.about])),
        }
    }
    let one = |(mut row, about): (Duty, Vec<String>)| {
        if about.len() > 1 {
            let named: Vec<_> = about.iter().take(ABOUT_MAX).map(String::as_str).collect();
            let left = about.len() - named.len();
            row.about = match left {
                0 => named.join(", "),
                _ => format!("{} and {left} more", named.join(", ")),
            };
            row.todo.href = row.clause.as_ref().map_or(row.todo.href, |clause| clause.href.clone());
        }
        row
    };
    rows.into_iter().map(one).collect()
}

fn key(duty: &Duty) -> (bool, String) {
    (duty.due.is_none(), duty.due.as_ref().map(|due| due.when.machine.clone()).unwrap_or_default())
}

/// What makes verdicts less than final.
pub(super) fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = Vec::new();
    let conformity = &seen.judged.conformity;
    if conformity.provisional {
        let text = "The manufacturer has not yet adopted this pack against its own copy of the standard.";
        let title = match &conformity.decided {
            Some(decided) if !decided.provisional => "How it stands is provisional; what was decided is not.",
            _ => "These verdicts are provisional.",
        };
        let note = Note::new(NoteKind::Info, title, text);
        notes.push(note.link("Adopt the pack", urls::adoption(&seen.pack.id)));
    }
    if let Some(day) = &seen.judged.decided {
        let text = "At release is shown as decided and never evaluated again; standing is today's.";
        notes.push(Note::new(NoteKind::Info, format!("Decided on {day}."), text));
    }
    notes.extend(disqualified(seen));
    notes
}

/// Most pieces of evidence found wrong that are told one by one.
const WRONG_MAX: usize = 10;

/// What was found wrong since the release was decided on it.
pub(super) fn disqualified(seen: &Seen) -> Vec<Note> {
    let rows = &seen.judged.conformity.disqualified;
    let note = |row: &theriac_conformity::Disqualified| {
        let (name, by) = (number(&row.reference), seen.names.person(&row.by));
        let title = format!("{name} was disqualified after the decision.");
        let clauses = row.clauses.join(", ");
        let text = format!(
            "{by} signed that on {}: {}. The verdicts on {clauses} rested on it. What was decided stays; standing is judged \
             without it.",
            row.on,
            row.reason.trim_end_matches('.')
        );
        Note::new(NoteKind::Warn, title, text).link(name, urls::evidence(name))
    };
    let mut notes: Vec<Note> = rows.iter().take(WRONG_MAX).map(note).collect();
    if rows.len() > WRONG_MAX {
        let text = format!("{} more were disqualified; the JSON lists them all.", rows.len() - WRONG_MAX);
        notes.push(Note::new(NoteKind::Warn, "", text));
    }
    notes
}

/// Counts of verdicts.
pub(super) fn counts(clauses: &[ClauseVerdict]) -> Counts {
    let mut counts = Counts::default();
    for clause in clauses {
        match clause.verdict {
            Verdict::Met => counts.met += 1,
            Verdict::PartlyMet => counts.partly_met += 1,
            Verdict::NotMet => counts.not_met += 1,
            Verdict::NotApplicable => counts.not_applicable += 1,
        }
    }
    counts
}

/// The gate in a sentence.
pub(super) fn banner(me: &Me, seen: &Seen) -> GateBanner {
    let (judged, release) = (&seen.judged, &seen.release.name);
    let state = gate_status(judged.decided.is_some(), judged.gate.open);
    let sentence = match (&judged.decided, judged.gate.open) {
        (Some(day), _) => format!("Shipped: {release} was decided on {day}"),
        (None, true) => format!("Gate open: {release} may be decided"),
        (None, false) => format!("Gate closed: {release} may not ship"),
    };
    let latest = judged.gate.reasons.iter().filter_map(|reason| reason.due.as_deref()?.parse().ok()).max();
    let all_dated = judged.gate.reasons.iter().all(|reason| reason.due.is_some());
    // A day that has passed is nothing to promise: as of the day that the page shows.
    let today = seen.day.unwrap_or_else(|| me.today());
    let latest: Option<Date> = latest.filter(|_| all_dated);
    let planned = seen.release.planned_ship_date;
    GateBanner {
        state,
        sentence,
        text: short_reasons(judged),
        can_open: latest.filter(|day| *day >= today).map(|day| me.day(day)),
        all_late: latest.is_some_and(|day| day < today),
        ship: planned.map(|day| me.day(day)),
        ship_passed: judged.decided.is_none() && planned.is_some_and(|day| day < today),
        actions: vec![Action::open("All reasons", seen.page("gate"))],
    }
}

fn short_reasons(judged: &Judged) -> String {
    let count = |kinds: &[ReasonKind]| {
        judged.gate.reasons.iter().filter(|reason| kinds.contains(&reason.kind)).count()
    };
    let parts = [
        (count(&[ReasonKind::PackNotAdopted]), "pack to adopt", "packs to adopt"),
        (count(&[ReasonKind::NoCandidate]), "candidate build missing", "candidate builds missing"),
        (count(&[ReasonKind::Clause, ReasonKind::PackError]), "clause not covered", "clauses not covered"),
        (count(&[ReasonKind::FindingNotAssessed]), "finding not assessed", "findings not assessed"),
        (count(&[ReasonKind::FindingUnacceptable]), "finding not acceptable", "findings not acceptable"),
        (count(&[ReasonKind::ComponentUnmatched]), "component unmatched", "components unmatched"),
        (count(&[ReasonKind::SuspectLink]), "suspect link", "suspect links"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| format!("{number} {}", if *number == 1 { one } else { many }))
        .collect();
    let covered = judged.gate.deviations.len();
    match (words.is_empty(), judged.gate.disqualified.len()) {
        (true, 0) => {}
        (true, 1) => return "Evidence that it was decided on was disqualified since.".to_owned(),
        (true, many) => {
            return format!("{many} pieces of evidence that it was decided on were disqualified since.");
        }
        (false, _) => {}
    }
    if judged.decided.is_some() && words.is_empty() {
        let used = match covered {
            0 => String::new(),
            1 => "; one deviation was used".to_owned(),
            many => format!("; {many} deviations were used"),
        };
        return format!(
            "Nothing stood against it then{used}. What came to light since stands under Findings."
        );
    }
    match (words.is_empty(), covered) {
        (true, 0) => "Every applicable clause is met, and nothing else stands against it.".to_owned(),
        (true, 1) => "Nothing stands against it; one deviation is used.".to_owned(),
        (true, many) => format!("Nothing stands against it; {many} deviations are used."),
        (false, _) => format!("{}.", words.join(", ")),
    }
}

fn groups(me: &Me, product: &str, seen: &Seen) -> Vec<ClauseGroup> {
    let clauses = &seen.judged.conformity.clauses;
    let transitional = clauses
        .iter()
        .any(|clause| clause.clause.starts_with('F') && clause.verdict != Verdict::NotApplicable);
    let shown = HEADINGS.iter().filter(|(number, ..)| *number != "F" || transitional);
    shown
        .map(|(number, title, short)| {
            let own: Vec<_> = clauses
                .iter()
                .filter(|clause| clause.clause.split('.').next() == Some(number))
                .cloned()
                .collect();
            let rows = |wanted: &[Verdict]| -> Vec<ClauseRow> {
                let mut rows: Vec<_> = own.iter().filter(|clause| wanted.contains(&clause.verdict)).collect();
                rows.sort_by_key(|clause| clause.verdict != Verdict::NotMet);
                rows.into_iter().map(|clause| row(me, product, seen, clause)).collect()
            };
            ClauseGroup {
                number: (*number).to_owned(),
                title: (*title).to_owned(),
                short: (*short).to_owned(),
                counts: counts(&own),
                gaps: rows(&[Verdict::NotMet, Verdict::PartlyMet]),
                not_applicable: rows(&[Verdict::NotApplicable]),
                met: rows(&[Verdict::Met]),
            }
        })
        .collect()
}

fn row(me: &Me, product: &str, seen: &Seen, clause: &ClauseVerdict) -> ClauseRow {
    let (passing, failing) = clause.checks.iter().fold((0, 0), |(passing, failing), check| {
        (passing + check.passing.len(), failing + check.failing.len())
    });
    let deviation = seen.judged.gate.deviations.iter().find(|row| row.clause == clause.clause);
    let covered = deviation.map(|row| {
        let until = row.expires.as_deref().map(|day| format!(" until {day}")).unwrap_or_default();
        format!("covered by {}{until}", seen.names.titled(&row.reference))
    });
    let wrong = seen.judged.conformity.disqualified.iter().filter(|row| row.clauses.contains(&clause.clause));
    let wrong: Vec<&str> = wrong.take(WRONG_MAX).map(|row| number(&row.reference)).collect();
    let wrong = (!wrong.is_empty()).then(|| format!("rests on {}, disqualified since", wrong.join(", ")));
    ClauseRow {
        clause: Link::new(&clause.clause, seen.clause(&clause.clause)),
        title: clause.title.clone(),
        verdict: verdict(clause.verdict).into(),
        standing: (clause.standing != clause.verdict && clause.standing != Verdict::NotApplicable)
            .then(|| verdict(clause.standing).into()),
        passed: if passing + failing == 0 {
            String::new()
        } else {
            format!("{passing} of {}", passing + failing)
        },
        attested: clause.kind == ClauseKind::Attested,
        reason: [wrong, covered.or_else(|| clause.reason.as_deref().map(|text| seen.names.in_words(text)))]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; "),
        asks: seen.pack.clause(&clause.clause).map(|row| row.duty.clone()).unwrap_or_default(),
        checks: clause.checks.iter().map(|check| node(me, product, seen, check, &clause.missing)).collect(),
        open: false,
    }
}

/// A check with its subjects: those that fail first, with who owes them; those that pass folded.
pub(super) fn node(me: &Me, product: &str, seen: &Seen, check: &CheckVerdict, missing: &[Missing]) -> Node {
    let (release, names) = (seen.release.name.as_str(), &seen.names);
    let total = check.passing.len() + check.failing.len();
    // A finding's own judgement stands on the page of the finding, to which the subject leads.
    let evidence = |subject: &Subject| -> Vec<Link> {
        let others = |name: &&String| number(name) != number(&subject.reference);
        let link = |name: &String| {
            let link = reference(product, release, name)?;
            let text = format!("{} {}", link.text, seen.names.title(name)).trim_end().to_owned();
            Some(Link { text, ..link })
        };
        subject.rests_on.iter().filter(others).filter_map(link).take(SUBJECTS_MAX).collect()
    };
    let owed = |subject: &Subject| {
        missing.iter().find(|item| item.check == check.check && item.reference == subject.reference)
    };
    let failing = check.failing.iter().take(SUBJECTS_MAX).map(|subject| Node {
        evidence: evidence(subject),
        ..failing(me, product, seen, subject, owed(subject))
    });
    let mut children: Vec<Node> = failing.collect();
    if check.failing.is_empty() && !matches!(check.verdict, Verdict::Met | Verdict::NotApplicable) {
        children.extend(missing.iter().filter(|item| item.check == check.check).map(|item| Node {
            text: item.todo.clone(),
            owner: item.owner.as_deref().map(|key| names.person(key)).unwrap_or_default(),
            due: me.due_text(item.due.as_deref()),
            ..Node::default()
        }));
    }
    if let Some(error) = &check.error {
        children.push(Node {
            text: format!("This check of the pack cannot be evaluated: {error}"),
            ..Node::default()
        });
    }
    children.extend(check.passing.iter().take(SUBJECTS_MAX).map(|subject| Node {
        status: Some(StatusKind::Met.into()),
        link: reference(product, release, &subject.reference),
        text: if reference(product, release, &subject.reference).is_some() {
            names.title(&subject.reference).to_owned()
        } else {
            subject.reference.clone()
        },
        evidence: evidence(subject),
        ..Node::default()
    }));
    let left_out =
        total.saturating_sub(check.failing.len().min(SUBJECTS_MAX) + check.passing.len().min(SUBJECTS_MAX));
    if left_out > 0 {
        children
            .push(Node { note: format!("and {left_out} more; the facts list them all"), ..Node::default() });
    }
    Node {
        status: Some(verdict(check.verdict).into()),
        text: check.title.clone(),
        note: if total == 0 { String::new() } else { format!("{} of {total}", check.passing.len()) },
        folded: matches!(check.verdict, Verdict::Met | Verdict::NotApplicable),
        children,
        ..Node::default()
    }
}

/// A subject that fails a check, with who owes it.
fn failing(me: &Me, product: &str, seen: &Seen, subject: &Subject, owed: Option<&Missing>) -> Node {
    let link = reference(product, &seen.release.name, &subject.reference);
    let owner = owed.and_then(|item| item.owner.as_deref());
    Node {
        status: Some(StatusKind::NotMet.into()),
        text: match (owed, &link) {
            (Some(item), _) => item.todo.clone(),
            (None, Some(_)) => String::new(),
            (None, None) => subject.reference.clone(),
        },
        note: match (&link, owed) {
            (None, Some(item)) => {
                about_text(&seen.names, &subject.reference, subject.reference == item.check)
            }
            _ => seen.names.title(&subject.reference).to_owned(),
        },
        link,
        owner: owner.map(|key| seen.names.person(key)).unwrap_or_default(),
        due: owed.and_then(|item| me.due_text(item.due.as_deref())),
        ..Node::default()
    }
}

/// Something missing as a row of who owes what by when.
pub(super) fn duty(
    me: &Me,
    product: &str,
    seen: &Seen,
    clause: Option<&ClauseVerdict>,
    item: &Missing,
) -> Duty {
    let release = seen.release.name.as_str();
    let about = reference(product, release, &item.reference);
    let clause_link = clause.map(|clause| Link::new(&clause.clause, seen.clause(&clause.clause)));
    let there = clause_link.as_ref().map_or_else(|| seen.page("gate"), |link| link.href.clone());
    let covers = seen
        .judged
        .gate
        .deviations
        .iter()
        .find(|row| clause.is_some_and(|clause| row.covers(&clause.clause, item)));
    let what = about_text(&seen.names, &item.reference, clause.is_some_and(|_| item.reference == item.check));
    let due = covers.map_or(&item.due, |row| &row.expires);
    Duty {
        todo: Link::new(&item.todo, about.as_ref().map_or(there, |link| link.href.clone())),
        about: match covers {
            None => what,
            Some(row) => format!("{what}, covered by {} until then", seen.names.titled(&row.reference)),
        },
        clause: clause_link,
        owner: seen.names.owner(item.owner.as_deref(), item.stand_in),
        due: me.due_text(due.as_deref()),
    }
}

/// What a duty is about: the number and title of a record, or what else is named; nothing where the clause is all.
pub(super) fn about_text(names: &Names, reference: &str, only_the_clause: bool) -> String {
    let name = match reference {
        feed if feed.starts_with("feed@") => "the advisory feed",
        numbered if is_number(number(numbered)) => number(numbered),
        other => other,
    };
    match (names.title(reference), only_the_clause) {
        (_, true) => String::new(),
        ("", false) => name.to_owned(),
        (title, false) => format!("{name} {title}"),
    }
}
