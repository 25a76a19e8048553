//! The document itself and what many types share: parties, hashes, licences, references, dependencies.

use super::assurance::{ANNOTATION, CITATION, DECLARATIONS, DEFINITIONS};
use super::component::COMPONENT;
use super::formulation::FORMULA;
use super::service::SERVICE;
use super::vulnerability::VULNERABILITY;
use crate::rules::Check::{
    Any, BomRef, DateTime, Email, HashContent, Length, LicenceId, Ref, SerialNumber, Uri,
};
use crate::rules::Kind::{Anything, Either, Integer, List, Object, Set, Text, Word};
use crate::rules::Rule::{Alone, DigestLength, ExactlyOne, Excludes};
use crate::rules::Shape::{Own, Within};
use crate::rules::Version::{V1_2, V1_3, V1_4, V1_5, V1_6, V1_7};
use crate::rules::{Type, Words, has, must};

pub(in crate::cyclonedx) static BOM: Type = Type {
    name: "bom",
    members: &[
        has("$schema", Text(Any)).outside_xml(),
        must("bomFormat", Word(BOM_FORMAT)).outside_xml(),
        must("specVersion", Text(Any)).outside_xml(),
        has("serialNumber", Text(SerialNumber)).attribute(),
        has("version", Integer(i64::MIN, i64::MAX)).needed_in_json().until(V1_4).attribute(),
        has("version", Integer(1, i64::MAX)).needed_in_json().since(V1_5).until(V1_5).attribute(),
        // Later versions of the schema give it a default.
        has("version", Integer(1, i64::MAX)).since(V1_6).attribute(),
        has("metadata", Object(&METADATA)),
        has("components", Set(&Object(&COMPONENT))).items("components", "component"),
        has("services", Set(&Object(&SERVICE))).items("services", "service"),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
        has("dependencies", Set(&Object(&DEPENDENCY))).items("dependencies", "dependency"),
        has("compositions", Set(&Object(&COMPOSITION))).since(V1_3).items("compositions", "composition"),
        has("vulnerabilities", Set(&Object(&VULNERABILITY)))
            .since(V1_4)
            .items("vulnerabilities", "vulnerability"),
        has("signature", Anything).since(V1_4).foreign("Signature"),
        has("annotations", Set(&Object(&ANNOTATION))).since(V1_5).items("annotations", "annotation"),
        has("formulation", Set(&Object(&FORMULA))).since(V1_5).items("formulation", "formula"),
        has("properties", List(&Object(&PROPERTY))).since(V1_5).items("properties", "property"),
        has("declarations", Object(&DECLARATIONS)).since(V1_6),
        has("definitions", Object(&DEFINITIONS)).since(V1_6),
        has("citations", Set(&Object(&CITATION))).since(V1_7).items("citations", "citation"),
        has("properties", List(&Object(&PROPERTY)))
            .since(V1_3)
            .until(V1_4)
            .outside_json()
            .items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static METADATA: Type = Type {
    name: "metadata",
    members: &[
        has("timestamp", Text(DateTime)),
        has("tools", List(&Object(&TOOL))).until(V1_4).items("tools", "tool"),
        has("tools", Either(&[Object(&METADATA_TOOLS), List(&Object(&TOOL))]))
            .since(V1_5)
            .items("tools", "tool"),
        has("authors", List(&Object(&ORGANIZATIONAL_CONTACT))).items("authors", "author"),
        has("component", Object(&COMPONENT)),
        has("manufacture", Object(&ORGANIZATIONAL_ENTITY)),
        has("supplier", Object(&ORGANIZATIONAL_ENTITY)),
        has("licenses", List(&Object(&LICENCE_CHOICE))).since(V1_3).variants(
            "licenses",
            &[("license", Within), ("expression", Within), ("expression-detailed", Own)],
        ),
        has("properties", List(&Object(&PROPERTY))).since(V1_3).items("properties", "property"),
        has("lifecycles", List(&Object(&LIFECYCLE))).since(V1_5).items("lifecycles", "lifecycle"),
        has("manufacturer", Object(&ORGANIZATIONAL_ENTITY)).since(V1_6),
        has("distributionConstraints", Object(&DISTRIBUTION_CONSTRAINTS)).since(V1_7),
    ],
    rules: &[Alone { list: "licenses", member: "expression", until: V1_6 }],
    open: false,
};

pub(in crate::cyclonedx) static LIFECYCLE: Type = Type {
    name: "lifecycle",
    members: &[has("phase", Word(LIFECYCLE_PHASE)), has("name", Text(Any)), has("description", Text(Any))],
    rules: &[ExactlyOne(&[&["phase"], &["name"]]), Excludes("phase", "description")],
    open: false,
};

pub(in crate::cyclonedx) static METADATA_TOOLS: Type = Type {
    name: "metadata tools",
    members: &[
        has("components", Set(&Object(&COMPONENT))).items("components", "component"),
        has("services", Set(&Object(&SERVICE))).items("services", "service"),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static DISTRIBUTION_CONSTRAINTS: Type = Type {
    name: "distribution constraints",
    members: &[has("tlp", Word(TLP_CLASSIFICATION))],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static TOOL: Type = Type {
    name: "tool",
    members: &[
        has("vendor", Text(Any)),
        has("name", Text(Any)),
        has("version", Text(Any)).until(V1_5),
        has("version", Text(Length(0, 1024))).since(V1_6),
        has("hashes", List(&Object(&HASH))).items("hashes", "hash"),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .since(V1_4)
            .items("externalReferences", "reference"),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static ORGANIZATIONAL_ENTITY: Type = Type {
    name: "organizational entity",
    members: &[
        has("name", Text(Any)),
        has("url", List(&Text(Any))).until(V1_2).repeated("url"),
        has("url", List(&Text(Uri))).since(V1_3).repeated("url"),
        has("contact", List(&Object(&ORGANIZATIONAL_CONTACT))).repeated("contact"),
        has("bom-ref", Text(BomRef)).since(V1_5).attribute(),
        has("address", Object(&POSTAL_ADDRESS)).since(V1_6),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static ORGANIZATIONAL_CONTACT: Type = Type {
    name: "organizational contact",
    members: &[
        has("name", Text(Any)),
        has("email", Text(Any)).until(V1_3),
        has("email", Text(Email)).since(V1_4),
        has("phone", Text(Any)),
        has("bom-ref", Text(BomRef)).since(V1_5).attribute(),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static POSTAL_ADDRESS: Type = Type {
    name: "postal address",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("country", Text(Any)),
        has("region", Text(Any)),
        has("locality", Text(Any)),
        has("postOfficeBoxNumber", Text(Any)),
        has("postalCode", Text(Any)),
        has("streetAddress", Text(Any)),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static HASH: Type = Type {
    name: "hash",
    members: &[must("alg", Word(HASH_ALGORITHM)).attribute(), must("content", Text(HashContent)).content()],
    rules: &[DigestLength { algorithm: "alg", digest: "content" }],
    open: false,
};

/// A digest whose length need not be that of its algorithm: it may be cut short.
pub(in crate::cyclonedx) static FINGERPRINT: Type = Type {
    name: "fingerprint",
    members: &[must("alg", Word(HASH_ALGORITHM)).attribute(), must("content", Text(HashContent)).content()],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static ATTACHMENT: Type = Type {
    name: "attachment",
    members: &[
        has("contentType", Text(Any)).attribute_named("content-type"),
        has("encoding", Word(ATTACHMENT_ENCODING)).attribute(),
        must("content", Text(Any)).content(),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static LICENCE_CHOICE: Type = Type {
    name: "licence choice",
    members: &[
        has("license", Object(&LICENCE)),
        has("expression", Text(Any)).attribute_or_element(),
        has("expressionDetails", List(&Object(&EXPRESSION_DETAILS))).since(V1_7).repeated("details"),
        has("acknowledgement", Word(ACKNOWLEDGEMENT)).since(V1_6).attribute_of("expression"),
        has("bom-ref", Text(BomRef)).since(V1_5).attribute_of("expression"),
        has("licensing", Object(&LICENSING)).since(V1_7),
        has("properties", List(&Object(&PROPERTY))).since(V1_7).items("properties", "property"),
    ],
    rules: &[
        ExactlyOne(&[&["license"], &["expression"]]),
        Excludes("license", "expressionDetails"),
        Excludes("license", "acknowledgement"),
        Excludes("license", "bom-ref"),
        Excludes("license", "licensing"),
        Excludes("license", "properties"),
    ],
    open: false,
};

pub(in crate::cyclonedx) static LICENCE: Type = Type {
    name: "licence",
    members: &[
        has("id", Text(LicenceId)),
        has("name", Text(Any)),
        has("text", Object(&ATTACHMENT)),
        has("url", Text(Any)).until(V1_2),
        has("url", Text(Uri)).since(V1_3),
        has("bom-ref", Text(BomRef)).since(V1_5).attribute(),
        has("acknowledgement", Word(ACKNOWLEDGEMENT)).since(V1_6).attribute(),
        has("licensing", Object(&LICENSING)).since(V1_5),
        has("properties", List(&Object(&PROPERTY))).since(V1_5).items("properties", "property"),
    ],
    rules: &[ExactlyOne(&[&["id"], &["name"]])],
    open: false,
};

pub(in crate::cyclonedx) static EXPRESSION_DETAILS: Type = Type {
    name: "expression details",
    members: &[
        must("licenseIdentifier", Text(Any)).attribute_named("license-identifier"),
        has("bom-ref", Text(BomRef)).attribute(),
        has("text", Object(&ATTACHMENT)),
        has("url", Text(Uri)),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static LICENSING: Type = Type {
    name: "licensing",
    members: &[
        has("altIds", List(&Text(Any))).items("altIds", "altId"),
        has("licensor", Object(&LICENSING_PARTY)),
        has("licensee", Object(&LICENSING_PARTY)),
        has("purchaser", Object(&LICENSING_PARTY)),
        has("purchaseOrder", Text(Any)),
        has("licenseTypes", List(&Word(LICENCE_TYPE))).items("licenseTypes", "licenseType"),
        has("lastRenewal", Text(DateTime)),
        has("expiration", Text(DateTime)),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static LICENSING_PARTY: Type = Type {
    name: "licensing party",
    members: &[
        has("organization", Object(&ORGANIZATIONAL_ENTITY)),
        has("individual", Object(&ORGANIZATIONAL_CONTACT)),
    ],
    rules: &[ExactlyOne(&[&["organization"], &["individual"]])],
    open: false,
};

pub(in crate::cyclonedx) static EXTERNAL_REFERENCE: Type = Type {
    name: "external reference",
    members: &[
        must("url", Text(Any)).until(V1_2),
        must("url", Text(Uri)).since(V1_3).until(V1_4),
        must("url", Text(Uri)).since(V1_5),
        has("comment", Text(Any)),
        must("type", Word(EXTERNAL_REFERENCE_TYPE)).attribute(),
        has("hashes", List(&Object(&HASH))).since(V1_3).items("hashes", "hash"),
        has("properties", List(&Object(&PROPERTY))).since(V1_7).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static PROPERTY: Type = Type {
    name: "property",
    members: &[
        has("name", Text(Any)).needed_in_xml().until(V1_5).attribute(),
        must("name", Text(Any)).since(V1_6).attribute(),
        has("value", Text(Any)).content(),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static DEPENDENCY: Type = Type {
    name: "dependency",
    members: &[
        must("ref", Text(Ref)).attribute(),
        has("dependsOn", Set(&Text(Ref))).repeated("dependency"),
        has("provides", Set(&Text(Ref))).since(V1_6).repeated("provides"),
    ],
    rules: &[],
    open: false,
};

pub(in crate::cyclonedx) static COMPOSITION: Type = Type {
    name: "composition",
    members: &[
        has("aggregate", Word(AGGREGATE_TYPE)).needed_in_json(),
        has("assemblies", Set(&Text(Ref))).items("assemblies", "assembly"),
        has("dependencies", Set(&Text(Ref))).items("dependencies", "dependency"),
        has("signature", Anything).since(V1_4).foreign("Signature"),
        has("bom-ref", Text(BomRef)).since(V1_5).attribute(),
        has("vulnerabilities", Set(&Text(Ref))).since(V1_5).items("vulnerabilities", "vulnerability"),
    ],
    rules: &[],
    open: false,
};

const BOM_FORMAT: Words = &[(V1_2, &["CycloneDX"])];

const LIFECYCLE_PHASE: Words =
    &[(V1_5, &["design", "pre-build", "build", "post-build", "operations", "discovery", "decommission"])];

const TLP_CLASSIFICATION: Words = &[(V1_7, &["CLEAR", "GREEN", "AMBER", "AMBER_AND_STRICT", "RED"])];

const HASH_ALGORITHM: Words = &[
    (
        V1_2,
        &[
            "MD5",
            "SHA-1",
            "SHA-256",
            "SHA-384",
            "SHA-512",
            "SHA3-256",
            "SHA3-384",
            "SHA3-512",
            "BLAKE2b-256",
            "BLAKE2b-384",
            "BLAKE2b-512",
            "BLAKE3",
        ],
    ),
    (V1_7, &["Streebog-256", "Streebog-512"]),
];

const ATTACHMENT_ENCODING: Words = &[(V1_2, &["base64"])];

const ACKNOWLEDGEMENT: Words = &[(V1_6, &["declared", "concluded"])];

const LICENCE_TYPE: Words = &[(
    V1_5,
    &[
        "academic",
        "appliance",
        "client-access",
        "concurrent-user",
        "core-points",
        "custom-metric",
        "device",
        "evaluation",
        "named-user",
        "node-locked",
        "oem",
        "perpetual",
        "processor-points",
        "subscription",
        "user",
        "other",
    ],
)];

const EXTERNAL_REFERENCE_TYPE: Words = &[
    (
        V1_2,
        &[
            "vcs",
            "issue-tracker",
            "website",
            "advisories",
            "bom",
            "mailing-list",
            "social",
            "chat",
            "documentation",
            "support",
            "distribution",
            "license",
            "build-meta",
            "build-system",
            "other",
        ],
    ),
    (V1_4, &["release-notes"]),
    (
        V1_5,
        &[
            "distribution-intake",
            "security-contact",
            "model-card",
            "log",
            "configuration",
            "evidence",
            "formulation",
            "attestation",
            "threat-model",
            "adversary-model",
            "risk-assessment",
            "vulnerability-assertion",
            "exploitability-statement",
            "pentest-report",
            "static-analysis-report",
            "dynamic-analysis-report",
            "runtime-analysis-report",
            "component-analysis-report",
            "maturity-report",
            "certification-report",
            "codified-infrastructure",
            "quality-metrics",
            "poam",
        ],
    ),
    (V1_6, &["source-distribution", "electronic-signature", "digital-signature", "rfc-9116"]),
    (V1_7, &["patent", "patent-family", "patent-assertion", "citation"]),
];

const AGGREGATE_TYPE: Words = &[
    (
        V1_3,
        &[
            "complete",
            "incomplete",
            "incomplete_first_party_only",
            "incomplete_third_party_only",
            "unknown",
            "not_specified",
        ],
    ),
    (
        V1_5,
        &[
            "incomplete_first_party_proprietary_only",
            "incomplete_first_party_opensource_only",
            "incomplete_third_party_proprietary_only",
            "incomplete_third_party_opensource_only",
        ],
    ),
];
