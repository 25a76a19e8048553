//! Separation of duties: who must not be the same person. One rule, one function; the service calls them in
//! the use case, never a page.

use theriac_model::{Independence, independence_of};

use crate::PersonId;

/// Where a person stands in the organisation chart.
pub type Place = theriac_model::Place<PersonId>;

/// A rule that the act would break, in words for the one who tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Author and approver are one person.
    #[error("You wrote part of this revision, and an author does not approve. Ask another approver.")]
    AuthorApproves,
    /// Author and who retires are one person.
    #[error("You wrote this revision, and an author does not retire it. Ask another approver.")]
    AuthorRetires,
    /// Fixer and acceptor are one person.
    #[error("You fix this finding, and who fixes does not accept the risk. Ask another risk acceptor.")]
    FixerAccepts,
    /// Assessor and acceptor are one person.
    #[error("You judged this finding, and who judges does not accept the risk. Ask another risk acceptor.")]
    AssessorAccepts,
    /// Who mended signs that it is mended.
    #[error("You mend this finding, and who mends it does not sign that it is fixed. Ask another assessor.")]
    FixerConfirms,
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
        independence_words(*.required), developer_words(.developer.as_deref())
    )]
    TesterTooNear {
        /// What the test asks for.
        required: Independence,
        /// The tester's name.
        tester: String,
        /// The name of the developer who is too near, when known.
        developer: Option<String>,
    },
}

const fn independence_words(required: Independence) -> &'static str {
    match required {
        Independence::None => "anybody",
        Independence::Person => "no developer of the release",
        Independence::Department => "of another department and line manager than every developer",
        Independence::Organisation => "of another organisation",
    }
}

fn developer_words(developer: Option<&str>) -> String {
    developer.map_or_else(|| "an unknown author".to_owned(), |name| format!("author {name}"))
}

/// An author does not approve.
///
/// # Errors
/// When the approver is among the authors of the revision.
pub fn approver_is_no_author(authors: &[PersonId], approver: PersonId) -> Result<(), Conflict> {
    if authors.contains(&approver) { Err(Conflict::AuthorApproves) } else { Ok(()) }
}

/// An author does not take a record out of use.
///
/// # Errors
/// When who retires is among the authors of what is in use.
pub fn retirer_is_no_author(authors: &[PersonId], person: PersonId) -> Result<(), Conflict> {
    if authors.contains(&person) { Err(Conflict::AuthorRetires) } else { Ok(()) }
}

/// Who judges a finding, fixes it or was ever to fix it does not accept its risk.
///
/// # Errors
/// When the acceptor is one of them.
pub fn acceptor_stands_apart(
    assessor: PersonId,
    fixers: &[PersonId],
    acceptor: PersonId,
) -> Result<(), Conflict> {
    if fixers.contains(&acceptor) {
        return Err(Conflict::FixerAccepts);
    }
    if assessor == acceptor { Err(Conflict::AssessorAccepts) } else { Ok(()) }
}

/// Who mends a finding, or was ever to mend it, does not sign that it is fixed.
///
/// # Errors
/// When the signer is one of them.
pub fn signer_mended_nothing(fixers: &[PersonId], signer: PersonId) -> Result<(), Conflict> {
    if fixers.contains(&signer) { Err(Conflict::FixerConfirms) } else { Ok(()) }
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

/// The tester is as independent of every developer of the release as the test asks for.
///
/// `unknown_authors`: the build has authors who are no known person; each of them may be the tester, unless
/// the tester is external. `name` says how people are called.
///
/// # Errors
/// With the developer who is too near.
pub fn tester_is_independent(
    required: Independence,
    tester: &Place,
    developers: &[Place],
    unknown_authors: bool,
    name: impl Fn(PersonId) -> String,
) -> Result<(), Conflict> {
    let too_near = |developer: Option<PersonId>| {
        let developer = developer.map(&name);
        Err(Conflict::TesterTooNear { required, tester: name(tester.person), developer })
    };
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

    fn name(person: PersonId) -> String {
        format!("person {person}")
    }

    fn place(person: PersonId, department: &str, manager: PersonId) -> Place {
        Place { person, department: Some(department.to_owned()), manager: Some(manager), external: false }
    }

    #[test]
    fn an_author_does_not_approve() {
        assert_eq!(approver_is_no_author(&[ADA, BOB], BOB), Err(Conflict::AuthorApproves));
        assert_eq!(approver_is_no_author(&[ADA, BOB], CY), Ok(()));
        assert_eq!(retirer_is_no_author(&[ADA, BOB], BOB), Err(Conflict::AuthorRetires));
        assert_eq!(retirer_is_no_author(&[ADA, BOB], CY), Ok(()));
    }

    #[test]
    fn who_judges_or_fixes_does_not_accept() {
        assert_eq!(acceptor_stands_apart(CY, &[BOB, ADA], ADA), Err(Conflict::FixerAccepts));
        assert_eq!(acceptor_stands_apart(ADA, &[], ADA), Err(Conflict::AssessorAccepts));
        assert_eq!(acceptor_stands_apart(CY, &[ADA], BOB), Ok(()));
    }

    #[test]
    fn possible_harm_takes_a_second_clinical_person() {
        assert_eq!(clinical_signature(true, ADA, None), Err(Conflict::ClinicalMissing));
        assert_eq!(clinical_signature(true, ADA, Some(ADA)), Err(Conflict::ClinicalIsSame));
        assert_eq!(clinical_signature(true, ADA, Some(BOB)), Ok(()));
        assert_eq!(clinical_signature(false, ADA, None), Ok(()));
    }

    #[test]
    fn the_nearest_developer_decides() {
        let tester = place(BOB, "quality", PersonId(9));
        let far = place(ADA, "engineering", PersonId(10));
        let near = place(CY, "quality", PersonId(9));
        let required = Independence::Department;
        assert_eq!(tester_is_independent(required, &tester, std::slice::from_ref(&far), false, name), Ok(()));
        let refused = tester_is_independent(required, &tester, &[far, near], false, name).unwrap_err();
        assert_eq!(
            refused,
            Conflict::TesterTooNear { required, tester: name(BOB), developer: Some(name(CY)) }
        );
        assert!(refused.to_string().contains("another department"), "{refused}");
    }

    #[test]
    fn an_author_whom_nobody_knows_may_be_the_tester() {
        let tester = place(BOB, "quality", PersonId(9));
        assert!(tester_is_independent(Independence::Person, &tester, &[], true, name).is_err());
        assert_eq!(tester_is_independent(Independence::None, &tester, &[], true, name), Ok(()));
        assert_eq!(tester_is_independent(Independence::Person, &tester, &[], false, name), Ok(()));
        let external = Place { external: true, ..tester };
        assert_eq!(tester_is_independent(Independence::Organisation, &external, &[], true, name), Ok(()));
    }
}
