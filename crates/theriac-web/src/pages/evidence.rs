//! `/evidence/{number}`: one piece of evidence, its file, and saying by signature that it is wrong.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_service::evidence::{self, Artefact, TestResult};
use theriac_service::{Paging, ServiceError, products};

use super::count;
use super::evidence_list::{kind, lacks, state, tool};
use super::names::Names;
use super::release::{self, At};
use super::sign::{Refused, SignPage, refused};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{
    Action, Choice, Column, Crumb, Empty, Fact, Facts, Field, Input, Link, Note, NoteKind, Pager, Shell,
    SignForm, Status, StatusKind, TableHead, Value,
};
use crate::{respond, urls};

/// One row derived from it: a test case, or a defect of the document.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// Test case, or place in the document.
    pub what: String,
    /// Outcome, or what is wrong.
    pub outcome: Status,
    /// More about it; may be empty.
    pub about: String,
}

/// One piece of evidence.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence.html")]
pub struct EvidencePage {
    /// Surroundings.
    pub shell: Shell,
    /// Number.
    pub number: String,
    /// File name.
    pub file: String,
    /// Accepted or disqualified, boxed.
    pub state: Status,
    /// Such as "SBOM".
    pub kind: String,
    /// Such as "Download the file", "Disqualify".
    pub actions: Vec<Action>,
    /// Disqualified and why, defects, not bound.
    pub notes: Vec<Note>,
    /// Format, digest, size, build, tool, rules, performed, recorded, delivered by.
    pub facts: Facts,
    /// What came of it: such as "214 components", leading there.
    pub derived: Vec<Link>,
    /// Heading of the results, such as "Test results"; empty when it has none.
    pub results_heading: String,
    /// Head of the results.
    pub head: TableHead,
    /// Results.
    pub results: Vec<ResultRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Verdicts, records and decisions that rest on it.
    pub relied_on_by: Vec<Link>,
}

const SIZE: u32 = 50;
/// Most paths and artefacts of a build manifest that are shown.
const SHOWN_MAX: usize = 200;

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// Shows one piece of evidence.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
    Query(query): Query<At>,
) -> Answer {
    let after = Some(asked.after).filter(|after| !after.is_empty());
    let paging = Paging { after: after.clone(), limit: SIZE };
    let seen = evidence::page(web.app(), me.who(), &number, &paging).await?;
    let found = products::product(web.app(), me.who(), &seen.product).await?;
    let (row, here) = (&seen.row, urls::evidence(&seen.row.reference));
    let disqualifier = seen.disqualified.as_ref().map(|(_, by, _)| by);
    let relying_people = seen.relied_on_by.iter().filter_map(|on| on.owner.as_ref());
    let people = disqualifier.into_iter().chain([&row.delivered_by]).chain(relying_people);
    let names = Names::people(&web, people).await?;
    let mut shell = shell(&me, &seen, &found.name, None);
    release::only_today(&mut shell, "Evidence and what rests on it", &here, query.day(&me)?);
    Ok(respond::page(&EvidencePage {
        shell,
        number: row.reference.clone(),
        file: row.file.clone(),
        state: state(row).boxed(),
        kind: kind(row.kind).to_owned(),
        actions: actions(&me, &seen, Scope::Product(ProductId(found.id))),
        notes: notes(&me, &seen, &names),
        facts: facts(&me, &seen, &names),
        derived: derived(&seen),
        results_heading: if seen.outcomes.is_empty() { String::new() } else { "Test results".to_owned() },
        head: TableHead::new(vec![Column::new("Case").grow(), Column::new("Outcome"), Column::new("About")]),
        results: seen.results.items.iter().map(result).collect(),
        pager: Pager {
            shown: format!("{} shown, in the order of the file", seen.results.items.len()),
            first: after.map(|_| here.clone()),
            next: seen
                .results
                .next
                .as_ref()
                .map(|next| Link::new(format!("Next {SIZE}"), urls::with_query(&here, &[("after", next)]))),
            exports: Vec::new(),
        },
        empty: Empty::new("No more results", "Every result of this file is on the pages before.", Vec::new()),
        relied_on_by: relying(&seen, &names),
    }))
}

fn shell(me: &Me, seen: &evidence::EvidencePage, product: &str, page: Option<&str>) -> Shell {
    let number = &seen.row.reference;
    let mut shell = release::shell(me, (&seen.product, product), &seen.release, "evidence");
    shell.title = [Some(number.as_str()), page].into_iter().flatten().collect::<Vec<_>>().join(": ");
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::to("Evidence", urls::release(&seen.product, &seen.release, "evidence")));
    match page {
        None => shell.crumbs.push(Crumb::here(number)),
        Some(page) => {
            shell.crumbs.push(Crumb::to(number, urls::evidence(number)));
            shell.crumbs.push(Crumb::here(page));
        }
    }
    shell
}

