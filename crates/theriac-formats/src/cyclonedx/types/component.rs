//! Components: identity, pedigree, evidence of where they were found, release notes.

use super::assurance::PATENT_ASSERTION;
use super::core::{
    ATTACHMENT, EXTERNAL_REFERENCE, HASH, LICENCE_CHOICE, ORGANIZATIONAL_CONTACT, ORGANIZATIONAL_ENTITY,
    PROPERTY,
};
use super::crypto::CRYPTO_PROPERTIES;
use super::model::{COMPONENT_DATA, MODEL_CARD};
use crate::rules::Check::{Any, BomRef, DateTime, Email, Length, Locale, MimeType, Ref, Uri};
use crate::rules::Kind::{Anything, Either, Flag, Integer, List, Object, Set, Share, Text, Word};
use crate::rules::Rule::{Alone, Excludes, OnlyWhenTrue};
use crate::rules::Shape::{Own, Within};
use crate::rules::Version::{V1_2, V1_3, V1_4, V1_5, V1_6, V1_7};
use crate::rules::{Type, Words, has, must};

pub(super) static COMPONENT: Type = Type {
    name: "component",
    members: &[
        must("type", Word(COMPONENT_TYPE)).attribute(),
        has("mime-type", Text(MimeType)).attribute(),
        has("bom-ref", Text(BomRef)).attribute(),
        has("supplier", Object(&ORGANIZATIONAL_ENTITY)),
        has("author", Text(Any)),
        has("publisher", Text(Any)),
        has("group", Text(Any)),
        must("name", Text(Any)),
        must("version", Text(Any)).until(V1_3),
        has("version", Text(Any)).since(V1_4).until(V1_5),
        has("version", Text(Length(0, 1024))).since(V1_6),
        has("description", Text(Any)),
        has("scope", Word(COMPONENT_SCOPE)),
        has("hashes", List(&Object(&HASH))).items("hashes", "hash"),
        has("licenses", List(&Object(&LICENCE_CHOICE))).variants(
            "licenses",
            &[("license", Within), ("expression", Within), ("expression-detailed", Own)],
        ),
        has("copyright", Text(Any)),
        has("cpe", Text(Any)),
        has("purl", Text(Any)),
        has("swid", Object(&SWID)),
        has("modified", Flag),
        has("pedigree", Object(&PEDIGREE)),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
        has("components", Set(&Object(&COMPONENT))).items("components", "component"),
        has("evidence", Object(&COMPONENT_EVIDENCE)).since(V1_3),
        has("properties", List(&Object(&PROPERTY))).since(V1_3).items("properties", "property"),
        has("releaseNotes", Object(&RELEASE_NOTES)).since(V1_4),
        has("signature", Anything).since(V1_4).foreign("Signature"),
        has("modelCard", Object(&MODEL_CARD)).since(V1_5),
        has("data", List(&Object(&COMPONENT_DATA))).since(V1_5).repeated("data"),
        has("manufacturer", Object(&ORGANIZATIONAL_ENTITY)).since(V1_6),
        has("authors", List(&Object(&ORGANIZATIONAL_CONTACT))).since(V1_6).items("authors", "author"),
        has("omniborId", List(&Text(Any))).since(V1_6).repeated("omniborId"),
        has("swhid", List(&Text(Any))).since(V1_6).repeated("swhid"),
        has("cryptoProperties", Object(&CRYPTO_PROPERTIES)).since(V1_6),
        has("tags", List(&Text(Any))).since(V1_6).items("tags", "tag"),
        has("versionRange", Text(Length(1, 4096))).since(V1_7),
        has("isExternal", Flag).since(V1_7).attribute(),
        has("patentAssertions", List(&Object(&PATENT_ASSERTION)))
            .since(V1_7)
            .items("patentAssertions", "patentAssertion"),
    ],
    rules: &[
        Excludes("version", "versionRange"),
        OnlyWhenTrue { member: "versionRange", flag: "isExternal" },
        Alone { list: "licenses", member: "expression", until: V1_6 },
    ],
    open: false,
};

