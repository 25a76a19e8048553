//! A scan in SARIF 2.1.0 (OASIS), as code-scanning services read it: a rule per vulnerability, a result per finding.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use theriac_formats::Place;
use theriac_model::{Digest, Severity};

use crate::connect;

use super::report::{Finding, Report, Vulnerability};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The SARIF log of a report on this file.
pub fn write(report: &Report, bom: &Path) -> Value {
    let mut vulnerabilities: BTreeMap<&str, &Vulnerability> = BTreeMap::new();
    for finding in &report.findings {
        vulnerabilities.entry(&finding.vulnerability.id).or_insert(&finding.vulnerability);
    }
    let numbers: BTreeMap<&str, usize> =
        vulnerabilities.keys().enumerate().map(|(number, id)| (*id, number)).collect();
    let rules: Vec<Value> = vulnerabilities.values().map(|vulnerability| rule(vulnerability)).collect();
    let uri = uri(bom);
    let result =
        |finding: &Finding| result(finding, numbers.get(finding.vulnerability.id.as_str()).copied(), &uri);
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    let notifications = report.unmatched.iter().map(|component| {
        json!({
            "level": "warning",
            "message": { "text": format!("{} was not looked up: {}", component.label(), component.reason) },
        })
    });
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Theriac",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "artifacts": [{ "location": { "uri": uri } }],
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications.collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    })
}

fn rule(vulnerability: &Vulnerability) -> Value {
    let Vulnerability { id, aliases, severity, cvss, score_tenths, .. } = vulnerability;
    let also =
        if aliases.is_empty() { String::new() } else { format!(", also known as {}", aliases.join(", ")) };
    let score = score_tenths.unwrap_or_else(|| lowest(*severity));
    let mut rule = json!({
        "id": id,
        "shortDescription": { "text": format!("Known vulnerability {id}") },
        "fullDescription": { "text": format!("{id}{also}; severity {severity}") },
        "helpUri": format!("https://osv.dev{}", connect::address(&["vulnerability", id])),
        "defaultConfiguration": { "level": level(*severity) },
        "properties": {
            "security-severity": format!("{}.{}", score / 10, score % 10),
            "tags": ["security", "vulnerability"],
        },
    });
    if let Some(vector) = cvss {
        rule["properties"]["cvss"] = json!(vector);
    }
    rule
}

fn result(finding: &Finding, rule: Option<usize>, uri: &str) -> Value {
    let Finding { purl, version, vulnerability, place } = finding;
    let component = finding.component();
    let fix = match vulnerability.fixed.as_slice() {
        [] => "no fixed version is known".to_owned(),
        fixed => format!("fixed in {}", fixed.join(", ")),
    };
    let print = Digest::of_parts([purl.as_bytes(), version.as_bytes(), vulnerability.id.as_bytes()]);
    let mut location = json!({ "artifactLocation": { "uri": uri, "index": 0 } });
    if let Place::Position { line, column } = place {
        location["region"] = json!({ "startLine": line, "startColumn": column });
    }
    json!({
        "ruleId": vulnerability.id,
        "ruleIndex": rule,
        "level": level(vulnerability.severity),
        "message": {
            "text": format!("{component} has {} (severity {}); {fix}", vulnerability.id, vulnerability.severity),
        },
        "locations": [{
            "physicalLocation": location,
            "logicalLocations": [{ "fullyQualifiedName": purl, "kind": "package" }],
        }],
        "partialFingerprints": { "component-vulnerability/v1": print },
    })
}

/// SARIF has three levels; unknown counts as high.
fn level(severity: Severity) -> &'static str {
    match severity.treated_as() {
        Severity::Critical | Severity::High | Severity::Unknown => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::None => "note",
    }
}

/// A score for a severity that comes as a word alone: the lowest of its band, which services sort by.
fn lowest(severity: Severity) -> u8 {
    match severity.treated_as() {
        Severity::Critical => 90,
        Severity::High | Severity::Unknown => 70,
        Severity::Medium => 40,
        Severity::Low => 1,
        Severity::None => 0,
    }
}

/// A path as a relative or file URI (RFC 3986).
fn uri(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut out = String::from(if text.starts_with('/') { "file://" } else { "" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
