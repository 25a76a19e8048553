//! `…/findings/assess`: one judgement for one finding or for many at once.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::{Decision, PatientImpact, VexStatus};
use theriac_model::Digest;
use theriac_model::record::FieldError;
use theriac_service::findings::{
    self, AssessFindings, Assessed, AssessmentView, EXPLOITABILITIES, Ground, JUSTIFICATIONS, SelectedFinding,
};
use theriac_service::{ServiceError, products};

use super::finding;
use super::finding_judged::{Beside, capital, label, values};
use super::findings::{Asked, FindingRow, severity, standing};
use super::names::Names;
use super::people::managers;
use super::release;
use super::{count, error_at};
use crate::http::{Answer, Failure, Form, Me, Web, see_other, with_toast};
use crate::parts::{
    Choice, Crumb, Errors, Field, Icon, Input, Link, Note, NoteKind, Shape, Shell, StatusKind,
};
use crate::{respond, urls};

/// The assessment of one finding, or of many at once. Sends by POST: `csrf`, `expected`, `finding` (repeated),
/// `status`, `justification`, `rests_on`, `explanation`, `exploitability`, `exploitability_reason`,
/// `patient_safety_impact`, `decision`, `decision_reason`, `fixer`, `due`, and `then` (`draft` or `sign`).
#[derive(Debug, Clone, Template)]
#[template(path = "macros/assessment_form.html")]
pub struct AssessmentForm {
    /// Heading, such as "Assessment for 2.4.0".
    pub heading: String,
    /// Where it goes.
    pub action: String,
    /// CSRF token.
    pub csrf: String,
    /// Digest of the assessments shown; refused when another was made meanwhile.
    pub expected: String,
    /// Numbers of the findings it judges.
    pub findings: Vec<String>,
    /// VEX status, justification, what it rests on.
    pub judgement: Vec<Field>,
    /// Exploitability in context and patient-safety impact.
    pub impact: Vec<Field>,
    /// Decision, its reason, who fixes, due date.
    pub decision: Vec<Field>,
    /// Why the person may not assess; empty when they may.
    pub blocked: String,
    /// Whether it stands as it was sent, and nothing of it is saved.
    pub refused: bool,
}

impl askama::filters::HtmlSafe for AssessmentForm {}

impl AssessmentForm {
    fn icon(&self) -> Icon {
        Shape::Info.into()
    }

    fn errors(&self) -> Errors {
        if !self.blocked.is_empty() {
            return Errors::default();
        }
        Errors::of(self.judgement.iter().chain(&self.impact).chain(&self.decision))
    }
}

/// Many findings judged at once.
#[derive(Debug, Clone, Template)]
#[template(path = "assess.html")]
pub struct AssessPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Assess 3 findings of 2.4.0".
    pub heading: String,
    /// What happened to what was sent.
    pub notes: Vec<Note>,
    /// What others saved meanwhile, beside what was typed.
    pub beside: Vec<Beside>,
    /// The findings, without checkboxes.
    pub rows: Vec<FindingRow>,
    /// The form.
    pub form: AssessmentForm,
}

/// What stands in the form: what was judged last, or what was typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    findings: Vec<String>,
    expected: String,
    sent: Form,
    refused: bool,
}

impl Typed {
    /// A form that begins with the latest judgement.
    pub fn of(latest: Option<&AssessmentView>, findings: &[String], expected: Digest) -> Self {
        let said = latest.map(|judged| values(&judged.assessment, &judged.rests_on, judged.fixer.as_deref()));
        let pairs = said.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect();
        let sent = Form::of(pairs);
        Self { findings: findings.to_vec(), expected: expected.to_string(), sent, refused: false }
    }

    /// A form as it was sent and refused.
    pub fn refused(findings: Vec<String>, expected: Digest, sent: Form) -> Self {
        Self { findings, expected: expected.to_string(), sent, refused: true }
    }
}

