//! Who owes findings, by the rule of verdicts and gates, read at once for findings of any number of releases.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use theriac_conformity::Owner;
use theriac_conformity::facts::words::VexStatus;
use theriac_store::Conn;
use theriac_store::tables::findings::{Assessment, Finding};
use theriac_store::tables::releases::{self, Release};

use super::select::Selected;
use crate::Result;
use crate::people::Here;

/// Whom findings of some releases may be owed by.
pub(super) struct Owners {
    here: Here,
    releases: HashMap<i64, Release>,
}

impl Owners {
    /// Of these findings, on a day.
    pub(super) async fn read(conn: &mut Conn, selected: &Selected, today: Date) -> Result<Self> {
        let ids: BTreeSet<i64> = selected.findings.iter().map(|finding| finding.release).collect();
        let releases = releases::among(conn, &ids.into_iter().collect::<Vec<_>>()).await?;
        let named = selected.judged().map(|(_, judged)| named(judged));
        let managers = releases.iter().filter_map(|release| release.manager);
        let here = Here::read(conn, named.chain(managers), today).await?;
        Ok(Self { here, releases: releases.into_iter().map(|release| (release.id, release)).collect() })
    }

    /// Who judges or mends a finding, or who stands in; nobody, when it is closed.
    pub(super) fn of(&self, finding: &Finding, judged: Option<&Assessment>) -> Owner {
        let Some(release) = self.releases.get(&finding.release) else { return Owner::default() };
        if finding.known.resolved.is_some() {
            return Owner::default();
        }
        let key = |person: i64| self.here.key(person);
        let officer = self.here.officer(release.product);
        Owner::of(judged.map(named).and_then(key), release.manager.and_then(key), officer)
    }
}

/// Who mends it, else who judged it.
fn named(judged: &Assessment) -> i64 {
    judged.fixer.filter(|_| judged.status == VexStatus::Affected.as_str()).unwrap_or(judged.assessor)
}
