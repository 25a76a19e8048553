//! The generated files are current: each is made again and compared with what is committed.
//!
//! A generated file is one line in `FILES`: its path and the function that makes its text. Some print what a crate
//! says of itself; others ask the program, which `cargo xtask generate [--check]` and a test of the whole workspace
//! build first. `cargo xtask generate` sets THERIAC_GENERATE and writes them instead.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A generated file: its path in the repository, and what makes its text.
type Generated = (&'static str, fn() -> String);

const FILES: &[Generated] = &[
    ("docs/user/permissions.md", permissions),
    ("docs/user/cli.md", command_line),
    ("docs/api/facts.schema.json", facts_schema),
    ("docs/api/openapi.json", || sorted(serde_json::from_str(&program(&["openapi"])).unwrap())),
];

#[test]
fn generated_files_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut stale = Vec::new();
    for (file, make) in FILES {
        let (path, text) = (root.join(file), make());
        if std::fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        if std::env::var_os("THERIAC_GENERATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        } else {
            stale.push(*file);
        }
    }
    assert!(stale.is_empty(), "{} stale; run `cargo xtask generate`", stale.join(", "));
}

fn permissions() -> String {
    format!(
        "# Who may do what\n\n\
         This is the table that the program obeys, printed from its source. What is not in it is denied.\n\
         A role is granted to a person on the organisation, which includes every product, or on one product.\n\
         *In whose hands* says what no grant can change: a token never holds what is a person's, and what is \
         signed takes a person who gives the password once more and is no administrator.\n\n{}",
        theriac_auth::matrix()
    )
}

fn facts_schema() -> String {
    sorted(serde_json::to_value(theriac_conformity::facts::facts_schema()).unwrap())
}

/// JSON with its keys in order, whatever features of serde_json the rest of a build turns on.
fn sorted(mut json: serde_json::Value) -> String {
    json.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&json).unwrap();
    text.push('\n');
    text
}

fn command_line() -> String {
    let mut text = "# Commands\n\n\
         What `theriac --help` and the help of every command print.\n"
        .to_owned();
    add_help(&mut text, &[]);
    text
}

/// Adds the help of a command and of the commands below it.
fn add_help(text: &mut String, command: &[&str]) {
    let help = program(&[command, &["--help"]].concat());
    let heading = if command.len() < 2 { "##" } else { "###" };
    let name = [&["theriac"], command].concat().join(" ");
    write!(text, "\n{heading} {name}\n```text\n{}\n```\n", help.trim_end()).unwrap();
    for below in commands(&help) {
        add_help(text, &[command, &[below]].concat());
    }
}

/// The names in the list of commands of a help text; what is wrapped stands further to the right.
fn commands(help: &str) -> impl Iterator<Item = &str> {
    let list = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    list.lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
}

/// What the program prints. It stands beside the folder of this test.
fn program(arguments: &[&str]) -> String {
    let test = std::env::current_exe().unwrap();
    let theriac = test.ancestors().nth(2).unwrap().join("theriac");
    assert!(
        theriac.exists(),
        "the program is not built; run `cargo xtask generate --check`, which builds it first"
    );
    let mut command = Command::new(theriac);
    // No variable of this shell and no terminal may show in the help.
    command.args(arguments).env_clear().env("COLUMNS", "100").stdin(Stdio::null());
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "theriac {}: {error}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}
