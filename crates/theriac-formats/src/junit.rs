//! Test results in JUnit's XML, in the dialects that tools write.
//!
//! There is no one schema: suites may nest, `testsuites` may be missing, a case says its outcome by a child
//! element or by a `status`. What names no outcome has passed.

use crate::error::{ErrorKind, Place, ReadError};
use crate::limits::Limits;
use crate::recognise::{self, Parsed};
use crate::xml::{Document, Element};

/// The results of a test run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// Cases in the order of the file.
    pub cases: Vec<TestCase>,
    /// Suites that hold cases or counts of their own.
    pub suites: usize,
    /// Counts: of the cases listed, or what a suite without cases claims.
    pub totals: Totals,
}

/// One run of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCase {
    /// Name of the innermost suite.
    pub suite: String,
    /// Class or file of the test.
    pub classname: Option<String>,
    /// Name of the test.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it failed or was skipped.
    pub message: Option<String>,
    /// Duration in seconds, as written.
    pub time: Option<String>,
}

/// What came of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// What it asserts does not hold.
    Failed,
    /// It broke.
    Error,
    /// It was not run.
    Skipped,
}

/// Counts of test runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// All of them.
    pub tests: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that broke.
    pub errors: u64,
    /// Those that were not run.
    pub skipped: u64,
}

impl Totals {
    /// Those that passed.
    #[must_use]
    pub const fn passed(&self) -> u64 {
        self.tests.saturating_sub(self.failed).saturating_sub(self.errors).saturating_sub(self.skipped)
    }
}

/// Reads a JUnit XML file.
///
/// # Errors
/// When it is not one, cannot be parsed, or is beyond a limit.
pub fn read_junit(bytes: &[u8], limits: &Limits) -> Result<TestReport, ReadError> {
    let text = recognise::decode(bytes, limits)?;
    match recognise::parse(&text, limits)? {
        Parsed::Junit(document) => {
            let mut report = TestReport { cases: Vec::new(), suites: 0, totals: Totals::default() };
            report.element(&document.root, "", limits)?;
            Ok(report)
        }
        other => Err(ReadError::new(
            ErrorKind::Unrecognised,
            Place::Whole,
            format!("this is {}, not JUnit XML", other.format()),
        )),
    }
}

pub(crate) fn is_junit(document: &Document<'_>) -> bool {
    matches!(document.root.name.as_ref(), "testsuites" | "testsuite")
}

impl TestReport {
    fn element(&mut self, element: &Element<'_>, suite: &str, limits: &Limits) -> Result<(), ReadError> {
        match element.name.as_ref() {
            "testcase" => self.case(element, suite, limits),
            "testsuite" => {
                self.suites += 1;
                let name = element.attribute("name").unwrap_or(suite);
                let holds_more =
                    |child: &Element<'_>| matches!(child.name.as_ref(), "testcase" | "testsuite");
                if !element.children.iter().any(holds_more) {
                    self.claimed(element);
                }
                element.children.iter().try_for_each(|child| self.element(child, name, limits))
            }
            "testsuites" => element.children.iter().try_for_each(|child| self.element(child, suite, limits)),
            _ => Ok(()),
        }
    }

    fn case(&mut self, element: &Element<'_>, suite: &str, limits: &Limits) -> Result<(), ReadError> {
        if self.cases.len() >= limits.cases {
            let reason = format!("the file lists more than {} test cases", limits.cases);
            return Err(ReadError::new(ErrorKind::Limit, Place::Whole, reason));
        }
        let (outcome, message) = outcome(element);
        self.totals.tests += 1;
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => self.totals.failed += 1,
            Outcome::Error => self.totals.errors += 1,
            Outcome::Skipped => self.totals.skipped += 1,
        }
        self.cases.push(TestCase {
            suite: suite.to_owned(),
            classname: element.attribute("classname").map(str::to_owned),
            name: element.attribute("name").unwrap_or_default().to_owned(),
            outcome,
            message,
            time: element.attribute("time").map(str::to_owned),
        });
        Ok(())
    }

    /// What a suite that lists no case says of itself.
    fn claimed(&mut self, element: &Element<'_>) {
        let count = |name| element.attribute(name).and_then(|text| text.trim().parse::<u32>().ok());
        let count = |name| count(name).map_or(0, u64::from);
        self.totals.tests += count("tests");
        self.totals.failed += count("failures");
        self.totals.errors += count("errors");
        self.totals.skipped += count("skipped") + count("disabled");
    }
}

/// The worst that the children of a case say; failing that, its status.
fn outcome(case: &Element<'_>) -> (Outcome, Option<String>) {
    const WORDS: &[(&str, Outcome)] =
        &[("error", Outcome::Error), ("failure", Outcome::Failed), ("skipped", Outcome::Skipped)];
    for (word, outcome) in WORDS {
        if let Some(child) = case.children.iter().find(|child| child.name == *word) {
            return (*outcome, message(child));
        }
    }
    let status = case.attribute("status").or_else(|| case.attribute("result")).unwrap_or_default();
    let outcome = match status.to_ascii_lowercase().as_str() {
        "failed" | "failure" | "fail" => Outcome::Failed,
        "error" | "errored" => Outcome::Error,
        "skipped" | "disabled" | "notrun" | "ignored" | "suppressed" => Outcome::Skipped,
        _ => Outcome::Passed,
    };
    (outcome, None)
}

fn message(child: &Element<'_>) -> Option<String> {
    let said = child.attribute("message").filter(|message| !message.trim().is_empty());
    Some(said.unwrap_or(&child.text).trim().to_owned()).filter(|message| !message.is_empty())
}
