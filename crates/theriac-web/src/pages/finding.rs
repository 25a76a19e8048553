//! `…/findings/{finding}`: what is known of one finding, everything that was judged, and the form that judges.

use askama::Template;
use axum::extract::{Path, Query, State};
use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::CLINICAL;
use theriac_service::findings::{self, AssessmentView, FindingPage as Known, Standing};
use theriac_service::{MOST, ServiceError, products};

use super::assess::{self, AssessmentForm, Refused, Typed};
use super::finding_judged::{self, Beside};
use super::findings::{self as findings_page, Asked, FindingsPage, One, severity, standing, state};
use super::findings_sign;
use super::names::Names;
use crate::http::{Answer, Me, Web};
use crate::parts::{Action, Crumb, Fact, Facts, Link, Note, NoteKind, Signature, Status, Value};
use crate::{markdown, respond, urls};

/// What is known of a finding, and its assessment: the same in the pane and on its page.
#[derive(Debug, Clone, Template)]
#[template(path = "macros/finding.html")]
pub struct FindingView {
    /// Number.
    pub number: String,
    /// Address of its page.
    pub href: String,
    /// Component and version.
    pub subject: String,
    /// State.
    pub state: Status,
    /// What else the state says, such as "waits for a signature"; may be empty.
    pub state_note: String,
    /// What the vulnerability is, as plain text.
    pub summary: String,
    /// Vulnerability and aliases, component, CVSS, fixed versions, evidence, advisories.
    pub facts: Facts,
    /// Such as "Sign assessment", for the pane; its page has them in its head.
    pub actions: Vec<Action>,
    /// Carried over, no longer valid, waiting for a signature, resolved with reason.
    pub notes: Vec<Note>,
    /// Why the judgement that was sent was not taken.
    pub refusal: Vec<Note>,
    /// What somebody else saved meanwhile, beside what was typed.
    pub beside: Option<Beside>,
    /// What was judged last, in full; empty while nobody has judged.
    pub judgement: Facts,
    /// The assessment form; `None` when there is nothing to judge any more.
    pub form: Option<AssessmentForm>,
    /// Signed assessments so far, newest first.
    pub assessments: Vec<Signature>,
}

impl askama::filters::HtmlSafe for FindingView {}

/// Most characters of an advisory's text.
const DETAILS_MAX: usize = 1_500;
/// Most links of an advisory.
const LINKS_MAX: usize = 5;

/// Shows a finding.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release, number)): Path<(String, String, String)>,
    Query(asked): Query<Asked>,
) -> Answer {
    Ok(respond::page(&page(&web, &me, (&product, &release, &number), &asked, None).await?))
}

/// The page of a finding, with a judgement that was not taken.
pub(super) async fn page(
    web: &Web,
    me: &Me,
    (product, release, number): (&str, &str, &str),
    asked: &Asked,
    refused: Option<&Refused>,
) -> Result<FindingsPage, ServiceError> {
    let known = known(web, me, product, release, number).await?;
    let row = products::product(web.app(), me.who(), product).await?;
    let mut page = findings_page::of_release(web, me, &row, release, asked).await?;
    let shell = &mut page.shell;
    shell.title = format!("{number} of {} {release}", row.name);
    shell.crumbs.pop();
    let list = asked.on(&urls::release(product, release, "findings"));
    shell.crumbs.extend([Crumb::to("Findings", list), Crumb::here(number)]);
    shell.api = Some(format!("/api/v1/findings/{}", urls::encode(number)));
    page.rows.iter_mut().for_each(|listed| listed.current = listed.number == number);
    let (previous, next) = neighbours(web, me, &known, asked).await?;
    let actions = actions(web, me, &known, row.id).await?.into_iter().map(Action::main).collect();
    page.one = Some(One { actions, previous, next });
    page.pane = Some(view(web, me, &known, asked, refused).await?);
    Ok(page)
}

/// The finding, when it is one of this release.
async fn known(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    number: &str,
) -> Result<Known, ServiceError> {
    let known = findings::page(web.app(), me.who(), number).await?;
    if known.row.product != product || known.row.release != release {
        return Err(ServiceError::not_found("finding of this release", number));
    }
    Ok(known)
}

