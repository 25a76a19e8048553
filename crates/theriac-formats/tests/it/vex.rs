//! What goes out to customers as VEX.

use serde_json::{Value, json};
use theriac_formats::{
    Limits, Vex, VexFormat, VexJustification, VexProduct, VexResponse, VexStatement, VexStatus, read_bom,
    release_purl,
};
use theriac_model::Severity;

use crate::data;

fn statement(number: u32, component: &str, status: VexStatus) -> VexStatement {
    VexStatement {
        reference: format!("FIND-{number}"),
        vulnerability: format!("CVE-2099-{number:05}"),
        aliases: vec![format!("GHSA-aaaa-bbbb-000{number}"), format!("GO-2099-{number}")],
        severity: Severity::High,
        component: component.to_owned(),
        at: "2026-11-24T08:41:00Z".to_owned(),
        status,
    }
}

/// One statement for each status and each justification.
fn vex() -> Vex {
    let affected = |response| VexStatus::Affected {
        why: "The handshake runs before anybody is authenticated.".to_owned(),
        action: "The manufacturer mends it by an update.".to_owned(),
        response,
    };
    let not_affected =
        |justification| VexStatus::NotAffected { justification, why: "It is never called.".to_owned() };
    let statuses = [
        VexStatus::UnderInvestigation,
        affected(Some(VexResponse::Update)),
        affected(Some(VexResponse::Workaround)),
        affected(Some(VexResponse::WillNotFix)),
        affected(None),
        not_affected(VexJustification::ComponentNotPresent),
        not_affected(VexJustification::VulnerableCodeNotPresent),
        not_affected(VexJustification::VulnerableCodeNotInExecutePath),
        not_affected(VexJustification::VulnerableCodeCannotBeControlledByAdversary),
        not_affected(VexJustification::InlineMitigationsAlreadyExist),
        VexStatus::Fixed { why: "The patch was taken over.".to_owned() },
    ];
    let components = [
        "pkg:golang/golang.org/x/net@v0.14.0",
        "pkg:npm/%40angular/core@17.0.0",
        "cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*",
        "cpe:/a:openssl:openssl:3.0.7",
        "left behind@1",
    ];
    let said = |(number, status)| statement(number, components[number as usize % components.len()], status);
    Vex {
        author: "Lumen Imaging".to_owned(),
        product: VexProduct {
            name: "Lumen Gateway".to_owned(),
            version: "2.4.0 LTS".to_owned(),
            purl: release_purl("gateway", "2.4.0 LTS").unwrap(),
        },
        at: "2026-11-24T08:41:00.123Z".to_owned(),
        statements: (0..).zip(statuses).map(said).collect(),
    }
}

fn written(vex: &Vex, format: VexFormat) -> Value {
    serde_json::from_slice(&vex.write(format).unwrap()).unwrap()
}

#[test]
fn openvex_says_status_reason_and_action_about_a_component_in_a_release() {
    let document = written(&vex(), VexFormat::OpenVex);
    assert_eq!(document["@context"], "https://openvex.dev/ns/v0.2.0");
    assert_eq!(document["author"], "Lumen Imaging");
    assert_eq!(document["timestamp"], "2026-11-24T08:41:00.123Z");
    let statements = document["statements"].as_array().unwrap();
    let first = &statements[0];
    assert_eq!(first["status"], "under_investigation");
    assert_eq!(first["vulnerability"]["name"], "CVE-2099-00000");
    assert_eq!(first["vulnerability"]["aliases"], json!(["GHSA-aaaa-bbbb-0000", "GO-2099-0"]));
    assert_eq!(first["products"][0]["@id"], "pkg:generic/gateway@2.4.0%20LTS");
    let part = json!([{
        "@id": "pkg:golang/golang.org/x/net@v0.14.0",
        "identifiers": { "purl": "pkg:golang/golang.org/x/net@v0.14.0" }
    }]);
    assert_eq!(first["products"][0]["subcomponents"], part);
    assert_eq!(statements[1]["status"], "affected");
    assert_eq!(statements[1]["action_statement"], "The manufacturer mends it by an update.");
    assert_eq!(statements[7]["justification"], "vulnerable_code_not_in_execute_path");
    assert_eq!(statements[7]["impact_statement"], "It is never called.");
    assert_eq!(statements[10]["status_notes"], "The patch was taken over.");
    let cpe = &statements[2]["products"][0]["subcomponents"][0]["identifiers"];
    assert_eq!(cpe["cpe23"], "cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*");
    assert_eq!(
        statements[3]["products"][0]["subcomponents"][0]["identifiers"]["cpe22"],
        "cpe:/a:openssl:openssl:3.0.7"
    );
    assert_eq!(statements[4]["products"][0].get("subcomponents"), None, "nothing names it to machines");
}

