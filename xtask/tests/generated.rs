//! The generated files are current: each is made again and compared with what is committed.
//!
//! A generated file is one line in `FILES`: its path and the function that makes its text.
//! `cargo xtask generate` sets THERIAC_GENERATE and writes them instead.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

/// A generated file: its path in the repository, and what makes its text.
type Generated = (&'static str, fn() -> String);

const FILES: &[Generated] =
    &[("docs/user/permissions.md", permissions), ("docs/api/facts.schema.json", facts_schema)];

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
    let mut text = serde_json::to_string_pretty(&theriac_conformity::facts::facts_schema()).unwrap();
    text.push('\n');
    text
}
