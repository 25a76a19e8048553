//! Every permission there is: one line each, named for what people do.

use std::fmt;
use std::str::FromStr;

use theriac_model::record::Family;

/// Whose hands a permission may ever be in, whatever is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hands {
    /// A person or a token.
    Anyone,
    /// A person; a token never.
    Person,
    /// A person who is not an administrator and has given the password once more: the act is a signature.
    Signer,
}

impl Hands {
    /// The words for a page or the book.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Anyone => "person or token",
            Self::Person => "person",
            Self::Signer => "person, signing",
        }
    }
}

/// A permission as a type, so that a use case names it in its signature. Implemented in [`needs`] only.
pub trait Needs: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// What is written is no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a permission; the permissions are {list}", list = Permission::keys())]
pub struct UnknownPermission(String);

macro_rules! permissions {
    ($($name:ident $key:literal $hands:ident $words:literal)+) => {
        /// Something that may be allowed to an actor. The first word of its key is the family.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $(#[doc = concat!("To ", $words, ".")] $name,)+
        }

        impl Permission {
            /// All permissions, in the order of the book.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The key in files, tokens and the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            /// What it allows, to follow "you may not …".
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }

            /// Whose hands it may ever be in.
            #[must_use]
            pub const fn hands(self) -> Hands {
                match self { $(Self::$name => Hands::$hands,)+ }
            }
        }

        /// The permissions as types, for [`May`](crate::May).
        pub mod needs {
            $(
                #[doc = concat!("To ", $words, ".")]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;
                impl super::Needs for $name {
                    const PERMISSION: super::Permission = super::Permission::$name;
                }
            )+
        }
    };
}

permissions! {
    Read                   "read"                  Anyone "read records, evidence, findings and verdicts"
    ReadGate               "read-gate"             Anyone "read the verdicts and run the gate"
    ReadAudit              "read-audit"            Anyone "read, export and verify the audit log"

    AdministerPeople       "administer-people"     Person "add and change people, departments and line managers"
    AdministerGrants       "administer-grants"     Person "grant and withdraw roles"
    AdministerTokens       "administer-tokens"     Person "issue and revoke tokens"
    AdministerInstallation "administer-installation" Person "change settings and rebuild derived data"
    ManageProducts         "manage-products"       Anyone "add and change products"
    ManageReleases         "manage-releases"       Anyone "add and change releases and name the candidate build"

    AddBuild               "add-build"             Anyone "add a build to a release"
    UploadEvidence         "upload-evidence"       Anyone "hand in evidence"
    ImportFeed             "import-feed"           Anyone "import an advisory feed"

    WriteGovernance        "write-governance"      Anyone "write responsibilities, documents and limits"
    WriteRisk              "write-risk"            Anyone "write risk criteria, risks and risk control measures"
    WriteDevelopment       "write-development"     Anyone "write software items, requirements and reviews"
    WriteTesting           "write-testing"         Anyone "write test campaigns"
    WritePlan              "write-plan"            Anyone "write activities of a release"
    WriteConformity        "write-conformity"      Anyone "write clause assessments, applicability justifications and deviations"
    ImportRecords          "import-records"        Anyone "import records as drafts"
    SubmitRecord           "submit-record"         Person "submit a draft for review"
    ClearSuspect           "clear-suspect"         Person "clear a suspect link with a reason"

    ApproveGovernance      "approve-governance"    Signer "approve, send back and retire responsibilities, documents, limits and risk criteria"
    ApproveDevelopment     "approve-development"   Signer "approve, send back and retire software items, requirements, risk control measures, reviews, test campaigns and activities"
    ApproveConformity      "approve-conformity"    Signer "approve, send back and retire clause assessments, applicability justifications and deviations"
    AcceptRisk             "accept-risk"           Signer "accept risks, and the risk of a finding that is not fixed"
    SignClinical           "sign-clinical"         Signer "sign that harm to patients has been judged"

    AssessFinding          "assess-finding"        Signer "assess findings and confirm carried assessments"
    DisposeComponent       "dispose-component"     Person "dispose of unmatched components"
    DisqualifyEvidence     "disqualify-evidence"   Signer "disqualify evidence found wrong"

    AdoptPack              "adopt-pack"            Signer "adopt a pack against the manufacturer's own copy of the standard"
    DecideRelease          "decide-release"        Signer "decide a release"
}

impl Permission {
    /// The permission to write records of a family: [`Kind::family`](theriac_model::record::Kind::family).
    #[must_use]
    pub const fn to_write(family: Family) -> Self {
        match family {
            Family::Governance => Self::WriteGovernance,
            Family::Risk => Self::WriteRisk,
            Family::Development => Self::WriteDevelopment,
            Family::Testing => Self::WriteTesting,
            Family::Plan => Self::WritePlan,
            Family::Conformity => Self::WriteConformity,
        }
    }

    /// The permission to approve, send back and retire:
    /// [`Workflow::approve`](theriac_model::record::Workflow::approve).
    #[must_use]
    pub const fn to_approve(family: Family) -> Self {
        match family {
            Family::Governance => Self::ApproveGovernance,
            Family::Risk => Self::AcceptRisk,
            Family::Development | Family::Testing | Family::Plan => Self::ApproveDevelopment,
            Family::Conformity => Self::ApproveConformity,
        }
    }

    fn keys() -> String {
        Self::ALL.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.as_str() == text)
            .ok_or_else(|| UnknownPermission(text.chars().take(80).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_round_trip() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(*permission));
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_known_ones() {
        let error = "fly".parse::<Permission>().unwrap_err().to_string();
        assert!(error.contains("'fly'") && error.contains("upload-evidence"), "{error}");
    }

    #[test]
    fn the_words_name_every_kind_that_the_permission_is_for() {
        for kind in theriac_model::kinds::ALL {
            let plural = kind.plural.to_lowercase();
            let (write, approve) =
                (Permission::to_write(kind.family), Permission::to_approve(kind.workflow.approve));
            assert!(write.words().contains(&plural), "{write} does not name {plural}");
            assert!(approve.words().contains(&plural), "{approve} does not name {plural}");
            assert_eq!((write.hands(), approve.hands()), (Hands::Anyone, Hands::Signer), "{plural}");
        }
    }

    #[test]
    fn the_type_names_the_permission() {
        assert_eq!(needs::DecideRelease::PERMISSION, Permission::DecideRelease);
    }
}
