//! `user` and `token`.

use crate::support::{installation, run, stderr, stdout, stdout_json, theriac};

#[test]
fn a_person_comes_gets_roles_and_goes() {
    let folder = installation();
    let path = folder.path();
    run(path, &["product", "add", "pump", "--name", "Pump"]);
    let add = [
        "user",
        "add",
        "dan",
        "--name",
        "Dan Roe",
        "--email",
        "dan@example.org",
        "--role",
        "developer",
        "--department",
        "R&D",
        "--manager",
        "maya",
        "--generate-password",
    ];
    let text = stdout(&run(path, &add));
    let password = text.lines().find_map(|line| line.strip_prefix("password ")).unwrap();
    assert!(password.len() > 20, "{text}");
    run(path, &["user", "grant", "dan", "tester", "--product", "pump"]);
    run(path, &["user", "address", "dan", "dan@home.example"]);
    run(path, &["user", "place", "dan", "--department", "Test house", "--external", "--from", "2026-12-01"]);
    let list = stdout(&run(path, &["user", "list"]));
    let line = list.lines().find(|line| line.starts_with("dan")).unwrap();
    assert!(line.contains("open") && line.contains("developer, tester of pump"), "{line}");
    run(path, &["user", "withdraw", "dan", "tester", "--product", "pump"]);
    run(path, &["user", "close", "dan"]);
    let people = stdout_json(&run(path, &["user", "list", "--format", "json"]));
    let dan = people.as_array().unwrap().iter().find(|person| person["key"] == "dan").unwrap();
    assert_eq!((&dan["account"], &dan["grants"]), (&"closed".into(), &serde_json::json!([])));
}

#[test]
fn a_password_is_given_by_standard_input_or_made_up() {
    let folder = installation();
    let arguments = ["user", "password", "maya"];
    let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
    assert!(error.contains("--password-stdin"), "{error}");
    let mut command = theriac(folder.path());
    command.args(arguments).arg("--password-stdin").write_stdin("short\n");
    let error = stderr(&command.assert().code(2));
    assert!(error.contains("password: "), "{error}");
    let mut command = theriac(folder.path());
    let assert =
        command.args(arguments).arg("--password-stdin").write_stdin("a much longer one\n").assert().success();
    assert!(!stdout(&assert).contains("longer"));
}

#[test]
fn a_token_is_shown_once_and_revoked() {
    let folder = installation();
    let path = folder.path();
    let issue = [
        "token",
        "issue",
        "CI",
        "--permission",
        "upload-evidence",
        "--permission",
        "read-gate",
        "--days",
        "30",
    ];
    let assert = run(path, &issue);
    let token = stdout(&assert);
    assert!(token.starts_with("thr_") && token.lines().count() == 1, "{token}");
    assert!(stderr(&assert).contains("shown this once"));
    let tokens = stdout_json(&run(path, &["token", "list", "--format", "json"]));
    assert_eq!((&tokens[0]["name"], &tokens[0]["expired"]), (&"CI".into(), &false.into()));
    assert!(!tokens.to_string().contains(token.trim()));
    run(path, &["token", "revoke", "CI"]);
    assert_eq!(stdout_json(&run(path, &["token", "list", "--format", "json"])), serde_json::json!([]));
    let error = stderr(&theriac(path).args(["token", "revoke", "CI"]).assert().code(2));
    assert!(error.contains("there is no token 'CI'"), "{error}");
}

#[test]
fn a_token_never_signs_and_never_administers() {
    let folder = installation();
    let issue = ["token", "issue", "CI", "--permission", "decide-release"];
    let error = stderr(&theriac(folder.path()).args(issue).assert().code(2));
    assert!(error.contains("machines never sign"), "{error}");
}
