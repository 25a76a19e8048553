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
pub struct Owner {
    /// The key of the person; `None` where there is nobody.
    pub person: Option<String>,
    /// As whom, where nobody is named for it.
    pub stand_in: Option<StandIn>,
}

impl Owner {
    /// Of who is named, who manages the release, and the first security officer by key: the first of them. Each is given only
    /// where they stand in the organisation on the day.
    #[must_use]
    pub fn of(named: Option<String>, manager: Option<String>, officer: Option<String>) -> Self {
        let (person, stand_in) = match (named, manager, officer) {
            (Some(person), ..) => (person, None),
            (None, Some(person), _) => (person, Some(StandIn::ReleaseManager)),
            (None, None, Some(person)) => (person, Some(StandIn::SecurityOfficer)),
            (None, None, None) => return Self::default(),
        };
        Self { person: Some(person), stand_in }
    }
}

/// Who owes what nobody is named for, and by when, worked out once for a release.
#[derive(Debug)]
pub(crate) struct Fallback {
    manager: Option<String>,
    officer: Option<String>,
    /// Who stands in the organisation on the day judged.
    here: BTreeSet<String>,
    /// When the release is planned to ship.
    ship: Option<String>,
    /// When it was decided that it ships.
    decided: Option<String>,
}

impl Fallback {
    pub(crate) fn of(facts: &Facts) -> Self {
        let officers =
            facts.people.iter().filter(|row| row.roles.iter().any(|role| role == SECURITY_OFFICER));
        let here: BTreeSet<String> = facts.people.iter().map(|row| row.reference.clone()).collect();
        Self {
            manager: facts.release.manager.clone().filter(|person| here.contains(person)),
            officer: officers.map(|row| row.reference.clone()).min(),
            here,
            ship: facts.release.planned_ship_date.clone(),
            decided: facts.release.decided_on.clone(),
        }
    }

    /// Who is named, unless they have left.
    pub(crate) fn present(&self, named: Option<String>) -> Option<String> {
        named.filter(|person| self.here.contains(person))
    }

    /// Who is named, or who stands in.
    pub(crate) fn owner(&self, named: Option<String>) -> Owner {
        Owner::of(self.present(named), self.manager.clone(), self.officer.clone())
    }

    /// The day of its own, or the day on which the release is planned to ship. What keeps the release from shipping is due by
    /// that day at the latest; what is missing once it was decided was not owed before that day.
    pub(crate) fn due(&self, own: Option<String>, keeps_from_shipping: bool) -> Option<String> {
        match (own, &self.ship) {
            (None, ship) if self.decided.is_some() => ship.clone().max(self.decided.clone()),
            (Some(own), Some(ship)) if keeps_from_shipping && self.decided.is_none() => {
                Some(own.min(ship.clone()))
            }
            (own, ship) => own.or_else(|| ship.clone()),
        }
    }
}
