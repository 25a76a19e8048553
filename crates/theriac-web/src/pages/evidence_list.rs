//! `/products/{product}/releases/{release}/evidence`: what machines delivered for a release.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::EvidenceKind;
use theriac_model::record::FieldError;
use theriac_service::evidence::{self, ListEvidence};
use theriac_service::products::{self, NewBuild, ReleaseView};
use theriac_service::{Paging, ServiceError};

use super::error_at;
use super::release::{self, At};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{
    Action, Choice, Column, Empty, Field, Filters, Input, Link, Pager, Shell, Status, StatusKind, TableHead,
    When,
};
use crate::{respond, urls};

/// One piece of evidence.
#[derive(Debug, Clone)]
pub struct EvidenceRow {
    /// Number and file name, leading to it.
    pub number: String,
    /// File name.
    pub file: String,
    /// Where it leads.
    pub href: String,
    /// SBOM, test results, build manifest.
    pub kind: String,
    /// The build it speaks of; empty when it is not bound.
    pub build: String,
    /// Tool and version; may be empty.
    pub tool: String,
    /// When it was performed.
    pub performed: Option<When>,
    /// When it was recorded.
    pub recorded: When,
    /// Accepted or disqualified.
    pub state: Status,
}

/// A build of the release.
#[derive(Debug, Clone)]
pub struct BuildRow {
    /// Its name, leading to its evidence.
    pub link: Link,
    /// "candidate", or nothing.
    pub about: String,
    /// Names it as the candidate; only where that can be done.
    pub name_candidate: Option<Action>,
}

/// The evidence of a release.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence_list.html")]
pub struct EvidenceListPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Evidence of 2.4.0".
    pub heading: String,
    /// Such as "Upload evidence".
    pub actions: Vec<Action>,
    /// Filter form.
    pub filters: Filters,
    /// Head: evidence, kind, build, tool, performed and recorded, state.
    pub head: TableHead,
    /// Newest first.
    pub rows: Vec<EvidenceRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Builds of the release.
    pub builds: Vec<BuildRow>,
    /// Where the form that adds a build goes: it sends `csrf`, `name` and `commit`.
    pub builds_url: String,
    /// Its fields; empty when the person may not add one.
    pub add_build: Vec<Field>,
}

/// Kinds of evidence and their names.
const KINDS: &[(EvidenceKind, &str)] = &[
    (EvidenceKind::Sbom, "SBOM"),
    (EvidenceKind::TestResults, "Test results"),
    (EvidenceKind::BuildManifest, "Build manifest"),
];
const SIZE: u32 = 50;

/// The name of a kind of evidence.
pub fn kind(kind: EvidenceKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or(kind.as_str(), |(_, name)| name)
}

/// Whether evidence counts.
pub fn state(row: &evidence::EvidenceRow) -> Status {
    match (row.disqualified, row.missing().is_empty()) {
        (true, _) => StatusKind::Disqualified.into(),
        (false, true) => StatusKind::Accepted.into(),
        (false, false) => Status::saying(StatusKind::Unmatched, "Counts for nothing yet"),
    }
}

/// What evidence lacks to support a verdict, and what is to be done; `None` when it lacks nothing.
pub fn lacks(missing: &[&str]) -> Option<String> {
    let word = |what: &&str| match *what {
        "build" => "which build it speaks of",
        "tool" => "the tool with its version",
        _ => "when it was made",
    };
    let words: Vec<&str> = missing.iter().map(word).collect();
    let (last, first) = words.split_last()?;
    let said = if first.is_empty() { (*last).to_owned() } else { format!("{} and {last}", first.join(", ")) };
    Some(format!(
        "It supports no verdict: it does not say {said}. Hand the same file in again and say so; that is a new entry, and \
         this one stays as it is."
    ))
}

