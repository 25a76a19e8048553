//! Who signs: a person, not an administrator, who has just given the password once more.

use jiff::Timestamp;

use crate::{Access, Denied, Hands, Permission, Permit, PersonId, Role, Scope, password};

/// Proof that a person has given the password again, for this one request.
///
/// Not `Clone`, not storable: it is made in the request that signs and dies with it. A request that signs
/// many things (a set of assessments) uses the same one.
#[derive(Debug)]
pub struct Reauthenticated {
    person: PersonId,
    at: Timestamp,
    comment: String,
}

/// A signature that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// The password given with the signature is wrong.
    #[error(
        "The password is wrong, so nothing was signed. Type the password you sign in with and sign again."
    )]
    WrongPassword,
    /// The stored password cannot be read.
    #[error(transparent)]
    BadHash(#[from] password::BadHash),
    /// Not allowed, with or without a password.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The actor is no person.
    #[error("Only a person signs; sign in with your own account.")]
    NoPerson,
    /// The password belongs to another person than the one who is signed in.
    #[error("The signature must be given by the person who is signed in; sign in as the person who signs.")]
    OtherPerson,
    /// Administrators run the system and never sign content.
    #[error(
        "You hold the role administrator, and administrators never sign. \
         Let another person sign, or have the role withdrawn first."
    )]
    Administrator,
    /// The permission is none that signs.
    #[error("'{0}' is not signed")]
    NoSignature(Permission),
}

impl Reauthenticated {
    /// Checks the password of the person who acts. Blocks for the time of one password hash.
    ///
    /// # Errors
    /// When the actor is no person, the password is wrong, or the stored one cannot be read.
    pub fn by_password(
        access: &Access,
        stored: Option<&str>,
        given: &str,
        now: Timestamp,
    ) -> Result<Self, NotSigned> {
        let person = access.person().ok_or(NotSigned::NoPerson)?;
        if !password::verify(stored, given)? {
            return Err(NotSigned::WrongPassword);
        }
        Ok(Self { person, at: now, comment: String::new() })
    }

    /// With what the signer adds to the signature in their own words.
    #[must_use]
    pub fn saying(self, comment: String) -> Self {
        Self { comment, ..self }
    }

    /// What the signer adds; empty for nothing.
    #[must_use]
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// Who gave the password.
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The authentication used, as a signature states it.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        "password"
    }
}

/// A person who may sign one sort of thing in one place, and has proved to be there. What writes a signature
/// takes this and nothing less.
#[derive(Debug)]
pub struct Signer<'a> {
    proof: &'a Reauthenticated,
    permit: Permit,
}

impl<'a> Signer<'a> {
    /// The signer for a permission and a place.
    ///
    /// # Errors
    /// When the permission does not hold there or is none that signs, the proof is another person's, or the
    /// person is an administrator.
    pub fn new(
        access: &Access,
        proof: &'a Reauthenticated,
        permission: Permission,
        scope: Scope,
    ) -> Result<Self, NotSigned> {
        let permit = Self::permit_to_sign(access, permission, scope)?;
        if access.person() != Some(proof.person) {
            return Err(NotSigned::OtherPerson);
        }
        Ok(Self { proof, permit })
    }

    /// The permit to sign, the password aside: what a page asks before it offers to sign.
    ///
    /// # Errors
    /// As [`Signer::new`].
    pub fn permit_to_sign(
        access: &Access,
        permission: Permission,
        scope: Scope,
    ) -> Result<Permit, NotSigned> {
        if permission.hands() != Hands::Signer {
            return Err(NotSigned::NoSignature(permission));
        }
        let permit = access.require(permission, scope)?;
        if access.roles().contains(&Role::Administrator) {
            return Err(NotSigned::Administrator);
        }
        Ok(permit)
    }

