//! `/records/new`: which kind of record to write.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use theriac_auth::{Permission, ProductId, Scope as Place};
use theriac_conformity::Missing;
use theriac_conformity::pack::Judges;
use theriac_model::kinds::DEVIATION;
use theriac_model::record::{Kind, LIST_MAX, Scope, form_values};
use theriac_service::records::{self, Begin, ScopeInput};
use theriac_service::{Paging, ServiceError, gate, products};

use super::conflict;
use super::record_edit::{Shown, edit_page, links_of, saved_by_script, typed};
use crate::http::{Answer, Failure, Form, Me, Web, by_script, see_other, with_toast};
use crate::parts::{Area, Choice, Crumb, Field, Input, Shell};
use crate::{respond, urls};

/// Bytes that name a form.
const FORM_ID: usize = 16;

/// Said of a kind that the person may write nowhere.
pub(super) const NOT_YOURS: &str = "Your roles do not write these.";

/// One kind, as offered.
#[derive(Debug, Clone)]
pub struct KindRow {
    /// Its title, such as "Risk".
    pub title: String,
    /// Its prefix, such as "RISK".
    pub prefix: String,
    /// What it is for.
    pub about: String,
    /// Where its form is.
    pub href: String,
    /// Why this person may not write one; empty when they may.
    pub blocked: String,
}

/// The kinds of record. Where a kind needs a scope that is not known yet, its address asks for it: the
/// form sends `kind` and `scope` by GET to `/records/new`.
#[derive(Debug, Clone, Template)]
#[template(path = "record_new.html")]
pub struct RecordNewPage {
    /// Surroundings.
    pub shell: Shell,
    /// The kind already chosen: its id and title; then only the scope is asked.
    pub chosen: Option<(String, String)>,
    /// The field `scope`.
    pub scope: Field,
    /// Kinds, in the order of the standard's processes.
    pub kinds: Vec<KindRow>,
}

/// What the address says.
#[derive(Debug, Default, Clone, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    product: String,
    release: String,
    scope: String,
    clause: String,
    /// What names the form.
    form: String,
}

impl Asked {
    /// The scope asked for: from `scope` (`product/release`, `product`, `-`), else from product and release.
    fn place(&self, kind: &Kind) -> Option<ScopeInput> {
        let (product, release) = match self.scope.split_once('/') {
            _ if self.scope == "-" => return fits(kind, ScopeInput::Organisation),
            Some((product, release)) => (product.to_owned(), release.to_owned()),
            None if !self.scope.is_empty() => (self.scope.clone(), String::new()),
            None => (self.product.clone(), self.release.clone()),
        };
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        // A release without its product says nothing: the scope is still to be chosen.
        let input = ScopeInput::new(some(product), some(release)).ok()?;
        match (&input, kind.scopes) {
            (ScopeInput::Organisation, [Scope::Organisation]) => Some(input),
            // Without a product in the address the scope is still to be chosen.
            (ScopeInput::Organisation, _) => None,
            _ => fits(kind, input),
        }
    }

    fn action(&self, place: &ScopeInput) -> String {
        let (product, release) = match place {
            ScopeInput::Organisation => (String::new(), String::new()),
            ScopeInput::Product(product) => (product.clone(), String::new()),
            ScopeInput::Release(product, release) => (product.clone(), release.clone()),
        };
        let scope = if product.is_empty() { "-" } else { "" };
        let pairs =
            [("kind", self.kind.as_str()), ("product", &product), ("release", &release), ("scope", scope)];
        urls::with_query("/records/new", &pairs)
    }
}

fn fits(kind: &Kind, input: ScopeInput) -> Option<ScopeInput> {
    let scope = match &input {
        ScopeInput::Organisation => Scope::Organisation,
        ScopeInput::Product(_) => Scope::Product,
        ScopeInput::Release(..) => Scope::Release,
    };
    kind.scopes.contains(&scope).then_some(input)
}

