//! Fields: what a person writes in a record. `const` builders, so that a kind reads like a table.

/// What a field holds. Content shapes in JSON are given with each variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// One line of text, at most this many characters: a string.
    Text {
        /// The greatest number of characters.
        max: usize,
    },
    /// Several paragraphs in Markdown, at most 100,000 characters: a string.
    Markdown,
    /// One of a set of words: a string.
    Choice(Choices),
    /// Short texts in an order that matters, such as the levels of a scale: an array of strings.
    Words,
    /// A whole number: a number.
    Integer {
        /// The smallest value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// Yes or no: a boolean.
    Boolean,
    /// A day, `YYYY-MM-DD`: a string.
    Date,
    /// A person's id: a string.
    Person,
    /// A build's name: a string.
    Build,
    /// Numbers of clauses, such as `5.8.1`: an array of strings.
    Clauses,
    /// Ids of evidence, such as `EVID-3`: an array of strings.
    Evidence,
    /// References to anything that has one, such as `FIND-7` or `5.8.1`: an array of strings.
    Refs,
    /// Rows of further fields (not nested again): an array of objects.
    Rows(&'static [Field]),
}

/// Where the words of a choice come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choices {
    /// These.
    Fixed(&'static [&'static str]),
    /// The levels that the risk criteria in force list under this field.
    Scale(&'static str),
    /// The clauses of the pack in force, by number.
    Clauses,
}

/// One field of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The key in content, API and files.
    pub id: &'static str,
    /// The words beside the input.
    pub label: &'static str,
    /// What it holds.
    pub field_type: FieldType,
    /// Whether a submitted revision must have it.
    pub required: bool,
    /// Required when the choice field named first holds the word named second.
    pub required_if: Option<(&'static str, &'static str)>,
    /// Whether lists show it.
    pub listed: bool,
    /// One sentence below the label.
    pub help: &'static str,
}

const fn field(id: &'static str, label: &'static str, field_type: FieldType) -> Field {
    Field { id, label, field_type, required: false, required_if: None, listed: false, help: "" }
}

/// One line of text of at most 200 characters.
#[must_use]
pub const fn text(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Text { max: 200 })
}

/// Several paragraphs in Markdown.
#[must_use]
pub const fn markdown(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Markdown)
}

/// One of these words.
#[must_use]
pub const fn choice(id: &'static str, label: &'static str, words: &'static [&'static str]) -> Field {
    field(id, label, FieldType::Choice(Choices::Fixed(words)))
}

/// One level of a scale of the risk criteria in force.
#[must_use]
pub const fn scale(id: &'static str, label: &'static str, scale: &'static str) -> Field {
    field(id, label, FieldType::Choice(Choices::Scale(scale)))
}

/// One clause of the pack in force.
#[must_use]
pub const fn clause(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Choice(Choices::Clauses))
}

/// Short texts in order.
#[must_use]
pub const fn words(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Words)
}

/// A whole number between these bounds.
#[must_use]
pub const fn integer(id: &'static str, label: &'static str, min: i64, max: i64) -> Field {
    field(id, label, FieldType::Integer { min, max })
}

/// Yes or no.
#[must_use]
pub const fn boolean(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Boolean)
}

/// A day.
#[must_use]
pub const fn date(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Date)
}

/// A person.
#[must_use]
pub const fn person(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Person)
}

/// A build of the release.
#[must_use]
pub const fn build(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Build)
}

/// Clause numbers.
#[must_use]
pub const fn clauses(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Clauses)
}

/// Evidence ids.
#[must_use]
pub const fn evidence(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Evidence)
}

/// References to anything that has one.
#[must_use]
pub const fn refs(id: &'static str, label: &'static str) -> Field {
    field(id, label, FieldType::Refs)
}

/// Rows of further fields.
#[must_use]
pub const fn rows(id: &'static str, label: &'static str, fields: &'static [Field]) -> Field {
    field(id, label, FieldType::Rows(fields))
}

impl Field {
    /// A submitted revision must have it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A submitted revision must have it when that choice holds that word.
    #[must_use]
    pub const fn required_if(mut self, choice: &'static str, word: &'static str) -> Self {
        self.required_if = Some((choice, word));
        self
    }

    /// Lists show it.
    #[must_use]
    pub const fn listed(mut self) -> Self {
        self.listed = true;
        self
    }

    /// One sentence of help.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// The greatest number of characters of a text field; other fields are left as they are.
    #[must_use]
    pub const fn max(mut self, max: usize) -> Self {
        if let FieldType::Text { .. } = self.field_type {
            self.field_type = FieldType::Text { max };
        }
        self
    }
}
