//! JUnit XML in its dialects.

use theriac_formats::{ErrorKind, Limits, Outcome, read_junit};

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
        let report = match read_junit(bytes, &Limits::default()) {
            Ok(report) => report,
            Err(error) => {
                assert_eq!(case, "non-junit", "{error}");
                assert_eq!(error.kind, ErrorKind::Unrecognised);
                continue;
            }
        };
        let totals = report.totals;
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
