//! JUnit XML in its dialects.

use theriac_formats::{ErrorKind, Limits, Outcome, Strictness, read_junit};

use crate::data;

/// Files whose counts differ from the suite's, with the reason.
const DIFFERENT: &[(&str, &str)] =
    &[("tst/disabled", "disabled cases count as skipped here; the suite counts their runs as passed")];

fn number(json: &str, key: &str) -> u64 {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    value["stats"][key].as_u64().unwrap()
}

#[test]
fn counts_are_those_of_the_suite() {
    let Some(files) = data::archive("suites/junit.tar.xz") else { return };
    let mut seen = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".xml")) {
        let case = path.strip_prefix("junit-xml/").unwrap().trim_end_matches(".xml");
        let expected = std::str::from_utf8(&files[&path.replace(".xml", ".results.json")]).unwrap();
        seen += 1;
        let lenient = Limits { strictness: Strictness::AcceptListedDefects, ..Limits::default() };
        let report = match read_junit(bytes, &lenient) {
            Ok(report) => report,
            Err(error) => {
                assert_eq!(case, "non-junit", "{error}");
                assert_eq!(error.kind, ErrorKind::Unrecognised);
                continue;
            }
        };
        let totals = report.totals;
        let whole = read_junit(bytes, &Limits::default());
        assert_eq!(whole.is_err(), case == "no-cases-but-tests", "{case}: {whole:?}");
        assert_eq!(whole.is_err(), !report.defects.is_empty(), "{case}");
        let agrees = [
            ("suites", report.suites as u64),
            ("runs", totals.tests),
            ("runs_skip", totals.skipped),
            ("runs_fail", totals.failed),
            ("runs_error", totals.errors),
            ("runs_succ", totals.passed()),
        ]
        .iter()
        .all(|(key, found)| number(expected, key) == *found);
        let listed = DIFFERENT.iter().any(|(listed, _)| *listed == case);
        assert_ne!(agrees, listed, "{case}: {totals:?}, {} suites", report.suites);
    }
    assert!(seen >= 6, "only {seen} files");
}

#[test]
fn a_case_says_its_outcome_by_child_or_status() {
    let text = "<testsuites><testsuite name='outer'><testsuite name='s'>\
        <testcase classname='c' name='ok' time='0.5'/>\
        <testcase name='bad'><failure message='no'>trace</failure></testcase>\
        <testcase name='broken'><error>boom</error></testcase>\
        <testcase name='off' status='disabled'/>\
        <testcase name='later'><skipped/></testcase></testsuite></testsuite></testsuites>";
    let report = read_junit(text.as_bytes(), &Limits::default()).unwrap();
    let outcomes: Vec<_> = report.cases.iter().map(|case| case.outcome).collect();
    use Outcome::{Error, Failed, Passed, Skipped};
    assert_eq!(outcomes, [Passed, Failed, Error, Skipped, Skipped]);
    assert_eq!(report.cases[0].time.as_deref(), Some("0.5"));
    assert_eq!(report.cases[0].suite, "s");
    assert_eq!(report.cases[1].message.as_deref(), Some("no"));
    assert_eq!(report.cases[2].message.as_deref(), Some("boom"));
    assert_eq!(report.totals.passed(), 1);
}

