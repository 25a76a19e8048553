//! What was changed in the database by hand is found: by reading, and by comparing everything with the audit log.

use serde_json::json;
use theriac_service::records::{self, DraftLink};
use theriac_service::{App, ServiceError, audit, evidence, gate};
use theriac_store::audit::Anchors;
use theriac_store::testing::TestClock;
use theriac_store::{StoreError, args, on_both_engines};

use crate::findings::{
    self, MEDIUM, NEW, OLD, advisory, assess, bom, confirm, feed, hand_in, new_release, sign,
};
use crate::story::{GATEWAY, approved, moved_on, sample, submitted};
use crate::world::World;

/// Risks that are approved, in review and retired; judged findings, one of them taken over by a later release.
async fn busy(world: &World, clock: &TestClock) {
    let criteria = approved(world, "risk-criteria", sample("risk-criteria", json!({})), vec![]).await;
    let item =
        approved(world, "software-item", sample("software-item", json!({ "owner": "ana" })), vec![]).await;
    let risk =
        |title: &str| sample("risk", json!({ "title": title, "owner": "ana", "patient_harm": "none" }));
    let affects = || vec![DraftLink::new("affects", &item.0), DraftLink::new("scored-under", &criteria.0)];
    let (reference, _) = approved(world, "risk", risk("Firmware is swapped"), affects()).await;
    moved_on(world, &reference, risk("Firmware is swapped in transit")).await;
    submitted(world, "risk", risk("Somebody listens"), affects()).await;
    let (document, digest) =
        approved(world, "document", sample("document", json!({ "owner": "ana" })), vec![]).await;
    let (who, proof) = (world.who("cleo"), world.proof("cleo"));
    clock.advance(1);
    records::retire(&world.app, &who, &proof, &document, digest, "Replaced").await.unwrap();

    let all = [advisory("GHSA-aaaa", "left-pad", Some(MEDIUM)), advisory("GHSA-bbbb", "right-pad", None)];
    feed(world, &all).await;
    hand_in(world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0"])).await;
    let judged = assess(world, OLD, &["FIND-1", "FIND-2"], |_| {}).await;
    clock.advance(1);
    sign(world, "ana", judged.set).await.unwrap();
    new_release(world).await;
    hand_in(world, NEW, None, bom(&["left-pad@1.3.0"])).await;
    confirm(world, "ana", NEW).await.unwrap();
    // What is known of a finding may change after it was judged.
    feed(world, &[advisory("GHSA-aaaa", "left-pad", Some(findings::CRITICAL)), all[1].clone()]).await;
}

async fn told(app: &App) -> Vec<String> {
    let found = audit::verify(app.store(), &Anchors::default()).await.unwrap();
    found.changed.iter().map(ToString::to_string).collect()
}

async fn by_hand(app: &App, sql: &'static str) -> u64 {
    let mut work = app.store().maintain().await.unwrap();
    let rows = work.execute(sql, args![]).await.unwrap();
    work.commit().await.unwrap();
    rows
}

/// Makes each change, looks for what is told of it, and takes it back.
async fn found(app: &App, tampers: &[(&'static str, &'static str, &str)]) {
    for (tamper, back, expected) in tampers {
        assert_ne!(by_hand(app, tamper).await, 0, "{tamper}");
        let told = told(app).await;
        assert!(told.iter().any(|row| row.contains(expected)), "{tamper}: {told:?}");
        by_hand(app, back).await;
    }
    assert_eq!(told(app).await, [""; 0], "everything was taken back");
}

on_both_engines!(what_was_changed_by_hand_is_named, |store| {
    let world = World::new(&store).await;
    busy(&world, &store.clock).await;
    let app = &world.app;
    assert_eq!(told(app).await, [""; 0]);
    // Each change with the one that takes it back, and what is told of it.
    let tampers = [
        (
            "UPDATE revision SET content = REPLACE(content, 'in transit', 'in stores')",
            "UPDATE revision SET content = REPLACE(content, 'in stores', 'in transit')",
            "RISK-1, revision 2: its content, links, files or number are not those that its digest names",
        ),
        (
            "UPDATE revision SET links = REPLACE(links, 'ITEM-1', 'ITEM-9')",
            "UPDATE revision SET links = REPLACE(links, 'ITEM-9', 'ITEM-1')",
            "RISK-1, revision 1: its content, links, files or number are not those that its digest names",
        ),
        (
            "UPDATE revision SET kind_version = kind_version + 1",
            "UPDATE revision SET kind_version = kind_version - 1",
            "DOC-1, revision 1: its content, links, files or number are not those that its digest names",
        ),
        (
            "UPDATE revision_state SET state = 'approved' WHERE state = 'in review' AND tx_to IS NULL",
            "UPDATE revision_state SET state = 'in review' WHERE state = 'approved' AND tx_to IS NULL AND record = \
             (SELECT id FROM record WHERE ref = 'RISK-2')",
            "RISK-2: no entry of the log made a revision of it 'approved'",
        ),
        (
            "UPDATE revision_state SET state = 'approved' WHERE state = 'retired'",
            "UPDATE revision_state SET state = 'retired' WHERE tx_to IS NULL AND record = \
             (SELECT id FROM record WHERE ref = 'DOC-1')",
            "DOC-1: no entry of the log made a revision of it 'approved'",
        ),
        (
            "UPDATE revision_state SET tx_to = 7 WHERE state = 'retired'",
            "UPDATE revision_state SET tx_to = NULL WHERE state = 'retired'",
            "DOC-1: a revision of it is no longer 'retired', and nothing since",
        ),
        (
            "UPDATE signature SET person = 105 WHERE meaning = 'Retired'",
            "UPDATE signature SET person = 103 WHERE meaning = 'Retired'",
            "'Retired': the log says that somebody else signed",
        ),
        (
            "UPDATE signature SET meaning = 'Nothing' WHERE meaning = 'Assessment signed'",
            "UPDATE signature SET meaning = 'Assessment signed' WHERE meaning = 'Nothing'",
            "'Nothing': the log says that it means something else",
        ),
        (
            "UPDATE signature SET at = at - 86400000",
            "UPDATE signature SET at = at + 86400000",
            "'Assessment signed': the log says that it was given at another time",
        ),
        (
            "UPDATE signature SET digest = REPLACE(digest, '0', '1') WHERE meaning = 'Retired'",
            "UPDATE signature SET digest = (SELECT revision FROM revision_state WHERE state = 'retired') \
             WHERE meaning = 'Retired'",
            "'Retired': the log says that something else was signed",
        ),
        (
            "UPDATE assessment SET patient_safety_impact = 'minor'",
            "UPDATE assessment SET patient_safety_impact = 'none'",
            "FIND-1, assessment",
        ),
        (
            "UPDATE assessment SET explanation = explanation || '.' WHERE carried_from IS NOT NULL",
            "UPDATE assessment SET explanation = SUBSTR(explanation, 1, LENGTH(explanation) - 1) \
             WHERE carried_from IS NOT NULL",
            "FIND-3, assessment",
        ),
        (
            "UPDATE finding SET component = component || '0'",
            "UPDATE finding SET component = SUBSTR(component, 1, LENGTH(component) - 1)",
            "what it says is not what its digest names",
        ),
        (
            "UPDATE advisory SET content = REPLACE(content, '9.0.0', '0.9.0')",
            "UPDATE advisory SET content = REPLACE(content, '0.9.0', '9.0.0')",
            "advisory GHSA-aaaa: its content is not what its digest names",
        ),
    ];
    found(app, &tampers).await;
    by_hand(app, "DELETE FROM assessment_signature").await;
    by_hand(app, "DELETE FROM assessment").await;
    assert!(told(app).await.contains(&"FIND-2: an assessment that the log tells of is not there".to_owned()));
});

on_both_engines!(decisions_and_clearances_changed_by_hand_are_named, |store| {
    let world = World::new(&store).await;
    let app = &world.app;
    gate::ensure_built_in(app).await.unwrap();
    let requirement = |title: &str| sample("requirement", json!({ "title": title }));
    let (target, _) = approved(&world, "requirement", requirement("First"), vec![]).await;
    let links = vec![DraftLink::new("implemented-by", &target)];
    let (source, _) = approved(&world, "measure", sample("measure", json!({})), links).await;
    let to = moved_on(&world, &target, requirement("Second")).await;
    let clear = records::ClearSuspect {
        source,
        link: "implemented-by".to_owned(),
        target,
        to,
        reason: "Still covers it".to_owned(),
    };
    records::clear_suspect(app, &world.who("ana"), clear).await.unwrap();
    for reason in ["Not yet", "Still not"] {
        let (_, shown) = gate::preview(app, &world.who("cleo"), GATEWAY.0, GATEWAY.1).await.unwrap();
        let decide = gate::Decide {
            product: GATEWAY.0.to_owned(),
            release: GATEWAY.1.to_owned(),
            outcome: gate::Outcome::Postpone,
            reason: reason.to_owned(),
            shown,
        };
        let proof = world.proof_saying("cleo", "As agreed");
        gate::decide(app, &world.who("cleo"), &proof, decide).await.unwrap();
    }
    assert_eq!(told(app).await, [""; 0]);
    let tampers = [
        (
            "UPDATE decision SET outcome = 'ship' WHERE tx_to IS NULL",
            "UPDATE decision SET outcome = 'postpone'",
            "the log tells of no such decision ('ship')",
        ),
        (
            "UPDATE decision SET reason = 'All is well' WHERE reason = 'Not yet'",
            "UPDATE decision SET reason = 'Not yet' WHERE reason = 'All is well'",
            "the log tells of no such decision ('postpone')",
        ),
        (
            "UPDATE decision SET tx_to = 7 WHERE tx_to IS NULL",
            "UPDATE decision SET tx_to = NULL WHERE tx_to = 7",
            "a decision is no longer in force, and no other came after it",
        ),
        (
            "UPDATE clearance SET reason = 'Whatever'",
            "UPDATE clearance SET reason = 'Still covers it'",
            "implemented-by REQ-1: the log tells of no such clearance",
        ),
        (
            "UPDATE clearance SET to_revision = from_revision",
            "UPDATE clearance SET to_revision = (SELECT approved FROM record_head WHERE record = clearance.target)",
            "implemented-by REQ-1: the log tells of no such clearance",
        ),
        (
            "UPDATE signature SET comment = 'Never agreed' WHERE meaning = 'Release postponed'",
            "UPDATE signature SET comment = 'As agreed' WHERE meaning = 'Release postponed'",
            "the log says that something else was added to it",
        ),
        (
            "UPDATE signature SET tx_from = tx_from + 1000000 WHERE meaning <> 'Release postponed'",
            "UPDATE signature SET tx_from = tx_from - 1000000 WHERE meaning <> 'Release postponed'",
            "the signature that made a revision of it 'approved' is not there",
        ),
    ];
    found(app, &tampers).await;
    for table in ["DELETE FROM baseline", "DELETE FROM baseline_artefact", "DELETE FROM decision"] {
        by_hand(app, table).await;
    }
    assert!(told(app).await.iter().any(|row| row.contains("a decision that the log tells of is not there")));
});

on_both_engines!(a_changed_revision_is_neither_shown_nor_judged, |store| {
    let world = World::new(&store).await;
    let (reference, _) =
        approved(&world, "document", sample("document", json!({ "owner": "ana" })), vec![]).await;
    let ana = world.who("ana");
    by_hand(&world.app, "UPDATE revision SET content = REPLACE(content, '2026', '2027')").await;
    let shown = records::record(&world.app, &ana, &reference, None).await.map(|_| ());
    let judged = gate::facts(&world.app, &ana, "gateway", "2.4.0", None).await.map(|_| ());
    for refused in [shown, judged] {
        let error = refused.unwrap_err();
        assert!(matches!(error, ServiceError::Store(StoreError::RevisionChanged { .. })), "{error}");
        assert!(error.to_string().starts_with("revision 1 of DOC-1 was changed in the database"), "{error}");
    }
});

/// What lists, links and evidence show, line by line.
async fn projected(app: &App) -> Vec<String> {
    let mut read = app.store().read().await.unwrap();
    let queries = [
        "SELECT 'head ' || record || title || folded || state || COALESCE(latest, '') || COALESCE(approved, '') || \
         COALESCE(due, '') || COALESCE(owner, 0) || changed_at AS line FROM record_head ORDER BY record",
        "SELECT 'link ' || revision || link || target || source || pinned AS line FROM link ORDER BY revision, target",
        "SELECT 'listed ' || revision || field || value AS line FROM listed_field ORDER BY revision, field",
        "SELECT 'duty ' || record || field || owner || due AS line FROM date_duty ORDER BY record, field",
        "SELECT 'evidence ' || number || COALESCE(tool, '') || COALESCE(performed_at, -1) AS line FROM evidence \
         ORDER BY number",
    ];
    let mut lines = Vec::new();
    for query in queries {
        let rows = read.fetch_all(query, args![]).await.unwrap();
        lines.extend(rows.iter().map(|row| row.get::<String>("line").unwrap()));
    }
    lines
}

on_both_engines!(rebuilding_puts_right_what_lists_and_links_take_from_records, |store| {
    let world = World::new(&store).await;
    busy(&world, &store.clock).await;
    let draft = records::Begin {
        kind: "risk".to_owned(),
        scope: records::ScopeInput::Product("gateway".to_owned()),
        content: json!({ "title": "Only a thought" }),
        links: vec![],
    };
    records::begin(&world.app, &world.who("ana"), draft).await.unwrap();
    let (app, adam) = (&world.app, world.who("adam"));
    let before = projected(app).await;
    let rebuild = async || {
        let rebuilt = evidence::rebuild(app, &adam, &|_| {}).await.unwrap();
        let told: Vec<String> =
            rebuilt.differences.iter().map(|row| format!("{}: {}", row.of, row.what)).collect();
        (rebuilt.records, told)
    };
    assert_eq!(rebuild().await, (6, vec![]));
    let head = "what lists show of it was not what its latest revision says";
    let duties = "what its dates make people owe was not what its approved revision says";
    let tampers = [
        ("UPDATE record_head SET title = 'FORGED', state = 'approved'", format!("RISK-2: {head}")),
        ("UPDATE record_head SET approved = NULL", format!("RISK-1: {head}")),
        ("UPDATE record_head SET owner = NULL, due = '2099-01-01'", format!("DOC-1: {head}")),
        ("UPDATE record_head SET folded = '' WHERE latest IS NOT NULL", format!("ITEM-1: {head}")),
        ("UPDATE record_head SET changed_at = 0 WHERE latest IS NOT NULL", format!("CRIT-1: {head}")),
        ("DELETE FROM record_head", format!("RISK-3: {head}")),
        (
            "DELETE FROM listed_field",
            "RISK-1: links or listed fields were not those of revision 2".to_owned(),
        ),
        (
            "UPDATE listed_field SET value = 'high'",
            "DOC-1: links or listed fields were not those of revision 1".to_owned(),
        ),
        ("DELETE FROM link", "RISK-2: links or listed fields were not those of revision 1".to_owned()),
        (
            "UPDATE link SET pinned = (SELECT MIN(digest) FROM revision WHERE record = source)",
            "RISK-1: links or listed fields were not those of revision 1".to_owned(),
        ),
        ("UPDATE date_duty SET due = '2099-01-01'", format!("CRIT-1: {duties}")),
        ("DELETE FROM date_duty", format!("RISK-1: {duties}")),
    ];
    for (tamper, expected) in tampers {
        assert_ne!(by_hand(app, tamper).await, 0, "{tamper}");
        let (_, told) = rebuild().await;
        assert!(told.contains(&expected), "{tamper}: {told:?}");
        assert_eq!(projected(app).await, before, "{tamper}");
        assert_eq!(rebuild().await.1, [""; 0], "{tamper}");
    }
    assert_eq!(told(app).await, [""; 0]);
});

on_both_engines!(what_evidence_is_bound_to_is_what_file_and_log_say, |store| {
    let world = World::new(&store).await;
    let said = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "timestamp": "2026-01-02T03:04:05Z", "tools": [{ "name": "syft", "version": "1.0" }] },
        "components": [{ "type": "library", "name": "left-pad", "version": "1.3.0" }]
    });
    hand_in(&world, OLD, None, said.to_string().into_bytes()).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let (app, adam) = (&world.app, world.who("adam"));
    let before = projected(app).await;
    by_hand(app, "UPDATE evidence SET tool = 'forged', performed_at = 0").await;
    let rebuilt = evidence::rebuild(app, &adam, &|_| {}).await.unwrap();
    let told: Vec<String> =
        rebuilt.differences.iter().map(|row| format!("{}: {}", row.of, row.what)).collect();
    assert_eq!(told, ["EVID-1: the file says otherwise of its time, tool"]);
    let told: Vec<String> = rebuilt.changed.iter().map(|row| format!("{}: {}", row.of, row.what)).collect();
    assert_eq!(told, ["EVID-2: the log tells of another tool of it"]);
    by_hand(app, "UPDATE evidence SET tool = NULL, performed_at = NULL WHERE number = 2").await;
    assert_eq!(projected(app).await, before);

    let (ana, proof) = (world.who("ana"), world.proof("ana"));
    evidence::disqualify(app, &ana, &proof, "EVID-2", "Wrong build").await.unwrap();
    by_hand(app, "DELETE FROM disqualification").await;
    assert_eq!(
        crate::integrity::told(app).await,
        ["EVID-2: the log says that it was disqualified, and it is not"]
    );
});