/// Tool and version in one; empty when no tool is known.
pub fn tool(row: &evidence::EvidenceRow) -> String {
    let parts = [row.tool.as_deref(), row.tool_version.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    kind: String,
    build: String,
    after: String,
}

impl Asked {
    fn input(&self, product: &str, release: &str) -> Result<ListEvidence, ServiceError> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let kind = given(&self.kind).map(|word| {
            word.parse().map_err(|_| ServiceError::field("kind", format!("'{word}' is no kind of evidence")))
        });
        Ok(ListEvidence {
            product: product.to_owned(),
            release: release.to_owned(),
            kind: kind.transpose()?,
            build: given(&self.build),
            query: self.q.clone(),
            paging: Paging { after: given(&self.after), limit: SIZE },
        })
    }
}

/// Shows the evidence of a release.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Query(query): Query<At>,
) -> Answer {
    let mut page = page(&web, &me, (&product, &name), &asked, &Form::default(), &[]).await?;
    let here = urls::release(&product, &name, "evidence");
    release::only_today(&mut page.shell, "Evidence and builds", &here, query.day(&me)?);
    Ok(respond::page(&page))
}

/// The page, with what was typed of a build that was refused.
async fn page(
    web: &Web,
    me: &Me,
    (product, name): (&str, &str),
    asked: &Asked,
    sent: &Form,
    errors: &[FieldError],
) -> Result<EvidenceListPage, ServiceError> {
    let listed = evidence::list(web.app(), me.who(), &asked.input(product, name)?).await?;
    let found = products::product(web.app(), me.who(), product).await?;
    let release = products::release(web.app(), me.who(), product, name).await?;
    let paging = Paging { limit: 200, after: None };
    let builds = products::builds(web.app(), me.who(), product, name, &paging).await?.items;
    let here = urls::release(product, name, "evidence");
    let upload = Action::open("Upload evidence", format!("{here}/new")).main();
    let blocked = me.blocked(Permission::UploadEvidence, Scope::Product(ProductId(found.id)));
    let upload = if blocked.is_empty() { upload } else { Action::blocked("Upload evidence", blocked) };
    let may = me.may(Permission::ManageReleases, Scope::Product(ProductId(found.id)));
    let rows: Vec<EvidenceRow> = listed.items.iter().map(|row| self::row(me, row)).collect();
    let names: Vec<&str> = builds.iter().map(|build| build.name.as_str()).collect();
    let mut shell = release::shell(me, (product, &found.name), name, "evidence");
    shell.api = Some(format!("/api/v1{here}"));
    let adds = me.may(Permission::AddBuild, Scope::Product(ProductId(found.id)));
    Ok(EvidenceListPage {
        shell,
        heading: format!("Evidence of {name}"),
        actions: vec![upload.clone()],
        filters: filters(&here, asked, &names),
        head: TableHead::new(vec![
            Column::new("Evidence").grow(),
            Column::new("Kind"),
            Column::new("Build"),
            Column::new("Tool"),
            Column::new("Performed"),
            Column::new("State"),
        ]),
        pager: pager(&here, asked, rows.len(), listed.next.as_deref()),
        empty: empty(asked, name, upload),
        rows,
        builds: names.iter().map(|build| build_row(me, &release, build, may)).collect(),
        builds_url: urls::release(product, name, "builds"),
        add_build: if adds { build_fields(sent, errors) } else { Vec::new() },
    })
}

fn row(me: &Me, row: &evidence::EvidenceRow) -> EvidenceRow {
    EvidenceRow {
        number: row.reference.clone(),
        file: row.file.clone(),
        href: urls::evidence(&row.reference),
        kind: kind(row.kind).to_owned(),
        build: row.build.clone().unwrap_or_default(),
        tool: tool(row),
        performed: row.performed_at.map(|at| me.when(at)),
        recorded: me.when(row.recorded_at),
        state: state(row),
    }
}

