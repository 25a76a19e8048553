//! `/records/{number}/edit` and `/records/new?kind=&scope=`: the form of a record, made from its kind.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use theriac_model::Digest;
use theriac_model::kinds::APPLICABILITY;
use theriac_model::record::{self, Choices, Content, FieldError, FieldType, Kind, form_values};
use theriac_service::records::{self, DraftInput, DraftLink, DraftView, ListInput, Order};
use theriac_service::{ServiceError, gate};

use super::conflict;
use super::error_at;
use super::record::{Attachment, attachment, shell, shown};
use super::records::everybody;
use crate::http::{Answer, Failure, Form, Me, Web, by_script, with_toast};
use crate::parts::{Area, Choice, Errors, Field, Input, Note, NoteKind, ReasonForm, Rows, Shell, When};
use crate::{respond, urls};

/// One part of the form: a field, or a table of sub-fields.
#[derive(Debug, Clone)]
pub enum FormPart {
    /// A field.
    Field(Field),
    /// Rows of fields.
    Rows(Rows),
}

/// One link in the form.
#[derive(Debug, Clone)]
pub struct LinkEdit {
    /// Value of the hidden field and of the remove button: type and target, such as `mitigated-by:MEAS-3`.
    pub value: String,
    /// The verb, such as "mitigated by".
    pub verb: String,
    /// Number of the target.
    pub number: String,
    /// Title of the target.
    pub title: String,
}

/// The links of the record. The form sends `link` (repeated, hidden) for those there are, `link-type` and
/// `link-target` for one to add; the buttons are `add-link` and `remove-link`.
#[derive(Debug, Clone, Default)]
pub struct LinkEditor {
    /// Types: id, and verb with the kinds it leads to, such as "mitigated by (measure)".
    pub types: Vec<Choice>,
    /// Those there are.
    pub links: Vec<LinkEdit>,
    /// Records that fit, offered while typing: number and title.
    pub candidates: Vec<(String, String)>,
    /// What was typed for one to add.
    pub target: String,
    /// What is wrong; empty when nothing is.
    pub error: String,
}

impl LinkEditor {
    fn fields(&self) -> [Field; 2] {
        let target =
            Field::new("link-target", "Record", Input::Suggest(self.target.clone(), "link-candidates"))
                .hint("Its number, such as MEAS-3")
                .error(self.error.clone());
        [Field::new("link-type", "Link", Input::Select(self.types.clone())), target]
    }
}

/// The form, which script saves while one types. Sends by POST: `csrf`, `expected` (digest of the draft as shown),
/// `form-id`, the fields under their ids, the links, and `then`: `save` or `submit`. Rows are `name.0.column`; `add-row`, `remove-row`, `add-link`
/// and `remove-link` save nothing and show the form again with the change.
#[derive(Debug, Clone, Template)]
#[template(path = "record_edit.html")]
pub struct RecordEditPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Edit RISK-12" or "New risk".
    pub heading: String,
    /// Such as "draft of revision 8, for Lumen Gateway".
    pub about: String,
    /// Where the form goes.
    pub action: String,
    /// Digest of the draft as shown.
    pub expected: String,
    /// Names the form of a new record: sent twice, it begins one record. Empty once the record has a number.
    pub form_id: String,
    /// Whether it was shown again with a change that is not saved yet.
    pub unsaved: bool,
    /// When it was last saved.
    pub saved: Option<When>,
    /// Sent back and why, a newer revision exists.
    pub notes: Vec<Note>,
    /// Fields in the order of the kind.
    pub parts: Vec<FormPart>,
    /// Links; `None` when the kind has none.
    pub links: Option<LinkEditor>,
    /// Attached files.
    pub attachments: Vec<Attachment>,
    /// Where a file is attached, by a form of its own (`file`); empty when not possible yet.
    pub attach: String,
    /// Throws the draft away.
    pub discard: Option<ReasonForm>,
    /// Where Cancel leads.
    pub cancel: String,
}

impl RecordEditPage {
    fn errors(&self) -> Errors {
        let mut errors = Errors::default();
        for part in &self.parts {
            match part {
                FormPart::Field(field) => errors.items.extend(Errors::of([field]).items),
                FormPart::Rows(rows) => {
                    if !rows.error.is_empty() {
                        errors.items.push((rows.id(), format!("{}: {}", rows.label, rows.error)));
                    }
                    errors.items.extend(Errors::of(rows.rows.iter().flatten()).items);
                }
            }
        }
        if let Some(links) = &self.links {
            errors.items.extend(Errors::of(&links.fields()).items);
        }
        errors
    }

