//! Fields of forms, each with label, hint, error and input; the same for every form.

use askama::Template;

use super::{Icon, Note, NoteKind, Shape};

/// One of the values a field can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen now.
    pub chosen: bool,
}

impl Choice {
    /// A choice, taken when `value` equals `current`.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>, current: &str) -> Self {
        let value = value.into();
        let chosen = value == current;
        Self { value, label: label.into(), chosen }
    }

    /// Choices whose label is their value.
    #[must_use]
    pub fn plain(values: &[&str], current: &str) -> Vec<Self> {
        values.iter().map(|value| Self::new(*value, *value, current)).collect()
    }
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One line of text.
    Text(String),
    /// One line of text with suggestions: value and id of the `datalist`.
    Suggest(String, &'static str),
    /// An e-mail address, for signing in.
    Email(String),
    /// A secret; never filled in by the server. Holds the `autocomplete` word.
    Password(&'static str),
    /// A whole number.
    Integer(String),
    /// A day, `2026-11-24`.
    Date(String),
    /// Several lines: value and height in lines.
    Area(String, u8),
    /// Markdown: value and height in lines.
    Markdown(String, u8),
    /// One value per line: value and height in lines.
    Lines(String, u8),
    /// One of many, as a drop-down.
    Select(Vec<Choice>),
    /// One of a few, all visible.
    Radios(Vec<Choice>),
    /// Several of a few, all visible.
    Checks(Vec<Choice>),
    /// Several of many, folded until opened.
    Folded(Vec<Choice>),
    /// Yes or no; sends `true` when ticked.
    Check(bool),
    /// Files: whether several at once.
    Files(bool),
}

/// A field with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/field.html")]
pub struct Field {
    /// Name of the form value; the id is made from it.
    pub name: String,
    /// Label.
    pub label: String,
    /// What to write here, shown between label and input.
    pub hint: String,
    /// What is wrong and what would be right; empty when nothing is.
    pub error: String,
    /// Whether it must be filled in; the others say "optional".
    pub required: bool,
    /// Why it cannot be used now; empty when it can.
    pub disabled: String,
    /// The input.
    pub input: Input,
    /// Name of the form it stands in, when a page has several with the same names.
    pub form: String,
}

impl askama::filters::HtmlSafe for Field {}

impl Field {
    /// An optional field.
    #[must_use]
    pub fn new(name: impl Into<String>, label: impl Into<String>, input: Input) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            error: String::new(),
            required: false,
            disabled: String::new(),
            input,
            form: String::new(),
        }
    }

    /// In the form of this name, so that ids stay unique on the page.
    #[must_use]
    pub fn within(mut self, form: &str) -> Self {
        form.clone_into(&mut self.form);
        self
    }

    /// Must be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With what is wrong.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    /// Not to be used now, with the reason.
    #[must_use]
    pub fn disabled(mut self, reason: impl Into<String>) -> Self {
        self.disabled = reason.into();
        self
    }

    /// Id of the input (of the group for radios and checks).
    #[must_use]
    pub fn id(&self) -> String {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let full =
            if self.form.is_empty() { self.name.clone() } else { format!("{}-{}", self.form, self.name) };
        format!("f-{}", full.chars().map(safe).collect::<String>())
    }

    /// The ids that describe the input, as the attribute wants them.
    fn described(&self) -> String {
        let parts = [(&self.error, "e"), (&self.hint, "h"), (&self.disabled, "d")];
        let ids: Vec<_> = parts
            .iter()
            .filter(|(text, _)| !text.is_empty())
            .map(|(_, end)| format!("{}-{end}", self.id()))
            .collect();
        ids.join(" ")
    }

    fn is_group(&self) -> bool {
        matches!(self.input, Input::Radios(_) | Input::Checks(_) | Input::Folded(_))
    }

    fn warning(&self) -> Icon {
        Shape::Diamond.into()
    }

    fn chosen_words(&self) -> String {
        let Input::Folded(choices) = &self.input else { return String::new() };
        let chosen: Vec<_> = choices.iter().filter(|c| c.chosen).map(|c| c.value.as_str()).collect();
        if chosen.is_empty() {
            format!("None of {} chosen", choices.len())
        } else {
            format!("{} of {} chosen: {}", chosen.len(), choices.len(), chosen.join(", "))
        }
    }
}

/// A field made of rows of fields, such as the attendees of a review. Adding and removing a row are
/// submit buttons named `add-row` and `remove-row`, so that they work without script.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/rows.html")]
pub struct Rows {
    /// Name of the whole; the fields of row 0 are named `name.0.column`.
    pub name: String,
    /// Label of the whole.
    pub label: String,
    /// What one row is called, such as "attendee".
    pub one: String,
    /// What to write here.
    pub hint: String,
    /// What is wrong with the whole.
    pub error: String,
    /// The rows.
    pub rows: Vec<Vec<Field>>,
}

impl askama::filters::HtmlSafe for Rows {}

impl Rows {
    /// Id of the group.
    #[must_use]
    pub fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    fn warning(&self) -> Icon {
        Shape::Diamond.into()
    }
}

/// The summary above a form that was refused: a link to every field that needs a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Errors {
    /// Id of the field and what is wrong.
    pub items: Vec<(String, String)>,
}

impl Errors {
    /// From the fields of a form.
    pub fn of<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Self {
        let items = fields
            .into_iter()
            .filter(|field| !field.error.is_empty())
            .map(|field| (field.id(), format!("{}: {}", field.label, field.error)));
        Self { items: items.collect() }
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The summary as a notice that is announced.
    #[must_use]
    pub fn note(&self) -> Note {
        let title = match self.items.len() {
            1 => "1 answer needs a change".to_owned(),
            many => format!("{many} answers need a change"),
        };
        let mut note = Note::new(NoteKind::Bad, title, "");
        note.links = self.items.iter().map(|(id, text)| super::Link::new(text, format!("#{id}"))).collect();
        note.alert = true;
        note
    }
}