/// The form for a release: key and id of its product, its name.
pub(super) async fn form(
    web: &Web,
    me: &Me,
    (product, product_id, release): (&str, i64, &str),
    typed: Typed,
    errors: &[FieldError],
) -> Result<AssessmentForm, ServiceError> {
    let blocked = me.blocked(Permission::AssessFinding, Scope::Product(ProductId(product_id)));
    let people = if blocked.is_empty() { managers(web, me).await? } else { Vec::new() };
    let sent = &typed.sent;
    Ok(AssessmentForm {
        heading: format!("Assessment for {release}"),
        action: urls::release(product, release, "findings/assess"),
        csrf: me.csrf(),
        expected: typed.expected,
        findings: typed.findings,
        judgement: judgement(sent, errors),
        impact: impact(sent, errors),
        decision: decision(sent, errors, &people),
        blocked,
        refused: typed.refused,
    })
}

/// A field of a judgement with its label.
fn field(name: &str, input: Input) -> Field {
    Field::new(name, label(name), input)
}

fn choices(words: &[&str], now: &str) -> Vec<Choice> {
    words.iter().map(|word| Choice::new(*word, capital(word), now)).collect()
}

/// A drop-down that may stay empty.
fn optional(words: &[&str], now: &str) -> Input {
    let mut all = vec![Choice::new("", "None", now)];
    all.extend(choices(words, now));
    Input::Select(all)
}

fn area(sent: &Form, name: &str, lines: u8) -> Input {
    Input::Area(sent.get(name).to_owned(), lines)
}

fn judgement(sent: &Form, errors: &[FieldError]) -> Vec<Field> {
    let statuses: Vec<&str> = VexStatus::ALL.iter().map(|status| status.as_str()).collect();
    let grounds = if sent.has("rests_on") { sent.all("rests_on").join("\n") } else { "component".to_owned() };
    let refused = errors.iter().find(|error| error.field.starts_with("rests_on"));
    vec![
        field("status", Input::Radios(choices(&statuses, sent.get("status"))))
            .error(error_at(errors, "status"))
            .required(),
        field("justification", optional(JUSTIFICATIONS, sent.get("justification")))
            .hint("Only if not affected")
            .error(error_at(errors, "justification")),
        field("rests_on", Input::Lines(grounds, 3))
            .hint("One a line: component, path:src/decode, configuration:DOC-4, context:DOC-2, measure:MEAS-3. Asked again as soon as one changes")
            .error(refused.map(|error| error.message.clone()).unwrap_or_default()),
        field("explanation", area(sent, "explanation", 3))
            .hint("Needed unless it is under investigation. Customers read it in the VEX")
            .error(error_at(errors, "explanation")),
    ]
}

fn impact(sent: &Form, errors: &[FieldError]) -> Vec<Field> {
    let impacts: Vec<&str> = PatientImpact::ALL.iter().map(|impact| impact.as_str()).collect();
    vec![
        field("exploitability", optional(EXPLOITABILITIES, sent.get("exploitability")))
            .hint("Needed if affected")
            .error(error_at(errors, "exploitability")),
        field("exploitability_reason", area(sent, "exploitability_reason", 2))
            .error(error_at(errors, "exploitability_reason")),
        field("patient_safety_impact", Input::Radios(choices(&impacts, sent.get("patient_safety_impact"))))
            .hint("Anything but none needs a clinical signature as well")
            .error(error_at(errors, "patient_safety_impact"))
            .required(),
    ]
}

fn decision(sent: &Form, errors: &[FieldError], people: &[(String, String)]) -> Vec<Field> {
    let decisions: Vec<&str> = Decision::ALL.iter().map(|decision| decision.as_str()).collect();
    let fixer = sent.get("fixer");
    let who = if people.is_empty() {
        Input::Text(fixer.to_owned())
    } else {
        let mut all = vec![Choice::new("", "Nobody", fixer)];
        all.extend(people.iter().map(|(key, name)| Choice::new(key, name, fixer)));
        Input::Select(all)
    };
    vec![
        field("decision", optional(&decisions, sent.get("decision")))
            .hint("Only if affected. What leaves the product vulnerable is signed by a risk acceptor")
            .error(error_at(errors, "decision")),
        field("decision_reason", area(sent, "decision_reason", 2))
            .hint(
                "Mitigate and change of use environment: what customers have to do, they read it in the VEX",
            )
            .error(error_at(errors, "decision_reason")),
        field("fixer", who).error(error_at(errors, "fixer")),
        field("due", Input::Date(sent.get("due").to_owned()))
            .hint("Empty for the limit of the organisation")
            .error(error_at(errors, "due")),
    ]
}