#[test]
fn no_failure_is_lost_in_a_status() {
    use Outcome::{Error, Failed, Passed, Skipped};
    for (attributes, outcome) in [
        ("", Passed),
        ("status='run'", Passed),
        ("status='run' result='completed'", Passed),
        ("status='run' result='failed'", Failed),
        ("status='failed' result='completed'", Failed),
        ("status='notrun' result='suppressed'", Skipped),
        ("status='timeout'", Error),
        ("result='aborted'", Error),
    ] {
        let text = format!("<testsuite><testcase name='a' {attributes}/></testsuite>");
        let report = read_junit(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(report.cases[0].outcome, outcome, "{attributes}");
    }
}

#[test]
fn what_breaks_outside_of_cases_is_a_case() {
    for counts in ["", "tests='1' errors='1'", "tests='1' errors='0'"] {
        let text = format!(
            "<testsuite name='s' {counts}><testcase name='a'/><error message='no database'/></testsuite>"
        );
        let report = read_junit(text.as_bytes(), &Limits::default()).unwrap();
        let broken = &report.cases[1];
        assert_eq!((broken.outcome, broken.message.as_deref()), (Outcome::Error, Some("no database")));
        assert_eq!((report.totals.tests, report.totals.errors), (2, 1), "{counts}");
    }
}

#[test]
fn a_report_says_when_it_was_made() {
    let read = |text: &str| read_junit(text.as_bytes(), &Limits::default()).unwrap().timestamp;
    let suite = "<testsuite timestamp='2026-11-28T10:00:00Z'><testcase name='a'/></testsuite>";
    assert_eq!(read(suite).as_deref(), Some("2026-11-28T10:00:00Z"));
    assert_eq!(read(&format!("<testsuites>{suite}</testsuites>")).as_deref(), Some("2026-11-28T10:00:00Z"));
    assert_eq!(read("<testsuite timestamp=''><testcase name='a'/></testsuite>"), None);
}

/// Why a document is refused, and its defects where these are taken.
fn told(text: &str) -> (Option<String>, Vec<String>) {
    let refused = read_junit(text.as_bytes(), &Limits::default()).err().map(|error| error.to_string());
    let lenient = Limits { strictness: Strictness::AcceptListedDefects, ..Limits::default() };
    let taken = read_junit(text.as_bytes(), &lenient).unwrap();
    (refused, taken.defects.iter().map(|defect| defect.reason.clone()).collect())
}

#[test]
fn a_case_without_a_name_is_a_defect() {
    for case in ["<testcase/>", "<testcase name=''/>", "<testcase classname='a' name=' '/>"] {
        let text = format!("<testsuite name='s'><testcase name='one'/>{case}</testsuite>");
        let refused = read_junit(text.as_bytes(), &Limits::default()).unwrap_err();
        assert!(refused.to_string().contains("lacks its 'name'"), "{refused}");
        let (_, defects) = told(&text);
        assert_eq!(defects.len(), 1, "{case}: {defects:?}");
    }
}

#[test]
fn numbers_that_contradict_the_cases_are_a_defect() {
    for (text, why) in [
        ("<testsuites tests='5' failures='3'/>", "says that 5 tests were run, that 3 failed"),
        ("<testsuite tests='2'><testcase name='a'/></testsuite>", "it lists 1"),
        ("<testsuite tests='1' failures='1'><testcase name='a'/></testsuite>", "of which 0 failed"),
        (
            "<testsuite tests='1' errors='1'><testcase name='a'><failure/></testcase></testsuite>",
            "that 1 failed",
        ),
        ("<testsuite tests='1' skipped='1'><testcase name='a'/></testsuite>", "1 were left out"),
        ("<testsuite tests='1' failures='0' errors='1'><testcase name='a'/></testsuite>", "that 1 failed"),
        ("<testsuite tests='many'><testcase name='a'/></testsuite>", "'many', which is no number"),
        ("<testsuites tests='3'><testsuite><testcase name='a'/></testsuite></testsuites>", "says that 3"),
    ] {
        let (refused, defects) = told(text);
        let refused = refused.unwrap_or_else(|| panic!("{text} was taken"));
        assert!(refused.starts_with("line 1, column 1: ") && refused.contains(why), "{text}: {refused}");
        assert_eq!(defects.len(), 1, "{text}: {defects:?}");
    }
}

#[test]
fn writers_count_in_their_own_ways() {
    for text in [
        "<testsuites/>",
        "<testsuite tests='0' failures='0'/>",
        // What was not run is not counted.
        "<testsuite tests='1'><testcase name='a'/><testcase name='b'><skipped/></testcase></testsuite>",
        // What broke is counted among the failures.
        "<testsuite tests='1' failures='1' errors='1'><testcase name='a'><error/></testcase></testsuite>",
        // A suite counts its own cases, or those of its suites as well.
        "<testsuite tests='1'><testcase name='a'/><testsuite tests='1'><testcase name='b'/></testsuite></testsuite>",
        "<testsuite tests='2'><testcase name='a'/><testsuite><testcase name='b'/></testsuite></testsuite>",
        "<testsuite tests='' failures=' '><testcase name='a'><failure/></testcase></testsuite>",
    ] {
        assert_eq!(told(text), (None, Vec::new()), "{text}");
    }
}
