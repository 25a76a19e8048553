//! What customers are told: complete judgements of open findings, and no word that stays in the house.

use serde_json::Value;
use theriac_conformity::facts::words::{Decision, PatientImpact, VexStatus};
use theriac_service::findings::{self, Ground, VexFile, VexFormat};
use theriac_service::{ServiceError, people, products};
use theriac_store::on_both_engines;

use crate::findings::{
    CRITICAL, NEW, OLD, advisory, affected, assess, bom, built, confirm, feed, hand_in, new_release, sign,
    sign_clinical,
};
use crate::world::World;

async fn file(world: &World, release: &str, format: VexFormat) -> VexFile {
    findings::vex(&world.app, &world.who("otto"), "gateway", release, format).await.unwrap()
}

async fn openvex(world: &World, release: &str) -> Value {
    serde_json::from_slice(&file(world, release, VexFormat::OpenVex).await.bytes).unwrap()
}

/// The statuses, by number of the finding.
fn statuses(document: &Value) -> Vec<String> {
    let statements = document["statements"].as_array().unwrap();
    statements.iter().map(|said| said["status"].as_str().unwrap().to_owned()).collect()
}

async fn three_findings(store: &theriac_store::testing::TestStore) -> World {
    let world = World::new(store).await;
    let records = ["left-pad", "right-pad", "top-pad"]
        .map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL)));
    feed(&world, &records).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0", "top-pad@3.0.0"])).await;
    world
}

on_both_engines!(a_judgement_goes_out_once_every_signature_it_needs_is_given, |store| {
    let world = three_findings(&store).await;
    let untold = openvex(&world, OLD).await;
    assert_eq!(statuses(&untold), ["under_investigation"; 3]);
    assert_eq!(untold["author"], "Lumen Medical");
    assert_eq!(untold["statements"][0]["products"][0]["@id"], "pkg:generic/gateway@2.4.0");
    let part = &untold["statements"][0]["products"][0]["subcomponents"][0]["@id"];
    assert_eq!(part, "pkg:npm/left-pad@1.3.0");

    store.clock.advance(60);
    let not_affected = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    let harmful = assess(&world, OLD, &["FIND-2"], |input| {
        affected(input, Decision::Fix);
        input.patient_safety_impact = PatientImpact::Serious;
    });
    let harmful = harmful.await;
    assert_eq!(statuses(&openvex(&world, OLD).await), ["under_investigation"; 3], "nothing is signed");
    sign(&world, "ana", not_affected.set).await.unwrap();
    sign(&world, "ana", harmful.set).await.unwrap();
    let half = openvex(&world, OLD).await;
    assert_eq!(statuses(&half), ["not_affected", "under_investigation", "under_investigation"]);
    store.clock.advance(60);
    sign_clinical(&world, "dan", harmful.set).await.unwrap();
    let told = openvex(&world, OLD).await;
    assert_eq!(statuses(&told), ["not_affected", "affected", "under_investigation"]);

    let said = &told["statements"][0];
    assert_eq!(said["justification"], "vulnerable_code_not_in_execute_path");
    assert_eq!(said["impact_statement"], "The padding is never called with text from outside");
    let action = told["statements"][1]["action_statement"].as_str().unwrap();
    assert!(action.starts_with("An update will mend it."), "{action}");
    assert_ne!(told["@id"], half["@id"], "what says something else is another document");
    let moments = |document: &Value| document["timestamp"].as_str().unwrap().to_owned();
    assert!(moments(&untold) < moments(&half) && moments(&half) < moments(&told));
    assert_eq!(told["timestamp"], told["statements"][1]["timestamp"], "that of the last signature");
    assert_eq!(said["timestamp"], half["statements"][0]["timestamp"], "what stays keeps its moment");

    // Another judgement is no word to customers before it is signed.
    assess(&world, OLD, &["FIND-1"], |_| {}).await;
    assert_eq!(statuses(&openvex(&world, OLD).await)[0], "under_investigation");
});

