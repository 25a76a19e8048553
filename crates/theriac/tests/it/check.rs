//! `check` and `pack check`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::support::{stderr, stdout, stdout_json, theriac, write};

const PACK: &str = "id = \"tiny\"\ntitle = \"A tiny standard\"\nconfidence = { A = \"sure\" }\n";
const CLAUSES: &str = r#"[[clause]]
number = "5.1"
title = "Planning"
level = "release"
confidence = "A"
kind = "computed"
duty = "Somebody answers for the planning."

[[clause.check]]
id = "5.1-a"
title = "Somebody answers"
over = "responsibilities"
pass = "r.in_force"
none = "not met"
todo = "Name somebody"
todo_none = "Name somebody"
"#;

fn tiny(folder: &Path) -> PathBuf {
    write(folder, "tiny/pack.toml", PACK);
    write(folder, "tiny/clauses.toml", CLAUSES);
    folder.join("tiny")
}

/// Facts of a release with nothing in it: every list of the schema, empty.
fn facts() -> Value {
    let schema = theriac_conformity::facts_schema();
    let mut facts = json!({
        "version": theriac_conformity::facts::FACTS_VERSION, "at": "2026-03-01", "seq": 7, "limits": null,
    });
    for (name, property) in schema["properties"].as_object().unwrap() {
        let shape = property["$ref"].as_str().and_then(|path| schema.pointer(path.trim_start_matches('#')));
        match shape {
            Some(shape) if facts.get(name).is_none() => facts[name] = sample(&schema, shape),
            _ if property["type"] == "array" => facts[name] = json!([]),
            _ => {}
        }
    }
    facts
}

/// A value of a shape: the first word of a set, texts and lists as short as can be.
fn sample(schema: &Value, shape: &Value) -> Value {
    if let Some(path) = shape["$ref"].as_str() {
        return schema
            .pointer(path.trim_start_matches('#'))
            .map_or(Value::Null, |shape| sample(schema, shape));
    }
    if let Some(properties) = shape["properties"].as_object() {
        return properties.iter().map(|(name, shape)| (name.clone(), sample(schema, shape))).collect();
    }
    let word = shape["enum"][0].as_str().or(shape["oneOf"][0]["const"].as_str());
    match (word, shape["type"].as_str()) {
        (Some(word), _) => json!(word),
        (_, Some("string")) if shape["format"] == "date" => json!("2026-03-01"),
        (_, Some("string")) => json!("x"),
        (_, Some("integer")) => json!(0),
        (_, Some("boolean")) => json!(false),
        (_, Some("array")) => json!([]),
        _ => Value::Null,
    }
}

#[test]
fn facts_are_judged_by_the_pack_of_a_folder() {
    let folder = tempdir().unwrap();
    tiny(folder.path());
    write(folder.path(), "facts.json", facts().to_string());
    let arguments = ["check", "facts.json", "--pack", "tiny"];
    let answer =
        stdout_json(&theriac(folder.path()).args(arguments).args(["--format", "json"]).assert().success());
    assert_eq!(
        (&answer["at"], &answer["seq"], &answer["provisional"]),
        (&json!("2026-03-01"), &json!(7), &json!(true))
    );
    assert_eq!(answer["clauses"][0]["clause"], "5.1");
    assert_eq!(answer["clauses"][0]["verdict"], "not met");
    assert_eq!(answer["clauses"][0]["missing"][0]["todo"], "Name somebody");
    let text = stdout(&theriac(folder.path()).args(arguments).assert().success());
    assert!(text.contains("5.1     not met     not met   computed  Planning"), "{text}");
}

