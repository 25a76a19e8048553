//! `build describe` on real git checkouts.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use theriac_formats::{BuildManifest, Limits};

use crate::support::{stderr, stdout, theriac, write};

/// Runs git with a fixed identity and no settings of the machine.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
        .envs([("GIT_COMMITTER_NAME", "CI"), ("GIT_COMMITTER_EMAIL", "ci@example.org")])
        .env("GIT_COMMITTER_DATE", "2026-01-31T11:00:00Z")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(folder: &Path, message: &str, more: &[&str]) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &[&["commit", "--quiet", "-m", message], more].concat());
    git(folder, &["rev-parse", "HEAD"])
}

/// A checkout with three commits; gives their ids.
fn checkout() -> (TempDir, [String; 3]) {
    let folder = tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet", "--initial-branch=main"]);
    write(path, "src/dose.c", "1");
    write(path, "src/gone.c", "1");
    write(path, "readme größe.md", "1");
    let first = commit(path, "one", &[]);
    write(path, "src/dose.c", "2");
    let message = "two\n\nCo-authored-by: Ben <ben@example.org>";
    let second = commit(path, message, &["--author", "Cleo <cleo@example.org>"]);
    std::fs::remove_file(path.join("src/gone.c")).unwrap();
    let third = commit(path, "three", &[]);
    (folder, [first, second, third])
}

