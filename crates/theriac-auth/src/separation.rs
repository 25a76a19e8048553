//! Separation of duties: who must not be the same person. One rule, one function; the service calls them in
//! the use case, never a page.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::PersonId;

/// A rule that the act would break, in words for the one who tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Author and approver are one person.
    #[error("You wrote part of this revision, and an author does not approve. Ask another approver.")]
    AuthorApproves,
    /// Fixer and acceptor are one person.
    #[error("You fix this finding, and who fixes does not accept the risk. Ask another risk acceptor.")]
    FixerAccepts,
    /// A second, clinical person has to sign.
    #[error(
        "Harm to a patient is possible here, so a clinical assessor has to sign too. Ask one to sign first."
    )]
    ClinicalMissing,
    /// The clinical signature is the signer's own.
    #[error(
        "Harm to a patient is possible here, and the clinical signature must be another person's than yours."
    )]
    ClinicalIsSame,
    /// The tester is nearer to the developers than the test allows.
    #[error(
        "This kind of test asks for a tester who is {}, and {tester} is not: \
         {} of the build is too near. Name another tester.",
        .required.words(), developer_words(*.developer)
    )]
    TesterTooNear {
        /// What the test asks for.
        required: Independence,
        /// The tester.
        tester: PersonId,
        /// The developer who is too near, when known.
        developer: Option<PersonId>,
    },
}

fn developer_words(developer: Option<PersonId>) -> String {
    developer.map_or_else(|| "an unknown author".to_owned(), |person| format!("author {person}"))
}

/// An author does not approve.
///
/// # Errors
/// When the approver is among the authors of the revision.
pub fn approver_is_no_author(authors: &[PersonId], approver: PersonId) -> Result<(), Conflict> {
    if authors.contains(&approver) { Err(Conflict::AuthorApproves) } else { Ok(()) }
}

/// Who fixes a finding does not accept its risk.
///
/// # Errors
/// When both are one person.
pub fn acceptor_is_no_fixer(fixer: Option<PersonId>, acceptor: PersonId) -> Result<(), Conflict> {
    if fixer == Some(acceptor) { Err(Conflict::FixerAccepts) } else { Ok(()) }
}

/// Where harm to a patient is possible, a clinical assessor signs, and is another person than the signer.
///
/// # Errors
/// When the clinical signature is missing or the signer's own.
pub fn clinical_signature(
    harm_possible: bool,
    signer: PersonId,
    clinical: Option<PersonId>,
) -> Result<(), Conflict> {
    match clinical {
        _ if !harm_possible => Ok(()),
        None => Err(Conflict::ClinicalMissing),
        Some(clinical) if clinical == signer => Err(Conflict::ClinicalIsSame),
        Some(_) => Ok(()),
    }
}

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

    const fn words(self) -> &'static str {
        match self {
            Self::None => "anybody",
            Self::Person => "no developer of the release",
            Self::Department => "of another department and line manager than every developer",
            Self::Organisation => "of another organisation",
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

/// Where a person stands in the organisation chart at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The person.
    pub person: PersonId,
    /// The department; `None` when unknown.
    pub department: Option<String>,
    /// The line manager; `None` at the top, or when unknown.
    pub manager: Option<PersonId>,
    /// Whether the person works for another organisation (a test house).
    pub external: bool,
}

/// How independent the tester is of one developer. What the chart does not say counts as near.
#[must_use]
pub fn independence_of(tester: &Place, developer: &Place) -> Independence {
    if tester.person == developer.person {
        return Independence::None;
    }
    if tester.external != developer.external {
        return Independence::Organisation;
    }
    let other_department =
        matches!((&tester.department, &developer.department), (Some(a), Some(b)) if a != b);
    let other_line = tester.manager.is_some()
        && tester.manager != developer.manager
        && tester.manager != Some(developer.person)
        && developer.manager != Some(tester.person);
    if other_department && other_line { Independence::Department } else { Independence::Person }
}

