//! Test results in JUnit's XML, in the dialects that tools write.
//!
//! There is no one schema: suites may nest, `testsuites` may be missing, a case says its outcome by a child
//! element or by a `status`. What names no outcome has passed. What a suite says of its cases in numbers must be what it
//! lists, or failures would be lost; writers differ in what they count, see [`contradicts`].

use crate::error::{Cursor, Defect, ErrorKind, Place, ReadError, quote};
use crate::limits::{Limits, Strictness};
use crate::recognise::{self, Parsed};
use crate::xml::{Document, Element};

/// The results of a test run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// Cases in the order of the file.
    pub cases: Vec<TestCase>,
    /// When the first suite that says so was run, as written: a date and time of ISO 8601, by many writers without a zone.
    pub timestamp: Option<String>,
    /// Suites that hold cases or counts of their own.
    pub suites: usize,
    /// Counts: of the cases listed, or what a suite without cases claims.
    pub totals: Totals,
    /// Numbers that contradict the cases, where they were accepted ([`Strictness::AcceptListedDefects`]); empty otherwise.
    pub defects: Vec<Defect>,
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

    const fn bad(&self) -> u64 {
        self.failed.saturating_add(self.errors)
    }

    /// One run that ended so.
    const fn one(outcome: Outcome) -> Self {
        let mut one = Self { tests: 1, failed: 0, errors: 0, skipped: 0 };
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => one.failed = 1,
            Outcome::Error => one.errors = 1,
            Outcome::Skipped => one.skipped = 1,
        }
        one
    }

    const fn add(&mut self, other: &Self) {
        self.tests = self.tests.saturating_add(other.tests);
        self.failed = self.failed.saturating_add(other.failed);
        self.errors = self.errors.saturating_add(other.errors);
        self.skipped = self.skipped.saturating_add(other.skipped);
    }
}

