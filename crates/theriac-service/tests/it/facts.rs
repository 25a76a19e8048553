//! The facts of a release: what was known on a day, the revisions that count, suspects, baseline, evidence.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use theriac_conformity::Facts;
use theriac_conformity::facts::words::VexStatus;
use theriac_model::Digest;
use theriac_service::products::{self, NewRelease};
use theriac_service::records::{self, ClearSuspect, DraftLink, ScopeInput};
use theriac_service::{ServiceError, gate};
use theriac_store::on_both_engines;
use theriac_store::tables::components::Disposition;
use theriac_store::tables::findings::{self, Assessment};
use theriac_store::tables::people::Person;
use theriac_store::tables::releases::{Build, Release};
use theriac_store::{tables, testing::TestStore};

use crate::story::{
    GATEWAY, approve, approved, candidate, done, evidence, finding, manifest, matched, moved_on, revised,
    sample, sbom, submitted, submitted_to, write,
};
use crate::world::{World, id_of};

async fn facts(world: &World, at: Option<Date>) -> Facts {
    gate::facts(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, at).await.unwrap()
}

fn today(store: &TestStore) -> Date {
    store.now().to_zoned_datetime(TimeZone::get("Europe/Berlin").unwrap()).date()
}

fn bytes(facts: &Facts) -> String {
    serde_json::to_string(facts).unwrap()
}

on_both_engines!(what_was_known_on_a_day_does_not_change_later, |store| {
    let world = World::new(&store).await;
    let measure = sample("measure", json!({}));
    let (requirement, _) = approved(&world, "requirement", sample("requirement", json!({})), vec![]).await;
    let links = vec![DraftLink::new("implemented-by", &requirement)];
    let (measure, _) = approved(&world, "measure", measure, links).await;
    approved(&world, "limits", sample("limits", json!({})), vec![]).await;
    let build = candidate(&world, "rc.1").await;
    sbom(&world, Some(build), &["pkg:npm/left-pad@1.3.0"]).await;
    matched(&world).await;
    let opened = finding(&world, "pkg:npm/left-pad@1.3.0", "CVE-2026-1").await;
    manifest(&world, build, &["ben@lumen.example"], &["gateway.bin"]).await;

    let mut days = Vec::new();
    for step in 0..6 {
        let (day, now) = (today(&store), facts(&world, None).await);
        assert_eq!(bytes(&now), bytes(&facts(&world, Some(day)).await), "the end of today is now");
        days.push((day, bytes(&now)));
        store.clock.advance_days(1);
        match step {
            0 => drop(
                moved_on(&world, &requirement, sample("requirement", json!({"title": "Refuse more"}))).await,
            ),
            1 => {
                let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
                let shown =
                    records::record(&world.app, &cleo, &measure, None).await.unwrap().head.latest.unwrap();
                records::retire(&world.app, &cleo, &proof, &measure, shown, "Not built").await.unwrap();
            }
            2 => {
                let mut write = write(&world).await;
                let from: Date = "2020-01-01".parse().unwrap();
                tables::people::end_version(&mut write, id_of("ben"), from).await.unwrap();
                let moved = Person {
                    id: id_of("ben"),
                    key: "ben".to_owned(),
                    department: Some("quality".to_owned()),
                    manager: None,
                    external: false,
                    from,
                    to: None,
                };
                tables::people::add_version(&mut write, &moved).await.unwrap();
                tables::people::add_address(&mut write, id_of("ben"), Digest::of(b"ben@lumen.example"))
                    .await
                    .unwrap();
                done(write, "person").await;
            }
            3 => {
                let mut write = write(&world).await;
                let mut changed = findings::of_release(&mut write, world.release).await.unwrap();
                changed[0].known.resolved = Some("the advisory was withdrawn".to_owned());
                findings::change(&mut write, &changed).await.unwrap();
                assert_eq!(changed[0].id, opened.id);
                done(write, "FIND-1").await;
            }
            _ => {
                candidate(&world, &format!("rc.{step}")).await;
            }
        }
    }
    for (day, then) in &days {
        assert_eq!(*then, bytes(&facts(&world, Some(*day)).await), "{day}");
    }
    let (first, last) = (facts(&world, Some(days[0].0)).await, facts(&world, None).await);
    assert_eq!((first.measures.len(), last.measures.len()), (1, 0), "retired");
    assert_eq!((first.builds[0].unknown_authors, last.builds[0].unknown_authors), (1, 0));
    assert!(first.findings[0].open && !last.findings[0].open);
    assert_eq!((first.builds.len(), last.builds.len()), (1, 3));
    let tomorrow = today(&store).tomorrow().unwrap();
    let ask = |day| async move {
        gate::facts(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, Some(day)).await
    };
    let to_come = ask(tomorrow).await.unwrap_err();
    assert!(to_come.to_string().contains("has not begun"), "{to_come}");
});

