//! Services and the data that flows through them.

use super::assurance::PATENT_ASSERTION;
use super::component::RELEASE_NOTES;
use super::core::{
    EXTERNAL_REFERENCE, LICENCE_CHOICE, ORGANIZATIONAL_CONTACT, ORGANIZATIONAL_ENTITY, PROPERTY,
};
use crate::rules::Check::{Any, BomRef, Length, Uri};
use crate::rules::Kind::{Anything, Flag, List, Object, Set, Text, Word};
use crate::rules::Rule::{Alone, ExactlyOne};
use crate::rules::Shape::{Own, Within};
use crate::rules::Version::{V1_2, V1_3, V1_4, V1_5, V1_6, V1_7};
use crate::rules::{Type, Words, has, must};

pub(super) static SERVICE: Type = Type {
    name: "service",
    members: &[
        has("bom-ref", Text(BomRef)).attribute(),
        has("provider", Object(&ORGANIZATIONAL_ENTITY)),
        has("group", Text(Any)),
        must("name", Text(Any)),
        has("version", Text(Any)).until(V1_5),
        has("version", Text(Length(0, 1024))).since(V1_6),
        has("description", Text(Any)),
        has("endpoints", List(&Text(Any))).until(V1_2).items("endpoints", "endpoint"),
        has("endpoints", List(&Text(Uri))).since(V1_3).items("endpoints", "endpoint"),
        has("authenticated", Flag),
        has("x-trust-boundary", Flag),
        has("data", List(&Object(&DATA_CLASSIFICATION)))
            .until(V1_4)
            .variants("data", &[("dataflow", Own), ("classification", Within)]),
        has("data", List(&Object(&SERVICE_DATA)))
            .since(V1_5)
            .variants("data", &[("dataflow", Own), ("classification", Within)]),
        has("licenses", List(&Object(&LICENCE_CHOICE))).variants(
            "licenses",
            &[("license", Within), ("expression", Within), ("expression-detailed", Own)],
        ),
        has("externalReferences", List(&Object(&EXTERNAL_REFERENCE)))
            .items("externalReferences", "reference"),
        has("services", Set(&Object(&SERVICE))).items("services", "service"),
        has("properties", List(&Object(&PROPERTY))).since(V1_3).items("properties", "property"),
        has("releaseNotes", Object(&RELEASE_NOTES)).since(V1_4),
        has("signature", Anything).since(V1_4).foreign("Signature"),
        has("trustZone", Text(Any)).since(V1_5),
        has("tags", List(&Text(Any))).since(V1_6).items("tags", "tag"),
        has("patentAssertions", List(&Object(&PATENT_ASSERTION)))
            .since(V1_7)
            .items("patentAssertions", "patentAssertion"),
    ],
    rules: &[Alone { list: "licenses", member: "expression", until: V1_6 }],
    open: false,
};

pub(super) static DATA_CLASSIFICATION: Type = Type {
    name: "data classification",
    members: &[
        must("flow", Word(DATA_FLOW)).until(V1_4).attribute_of("classification"),
        must("classification", Text(Any)).until(V1_4),
    ],
    rules: &[],
    open: false,
};

pub(super) static SERVICE_DATA: Type = Type {
    name: "service data",
    members: &[
        must("flow", Word(DATA_FLOW_DIRECTION)).attribute_of("classification"),
        must("classification", Text(Any)),
        has("name", Text(Any)).attribute(),
        has("description", Text(Any)).attribute(),
        has("governance", Object(&DATA_GOVERNANCE)),
        has("source", List(&Text(Uri))).items("source", "url"),
        has("destination", List(&Text(Uri))).items("destination", "url"),
    ],
    rules: &[],
    open: false,
};

pub(super) static DATA_GOVERNANCE: Type = Type {
    name: "data governance",
    members: &[
        has("custodians", List(&Object(&DATA_GOVERNANCE_RESPONSIBLE_PARTY))).items("custodians", "custodian"),
        has("stewards", List(&Object(&DATA_GOVERNANCE_RESPONSIBLE_PARTY))).items("stewards", "steward"),
        has("owners", List(&Object(&DATA_GOVERNANCE_RESPONSIBLE_PARTY))).items("owners", "owner"),
    ],
    rules: &[],
    open: false,
};

pub(super) static DATA_GOVERNANCE_RESPONSIBLE_PARTY: Type = Type {
    name: "data governance responsible party",
    members: &[
        has("organization", Object(&ORGANIZATIONAL_ENTITY)),
        has("contact", Object(&ORGANIZATIONAL_CONTACT)).element("individual"),
    ],
    rules: &[ExactlyOne(&[&["organization"], &["contact"]])],
    open: false,
};

const DATA_FLOW: Words = &[(V1_2, &["inbound", "outbound", "bi-directional", "unknown"])];

const DATA_FLOW_DIRECTION: Words = &[(V1_5, &["inbound", "outbound", "bi-directional", "unknown"])];
