//! `…/evidence/new`: handing in files by hand.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::record::FieldError;
use theriac_service::evidence::{self, AddEvidence, Added, AddedFile, BlockingReason, FileInput};
use theriac_service::findings::FindingLine;
use theriac_service::{BYTES_AT_ONCE, FILES_AT_ONCE, Paging, Room, ServiceError, products};

use super::names::Names;
use super::{error_at, evidence_list, release};
use crate::http::{Answer, Form, Me, Web};
use crate::parts::{Choice, Crumb, Errors, Fact, Facts, Field, Input, Link, Note, NoteKind, Shell, Value};
use crate::{respond, urls};

/// The upload. Sends by multipart POST: `csrf`, `file` (repeated), `build`, `tool`, `rules`, `performed_at`.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence_upload.html")]
pub struct EvidenceUploadPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Upload evidence for 2.4.0".
    pub heading: String,
    /// Where the form goes.
    pub action: String,
    /// What each file came to: stored as, new, worse, blocking; or not stored, where and why.
    pub results: Vec<Note>,
    /// Summary of what is new, worse and blocking after an upload; empty before.
    pub summary: Facts,
    /// `file` and what the file itself does not say.
    pub fields: Vec<Field>,
    /// What is accepted: formats, sizes.
    pub accepted: Facts,
    /// Why the person may not upload; empty when they may.
    pub blocked: String,
    /// Where Cancel leads.
    pub cancel: String,
}

impl EvidenceUploadPage {
    fn errors(&self) -> Errors {
        Errors::of(&self.fields)
    }
}

/// Most lines of one kind in the summary.
const LINES_MAX: usize = 50;

/// Shows the form.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
) -> Answer {
    Ok(respond::page(&page(&web, &me, &product, &release, &Form::default(), &[]).await?))
}

/// Takes files in and says what they changed, or which one was refused and why.
pub async fn upload(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    mut sent: Form,
) -> Answer {
    let input = input(&product, &release, &mut sent);
    let added = match input {
        Ok(input) => add(&web, &me, input, sent.room()).await,
        Err(error) => Err(error),
    };
    let (status, errors, results) = match added {
        Ok(added) => {
            let mut page = page(&web, &me, &product, &release, &Form::default(), &[]).await?;
            page.results = added.evidence.iter().map(taken).collect();
            page.results.extend(added.beside.as_ref().map(|beside| {
                let text = format!(
                    "The candidate is {}; its components are the release's. Below is what would change if this \
                     build became the candidate.",
                    beside.candidate
                );
                Note::new(NoteKind::Info, "Not the candidate's.", text)
            }));
            page.results.extend(
                added
                    .not_matched
                    .as_ref()
                    .map(|why| Note::new(NoteKind::Warn, "Components were not matched.", why)),
            );
            let owners = added.blocking.reasons.iter().filter_map(|reason| reason.owner.as_ref());
            let names = Names::people(&web, owners).await?;
            page.summary = summary(&product, &release, &added, &names);
            return Ok(respond::page(&page));
        }
        Err(ServiceError::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, Vec::new()),
        Err(ServiceError::NotFound { what: "build", name }) => {
            let error = FieldError::new("build", format!("there is no build '{name}'"));
            (StatusCode::UNPROCESSABLE_ENTITY, vec![error], Vec::new())
        }
        Err(ServiceError::File { file, place, reason }) => {
            let title = format!("{file} was refused, and nothing was stored.");
            let note = Note::new(NoteKind::Bad, title, format!("{place}: {reason}")).alert();
            (StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), vec![note])
        }
        Err(ServiceError::Rule(text)) => {
            let note = Note::new(NoteKind::Bad, "Nothing was stored.", text).alert();
            (StatusCode::CONFLICT, Vec::new(), vec![note])
        }
        Err(other) => return Err(other.into()),
    };
    let mut page = page(&web, &me, &product, &release, &sent, &errors).await?;
    page.results = results;
    Ok(respond::with_status(status, &page))
}