on_both_engines!(what_is_told_says_what_is_done_and_keeps_the_rest_in_the_house, |store| {
    let world = three_findings(&store).await;
    let decided = async |finding: &str, decision: Decision, signer: &str| {
        let findings = [finding];
        let judged = assess(&world, OLD, &findings, |input| {
            affected(input, decision);
            input.exploitability_reason = "Only Ben knows the port".to_owned();
            input.decision_reason = "Put it behind the firewall.".to_owned();
            input.due = Some("2099-01-31".parse().unwrap()).filter(|_| decision == Decision::Defer);
        });
        sign(&world, signer, judged.await.set).await.unwrap();
    };
    decided("FIND-1", Decision::Accept, "eve").await;
    decided("FIND-2", Decision::Defer, "eve").await;
    decided("FIND-3", Decision::ChangeOfUseEnvironment, "eve").await;
    let told = openvex(&world, OLD).await;
    let action = |place: usize| told["statements"][place]["action_statement"].as_str().unwrap();
    assert!(action(0).contains("accepted") && !action(0).contains("firewall"), "{}", action(0));
    assert!(action(1).contains("2099-01-31") && !action(1).contains("firewall"), "{}", action(1));
    assert!(action(2).contains("has to change: Put it behind the firewall."), "{}", action(2));
    for format in VexFormat::ALL {
        let told = file(&world, OLD, format).await;
        assert_eq!(told, file(&world, OLD, format).await, "the same bytes");
        assert!(told.name.starts_with("gateway-2.4.0.") && told.name.ends_with(".json"), "{}", told.name);
        let text = String::from_utf8(told.bytes).unwrap();
        for inside in ["Ben", "ben", "Ana", "ana\"", "Eve", "port", "likely", "maintenance"] {
            assert!(!text.contains(inside), "{inside} in {text}");
        }
    }
    let document: Value =
        serde_json::from_slice(&file(&world, OLD, VexFormat::CycloneDx).await.bytes).unwrap();
    let told = document["vulnerabilities"].as_array().unwrap();
    let states: Vec<_> = told.iter().map(|said| said["analysis"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["exploitable"; 3]);
    assert_eq!(told[0]["analysis"]["response"][0], "will_not_fix");
});

on_both_engines!(what_is_carried_over_goes_out_when_it_is_confirmed_and_not_when_it_lapsed, |store| {
    let world = three_findings(&store).await;
    let judged = assess(&world, OLD, &["FIND-1", "FIND-2"], |_| {}).await;
    sign(&world, "ana", judged.set).await.unwrap();
    store.clock.advance(60);
    people::add_address(&world.app, &world.who("adam"), "ben", "ben@lumen.example").await.unwrap();
    built(&world, 'a', None, &[]).await;
    built(&world, 'b', Some('a'), &[("src/top.rs", '1')]).await;
    let fixed = assess(&world, OLD, &["FIND-3"], |input| {
        input.status = VexStatus::Fixed;
        input.justification = None;
        input.rests_on = vec![Ground::Path("src/top.rs".to_owned())];
    });
    sign(&world, "ana", fixed.await.set).await.unwrap();
    assert_eq!(statuses(&openvex(&world, OLD).await), ["not_affected", "not_affected", "fixed"]);

    new_release(&world).await;
    let nothing = findings::vex(&world.app, &world.who("otto"), "gateway", NEW, VexFormat::OpenVex).await;
    let error = nothing.unwrap_err();
    assert!(matches!(&error, ServiceError::Rule(words) if words.contains("no open finding")), "{error}");
    hand_in(&world, NEW, None, bom(&["left-pad@1.3.0", "right-pad@2.0.1"])).await;
    assert_eq!(statuses(&openvex(&world, NEW).await), ["under_investigation"; 2]);
    confirm(&world, "ana", NEW).await.unwrap();
    let told = openvex(&world, NEW).await;
    let of = |component: &str| {
        let said = told["statements"].as_array().unwrap().iter();
        let named = |said: &&Value| said["products"][0]["subcomponents"][0]["@id"] == component;
        said.clone().find(named).unwrap()["status"].clone()
    };
    assert_eq!(of("pkg:npm/left-pad@1.3.0"), "not_affected");
    assert_eq!(of("pkg:npm/right-pad@2.0.1"), "under_investigation", "what it rested on has changed");
    assert_eq!(told["statements"][0]["products"][0]["@id"], "pkg:generic/gateway@2.5.0");
});

on_both_engines!(closed_findings_are_left_out_and_a_release_that_is_out_of_reach_says_nothing, |store| {
    let world = three_findings(&store).await;
    let fields =
        serde_json::json!({ "modified": "2026-03-01T00:00:00Z", "withdrawn": "2026-03-01T00:00:00Z" });
    let mut withdrawn = advisory("GHSA-left-pad", "left-pad", Some(CRITICAL));
    for (field, value) in fields.as_object().unwrap() {
        withdrawn[field] = value.clone();
    }
    feed(&world, &[withdrawn]).await;
    let told = openvex(&world, OLD).await;
    assert_eq!(told["statements"].as_array().unwrap().len(), 2, "{told:#}");
    assert!(!told.to_string().contains("left-pad"));
    let missing = findings::vex(&world.app, &world.who("otto"), "gateway", "9", VexFormat::OpenVex).await;
    assert!(matches!(missing, Err(ServiceError::NotFound { .. })));
});

on_both_engines!(a_release_is_called_what_the_sbom_of_its_candidate_calls_it, |store| {
    let world = three_findings(&store).await;
    let called = async || {
        let told = openvex(&world, OLD).await;
        told["statements"][0]["products"][0]["@id"].as_str().unwrap().to_owned()
    };
    let new = products::NewBuild {
        product: "gateway".to_owned(),
        release: OLD.to_owned(),
        name: "rc.1".to_owned(),
        commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(),
    };
    let ana = world.who("ana");
    products::add_build(&world.app, &ana, new).await.unwrap();
    products::set_candidate(&world.app, &ana, "gateway", OLD, "rc.1").await.unwrap();
    assert_eq!(called().await, "pkg:generic/gateway@2.4.0", "the SBOM speaks of no build");
    let mut document: Value = serde_json::from_slice(&bom(&["left-pad@1.3.0"])).unwrap();
    document["version"] = 2.into();
    let purl = "pkg:npm/lumen-gateway@2.4.0-rc.1";
    document["metadata"] =
        serde_json::json!({ "component": { "type": "application", "name": "gateway", "purl": purl } });
    hand_in(&world, OLD, Some("rc.1"), document.to_string().into_bytes()).await;
    assert_eq!(called().await, purl);
});