on_both_engines!(a_day_before_the_release_is_refused, |store| {
    let world = World::new(&store).await;
    let early: Date = "2026-01-04".parse().unwrap();
    let error =
        gate::facts(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, Some(early)).await.unwrap_err();
    let ServiceError::Invalid(errors) = error else { panic!("{error}") };
    assert!(errors[0].message.contains("nothing had been recorded"), "{errors:?}");
    let none = gate::facts(&world.app, &world.who("ana"), GATEWAY.0, "9.9", None).await.unwrap_err();
    assert!(matches!(none, ServiceError::NotFound { .. }), "{none}");
});

on_both_engines!(the_latest_approved_revision_counts_else_the_latest_submitted, |store| {
    let world = World::new(&store).await;
    let requirement = |title: &str| sample("requirement", json!({ "title": title }));
    let (approved_one, _) = approved(&world, "requirement", requirement("First"), vec![]).await;
    revised(&world, &approved_one, requirement("Second, in review")).await;
    submitted(&world, "requirement", requirement("Never approved"), vec![]).await;
    let read = facts(&world, None).await;
    let rows: Vec<_> =
        read.requirements.iter().map(|row| (row.title.as_str(), row.revision, row.approved)).collect();
    assert_eq!(rows, [("First", 1, true), ("Never approved", 1, false)]);
    assert_eq!(read.requirements[0].approver.as_deref(), Some("cleo"));
    assert_eq!(read.requirements[0].author, "ana");
    assert!(read.requirements[0].signed);
});

on_both_engines!(a_link_is_suspect_from_the_approval_of_its_target_to_its_clearance, |store| {
    let world = World::new(&store).await;
    let requirement = |title: &str| sample("requirement", json!({ "title": title }));
    let (target, _) = approved(&world, "requirement", requirement("First"), vec![]).await;
    let links = vec![DraftLink::new("implemented-by", &target)];
    let (source, _) = approved(&world, "measure", sample("measure", json!({})), links).await;
    let second = revised(&world, &target, requirement("Second")).await;
    assert!(facts(&world, None).await.suspect_links.is_empty(), "in review is not yet approved");
    approve(&world, &target, second).await;
    let suspect = facts(&world, None).await.suspect_links;
    assert_eq!(suspect.len(), 1);
    assert_eq!(suspect[0].reference, format!("{source} implemented-by {target}"));
    let clear = ClearSuspect {
        source,
        link: "implemented-by".to_owned(),
        target: target.clone(),
        to: second,
        reason: "Still covers it".to_owned(),
    };
    records::clear_suspect(&world.app, &world.who("ana"), clear).await.unwrap();
    assert!(facts(&world, None).await.suspect_links.is_empty());
    moved_on(&world, &target, requirement("Third")).await;
    assert_eq!(facts(&world, None).await.suspect_links.len(), 1, "a clearance is for one revision");
});

