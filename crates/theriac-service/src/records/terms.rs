//! How far ahead the days of a record may lie when it is submitted: as far as the limits in force allow, and never
//! further than ten years.

use jiff::Span;
use jiff::civil::Date;
use theriac_model::record::{Content, FieldError, Kind};
use theriac_store::{Conn, tables};

use super::draft::stored;
use crate::people::organisation_in;
use crate::{App, Result};

/// Most days ahead, where the limits in force set no fewer.
const LONGEST: i64 = 3_650;

/// A day that lies at most so far ahead.
struct Term {
    kind: &'static str,
    date: &'static str,
    /// The field of the limits that says how far.
    limit: &'static str,
}

const fn term(kind: &'static str, date: &'static str, limit: &'static str) -> Term {
    Term { kind, date, limit }
}

static TERMS: &[Term] = &[
    term("deviation", "expires", "max_term_deviation"),
    term("document", "next_review", "interval_document_review"),
    term("risk", "next_review", "interval_criteria_review"),
    term("risk-criteria", "next_review", "interval_criteria_review"),
];

/// Notes which days of a complete content lie too far ahead.
pub(super) async fn check(
    app: &App,
    conn: &mut Conn,
    kind: &Kind,
    content: &Content,
    errors: &mut Vec<FieldError>,
) -> Result<()> {
    let terms: Vec<&Term> = TERMS.iter().filter(|term| term.kind == kind.id).collect();
    if terms.is_empty() {
        return Ok(());
    }
    let today = app.today(&organisation_in(conn).await?.zone);
    let limits = match tables::records::approved_content(conn, "limits", None).await? {
        None => Content::default(),
        Some(text) => Content::from_stored(stored(&text)?),
    };
    let wrong = terms.into_iter().filter_map(|term| too_late(term, content, &limits, today));
    errors.extend(wrong);
    Ok(())
}

fn too_late(term: &Term, content: &Content, limits: &Content, today: Date) -> Option<FieldError> {
    let set = limits.integer(term.limit);
    let days = set.unwrap_or(LONGEST);
    let last = today.saturating_add(Span::new().days(days));
    let day = content.date(term.date).filter(|day| *day > last)?;
    let by = if set.is_some() { "by the limits in force" } else { "where no limits in force say less" };
    let message = format!("{day} is too late: at most {days} days ahead {by}, so {last} is the last day");
    Some(FieldError::new(term.date, message))
}
