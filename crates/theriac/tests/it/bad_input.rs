//! Bad input at the door: every command that reads a file says what is wrong and where, soon, and ends with two.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use serde_json::json;
use tempfile::{TempDir, tempdir};

use crate::support::{
    RELEASE, advisory, bom, import, library, release, run, stderr, stdout_json, theriac, write,
};

/// A folder with an index and these bad files: name, bytes, and a word that the error must have.
fn bad_files() -> (TempDir, Vec<(&'static str, &'static str)>) {
    let folder = tempdir().unwrap();
    let expected = bad_files_in(folder.path());
    (folder, expected)
}

fn bad_files_in(path: &Path) -> Vec<(&'static str, &'static str)> {
    import(path, &[advisory("CVE-2026-0001", "pulse", "2.0.0", None)]);
    let good = bom(&json!([library("pkg:npm/pulse@1.0.0")]));
    write(path, "empty", "");
    write(path, "truncated", &good[..good.len() / 2]);
    write(path, "deep", format!("{{\"bomFormat\":\"CycloneDX\",\"a\":{}", "[".repeat(100_000)));
    write(path, "latin1", [good.as_bytes(), b"\xe9"].concat());
    write(path, "binary", b"\x7fELF\x02\x01");
    write(
        path,
        "duplicate",
        good.replacen("{\"bomFormat\"", "{\"bomFormat\":\"CycloneDX\",\"bomFormat\"", 1),
    );
    write(path, "absurd", good.replace("\"version\":1", "\"version\":1e400"));
    let entities = "<?xml version=\"1.0\"?><!DOCTYPE bom [<!ENTITY a \"b\">]><bom>&a;</bom>";
    write(path, "entities", entities);
    write(path, "page", "<!DOCTYPE html><html></html>");
    // Sparse: it takes no room, and must not be read to be refused.
    File::create(path.join("huge")).unwrap().set_len(200 << 20).unwrap();
    bomb(&path.join("bomb"));
    vec![
        ("empty", "the file is empty"),
        ("truncated", "line 1"),
        ("deep", "nest"),
        ("latin1", "UTF-8"),
        ("binary", "looks like a program"),
        ("duplicate", "twice"),
        ("absurd", "number out of range"),
        ("entities", "document type declaration"),
        ("page", "web page"),
        ("huge", "limit"),
        ("bomb", "zip archive"),
        ("missing", "missing"),
        (".", "folder"),
    ]
}

