//! Who owes what is missing, and by when: the one rule for verdicts and the gate.
//!
//! Whom a row names owes it, else who answers for the clause, else the release manager, else a security officer of the
//! product or the organisation; somebody who has left owes nothing. What has no day of its own is due when the release is
//! planned to ship, as is
//! what keeps it from shipping and has a later day.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::facts::words::{SECURITY_OFFICER, StandIn};

/// Who owes something, and as whose stand-in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) person: Option<String>,
    pub(crate) stand_in: Option<StandIn>,
}

/// Who owes what nobody is named for, and by when, worked out once for a release.
#[derive(Debug)]
pub(crate) struct Fallback {
    owner: Owner,
    /// Who stands in the organisation on the day judged.
    here: BTreeSet<String>,
    /// When the release is planned to ship.
    ship: Option<String>,
    /// Whether it was decided that it ships.
    decided: bool,
}

impl Fallback {
    /// Of several security officers the first by id.
    pub(crate) fn of(facts: &Facts) -> Self {
        let here: BTreeSet<String> = facts.people.iter().map(|row| row.reference.clone()).collect();
        let manager = facts.release.manager.clone().filter(|person| here.contains(person));
        let manager = manager.map(|person| (person, StandIn::ReleaseManager));
        let officers =
            facts.people.iter().filter(|row| row.roles.iter().any(|role| role == SECURITY_OFFICER));
        let officer = officers.map(|row| (row.reference.clone(), StandIn::SecurityOfficer)).min();
        let owner = match manager.or(officer) {
            Some((person, stand_in)) => Owner { person: Some(person), stand_in: Some(stand_in) },
            None => Owner::default(),
        };
        let ship = facts.release.planned_ship_date.clone();
        Self { owner, here, ship, decided: facts.release.decided_on.is_some() }
    }

    /// Who is named, unless they have left.
    pub(crate) fn present(&self, named: Option<String>) -> Option<String> {
        named.filter(|person| self.here.contains(person))
    }

    /// Who is named, or who stands in.
    pub(crate) fn owner(&self, named: Option<String>) -> Owner {
        match self.present(named) {
            Some(person) => Owner { person: Some(person), stand_in: None },
            None => self.owner.clone(),
        }
    }

    /// The day of its own, or the day on which the release is planned to ship. What keeps the release from shipping is due by
    /// that day at the latest.
    pub(crate) fn due(&self, own: Option<String>, keeps_from_shipping: bool) -> Option<String> {
        match (own, &self.ship) {
            (Some(own), Some(ship)) if keeps_from_shipping && !self.decided => Some(own.min(ship.clone())),
            (own, ship) => own.or_else(|| ship.clone()),
        }
    }
}
