//! Help, versions, completions, and how mistakes on the command line end.

use tempfile::tempdir;

use crate::support::{stderr, stdout, theriac};

#[test]
fn every_command_has_help_that_says_what_it_is_for() {
    let folder = tempdir().unwrap();
    let text = stdout(&theriac(folder.path()).arg("--help").assert().success());
    for command in ["scan", "feed", "check", "pack", "build", "audit", "completions"] {
        assert!(text.contains(&format!("  {command} ")), "{text}");
        theriac(folder.path()).args([command, "--help"]).assert().success();
    }
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let codes = "0 done; 1 the answer is no (gate, scan --fail-on, audit verify, rebuild); 2 an error";
    assert!(flat.contains(codes), "{flat}");
}

#[test]
fn a_mistake_on_the_command_line_ends_with_two() {
    let folder = tempdir().unwrap();
    for arguments in [&["fly"][..], &["scan"], &["scan", "bom", "--format", "pdf"], &["feed", "import"]] {
        let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
        assert!(error.starts_with("error: "), "{error}");
    }
}

#[test]
fn completions_are_written_for_every_shell() {
    let folder = tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = stdout(&theriac(folder.path()).args(["completions", shell]).assert().success());
        assert!(text.contains("theriac") && text.contains("fail-on"), "{shell}");
    }
}