    /// Who signs.
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.proof.person
    }

    /// The authentication that the signature rests on, and when it was given.
    #[must_use]
    pub const fn proof(&self) -> &Reauthenticated {
        self.proof
    }

    /// The permit to act, for the unit of work.
    #[must_use]
    pub const fn permit(&self) -> Permit {
        self.permit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;
    use crate::{Grant, ProductId, TokenId, TokenScope, Why};

    const PASSWORD: &str = "four words apart here";
    const PUMP: Scope = Scope::Product(ProductId(1));
    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn person(id: i64, roles: &[Role]) -> Access {
        Access::of_person(PersonId(id), roles.iter().map(|role| Grant { role: *role, scope: PUMP }))
    }

    fn proof(access: &Access) -> Reauthenticated {
        let stored = password::hash(PASSWORD, &Counting::default()).unwrap();
        Reauthenticated::by_password(access, Some(&stored), PASSWORD, NOW).unwrap()
    }

    #[test]
    fn a_person_with_the_permission_signs_with_the_password() {
        let access = person(7, &[Role::Approver]);
        let proof = proof(&access);
        let signer = Signer::new(&access, &proof, Permission::ApproveGovernance, PUMP).unwrap();
        assert_eq!(signer.person(), PersonId(7));
        assert_eq!((signer.proof().method(), signer.proof().at()), ("password", NOW));
        assert_eq!(signer.permit().permission(), Permission::ApproveGovernance);
    }

    #[test]
    fn a_wrong_password_signs_nothing() {
        let access = person(7, &[Role::Approver]);
        let stored = password::hash(PASSWORD, &Counting::default()).unwrap();
        let refused = |stored, given| Reauthenticated::by_password(&access, stored, given, NOW).unwrap_err();
        assert_eq!(refused(Some(&*stored), "another password"), NotSigned::WrongPassword);
        assert_eq!(refused(None, PASSWORD), NotSigned::WrongPassword);
        assert_eq!(refused(Some("nonsense"), PASSWORD), NotSigned::BadHash(password::BadHash));
    }

    #[test]
    fn a_role_is_needed_besides_the_password() {
        let access = person(7, &[Role::Developer]);
        let proof = proof(&access);
        let refused = Signer::new(&access, &proof, Permission::DecideRelease, PUMP).unwrap_err();
        assert!(matches!(refused, NotSigned::Denied(Denied { why: Why::NoRole, .. })), "{refused}");
    }

    #[test]
    fn an_administrator_never_signs_whatever_else_is_granted() {
        let access = person(7, &[Role::Approver, Role::Administrator]);
        let proof = proof(&access);
        let refused = Signer::new(&access, &proof, Permission::ApproveGovernance, PUMP).unwrap_err();
        assert_eq!(refused, NotSigned::Administrator);
    }

    #[test]
    fn neither_tokens_nor_the_program_can_even_try() {
        let scope = TokenScope::new([Permission::UploadEvidence], PUMP, Timestamp::MAX).unwrap();
        let stored = password::hash(PASSWORD, &Counting::default()).unwrap();
        for access in [Access::of_token(TokenId(1), scope), Access::of_system()] {
            let refused = Reauthenticated::by_password(&access, Some(&stored), PASSWORD, NOW).unwrap_err();
            assert_eq!(refused, NotSigned::NoPerson);
            let borrowed = proof(&person(7, &[]));
            let refused = Signer::new(&access, &borrowed, Permission::DecideRelease, PUMP).unwrap_err();
            assert!(matches!(refused, NotSigned::Denied(Denied { why: Why::OnlySigner, .. })), "{refused}");
        }
    }

    #[test]
    fn the_proof_of_another_person_is_refused() {
        let (signer, other) = (person(7, &[Role::Approver]), person(8, &[Role::Approver]));
        let proof = proof(&other);
        let refused = Signer::new(&signer, &proof, Permission::ApproveGovernance, PUMP).unwrap_err();
        assert_eq!(refused, NotSigned::OtherPerson);
    }

    #[test]
    fn what_is_no_signature_takes_no_signer() {
        let access = person(7, &[Role::Developer]);
        let proof = proof(&access);
        let refused = Signer::new(&access, &proof, Permission::UploadEvidence, PUMP).unwrap_err();
        assert_eq!(refused, NotSigned::NoSignature(Permission::UploadEvidence));
    }
}