#[test]
fn openvex_is_what_its_schema_asks_for() {
    let Some(files) = data::archive("suites/openvex.tar.xz") else { return };
    let schema: Value = serde_json::from_slice(&files["openvex_json_schema.json"]).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let document = written(&vex(), VexFormat::OpenVex);
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut wrong = document;
    wrong["statements"][1].as_object_mut().unwrap().remove("action_statement");
    assert!(!schema.is_valid(&wrong), "the schema asks for an action");
}

#[test]
fn cyclonedx_is_read_by_our_own_reader_and_names_what_is_affected() {
    let bytes = vex().write(VexFormat::CycloneDx).unwrap();
    let bom = read_bom(&bytes, &Limits::default()).unwrap();
    assert_eq!(bom.format.to_string(), "CycloneDX 1.6 JSON");
    let subject = bom.metadata.subject.unwrap();
    assert_eq!((subject.name.as_str(), subject.version.as_deref()), ("Lumen Gateway", Some("2.4.0 LTS")));
    assert_eq!(bom.components.len(), 5);
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let references: Vec<&Value> =
        document["components"].as_array().unwrap().iter().map(|component| &component["bom-ref"]).collect();
    let analyses: Vec<&Value> = document["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vulnerability| {
            assert!(references.contains(&&vulnerability["affects"][0]["ref"]), "{vulnerability:#}");
            &vulnerability["analysis"]
        })
        .collect();
    let states: Vec<&str> = analyses.iter().map(|analysis| analysis["state"].as_str().unwrap()).collect();
    let expected = [&["in_triage"][..], &["exploitable"; 4], &["not_affected"; 5], &["resolved"]].concat();
    assert_eq!(states, expected);
    assert_eq!(analyses[1]["response"], json!(["update"]));
    assert_eq!(analyses[4].get("response"), None);
    assert_eq!(analyses[7]["justification"], "code_not_reachable");
    assert_eq!(
        analyses[8]["detail"],
        "The vulnerable code cannot be controlled by an adversary: It is never called.",
        "what the format has no word for is said in words"
    );
    let recommendation = &document["vulnerabilities"][1]["recommendation"];
    assert_eq!(recommendation, "The manufacturer mends it by an update.");
}

#[test]
fn the_same_says_the_same_bytes_and_another_statement_makes_another_document() {
    for format in VexFormat::ALL {
        let (one, again) = (vex().write(format).unwrap(), vex().write(format).unwrap());
        assert_eq!(one, again);
        assert_eq!(format.as_str().parse(), Ok(format));
        let mut other = vex();
        other.statements[0].status = VexStatus::Fixed { why: String::new() };
        let id = |vex: &Vex| {
            let document = written(vex, format);
            document.get("@id").or_else(|| document.get("serialNumber")).unwrap().as_str().unwrap().to_owned()
        };
        assert_ne!(id(&vex()), id(&other));
        let id = id(&vex());
        assert!(id.starts_with("urn:uuid:") && id.len() == 45 && &id[23..24] == "8", "{id}");
    }
    assert!("csaf".parse::<VexFormat>().unwrap_err().contains("openvex, cyclonedx"));
}