fn actions(me: &Me, seen: &evidence::EvidencePage, scope: Scope) -> Vec<Action> {
    let here = urls::evidence(&seen.row.reference);
    let download = Action::open("Download the file", format!("{here}/file")).main();
    if seen.row.disqualified {
        return vec![download];
    }
    let blocked = me.blocked(Permission::DisqualifyEvidence, scope);
    let disqualify = match blocked.is_empty() {
        true => Action::open("Disqualify", format!("{here}/disqualify")).danger(),
        false => Action::blocked("Disqualify", blocked),
    };
    vec![disqualify, download]
}

fn notes(me: &Me, seen: &evidence::EvidencePage, names: &Names) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some((reason, by, at)) = &seen.disqualified {
        let title = format!("Disqualified by {} on {}.", names.person(by), me.when(*at).shown);
        notes.push(Note::new(NoteKind::Bad, title, reason));
    } else if let Some(text) = lacks(&seen.row.missing()) {
        let upload = format!("{}/new", urls::release(&seen.product, &seen.release, "evidence"));
        let note = Note::new(NoteKind::Warn, "This counts for nothing yet.", text);
        notes.push(note.link("Hand it in again", upload));
    }
    if !seen.row.defects.is_empty() {
        let text = "What is wrong with the file, and was no reason to refuse it.";
        let mut note =
            Note::new(NoteKind::Warn, format!("{}.", count(seen.row.defects.len(), "defect")), text);
        note.items = seen.row.defects.iter().take(SHOWN_MAX).cloned().collect();
        notes.push(note);
    }
    notes
}

fn facts(me: &Me, seen: &evidence::EvidencePage, names: &Names) -> Facts {
    let row = &seen.row;
    let said = |term: &str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
        Some(text) => Fact::text(term, text),
        None => Fact::none(term),
    };
    let list = urls::release(&seen.product, &seen.release, "evidence");
    let build = row.build.as_ref().map(|name| Link::new(name, urls::with_query(&list, &[("build", name)])));
    let mut facts = vec![
        Fact::text("Format", &row.format),
        Fact::code("Digest", format!("sha256:{}", row.digest)),
        Fact::text("Size", format!("{} bytes", row.size)),
        Fact::links("Build", build.into_iter().collect()),
        said("Tool", Some(tool(row))),
        said("Rules", row.rules.map(|digest| digest.to_string())),
        row.performed_at
            .map_or_else(|| Fact::none("Performed"), |at| Fact::new("Performed", Value::When(me.when(at)))),
        Fact::new("Recorded", Value::When(me.when(row.recorded_at))),
        Fact::text("Delivered by", names.person(&row.delivered_by)),
    ];
    facts.extend(seen.serial.as_ref().map(|serial| Fact::code("Serial number", serial)));
    if let Some(manifest) = &seen.manifest {
        let lines =
            |lines: Vec<String>| lines.into_iter().take(SHOWN_MAX).map(Value::Code).collect::<Vec<_>>();
        facts.push(Fact::code("Commit", &manifest.commit));
        facts.push(said("Goes on from", manifest.predecessor.clone()));
        let artefacts = manifest.artefacts.iter().map(|file| format!("{} sha256:{}", file.name, file.digest));
        facts.push(Fact { term: "Artefacts".to_owned(), values: lines(artefacts.collect()) });
        let signed = manifest.artefacts.iter().filter_map(|file| signed(me, file)).take(SHOWN_MAX);
        facts.push(Fact { term: "Signatures".to_owned(), values: signed.map(Value::Text).collect() });
        let paths = manifest.paths.iter().map(|(path, _)| path.clone());
        facts.push(Fact { term: "Changed paths".to_owned(), values: lines(paths.collect()) });
    }
    Facts::from(facts)
}

/// When and with which key a file was signed, and when the key was valid.
fn signed(me: &Me, file: &Artefact) -> Option<String> {
    let signature = file.signature.as_ref()?;
    let at = |moment| me.when(moment).shown;
    let until = signature.valid_to.map_or_else(|| "on".to_owned(), |end| format!("to {}", at(end)));
    Some(format!(
        "{}: {} with {}, valid from {} {until}",
        file.name,
        at(signature.signed_at),
        signature.key,
        at(signature.valid_from),
    ))
}

fn derived(seen: &evidence::EvidencePage) -> Vec<Link> {
    let mut links = Vec::new();
    if seen.components > 0 {
        let page = urls::release(&seen.product, &seen.release, "components");
        links.push(Link::new(count(usize::try_from(seen.components).unwrap_or_default(), "component"), page));
        links.push(Link::new("Findings", urls::release(&seen.product, &seen.release, "findings")));
    }
    for (outcome, number) in &seen.outcomes {
        let tests = count(usize::try_from(*number).unwrap_or_default(), "test");
        links.push(Link::new(format!("{tests} {outcome}"), "#results"));
    }
    links
}

fn result(result: &TestResult) -> ResultRow {
    let (kind, word) = match result.outcome.as_str() {
        "passed" => (StatusKind::Met, "Passed"),
        "failed" => (StatusKind::NotMet, "Failed"),
        "skipped" => (StatusKind::NotApplicable, "Skipped"),
        _ => (StatusKind::NotMet, "Error"),
    };
    ResultRow {
        what: result.case.clone(),
        outcome: Status::saying(kind, word),
        about: result.message.clone(),
    }
}

