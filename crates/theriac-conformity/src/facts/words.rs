//! The closed sets of words that facts use; a pack that compares with another word is refused when it is loaded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The role of who owes what nobody else does.
pub const SECURITY_OFFICER: &str = "security-officer";

/// The meaning of the second signature wherever harm to a patient is possible.
pub const CLINICAL: &str = "Clinical safety reviewed";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[schemars(inline)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in files, packs and interfaces.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    format!("'{text}' is none of: {}", [$($word),+].join(", "))
                })
            }
        }
    };
}

words! {
    /// What a record belongs to.
    Scope {
        /// The manufacturer.
        Organisation = "organisation",
        /// One product.
        Product = "product",
        /// One release.
        Release = "release",
    }
}
words! {
    /// The state of a revision.
    State {
        /// Submitted, not yet judged.
        InReview = "in review",
        /// Approved by signature.
        Approved = "approved",
        /// Sent back to its author.
        SentBack = "sent back",
        /// No longer in use.
        Retired = "retired",
    }
}
words! {
    /// The route by which a product conforms.
    Route {
        /// Clauses 4 to 9 in full.
        Full = "full",
        /// Annex F: transitional health software.
        Transitional = "transitional",
    }
}
words! {
    /// The class of a software item (4.3).
    ItemClass {
        /// The manufacturer delivers its updates.
        Maintained = "maintained",
        /// The manufacturer tells about its updates.
        Supported = "supported",
        /// Needed, its risks are managed.
        Required = "required",
    }
}
words! {
    /// Where a software item comes from.
    Origin {
        /// Written by the manufacturer.
        Own = "own",
        /// Bought or taken as it is.
        Bought = "bought",
        /// Made for the manufacturer.
        MadeToOrder = "made-to-order",
    }
}
words! {
    /// The type of a document.
    DocumentType {
        /// What is to be done, and why.
        Policy = "policy",
        /// How it is done.
        Procedure = "procedure",
        /// Who does it when.
        Plan = "plan",
        /// Advice, to users too.
        Guideline = "guideline",
        /// What was done and found.
        Report = "report",
    }
}
words! {
    /// Where a document's text is.
    DocumentForm {
        /// Written in the record.
        Markdown = "markdown",
        /// An attached file.
        File = "file",
        /// Another system, by revision and digest.
        Reference = "reference",
        /// Nowhere.
        Empty = "empty",
    }
}
words! {
    /// Whether a risk can harm a patient.
    PatientHarm {
        /// It cannot.
        None = "none",
        /// It can.
        Possible = "possible",
    }
}
words! {
    /// What is done about a risk.
    Treatment {
        /// Measures make it smaller.
        Reduce = "reduce",
        /// It is borne.
        Accept = "accept",
        /// What causes it is left out.
        Avoid = "avoid",
    }
}
words! {
    /// The stage of life to which a requirement speaks.
    Stage {
        /// The software itself.
        Software = "software",
        /// Installing it.
        Installation = "installation",
        /// Running it.
        Operation = "operation",
        /// Keeping it up to date.
        Maintenance = "maintenance",
        /// Taking it out of use.
        Decommissioning = "decommissioning",
    }
}
words! {
    /// What a review looks at.
    SubjectType {
        /// Requirements (5.2.2).
        Requirements = "requirements",
        /// The architecture (5.3.3).
        Architecture = "architecture",
        /// The detailed design (5.4.4).
        Design = "design",
        /// The code (5.5.2).
        Implementation = "implementation",
        /// The threat model (7.2).
        ThreatModel = "threat-model",
        /// Anything else.
        Other = "other",
    }
}
words! {
    /// The discipline for which someone attends a review.
    Discipline {
        /// Who designs and builds.
        ArchitectDeveloper = "architect-developer",
        /// Who tests.
        Tester = "tester",
        /// Who speaks for customers and patients.
        ClinicalCustomer = "clinical-customer",
        /// Who advises on security.
        Security = "security",
        /// Anyone else.
        Other = "other",
    }
}
words! {
    /// How a review ended.
    Conclusion {
        /// Nothing stands against it.
        Accepted = "accepted",
        /// Once its points are closed.
        AcceptedWithPoints = "accepted-with-points",
        /// No.
        Rejected = "rejected",
    }
}
words! {
    /// A kind of test.
    TestKind {
        /// 5.7.1.
        RequirementsTests = "requirements-tests",
        /// 5.7.2.
        ThreatMitigation = "threat-mitigation",
        /// 5.7.3, malformed input and fuzzing.
        AbuseCase = "abuse-case",
        /// 5.7.3, attack surface.
        AttackSurface = "attack-surface",
        /// 5.7.3, known vulnerabilities.
        VulnerabilityScan = "vulnerability-scan",
        /// 5.7.3, what the binaries are made of.
        CompositionAnalysis = "composition-analysis",
        /// 5.7.4.
        Penetration = "penetration",
    }
}
words! {
    /// How far a tester stands from those who wrote the software, nearest first.
    Independence {
        /// May be the author.
        None = "none",
        /// Is not an author.
        Person = "person",
        /// Shares neither department nor line manager with an author.
        Department = "department",
        /// Does not belong to the manufacturer.
        Organisation = "organisation",
    }
}

