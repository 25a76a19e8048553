//! `init`: an installation begins.

use serde_json::json;
use tempfile::tempdir;
use theriac_store::{Access, Location, Store};

use crate::support::{
    COMMIT, PEOPLE, advisory, bom, installation, run, stderr, stdout, stdout_json, theriac, write,
};

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
    assert!(error.contains("'Acme Medical' is set up here already: go on with theriac serve, "), "{error}");
    assert!(stdout(&run(folder.path(), &["user", "list"])).contains("maya"));
}

#[test]
fn the_next_command_is_named_with_the_folder_that_was_named() {
    let folder = tempdir().unwrap();
    let there = |data: &[&str]| init(folder.path(), &PEOPLE).args(data).assert();
    let text = stdout(&there(&["--data", "here"]).success());
    assert!(text.ends_with("\nNext: theriac serve --data here\n"), "{text}");
    let again = stderr(&there(&["--data", "here"]).code(2));
    assert!(again.contains("go on with theriac serve --data here, "), "{again}");
    let text = stdout(&there(&[]).success());
    assert!(text.ends_with("\nNext: theriac serve\n"), "{text}");
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
fn a_refused_init_leaves_nothing_behind() {
    let folder = tempdir().unwrap();
    let wrong_zone = ["init", "--organisation", "Acme", "--zone", "Moon/Crater", "--person", PEOPLE[0]];
    let error = stderr(&theriac(folder.path()).args(wrong_zone).assert().code(2));
    assert!(error.contains("'Moon/Crater' is not a time zone"), "{error}");
    init(folder.path(), &PEOPLE[..2]).assert().code(2);
    let mut command = init(folder.path(), &PEOPLE);
    command.arg("--password-stdin").write_stdin("short\nshort\nshort\n").assert().code(2);
    assert!(!folder.path().join("theriac-data").exists());
    let error = stderr(&theriac(folder.path()).args(["product", "list"]).assert().code(2));
    assert!(error.contains("theriac-data holds no database yet; `theriac init` makes one"), "{error}");
    init(folder.path(), &PEOPLE).assert().success();
}

#[test]
fn nothing_is_written_where_nothing_was_set_up() {
    let folder = tempdir().unwrap();
    database_without_organisation(&folder.path().join("theriac-data"));
    write(folder.path(), "records.json", r#"{"format": "theriac-records", "version": 1, "records": []}"#);
    write(folder.path(), "bom.json", bom(&json!([])));
    write(folder.path(), "advisory.json", advisory("GHSA-1", "left-pad", "1.0.0", None).to_string());
    let of = ["--product", "pump", "--release", "1.0"];
    let commands: [&[&str]; 14] = [
        &["product", "add", "pump", "--name", "Pump"],
        &[&["release", "add"][..], &of].concat(),
        &[&["release", "fielded"][..], &of].concat(),
        &[&["release", "candidate", "b1"][..], &of].concat(),
        &[&["build", "add", "b1", "--commit", COMMIT][..], &of].concat(),
        &[&["evidence", "add", "bom.json"][..], &of].concat(),
        &["records", "import", "records.json"],
        &["feed", "import", "advisory.json"],
        &["rebuild"],
        &["user", "add", "eve", "--name", "Eve", "--email", "eve@example.org"],
        &["user", "grant", "eve", "auditor"],
        &["user", "close", "eve"],
        &["token", "issue", "ci", "--permission", "read"],
        &["serve", "--listen", "127.0.0.1:0"],
    ];
    for arguments in commands {
        let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
        assert!(error.contains("Nothing is set up here yet: run `theriac init`"), "{arguments:?}: {error}");
    }
    init(folder.path(), &PEOPLE).assert().success();
    let products = stdout(&run(folder.path(), &["product", "list", "--format", "json"]));
    assert_eq!(products.trim(), "[]");
}

/// Makes what an installation is before anybody set it up.
fn database_without_organisation(folder: &std::path::Path) {
    let location = Location::Sqlite { folder: folder.to_owned() };
    let clock = std::sync::Arc::new(theriac_store::testing::TestClock::default());
    let ids = std::sync::Arc::new(theriac_store::testing::TestIds::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(location, Access::ReadWrite, clock, ids).await.unwrap();
        store.close().await;
    });
}

#[test]
fn without_a_terminal_it_says_what_to_say() {
    let folder = tempdir().unwrap();
    let error = stderr(&theriac(folder.path()).arg("init").assert().code(2));
    assert!(error.contains("--organisation") && error.contains("--person"), "{error}");
}