/// Hands the files in. Reading them goes on when the browser has gone, and holds their room until it is done.
async fn add(web: &Web, me: &Me, input: AddEvidence, room: Option<Room>) -> Result<Added, ServiceError> {
    let (app, who) = (web.app().clone(), me.who().clone());
    let add = async move {
        let _room = room;
        evidence::add(&app, &who, input).await
    };
    web.app().to_the_end(add).await
}

fn input(product: &str, release: &str, sent: &mut Form) -> Result<AddEvidence, ServiceError> {
    let tool = sent.filled("tool").map(|text| {
        let parts = text.rsplit_once('@').map(|(name, version)| (name.to_owned(), version.to_owned()));
        parts.ok_or_else(|| ServiceError::field("tool", "name and version are expected, such as syft@1.18.0"))
    });
    let performed = sent.filled("performed_at").map(|text| {
        text.parse().map_err(|_| {
            ServiceError::field("performed_at", "a moment is expected, such as 2026-11-24T08:00:00Z")
        })
    });
    let files = std::mem::take(&mut sent.files);
    let files = files.into_iter().map(|file| FileInput { name: file.name, bytes: file.bytes.to_vec() });
    Ok(AddEvidence {
        product: product.to_owned(),
        release: release.to_owned(),
        build: sent.filled("build"),
        tool: tool.transpose()?,
        rules: sent.filled("rules"),
        performed_at: performed.transpose()?,
        files: files.collect(),
    })
}

async fn page(
    web: &Web,
    me: &Me,
    product: &str,
    name: &str,
    sent: &Form,
    errors: &[FieldError],
) -> Result<EvidenceUploadPage, ServiceError> {
    let found = products::product(web.app(), me.who(), product).await?;
    let paging = Paging { limit: 200, after: None };
    let builds = products::builds(web.app(), me.who(), product, name, &paging).await?.items;
    let mut shell = release::shell(me, (product, &found.name), name, "evidence");
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::to("Evidence", urls::release(product, name, "evidence")));
    shell.crumbs.push(Crumb::here("Upload"));
    Ok(EvidenceUploadPage {
        shell,
        heading: format!("Upload evidence for {name}"),
        action: urls::release(product, name, "evidence"),
        results: Vec::new(),
        summary: Facts::default(),
        fields: fields(builds.iter().map(|build| build.name.as_str()), sent, errors),
        accepted: accepted(),
        blocked: me.blocked(Permission::UploadEvidence, Scope::Product(ProductId(found.id))),
        cancel: urls::release(product, name, "evidence"),
    })
}

fn fields<'a>(builds: impl Iterator<Item = &'a str>, sent: &Form, errors: &[FieldError]) -> Vec<Field> {
    let text = |name: &str| sent.get(name).to_owned();
    let all = std::iter::once(Choice::new("", "What the file says, or none", sent.get("build")));
    let all = all.chain(builds.map(|name| Choice::new(name, name, sent.get("build"))));
    vec![
        Field::new("file", "Files", Input::Files(true))
            .hint("What a file is, is read from its content. Choose the files anew after a refusal")
            .error(error_at(errors, "files"))
            .required(),
        Field::new("build", "Build", Input::Select(all.collect()))
            .hint("The build that the files speak of")
            .error(error_at(errors, "build")),
        Field::new("tool", "Tool", Input::Text(text("tool")))
            .hint("Name and version, such as syft@1.18.0; only if the file does not say it")
            .error(error_at(errors, "tool")),
        Field::new("rules", "Rules", Input::Text(text("rules")))
            .hint("SHA-256 of the rules that the tool worked by")
            .error(error_at(errors, "rules")),
        Field::new("performed_at", "Performed", Input::Text(text("performed_at")))
            .hint("Such as 2026-11-24T08:00:00Z; only if the file does not say it")
            .error(error_at(errors, "performed_at")),
    ]
}

fn accepted() -> Facts {
    Facts::from(vec![
        Fact::text("SBOM", "CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value)"),
        Fact::text("Test results", "JUnit XML"),
        Fact::text("Build manifest", "JSON, made by theriac build describe"),
        Fact::text("At once", format!("{FILES_AT_ONCE} files, {} MB together", BYTES_AT_ONCE >> 20)),
    ])
}