/// Shows the kinds, the scopes of one, or its empty form.
pub async fn show(State(web): State<Web>, me: Me, Query(asked): Query<Asked>) -> Answer {
    let Some(kind) = web.app().kind(&asked.kind) else { return choose_kind(&web, &me, &asked) };
    let Some(place) = asked.place(kind) else { return choose_scope(&web, &me, kind).await };
    if let Some(why) = records::begin_hindrance(web.app(), me.who(), kind, &place).await? {
        return Err(Failure::new(StatusCode::FORBIDDEN, "You may not write this", why));
    }
    let mut pairs = Vec::new();
    if !asked.clause.is_empty() {
        pairs.push(("clause".to_owned(), asked.clause.clone()));
        pairs.push(("title".to_owned(), format!("Clause {}", asked.clause)));
        if kind.id == DEVIATION.id {
            pairs.push(("missing".to_owned(), missing(&web, &me, &place, &asked.clause).await?.join("\n")));
        }
    }
    // The address names the form, so that going back to it after a save leads to the record, not to a second one.
    let action = asked.action(&place);
    let Some(id) = Some(asked.form).filter(|id| is_form_id(id)) else {
        let here = [("clause", asked.clause.as_str()), ("form", &fresh(&web))];
        return Ok(see_other(&urls::with_query(&action, &here)));
    };
    if let Some(begun) = records::begun_from_form(web.app(), me.who(), &id, kind).await? {
        return Ok(see_other(&urls::record_page(&begun, "edit")));
    }
    pairs.push(("form-id".to_owned(), id));
    let sent = Form::of(pairs);
    form(&web, &me, kind, (&place, &action), &sent, &[], StatusCode::OK).await
}

/// What a clause misses in a release, by the names that a deviation gives it.
async fn missing(web: &Web, me: &Me, place: &ScopeInput, clause: &str) -> Result<Vec<String>, Failure> {
    let ScopeInput::Release(product, release) = place else { return Ok(Vec::new()) };
    let judged = gate::shown(web.app(), me.who(), product, release).await?;
    let mut clauses = judged.conformity.clauses.into_iter();
    let missing = clauses.find(|row| row.clause == clause).map(|row| row.missing).unwrap_or_default();
    let at_release = missing.iter().filter(|item| item.judges.contains(&Judges::AtRelease));
    Ok(at_release.map(Missing::name).take(LIST_MAX).collect())
}

fn shell(me: &Me, here: &str) -> Shell {
    let mut shell = me.shell(here, Area::Records);
    shell.crumbs = vec![Crumb::to("Records", "/records"), Crumb::here(here)];
    shell
}

fn choose_kind(web: &Web, me: &Me, asked: &Asked) -> Answer {
    let may: Vec<_> = records::kinds_to_write(web.app(), me.who()).iter().map(|kind| kind.id).collect();
    let row = |kind: &&'static Kind| KindRow {
        title: kind.title.to_owned(),
        prefix: kind.prefix.to_owned(),
        about: kind.purpose.to_owned(),
        href: urls::with_query(
            "/records/new",
            &[("kind", kind.id), ("product", &asked.product), ("release", &asked.release)],
        ),
        blocked: if may.contains(&kind.id) { String::new() } else { NOT_YOURS.to_owned() },
    };
    let page = RecordNewPage {
        shell: shell(me, "New record"),
        chosen: None,
        scope: Field::new("scope", "Belongs to", Input::Select(Vec::new())),
        kinds: web.app().kinds().iter().map(row).collect(),
    };
    Ok(respond::page(&page))
}

async fn choose_scope(web: &Web, me: &Me, kind: &Kind) -> Answer {
    let mut choices = Vec::new();
    let write = Permission::to_write(kind.family);
    if kind.scopes.contains(&Scope::Organisation) && me.may(write, Place::Organisation) {
        choices.push(Choice::new("-", "The organisation", "-"));
    }
    let paging = Paging { limit: 200, after: None };
    for product in products::products(web.app(), me.who(), &paging).await?.items {
        if !me.may(write, Place::Product(ProductId(product.id))) {
            continue;
        }
        if kind.scopes.contains(&Scope::Product) {
            choices.push(Choice::new(&product.key, &product.name, ""));
        }
        if kind.scopes.contains(&Scope::Release) {
            for release in products::releases(web.app(), me.who(), Some(&product.key), &paging).await?.items {
                let value = format!("{}/{}", product.key, release.name);
                choices.push(Choice::new(value, format!("{} {}", product.name, release.name), ""));
            }
        }
    }
    if choices.is_empty() {
        return Err(Failure::new(StatusCode::FORBIDDEN, "You may not write this", NOT_YOURS));
    }
    let page = RecordNewPage {
        shell: shell(me, &format!("New {}", kind.title.to_lowercase())),
        chosen: Some((kind.id.to_owned(), kind.title.to_lowercase())),
        scope: Field::new("scope", "Belongs to", Input::Select(choices)).required(),
        kinds: Vec::new(),
    };
    Ok(respond::page(&page))
}