impl From<theriac_model::Independence> for Independence {
    fn from(shown: theriac_model::Independence) -> Self {
        match shown {
            theriac_model::Independence::None => Self::None,
            theriac_model::Independence::Person => Self::Person,
            theriac_model::Independence::Department => Self::Department,
            theriac_model::Independence::Organisation => Self::Organisation,
        }
    }
}

words! {
    /// What a file of evidence is.
    EvidenceKind {
        /// A software bill of materials.
        Sbom = "sbom",
        /// Results of test cases.
        TestResults = "test-results",
        /// Commit, authors, artefacts of a build.
        BuildManifest = "build-manifest",
    }
}
words! {
    /// How a test case ended.
    Outcome {
        /// As expected.
        Passed = "passed",
        /// Otherwise.
        Failed = "failed",
        /// It did not run.
        Skipped = "skipped",
        /// It broke.
        Error = "error",
    }
}
words! {
    /// The VEX status of a finding.
    VexStatus {
        /// The product is vulnerable.
        Affected = "affected",
        /// It is not.
        NotAffected = "not affected",
        /// It was, and is no longer.
        Fixed = "fixed",
        /// Nobody knows yet.
        UnderInvestigation = "under investigation",
    }
}
words! {
    /// What a finding can do to a patient, mildest first.
    PatientImpact {
        /// Nothing.
        None = "none",
        /// Harm that passes.
        Minor = "minor",
        /// Harm that stays, or death.
        Serious = "serious",
    }
}
words! {
    /// What is done about a finding.
    Decision {
        /// The software is mended.
        Fix = "fix",
        /// Something else makes it smaller.
        Mitigate = "mitigate",
        /// Later, with reason.
        Defer = "defer",
        /// It is borne, with reason.
        Accept = "accept",
        /// The place of use is changed.
        ChangeOfUseEnvironment = "change of use environment",
    }
}
words! {
    /// The verdict of a check or a clause.
    Verdict {
        /// Everything asked for is there and sound.
        Met = "met",
        /// Some of it is.
        PartlyMet = "partly met",
        /// None of it is.
        NotMet = "not met",
        /// Nothing is asked for.
        NotApplicable = "not applicable",
    }
}
words! {
    /// Who owes what nobody is named for: somebody is still to be appointed.
    StandIn {
        /// Who manages the release.
        ReleaseManager = "release manager",
        /// A security officer of the product, or of the organisation.
        SecurityOfficer = "security officer",
    }
}
words! {
    /// The qualitative severity of a vulnerability.
    SeverityWord {
        /// None.
        None = "none",
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
        /// No usable score: treated as high.
        Unknown = "unknown",
        /// Critical.
        Critical = "critical",
    }
}

impl From<theriac_model::Severity> for SeverityWord {
    fn from(severity: theriac_model::Severity) -> Self {
        match severity {
            theriac_model::Severity::None => Self::None,
            theriac_model::Severity::Low => Self::Low,
            theriac_model::Severity::Medium => Self::Medium,
            theriac_model::Severity::High => Self::High,
            theriac_model::Severity::Unknown => Self::Unknown,
            theriac_model::Severity::Critical => Self::Critical,
        }
    }
}
