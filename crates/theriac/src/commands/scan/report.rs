//! What a scan found, and what it could not look up.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use theriac_formats::{Bom, Component, Place};
use theriac_model::Severity;
use theriac_vulndb::{
    Ecosystem, Index, IndexError, Match, Package, Unmatched, bare_purl, component_purl, contradiction,
};

use crate::output::{Table, count};

/// The answer of a scan; its JSON is what `--format json` prints.
#[derive(Debug, Serialize)]
pub struct Report {
    /// How many components the inventory of the bill of materials lists.
    pub components: usize,
    /// Components nested in the product itself that the inventory does not list; they are looked up, too.
    #[serde(skip)]
    pub modules: usize,
    /// What the bill of materials contradicts itself in.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// Components that could not, or not fully, be looked up.
    pub unmatched: Vec<NotLookedUp>,
    /// Worst first; then by purl and vulnerability.
    pub findings: Vec<Finding>,
}

/// A component that could not be looked up, and why.
#[derive(Debug, Serialize)]
pub struct NotLookedUp {
    /// Its purl as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// Its name, where it has no purl.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why.
    pub reason: String,
}

/// One component with one vulnerability.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// The component: its purl without qualifiers and subpath, with the version where the file has it there.
    pub purl: String,
    /// Its version.
    pub version: String,
    /// What is known of the vulnerability.
    pub vulnerability: Vulnerability,
    /// Where the component stands in the file.
    #[serde(skip)]
    pub place: Place,
}

/// A vulnerability as the index knows it.
#[derive(Debug, Serialize)]
pub struct Vulnerability {
    /// Its id: a CVE where there is one.
    pub id: String,
    /// Its other ids.
    pub aliases: Vec<String>,
    /// How bad it is said to be.
    pub severity: Severity,
    /// Its CVSS vector.
    pub cvss: Option<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// The versions that fix it, ascending.
    pub fixed: Vec<String>,
    /// The score of the vector in tenths.
    #[serde(skip)]
    pub score_tenths: Option<u8>,
}

impl NotLookedUp {
    fn new(component: &Component, reason: &Unmatched) -> Self {
        let purl = component.purl.as_ref().map(|purl| purl.written.clone());
        let name = purl.is_none().then(|| match &component.group {
            Some(group) => format!("{group}/{}", component.name),
            None => component.name.clone(),
        });
        Self { purl, name, reason: reason.to_string() }
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        self.purl.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }
}

impl Finding {
    /// The component with its version, which the purl itself may lack.
    pub fn component(&self) -> String {
        // Before anything but a version a purl has its `@` encoded.
        if self.purl.contains('@') { self.purl.clone() } else { format!("{}@{}", self.purl, self.version) }
    }
}

impl From<Match> for Vulnerability {
    fn from(found: Match) -> Self {
        Self {
            id: found.vulnerability,
            aliases: found.aliases,
            severity: found.severity,
            cvss: found.cvss,
            published: found.published,
            fixed: found.fixed,
            score_tenths: found.score_tenths,
        }
    }
}

impl Report {
    /// Looks up every component.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn new(bom: &Bom, index: &Index) -> Result<Self, IndexError> {
        let mut report = Self {
            components: bom.components.len(),
            modules: bom.modules().count(),
            notes: Vec::new(),
            unmatched: Vec::new(),
            findings: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for component in bom.components.iter().chain(bom.modules()) {
            report.look_up(component, index, &mut seen)?;
        }
        report.findings.sort_by(|a, b| {
            let key = |finding: &Finding| {
                Reverse((finding.vulnerability.severity, finding.vulnerability.score_tenths))
            };
            let name = |finding: &'_ Finding| {
                (finding.purl.clone(), finding.version.clone(), finding.vulnerability.id.clone())
            };
            key(a).cmp(&key(b)).then_with(|| name(a).cmp(&name(b)))
        });
        Ok(report)
    }

    fn look_up(
        &mut self,
        component: &Component,
        index: &Index,
        seen: &mut BTreeSet<Package>,
    ) -> Result<(), IndexError> {
        let written = component.purl.as_ref().map(|purl| purl.written.as_str()).unwrap_or_default();
        let contradicts = contradiction(written, component.version.as_deref());
        self.notes.extend(contradicts.map(|reason| format!("{}: {reason}", component.place)));
        let known = match &component.purl {
            None => Err(Unmatched::NoIdentity),
            Some(purl) => Package::from_purl(&purl.written, component.version.as_deref())
                .and_then(|package| Ok((named(&purl.written, package.ecosystem)?, package))),
        };
        let (purl, package) = match known {
            Ok(known) => known,
            Err(reason) => {
                self.unmatched.push(NotLookedUp::new(component, &reason));
                return Ok(());
            }
        };
        let lookup = index.find(&package)?;
        self.unmatched.extend(lookup.unmatched.map(|reason| NotLookedUp::new(component, &reason)));
        // The same package twice in the file is one component, however it is spelled.
        if seen.insert(package.folded()) {
            self.findings.extend(lookup.matches.into_iter().map(|found| Finding {
                purl: purl.clone(),
                version: package.version.clone(),
                vulnerability: found.into(),
                place: component.place.clone(),
            }));
        }
        Ok(())
    }

    /// The answer for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.findings.is_empty() {
            let mut table = Table::new(["severity", "vulnerability", "component", "fixed in"]);
            for finding in &self.findings {
                let vulnerability = &finding.vulnerability;
                let fixed = if vulnerability.fixed.is_empty() {
                    "-".to_owned()
                } else {
                    vulnerability.fixed.join(", ")
                };
                let severity = vulnerability.severity.as_str();
                table.row([severity, &vulnerability.id, &finding.component(), &fixed]);
            }
            text.push_str(&(table.text() + "\n"));
        }
        if !self.unmatched.is_empty() {
            let mut table = Table::new(["not looked up", "why"]);
            for component in &self.unmatched {
                table.row([component.label(), &component.reason]);
            }
            text.push_str(&(table.text() + "\n"));
        }
        let worst = Severity::ALL.iter().rev().filter_map(|severity| {
            let number =
                self.findings.iter().filter(|finding| finding.vulnerability.severity == *severity).count();
            (number > 0).then(|| format!("{number} {severity}"))
        });
        let worst: Vec<String> = worst.collect();
        let split = if worst.is_empty() { String::new() } else { format!(" ({})", worst.join(", ")) };
        let modules = match self.modules {
            0 => String::new(),
            more => format!(" and {more} more within the product"),
        };
        text.push_str(&format!(
            "{}{modules}, {} not looked up, {}{split}\n",
            count(self.components, "component", "components"),
            self.unmatched.len(),
            count(self.findings.len(), "finding", "findings"),
        ));
        text
    }
}

/// What a component is called: as the file spells it, but a name of `PyPI` as findings everywhere else spell it, since it
/// has one spelling only (PEP 503).
fn named(purl: &str, ecosystem: Ecosystem) -> Result<String, Unmatched> {
    match ecosystem {
        Ecosystem::PyPi => component_purl(purl, None),
        _ => bare_purl(purl),
    }
}
