//! `evidence add`: files of a build in, and what that means for the release.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::Value;
use theriac_model::Digest;
use theriac_service::BYTES_AT_ONCE;

use crate::config::Config;
use crate::connect::{self, Aim, Part, with_query};
use crate::input;
use crate::output::{self, Format};

/// What a later file may still have.
const LEFT: &str = "the limit here: what the other files leave of the 134217728 that are taken in one call";

/// How many lines of each list people are shown.
const SHOWN: usize = 30;
/// How many reasons people are shown; the gate lists all.
const REASONS_SHOWN: usize = 10;

/// Hand in evidence.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Hand in files: bills of materials, test results, build manifests; all of them are taken, or none
    ///
    /// What a file is is told by its content. What it says itself need not be said; contradicting it is an error.
    Add(Add),
}

/// Options of `evidence add`.
#[derive(Debug, clap::Args)]
pub struct Add {
    #[command(flatten)]
    release: super::Release,
    /// The name of the build that the files speak of
    #[arg(long)]
    build: Option<String>,
    /// The tool that made them
    #[arg(long, value_name = "NAME@VERSION")]
    tool: Option<String>,
    /// The digest of the rules that were used (SHA-256)
    #[arg(long, value_name = "DIGEST")]
    rules: Option<Digest>,
    /// When they were made (2026-01-31T12:00:00Z)
    #[arg(long, value_name = "TIME")]
    performed_at: Option<Timestamp>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    let Command::Add(args) = command;
    let parts = parts(&args.files)?;
    let query = [
        ("build", args.build),
        ("tool", args.tool),
        ("rules", args.rules.map(|digest| digest.to_string())),
        ("performed_at", args.performed_at.map(|at| at.to_string())),
    ];
    let gate = format!("theriac gate --product {} --release {}", args.release.product, args.release.release);
    let address = with_query(&args.release.address(&["evidence"]), &query);
    let busy = output::busy(format!("handing in {}", output::count(parts.len() as u64, "file", "files")));
    let answer = connect::with(config, Aim::Write, async |client| client.upload(&address, &parts).await)?;
    drop(busy);
    match args.format {
        Format::Json => output::json(&answer)?,
        Format::Table => output::print(&text(&answer, &gate))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn parts(files: &[PathBuf]) -> Result<Vec<Part>> {
    let mut left = BYTES_AT_ONCE;
    let mut parts = Vec::new();
    for path in files {
        let bytes = match left {
            BYTES_AT_ONCE => input::read(path, BYTES_AT_ONCE)?,
            _ => input::read_of(path, left, LEFT)?,
        };
        left -= bytes.len();
        let name = if path == Path::new("-") { "standard input" } else { input::name(path)? };
        parts.push(Part { name: name.to_owned(), bytes });
    }
    Ok(parts)
}

/// The answer for people: what was taken, what is new, what is worse, what blocks. `gate` is the command that lists all
/// of that.
fn text(answer: &Value, gate: &str) -> String {
    let list = |name: &str| answer[name].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let columns = [
        ("finding", "finding"),
        ("severity", "severity"),
        ("vulnerability", "vulnerability"),
        ("component", "component"),
        ("because", "because"),
    ];
    let mut text = String::new();
    for file in list("evidence") {
        let new = if file["is_new"] == true { "" } else { ", here already" };
        let word = |name: &str| output::cell(&file[name]);
        text.push_str(&format!("{} {}: {}{new}\n", word("number"), word("file"), word("format")));
        text.push_str(&bound(file));
        for defect in file["defects"].as_array().into_iter().flatten() {
            text.push_str(&format!("  defect: {}\n", output::cell(defect)));
        }
    }
    let unmatched = [("component", "component"), ("why", "reason")];
    text.push_str(&section("New", list("new"), &columns[..4]));
    text.push_str(&section("Worse", list("worse"), &columns));
    text.push_str(&section("Resolved", list("resolved"), &columns));
    text.push_str(&section("Not looked up", list("unmatched"), &unmatched));
    if let Some(candidate) = answer["beside"]["candidate"].as_str() {
        let list = |name: &str| answer["beside"][name].as_array().map_or(&[] as &[Value], Vec::as_slice);
        text.push_str(&format!("\nThe candidate is {candidate}. If this build became the candidate:\n"));
        text.push_str(&section("Would be new", list("new"), &columns[1..4]));
        text.push_str(&section("Would be resolved", list("resolved"), &columns[..4]));
        text.push_str(&section("Would not be matched", list("unmatched"), &unmatched));
        if ["new", "resolved", "unmatched"].iter().all(|name| list(name).is_empty()) {
            text.push_str("nothing would change\n");
        }
    }
    if let Some(why) = answer["not_matched"].as_str() {
        text.push_str(&format!("\nComponents were not looked up: {why}\n"));
    }
    text.push_str(&blocking(answer, gate));
    output::lines(&text)
}

/// What a file speaks of, and what has to be said of it so that it counts.
fn bound(file: &Value) -> String {
    let word = |name: &str| file[name].as_str();
    let mut said = Vec::new();
    said.extend(word("build").map(|build| format!("build {build}")));
    said.extend(word("tool").map(|tool| match word("tool_version") {
        Some(version) => format!("made by {tool} {version}"),
        None => format!("made by {tool} (version not said)"),
    }));
    said.extend(word("rules").map(|rules| format!("rules {rules}")));
    said.extend(word("performed_at").map(|at| format!("performed at {at}")));
    let mut text = if said.is_empty() { String::new() } else { format!("  {}\n", said.join(", ")) };
    let option = |what: &Value| match what.as_str() {
        Some("build") => "its build (--build BUILD)",
        Some("tool") => "its tool (--tool NAME@VERSION)",
        Some("performed_at") => "when it was made (--performed-at TIME)",
        _ => "what it speaks of",
    };
    let missing: Vec<&str> = file["missing"].as_array().into_iter().flatten().map(option).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        text.push_str(&format!(
            "  supports no verdict: nothing says {missing}; hand it in again and say it\n"
        ));
    }
    text
}

/// The first reasons why the gate is closed.
fn blocking(answer: &Value, gate: &str) -> String {
    if let Some(why) = answer["blocking_unknown"].as_str() {
        return format!("\nBlocking: not known, {why}\n");
    }
    let reasons = answer["blocking"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let total = answer["blocking_total"].as_u64().unwrap_or_default();
    if total == 0 {
        return "\nBlocking: 0, the gate is open\n".to_owned();
    }
    let columns = [("why", "what"), ("owes", "owner"), ("due", "due"), ("what to do", "todo")];
    let some: Vec<Value> = reasons.iter().take(REASONS_SHOWN).map(owed).collect();
    let table = output::list(&some, &columns);
    let more = total.saturating_sub(some.len() as u64);
    let rest = if more == 0 { String::new() } else { format!("… and {more} more: {gate}\n") };
    format!("\nBlocking: {total}\n{table}{rest}")
}

/// A reason with its owner as people are told it.
fn owed(reason: &Value) -> Value {
    let mut reason = reason.clone();
    if let (Some(owner), Some(role)) = (reason["owner"].as_str(), reason["stand_in"].as_str()) {
        reason["owner"] = Value::from(format!("{owner} (as {role})"));
    }
    reason
}

/// A list under its title; nothing for an empty one.
fn section(title: &str, items: &[Value], columns: &[(&str, &str)]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let some = &items[..items.len().min(SHOWN)];
    format!("\n{title}: {}\n{}{}", items.len(), output::list(some, columns), rest(items))
}

/// What is said of what a list leaves out.
fn rest(items: &[Value]) -> String {
    match items.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("… and {more} more; --format json lists all\n"),
    }
}
