//! Who owes findings, by the rule of verdicts and gates, read at once for findings of any number of releases.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use theriac_conformity::Owner;
use theriac_conformity::facts::words::{SECURITY_OFFICER, VexStatus};
use theriac_store::tables::access::{self, Holder};
use theriac_store::tables::findings::{Assessment, Finding};
use theriac_store::tables::releases::{self, Release};
use theriac_store::{Conn, tables};

use super::select::Selected;
use crate::Result;

/// Whom findings of some releases may be owed by.
pub(super) struct Owners {
    /// The keys of those who stand in the organisation today, by id.
    here: HashMap<i64, String>,
    releases: HashMap<i64, Release>,
    officers: Vec<Holder>,
}

impl Owners {
    /// Of these findings, on a day.
    pub(super) async fn read(conn: &mut Conn, selected: &Selected, today: Date) -> Result<Self> {
        let ids: BTreeSet<i64> = selected.findings.iter().map(|finding| finding.release).collect();
        let releases = releases::among(conn, &ids.into_iter().collect::<Vec<_>>()).await?;
        let officers = access::holders(conn, SECURITY_OFFICER).await?;
        let named = selected.judged().map(|(_, judged)| named(judged));
        let managers = releases.iter().filter_map(|release| release.manager);
        let people: BTreeSet<i64> =
            named.chain(managers).chain(officers.iter().map(|holder| holder.person)).collect();
        let places = tables::people::versions_among(conn, &people.into_iter().collect::<Vec<_>>()).await?;
        let here = places.into_iter().filter(|place| place.holds_on(today));
        Ok(Self {
            here: here.map(|place| (place.id, place.key)).collect(),
            releases: releases.into_iter().map(|release| (release.id, release)).collect(),
            officers,
        })
    }

    /// Who judges or mends a finding, or who stands in; nobody, when it is closed.
    pub(super) fn of(&self, finding: &Finding, judged: Option<&Assessment>) -> Owner {
        let Some(release) = self.releases.get(&finding.release) else { return Owner::default() };
        if finding.known.resolved.is_some() {
            return Owner::default();
        }
        let key = |person: i64| self.here.get(&person).cloned();
        let officers = self.officers.iter().filter(|holder| holder.is_of(release.product));
        let officer = officers.filter_map(|holder| key(holder.person)).min();
        Owner::of(judged.map(named).and_then(key), release.manager.and_then(key), officer)
    }
}

/// Who mends it, else who judged it.
fn named(judged: &Assessment) -> i64 {
    judged.fixer.filter(|_| judged.status == VexStatus::Affected.as_str()).unwrap_or(judged.assessor)
}