/// A finding for the pane.
pub(super) async fn read(
    web: &Web,
    me: &Me,
    number: &str,
    asked: &Asked,
) -> Result<FindingView, ServiceError> {
    let known = findings::page(web.app(), me.who(), number).await?;
    view(web, me, &known, asked, None).await
}

/// The findings before and after in the list, as far as its longest page reaches.
async fn neighbours(
    web: &Web,
    me: &Me,
    known: &Known,
    asked: &Asked,
) -> Result<(Option<Link>, Option<Link>), ServiceError> {
    let row = &known.row;
    let input = asked.input(Some((&row.product, &row.release)), MOST)?;
    let rows = findings::list(web.app(), me.who(), &input).await?.page.items;
    let Some(here) = rows.iter().position(|other| other.reference == row.reference) else {
        return Ok((None, None));
    };
    let link = |place: Option<usize>| {
        let other = rows.get(place?)?;
        let href = asked.on(&urls::finding(&row.product, &row.release, &other.reference));
        Some(Link::new(&other.reference, href))
    };
    Ok((link(here.checked_sub(1)), link(here.checked_add(1))))
}

/// The signature that the finding waits for: to be given, or why this person does not give it. Who has no such permission
/// is offered nothing.
async fn actions(web: &Web, me: &Me, known: &Known, product: i64) -> Result<Vec<Action>, ServiceError> {
    let scope = Scope::Product(ProductId(product));
    let judge = ("judge", &[Permission::AssessFinding, Permission::AcceptRisk][..]);
    let clinical = ("clinical", &[Permission::SignClinical][..]);
    let wanted = match known.row.standing {
        Standing::Unsigned if lacks_clinical(known) => vec![judge, clinical],
        Standing::Unsigned => vec![judge],
        Standing::NoClinical => vec![clinical],
        _ => Vec::new(),
    };
    let mut actions = Vec::new();
    for (act, permissions) in wanted {
        let Some(set) = known.set.filter(|_| permissions.iter().any(|one| me.may(*one, scope))) else {
            continue;
        };
        let (many, why) = findings_sign::one_set(web, me, scope, set, act == "clinical").await?;
        let label = sign_label(act, many);
        let here = urls::release(&known.row.product, &known.row.release, "findings/sign");
        let href = urls::with_query(&here, &[("set", &set.to_string()), ("act", act)]);
        actions.push(match why.as_str() {
            "" => Action::open(label, href).small().key("sign"),
            _ => Action::blocked(label, why),
        });
    }
    Ok(actions)
}

/// What the button says: judgements that were saved together are signed together.
fn sign_label(act: &str, many: usize) -> String {
    match (act, many) {
        ("clinical", 0 | 1) => "Sign for the patient".to_owned(),
        ("clinical", many) => format!("Sign {many} for the patient"),
        (_, 0 | 1) => "Sign assessment".to_owned(),
        (_, many) => format!("Sign {many} assessments"),
    }
}

/// Whether a clinical assessor signs the latest judgement and none has. The two signatures come in any order.
fn lacks_clinical(known: &Known) -> bool {
    known.assessments.first().is_some_and(|judged| {
        findings::needs_clinical(&judged.assessment)
            && judged.signatures.iter().all(|signature| signature.meaning != CLINICAL)
    })
}