async fn form(
    web: &Web,
    me: &Me,
    kind: &'static Kind,
    (place, action): (&ScopeInput, &str),
    sent: &Form,
    errors: &[theriac_model::record::FieldError],
    status: StatusCode,
) -> Result<Response, Failure> {
    let heading = format!("New {}", kind.title.to_lowercase());
    let shown = Shown {
        shell: shell(me, &heading),
        heading,
        about: kind.purpose.to_owned(),
        action: action.to_owned(),
        expected: String::new(),
        cancel: urls::with_query("/records", &[("kind", kind.id)]),
        product: match place {
            ScopeInput::Organisation => None,
            ScopeInput::Product(product) | ScopeInput::Release(product, _) => {
                Some(products::product(web.app(), me.who(), product).await?.id)
            }
        },
    };
    let mut page =
        edit_page(web, me, kind, shown, &typed(kind, sent, errors), &links_of(sent), errors).await?;
    page.unsaved = super::record_edit::changes_form_only(sent);
    page.form_id = form_id(sent).unwrap_or_else(|| fresh(web));
    Ok(respond::with_status(status, &page))
}

/// What names the form that was sent.
fn form_id(sent: &Form) -> Option<String> {
    sent.filled("form-id").filter(|id| is_form_id(id))
}

fn is_form_id(id: &str) -> bool {
    id.len() == FORM_ID * 2 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A name that no other form has.
fn fresh(web: &Web) -> String {
    hex::encode(web.app().random::<FORM_ID>())
}

/// Begins a record: by the button, or by the first save of the page's script.
pub async fn begin(
    State(web): State<Web>,
    me: Me,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    sent: Form,
) -> Answer {
    let kind =
        web.app().kind(&asked.kind).ok_or_else(|| ServiceError::not_found("kind of record", &asked.kind))?;
    let place =
        asked.place(kind).ok_or_else(|| ServiceError::field("scope", "say what the record belongs to"))?;
    let action = asked.action(&place);
    if super::record_edit::changes_form_only(&sent) {
        let sent = super::record_edit::changed_form(kind, sent);
        return form(&web, &me, kind, (&place, &action), &sent, &[], StatusCode::OK).await;
    }
    let input = Begin {
        kind: kind.id.to_owned(),
        scope: place.clone(),
        content: form_values(kind, &sent.pairs),
        links: links_of(&sent),
    };
    let begun = match form_id(&sent) {
        None => records::begin(web.app(), me.who(), input).await,
        Some(form) => records::begin_from_form(web.app(), me.who(), &form, input).await,
    };
    let script = by_script(&headers);
    let begun = match begun {
        Ok(begun) if script => return Ok(saved_by_script(&begun.reference, begun.expected)),
        Ok(begun) => begun,
        Err(ServiceError::Invalid(errors)) if script => {
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, axum::Json(errors)).into_response());
        }
        Err(ServiceError::Changed { what, .. }) => {
            return conflict::overtaken(&web, &me, &what, &sent).await;
        }
        Err(ServiceError::Invalid(errors)) => {
            let place = (&place, action.as_str());
            return form(&web, &me, kind, place, &sent, &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(error) => return Err(error.into()),
    };
    if sent.get("then") != "submit" {
        return Ok(with_toast(
            &urls::record_page(&begun.reference, "edit"),
            &format!("Saved as {}", begun.reference),
        ));
    }
    match records::submit(web.app(), me.who(), &begun.reference, begun.expected).await {
        Ok(submitted) => {
            let said = format!("{} is in review as revision {}", submitted.reference, submitted.number);
            Ok(with_toast(&urls::record(&submitted.reference), &said))
        }
        // The draft is there; its form says what is missing.
        Err(ServiceError::Invalid(_)) => Ok(see_other(&urls::with_query(
            &urls::record_page(&begun.reference, "edit"),
            &[("check", "yes")],
        ))),
        Err(error) => Err(error.into()),
    }
}