on_both_engines!(a_target_in_another_release_is_watched_too, |store| {
    let world = World::new(&store).await;
    let new = NewRelease {
        product: GATEWAY.0.to_owned(),
        name: "2.5.0".to_owned(),
        based_on: None,
        planned_ship_date: None,
        manager: None,
    };
    products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
    let there = ScopeInput::Release(GATEWAY.0.to_owned(), "2.5.0".to_owned());
    let document = |title: &str| sample("document", json!({ "title": title }));
    let (target, digest) = submitted_to(&world, there, "document", document("Plan"), vec![]).await;
    approve(&world, &target, digest).await;
    let activity = sample("activity", json!({ "evidence": [] }));
    approved(&world, "activity", activity, vec![DraftLink::new("planned-in", &target)]).await;
    let judged = sample("clause-assessment", json!({ "evidence": [] }));
    approved(&world, "clause-assessment", judged, vec![DraftLink::new("cites", &target)]).await;
    let before = facts(&world, None).await;
    assert!(before.suspect_links.is_empty());
    let cited = &before.clause_assessments[0];
    assert!(cited.superseded.is_empty() && cited.unapproved.is_empty());
    moved_on(&world, &target, document("Another plan")).await;
    let after = facts(&world, None).await;
    assert_eq!(after.suspect_links.len(), 2);
    assert_eq!(after.clause_assessments[0].suspect_citations, [target]);
});

on_both_engines!(independence_is_read_on_the_day_of_the_test, |store| {
    let world = World::new(&store).await;
    let build = candidate(&world, "rc.1").await;
    let mut open = write(&world).await;
    tables::people::add_address(&mut open, id_of("ben"), Digest::of(b"ben@lumen.example")).await.unwrap();
    done(open, "person").await;
    manifest(&world, build, &["ben@lumen.example", "stranger@example.org"], &["gateway.bin"]).await;
    let results = evidence(&world, world.release, Some(build), "test-results").await;
    let campaign = sample(
        "test-campaign",
        json!({ "build": "rc.1", "independence": "none", "evidence": [results.reference()],
                "from_date": "2026-01-02", "to_date": "2026-01-03" }),
    );
    approved(&world, "test-campaign", campaign, vec![]).await;
    let row = |facts: &Facts| facts.campaigns[0].clone();
    let before = row(&facts(&world, None).await);
    assert!(!before.tester_shares_department_with_author && !before.tester_is_author);
    assert_eq!(before.unknown_authors, 1);

    // Mei joined engineering after the test, which changes nothing; then it is found that she was there before.
    let move_to = async |from: &str, to: Option<&str>, department: &str| {
        let mut open = write(&world).await;
        let from: Date = from.parse().unwrap();
        tables::people::end_version(&mut open, id_of("mei"), from).await.unwrap();
        let version = Person {
            id: id_of("mei"),
            key: "mei".to_owned(),
            department: Some(department.to_owned()),
            manager: Some(id_of("otto")),
            external: false,
            from,
            to: to.map(|day| day.parse().unwrap()),
        };
        tables::people::add_version(&mut open, &version).await.unwrap();
        done(open, "person").await;
    };
    move_to("2020-01-01", Some("2026-01-04"), "quality").await;
    move_to("2026-01-04", None, "engineering").await;
    assert!(!row(&facts(&world, None).await).tester_shares_department_with_author);
    let day = today(&store);
    store.clock.advance_days(1);
    move_to("2020-01-01", Some("2026-01-04"), "engineering").await;
    assert!(row(&facts(&world, None).await).tester_shares_department_with_author);
    assert!(!row(&facts(&world, Some(day)).await).tester_shares_department_with_author);
});

