//! `…/sign`: giving a signature on a revision, a set of assessments, a carried set, or a pack's adoption.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use theriac_auth::{NotSigned, Permission};
use theriac_model::record::FieldError;
use theriac_service::records::{self, Approval, Giving, RecordView, RevisionView};
use theriac_service::{ServiceError, gate};

use super::names::Names;
use crate::http::{Answer, Failure, Form, Me, Web, with_toast};
use crate::parts::{
    Area, Choice, Crumb, Diff, Fact, Facts, Field, Input, Link, Note, NoteKind, Shell, SignForm, Status,
    StatusKind, Value,
};
use crate::{respond, urls};

/// The page that signs. Script shows its form in a dialog; without script it is this page.
#[derive(Debug, Clone, Template)]
#[template(path = "sign.html")]
pub struct SignPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Sign and approve RISK-12 revision 7".
    pub heading: String,
    /// The form.
    pub form: SignForm,
    /// What is signed, line by line: for a set of assessments each finding with its judgement.
    pub content: Vec<(String, String)>,
    /// What changed since the page was opened; then nothing was signed.
    pub changed: Option<Diff>,
}

/// What is signed on a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The kind's approving signature.
    #[default]
    Approve,
    /// That harm to patients has been judged.
    Clinical,
    /// That the record is no longer in use.
    Retire,
}

impl From<Act> for Giving {
    fn from(act: Act) -> Self {
        match act {
            Act::Approve => Self::Approve,
            Act::Clinical => Self::Clinical,
            Act::Retire => Self::Retire,
        }
    }
}

impl Act {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Clinical => "clinical",
            Self::Retire => "retire",
        }
    }

    fn of(text: &str) -> Self {
        [Self::Clinical, Self::Retire].into_iter().find(|act| act.as_str() == text).unwrap_or_default()
    }
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    act: Act,
}

/// What was wrong with a signature that was sent.
#[derive(Default)]
pub(super) struct Refused {
    pub password: String,
    pub note: Option<Note>,
    pub reason: String,
    pub comment: String,
}

/// Sorts a refused signature: what its page says, or a failure of its own.
pub(super) fn refused(error: ServiceError) -> Result<(StatusCode, Refused), Failure> {
    let say = |title: &str, text: String| Refused {
        note: Some(Note::new(NoteKind::Bad, title, text).alert()),
        ..Refused::default()
    };
    match error {
        ServiceError::NotSigned(NotSigned::WrongPassword) => Ok((
            StatusCode::UNPROCESSABLE_ENTITY,
            Refused {
                password: "This is not your password; nothing was signed".to_owned(),
                ..Refused::default()
            },
        )),
        ServiceError::Changed { .. } => Ok((
            StatusCode::CONFLICT,
            say("It changed meanwhile.", "Nothing was signed; read it again.".to_owned()),
        )),
        ServiceError::Conflict(conflict) => {
            Ok((StatusCode::FORBIDDEN, say("Not signed.", conflict.to_string())))
        }
        ServiceError::Rule(text) => Ok((StatusCode::CONFLICT, say("Not signed.", text))),
        ServiceError::Invalid(errors) => {
            let (comment, reason): (Vec<_>, Vec<_>) =
                errors.iter().partition(|error| error.field == "comment");
            let words = |errors: Vec<&FieldError>| {
                errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("; ")
            };
            let refused = Refused { reason: words(reason), comment: words(comment), ..Refused::default() };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, refused))
        }
        other => Err(other.into()),
    }
}

/// Shows what is signed on a record.
pub async fn show_record(
    State(web): State<Web>,
    me: Me,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let view = records::record(web.app(), me.who(), &number, None).await?;
    Ok(respond::page(&record_page(&web, &me, &view, asked.act, &Form::default(), Refused::default()).await?))
}

/// What is signed: title, fields, links with the revisions they name, files.
fn subject(view: &RecordView, shown: &RevisionView, names: &Names) -> Facts {
    let mut facts = vec![Fact::text("Title", &view.head.title)];
    facts.extend(super::record::fields(view.kind, &shown.content, names).facts);
    facts.extend(view.links.iter().map(pinned));
    facts.extend(shown.attachments.iter().map(|file| attached(view, file)));
    Facts::from(facts)
}