/// Verdicts, the decision and records that rest on it.
fn relying(seen: &evidence::EvidencePage, names: &Names) -> Vec<Link> {
    let verdicts = (!seen.clauses.is_empty()).then(|| {
        let conformity = urls::release(&seen.product, &seen.release, "conformity");
        Link::new(format!("Verdicts of {}: {}", seen.release, seen.clauses.join(", ")), conformity)
    });
    verdicts.into_iter().chain(seen.relied_on_by.iter().map(|on| relied_on(seen, on, names))).collect()
}

fn relied_on(seen: &evidence::EvidencePage, on: &evidence::ReliedOn, names: &Names) -> Link {
    let owner = on.owner.as_ref().map(|owner| format!(", owner {}", names.person(owner))).unwrap_or_default();
    if on.reference == seen.release {
        let gate = urls::release(&seen.product, &seen.release, "gate");
        return Link::new(format!("Decision on {}: {}{owner}", on.reference, on.title), gate);
    }
    Link::new(format!("{} {}{owner}", on.reference, on.title), urls::record(&on.reference))
}

/// Gives the file as it was handed in.
pub async fn file(State(web): State<Web>, me: Me, Path(number): Path<String>) -> Answer {
    let file = evidence::bytes(web.app(), me.who(), &number).await?;
    Ok(respond::download(&file.file, file.bytes))
}

/// Shows what is signed to disqualify evidence.
pub async fn show_disqualify(State(web): State<Web>, me: Me, Path(number): Path<String>) -> Answer {
    Ok(respond::page(&sign_page(&web, &me, &number, &Form::default(), Refused::default()).await?))
}

async fn sign_page(
    web: &Web,
    me: &Me,
    number: &str,
    sent: &Form,
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let paging = Paging { after: None, limit: 1 };
    let seen = evidence::page(web.app(), me.who(), number, &paging).await?;
    let found = products::product(web.app(), me.who(), &seen.product).await?;
    let scope = Scope::Product(ProductId(found.id));
    let blocked = match seen.row.disqualified {
        true => Some("It is disqualified already.".to_owned()),
        false => me.cannot_sign(Permission::DisqualifyEvidence, scope),
    };
    let names = Names::people(web, seen.relied_on_by.iter().filter_map(|on| on.owner.as_ref())).await?;
    let here = urls::evidence(&seen.row.reference);
    let reason = Field::new("reason", "Reason", Input::Area(sent.get("reason").to_owned(), 3));
    Ok(SignPage {
        shell: shell(me, &seen, &found.name, Some("Disqualify")),
        heading: format!("Disqualify {}", seen.row.reference),
        content: Vec::new(),
        changed: None,
        form: SignForm {
            action: format!("{here}/disqualify"),
            csrf: me.csrf(),
            digest: seen.row.digest.to_string(),
            hidden: Vec::new(),
            subject: Facts::from(vec![
                Fact::text("File", &seen.row.file),
                Fact::text("Kind", kind(seen.row.kind)),
                Fact::links("What rests on it", relying(&seen, &names)),
            ]),
            fields: vec![reason.hint("What is wrong with it").error(refused.reason).required()],
            signer: me.session.name.clone(),
            signer_title: String::new(),
            meanings: vec![Choice::new(
                "disqualified",
                "This evidence is wrong and counts for nothing from now on",
                "disqualified",
            )],
            warnings: refused.note.into_iter().collect(),
            blocked,
            password_error: refused.password,
            comment: None,
            submit: "Disqualify".to_owned(),
            cancel: here,
        },
    })
}

/// Disqualifies evidence.
pub async fn disqualify(State(web): State<Web>, me: Me, Path(number): Path<String>, sent: Form) -> Answer {
    match sign(&web, &me, &number, &sent).await {
        Ok(said) => Ok(with_toast(&urls::evidence(&number), &said)),
        Err(error) => again(&web, &me, &number, &sent, error).await,
    }
}

async fn again(
    web: &Web,
    me: &Me,
    number: &str,
    sent: &Form,
    error: ServiceError,
) -> Result<Response, crate::http::Failure> {
    let (status, refused) = refused(error)?;
    Ok(respond::with_status(status, &sign_page(web, me, number, sent, refused).await?))
}

async fn sign(web: &Web, me: &Me, number: &str, sent: &Form) -> Result<String, ServiceError> {
    let proof = me.prove(web, sent).await?;
    let done = evidence::disqualify(web.app(), me.who(), &proof, number, sent.get("reason")).await?;
    let relying = match done.relied_on_by.len() {
        0 => "Nothing rested on it.".to_owned(),
        1 => "1 thing that rested on it needs a look.".to_owned(),
        many => format!("{many} things that rested on it need a look."),
    };
    Ok(format!("{number} is disqualified. {relying}"))
}
