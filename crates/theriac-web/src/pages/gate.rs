//! `/products/{product}/releases/{release}/gate`: every reason, and the decision.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use theriac_auth::{NotSigned, Permission, ProductId, Scope};
use theriac_conformity::ReasonKind;
use theriac_service::gate::{self, Decide, Outcome};
use theriac_service::{Paging, ServiceError};

use super::conformity::{GateBanner, Seen, banner, disqualified, see};
use super::release::{self, At, reference};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{
    Choice, Due, Empty, Fact, Facts, Field, Input, Link, Note, NoteKind, Shell, SignForm, Signature, Status,
    StatusKind,
};
use crate::{respond, urls};

/// Most things to do that are shown with a reason; the clause's page has them all.
const TODO_MAX: usize = 3;

/// One reason why the gate is closed.
#[derive(Debug, Clone)]
pub struct Reason {
    /// What is wrong, leading to where it is mended.
    pub what: Link,
    /// More about it.
    pub about: String,
    /// Verdict or state that makes it a reason.
    pub status: Status,
    /// The clause, the records or the findings it comes from, such as "5.8.1".
    pub from: String,
    /// Who owes it.
    pub owner: String,
    /// By when.
    pub due: Option<Due>,
}

/// A clause that is not met but covered.
#[derive(Debug, Clone)]
pub struct Covered {
    /// The deviation.
    pub deviation: Link,
    /// The clause, by number.
    pub clause: String,
    /// What it permits to be missing.
    pub missing: String,
    /// Until when.
    pub expires: Due,
}

/// The gate and the decision. The form is a [`SignForm`] with `decision` (`ship`, `postpone`, `withdraw`) and
/// `reason` before the signature.
#[derive(Debug, Clone, Template)]
#[template(path = "gate.html")]
pub struct GatePage {
    /// Surroundings.
    pub shell: Shell,
    /// Product and version.
    pub release: String,
    /// The gate, evaluated afresh for this page.
    pub gate: GateBanner,
    /// What the decision rested on and was found wrong since.
    pub notes: Vec<Note>,
    /// Every reason, worst first.
    pub reasons: Vec<Reason>,
    /// How many there are, with those that are not shown.
    pub total: usize,
    /// Said when there is none.
    pub no_reasons: Empty,
    /// What is covered by a deviation.
    pub covered: Vec<Covered>,
    /// Sequence, pack, facts, evaluator.
    pub facts: Facts,
    /// Decisions so far, newest first.
    pub decisions: Vec<Signature>,
    /// The form; says why not when the person may not decide.
    pub form: SignForm,
}

/// What went wrong with a decision that was sent.
#[derive(Default)]
struct Refused {
    password: String,
    note: Option<Note>,
    errors: Vec<theriac_model::record::FieldError>,
}

/// Shows the gate.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(query): Query<At>,
) -> Answer {
    let place = (product.as_str(), release.as_str(), query.day(&me)?);
    let page = page(&web, &me, place, &Form::default(), Refused::default()).await?;
    Ok(respond::page(&page))
}