async fn record_page(
    web: &Web,
    me: &Me,
    view: &RecordView,
    act: Act,
    sent: &Form,
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let number = &view.record.reference;
    let shown = view.shown.as_ref();
    let shown =
        shown.ok_or_else(|| ServiceError::rule(format!("{number} has no revision that could be signed.")))?;
    let kind = view.kind;
    let verb = match act {
        Act::Approve => "Sign and approve",
        Act::Clinical => "Sign for the patient",
        Act::Retire => "Retire",
    };
    let giving = Giving::from(act);
    let meaning = giving.meaning(kind);
    let names = Names::people(web, &super::record::people_in(view)).await?;
    let hindrance = records::hindrance(web.app(), me.who(), number, giving).await?;
    let blocked = hindrance.or_else(|| me.needs_own_password());
    let reason = Field::new("reason", "Reason", Input::Area(sent.get("reason").to_owned(), 3));
    let fields = match act {
        Act::Retire => vec![reason.hint("Why it is no longer in use").error(refused.reason).required()],
        Act::Approve | Act::Clinical => Vec::new(),
    };
    Ok(SignPage {
        shell: super::record::shell(me, number, kind, "Sign"),
        heading: format!("{verb} {number} revision {}", shown.revision.number),
        content: Vec::new(),
        changed: None,
        form: SignForm {
            action: urls::record_page(number, "sign"),
            csrf: me.csrf(),
            digest: match act {
                Act::Retire => view.retirable().unwrap_or(shown.revision.digest).to_string(),
                Act::Approve | Act::Clinical => shown.revision.digest.to_string(),
            },
            hidden: vec![("act".to_owned(), act.as_str().to_owned())],
            subject: subject(view, shown, &names),
            fields,
            signer: me.session.name.clone(),
            signer_title: String::new(),
            meanings: vec![Choice::new(meaning, meaning, meaning)],
            warnings: refused.note.into_iter().collect(),
            blocked,
            password_error: refused.password,
            comment: match act {
                // Its reason is what is said.
                Act::Retire => None,
                Act::Approve | Act::Clinical => {
                    Some(SignForm::comment(sent.get("comment"), &refused.comment))
                }
            },
            submit: verb.to_owned(),
            cancel: urls::record(number),
        },
    })
}

/// A link as it is signed: to the revision that it was made against.
fn pinned(link: &records::LinkRow) -> Fact {
    let page = urls::record_page(&link.target_reference, &link.pinned_number.to_string());
    let words = format!("{} revision {}", link.target_reference, link.pinned_number);
    let mut values = vec![Value::Link(Link::new(words, page)), Value::Text(link.target_title.clone())];
    if link.suspect {
        values.push(Value::Status(Status::from(StatusKind::Suspect)));
    }
    Fact { term: link.link.replace('-', " "), values }
}

/// A file that is signed with the record: the digest covers it.
fn attached(view: &RecordView, file: &records::Attachment) -> Fact {
    let shown = super::record::attachment(&view.record.reference, file);
    let size = Value::Muted(format!("{}, digest", super::record::size(view, file)));
    Fact {
        term: "Attached file".to_owned(),
        values: vec![Value::Link(shown.file), size, Value::Code(shown.digest)],
    }
}

/// Signs a record.
pub async fn sign_record(State(web): State<Web>, me: Me, Path(number): Path<String>, sent: Form) -> Answer {
    let act = Act::of(sent.get("act"));
    match sign(&web, &me, &number, act, &sent).await {
        Ok(said) => Ok(with_toast(&urls::record(&number), &said)),
        Err(error) => {
            let (status, refused) = refused(error)?;
            let view = records::record(web.app(), me.who(), &number, None).await?;
            Ok(respond::with_status(status, &record_page(&web, &me, &view, act, &sent, refused).await?))
        }
    }
}