fn taken(file: &AddedFile) -> Note {
    let word = if file.is_new { "stored" } else { "there already, nothing changed" };
    let title = format!("{} is {word}.", file.file);
    let lacks = evidence_list::lacks(&file.missing);
    let kind = if lacks.is_some() { NoteKind::Warn } else { NoteKind::Good };
    let mut note = Note::new(kind, title, format!("{}, {}.", evidence_list::kind(file.kind), file.format))
        .link(&file.number, urls::evidence(&file.number));
    note.items = lacks.into_iter().collect();
    note.items.extend(file.defects.iter().take(LINES_MAX).map(|defect| format!("Defect: {defect}")));
    note
}

fn summary(product: &str, release: &str, added: &Added, names: &Names) -> Facts {
    let findings = |term: &str, lines: &[FindingLine]| {
        let link = |line: &FindingLine| {
            let because = line.because.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            let text = format!(
                "{} {} ({}) in {}{because}",
                line.finding, line.vulnerability, line.severity, line.component
            );
            Link::new(text, urls::finding(product, release, &line.finding))
        };
        Fact { term: format!("{term}: {}", lines.len()), values: some(lines.iter().map(link), lines.len()) }
    };
    let unmatched = added.unmatched.iter().map(|line| plain(format!("{}: {}", line.component, line.reason)));
    let blocking = &added.blocking;
    let total = blocking.total.unwrap_or(blocking.reasons.len());
    let mut reasons: Vec<Value> = blocking.unknown.clone().map(Value::Muted).into_iter().collect();
    if total > 0 {
        let headings = ["Why", "Owes", "Due", "What to do"].map(str::to_owned).to_vec();
        let rows = blocking.reasons.iter().take(REASONS_SHOWN).map(|row| reason(row, names)).collect();
        reasons.push(Value::Table(headings, rows));
        reasons.push(Value::Link(Link::new("All reasons", urls::release(product, release, "gate"))));
    }
    let mut facts = vec![
        findings("New", &added.new),
        findings("Worse", &added.worse),
        findings("Resolved", &added.resolved),
        Fact {
            term: format!("Not matched: {}", added.unmatched.len()),
            values: some(unmatched, added.unmatched.len()),
        },
        Fact {
            term: blocking
                .total
                .map_or("Closes the gate".to_owned(), |total| format!("Closes the gate: {total}")),
            values: reasons,
        },
    ];
    if let Some(beside) = &added.beside {
        let new = beside
            .new
            .iter()
            .map(|line| plain(format!("{} ({}) in {}", line.vulnerability, line.severity, line.component)));
        let unmatched =
            beside.unmatched.iter().map(|line| plain(format!("{}: {}", line.component, line.reason)));
        facts.extend([
            Fact {
                term: format!("Would be new as the candidate: {}", beside.new.len()),
                values: some(new, beside.new.len()),
            },
            findings("Would be resolved as the candidate", &beside.resolved),
            Fact {
                term: format!("Would not be matched as the candidate: {}", beside.unmatched.len()),
                values: some(unmatched, beside.unmatched.len()),
            },
        ]);
    }
    Facts::from(facts)
}

/// Most reasons that are shown; the gate has all.
const REASONS_SHOWN: usize = 10;

fn reason(reason: &BlockingReason, names: &Names) -> Vec<String> {
    let due = reason.due.clone().unwrap_or_else(|| "no date".to_owned());
    let owner = names.owner(reason.owner.as_deref(), reason.stand_in);
    vec![reason.what.clone(), owner, due, reason.todo.clone()]
}

fn plain(text: String) -> Link {
    Link::new(text, "")
}

/// The first lines, and how many more there are.
fn some(lines: impl Iterator<Item = Link>, all: usize) -> Vec<Value> {
    if all == 0 {
        return vec![Value::Muted("none".to_owned())];
    }
    let more = (all > LINES_MAX).then(|| plain(format!("and {} more", all - LINES_MAX)));
    vec![Value::Lines(lines.take(LINES_MAX).chain(more).collect())]
}