on_both_engines!(components_say_their_item_and_whether_they_were_looked_up, |store| {
    let world = World::new(&store).await;
    let item = sample("software-item", json!({ "title": "All of npm", "purls": ["pkg:npm/*"] }));
    let (item, _) = approved(&world, "software-item", item, vec![]).await;
    let build = candidate(&world, "rc.1").await;
    let file = sbom(&world, Some(build), &["pkg:npm/left-pad@1.3.0?arch=x", "pkg:generic/blob@1"]).await;
    sbom(&world, None, &["pkg:npm/unbound@1.0.0"]).await;
    let read = facts(&world, None).await;
    assert_eq!(read.components.len(), 2, "an SBOM of no build is no one's");
    assert!(
        read.components
            .iter()
            .all(|row| row.unmatched_reason.as_deref() == Some("not matched with vulnerabilities yet"))
    );

    matched(&world).await;
    let mut open = write(&world).await;
    let unmatched =
        ["pkg:generic/blob@1", "unknown-ecosystem", "unknown ecosystem generic"].map(str::to_owned);
    let unmatched: (String, String, String) = unmatched.into();
    tables::components::change_unmatched(&mut open, world.release, &[], &[unmatched]).await.unwrap();
    done(open, "release:600").await;
    let read = facts(&world, None).await;
    let row = |key: &str| read.components.iter().find(|row| row.reference == key).unwrap();
    assert!(row("pkg:npm/left-pad@1.3.0").matched);
    assert_eq!(row("pkg:npm/left-pad@1.3.0").item.as_deref(), Some(item.as_str()));
    assert!(row("pkg:npm/left-pad@1.3.0").evidence.starts_with(&file.reference()));
    assert_eq!(row("pkg:generic/blob@1").unmatched_reason.as_deref(), Some("unknown ecosystem generic"));
    assert_eq!(row("pkg:generic/blob@1").item, None);

    let mut open = write(&world).await;
    let disposition = Disposition {
        row_id: open.id(),
        component: "pkg:generic/blob@1".to_owned(),
        disposition: "no-code".to_owned(),
        reason: "A picture".to_owned(),
        person: id_of("ana"),
        carried_from: None,
        at: open.now(),
    };
    tables::components::change_dispositions(&mut open, world.release, &[], &[disposition]).await.unwrap();
    done(open, "release:600").await;
    let read = facts(&world, None).await;
    assert_eq!(
        read.components.iter().filter(|row| row.disposition.as_deref() == Some("A picture")).count(),
        1
    );

    let other = candidate(&world, "rc.2").await;
    sbom(&world, Some(other), &["pkg:npm/left-pad@1.3.0"]).await;
    let reason = facts(&world, None).await.components[0].unmatched_reason.clone();
    assert_eq!(reason.as_deref(), Some("not matched since its bill of materials was handed in"));

    products::set_candidate(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, "rc.1").await.unwrap();
    matched(&world).await;
    products::set_candidate(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, "rc.2").await.unwrap();
    let reason = facts(&world, None).await.components[0].unmatched_reason.clone();
    assert_eq!(reason.as_deref(), Some("not matched since another build became the candidate"));
});

on_both_engines!(an_sbom_found_wrong_gives_no_components_from_then_on, |store| {
    let world = World::new(&store).await;
    let build = candidate(&world, "rc.1").await;
    let file = sbom(&world, Some(build), &["pkg:npm/left-pad@1.3.0"]).await;
    let day = today(&store);
    store.clock.advance_days(1);
    let mut open = write(&world).await;
    let signature =
        tables::signatures::add(&mut open, file.digest, id_of("ana"), "Found wrong", "password", "")
            .await
            .unwrap();
    tables::evidence::disqualify(&mut open, file.id, "Another branch", signature).await.unwrap();
    done(open, &file.reference()).await;
    let read = facts(&world, None).await;
    assert!(read.components.is_empty() && read.evidence[0].disqualified);
    let before = facts(&world, Some(day)).await;
    assert!(before.components.len() == 1 && !before.evidence[0].disqualified);
});