    fn file_field(&self) -> Field {
        Field::new("file", "Attach a file", Input::Files(false)).hint("Kept byte for byte").required()
    }
}

/// What a form's surroundings say.
pub(super) struct Shown {
    pub shell: Shell,
    pub heading: String,
    pub about: String,
    pub action: String,
    pub expected: String,
    pub cancel: String,
    /// The product that the record belongs to.
    pub product: Option<i64>,
}

/// Values to write in a form: name and value, as a browser would send them.
pub(super) type Values = Vec<(String, String)>;

/// What was typed, as it was typed.
pub(super) fn typed(_: &Kind, sent: &Form, _: &[FieldError]) -> Values {
    sent.pairs.clone()
}

/// A content as a browser would send it.
pub(super) fn values_of(kind: &Kind, content: &Content) -> Values {
    let mut values = Vec::new();
    for field in kind.fields {
        if let Some(value) = content.get(field.id) {
            write_value(field, field.id, value, &mut values);
        }
    }
    values
}

fn write_value(field: &record::Field, name: &str, value: &serde_json::Value, values: &mut Values) {
    match (field.field_type, value) {
        (FieldType::Rows(columns), serde_json::Value::Array(rows)) => {
            for (index, row) in rows.iter().enumerate() {
                for column in columns {
                    if let Some(value) = row.get(column.id) {
                        write_value(column, &format!("{name}.{index}.{}", column.id), value, values);
                    }
                }
            }
        }
        (_, serde_json::Value::Array(items)) => {
            let lines: Vec<&str> = items.iter().filter_map(|item| item.as_str()).collect();
            values.push((name.to_owned(), lines.join("\n")));
        }
        (_, serde_json::Value::String(text)) => values.push((name.to_owned(), text.clone())),
        (_, other) => values.push((name.to_owned(), other.to_string())),
    }
}

/// The links that a form sent.
pub(super) fn links_of(sent: &Form) -> Vec<DraftLink> {
    let links = sent.all("link");
    links
        .iter()
        .filter_map(|text| text.split_once(':'))
        .map(|(link, target)| DraftLink::new(link, target))
        .collect()
}

/// Whether a form was sent only to change itself: a row or link more or less.
pub(super) fn changes_form_only(sent: &Form) -> bool {
    ["add-row", "remove-row", "add-link", "remove-link"].iter().any(|name| sent.has(name))
}

/// The form with the row or link more or less.
pub(super) fn changed_form(kind: &Kind, mut sent: Form) -> Form {
    let grown = sent.filled("add-row");
    if let Some((field, columns)) = grown.as_deref().and_then(|name| rows_field(kind, name)) {
        let next = row_count(&sent.pairs, field);
        let first = columns.first().map_or("", |column| column.id);
        sent.pairs.push((format!("{field}.{next}.{first}"), String::new()));
    }
    if let Some((name, row)) = sent.filled("remove-row").and_then(|text| {
        let (name, row) = text.rsplit_once('.')?;
        Some((name.to_owned(), row.parse::<usize>().ok()?))
    }) {
        sent.pairs = without_row(sent.pairs, &name, row);
    }
    let wanted = sent.filled("link-type").zip(sent.filled("link-target")).filter(|_| sent.has("add-link"));
    if let Some((link, target)) = wanted {
        sent.pairs.push(("link".to_owned(), format!("{link}:{}", target.to_uppercase())));
        sent.pairs.retain(|(name, _)| name != "link-target");
    }
    if let Some(gone) = sent.filled("remove-link") {
        sent.pairs.retain(|(name, value)| name != "link" || *value != gone);
    }
    sent
}

fn rows_field<'a>(kind: &Kind, name: &'a str) -> Option<(&'a str, &'static [record::Field])> {
    match kind.field(name)?.field_type {
        FieldType::Rows(columns) => Some((name, columns)),
        _ => None,
    }
}

fn row_count(values: &Values, name: &str) -> usize {
    let prefix = format!("{name}.");
    let rows = values
        .iter()
        .filter_map(|(key, _)| key.strip_prefix(&prefix)?.split('.').next()?.parse::<usize>().ok());
    rows.max().map_or(0, |last| last + 1).min(1_000)
}

fn without_row(values: Values, name: &str, row: usize) -> Values {
    let prefix = format!("{name}.");
    let moved = |(key, value): (String, String)| {
        let Some((number, column)) = key.strip_prefix(&prefix).and_then(|rest| rest.split_once('.')) else {
            return Some((key, value));
        };
        match number.parse::<usize>() {
            Ok(number) if number == row => None,
            Ok(number) if number > row => Some((format!("{prefix}{}.{column}", number - 1), value)),
            _ => Some((key, value)),
        }
    };
    values.into_iter().filter_map(moved).collect()
}

