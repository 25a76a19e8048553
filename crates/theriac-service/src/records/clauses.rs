//! What a record says of clauses, judged when it is submitted: by the pack in force, and by what a release misses now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use theriac_conformity::{Missing, Pack};
use theriac_model::kinds::{APPLICABILITY, DEVIATION};
use theriac_model::record::{Choices, Content, Field, FieldError, FieldType, Kind, LIST_MAX};
use theriac_store::tables;
use theriac_store::tables::records::Record;

use crate::people::organisation_in;
use crate::{App, Result, ServiceError, gate};

/// Most things that a message names.
const NAMED_MAX: usize = 10;

/// What a record that names clauses is held against.
pub(super) struct Standard {
    pack: std::sync::Arc<Pack>,
    today: Date,
    /// What each clause misses in the release; read for deviations only.
    missing: BTreeMap<String, Vec<Missing>>,
}

const fn names_a_clause(field: &Field) -> bool {
    matches!(field.field_type, FieldType::Choice(Choices::Clauses))
}

/// Reads it; `None` for a kind that names no clause.
pub(super) async fn standard(app: &App, record: &Record, kind: &Kind) -> Result<Option<Standard>> {
    if !kind.fields.iter().any(names_a_clause) {
        return Ok(None);
    }
    let pack = gate::pack(app).await?;
    let mut read = app.store().read().await?;
    let today = app.today(&organisation_in(&mut read).await?.zone);
    let release = match record.release.filter(|_| kind.id == DEVIATION.id) {
        None => None,
        Some(id) => tables::releases::by_id(&mut read, id).await?,
    };
    let missing = match release {
        None => BTreeMap::new(),
        Some(release) => gate::missing(app, &mut read, &release).await?,
    };
    Ok(Some(Standard { pack, today, missing }))
}

impl Standard {
    /// Notes what is wrong with a complete content.
    pub(super) fn check(&self, kind: &Kind, content: &Content, errors: &mut Vec<FieldError>) {
        for field in kind.fields.iter().filter(|field| names_a_clause(field)) {
            let number = content.text(field.id);
            let Some(clause) = self.pack.clause(number) else {
                let message = format!(
                    "there is no clause '{number}' in {}; give a number such as 5.8.1",
                    self.pack.title
                );
                errors.push(FieldError::new(field.id, message));
                continue;
            };
            if kind.id == APPLICABILITY.id && clause.condition.is_none() {
                let message =
                    format!("clause {number} has no condition: it always applies, whatever is said here");
                errors.push(FieldError::new(field.id, message));
            }
            if kind.id == DEVIATION.id {
                self.deviation(number, content, errors);
            }
        }
    }

    /// A complete content; what a deviation names is written as it is missing now, so that it permits that and nothing
    /// that comes of it.
    pub(super) fn pin(&self, kind: &Kind, content: Content) -> Result<Content> {
        if kind.id != DEVIATION.id {
            return Ok(content);
        }
        let missing = self.missing_of(content.text("clause"));
        let named = content.list("missing");
        let meant = missing.iter().filter(|item| named.iter().any(|name| item.is_named(name)));
        let entries: BTreeSet<String> = meant.map(Missing::entry).collect();
        if entries.len() > LIST_MAX {
            let message =
                format!("these are {} items; permit at most {LIST_MAX} in one record", entries.len());
            return Err(ServiceError::field("missing", message));
        }
        Ok(content.with_list("missing", entries))
    }

    fn missing_of(&self, clause: &str) -> &[Missing] {
        self.missing.get(clause).map_or(&[], Vec::as_slice)
    }

    fn deviation(&self, clause: &str, content: &Content, errors: &mut Vec<FieldError>) {
        let missing = self.missing_of(clause);
        for name in content.list("missing") {
            if missing.iter().any(|item| item.is_named(name)) {
                continue;
            }
            if let Some((before, _)) = name.rsplit_once(" #")
                && missing.iter().any(|item| item.is_named(before))
            {
                let message =
                    format!("'{name}' has changed since; write '{before}' to permit it as it is now");
                errors.push(FieldError::new("missing", message));
                continue;
            }
            let mut known: Vec<&str> = missing.iter().map(Missing::id).collect();
            known.dedup();
            let more = if known.len() > NAMED_MAX { ", and more" } else { "" };
            known.truncate(NAMED_MAX);
            let misses = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            let message =
                format!("'{name}' is nothing that {clause} misses in this release; it misses {misses}{more}");
            errors.push(FieldError::new("missing", message));
        }
        if content.date("expires").is_some_and(|last| last < self.today) {
            errors.push(FieldError::new("expires", format!("is past; today is {}", self.today)));
        }
    }
}