/// A zip archive of 50 MB that unpacks to a thousand times its size.
fn bomb(path: &Path) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("bomb.json", options).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..100 {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn scan_refuses_every_bad_file_by_name_and_reason() {
    let (folder, files) = bad_files();
    for (name, word) in files {
        let assert =
            theriac(folder.path()).args(["scan", name, "--db", "advisories.db", "--fail-on", "low"]).assert();
        let assert = assert.code(2).stdout("");
        let error = stderr(&assert);
        assert!(error.contains(name) && error.contains(word), "{name}: {error}");
        assert!(error.len() < 2000, "{name}: an error is short");
    }
}

#[test]
fn check_refuses_every_bad_file_by_name() {
    let (folder, files) = bad_files();
    for (name, _) in files {
        let error = stderr(&theriac(folder.path()).args(["check", name]).assert().code(2).stdout(""));
        assert!(error.contains(name), "{name}: {error}");
    }
}

#[test]
fn feed_import_refuses_every_bad_file_and_changes_nothing() {
    let (folder, files) = bad_files();
    let before = std::fs::read(folder.path().join("advisories.db")).unwrap();
    for (name, _) in files.iter().filter(|(name, _)| *name != ".") {
        let assert = theriac(folder.path()).args(["feed", "import", name, "--db", "advisories.db"]).assert();
        let error = stderr(&assert.code(2).stdout(""));
        assert!(error.contains(name), "{name}: {error}");
    }
    assert_eq!(before, std::fs::read(folder.path().join("advisories.db")).unwrap());
}

#[test]
fn what_is_no_index_is_refused() {
    let (folder, _) = bad_files();
    write(folder.path(), "bom.json", bom(&json!([])));
    for (name, word) in [("empty", "no vulnerability index"), ("huge", "no vulnerability index"), (".", "")] {
        let error = stderr(&theriac(folder.path()).args(["scan", "bom.json", "--db", name]).assert().code(2));
        assert!(error.contains(name) && error.contains(word), "{name}: {error}");
    }
    let index = std::fs::read(folder.path().join("advisories.db")).unwrap();
    write(folder.path(), "cut.db", &index[..index.len() - 10]);
    let error = stderr(&theriac(folder.path()).args(["scan", "bom.json", "--db", "cut.db"]).assert().code(2));
    assert!(error.contains("damaged"), "{error}");
}

#[test]
fn audit_verify_refuses_every_bad_file() {
    let (folder, files) = bad_files();
    for (name, _) in files {
        let assert = theriac(folder.path()).args(["audit", "verify", name]).assert();
        let code = assert.get_output().status.code();
        assert!(matches!(code, Some(1 | 2)), "{name}: {code:?}");
    }
}

#[test]
fn pack_check_refuses_what_is_no_pack() {
    let (folder, _) = bad_files();
    write(folder.path(), "pack/pack.toml", "id = 1\n");
    write(folder.path(), "bytes/pack.toml", b"\xff\xfe\x00");
    for (name, word) in [("pack", "pack.toml:1"), ("bytes", "UTF-8"), ("empty", "empty"), ("feed", "missing")]
    {
        let error = stderr(&theriac(folder.path()).args(["pack", "check", name]).assert().code(2));
        assert!(error.contains(word), "{name}: {error}");
    }
}

#[test]
fn evidence_add_refuses_every_bad_file_and_stores_nothing() {
    let folder = release();
    let path = folder.path();
    let files = bad_files_in(path);
    write(path, "good.json", bom(&json!([library("pkg:npm/pulse@1.0.0")])));
    // Refusals are noted; nothing else may be.
    let acts = || {
        run(path, &["audit", "export", "log"]);
        let log = std::fs::read_to_string(path.join("log")).unwrap();
        log.lines().filter(|line| line.contains("\"action\"") && !line.contains("\"refused\":\"")).count()
    };
    let before = acts();
    for (name, word) in files {
        let add = [&["evidence", "add"][..], &RELEASE, &["--build", "b1", "good.json", name]].concat();
        let error = stderr(&theriac(path).args(add).assert().code(2).stdout(""));
        assert!(error.contains(name) && error.contains(word), "{name}: {error}");
        assert!(error.len() < 2000, "{name}: an error is short");
    }
    assert_eq!(stdout_json(&run(path, &["rebuild", "--format", "json"]))["evidence"], 0);
    assert_eq!(acts(), before, "nothing was written, and so the good file was not either");
}

#[test]
fn records_import_refuses_every_bad_file_and_stores_nothing() {
    let folder = release();
    let path = folder.path();
    for (name, _) in bad_files_in(path) {
        let error = stderr(&theriac(path).args(["records", "import", name]).assert().code(2).stdout(""));
        assert!(error.contains(name) && error.len() < 2000, "{name}: {error}");
    }
    assert_eq!(stdout_json(&run(path, &["records", "export"]))["records"], json!([]));
}

#[test]
fn build_describe_refuses_what_is_no_checkout_and_no_artefact() {
    let folder = release();
    for name in [".", "missing", "empty"] {
        write(folder.path(), "empty", "");
        let error = stderr(
            &theriac(folder.path()).args(["build", "describe", "--repository", name]).assert().code(2),
        );
        assert!(error.contains("error: ") && error.len() < 2000, "{name}: {error}");
    }
}

#[test]
fn a_name_of_any_length_is_shown_short() {
    let folder = tempdir().unwrap();
    import(folder.path(), &[advisory("CVE-2026-0001", "pulse", "2.0.0", None)]);
    let components =
        json!([{ "type": "library", "name": "x".repeat(9_000_000) }, library("pkg:npm/pulse@1.0.0")]);
    write(folder.path(), "long.json", bom(&components));
    let assert = run(folder.path(), &["scan", "long.json", "--db", "advisories.db"]);
    let text = crate::support::stdout(&assert);
    assert!(text.contains(&format!("{}…", "x".repeat(1000))) && text.len() < 5000, "{} bytes", text.len());
}

/// Writes the files that aim at memory, and gives their names.
#[cfg(target_os = "linux")]
pub fn hostile_files_in(path: &Path) -> [&'static str; 6] {
    bad_files_in(path);
    let dense = format!("{{\"bomFormat\":\"CycloneDX\",\"a\":[{}", "{\"a\":0},".repeat(2_500_000));
    write(path, "dense", dense);
    let component = "<component type=\"x\"><name>x</name><version/></component>";
    let xml = "<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components>";
    write(path, "dense-xml", format!("{xml}{}", component.repeat(1_100_000)));
    ["huge", "bomb", "deep", "entities", "dense", "dense-xml"]
}

/// Runs within so many kilobytes of addresses, of which the program itself and its stacks take a part: half a gigabyte, and
/// a whole one where the database and its threads are in the process, too.
#[cfg(target_os = "linux")]
#[test]
fn a_hostile_file_takes_no_more_than_its_memory() {
    let folder = release();
    let path = folder.path();
    let names = hostile_files_in(path);
    let evidence = format!("evidence add {}", RELEASE.join(" "));
    let doors = [
        ("scan --db advisories.db", 524_288),
        ("feed import --db other.db", 524_288),
        ("check", 524_288),
        (&*evidence, 1_048_576),
        ("records import", 1_048_576),
    ];
    for name in names {
        for (door, limit) in doors {
            let program = assert_cmd::cargo::cargo_bin!("theriac");
            let said = format!("{door} {name}");
            let limited = format!("ulimit -v {limit}; exec '{}' {said}", program.display());
            let output =
                std::process::Command::new("sh").args(["-c", &limited]).current_dir(path).output().unwrap();
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}: {} {error}", output.status);
            assert!(error.contains(name), "{said}: {error}");
        }
    }
}