/// The form of a record with values.
pub(super) async fn edit_page(
    web: &Web,
    me: &Me,
    kind: &'static Kind,
    shown: Shown,
    values: &Values,
    links: &[DraftLink],
    errors: &[FieldError],
) -> Result<RecordEditPage, ServiceError> {
    let offered = Offered {
        people: everybody(web, me).await?.into_iter().map(|person| (person.key, person.name)).collect(),
        levels: records::levels(web.app(), kind, shown.product).await?,
        clauses: clauses_offered(web, kind).await?,
    };
    let parts = kind.fields.iter().map(|field| part(field, values, errors, &offered)).collect();
    let editor =
        if kind.links.is_empty() { None } else { Some(editor(web, me, kind, values, links, errors).await?) };
    Ok(RecordEditPage {
        shell: shown.shell,
        heading: shown.heading,
        about: shown.about,
        action: shown.action,
        expected: shown.expected,
        form_id: String::new(),
        unsaved: false,
        saved: None,
        notes: Vec::new(),
        parts,
        links: editor,
        attachments: Vec::new(),
        attach: String::new(),
        discard: None,
        cancel: shown.cancel,
    })
}

/// What fields offer to choose from.
struct Offered {
    /// People: key and name.
    people: Vec<(String, String)>,
    /// Levels by scale; without those that no risk criteria in force name.
    levels: BTreeMap<&'static str, Vec<String>>,
    /// Clauses of the pack in force: number, and number with title.
    clauses: Vec<(String, String)>,
}

/// The clauses that a kind can be about; none where it names no clause.
async fn clauses_offered(web: &Web, kind: &Kind) -> Result<Vec<(String, String)>, ServiceError> {
    let named = |field: &record::Field| matches!(field.field_type, FieldType::Choice(Choices::Clauses));
    if !kind.fields.iter().any(named) {
        return Ok(Vec::new());
    }
    let pack = gate::pack(web.app()).await?;
    let conditional = kind.id == APPLICABILITY.id;
    let offered = pack.clauses.iter().filter(|clause| !conditional || clause.condition.is_some());
    Ok(offered.map(|clause| (clause.number.clone(), format!("{} {}", clause.number, clause.title))).collect())
}

fn part(field: &record::Field, values: &Values, errors: &[FieldError], offered: &Offered) -> FormPart {
    let FieldType::Rows(columns) = field.field_type else {
        return FormPart::Field(input(field, field.id, values, errors, offered));
    };
    let row = |index: usize| -> Vec<Field> {
        let name = |column: &record::Field| format!("{}.{index}.{}", field.id, column.id);
        columns.iter().map(|column| input(column, &name(column), values, errors, offered)).collect()
    };
    FormPart::Rows(Rows {
        name: field.id.to_owned(),
        label: field.label.to_owned(),
        one: "row".to_owned(),
        hint: field.help.to_owned(),
        error: error_at(errors, field.id),
        rows: (0..row_count(values, field.id)).map(row).collect(),
    })
}

fn input(
    field: &record::Field,
    name: &str,
    values: &Values,
    errors: &[FieldError],
    offered: &Offered,
) -> Field {
    let value =
        values.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let none = || Choice::new("", "Choose", &value);
    let kind = match field.field_type {
        FieldType::Text { .. } | FieldType::Build => Input::Text(value),
        FieldType::Markdown => Input::Markdown(value, 6),
        FieldType::Choice(Choices::Scale(scale)) => match offered.levels.get(scale) {
            None => Input::Text(value),
            Some(levels) => Input::Select(level_choices(levels, &value)),
        },
        FieldType::Choice(Choices::Clauses) => Input::Select(clause_choices(&offered.clauses, &value)),
        FieldType::Choice(Choices::Fixed(words)) => {
            Input::Select(std::iter::once(none()).chain(Choice::plain(words, &value)).collect())
        }
        FieldType::Words => Input::Lines(value, 4),
        FieldType::Clauses | FieldType::Evidence | FieldType::Refs => {
            let rows = value.lines().take(12).count().max(2);
            Input::Lines(value, rows.try_into().unwrap_or(12))
        }
        FieldType::Integer { .. } => Input::Integer(value),
        FieldType::Boolean => Input::Check(value == "true"),
        FieldType::Date => Input::Date(value),
        FieldType::Person => {
            let choices = offered.people.iter().map(|(key, name)| Choice::new(key, name, &value));
            Input::Select(std::iter::once(none()).chain(choices).collect())
        }
        FieldType::Rows(_) => Input::Text(value),
    };
    let hint = match field.field_type {
        FieldType::Choice(Choices::Scale(scale)) if field.help.is_empty() => {
            format!("A level of {scale} of the risk criteria in force")
        }
        FieldType::Clauses if field.help.is_empty() => "Clause numbers, one a line".to_owned(),
        FieldType::Evidence if field.help.is_empty() => "Numbers such as EVID-3, one a line".to_owned(),
        _ => field.help.to_owned(),
    };
    let made = Field::new(name, field.label, kind).hint(hint).error(error_at(errors, name));
    if field.required { made.required() } else { made }
}