/// The page for a release now, or on a past day.
async fn page(
    web: &Web,
    me: &Me,
    (product, release, day): (&str, &str, Option<Date>),
    sent: &Form,
    refused: Refused,
) -> Result<GatePage, ServiceError> {
    let mut seen = see(web, me, product, release, day).await?;
    let decisions = gate::decisions(web.app(), me.who(), product, release, &Paging::default()).await?.items;
    let decisions: Vec<_> =
        decisions.into_iter().filter(|row| day.is_none_or(|day| me.day_of(row.decision.at) <= day)).collect();
    let form = match day {
        Some(_) => past_form(me, &seen),
        None => {
            let (fresh, digest) = gate::preview(web.app(), me.who(), product, release).await?;
            let in_force = decisions.first().map(|row| &row.decision);
            let hindered = Outcome::ALL.map(|outcome| (outcome, gate::hindrance(outcome, in_force, &fresh)));
            if seen.judged.decided.is_none() {
                seen.judged.gate = fresh;
            }
            form(me, &seen, digest, hindered, sent, refused)
        }
    };
    let today = &seen.judged.gate;
    let total = today.reasons.len();
    let shown = today.reasons.iter().take(REASONS_MAX);
    let reasons: Vec<Reason> = shown.map(|row| reason(me, product, &seen, row)).collect();
    let covered = today.deviations.iter().map(|row| {
        let name = row.reference.split('@').next().unwrap_or_default();
        let expires = me.due_text(row.expires.as_deref());
        Covered {
            deviation: Link::new(seen.names.titled(name), urls::record(name)),
            clause: row.clause.clone(),
            missing: row.missing.iter().map(|item| seen.names.titled(item)).collect::<Vec<_>>().join(", "),
            expires: expires.unwrap_or_else(|| me.due(me.today())),
        }
    });
    let conformity = &seen.judged.conformity;
    Ok(GatePage {
        shell: {
            let mut shell = release::shell(me, (product, &seen.name), release, "gate");
            release::as_it_was(&mut shell, release, &urls::release(product, release, "gate"), day);
            shell
        },
        release: format!("{} {release}", seen.name),
        gate: GateBanner { actions: Vec::new(), ..banner(me, &seen) },
        notes: postponed(me, &seen, decisions.first()).into_iter().chain(disqualified(&seen)).collect(),
        total,
        reasons,
        no_reasons: no_reasons(seen.judged.decided.is_some()),
        covered: covered.collect(),
        facts: Facts::from(vec![
            Fact::text("Audit sequence", conformity.seq.to_string()),
            Fact::code("Pack", &conformity.pack),
            Fact::text("Evaluator", conformity.evaluator.to_string()),
            Fact::text("Facts", format!("version {}", conformity.facts_version)),
        ]),
        decisions: decisions.iter().map(|row| decided(me, row)).collect(),
        form,
    })
}

/// Most reasons shown.
const REASONS_MAX: usize = 300;

/// That the release was postponed, why, and where its date is moved.
fn postponed(me: &Me, seen: &Seen, last: Option<&gate::Decided>) -> Option<Note> {
    let last = last.filter(|row| row.decision.outcome == Outcome::Postpone.as_str())?;
    let title = format!("{} postponed this release on {}.", last.by, me.day_of(last.decision.at));
    let note = Note::new(NoteKind::Info, title, last.decision.reason.clone());
    Some(note.link("Plan another ship date", urls::release(&seen.product, &seen.release.name, "plan")))
}

fn no_reasons(decided: bool) -> Empty {
    let (title, text) = match decided {
        false => ("No reason stands against it", "Every applicable clause is met or covered."),
        true => {
            ("No reason stood against it when it was decided", "Every applicable clause was met or covered.")
        }
    };
    Empty::new(title, text, Vec::new())
}

fn reason(me: &Me, product: &str, seen: &Seen, row: &theriac_conformity::Reason) -> Reason {
    let (release, judged) = (seen.release.name.as_str(), &seen.judged);
    let clause = judged.conformity.clauses.iter().find(|clause| clause.clause == row.reference);
    let status = match row.kind {
        ReasonKind::Clause => clause.map_or(StatusKind::NotMet, |clause| release::verdict(clause.verdict)),
        ReasonKind::PackNotAdopted | ReasonKind::NoCandidate | ReasonKind::PackError => StatusKind::NotMet,
        ReasonKind::FindingNotAssessed => StatusKind::New,
        ReasonKind::FindingUnacceptable => StatusKind::Affected,
        ReasonKind::ComponentUnmatched => StatusKind::Unmatched,
        ReasonKind::SuspectLink => StatusKind::Suspect,
    };
    let href = match row.kind {
        ReasonKind::Clause | ReasonKind::PackError => seen.clause(&row.reference),
        ReasonKind::ComponentUnmatched => {
            format!("{}#unmatched", urls::release(product, release, "components"))
        }
        ReasonKind::PackNotAdopted => urls::adoption(&seen.pack.id),
        ReasonKind::NoCandidate => urls::release(product, release, "evidence"),
        // A link is cleared on the page of the record that it leaves from.
        ReasonKind::SuspectLink => urls::record(row.reference.split(' ').next().unwrap_or_default()),
        ReasonKind::FindingNotAssessed | ReasonKind::FindingUnacceptable => {
            reference(product, release, &row.reference)
                .map_or_else(|| urls::release(product, release, "conformity"), |link| link.href)
        }
    };
    let about = match row.kind {
        ReasonKind::Clause | ReasonKind::PackError => todos(row),
        _ if row.clauses.is_empty() => row.todo.clone(),
        _ => format!("{}. Keeps {} from being met", row.todo, row.clauses.join(", ")),
    };
    Reason {
        what: Link::new(&row.text, href),
        about,
        status: status.into(),
        from: row.reference.split(['@', ' ']).next().unwrap_or_default().to_owned(),
        owner: owners(seen, row),
        due: me.due_text(row.due.as_deref()),
    }
}

