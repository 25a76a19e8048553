//! `/records/{number}/edit` and `/records/new?kind=&scope=`: the form of a record, made from its kind.

use askama::Template;

use super::record::Attachment;
use crate::parts::{Choice, Errors, Field, Input, Note, ReasonForm, Rows, Shell, When};

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

/// The form. Sends by POST: `csrf`, `expected` (digest of the draft as shown), the fields under their ids,
/// the links, and `then`: `save` or `submit`. Rows are `name.0.column`; `add-row`, `remove-row`, `add-link`
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
    /// Where script saves the draft while typing; empty before the record has a number.
    pub autosave: String,
    /// Digest of the draft as shown.
    pub expected: String,
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
