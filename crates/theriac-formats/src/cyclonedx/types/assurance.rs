//! Declarations, standards, patents, annotations and citations.

use super::component::COMPONENT;
use super::core::{EXTERNAL_REFERENCE, ORGANIZATIONAL_CONTACT, ORGANIZATIONAL_ENTITY, PROPERTY};
use super::model::DATA_CONTENTS;
use super::service::{DATA_GOVERNANCE, SERVICE};
use crate::rules::Check::{Any, BomRef, Date, DateTime, Jurisdiction, OpenCre, PatentNumber, Ref};
use crate::rules::Kind::{Anything, Either, Flag, List, Object, Set, Share, Text, Word};
use crate::rules::Rule::{AtLeastOne, ExactlyOne, NotEmpty};
use crate::rules::Shape::Own;
use crate::rules::Version::V1_7;
use crate::rules::{Type, Words, has, must};

pub(super) static ANNOTATION: Type = Type {
    name: "annotation",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("subjects", Set(&Text(Ref))).needed_in_json().items("subjects", "subject"),
        must("annotator", Object(&ANNOTATOR)),
        must("timestamp", Text(DateTime)),
        must("text", Text(Any)),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[],
    open: false,
};

pub(super) static ANNOTATOR: Type = Type {
    name: "annotator",
    members: &[
        has("organization", Object(&ORGANIZATIONAL_ENTITY)),
        has("individual", Object(&ORGANIZATIONAL_CONTACT)),
        has("component", Object(&COMPONENT)),
        has("service", Object(&SERVICE)),
    ],
    rules: &[ExactlyOne(&[&["organization"], &["individual"], &["component"], &["service"]])],
    open: false,
};

pub(super) static DECLARATIONS: Type = Type {
    name: "declarations",
    members: &[
        has("assessors", List(&Object(&ASSESSOR))).items("assessors", "assessor"),
        has("attestations", List(&Object(&ATTESTATION))).items("attestations", "attestation"),
        has("claims", List(&Object(&CLAIM))).items("claims", "claim"),
        has("evidence", List(&Object(&DECLARED_EVIDENCE))).items("evidence", "evidence"),
        has("targets", Object(&TARGETS)),
        has("affirmation", Object(&AFFIRMATION)),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[],
    open: false,
};

pub(super) static ASSESSOR: Type = Type {
    name: "assessor",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("thirdParty", Flag),
        has("organization", Object(&ORGANIZATIONAL_ENTITY)),
    ],
    rules: &[],
    open: false,
};

pub(super) static ATTESTATION: Type = Type {
    name: "attestation",
    members: &[
        has("summary", Text(Any)),
        has("assessor", Text(Ref)),
        has("map", List(&Object(&ATTESTATION_MAP))).repeated("map"),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[],
    open: false,
};

pub(super) static ATTESTATION_MAP: Type = Type {
    name: "attestation map",
    members: &[
        has("requirement", Text(Ref)),
        has("claims", List(&Text(Ref))).items("claims", "claim"),
        has("counterClaims", List(&Text(Ref))).items("counterClaims", "counterClaim"),
        has("conformance", Object(&CONFORMANCE)),
        has("confidence", Object(&CONFIDENCE)),
    ],
    rules: &[],
    open: false,
};

pub(super) static CONFORMANCE: Type = Type {
    name: "conformance",
    members: &[
        has("score", Share).needed_in_xml(),
        has("rationale", Text(Any)),
        has("mitigationStrategies", List(&Text(Ref))).items("mitigationStrategies", "mitigationStrategy"),
    ],
    rules: &[],
    open: false,
};

pub(super) static CONFIDENCE: Type = Type {
    name: "confidence",
    members: &[has("score", Share).needed_in_xml(), has("rationale", Text(Any))],
    rules: &[],
    open: false,
};

pub(super) static CLAIM: Type = Type {
    name: "claim",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("target", Text(Ref)),
        has("predicate", Text(Any)),
        has("mitigationStrategies", List(&Text(Ref))).items("mitigationStrategies", "mitigationStrategy"),
        has("reasoning", Text(Any)),
        has("evidence", List(&Text(Ref))).repeated("evidence"),
        has("counterEvidence", List(&Text(Ref))).repeated("counterEvidence"),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[],
    open: false,
};

pub(super) static DECLARED_EVIDENCE: Type = Type {
    name: "declared evidence",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("propertyName", Text(Any)),
        has("description", Text(Any)),
        has("data", List(&Object(&DECLARED_EVIDENCE_DATA))).repeated("data"),
        has("created", Text(DateTime)),
        has("expires", Text(DateTime)),
        has("author", Object(&ORGANIZATIONAL_CONTACT)),
        has("reviewer", Object(&ORGANIZATIONAL_CONTACT)),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[],
    open: false,
};

pub(super) static DECLARED_EVIDENCE_DATA: Type = Type {
    name: "declared evidence data",
    members: &[
        has("name", Text(Any)),
        has("contents", Object(&DATA_CONTENTS)),
        has("classification", Text(Any)),
        has("sensitiveData", List(&Text(Any))).repeated("sensitiveData"),
        has("governance", Object(&DATA_GOVERNANCE)),
    ],
    rules: &[],
    open: false,
};

pub(super) static TARGETS: Type = Type {
    name: "targets",
    members: &[
        has("organizations", List(&Object(&ORGANIZATIONAL_ENTITY))).items("organizations", "organization"),
        has("components", List(&Object(&COMPONENT))).items("components", "component"),
        has("services", List(&Object(&SERVICE))).items("services", "service"),
    ],
    rules: &[],
    open: false,
};

pub(super) static AFFIRMATION: Type = Type {
    name: "affirmation",
    members: &[
        has("statement", Text(Any)),
        has("signatories", List(&Object(&SIGNATORY))).items("signatories", "signatory"),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[],
    open: false,
};

pub(super) static SIGNATORY: Type = Type {
    name: "signatory",
    members: &[
        has("name", Text(Any)),
        has("role", Text(Any)),
        has("signature", Anything).foreign("Signature"),
        has("organization", Object(&ORGANIZATIONAL_ENTITY)),
        has("externalReference", Object(&EXTERNAL_REFERENCE)),
    ],
    rules: &[ExactlyOne(&[&["signature"], &["externalReference", "organization"]])],
    open: false,
};

pub(super) static DEFINITIONS: Type = Type {
    name: "definitions",
    members: &[
        has("standards", List(&Object(&STANDARD))).items("standards", "standard"),
        has("patents", List(&Either(&[Object(&PATENT), Object(&PATENT_FAMILY)])))
            .since(V1_7)
            .variants("patents", &[("patent", Own), ("patentFamily", Own)]),
    ],
    rules: &[],
    open: false,
};

pub(super) static STANDARD: Type = Type {
    name: "standard",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("name", Text(Any)).needed_in_xml(),
        has("version", Text(Any)).needed_in_xml(),
        has("description", Text(Any)).needed_in_xml(),
        has("owner", Text(Any)).needed_in_xml(),
        has("requirements", List(&Object(&STANDARD_REQUIREMENT))).items("requirements", "requirement"),
        has("levels", List(&Object(&STANDARD_LEVEL))).items("levels", "level"),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[],
    open: false,
};

pub(super) static STANDARD_REQUIREMENT: Type = Type {
    name: "standard requirement",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("identifier", Text(Any)),
        has("title", Text(Any)),
        has("text", Text(Any)),
        has("descriptions", List(&Text(Any))).items("descriptions", "description"),
        has("openCre", List(&Text(OpenCre))).repeated("openCre"),
        has("parent", Text(Ref)),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
    ],
    rules: &[],
    open: false,
};

pub(super) static STANDARD_LEVEL: Type = Type {
    name: "standard level",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("identifier", Text(Any)),
        has("title", Text(Any)),
        has("description", Text(Any)),
        has("requirements", List(&Text(Ref))).items("requirements", "requirement"),
    ],
    rules: &[],
    open: false,
};

