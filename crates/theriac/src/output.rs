//! What people and programs read: JSON, tables, notes, progress.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::Value;
use theriac_conformity::facts::words::StandIn;
use theriac_conformity::pack::ClauseKind;
use theriac_conformity::{Conformity, Disqualified};

/// How often what is under way is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

/// Writes an answer to standard output. A reader that has gone away (`| head`) is no error.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the answer")
        }
        _ => Ok(()),
    }
}

/// Writes an answer as indented JSON.
pub fn json<T: Serialize>(value: &T) -> Result<()> {
    let text = serde_json::to_string_pretty(value).context("the answer cannot be written as JSON")?;
    print(&(text + "\n"))
}

/// An error with its causes, each said once: many errors tell their cause themselves.
pub fn causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let words = cause.to_string();
        // What is told already is told by its last part: what is before it says who told it.
        if !text.contains(words.rsplit(": ").next().unwrap_or(&words)) {
            text = if text.is_empty() { words } else { format!("{text}: {words}") };
        }
    }
    text
}

/// Says something to people beside the answer. Where nobody listens, nothing is lost.
pub fn note(text: &str) {
    if text.is_empty() {
        return;
    }
    let write = || {
        let _ = writeln!(io::stderr().lock(), "{}", clean(text, true));
    };
    match &*shown() {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// Lines for people without characters that steer or hide, but the ends of lines.
pub fn lines(text: &str) -> String {
    clean(text, true)
}

/// Text without characters that steer a terminal, turn the direction of what follows or cannot be seen: what files say
/// must look like what it is.
fn clean(text: &str, lines: bool) -> String {
    let odd = |c: char| (c.is_control() || is_unseen(c)) && !(lines && c == '\n');
    text.chars().map(|c| if odd(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Characters of format: marks and overrides of direction, joiners, spaces without width, tags, ends of lines of Unicode.
const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The widest column, in characters.
const WIDEST: usize = 120;
/// The longest cell, in characters.
const LONGEST: usize = 1000;

/// A cell that is not too long.
fn cut(cell: &str) -> Cow<'_, str> {
    match cell.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(cell),
        Some((end, _)) => Cow::Owned(format!("{}…", &cell[..end])),
    }
}

/// A table with a line of headings.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self { rows: vec![headings.map(str::to_uppercase).to_vec()] }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.rows.push(cells.map(|cell| clean(cell, false)).to_vec());
    }

    /// The text: columns as wide as their widest cell, two spaces between. Cells wider than [`WIDEST`] stand out, and
    /// what is longer than [`LONGEST`] is cut: one absurd name must not widen every row.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).min(WIDEST)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().map(|cell| cut(cell)).zip(&widths) {
                line.push_str(&format!("{cell:width$}  "));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// A list for people: a heading and the member that stands below it, column by column.
pub fn list(items: &[Value], columns: &[(&str, &str)]) -> String {
    let mut table = Table { rows: vec![columns.iter().map(|(heading, _)| heading.to_uppercase()).collect()] };
    for item in items {
        table.rows.push(columns.iter().map(|(_, name)| clean(&cell(&item[*name]), false)).collect());
    }
    table.text()
}

/// A list as it was asked for.
pub fn items(items: &[Value], columns: &[(&str, &str)], format: Format) -> Result<()> {
    match format {
        Format::Json => json(&items),
        Format::Table => print(&list(items, columns)),
    }
}

/// A member as a cell shows it.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A progress bar on standard error; none when that is no terminal.
pub fn progress(total: u64, template: &str) -> ProgressBar {
    let target = match io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(total), target).with_style(style)
}

/// What is drawn at the moment, so that notes stand above it.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn shown() -> MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What long work is under way, until it is dropped.
pub struct Busy(ProgressBar);

/// Says on a terminal that work of unknown length is under way, and for how long already.
pub fn busy(what: impl Into<Cow<'static, str>>) -> Busy {
    let bar = progress(0, "{spinner} {msg}, {elapsed}").with_message(what);
    if !bar.is_hidden() {
        bar.tick();
        bar.enable_steady_tick(TICK);
        *shown() = Some(bar.clone());
    }
    Busy(bar)
}

impl Drop for Busy {
    fn drop(&mut self) {
        *shown() = None;
        self.0.finish_and_clear();
    }
}

/// `1 component`, `2 components`.
pub fn count<N: Copy + PartialEq + From<u8> + std::fmt::Display>(number: N, one: &str, many: &str) -> String {
    format!("{number} {}", if number == N::from(1) { one } else { many })
}

/// Verdicts for people: clause by clause, what is missing below.
pub fn verdicts(conformity: &Conformity) -> String {
    let mut table = Table::new(["clause", "at release", "standing", "kind", "title"]);
    for clause in &conformity.clauses {
        let kind = match clause.kind {
            ClauseKind::Computed => "computed",
            ClauseKind::Attested => "attested",
        };
        let (verdict, standing) = (clause.verdict.to_string(), clause.standing.to_string());
        table.row([&clause.clause, &verdict, &standing, kind, &clause.title]);
    }
    let mut missing = Table::new(["clause", "missing", "owes", "due", "what to do"]);
    let mut number = 0_usize;
    for clause in &conformity.clauses {
        for item in &clause.missing {
            number += 1;
            let owner = owner(item.owner.as_deref(), item.stand_in);
            let due = due(item.due.as_deref());
            missing.row([&clause.clause, short(&item.reference), &owner, due, &item.todo]);
        }
    }
    let missing = if number == 0 { String::new() } else { format!("\n{}", missing.text()) };
    let provisional = match conformity.provisional {
        true if conformity.decided.as_ref().is_some_and(|decided| !decided.provisional) => {
            ", how it stands is provisional: the pack of today has not been adopted"
        }
        true => ", provisional: the pack has not been adopted",
        false => "",
    };
    format!(
        "{} {} on {} (sequence {}){provisional}\npack {}\n\n{}{missing}{}",
        conformity.product,
        conformity.release,
        conformity.at,
        conformity.seq,
        conformity.pack,
        table.text(),
        disqualified(&conformity.disqualified)
    )
}

/// What was decided on and found wrong since, below an empty line; nothing where there is none.
pub fn disqualified(rows: &[Disqualified]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["disqualified since", "on", "by", "reason", "clauses that rested on it"]);
    for row in rows {
        table.row([short(&row.reference), &row.on, &row.by, &row.reason, &row.clauses.join(", ")]);
    }
    format!("\n{}", table.text())
}