async fn view(
    web: &Web,
    me: &Me,
    known: &Known,
    asked: &Asked,
    refused: Option<&Refused>,
) -> Result<FindingView, ServiceError> {
    let row = &known.row;
    let open = row.resolved.is_none();
    let product = products::product(web.app(), me.who(), &row.product).await?;
    let form = match (open, refused) {
        (false, None) => None,
        (_, refused) => Some(form(web, me, known, product.id, asked, refused).await?),
    };
    let signers = known.assessments.iter().flat_map(|judged| &judged.signatures).map(|signed| &signed.person);
    let assessors = known.assessments.iter().map(|judged| &judged.assessor);
    let fixers = known.assessments.iter().filter_map(|judged| judged.fixer.as_ref());
    let typed = refused.map(|refused| refused.sent.get("fixer").to_owned());
    let people = assessors.chain(signers).chain(fixers).chain(&row.owner).chain(&typed);
    let names = Names::people(web, people).await?;
    let owner = names.owed(row.owner.as_deref(), row.stand_in);
    let actions = actions(web, me, known, product.id).await?;
    let first = known.advisories.iter().find(|advisory| !advisory.summary.is_empty());
    let latest = known.assessments.first().map(|judged| judged.assessment.id);
    let signatures = known.assessments.iter().flat_map(|judged| {
        let covers = Some(judged.assessment.id) == latest && judged.assessment.changed.is_empty();
        let names = &names;
        judged.signatures.iter().rev().map(move |signature| Signature {
            who: names.person(&signature.person),
            on: said(judged),
            meaning: signature.meaning.clone(),
            at: me.when(signature.at),
            authentication: signature.method.clone(),
            digest: signature.set.short(),
            covers,
            comment: signature.comment.clone(),
            reason: judged.assessment.explanation.clone(),
        })
    });
    let signatures: Vec<Signature> = signatures.collect();
    Ok(FindingView {
        number: row.reference.clone(),
        href: asked.on_page(&urls::finding(&row.product, &row.release, &row.reference)),
        subject: row.component.clone(),
        state: Status::from(state(&row.state)).boxed(),
        state_note: standing(row.standing).to_owned(),
        summary: first.map(|advisory| advisory.summary.clone()).unwrap_or_default(),
        facts: facts(me, known, &owner),
        actions,
        notes: notes(me, known, &names),
        refusal: refused.map(Refused::notes).unwrap_or_default(),
        beside: refused.filter(|refused| refused.overtaken).and_then(|refused| {
            let judged = known.assessments.first()?;
            Some(Beside::of_one(me, &row.reference, judged, &refused.sent, &names))
        }),
        judgement: known
            .assessments
            .first()
            .map(|judged| finding_judged::facts(me, judged, &names, &row.product))
            .unwrap_or_default(),
        form,
        assessments: signatures,
    })
}

/// The form for one finding: what was judged last, or what was sent and not taken. It leads back to the same list.
async fn form(
    web: &Web,
    me: &Me,
    known: &Known,
    product: i64,
    asked: &Asked,
    refused: Option<&Refused>,
) -> Result<AssessmentForm, ServiceError> {
    let row = &known.row;
    let findings = vec![row.reference.clone()];
    let (typed, errors) = match refused {
        None => (Typed::of(known.assessments.first(), &findings, known.expected), &[][..]),
        Some(refused) => {
            (Typed::refused(findings, known.expected, refused.sent.clone()), refused.errors.as_slice())
        }
    };
    let mut form = assess::form(web, me, (&row.product, product, &row.release), typed, errors).await?;
    form.action = asked.on_page(&form.action);
    Ok(form)
}

/// A judgement in a phrase, such as "not affected: component not present".
pub(super) fn said(judged: &AssessmentView) -> String {
    let row = &judged.assessment;
    let mut words = row.status.clone();
    if let Some(justification) = &row.justification {
        words = format!("{words}: {justification}");
    }
    if let Some(decision) = &row.decision {
        words = format!("{words}, {decision}");
    }
    words
}