/// The clauses, and what the draft says where that is none of them.
fn clause_choices(clauses: &[(String, String)], value: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "Choose", value)];
    choices.extend(clauses.iter().map(|(number, words)| Choice::new(number, words, value)));
    if !value.is_empty() && !clauses.iter().any(|(number, _)| number == value) {
        choices.push(Choice::new(value, format!("{value} (not a clause to choose here)"), value));
    }
    choices
}

/// The levels, and the value in the draft where it is no level any more.
fn level_choices(levels: &[String], value: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "Choose", value)];
    choices.extend(levels.iter().map(|level| Choice::new(level, level, value)));
    if !value.is_empty() && !levels.iter().any(|level| level == value) {
        choices.push(Choice::new(value, format!("{value} (no level any more)"), value));
    }
    choices
}

async fn editor(
    web: &Web,
    me: &Me,
    kind: &Kind,
    values: &Values,
    links: &[DraftLink],
    errors: &[FieldError],
) -> Result<LinkEditor, ServiceError> {
    let value = |name: &str| {
        values.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let wanted = ListInput { limit: 200, order: Order::Changed, ..ListInput::default() };
    let candidates: Vec<(String, String)> = records::list(web.app(), me.who(), &wanted)
        .await?
        .rows
        .into_iter()
        .filter(|row| kind.links.iter().any(|link| link.allows(&row.record.kind)))
        .map(|row| (row.record.reference, row.head.title))
        .collect();
    let title =
        |number: &str| candidates.iter().find(|(known, _)| known == number).map(|(_, title)| title.clone());
    let types = kind.links.iter().map(|link| {
        let targets = if link.targets.is_empty() { "any record".to_owned() } else { link.targets.join(", ") };
        Choice::new(link.id, format!("{} ({targets})", link.id.replace('-', " ")), &value("link-type"))
    });
    let messages: Vec<_> =
        errors.iter().filter(|error| error.field == "links").map(|error| error.message.clone()).collect();
    Ok(LinkEditor {
        types: types.collect(),
        links: links
            .iter()
            .map(|link| LinkEdit {
                value: format!("{}:{}", link.link, link.target),
                verb: link.link.replace('-', " "),
                number: link.target.clone(),
                title: title(&link.target).unwrap_or_default(),
            })
            .collect(),
        target: value("link-target"),
        error: messages.join("; "),
        candidates,
    })
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    check: String,
}

/// Shows the form of a record's draft.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let view = records::edit(web.app(), me.who(), &number).await?;
    let values = values_of(view.kind, &view.content);
    let mut errors = Vec::new();
    if !asked.check.is_empty() {
        let content = serde_json::Value::Object(view.content.as_map().clone());
        errors =
            Content::check(view.kind, &content, record::Completeness::Submitted).err().unwrap_or_default();
    }
    let links: Vec<DraftLink> = view.links.iter().map(|(link, _)| link.clone()).collect();
    form(&web, &me, &view, &values, &links, &errors, StatusCode::OK).await
}

async fn form(
    web: &Web,
    me: &Me,
    view: &DraftView,
    values: &Values,
    links: &[DraftLink],
    errors: &[FieldError],
    status: StatusCode,
) -> Result<Response, Failure> {
    Ok(respond::with_status(status, &form_page(web, me, view, values, links, errors).await?))
}