/// What is to be done about a clause, each thing once.
fn todos(row: &theriac_conformity::Reason) -> String {
    let mut todo: Vec<&str> = Vec::new();
    for item in &row.missing {
        if !todo.contains(&item.todo.as_str()) {
            todo.push(&item.todo);
        }
    }
    let more = todo.len().saturating_sub(TODO_MAX);
    todo.truncate(TODO_MAX);
    match more {
        0 => todo.join("; "),
        more => format!("{}; and {more} more", todo.join("; ")),
    }
}

/// Everybody who owes some of it; who owes what stands on the page of the clause.
fn owners(seen: &Seen, row: &theriac_conformity::Reason) -> String {
    let all = row.missing.iter().map(|item| (item.owner.as_deref(), item.stand_in));
    let mut owners: Vec<(Option<&str>, _)> = Vec::new();
    for (key, stand_in) in std::iter::once((row.owner.as_deref(), row.stand_in)).chain(all) {
        if owners.iter().all(|(known, _)| *known != key) {
            owners.push((key, stand_in));
        }
    }
    let names = owners.into_iter().map(|(key, stand_in)| seen.names.owner(key, stand_in));
    names.collect::<Vec<_>>().join(", ")
}

fn decided(me: &Me, row: &gate::Decided) -> Signature {
    let words = match row.decision.outcome.as_str() {
        "ship" => "decided to ship",
        "postpone" => "postponed",
        _ => "withdrew the decision",
    };
    Signature {
        who: row.by.clone(),
        on: words.to_owned(),
        meaning: row.decision.meaning.clone(),
        at: me.when(row.decision.at),
        authentication: row.decision.method.clone(),
        digest: row.decision.verdicts.short(),
        covers: true,
        comment: String::new(),
        reason: row.decision.reason.clone(),
    }
}

fn form(
    me: &Me,
    seen: &Seen,
    digest: theriac_model::Digest,
    hindered: [(Outcome, Option<String>); 3],
    sent: &Form,
    refused: Refused,
) -> SignForm {
    let (product, release) = (seen.product.as_str(), seen.release.name.as_str());
    let scope = Scope::Product(ProductId(seen.product_id));
    let blocked = me.cannot_sign(Permission::DecideRelease, scope);
    let error = |name: &str| {
        refused
            .errors
            .iter()
            .find(|error| error.field == name)
            .map(|error| error.message.clone())
            .unwrap_or_default()
    };
    let outcome = sent.get("decision");
    let label = |outcome: Outcome| match outcome {
        Outcome::Ship => "It ships",
        Outcome::Postpone => "It is postponed",
        Outcome::Withdraw => "The decision to ship is withdrawn",
    };
    let offered = hindered.iter().filter(|(_, why)| why.is_none());
    // Only some can be chosen now: those are named, not all that there are.
    let names: Vec<String> = offered.clone().map(|(one, _)| format!("“{}”", label(*one))).collect();
    let undecided = match error("decision").as_str() {
        "" => String::new(),
        _ => format!("choose what is decided: {}", names.join(" or ")),
    };
    let choices = offered.map(|(one, _)| Choice::new(one.as_str(), label(*one), outcome)).collect();
    let not_now = hindered.iter().filter_map(|(one, why)| Some((label(*one), why.as_ref()?)));
    let not_now: Vec<String> =
        not_now.map(|(label, why)| format!("“{label}” cannot be chosen: {why}")).collect();
    SignForm {
        action: urls::release(product, release, "gate"),
        csrf: me.csrf(),
        digest: digest.to_string(),
        hidden: Vec::new(),
        subject: Facts::from(vec![Fact::text("Release", format!("{} {release}", seen.name))]),
        fields: vec![
            Field::new("decision", "Decision", Input::Radios(choices))
                .hint(not_now.join(" "))
                .error(undecided)
                .required(),
            Field::new("reason", "Reason", Input::Area(sent.get("reason").to_owned(), 4))
                .error(error("reason"))
                .required(),
        ],
        signer: me.session.name.clone(),
        signer_title: String::new(),
        meanings: vec![Choice::new("decided", "I have read all reasons, and decide", "decided")],
        warnings: refused.note.into_iter().collect(),
        blocked,
        password_error: refused.password,
        comment: None,
        submit: "Sign the decision".to_owned(),
        cancel: urls::release(product, release, "conformity"),
    }
}