pub(super) static SWID: Type = Type {
    name: "swid",
    members: &[
        must("tagId", Text(Any)).attribute(),
        must("name", Text(Any)).attribute(),
        has("version", Text(Any)).attribute(),
        has("tagVersion", Integer(i64::MIN, i64::MAX)).attribute(),
        has("patch", Flag).attribute(),
        has("text", Object(&ATTACHMENT)),
        has("url", Text(Any)).until(V1_2),
        has("url", Text(Uri)).since(V1_3),
    ],
    rules: &[],
    open: false,
};

pub(super) static PEDIGREE: Type = Type {
    name: "pedigree",
    members: &[
        has("ancestors", List(&Object(&COMPONENT))).items("ancestors", "component"),
        has("descendants", List(&Object(&COMPONENT))).items("descendants", "component"),
        has("variants", List(&Object(&COMPONENT))).items("variants", "component"),
        has("commits", List(&Object(&COMMIT))).items("commits", "commit"),
        has("patches", List(&Object(&PATCH))).items("patches", "patch"),
        has("notes", Text(Any)),
    ],
    rules: &[],
    open: false,
};

pub(super) static COMMIT: Type = Type {
    name: "commit",
    members: &[
        has("uid", Text(Any)),
        has("url", Text(Uri)),
        has("author", Object(&IDENTIFIABLE_ACTION)),
        has("committer", Object(&IDENTIFIABLE_ACTION)),
        has("message", Text(Any)),
    ],
    rules: &[],
    open: false,
};

pub(super) static IDENTIFIABLE_ACTION: Type = Type {
    name: "identifiable action",
    members: &[has("timestamp", Text(DateTime)), has("name", Text(Any)), has("email", Text(Email))],
    rules: &[],
    open: false,
};

pub(super) static PATCH: Type = Type {
    name: "patch",
    members: &[
        must("type", Word(PATCH_TYPE)).attribute(),
        has("diff", Object(&DIFF)),
        has("resolves", List(&Object(&ISSUE))).items("resolves", "issue"),
    ],
    rules: &[],
    open: false,
};

pub(super) static DIFF: Type = Type {
    name: "diff",
    members: &[
        has("text", Object(&ATTACHMENT)),
        has("url", Text(Any)).until(V1_2),
        has("url", Text(Uri)).since(V1_3),
    ],
    rules: &[],
    open: false,
};

pub(super) static ISSUE: Type = Type {
    name: "issue",
    members: &[
        must("type", Word(ISSUE_TYPE)).attribute(),
        has("id", Text(Any)),
        has("name", Text(Any)),
        has("description", Text(Any)),
        has("source", Object(&ISSUE_SOURCE)),
        has("references", List(&Text(Any))).until(V1_2).items("references", "url"),
        has("references", List(&Text(Uri))).since(V1_3).items("references", "url"),
    ],
    rules: &[],
    open: false,
};

pub(super) static ISSUE_SOURCE: Type = Type {
    name: "issue source",
    members: &[has("name", Text(Any)), has("url", Text(Any)).until(V1_2), has("url", Text(Uri)).since(V1_3)],
    rules: &[],
    open: false,
};

pub(super) static COMPONENT_EVIDENCE: Type = Type {
    name: "component evidence",
    members: &[
        has("licenses", List(&Object(&LICENCE_CHOICE))).variants(
            "licenses",
            &[("license", Within), ("expression", Within), ("expression-detailed", Own)],
        ),
        has("copyright", List(&Object(&COPYRIGHT))).variants("copyright", &[("text", Within)]),
        has("identity", Object(&IDENTITY_EVIDENCE)).since(V1_5).until(V1_5).repeated("identity"),
        has("identity", Either(&[List(&Object(&IDENTITY_EVIDENCE)), Object(&IDENTITY_EVIDENCE)]))
            .since(V1_6)
            .repeated("identity"),
        has("occurrences", List(&Object(&OCCURRENCE))).since(V1_5).items("occurrences", "occurrence"),
        has("callstack", Object(&CALLSTACK)).since(V1_5),
    ],
    rules: &[Alone { list: "licenses", member: "expression", until: V1_6 }],
    open: false,
};