async fn form_page(
    web: &Web,
    me: &Me,
    view: &DraftView,
    values: &Values,
    links: &[DraftLink],
    errors: &[FieldError],
) -> Result<RecordEditPage, ServiceError> {
    let number = &view.record.reference;
    let shown = Shown {
        shell: Shell { area: Area::Records, ..shell(me, number, view.kind, "Edit") },
        heading: format!("Edit {number}"),
        about: format!("draft of revision {}", view.next),
        action: urls::record_page(number, "edit"),
        expected: view.expected.to_string(),
        cancel: urls::record(number),
        product: view.record.product,
    };
    let mut page = edit_page(web, me, view.kind, shown, values, links, errors).await?;
    page.saved = view.saved_at.map(|at| me.when(at));
    page.attachments = view.attachments.iter().map(|file| attachment(number, file)).collect();
    page.attach = urls::record_page(number, "attach");
    if let Some(reason) = &view.sent_back {
        page.notes.push(Note::new(NoteKind::Warn, "Sent back.", reason));
    }
    if view.overtaken.is_some() {
        let text = "A colleague submitted a revision after you began yours. The form shows theirs; yours is kept until you save.";
        page.notes.push(Note::new(NoteKind::Warn, "A newer revision exists.", text));
    }
    if view.saved_at.is_some() {
        page.discard = Some(ReasonForm {
            label: "Discard the draft".to_owned(),
            name: "discard".to_owned(),
            action: urls::record_page(number, "discard"),
            csrf: me.csrf(),
            expected: view.expected.to_string(),
            hidden: Vec::new(),
            hint: "The draft is lost; revisions stay.".to_owned(),
            typed: String::new(),
            error: String::new(),
            blocked: String::new(),
            danger: true,
        });
    }
    Ok(page)
}

/// What the script is told: what the draft is named by now, and where its form is.
pub(super) fn saved_by_script(number: &str, expected: Digest) -> Response {
    let edit = urls::record_page(number, "edit");
    axum::Json(serde_json::json!({ "expected": expected, "edit": edit })).into_response()
}

/// Saves or submits a draft; a row or link more or less only changes the form.
pub async fn save(
    State(web): State<Web>,
    me: Me,
    Path(number): Path<String>,
    headers: HeaderMap,
    sent: Form,
) -> Answer {
    let view = records::edit(web.app(), me.who(), &number).await?;
    if changes_form_only(&sent) {
        let sent = changed_form(view.kind, sent);
        let mut page = form_page(&web, &me, &view, &sent.pairs, &links_of(&sent), &[]).await?;
        page.unsaved = true;
        return Ok(respond::page(&page));
    }
    let script = by_script(&headers);
    let input = DraftInput { content: form_values(view.kind, &sent.pairs), links: links_of(&sent) };
    let saved = match records::save_draft(web.app(), me.who(), &number, shown(&sent)?, input).await {
        Ok(saved) => saved,
        Err(ServiceError::Invalid(errors)) if script => {
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, axum::Json(errors)).into_response());
        }
        Err(ServiceError::Invalid(errors)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return form(&web, &me, &view, &sent.pairs, &links_of(&sent), &errors, status).await;
        }
        Err(ServiceError::Changed { .. }) => return conflict::overtaken(&web, &me, &number, &sent).await,
        Err(error) => return Err(error.into()),
    };
    if script {
        return Ok(saved_by_script(&number, saved.expected));
    }
    if sent.get("then") != "submit" {
        return Ok(with_toast(&urls::record_page(&number, "edit"), "Draft saved"));
    }
    match records::submit(web.app(), me.who(), &number, saved.expected).await {
        Ok(submitted) => {
            let said = format!("{number} is in review as revision {}", submitted.number);
            Ok(with_toast(&urls::record(&number), &said))
        }
        Err(ServiceError::Invalid(errors)) => {
            let view = records::edit(web.app(), me.who(), &number).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            form(&web, &me, &view, &sent.pairs, &links_of(&sent), &errors, status).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Attaches a file to the draft.
pub async fn attach(State(web): State<Web>, me: Me, Path(number): Path<String>, sent: Form) -> Answer {
    let view = records::edit(web.app(), me.who(), &number).await?;
    let mut expected = view.expected;
    if sent.files.is_empty() {
        return Err(ServiceError::field("file", "choose a file").into());
    }
    for file in sent.files {
        let staged = web.app().stage(file.bytes).await?;
        let done = records::attach(web.app(), me.who(), &number, expected, &file.name, staged).await;
        web.app().unstage(staged).await;
        expected = done?.expected;
    }
    Ok(with_toast(&urls::record_page(&number, "edit"), "Attached"))
}

/// Throws the draft away.
pub async fn discard(State(web): State<Web>, me: Me, Path(number): Path<String>, sent: Form) -> Answer {
    records::discard(web.app(), me.who(), &number, shown(&sent)?).await?;
    Ok(with_toast(&urls::record(&number), "Draft discarded"))
}

/// Takes a file away from the draft.
pub async fn detach(State(web): State<Web>, me: Me, Path(number): Path<String>, sent: Form) -> Answer {
    let view = records::edit(web.app(), me.who(), &number).await?;
    records::detach(web.app(), me.who(), &number, view.expected, sent.get("name")).await?;
    Ok(with_toast(&urls::record_page(&number, "edit"), "File removed from the draft"))
}
