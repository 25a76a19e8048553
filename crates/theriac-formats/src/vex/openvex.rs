//! OpenVEX 0.2: the release is the product, the component its subcomponent.

use serde::Serialize;

use super::{Vex, VexJustification, VexStatement, VexStatus};

const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

#[derive(Serialize)]
pub(super) struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: String,
    author: &'a str,
    role: &'static str,
    timestamp: &'a str,
    version: u32,
    tooling: &'static str,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Statement<'a> {
    #[serde(rename = "@id")]
    id: String,
    vulnerability: Vulnerability<'a>,
    timestamp: &'a str,
    products: [Product<'a>; 1],
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_notes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<&'a str>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    aliases: &'a [String],
}

#[derive(Serialize)]
struct Product<'a> {
    #[serde(rename = "@id")]
    id: &'a str,
    identifiers: Identifiers<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subcomponents: Vec<Subcomponent<'a>>,
}

#[derive(Serialize)]
struct Subcomponent<'a> {
    #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    identifiers: Identifiers<'a>,
}

#[derive(Default, Serialize)]
struct Identifiers<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe22: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe23: Option<&'a str>,
}

impl<'a> Document<'a> {
    pub(super) fn of(vex: &'a Vex) -> Result<Self, serde_json::Error> {
        let id = vex.id()?;
        Ok(Self {
            context: CONTEXT,
            statements: vex.statements.iter().map(|said| statement(&id, vex, said)).collect(),
            id,
            author: &vex.author,
            role: "Manufacturer",
            timestamp: &vex.at,
            version: 1,
            tooling: "Theriac",
        })
    }
}

fn statement<'a>(document: &str, vex: &'a Vex, said: &'a VexStatement) -> Statement<'a> {
    let product = Product {
        id: &vex.product.purl,
        identifiers: Identifiers { purl: Some(&vex.product.purl), ..Identifiers::default() },
        subcomponents: subcomponent(&said.component).into_iter().collect(),
    };
    let mut statement = Statement {
        id: format!("{document}#{}", said.reference),
        vulnerability: Vulnerability { name: &said.vulnerability, aliases: &said.aliases },
        timestamp: &said.at,
        products: [product],
        status: "under_investigation",
        status_notes: None,
        justification: None,
        impact_statement: None,
        action_statement: None,
    };
    match &said.status {
        VexStatus::UnderInvestigation => {}
        VexStatus::Affected { why, action, .. } => {
            statement.status = "affected";
            statement.status_notes = some(why);
            statement.action_statement = Some(action);
        }
        VexStatus::NotAffected { justification, why } => {
            statement.status = "not_affected";
            statement.justification = Some(word(*justification));
            statement.impact_statement = some(why);
        }
        VexStatus::Fixed { why } => {
            statement.status = "fixed";
            statement.status_notes = some(why);
        }
    }
    statement
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// What is neither a purl nor a CPE cannot be named to machines; then the statement is about the whole product.
fn subcomponent(component: &str) -> Option<Subcomponent<'_>> {
    let none = Identifiers::default();
    let (id, identifiers) = if component.starts_with("pkg:") {
        (Some(component), Identifiers { purl: Some(component), ..none })
    } else if component.starts_with("cpe:2.3:") {
        (None, Identifiers { cpe23: Some(component), ..none })
    } else if component.starts_with("cpe:/") {
        (None, Identifiers { cpe22: Some(component), ..none })
    } else {
        return None;
    };
    Some(Subcomponent { id, identifiers })
}

const fn word(justification: VexJustification) -> &'static str {
    match justification {
        VexJustification::ComponentNotPresent => "component_not_present",
        VexJustification::VulnerableCodeNotPresent => "vulnerable_code_not_present",
        VexJustification::VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
        VexJustification::VulnerableCodeCannotBeControlledByAdversary => {
            "vulnerable_code_cannot_be_controlled_by_adversary"
        }
        VexJustification::InlineMitigationsAlreadyExist => "inline_mitigations_already_exist",
    }
}
