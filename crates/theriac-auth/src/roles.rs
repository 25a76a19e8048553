//! The one table of authorisation: role × permission × scope. What is not in it is denied.
//!
//! The book prints it with [`matrix`], so that an auditor reads what the program obeys. A new permission is
//! a row here; a new role is a variant, its line in [`Role::ALL`] and its name in the rows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Permission;
use Permission as P;
use Role::{
    Administrator, Approver, Auditor, ClinicalAssessor, Developer, RiskAcceptor, SecurityOfficer, Tester,
};

/// What a person is to a product or to the organisation. Roles are fixed; a person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the system and its accounts; never writes or signs content.
    Administrator,
    /// Answers for the security life cycle: governs, assesses, decides.
    SecurityOfficer,
    /// Builds the product and describes it.
    Developer,
    /// Tests the product.
    Tester,
    /// Approves what others wrote.
    Approver,
    /// Judges harm to patients.
    ClinicalAssessor,
    /// Accepts residual risk in the manufacturer's name.
    RiskAcceptor,
    /// Reads everything and changes nothing.
    Auditor,
}

/// Where a permission holds, given where its role was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Where the role was granted: the organisation with all its products, or one product.
    Granted,
    /// As `Granted`, and a role on one product also reaches the organisation's own records, which every
    /// product rests on.
    WithOrganisation,
    /// Only a role granted on the organisation gives it.
    Organisation,
}

impl Reach {
    /// The words for the book.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Granted => "where granted",
            Self::WithOrganisation => "where granted, and the organisation's own records",
            Self::Organisation => "organisation only",
        }
    }
}

const ALL_ROLES: &[Role] = Role::ALL;
const AUTHORS: &[Role] = &[SecurityOfficer, Developer, Tester, ClinicalAssessor];

/// The table.
pub(crate) const TABLE: &[(Permission, Reach, &[Role])] = &[
    (P::Read, Reach::WithOrganisation, ALL_ROLES),
    (P::ReadGate, Reach::Granted, ALL_ROLES),
    (P::ReadAudit, Reach::Organisation, &[Administrator, SecurityOfficer, Auditor]),
    (P::AdministerPeople, Reach::Organisation, &[Administrator]),
    (P::AdministerGrants, Reach::Organisation, &[Administrator]),
    (P::AdministerTokens, Reach::Granted, &[Administrator]),
    (P::AdministerInstallation, Reach::Organisation, &[Administrator]),
    (P::ManageProducts, Reach::Organisation, &[Administrator, SecurityOfficer]),
    (P::ManageReleases, Reach::Granted, &[SecurityOfficer, Developer]),
    (P::AddBuild, Reach::Granted, &[SecurityOfficer, Developer]),
    (P::UploadEvidence, Reach::Granted, &[SecurityOfficer, Developer, Tester]),
    (P::ImportFeed, Reach::Organisation, &[Administrator, SecurityOfficer]),
    (P::WriteGovernance, Reach::Granted, &[SecurityOfficer]),
    (P::WriteRisk, Reach::Granted, &[SecurityOfficer, Developer, ClinicalAssessor]),
    (P::WriteDevelopment, Reach::Granted, &[SecurityOfficer, Developer, Tester]),
    (P::WriteTesting, Reach::Granted, &[SecurityOfficer, Tester]),
    (P::WritePlan, Reach::Granted, &[SecurityOfficer, Developer, Tester]),
    (P::WriteConformity, Reach::Granted, &[SecurityOfficer]),
    (P::ImportRecords, Reach::Granted, AUTHORS),
    (P::SubmitRecord, Reach::Granted, AUTHORS),
    (P::ClearSuspect, Reach::Granted, &[SecurityOfficer, Developer, Tester]),
    (P::ApproveGovernance, Reach::Granted, &[Approver]),
    (P::ApproveDevelopment, Reach::Granted, &[Approver, SecurityOfficer]),
    (P::ApproveConformity, Reach::Granted, &[Approver]),
    (P::AcceptRisk, Reach::Granted, &[RiskAcceptor]),
    (P::SignClinical, Reach::Granted, &[ClinicalAssessor]),
    (P::AssessFinding, Reach::Granted, &[SecurityOfficer]),
    (P::DisposeComponent, Reach::Granted, &[SecurityOfficer, Developer]),
    (P::DisqualifyEvidence, Reach::Granted, &[SecurityOfficer, Approver]),
    (P::AdoptPack, Reach::Organisation, &[SecurityOfficer, Approver]),
    (P::DecideRelease, Reach::Granted, &[SecurityOfficer, Approver]),
];