/// The tester is as independent of every developer of the release as the test asks for.
///
/// `unknown_authors`: the build has authors who are no known person; each of them may be the tester, unless
/// the tester is external.
///
/// # Errors
/// With the developer who is too near.
pub fn tester_is_independent(
    required: Independence,
    tester: &Place,
    developers: &[Place],
    unknown_authors: bool,
) -> Result<(), Conflict> {
    let too_near = |developer| Err(Conflict::TesterTooNear { required, tester: tester.person, developer });
    if let Some(near) = developers.iter().find(|developer| independence_of(tester, developer) < required) {
        return too_near(Some(near.person));
    }
    if unknown_authors && !tester.external && required > Independence::None {
        return too_near(None);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: PersonId = PersonId(1);
    const BOB: PersonId = PersonId(2);
    const CY: PersonId = PersonId(3);

    fn place(person: PersonId, department: &str, manager: PersonId) -> Place {
        Place { person, department: Some(department.to_owned()), manager: Some(manager), external: false }
    }

    #[test]
    fn an_author_does_not_approve() {
        assert_eq!(approver_is_no_author(&[ADA, BOB], BOB), Err(Conflict::AuthorApproves));
        assert_eq!(approver_is_no_author(&[ADA, BOB], CY), Ok(()));
    }

    #[test]
    fn who_fixes_does_not_accept() {
        assert_eq!(acceptor_is_no_fixer(Some(ADA), ADA), Err(Conflict::FixerAccepts));
        assert_eq!(acceptor_is_no_fixer(Some(ADA), BOB), Ok(()));
        assert_eq!(acceptor_is_no_fixer(None, BOB), Ok(()));
    }

    #[test]
    fn possible_harm_takes_a_second_clinical_person() {
        assert_eq!(clinical_signature(true, ADA, None), Err(Conflict::ClinicalMissing));
        assert_eq!(clinical_signature(true, ADA, Some(ADA)), Err(Conflict::ClinicalIsSame));
        assert_eq!(clinical_signature(true, ADA, Some(BOB)), Ok(()));
        assert_eq!(clinical_signature(false, ADA, None), Ok(()));
    }

    #[test]
    fn independence_is_read_from_the_chart() {
        let boss = PersonId(9);
        let other_boss = PersonId(10);
        let developer = place(ADA, "engineering", boss);
        let cases = [
            (place(ADA, "quality", other_boss), Independence::None, "the developer"),
            (place(BOB, "engineering", boss), Independence::Person, "a colleague"),
            (place(BOB, "engineering", other_boss), Independence::Person, "same department"),
            (place(BOB, "quality", boss), Independence::Person, "same line manager"),
            (place(BOB, "quality", ADA), Independence::Person, "managed by the developer"),
            (place(boss, "quality", other_boss), Independence::Person, "the developer's manager"),
            (place(BOB, "quality", other_boss), Independence::Department, "another department and line"),
            (
                Place { external: true, ..place(BOB, "lab", other_boss) },
                Independence::Organisation,
                "a test house",
            ),
            (
                Place { department: None, ..place(BOB, "", other_boss) },
                Independence::Person,
                "unknown department",
            ),
            (Place { manager: None, ..place(BOB, "quality", boss) }, Independence::Person, "unknown manager"),
        ];
        for (tester, expected, case) in cases {
            assert_eq!(independence_of(&tester, &developer), expected, "{case}");
        }
    }

    #[test]
    fn the_nearest_developer_decides() {
        let tester = place(BOB, "quality", PersonId(9));
        let far = place(ADA, "engineering", PersonId(10));
        let near = place(CY, "quality", PersonId(9));
        let required = Independence::Department;
        assert_eq!(tester_is_independent(required, &tester, std::slice::from_ref(&far), false), Ok(()));
        let refused = tester_is_independent(required, &tester, &[far, near], false).unwrap_err();
        assert_eq!(refused, Conflict::TesterTooNear { required, tester: BOB, developer: Some(CY) });
        assert!(refused.to_string().contains("another department"), "{refused}");
    }

    #[test]
    fn an_author_whom_nobody_knows_may_be_the_tester() {
        let tester = place(BOB, "quality", PersonId(9));
        assert!(tester_is_independent(Independence::Person, &tester, &[], true).is_err());
        assert_eq!(tester_is_independent(Independence::None, &tester, &[], true), Ok(()));
        assert_eq!(tester_is_independent(Independence::Person, &tester, &[], false), Ok(()));
        let external = Place { external: true, ..tester };
        assert_eq!(tester_is_independent(Independence::Organisation, &external, &[], true), Ok(()));
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