/// Who owes something, and as whom where nobody is named for it.
pub fn owner(owner: Option<&str>, stand_in: Option<StandIn>) -> String {
    match (owner, stand_in) {
        (None, _) => "nobody yet".to_owned(),
        (Some(owner), None) => owner.to_owned(),
        (Some(owner), Some(role)) => format!("{owner} (as {role})"),
    }
}

/// By when something is owed.
pub fn due(day: Option<&str>) -> &str {
    day.unwrap_or("no date")
}

/// A reference without its digest.
pub fn short(reference: &str) -> &str {
    reference
        .split_once('@')
        .map_or(reference, |(id, digest)| if digest.len() == 64 { id } else { reference })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_wrong_since_the_decision_is_a_table_of_its_own() {
        assert_eq!(disqualified(&[]), "");
        let row = Disqualified {
            reference: format!("EVID-1@{}", "0".repeat(64)),
            on: "2026-11-25".to_owned(),
            by: "ana".to_owned(),
            reason: "Of another branch".to_owned(),
            clauses: vec!["4.3".to_owned(), "5.8.1".to_owned()],
        };
        let text = disqualified(&[row]);
        assert!(text.starts_with("\nDISQUALIFIED SINCE") && text.contains("4.3, 5.8.1"), "{text}");
        assert!(text.contains("EVID-1 ") && !text.contains('@'), "{text}");
    }

    #[test]
    fn columns_line_up_and_control_characters_do_not_reach_the_terminal() {
        let mut table = Table::new(["name", "what"]);
        table.row(["größe", "a"]);
        table.row(["b\u{1b}[2J", "c\n"]);
        assert_eq!(table.text(), "NAME   WHAT\ngröße  a\nb\u{fffd}[2J  c\u{fffd}\n");
    }

    #[test]
    fn what_turns_the_direction_or_cannot_be_seen_is_replaced() {
        for odd in ["\u{202e}", "\u{2066}", "\u{200f}", "\u{200b}", "\u{feff}", "\u{2028}", "\u{e0041}"] {
            assert_eq!(lines(&format!("a{odd}b")), "a\u{fffd}b");
        }
        let kept = "größe 薬 שלום 😀 a-b\n";
        assert_eq!(lines(kept), kept);
    }
}