/// Shows the form for the findings that the address names.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Answer {
    let chosen = Form::of(asked).all("finding");
    if chosen.is_empty() {
        return Ok(with_toast(&urls::release(&product, &release, "findings"), "Choose findings first"));
    }
    Ok(respond::page(&page(&web, &me, (&product, &release), chosen, None).await?))
}

/// A judgement that was not taken: what was sent, and why it was not.
#[derive(Debug, Clone, Default)]
pub(super) struct Refused {
    pub sent: Form,
    pub errors: Vec<FieldError>,
    pub note: Option<Note>,
    /// Whether somebody else judged meanwhile.
    pub overtaken: bool,
}

impl Refused {
    /// What is said above the form: what no field of it can say.
    pub(super) fn notes(&self) -> Vec<Note> {
        let general =
            self.errors.iter().filter(|error| error.field == "findings" || error.field == "expected");
        let general = general.map(|error| Note::new(NoteKind::Bad, "", &error.message).alert());
        self.note.iter().cloned().chain(general).collect()
    }
}

async fn page(
    web: &Web,
    me: &Me,
    (product, release): (&str, &str),
    chosen: Vec<String>,
    refused: Option<Refused>,
) -> Result<AssessPage, ServiceError> {
    let row = products::product(web.app(), me.who(), product).await?;
    let selection = findings::selection(web.app(), me.who(), product, release, &chosen).await?;
    let findings: Vec<String> = selection.rows.iter().map(|row| row.finding.reference()).collect();
    let notes = refused.as_ref().map(Refused::notes).unwrap_or_default();
    let beside = match refused.as_ref().filter(|refused| refused.overtaken) {
        None => Vec::new(),
        Some(refused) => {
            let fixer = refused.sent.get("fixer").to_owned();
            let names = Names::people(web, selection.people.values().chain([&fixer])).await?;
            Beside::of_many(me, &selection, &refused.sent, &names)
        }
    };
    let (typed, errors) = match refused {
        None => (Typed::of(None, &findings, selection.expected), Vec::new()),
        Some(refused) => (Typed::refused(findings, selection.expected, refused.sent), refused.errors),
    };
    let mut form = form(web, me, (product, row.id, release), typed, &errors).await?;
    let what = count(selection.rows.len(), "finding");
    form.heading = format!("One judgement for {what}");
    let owners = selection.rows.iter().filter_map(|row| row.owner.person.as_ref());
    let names = Names::people(web, owners).await?;
    let rows = selection.rows.iter().map(|row| selected(me, product, release, row, &names)).collect();
    let mut shell = release::shell(me, (product, &row.name), release, "findings");
    shell.title = format!("Assess findings of {} {release}", row.name);
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::to("Findings", urls::release(product, release, "findings")));
    shell.crumbs.push(Crumb::here("Assess"));
    Ok(AssessPage { shell, heading: format!("Assess {what} of {release}"), notes, beside, rows, form })
}

/// A chosen finding as a row.
fn selected(me: &Me, product: &str, release: &str, row: &SelectedFinding, names: &Names) -> FindingRow {
    let (finding, judged) = (&row.finding, row.assessment.as_ref());
    let word =
        if finding.known.resolved.is_some() { "resolved" } else { judged.map_or("new", |row| &row.status) };
    FindingRow {
        number: finding.reference(),
        subject: Link::new(&finding.component, urls::finding(product, release, &finding.reference())),
        about: finding.known.vulnerability.clone(),
        severity: severity(finding.known.severity, finding.known.score),
        state: StatusKind::into(super::findings::state(word)),
        state_note: standing(row.standing).to_owned(),
        due: row.due.map(|day| me.due(day)),
        owner: names.owed(row.owner.person.as_deref(), row.owner.stand_in),
        current: false,
        release: None,
    }
}

/// Keeps a judgement, and leads on to its signature when that was asked for.
pub async fn assess(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    sent: Form,
) -> Answer {
    let place = (product.as_str(), release.as_str());
    let (status, mut refused) = match judge(&web, &me, &product, &release, &sent).await {
        Ok(assessed) => return Ok(on(place, &asked, &sent, &assessed)),
        Err(error) => refusal(error)?,
    };
    let chosen = sent.all("finding");
    refused.sent = sent;
    // One finding is judged on its own page, so what is wrong with that stands there.
    if let [only] = chosen.as_slice() {
        let page = finding::page(&web, &me, (&product, &release, only), &asked, Some(&refused)).await?;
        return Ok(respond::with_status(status, &page));
    }
    Ok(respond::with_status(status, &page(&web, &me, place, chosen, Some(refused)).await?))
}