fn describe(folder: &Path, more: &[&str]) -> Value {
    let text = stdout(&theriac(folder).args([&["build", "describe"], more].concat()).assert().success());
    BuildManifest::read(text.as_bytes(), &Limits::default()).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn paths(manifest: &Value) -> Vec<&str> {
    manifest["changed"].as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect()
}

#[test]
fn what_changed_since_the_parent_and_who_wrote_it() {
    let (folder, [_, second, third]) = checkout();
    let manifest = describe(folder.path(), &["--built-at", "2026-01-31T12:00:00Z"]);
    let tree = git(folder.path(), &["rev-parse", "HEAD:src"]);
    assert_eq!(
        manifest,
        json!({
            "format": "theriac-build-manifest", "version": 1, "commit": third, "predecessor": second,
            "authors": [{ "name": "Ada", "email": "ada@example.org" }],
            "changed": [{ "path": "src", "tree": tree }, { "path": "src/gone.c", "tree": null }],
            "artefacts": [], "built_at": "2026-01-31T12:00:00Z",
            "tool": { "name": "theriac", "version": env!("CARGO_PKG_VERSION") },
        })
    );
}

#[test]
fn since_an_earlier_build_everything_between_counts() {
    let (folder, [first, ..]) = checkout();
    git(folder.path(), &["tag", "built", &first]);
    let manifest = describe(folder.path(), &["--since", "built"]);
    assert_eq!(manifest["predecessor"], json!(first));
    let authors: Vec<_> =
        manifest["authors"].as_array().unwrap().iter().map(|author| &author["name"]).collect();
    assert_eq!(authors, ["Ada", "Ben", "Cleo"]);
    assert_eq!(paths(&manifest), ["src", "src/dose.c", "src/gone.c"]);
}

#[test]
fn the_first_commit_has_no_predecessor_and_lists_every_path() {
    let (folder, [first, ..]) = checkout();
    git(folder.path(), &["checkout", "--quiet", &first]);
    let manifest = describe(folder.path(), &[]);
    assert_eq!(manifest["predecessor"], Value::Null);
    assert_eq!(paths(&manifest), ["readme größe.md", "src", "src/dose.c", "src/gone.c"]);
}

#[test]
fn the_first_build_names_everybody_and_lists_every_path() {
    let (folder, [.., third]) = checkout();
    let manifest = describe(folder.path(), &["--whole-history"]);
    assert_eq!((&manifest["predecessor"], &manifest["commit"]), (&Value::Null, &json!(third)));
    let authors: Vec<_> =
        manifest["authors"].as_array().unwrap().iter().map(|author| &author["name"]).collect();
    assert_eq!(authors, ["Ada", "Ben", "Cleo"]);
    assert_eq!(paths(&manifest), ["readme größe.md", "src", "src/dose.c"]);
    let trees = manifest["changed"].as_array().unwrap();
    assert!(trees.iter().all(|entry| entry["tree"].is_string()), "{trees:?}");

    let both = ["build", "describe", "--whole-history", "--since", "HEAD^"];
    let error = stderr(&theriac(folder.path()).args(both).assert().code(2));
    assert!(error.contains("--whole-history") && error.contains("--since"), "{error}");
}

#[test]
fn a_repository_that_names_objects_by_sha_256_is_described_too() {
    let folder = tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--object-format=sha256"]);
    write(folder.path(), "dose.c", "1");
    commit(folder.path(), "one", &[]);
    write(folder.path(), "guide.md", "1");
    commit(folder.path(), "two", &[]);
    assert_eq!(paths(&describe(folder.path(), &["--whole-history"])), ["dose.c", "guide.md"]);
}

#[test]
fn times_before_the_commit_and_times_to_come_are_refused() {
    let (folder, [.., third]) = checkout();
    write(folder.path(), "out/pump.bin", "abc");
    let key =
        ["--artefact", "out/pump.bin", "--signing-key", "K", "--key-valid-from", "2025-01-01T00:00:00Z"];
    for option in ["--built-at", "--signed-at"] {
        let run = |time: &str| {
            let args =
                [&["build", "describe"][..], &key[..if option == "--built-at" { 2 } else { 6 }]].concat();
            theriac(folder.path()).args(args).args([option, time]).assert()
        };
        let early = stderr(&run("2026-01-31T10:44:59Z").code(2));
        let expected = format!("{option} 2026-01-31T10:44:59Z lies before 2026-01-31T11:00:00Z");
        assert!(early.contains(&expected) && early.contains(&third), "{early}");
        run("2026-01-31T10:45:00Z").success();
        let late = stderr(&run("2999-01-01T00:00:00Z").code(2));
        assert!(late.contains(option) && late.contains("lies ahead: it is 2"), "{late}");
    }
}

#[test]
fn artefacts_come_with_digest_and_size() {
    let (folder, _) = checkout();
    write(folder.path(), "out/pump.bin", "abc");
    let manifest = describe(folder.path(), &["--artefact", "out/pump.bin"]);
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(manifest["artefacts"], json!([{ "name": "pump.bin", "sha256": sha256, "size": 3 }]));

    write(folder.path(), "other/pump.bin", "abc");
    let twice = ["build", "describe", "--artefact", "out/pump.bin", "--artefact", "other/pump.bin"];
    let error = stderr(&theriac(folder.path()).args(twice).assert().code(2));
    assert!(error.contains("two artefacts are called pump.bin"), "{error}");
}

#[test]
fn artefacts_say_which_key_signed_them() {
    let (folder, _) = checkout();
    write(folder.path(), "out/pump.bin", "abc");
    let key = ["--signing-key", "SHA256:8a5f", "--key-valid-from", "2025-01-01 00:00:00Z"];
    let signed =
        [&["--artefact", "out/pump.bin", "--signed-at", "2026-01-31T12:05:00+01:00"], &key[..]].concat();
    let manifest =
        describe(folder.path(), &[&signed[..], &["--key-valid-to", "2027-01-01T00:00:00Z"]].concat());
    let signature = &manifest["artefacts"][0]["signature"];
    assert_eq!(
        signature,
        &json!({
            "key": "SHA256:8a5f", "signed_at": "2026-01-31T11:05:00Z",
            "valid_from": "2025-01-01T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z",
        })
    );
    let without_end = describe(folder.path(), &signed);
    assert_eq!(without_end["artefacts"][0]["signature"]["valid_to"], Value::Null);

    let refused = |more: &[&str], expected: &str| {
        let error =
            stderr(&theriac(folder.path()).args([&["build", "describe"], more].concat()).assert().code(2));
        assert!(error.contains(expected), "{error}");
    };
    let ends_first = [&signed[..], &["--key-valid-to", "2024-01-01T00:00:00Z"]].concat();
    refused(&ends_first, "--key-valid-to lies before --key-valid-from");
    refused(&signed[..4], "--signing-key");
    refused(&key, "--artefact");
    refused(
        &["--artefact", "out/pump.bin", "--signing-key", "K", "--signed-at", "2026-01-31T12:05:00Z"],
        "--key-valid-from",
    );
}

#[test]
fn changes_outside_of_the_commit_are_refused_unless_accepted() {
    let (folder, _) = checkout();
    write(folder.path(), "src/dose.c", "3");
    let error = stderr(&theriac(folder.path()).args(["build", "describe"]).assert().code(2));
    assert!(error.contains("src/dose.c") && error.contains("--allow-dirty"), "{error}");
    describe(folder.path(), &["--allow-dirty"]);
}

#[test]
fn a_shallow_clone_is_refused_with_what_to_do() {
    let (folder, _) = checkout();
    let clone = tempdir().unwrap();
    let from = format!("file://{}", folder.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=1", &from, "copy"]);
    let error =
        stderr(&theriac(clone.path()).args(["build", "describe", "--repository", "copy"]).assert().code(2));
    assert!(error.contains("--unshallow"), "{error}");
}

#[test]
fn odd_authors_do_not_stop_a_build() {
    let (folder, _) = checkout();
    write(folder.path(), "src/dose.c", "3");
    commit(folder.path(), "four", &["--author", "root <nowhere>"]);
    let manifest = describe(folder.path(), &[]);
    assert_eq!(manifest["authors"], json!([{ "name": "root", "email": "unknown@invalid" }]));
}

#[test]
fn a_build_that_is_added_outside_of_a_checkout_needs_its_commit_named() {
    let folder = tempdir().unwrap();
    let add = ["build", "add", "--product", "pump", "--release", "1.0", "b1"];
    let error = stderr(&theriac(folder.path()).args(add).assert().code(2));
    assert!(error.contains("with --commit") && error.contains("not a git repository"), "{error}");
}

#[test]
fn one_changed_file_is_one() {
    let (folder, _) = checkout();
    write(folder.path(), "src/dose.c", "3");
    let one = stderr(&theriac(folder.path()).args(["build", "describe"]).assert().code(2));
    assert!(one.contains("1 file differs from the commit (src/dose.c)"), "{one}");
    write(folder.path(), "readme größe.md", "2");
    let two = stderr(&theriac(folder.path()).args(["build", "describe"]).assert().code(2));
    assert!(two.contains("2 files differ from the commit"), "{two}");
}

#[test]
fn what_is_no_checkout_no_commit_or_lacks_git_is_said() {
    let folder = tempdir().unwrap();
    let error = stderr(&theriac(folder.path()).args(["build", "describe"]).assert().code(2));
    assert!(error.contains("not a git repository"), "{error}");

    let (folder, _) = checkout();
    let error = stderr(&theriac(folder.path()).args(["build", "describe", "--since", "v9"]).assert().code(2));
    assert!(error.contains("'v9'") && error.contains("fetch it"), "{error}");
    let error =
        stderr(&theriac(folder.path()).args(["build", "describe", "--since", "HEAD"]).assert().code(2));
    assert!(error.contains("the very commit that is built"), "{error}");
    let error = stderr(&theriac(folder.path()).args(["build", "describe", "--since=--all"]).assert().code(2));
    assert!(error.contains("no name of a commit"), "{error}");
    let error = stderr(&theriac(folder.path()).args(["build", "describe"]).env("PATH", "").assert().code(2));
    assert!(error.contains("git is not installed"), "{error}");
}