async fn sign(web: &Web, me: &Me, number: &str, act: Act, sent: &Form) -> Result<String, ServiceError> {
    let digest =
        sent.get("digest").parse().map_err(|_| ServiceError::field("digest", "load the page again"))?;
    let proof = me.prove(web, sent).await?;
    let approval = match act {
        Act::Approve => records::approve(web.app(), me.who(), &proof, number, digest).await?,
        Act::Clinical => records::sign_clinical(web.app(), me.who(), &proof, number, digest).await?,
        Act::Retire => {
            records::retire(web.app(), me.who(), &proof, number, digest, sent.get("reason")).await?;
            return Ok(format!("{number} is retired"));
        }
    };
    Ok(match approval {
        Approval::Approved => format!("{number} is approved"),
        Approval::Waiting(meaning) => format!("Signed. {number} still waits for: {meaning}"),
    })
}

/// Shows the pack that is to be adopted.
pub async fn show_pack(State(web): State<Web>, me: Me, Path(pack): Path<String>) -> Answer {
    Ok(respond::page(&pack_page(&web, &me, &pack, &Form::default(), Refused::default()).await?))
}

async fn pack_page(
    web: &Web,
    me: &Me,
    id: &str,
    sent: &Form,
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let view = gate::pack_in_force(web.app(), me.who()).await?;
    if view.pack.id != id {
        return Err(ServiceError::not_found("pack", id));
    }
    let blocked = me.cannot_sign(Permission::AdoptPack, theriac_auth::Scope::Organisation);
    let mut shell = me.shell(format!("Adopt {}", view.pack.title), Area::Other);
    shell.crumbs = vec![Crumb::to("Products", "/products"), Crumb::here(&view.pack.title)];
    let adopted = view.adoption.as_ref().map(|row| {
        let text =
            format!("{} adopted it, compared with: {}.", view.by.clone().unwrap_or_default(), row.copy_of);
        Note::new(NoteKind::Good, "It is adopted.", text)
    });
    Ok(SignPage {
        shell,
        heading: format!("Adopt {}", view.pack.title),
        content: view
            .pack
            .clauses
            .iter()
            .map(|clause| (format!("{} {}", clause.number, clause.title), clause.duty.clone()))
            .collect(),
        changed: None,
        form: SignForm {
            action: format!("/packs/{}/sign", urls::encode(id)),
            csrf: me.csrf(),
            digest: view.pack.digest.to_string(),
            hidden: Vec::new(),
            subject: Facts::from(vec![
                Fact::text("Pack", &view.pack.title),
                Fact::text("Clauses", view.pack.clauses.len().to_string()),
            ]),
            fields: vec![
                Field::new("copy_of", "Compared with", Input::Text(sent.get("copy_of").to_owned()))
                    .hint("Which copy of the standard you compared it with")
                    .error(refused.reason)
                    .required(),
            ],
            signer: me.session.name.clone(),
            signer_title: String::new(),
            meanings: vec![Choice::new(
                "adopted",
                "I compared the pack with our own copy of the standard",
                "adopted",
            )],
            warnings: refused.note.into_iter().chain(adopted).collect(),
            blocked,
            password_error: refused.password,
            comment: None,
            submit: "Adopt the pack".to_owned(),
            cancel: "/products".to_owned(),
        },
    })
}

/// Adopts the pack.
pub async fn sign_pack(State(web): State<Web>, me: Me, Path(pack): Path<String>, sent: Form) -> Answer {
    let signed = adopt(&web, &me, &sent).await;
    match signed {
        Ok(()) => Ok(with_toast("/products", "The pack is adopted; verdicts are no longer provisional")),
        Err(error) => answer(&web, &me, &pack, &sent, error).await,
    }
}

async fn answer(
    web: &Web,
    me: &Me,
    pack: &str,
    sent: &Form,
    error: ServiceError,
) -> Result<Response, Failure> {
    let (status, refused) = refused(error)?;
    Ok(respond::with_status(status, &pack_page(web, me, pack, sent, refused).await?))
}

async fn adopt(web: &Web, me: &Me, sent: &Form) -> Result<(), ServiceError> {
    let digest =
        sent.get("digest").parse().map_err(|_| ServiceError::field("digest", "load the page again"))?;
    let proof = me.prove(web, sent).await?;
    gate::adopt_pack(web.app(), me.who(), &proof, digest, sent.get("copy_of")).await
}