/// Reads a JUnit XML file.
///
/// # Errors
/// When it is not one, cannot be parsed, or is beyond a limit; when what a suite says in numbers contradicts its cases,
/// unless listed defects are accepted.
pub fn read_junit(bytes: &[u8], limits: &Limits) -> Result<TestReport, ReadError> {
    let text = recognise::decode(bytes, limits)?;
    match recognise::parse(&text, limits)? {
        Parsed::Junit(document) => {
            let report = TestReport {
                cases: Vec::new(),
                timestamp: None,
                suites: 0,
                totals: Totals::default(),
                defects: Vec::new(),
            };
            let mut reader = Reader { report, cursor: Cursor::new(&text), limits };
            reader.element(&document.root, "")?;
            Ok(reader.report)
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

struct Reader<'t> {
    report: TestReport,
    cursor: Cursor<'t>,
    limits: &'t Limits,
}

impl Reader<'_> {
    /// Reads an element with all that it holds; counts the cases it lists.
    fn element(&mut self, element: &Element<'_>, suite: &str) -> Result<Totals, ReadError> {
        match element.name.as_ref() {
            "testcase" => self.case(element, suite),
            "testsuite" => {
                self.report.suites += 1;
                let name = element.attribute("name").unwrap_or(suite);
                let holds_more =
                    |child: &Element<'_>| matches!(child.name.as_ref(), "testcase" | "testsuite");
                if !element.children.iter().any(holds_more) {
                    self.report.totals.add(&Claim::of(element).totals());
                }
                self.suite(element, name)
            }
            "testsuites" => self.suite(element, suite),
            _ => Ok(Totals::default()),
        }
    }

    fn suite(&mut self, element: &Element<'_>, name: &str) -> Result<Totals, ReadError> {
        let said = element.attribute("timestamp").map(str::trim).filter(|text| !text.is_empty());
        if let (None, Some(said)) = (&self.report.timestamp, said) {
            self.report.timestamp = Some(said.to_owned());
        }
        let (mut own, mut all, mut itself) = (Totals::default(), Totals::default(), Totals::default());
        for child in &element.children {
            if let Some(broken) = of_suite(child, name) {
                itself.add(&Totals { tests: 0, ..Totals::one(broken.outcome) });
                self.push(broken)?;
                continue;
            }
            let listed = self.element(child, name)?;
            if child.name == "testcase" {
                own.add(&listed);
            }
            all.add(&listed);
        }
        if let Some(reason) = contradicts(element, &own, &all, &itself) {
            self.defect(element, reason)?;
        }
        Ok(all)
    }

    /// Notes what contradicts itself, or refuses it, as the reader asks.
    fn defect(&mut self, element: &Element<'_>, reason: String) -> Result<(), ReadError> {
        let place = self.cursor.place(element.at);
        if self.limits.strictness == Strictness::Refuse {
            return Err(ReadError::new(ErrorKind::Structure, place, reason));
        }
        if self.report.defects.len() >= self.limits.defects {
            let reason = format!("more than {} defects; the last: {reason}", self.limits.defects);
            return Err(ReadError::new(ErrorKind::Limit, place, reason));
        }
        self.report.defects.push(Defect { place, reason });
        Ok(())
    }

    fn case(&mut self, element: &Element<'_>, suite: &str) -> Result<Totals, ReadError> {
        if element.attribute("name").is_none_or(|name| name.trim().is_empty()) {
            self.defect(element, "a test case lacks its 'name', so no requirement can name it".to_owned())?;
        }
        let (outcome, message) = outcome(element);
        self.push(TestCase {
            suite: suite.to_owned(),
            classname: element.attribute("classname").map(str::to_owned),
            name: element.attribute("name").unwrap_or_default().to_owned(),
            outcome,
            message,
            time: element.attribute("time").map(str::to_owned),
        })?;
        Ok(Totals::one(outcome))
    }

    fn push(&mut self, case: TestCase) -> Result<(), ReadError> {
        if self.report.cases.len() >= self.limits.cases {
            let reason = format!("the file lists more than {} test cases", self.limits.cases);
            return Err(ReadError::new(ErrorKind::Limit, Place::Whole, reason));
        }
        self.report.totals.add(&Totals::one(case.outcome));
        self.report.cases.push(case);
        Ok(())
    }
}

/// What broke outside of any case of a suite, such as its set-up, as a case of its own.
fn of_suite(child: &Element<'_>, suite: &str) -> Option<TestCase> {
    let outcome = match child.name.as_ref() {
        "error" => Outcome::Error,
        "failure" => Outcome::Failed,
        _ => return None,
    };
    Some(TestCase {
        suite: suite.to_owned(),
        classname: None,
        name: "the suite itself".to_owned(),
        outcome,
        message: message(child),
        time: None,
    })
}

/// What a suite says of itself in numbers.
struct Claim {
    tests: Option<u64>,
    failures: Option<u64>,
    errors: Option<u64>,
    skipped: Option<u64>,
    disabled: Option<u64>,
}

impl Claim {
    fn of(element: &Element<'_>) -> Self {
        let number = |name| element.attribute(name)?.trim().parse::<u32>().ok().map(u64::from);
        Self {
            tests: number("tests"),
            failures: number("failures"),
            errors: number("errors"),
            skipped: number("skipped"),
            disabled: number("disabled"),
        }
    }

    fn totals(&self) -> Totals {
        Totals {
            tests: self.tests.unwrap_or(0),
            failed: self.failures.unwrap_or(0),
            errors: self.errors.unwrap_or(0),
            skipped: self.unrun(),
        }
    }

    fn unrun(&self) -> u64 {
        self.skipped.unwrap_or(0).saturating_add(self.disabled.unwrap_or(0))
    }

    /// Whether the cases listed are as many. Some writers leave those out that were not run.
    fn counts(&self, listed: &Totals) -> bool {
        self.tests.is_none_or(|tests| tests == listed.tests || tests == listed.tests - listed.skipped)
    }

    /// Whether as many failed or broke. Some writers count what broke among the failures.
    fn fails(&self, listed: &Totals) -> bool {
        match (self.failures, self.errors) {
            (None, None) => true,
            (None, Some(errors)) => errors == listed.errors,
            (Some(failures), None) => failures == listed.failed || failures == listed.bad(),
            (Some(failures), Some(errors)) => {
                failures.saturating_add(errors) == listed.bad()
                    || (failures == listed.bad() && errors <= listed.errors)
            }
        }
    }
}

/// Why what a suite says in numbers is not what it lists, in itself (`own`) or with its suites (`all`). Some writers count what
/// broke outside of cases (`itself`) too.
fn contradicts(element: &Element<'_>, own: &Totals, all: &Totals, itself: &Totals) -> Option<String> {
    for name in ["tests", "failures", "errors", "skipped", "disabled"] {
        let text = element.attribute(name).map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = text.filter(|text| text.parse::<u32>().is_err()) {
            return Some(format!("{name} is {}, which is no number of tests", quote(text)));
        }
    }
    let claim = Claim::of(element);
    let fits = |listed: &Totals| {
        let mut whole = *listed;
        whole.add(itself);
        claim.counts(listed) && (claim.fails(listed) || claim.fails(&whole))
    };
    if (fits(own) || fits(all)) && claim.unrun() <= all.skipped {
        return None;
    }
    let said = claim.totals();
    Some(format!(
        "{} says that {} tests were run, that {} failed or broke and {} were left out; it lists {}, of which {} failed or \
         broke and {} were left out. Hand in a report that lists every case",
        element.name,
        claim.tests.map_or_else(|| "some".to_owned(), |tests| tests.to_string()),
        said.bad(),
        said.skipped,
        all.tests,
        all.bad(),
        all.skipped
    ))
}

/// The worst that the children of a case, its status and its result say. A status that is no known word is an error: whoever
/// reads it is to look.
fn outcome(case: &Element<'_>) -> (Outcome, Option<String>) {
    const WORDS: &[(&str, Outcome)] =
        &[("error", Outcome::Error), ("failure", Outcome::Failed), ("skipped", Outcome::Skipped)];
    for (word, outcome) in WORDS {
        if let Some(child) = case.children.iter().find(|child| child.name == *word) {
            return (*outcome, message(child));
        }
    }
    let said = ["status", "result"].into_iter().filter_map(|name| case.attribute(name));
    let (mut worst, mut message) = (Outcome::Passed, None);
    for word in said {
        let outcome = of_word(word);
        if rank(outcome) > rank(worst) {
            worst = outcome;
            message = (outcome == Outcome::Error).then(|| format!("the status is {}", quote(word)));
        }
    }
    (worst, message)
}

fn of_word(word: &str) -> Outcome {
    match word.trim().to_ascii_lowercase().as_str() {
        "" | "passed" | "pass" | "success" | "successful" | "ok" | "run" | "completed" | "fixed" => {
            Outcome::Passed
        }
        "failed" | "failure" | "fail" => Outcome::Failed,
        "skipped" | "disabled" | "notrun" | "ignored" | "suppressed" => Outcome::Skipped,
        _ => Outcome::Error,
    }
}

const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Passed => 0,
        Outcome::Skipped => 1,
        Outcome::Failed => 2,
        Outcome::Error => 3,
    }
}

fn message(child: &Element<'_>) -> Option<String> {
    let said = child.attribute("message").filter(|message| !message.trim().is_empty());
    Some(said.unwrap_or(&child.text).trim().to_owned()).filter(|message| !message.is_empty())
}