fn facts(me: &Me, known: &Known, owner: &str) -> Facts {
    let row = &known.row;
    let mut vulnerability = vec![Value::Text(row.vulnerability.clone())];
    if !row.aliases.is_empty() {
        vulnerability.push(Value::Muted(format!("also {}", row.aliases.join(", "))));
    }
    let mut facts = vec![
        Fact { term: "Vulnerability".to_owned(), values: vulnerability },
        Fact::code("Component", &row.component),
        Fact::text("Severity", severity(row.severity, row.score_tenths)),
        known.cvss.as_ref().map_or_else(|| Fact::none("CVSS"), |vector| Fact::code("CVSS", vector)),
        if row.fixed.is_empty() {
            Fact::none("Fixed in")
        } else {
            Fact::text("Fixed in", row.fixed.join(", "))
        },
        way(&known.way),
        Fact::new("Opened", Value::When(me.when(known.opened_at))),
        row.due.map_or_else(|| Fact::none("Due"), |day| Fact::new("Due", Value::When(me.day(day)))),
        if owner.is_empty() { Fact::none("Owed by") } else { Fact::text("Owed by", owner) },
        Fact::links(
            "Evidence",
            known.evidence.iter().map(|number| Link::new(number, urls::evidence(number))).collect(),
        ),
    ];
    if let Some(matching) = &known.matching {
        let mut values = vec![Value::When(me.when(matching.at))];
        if let Some(at) = matching.feed_at {
            values.push(Value::Muted("newest advisory".to_owned()));
            values.push(Value::When(me.when(at)));
        }
        facts.push(Fact { term: "Matched".to_owned(), values });
    }
    for advisory in &known.advisories {
        let mut values = Vec::new();
        if let Some(published) = &advisory.published {
            values.push(Value::Muted("published".to_owned()));
            values.push(match published.parse() {
                Ok(at) => Value::When(me.when(at)),
                Err(_) => Value::Text(published.clone()),
            });
        }
        if !advisory.details.is_empty() {
            let start: String = advisory.details.chars().take(DETAILS_MAX).collect();
            values.push(Value::Html(markdown::render(&start)));
        }
        let safe = advisory.references.iter().filter(|url| url.starts_with("https://"));
        values.extend(safe.take(LINKS_MAX).map(|url| Value::Link(Link::new(url, url))));
        facts.push(Fact { term: advisory.id.clone(), values });
    }
    Facts::from(facts)
}

fn notes(me: &Me, known: &Known, names: &Names) -> Vec<Note> {
    let row = &known.row;
    let latest = known.assessments.first();
    let mut notes = Vec::new();
    if let Some(why) = &row.resolved {
        notes.push(Note::new(NoteKind::Good, "Closed.", why));
    }
    let from = latest.and_then(|judged| judged.carried_from.as_ref());
    let origin = |note: Note| match from {
        None => note,
        Some((number, release)) => {
            note.link(format!("{number} of {release}"), urls::finding(&row.product, release, number))
        }
    };
    let words = standing(row.standing);
    let judged = latest.map(|judged| {
        let assessor = names.person(&judged.assessor);
        format!("{assessor} judged on {}: {}.", me.when(judged.assessment.at).shown, said(judged))
    });
    let judged = judged.unwrap_or_default();
    match row.standing {
        Standing::Lapsed => {
            let title = match from {
                Some((_, release)) => format!("Carried over from {release}, no longer valid."),
                None => "The judgement is no longer valid.".to_owned(),
            };
            let mut note =
                Note::new(NoteKind::Doubt, title, format!("{judged} Since then this has changed:"));
            note.items.clone_from(&row.changed);
            notes.push(origin(note));
        }
        Standing::Unconfirmed => {
            let here = urls::release(&row.product, &row.release, "findings/confirm");
            let note = Note::new(NoteKind::Info, "Carried over, to be confirmed.", judged);
            notes.push(origin(note).link("Confirm what is carried over", here));
        }
        Standing::Unsigned | Standing::NoClinical => {
            notes.push(Note::new(NoteKind::Info, format!("It {words}."), judged));
        }
        Standing::NotSeparate => notes.push(Note::new(NoteKind::Warn, "", format!("{words}."))),
        // The judgement stands below, in full.
        Standing::ToBeFixed | Standing::UnderInvestigation | Standing::Acceptable => {}
        Standing::New | Standing::Resolved => {}
    }
    notes
}

/// Most components of a way that are shown.
const WAY_SHOWN: usize = 12;

/// How the component gets into the product.
fn way(way: &[String]) -> Fact {
    let term = "Comes in through";
    match way {
        [] => Fact::text(term, "not said by the SBOM"),
        [_] => Fact::text(term, "the product needs it itself"),
        [through @ .., _] if through.len() > WAY_SHOWN => {
            let (first, last) = (&through[..WAY_SHOWN - 1], &through[through.len() - 1]);
            Fact::text(term, format!("{} › … › {last}", first.join(" › ")))
        }
        [through @ .., _] => Fact::text(term, through.join(" › ")),
    }
}