impl Permission {
    /// The roles that hold it, and where.
    pub(crate) fn row(self) -> (Reach, &'static [Role]) {
        TABLE
            .iter()
            .find(|(permission, ..)| *permission == self)
            .map_or((Reach::Organisation, &[]), |(_, reach, roles)| (*reach, roles))
    }

    /// The roles that hold it.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        self.row().1
    }

    /// Where it holds, given where its role was granted.
    #[must_use]
    pub fn reach(self) -> Reach {
        self.row().0
    }
}

impl Role {
    /// All roles, in the order of the book.
    pub const ALL: &[Self] = &[
        Self::Administrator,
        Self::SecurityOfficer,
        Self::Developer,
        Self::Tester,
        Self::Approver,
        Self::ClinicalAssessor,
        Self::RiskAcceptor,
        Self::Auditor,
    ];

    /// The key in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::SecurityOfficer => "security-officer",
            Self::Developer => "developer",
            Self::Tester => "tester",
            Self::Approver => "approver",
            Self::ClinicalAssessor => "clinical-assessor",
            Self::RiskAcceptor => "risk-acceptor",
            Self::Auditor => "auditor",
        }
    }

    /// Whether who holds it can sign something.
    #[must_use]
    pub fn signs(self) -> bool {
        let signing = |permission: &Permission| permission.hands() == crate::permission::Hands::Signer;
        TABLE.iter().any(|(permission, _, roles)| roles.contains(&self) && signing(permission))
    }

    /// The name that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::SecurityOfficer => "security officer",
            Self::ClinicalAssessor => "clinical assessor",
            Self::RiskAcceptor => "risk acceptor",
            other => other.as_str(),
        }
    }
}

/// What is written is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a role: administrator, security-officer, developer, tester, approver, \
     clinical-assessor, risk-acceptor or auditor is expected"
)]
pub struct UnknownRole(String);

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .iter()
            .copied()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.chars().take(80).collect()))
    }
}

/// The table as Markdown: a row for every permission, a column for every role.
#[must_use]
pub fn matrix() -> String {
    let mut out = String::from("| permission | key | in whose hands | where |");
    Role::ALL.iter().for_each(|role| out.push_str(&format!(" {role} |")));
    out.push_str("\n| --- | --- | --- | --- |");
    Role::ALL.iter().for_each(|_| out.push_str(" :-: |"));
    for (permission, reach, roles) in TABLE {
        out.push_str(&format!(
            "\n| {} | `{permission}` | {} | {} |",
            permission.words(),
            permission.hands().words(),
            reach.words()
        ));
        for role in Role::ALL {
            out.push_str(if roles.contains(role) { " yes |" } else { " |" });
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Hands;

    #[test]
    fn every_permission_has_one_row_and_a_holder() {
        let rows: Vec<_> = TABLE.iter().map(|(permission, ..)| *permission).collect();
        let once: BTreeSet<_> = rows.iter().copied().collect();
        assert_eq!(rows.len(), once.len(), "a permission has two rows");
        assert_eq!(once, Permission::ALL.iter().copied().collect());
        for (permission, _, roles) in TABLE {
            assert!(!roles.is_empty(), "nobody can {permission}");
        }
    }

    #[test]
    fn administrators_hold_nothing_that_signs_or_writes_records() {
        for permission in Permission::ALL {
            let content = permission.hands() == Hands::Signer || permission.as_str().starts_with("write-");
            assert!(!(content && permission.roles().contains(&Role::Administrator)), "{permission}");
        }
    }

    #[test]
    fn auditors_only_read() {
        for permission in
            Permission::ALL.iter().filter(|permission| permission.roles().contains(&Role::Auditor))
        {
            assert!(permission.as_str().starts_with("read"), "{permission}");
        }
    }

    #[test]
    fn every_role_round_trips_and_has_a_column() {
        let head = matrix().lines().next().unwrap().to_owned();
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(*role));
            assert!(head.contains(role.words()), "{role}");
        }
        assert!("boss".parse::<Role>().unwrap_err().to_string().contains("risk-acceptor"));
    }

    #[test]
    fn the_matrix_says_what_the_table_says() {
        let text = matrix();
        assert_eq!(text.lines().count(), 2 + Permission::ALL.len());
        let row = text.lines().find(|line| line.contains("`accept-risk`")).unwrap();
        assert!(row.contains("| person, signing | where granted | | | | | | | yes | |"), "{row}");
    }
}
