//! Status 409: somebody changed it meanwhile. What was typed is kept and can be applied to the new state.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use theriac_model::record::{Completeness, Content, Field, FieldType, form_values};
use theriac_service::records::{self, DraftLink, DraftView};

use super::record::shell;
use super::record_edit::{Values, links_of, values_of};
use crate::http::{Failure, Form, Me, Web, with_toast};
use crate::parts::{Diff, DiffKind, DiffLine, Shell};
use crate::{respond, urls};

/// The conflict. "Apply mine" sends all typed values again, with the new `expected`.
#[derive(Debug, Clone, Template)]
#[template(path = "conflict.html")]
pub struct ConflictPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "RISK-12 was changed meanwhile".
    pub title: String,
    /// Who changed it and when.
    pub text: String,
    /// From what is stored now to what was typed.
    pub diff: Diff,
    /// Where the typed values go.
    pub action: String,
    /// Digest of what is stored now.
    pub expected: String,
    /// All typed values, as name and value.
    pub values: Vec<(String, String)>,
    /// Where the stored state is shown.
    pub theirs: String,
}

/// The answer to a draft that was saved elsewhere after its form was opened: what is stored now beside what was typed.
/// Nothing typed is lost; where both say the same, it was saved already.
pub(super) async fn overtaken(web: &Web, me: &Me, number: &str, sent: &Form) -> Result<Response, Failure> {
    let view = records::edit(web.app(), me.who(), number).await?;
    let edit = urls::record_page(number, "edit");
    let typed = Content::check(view.kind, &form_values(view.kind, &sent.pairs), Completeness::Draft).ok();
    let same = typed.as_ref() == Some(&view.content) && links(sent) == stored_links(&view);
    if same {
        return Ok(match view.saved_at {
            Some(_) => with_toast(&edit, "Draft saved"),
            None => with_toast(&urls::record(number), &format!("{number} says the same already")),
        });
    }
    let mine = typed.map_or_else(|| sent.pairs.clone(), |content| values_of(view.kind, &content));
    let keep = |(name, _): &&(String, String)| !matches!(name.as_str(), "csrf" | "expected" | "form-id");
    let page = ConflictPage {
        shell: shell(me, number, view.kind, "Edit"),
        title: format!("{number} was changed meanwhile"),
        text: "Another window or person saved after this form was opened. Below: from what is stored now to what you typed.".to_owned(),
        diff: Diff { lines: difference(&view, sent, &mine) },
        action: edit.clone(),
        expected: view.expected.to_string(),
        values: sent.pairs.iter().filter(keep).cloned().collect(),
        theirs: edit,
    };
    Ok(respond::with_status(StatusCode::CONFLICT, &page))
}

fn links(sent: &Form) -> BTreeSet<String> {
    links_of(sent).iter().map(words).collect()
}

fn stored_links(view: &DraftView) -> BTreeSet<String> {
    view.links.iter().map(|(link, _)| words(link)).collect()
}

fn words(link: &DraftLink) -> String {
    format!("{} {}", link.link.replace('-', " "), link.target)
}

/// Field by field, from what is stored to what was typed.
fn difference(view: &DraftView, sent: &Form, mine: &Values) -> Vec<DiffLine> {
    let stored = values_of(view.kind, &view.content);
    let mut parts: Vec<(&str, Vec<String>, Vec<String>)> = view
        .kind
        .fields
        .iter()
        .map(|field| (field.label, lines_of(field, &stored), lines_of(field, mine)))
        .collect();
    parts.push(("Links", stored_links(view).into_iter().collect(), links(sent).into_iter().collect()));
    let mut lines = Vec::new();
    for (label, now, mine) in parts.into_iter().filter(|(_, now, mine)| now != mine) {
        lines.push(DiffLine::new(DiffKind::Field, label));
        lines.extend(now.into_iter().map(|line| DiffLine::new(DiffKind::Removed, line)));
        lines.extend(mine.into_iter().map(|line| DiffLine::new(DiffKind::Added, line)));
    }
    lines
}

/// The lines of a field; of a table, one for each cell.
fn lines_of(field: &Field, values: &Values) -> Vec<String> {
    let FieldType::Rows(columns) = field.field_type else {
        let value = values.iter().rfind(|(key, _)| key == field.id).map_or("", |(_, value)| value.trim());
        return value.lines().map(|line| line.trim_end().to_owned()).collect();
    };
    let cell = |(key, value): &(String, String)| {
        let (row, column) = key.strip_prefix(field.id)?.strip_prefix('.')?.split_once('.')?;
        let label = columns.iter().find(|known| known.id == column)?.label;
        let row = row.parse::<usize>().ok()?.checked_add(1)?;
        Some(format!("{row}. {label}: {}", value.trim()))
    };
    values.iter().filter_map(cell).collect()
}