pub(super) static IDENTITY_EVIDENCE: Type = Type {
    name: "identity evidence",
    members: &[
        must("field", Word(IDENTITY_FIELD)),
        has("confidence", Share),
        has("concludedValue", Text(Any)).since(V1_6),
        has("methods", List(&Object(&IDENTITY_METHOD))).items("methods", "method"),
        has("tools", Set(&Text(Ref))).items("tools", "tool"),
    ],
    rules: &[],
    open: false,
};

pub(super) static IDENTITY_METHOD: Type = Type {
    name: "identity method",
    members: &[
        must("technique", Word(IDENTITY_TECHNIQUE)),
        must("confidence", Share),
        has("value", Text(Any)),
    ],
    rules: &[],
    open: false,
};

pub(super) static OCCURRENCE: Type = Type {
    name: "occurrence",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        must("location", Text(Any)),
        has("line", Integer(0, i64::MAX)).since(V1_6),
        has("offset", Integer(0, i64::MAX)).since(V1_6),
        has("symbol", Text(Any)).since(V1_6),
        has("additionalContext", Text(Any)).since(V1_6),
    ],
    rules: &[],
    open: false,
};

pub(super) static CALLSTACK: Type = Type {
    name: "callstack",
    members: &[has("frames", List(&Object(&FRAME))).items("frames", "frame")],
    rules: &[],
    open: false,
};

pub(super) static FRAME: Type = Type {
    name: "frame",
    members: &[
        has("package", Text(Any)),
        must("module", Text(Any)),
        has("function", Text(Any)),
        has("parameters", List(&Text(Any))).items("parameters", "parameter"),
        has("line", Integer(i64::MIN, i64::MAX)),
        has("column", Integer(i64::MIN, i64::MAX)),
        has("fullFilename", Text(Any)),
    ],
    rules: &[],
    open: false,
};

pub(super) static COPYRIGHT: Type =
    Type { name: "copyright", members: &[must("text", Text(Any))], rules: &[], open: false };

pub(super) static RELEASE_NOTES: Type = Type {
    name: "release notes",
    members: &[
        has("type", Text(Any)).needed_in_json(),
        has("title", Text(Any)),
        has("featuredImage", Text(Uri)),
        has("socialImage", Text(Uri)),
        has("description", Text(Any)),
        has("timestamp", Text(DateTime)),
        has("aliases", List(&Text(Any))).items("aliases", "alias"),
        has("tags", List(&Text(Any))).items("tags", "tag"),
        has("resolves", List(&Object(&ISSUE))).items("resolves", "issue"),
        has("notes", List(&Object(&NOTE))).items("notes", "note"),
        has("properties", List(&Object(&PROPERTY))).items("properties", "property"),
    ],
    rules: &[],
    open: false,
};

pub(super) static NOTE: Type = Type {
    name: "note",
    members: &[has("locale", Text(Locale)), must("text", Object(&ATTACHMENT))],
    rules: &[],
    open: false,
};

const COMPONENT_TYPE: Words = &[
    (
        V1_2,
        &[
            "application",
            "framework",
            "library",
            "container",
            "operating-system",
            "device",
            "firmware",
            "file",
        ],
    ),
    (V1_5, &["platform", "device-driver", "machine-learning-model", "data"]),
    (V1_6, &["cryptographic-asset"]),
];

const COMPONENT_SCOPE: Words = &[(V1_2, &["required", "optional", "excluded"])];

const PATCH_TYPE: Words = &[(V1_2, &["unofficial", "monkey", "backport", "cherry-pick"])];

const ISSUE_TYPE: Words = &[(V1_2, &["defect", "enhancement", "security"])];

const IDENTITY_FIELD: Words =
    &[(V1_5, &["group", "name", "version", "purl", "cpe", "swid", "hash"]), (V1_6, &["omniborId", "swhid"])];

const IDENTITY_TECHNIQUE: Words = &[(
    V1_5,
    &[
        "source-code-analysis",
        "binary-analysis",
        "manifest-analysis",
        "ast-fingerprint",
        "hash-comparison",
        "instrumentation",
        "dynamic-analysis",
        "filename",
        "attestation",
        "other",
    ],
)];
