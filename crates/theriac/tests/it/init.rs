//! `init`: an installation begins.

use tempfile::tempdir;

use crate::support::{PEOPLE, installation, run, stderr, stdout, stdout_json, theriac};

fn init(folder: &std::path::Path, people: &[&str]) -> assert_cmd::Command {
    let mut command = theriac(folder);
    command.args(["init", "--organisation", "Acme Medical", "--zone", "Europe/Vienna"]);
    for person in people {
        command.args(["--person", person]);
    }
    command
}

#[test]
fn everybody_gets_a_password_of_their_own_and_it_is_said_how_approval_starts() {
    let folder = tempdir().unwrap();
    let text = stdout(&init(folder.path(), &PEOPLE).assert().success());
    assert!(text.contains("Acme Medical is set up in theriac-data"), "{text}");
    assert!(text.contains("maya can write and submit, ben can approve"), "{text}");
    let passwords: std::collections::BTreeSet<_> = text
        .lines()
        .filter(|line| line.contains("@example.org"))
        .map(|line| line.split_whitespace().nth(2))
        .collect();
    assert_eq!(passwords.len(), 3);
}

#[test]
fn passwords_from_standard_input_are_not_shown() {
    let folder = tempdir().unwrap();
    let passwords = "one long password\nanother long password\nthe third long password\n";
    let mut command = init(folder.path(), &PEOPLE);
    let assert =
        command.args(["--password-stdin", "--format", "json"]).write_stdin(passwords).assert().success();
    let answer = stdout_json(&assert);
    assert_eq!(answer["people"][1]["key"], "maya");
    assert!(!stdout(&assert).contains("long password"));

    let folder = tempdir().unwrap();
    let mut command = init(folder.path(), &PEOPLE);
    let error = stderr(&command.arg("--password-stdin").write_stdin("only one long\n").assert().code(2));
    assert!(error.contains("3 passwords"), "{error}");
}

#[test]
fn what_is_set_up_is_not_set_up_again() {
    let folder = installation();
    let error = stderr(&init(folder.path(), &PEOPLE).assert().code(2));
    assert!(error.contains("'Acme Medical' already"), "{error}");
    assert!(stdout(&run(folder.path(), &["user", "list"])).contains("maya"));
}

#[test]
fn people_who_could_approve_nothing_are_refused() {
    let folder = tempdir().unwrap();
    let error = stderr(&init(folder.path(), &PEOPLE[..2]).assert().code(2));
    assert!(error.contains("approval takes two people"), "{error}");
    let error = stderr(&init(folder.path(), &["maya Okafor"]).assert().code(2));
    assert!(error.contains("KEY: NAME <ADDRESS> ROLE"), "{error}");
    let error = stderr(&init(folder.path(), &["maya: M <m@example.org> queen"]).assert().code(2));
    assert!(error.contains("'queen'") && error.contains("security-officer"), "{error}");
}

#[test]
fn without_a_terminal_it_says_what_to_say() {
    let folder = tempdir().unwrap();
    let error = stderr(&theriac(folder.path()).arg("init").assert().code(2));
    assert!(error.contains("--organisation") && error.contains("--person"), "{error}");
}