#[test]
fn facts_of_a_day_after_the_decision_are_said_to_be_judged_anew() {
    let folder = tempdir().unwrap();
    tiny(folder.path());
    let said = |decided: bool, on: &str| {
        let mut facts = facts();
        (facts["release"]["decided"], facts["release"]["decided_on"]) = (json!(decided), json!(on));
        write(folder.path(), "facts.json", facts.to_string());
        let check = ["check", "facts.json", "--pack", "tiny", "--format", "json"];
        let assert = theriac(folder.path()).args(check).assert().success();
        assert_eq!(stdout_json(&assert)["at"], "2026-03-01");
        stderr(&assert)
    };
    let note = said(true, "2026-02-28");
    assert!(note.contains("decided on 2026-02-28") && note.contains("facts --at 2026-02-28"), "{note}");
    assert_eq!(said(true, "2026-03-01"), "", "at the end of that day they are those of the decision");
    assert_eq!(said(false, "2026-02-28"), "");
}

#[test]
fn the_included_pack_judges_where_none_is_named() {
    let folder = tempdir().unwrap();
    write(folder.path(), "facts.json", facts().to_string());
    let answer = theriac(folder.path()).args(["check", "facts.json", "--format", "json"]).assert().success();
    assert!(stdout_json(&answer)["clauses"].as_array().unwrap().len() > 50);
}

#[test]
fn wrong_facts_are_named_by_their_place() {
    let folder = tempdir().unwrap();
    let mut wrong = facts();
    wrong["release"]["surprise"] = json!(1);
    write(folder.path(), "facts.json", wrong.to_string());
    let error = stderr(&theriac(folder.path()).args(["check", "facts.json"]).assert().code(2));
    assert!(error.contains("facts.json: release") && error.contains("surprise"), "{error}");

    let mut old = facts();
    old["version"] = json!(0);
    old["what_there_was_then"] = json!([]);
    write(folder.path(), "facts.json", old.to_string());
    let error = stderr(&theriac(folder.path()).args(["check", "facts.json"]).assert().code(2));
    assert!(error.contains("version 0"), "{error}");
}

#[test]
fn facts_whose_values_cannot_be_are_refused_with_their_place() {
    let folder = tempdir().unwrap();
    let refused = |change: &dyn Fn(&mut Value), place: &str| {
        let mut wrong = facts();
        change(&mut wrong);
        write(folder.path(), "facts.json", wrong.to_string());
        let error = stderr(&theriac(folder.path()).args(["check", "facts.json"]).assert().code(2));
        assert!(error.contains(place), "{place}: {error}");
    };
    refused(&|facts| facts["at"] = json!("2026-99-99"), "at: '2026-99-99' is no date");
    refused(&|facts| facts["seq"] = json!(-5), "seq: -5 is less than 0");
    refused(
        &|facts| facts["release"]["planned_ship_date"] = json!("not a date"),
        "release.planned_ship_date: 'not a date' is no date",
    );
    let person = json!({ "ref": "ana", "department": null, "manager": null, "external": false });
    refused(&|facts| facts["people"] = json!([person, person]), "people[1]: the ref 'ana' comes twice");
}

#[test]
fn a_sound_pack_is_described_and_a_wrong_one_named_with_file_and_line() {
    let folder = tempdir().unwrap();
    tiny(folder.path());
    let text = stdout(&theriac(folder.path()).args(["pack", "check", "tiny"]).assert().success());
    assert!(text.contains("1 clause (1 computed, 0 attested), 1 check\n"), "{text}");

    write(folder.path(), "tiny/clauses.toml", CLAUSES.replace("r.in_force", "r.in_farce"));
    let error = stderr(&theriac(folder.path()).args(["pack", "check", "tiny"]).assert().code(2));
    assert!(error.contains("clauses.toml:13:") && error.contains("in_farce"), "{error}");

    write(folder.path(), "tiny/clauses.toml", CLAUSES.replace("todo_none", "# todo_none"));
    let error = stderr(&theriac(folder.path()).args(["pack", "check", "tiny"]).assert().code(2));
    assert!(error.contains("clauses.toml:") && error.contains("todo_none is missing"), "{error}");

    let error = stderr(&theriac(folder.path()).args(["pack", "check", "nowhere"]).assert().code(2));
    assert!(error.contains("nowhere"), "{error}");
}
