//! What would change if another build than the candidate became the release. Only reads: what does not count opens no
//! finding, and nothing new in what was not looked up must not be taken for clean.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;
use theriac_model::Severity;
use theriac_store::tables;
use theriac_store::tables::findings::{self as table, Finding};

use super::apply::assign;
use super::matching::{Identity, Seen, look_up};
use super::told::{FindingLine, UnmatchedLine};
use crate::app::blocking;
use crate::{App, Result, ServiceError};

/// Components that do not count, because they are those of another build than the candidate.
pub(crate) struct Aside {
    pub release: i64,
    /// The name of the candidate.
    pub candidate: String,
    pub components: Vec<Identity>,
}

/// What would change if these components became those of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// The build whose components count.
    pub candidate: String,
    /// What the release has no finding for, worst first.
    pub new: Vec<VulnerabilityLine>,
    /// Findings that would be closed, worst first.
    pub resolved: Vec<FindingLine>,
    /// Components that could not be matched, and that the release does not have.
    pub unmatched: Vec<UnmatchedLine>,
}

/// A vulnerability in a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VulnerabilityLine {
    /// The component's key.
    pub component: String,
    /// The id of the vulnerability.
    pub vulnerability: String,
    /// How bad it is said to be.
    pub severity: Severity,
}

/// Looks the components up; the reason, where that is not possible.
pub(crate) async fn beside(app: &App, aside: Aside) -> Result<std::result::Result<Beside, String>> {
    let mut read = app.store().read().await?;
    let findings = table::of_release(&mut read, aside.release).await?;
    let unmatched = tables::components::unmatched(&mut read, aside.release).await?;
    drop(read);
    let identities: BTreeMap<_, _> =
        aside.components.into_iter().map(|identity| (identity.0.clone(), (identity, false))).collect();
    let path = app.index().to_owned();
    let found = match blocking(move || look_up(&path, identities, BTreeSet::new())).await? {
        // What was handed in is kept by now: an index that cannot be read is no reason to refuse it.
        Err(ServiceError::Rule(reason)) => return Ok(Err(reason)),
        found => found?,
    };
    if let Err(reason) = found.feed {
        return Ok(Err(reason));
    }
    let known: HashSet<String> = unmatched.into_iter().map(|row| row.component).collect();
    Ok(Ok(compare(aside.candidate, &findings, &found.seen, &known)))
}

fn compare(
    candidate: String,
    findings: &[Finding],
    seen: &BTreeMap<String, Seen>,
    known: &HashSet<String>,
) -> Beside {
    let mut open: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.known.resolved.is_none()) {
        open.entry(&finding.component).or_default().push(finding);
    }
    let mut beside = Beside { candidate, new: Vec::new(), resolved: Vec::new(), unmatched: Vec::new() };
    let mut gone = Vec::new();
    for (component, seen) in seen {
        let Seen::LookedUp { unmatched, matches } = seen else { continue };
        let existing = open.remove(component.as_str()).unwrap_or_default();
        let (groups, left) = assign(matches, &existing);
        let new = matches.iter().zip(groups).filter(|(_, group)| group.is_empty());
        beside.new.extend(new.map(|(found, _)| VulnerabilityLine {
            component: component.clone(),
            vulnerability: found.vulnerability.clone(),
            severity: found.severity,
        }));
        match unmatched {
            Some((_, reason)) if !known.contains(component) => {
                let (component, reason) = (component.clone(), reason.clone());
                beside.unmatched.push(UnmatchedLine { component, reason });
            }
            // A version that cannot be placed may still be vulnerable: what is open would stay so.
            Some(_) => {}
            None => gone.extend(left),
        }
    }
    gone.extend(open.into_values().flatten());
    gone.sort_by_key(|finding| (std::cmp::Reverse(finding.known.severity), finding.number));
    beside.resolved = gone.into_iter().map(FindingLine::of).collect();
    beside.new.sort_by_key(|line| std::cmp::Reverse(line.severity));
    beside
}