pub(super) static PATENT_ASSERTION: Type = Type {
    name: "patent assertion",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        must("assertionType", Word(ASSERTION_TYPE)),
        has("patentRefs", List(&Text(Ref))).items("patentRefs", "bom-ref"),
        must(
            "asserter",
            Either(&[Object(&ORGANIZATIONAL_ENTITY), Object(&ORGANIZATIONAL_CONTACT), Text(Ref)]),
        )
        .one_of(&["organization", "contact", "ref"]),
        has("notes", Text(Any)),
    ],
    rules: &[],
    open: false,
};

pub(super) static PATENT: Type = Type {
    name: "patent",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        must("patentNumber", Text(PatentNumber)),
        has("applicationNumber", Text(PatentNumber)),
        must("jurisdiction", Text(Jurisdiction)),
        has("priorityApplication", Object(&PRIORITY_APPLICATION)),
        has("publicationNumber", Text(PatentNumber)),
        has("title", Text(Any)),
        has("abstract", Text(Any)),
        has("filingDate", Text(Date)),
        has("grantDate", Text(Date)),
        has("patentExpirationDate", Text(Date)),
        must("patentLegalStatus", Word(PATENT_PATENT_LEGAL_STATUS)),
        has(
            "patentAssignee",
            List(&Either(&[Object(&ORGANIZATIONAL_CONTACT), Object(&ORGANIZATIONAL_ENTITY)])),
        )
        .one_of(&["individual", "organization"]),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
    ],
    rules: &[],
    open: false,
};

pub(super) static PRIORITY_APPLICATION: Type = Type {
    name: "priority application",
    members: &[
        must("applicationNumber", Text(PatentNumber)),
        must("jurisdiction", Text(Jurisdiction)),
        must("filingDate", Text(Date)),
    ],
    rules: &[],
    open: false,
};

pub(super) static PATENT_FAMILY: Type = Type {
    name: "patent family",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        must("familyId", Text(Any)),
        has("priorityApplication", Object(&PRIORITY_APPLICATION)),
        has("members", List(&Text(Ref))).items("members", "ref"),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
    ],
    rules: &[],
    open: false,
};

pub(super) static CITATION: Type = Type {
    name: "citation",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("pointers", List(&Text(Any))).items("pointers", "pointer"),
        has("expressions", List(&Text(Any))).items("expressions", "expression"),
        must("timestamp", Text(DateTime)),
        has("attributedTo", Text(Ref)),
        has("process", Text(Ref)),
        has("note", Text(Any)),
        has("signature", Anything).foreign("Signature"),
    ],
    rules: &[
        ExactlyOne(&[&["pointers"], &["expressions"]]),
        AtLeastOne(&["attributedTo", "process"]),
        NotEmpty("pointers"),
        NotEmpty("expressions"),
    ],
    open: false,
};

const ASSERTION_TYPE: Words = &[(
    V1_7,
    &[
        "ownership",
        "license",
        "third-party-claim",
        "standards-inclusion",
        "prior-art",
        "exclusive-rights",
        "non-assertion",
        "research-or-evaluation",
    ],
)];

const PATENT_PATENT_LEGAL_STATUS: Words = &[(
    V1_7,
    &[
        "pending",
        "granted",
        "revoked",
        "expired",
        "lapsed",
        "withdrawn",
        "abandoned",
        "suspended",
        "reinstated",
        "opposed",
        "terminated",
        "invalidated",
        "in-force",
    ],
)];