/// Why a judgement was not taken, and the status that says so.
fn refusal(error: ServiceError) -> Result<(StatusCode, Refused), Failure> {
    let conflict = |note: Note, overtaken| {
        let refused = Refused { note: Some(note.alert()), overtaken, ..Refused::default() };
        Ok((StatusCode::CONFLICT, refused))
    };
    match error {
        ServiceError::Invalid(errors) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Refused { errors, ..Refused::default() }))
        }
        ServiceError::Changed { .. } => {
            let text = "Another judgement was made since the page was shown. Nothing was saved; what you typed is still \
                        here. Theirs stands beside it: send yours again to put it in place of theirs.";
            conflict(Note::new(NoteKind::Bad, "It changed meanwhile.", text), true)
        }
        ServiceError::Rule(text) => conflict(Note::new(NoteKind::Bad, "Not saved.", text), false),
        error => Err(Failure::from(error)),
    }
}

fn on(
    (product, release): (&str, &str),
    asked: &Asked,
    sent: &Form,
    assessed: &Assessed,
) -> axum::response::Response {
    if sent.get("then") == "sign" {
        let sign = urls::release(product, release, "findings/sign");
        return see_other(&urls::with_query(&sign, &[("set", &assessed.set.to_string())]));
    }
    match assessed.findings.as_slice() {
        [only] => with_toast(
            &asked.on_page(&urls::finding(product, release, only)),
            "Saved; it waits for its signature",
        ),
        many => with_toast(
            &urls::release(product, release, "findings"),
            &format!("{} judgements saved; they wait for their signature", many.len()),
        ),
    }
}

async fn judge(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    sent: &Form,
) -> Result<Assessed, ServiceError> {
    let input = input(product, release, sent)?;
    findings::assess(web.app(), me.who(), input).await
}

/// What the form says; every wrong word is named at once.
fn input(product: &str, release: &str, sent: &Form) -> Result<AssessFindings, ServiceError> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String| errors.push(FieldError::new(field, message));
    let expected = sent.get("expected").parse::<Digest>();
    if expected.is_err() {
        refuse("expected", "load the page again".to_owned());
    }
    let status = sent.get("status").parse::<VexStatus>();
    if status.is_err() {
        refuse("status", "choose one".to_owned());
    }
    let impact = sent.get("patient_safety_impact").parse::<PatientImpact>();
    if impact.is_err() {
        refuse("patient_safety_impact", "choose one".to_owned());
    }
    let decision = sent.filled("decision").map(|word| word.parse::<Decision>()).transpose();
    if let Err(message) = &decision {
        refuse("decision", message.clone());
    }
    let due = super::day(sent, "due");
    if due.is_err() {
        refuse("due", "a day of the form 2026-11-24 is expected".to_owned());
    }
    let mut rests_on = Vec::new();
    let lines = sent.all("rests_on");
    for line in lines.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| !line.is_empty()) {
        match line.parse::<Ground>() {
            Ok(ground) => rests_on.push(ground),
            Err(message) => refuse("rests_on", message),
        }
    }
    let (Ok(expected), Ok(status), Ok(patient_safety_impact), Ok(decision), Ok(due), true) =
        (expected, status, impact, decision, due, errors.is_empty())
    else {
        return Err(ServiceError::Invalid(errors));
    };
    Ok(AssessFindings {
        product: product.to_owned(),
        release: release.to_owned(),
        findings: sent.all("finding"),
        expected,
        status,
        justification: sent.filled("justification"),
        rests_on,
        explanation: sent.get("explanation").to_owned(),
        exploitability: sent.filled("exploitability"),
        exploitability_reason: sent.get("exploitability_reason").to_owned(),
        patient_safety_impact,
        decision,
        decision_reason: sent.get("decision_reason").to_owned(),
        fixer: sent.filled("fixer"),
        due,
    })
}