/// The form on a past day: what was then is not decided on any more.
fn past_form(me: &Me, seen: &Seen) -> SignForm {
    let why = "You look at a past day. Decide on the gate as it is now.".to_owned();
    let blank = (Form::default(), Refused::default());
    let nothing = theriac_model::Digest::of(b"");
    let form = form(me, seen, nothing, Outcome::ALL.map(|outcome| (outcome, None)), &blank.0, blank.1);
    SignForm { blocked: Some(why), digest: String::new(), ..form }
}

/// Decides a release.
pub async fn decide(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    match sign(&web, &me, &product, &release, &sent).await {
        Ok(outcome) => {
            let said = match outcome {
                Outcome::Ship => "Decided: the release ships",
                Outcome::Postpone => "The release is postponed",
                Outcome::Withdraw => "The decision is withdrawn",
            };
            Ok(with_toast(&urls::release(&product, &release, "gate"), said))
        }
        Err(error) => again(&web, &me, &product, &release, &sent, error).await,
    }
}

async fn sign(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    sent: &Form,
) -> Result<Outcome, ServiceError> {
    let outcome: Outcome = sent.get("decision").parse()?;
    let shown = sent.get("digest").parse();
    let shown = shown.map_err(|_| ServiceError::field("digest", "load the page again"))?;
    let proof = me.prove(web, sent).await?;
    let input = Decide {
        product: product.to_owned(),
        release: release.to_owned(),
        outcome,
        reason: sent.get("reason").to_owned(),
        shown,
    };
    gate::decide(web.app(), me.who(), &proof, input).await?;
    Ok(outcome)
}

/// The page once more, with what was typed and why it was refused.
async fn again(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    sent: &Form,
    error: ServiceError,
) -> Result<Response, crate::http::Failure> {
    let (status, refused) = match error {
        ServiceError::NotSigned(NotSigned::WrongPassword) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Refused {
                password: "This is not your password; nothing was signed".to_owned(),
                ..Refused::default()
            },
        ),
        ServiceError::Invalid(errors) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Refused { errors, ..Refused::default() })
        }
        ServiceError::Changed { .. } => {
            let text =
                "Something changed since the page was shown, and nothing was signed. Read the reasons again.";
            let note = Note::new(NoteKind::Bad, "It changed meanwhile.", text).alert();
            (StatusCode::CONFLICT, Refused { note: Some(note), ..Refused::default() })
        }
        ServiceError::Rule(text) => {
            let note = Note::new(NoteKind::Bad, "Not decided.", text).alert();
            (StatusCode::CONFLICT, Refused { note: Some(note), ..Refused::default() })
        }
        other => return Err(other.into()),
    };
    let page = page(web, me, (product, release, None), sent, refused).await?;
    Ok(respond::with_status(status, &page))
}