fn filters(here: &str, asked: &Asked, builds: &[&str]) -> Filters {
    let kinds = std::iter::once(Choice::new("", "All kinds", &asked.kind));
    let kinds = kinds.chain(KINDS.iter().map(|(kind, name)| Choice::new(kind.as_str(), *name, &asked.kind)));
    let all = std::iter::once(Choice::new("", "All builds", &asked.build));
    let all = all.chain(builds.iter().map(|name| Choice::new(*name, *name, &asked.build)));
    Filters {
        action: here.to_owned(),
        of: "evidence".to_owned(),
        q: asked.q.clone(),
        placeholder: "File name".to_owned(),
        selects: vec![
            ("kind".to_owned(), "Kind".to_owned(), kinds.collect()),
            ("build".to_owned(), "Build".to_owned(), all.collect()),
        ],
        date: None,
        keep: Vec::new(),
        clear: filtered(asked).then(|| here.to_owned()),
    }
}

fn filtered(asked: &Asked) -> bool {
    [&asked.q, &asked.kind, &asked.build].iter().any(|text| !text.is_empty())
}

fn pager(here: &str, asked: &Asked, shown: usize, next: Option<&str>) -> Pager {
    let at = |after: &str| {
        let pairs =
            [("q", asked.q.as_str()), ("kind", &asked.kind), ("build", &asked.build), ("after", after)];
        urls::with_query(here, &pairs)
    };
    Pager {
        shown: format!("{shown} shown, newest first"),
        first: (!asked.after.is_empty()).then(|| at("")),
        next: next.map(|next| Link::new(format!("Next {SIZE}"), at(next))),
        exports: Vec::new(),
    }
}

fn empty(asked: &Asked, release: &str, upload: Action) -> Empty {
    if filtered(asked) {
        return Empty::new("No evidence fits", "Clear the filters to see all of it.", Vec::new());
    }
    let text = "Hand in an SBOM, test results or a build manifest; components, findings and verdicts come from them.";
    Empty::new(format!("No evidence for {release} yet"), text, vec![upload])
}

/// A build; whoever manages the release may name it as the candidate until the release is decided.
fn build_row(me: &Me, release: &ReleaseView, build: &str, may: bool) -> BuildRow {
    let at = |page| urls::release(&release.product, &release.name, page);
    let candidate = release.candidate.as_deref() == Some(build);
    let name_candidate = (may && !candidate && release.decided_at.is_none()).then(|| {
        let label = format!("Name {build} as the candidate");
        Action::send(label, at("candidate"), &me.csrf(), &[("build", build)]).small()
    });
    BuildRow {
        link: Link::new(build, urls::with_query(&at("evidence"), &[("build", build)])),
        about: if candidate { "candidate" } else { "" }.to_owned(),
        name_candidate,
    }
}

/// Names the build that is to become the release.
pub async fn name_candidate(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    let build = sent.get("build");
    products::set_candidate(web.app(), me.who(), &product, &name, build).await?;
    Ok(with_toast(&urls::release(&product, &name, "evidence"), &format!("{build} is the candidate")))
}

fn build_fields(sent: &Form, errors: &[FieldError]) -> Vec<Field> {
    let text = |name: &str| Input::Text(sent.get(name).to_owned());
    vec![
        Field::new("build", "Name", text("build"))
            .hint("Such as 2.4.0-rc.2")
            .error(error_at(errors, "build"))
            .required(),
        Field::new("commit", "Commit", text("commit"))
            .hint("What it was made from: the 40 characters of git rev-parse HEAD")
            .error(error_at(errors, "commit"))
            .required(),
    ]
}

/// Makes a build known.
pub async fn add_build(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    let new = NewBuild {
        product: product.clone(),
        release: name.clone(),
        name: sent.get("build").trim().to_owned(),
        commit: sent.get("commit").trim().to_owned(),
    };
    let errors = match products::add_build(web.app(), me.who(), new).await {
        Ok(build) => {
            let here = urls::release(&product, &name, "evidence");
            return Ok(with_toast(&here, &format!("{} added", build.name)));
        }
        Err(ServiceError::Invalid(errors)) => errors,
        Err(error @ ServiceError::Exists { .. }) => vec![FieldError::new("build", error.to_string())],
        Err(error) => return Err(error.into()),
    };
    let page = page(&web, &me, (&product, &name), &Asked::default(), &sent, &errors).await?;
    Ok(respond::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