on_both_engines!(evidence_of_another_release_counts_where_a_record_cites_it, |store| {
    let world = World::new(&store).await;
    candidate(&world, "rc.1").await;
    let mut open = write(&world).await;
    let other = Release {
        id: open.id(),
        product: world.product,
        name: "2.3.0".to_owned(),
        based_on: None,
        planned_ship_date: None,
        manager: None,
        fielded: true,
        candidate: None,
    };
    tables::releases::set(&mut open, &other).await.unwrap();
    let build =
        Build { id: open.id(), release: other.id, name: "rc.1".to_owned(), commit: "beef".to_owned() };
    tables::releases::add_build(&mut open, &build).await.unwrap();
    done(open, "release").await;
    let cited = evidence(&world, other.id, Some(build.id), "sbom").await;
    evidence(&world, other.id, Some(build.id), "test-results").await;
    let assessment = sample("clause-assessment", json!({ "evidence": [cited.reference()] }));
    let (_, digest) =
        submitted_to(&world, ScopeInput::Organisation, "clause-assessment", assessment, vec![]).await;
    approve(&world, "CLA-1", digest).await;
    let read = facts(&world, None).await;
    let rows: Vec<_> =
        read.evidence.iter().map(|row| (row.id.as_str(), row.build.as_deref(), row.on_candidate)).collect();
    assert_eq!(rows, [(cited.reference().as_str(), Some("2.3.0/rc.1"), false)]);
    assert_eq!(read.clause_assessments[0].unusable_evidence, 0);
});

on_both_engines!(an_assessment_is_as_old_as_its_first_signature_and_says_why, |store| {
    let world = World::new(&store).await;
    let found = finding(&world, "pkg:npm/left-pad@1.3.0", "CVE-2026-1").await;
    let mut open = write(&world).await;
    let first = Assessment {
        id: open.id(),
        finding: found.id,
        status: "affected".to_owned(),
        justification: None,
        explanation: "The call is reachable".to_owned(),
        exploitability: None,
        exploitability_reason: String::new(),
        patient_safety_impact: "none".to_owned(),
        decision: Some("accept".to_owned()),
        decision_reason: "Only on the bench".to_owned(),
        due: None,
        fixer: Some(id_of("ben")),
        rests_on: "{}".to_owned(),
        assessor: id_of("ana"),
        at: open.now(),
        carried_from: None,
        root: 0,
        changed: vec![],
        harm_before: false,
        digest: Digest::of(b"first"),
        set: Digest::of(b"set"),
    };
    let first = Assessment { root: first.id, ..first };
    findings::add_assessments(&mut open, std::slice::from_ref(&first)).await.unwrap();
    done(open, "FIND-1").await;
    let row = facts(&world, None).await.findings[0].clone();
    assert!(!row.assessed && row.signer.is_none());
    assert_eq!(
        (row.status, row.justification.as_deref()),
        (Some(VexStatus::Affected), Some("Only on the bench"))
    );
    assert_eq!(row.fixer.as_deref(), Some("ben"));

    let sign = async |assessment: &Assessment, person: &str, meaning: &str| {
        let mut open = write(&world).await;
        let signature =
            tables::signatures::add(&mut open, Digest::of(b"set"), id_of(person), meaning, "password", "")
                .await
                .unwrap();
        findings::cover(&mut open, signature, &[assessment.id]).await.unwrap();
        done(open, "FIND-1").await;
    };
    sign(&first, "eve", findings::SIGNED).await;
    let row = facts(&world, None).await.findings[0].clone();
    assert!(row.assessed && row.acceptable && !row.carried);
    assert_eq!(row.signer.as_deref(), Some("eve"));
    let signed_on = today(&store);

    store.clock.advance_days(400);
    let mut open = write(&world).await;
    let id = open.id();
    let carried =
        Assessment { id, carried_from: Some(first.id), digest: Digest::of(b"carried"), ..first.clone() };
    findings::add_assessments(&mut open, std::slice::from_ref(&carried)).await.unwrap();
    done(open, "FIND-1").await;
    let row = facts(&world, None).await.findings[0].clone();
    assert!(row.carried && row.unconfirmed && !row.assessed);
    sign(&carried, "ana", findings::CONFIRMED).await;
    approved(&world, "limits", sample("limits", json!({ "max_age_carried_assessment": 365 })), vec![]).await;
    let row = facts(&world, None).await.findings[0].clone();
    assert!(!row.unconfirmed && row.too_old && !row.assessed, "confirming does not make it young");
    let then = facts(&world, Some(signed_on)).await.findings[0].clone();
    assert!(then.assessed && !then.carried);
});
