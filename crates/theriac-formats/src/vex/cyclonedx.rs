//! CycloneDX 1.6 as JSON: the release is the subject, and every component that a statement names is listed.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use serde::Serialize;

use super::{Vex, VexJustification, VexResponse, VexStatement, VexStatus};
use crate::bom::PurlParts;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component<'a>>,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    timestamp: &'a str,
    tools: Tools,
    manufacturer: Named<'a>,
    component: Component<'a>,
}

#[derive(Serialize)]
struct Tools {
    components: [Tool; 1],
}

#[derive(Serialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Component<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    bom_ref: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    #[serde(rename = "bom-ref")]
    bom_ref: &'a str,
    id: &'a str,
    source: Named<'static>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Reference<'a>>,
    ratings: [Rating; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    recommendation: Option<&'a str>,
    analysis: Analysis<'a>,
    affects: [Affects<'a>; 1],
}

#[derive(Serialize)]
struct Reference<'a> {
    id: &'a str,
    source: Named<'static>,
}

#[derive(Serialize)]
struct Rating {
    severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Analysis<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    last_updated: &'a str,
}

#[derive(Serialize)]
struct Affects<'a> {
    #[serde(rename = "ref")]
    target: &'a str,
}

impl<'a> Document<'a> {
    pub(super) fn of(vex: &'a Vex) -> Result<Self, serde_json::Error> {
        let mut named: BTreeSet<&str> = vex.statements.iter().map(|said| said.component.as_str()).collect();
        // What is said of the product itself is said of the subject, which is listed once.
        named.remove(vex.product.purl.as_str());
        let product = Component {
            kind: "application",
            bom_ref: &vex.product.purl,
            group: None,
            name: vex.product.name.clone(),
            version: Some(vex.product.version.clone()),
            cpe: None,
            purl: Some(&vex.product.purl),
        };
        Ok(Self {
            schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
            bom_format: "CycloneDX",
            spec_version: "1.6",
            serial_number: vex.id()?,
            version: 1,
            metadata: Metadata {
                timestamp: &vex.at,
                tools: Tools { components: [Tool { kind: "application", name: "Theriac" }] },
                manufacturer: Named { name: &vex.author },
                component: product,
            },
            components: named.into_iter().map(component).collect(),
            vulnerabilities: vex.statements.iter().map(vulnerability).collect(),
        })
    }
}

/// A component by its key; what is no purl is named by the whole of it.
fn component(key: &str) -> Component<'_> {
    let mut component = Component {
        kind: "library",
        bom_ref: key,
        group: None,
        name: key.to_owned(),
        version: None,
        cpe: Some(key).filter(|key| key.starts_with("cpe:")),
        purl: None,
    };
    if let Ok(parts) = PurlParts::from_str(key) {
        component.group = parts.namespace;
        component.name = parts.name;
        component.version = parts.version;
        component.purl = Some(key);
    }
    component
}

fn vulnerability(said: &VexStatement) -> Vulnerability<'_> {
    let (analysis, recommendation) = analysis(said);
    let reference = |id| Reference { id, source: source(id) };
    Vulnerability {
        bom_ref: &said.reference,
        id: &said.vulnerability,
        source: source(&said.vulnerability),
        references: said.aliases.iter().map(|alias| reference(alias)).collect(),
        ratings: [Rating { severity: said.severity.as_str() }],
        recommendation,
        analysis,
        affects: [Affects { target: &said.component }],
    }
}

/// Who publishes vulnerabilities under ids like this.
fn source(id: &str) -> Named<'static> {
    let name = match id.split_once('-') {
        Some(("CVE", _)) => "NVD",
        Some(("GHSA", _)) => "GitHub Advisories",
        _ => "OSV",
    };
    Named { name }
}

/// What is said, and what is done.
fn analysis(said: &VexStatement) -> (Analysis<'_>, Option<&str>) {
    let mut analysis = Analysis {
        state: "in_triage",
        justification: None,
        response: None,
        detail: String::new(),
        last_updated: &said.at,
    };
    let mut recommendation = None;
    match &said.status {
        VexStatus::UnderInvestigation => {}
        VexStatus::Affected { why, action, response } => {
            analysis.state = "exploitable";
            analysis.response = response.map(|response| [word(response)]);
            analysis.detail.clone_from(why);
            recommendation = Some(action.as_str());
        }
        VexStatus::NotAffected { justification, why } => {
            analysis.state = "not_affected";
            match reason(*justification) {
                Ok(word) => {
                    analysis.justification = Some(word);
                    analysis.detail.clone_from(why);
                }
                Err(words) => analysis.detail = format!("{words}: {why}"),
            }
        }
        VexStatus::Fixed { why } => {
            analysis.state = "resolved";
            analysis.detail.clone_from(why);
        }
    }
    (analysis, recommendation)
}

const fn word(response: VexResponse) -> &'static str {
    match response {
        VexResponse::Update => "update",
        VexResponse::Workaround => "workaround_available",
        VexResponse::WillNotFix => "will_not_fix",
    }
}

/// The word of this format, or our words where it has none that says the same.
const fn reason(justification: VexJustification) -> Result<&'static str, &'static str> {
    match justification {
        VexJustification::ComponentNotPresent | VexJustification::VulnerableCodeNotPresent => {
            Ok("code_not_present")
        }
        VexJustification::VulnerableCodeNotInExecutePath => Ok("code_not_reachable"),
        VexJustification::VulnerableCodeCannotBeControlledByAdversary => {
            Err("The vulnerable code cannot be controlled by an adversary")
        }
        VexJustification::InlineMitigationsAlreadyExist => Ok("protected_by_mitigating_control"),
    }
}
