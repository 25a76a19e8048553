//! How far a tester stands from those who wrote the software: the one rule, read from the organisation chart (5.7.5).
//!
//! Approval enforces it and the facts show it, each with its own names for people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a tester is from the developers; each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Independence {
    /// A developer may test.
    None,
    /// Somebody who developed no part of the release.
    Person,
    /// Besides, from another department, under another line manager.
    Department,
    /// Besides, from outside the manufacturer.
    Organisation,
}

impl Independence {
    /// All levels, nearest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Person, Self::Department, Self::Organisation];

    /// The key in records and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Person => "person",
            Self::Department => "department",
            Self::Organisation => "organisation",
        }
    }
}

impl fmt::Display for Independence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Independence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or_else(|| {
            format!("'{text}' is not a level of independence: none, person, department or organisation is expected")
        })
    }
}

/// Where a person stands in the organisation chart on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<P> {
    /// The person.
    pub person: P,
    /// The department; `None` when unknown.
    pub department: Option<String>,
    /// The line manager; `None` at the top, or when unknown.
    pub manager: Option<P>,
    /// Whether the person works for another organisation (a test house).
    pub external: bool,
}

impl<P> Place<P> {
    /// Somebody of whom the chart says nothing.
    pub const fn unknown(person: P) -> Self {
        Self { person, department: None, manager: None, external: false }
    }
}

/// How independent the tester is of one developer. What the chart does not say counts as near.
#[must_use]
pub fn independence_of<P: PartialEq>(tester: &Place<P>, developer: &Place<P>) -> Independence {
    if tester.person == developer.person {
        return Independence::None;
    }
    // Each level includes those before it: whoever leads the other, or is led by them, is no outsider to them.
    let apart = other_line(tester, developer);
    if tester.external && !developer.external && leads_neither(tester, developer) {
        Independence::Organisation
    } else if apart && other_department(tester, developer) {
        Independence::Department
    } else {
        Independence::Person
    }
}

fn other_department<P>(tester: &Place<P>, developer: &Place<P>) -> bool {
    matches!((&tester.department, &developer.department), (Some(a), Some(b)) if a != b)
}

fn other_line<P: PartialEq>(tester: &Place<P>, developer: &Place<P>) -> bool {
    tester.manager.is_some() && tester.manager != developer.manager && leads_neither(tester, developer)
}

/// Whether neither of them is the other's line manager.
fn leads_neither<P: PartialEq>(tester: &Place<P>, developer: &Place<P>) -> bool {
    tester.manager.as_ref() != Some(&developer.person) && developer.manager.as_ref() != Some(&tester.person)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(person: &str, department: &str, manager: &str) -> Place<String> {
        Place {
            person: person.to_owned(),
            department: Some(department.to_owned()),
            manager: Some(manager.to_owned()),
            external: false,
        }
    }

    #[test]
    fn independence_is_read_from_the_chart() {
        let developer = place("ada", "engineering", "boss");
        let cases = [
            (place("ada", "quality", "other"), Independence::None, "the developer"),
            (place("bob", "engineering", "boss"), Independence::Person, "a colleague"),
            (place("bob", "engineering", "other"), Independence::Person, "same department"),
            (place("bob", "quality", "boss"), Independence::Person, "same line manager"),
            (place("bob", "quality", "ada"), Independence::Person, "managed by the developer"),
            (place("boss", "quality", "other"), Independence::Person, "the developer's manager"),
            (place("bob", "quality", "other"), Independence::Department, "another department and line"),
            (
                Place { external: true, ..place("bob", "lab", "other") },
                Independence::Organisation,
                "a test house",
            ),
            (
                Place { external: true, ..place("boss", "lab", "other") },
                Independence::Person,
                "a test house that leads the developer",
            ),
            (
                Place { department: None, ..place("bob", "", "other") },
                Independence::Person,
                "unknown department",
            ),
            (
                Place { manager: None, ..place("bob", "quality", "boss") },
                Independence::Person,
                "unknown manager",
            ),
            (Place::unknown("bob".to_owned()), Independence::Person, "nothing is known"),
        ];
        for (tester, expected, case) in cases {
            assert_eq!(independence_of(&tester, &developer), expected, "{case}");
        }
        let contractor = Place { external: true, ..place("cy", "contractors", "bob") };
        let near = independence_of(&place("bob", "quality", "other"), &contractor);
        assert_eq!(near, Independence::Person, "a contractor whom the tester leads");
        let apart = independence_of(&place("dee", "quality", "other"), &contractor);
        assert_eq!(
            apart,
            Independence::Department,
            "a contractor of somebody else: the tester is from inside"
        );
    }

    #[test]
    fn levels_round_trip_and_grow() {
        assert!(Independence::ALL.is_sorted());
        for level in Independence::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
        assert!("some".parse::<Independence>().unwrap_err().contains("department or organisation"));
    }
}
