//! A release that meets every clause, as raw rows; tests break one thing and look.

use jiff::civil::Date;
use serde_json::{Value, json};
use theriac_conformity::facts::input::*;
use theriac_conformity::facts::words::*;
use theriac_conformity::pack::{ClauseKind, Level, iec_81001_5_1_2021};
use theriac_conformity::{Conformity, Facts, Gate, Pack, evaluate, gate};
use theriac_model::{Digest, Severity};

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub fn pack() -> Pack {
    iec_81001_5_1_2021().unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// A record that is approved by another than its author, both known by their ids.
pub fn record(id: &str, kind: &str, scope: Scope, content: Value) -> RecordInput {
    let revision = digest(id);
    RecordInput {
        id: id.to_owned(),
        kind: kind.to_owned(),
        scope,
        title: format!("Title of {id}"),
        revision: 1,
        digest: revision,
        state: State::Approved,
        author: "ana".to_owned(),
        earlier_authors: Vec::new(),
        written_on: day("2026-01-15"),
        written_at: "2026-01-15T09:00:00Z".parse().unwrap(),
        approver: Some("ben".to_owned()),
        approved_on: Some(day("2026-02-01")),
        approved_seq: None,
        first_approved_on: Some(day("2026-02-01")),
        signatures: vec![signature("ben", "Approved", revision), signature("cleo", CLINICAL, revision)],
        links: Vec::new(),
        attachments: 0,
        content: content.as_object().unwrap().clone(),
    }
}

pub fn signature(signer: &str, meaning: &str, digest: Digest) -> SignatureInput {
    SignatureInput { signer: signer.to_owned(), meaning: meaning.to_owned(), on: day("2026-02-01"), digest }
}

pub fn link(link: &str, target: &str) -> LinkInput {
    LinkInput {
        link: link.to_owned(),
        target: target.to_owned(),
        pinned: digest(target),
        pinned_approved_on: Some(day("2026-02-01")),
        pinned_approved_seq: None,
        suspect: false,
        elsewhere: None,
        pinned_content: None,
    }
}

/// An assessment as not affected, signed.
pub fn assessment(status: VexStatus) -> AssessmentInput {
    AssessmentInput {
        digest: Digest::of(b"judgement"),
        status,
        justification: Some("vulnerable_code_not_in_execute_path".to_owned()),
        exploitability: None,
        patient_safety_impact: PatientImpact::None,
        decision: None,
        due: None,
        assessor: "ana".to_owned(),
        signer: Some("ben".to_owned()),
        clinical_signer: None,
        fixer: None,
        fixers: Vec::new(),
        on: day("2026-10-20"),
        carried: false,
        confirmed: false,
        terms: vec![],
        changed: Vec::new(),
        harm_before: false,
    }
}

/// A release and what is known about it.
#[derive(Clone)]
pub struct Sample(pub FactsInput);

impl Sample {
    /// Every clause met, every gate reason absent.
    pub fn met() -> Self {
        let mut input = FactsInput {
            at: day("2026-11-02"),
            seq: 812,
            product: ProductInput {
                key: "gateway".to_owned(),
                route: Route::Full,
                support_end: Some(day("2031-01-01")),
            },
            release: ReleaseInput {
                name: "2.4".to_owned(),
                based_on: None,
                planned_ship_date: Some(day("2026-12-01")),
                manager: Some("rita".to_owned()),
                fielded: true,
                decision: None,
            },
            adoptions: vec![AdoptionInput {
                pack: pack().digest,
                by: "ben".to_owned(),
                on: day("2026-01-10"),
            }],
            people: people(),
            roles: Vec::new(),
            records: records(),
            past: vec![],
            builds: vec![BuildInput {
                name: "rc.2".to_owned(),
                commit: "c0ffee".to_owned(),
                predecessor: None,
                authors: vec!["dev".to_owned()],
                unknown_authors: 0,
                manifest: true,
                follows: true,
                manifests: vec!["EVID-3".to_owned()],
                changed_paths: 4,
                candidate: true,
                artefacts: vec![ArtefactInput {
                    name: "gateway.deb".to_owned(),
                    digest: digest("gateway.deb"),
                    signature: None,
                    evidence: "EVID-3".to_owned(),
                }],
            }],
            evidence: vec![
                evidence("EVID-1", EvidenceKind::Sbom),
                evidence("EVID-2", EvidenceKind::TestResults),
                EvidenceInput {
                    performed_on: Some(day("2026-09-30")),
                    ..evidence("EVID-3", EvidenceKind::BuildManifest)
                },
            ],
            tests: ["tls.unknown_ca", "tls.expired"].map(|case| test(case, Outcome::Passed)).to_vec(),
            components: vec![component("pkg:npm/left-pad@1.3.0")],
            feed: Some(FeedInput {
                digest: digest("feed"),
                imported_on: day("2026-10-20"),
                newest_advisory_on: Some(day("2026-10-19")),
                looked_up_on: day("2026-10-21"),
            }),
            findings: vec![finding("FIND-1", Some(assessment(VexStatus::NotAffected)))],
        };
        let attested = pack();
        for clause in attested.clauses.iter().filter(|clause| clause.kind == ClauseKind::Attested) {
            input.records.push(assessed(&clause.number, clause.level));
        }
        Self(input)
    }

    pub fn record(&mut self, id: &str) -> &mut RecordInput {
        self.0.records.iter_mut().find(|record| record.id == id).unwrap_or_else(|| panic!("no {id}"))
    }

    /// Sets a field of a record; null takes it away.
    pub fn set(mut self, id: &str, field: &str, value: Value) -> Self {
        self.record(id).content.insert(field.to_owned(), value);
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut FactsInput)) -> Self {
        change(&mut self.0);
        self
    }

    pub fn with_record(mut self, id: &str, change: impl FnOnce(&mut RecordInput)) -> Self {
        change(self.record(id));
        self
    }

    pub fn without(mut self, id: &str) -> Self {
        self.0.records.retain(|record| record.id != id);
        self
    }

    pub fn without_kind(mut self, kind: &str) -> Self {
        self.0.records.retain(|record| record.kind != kind);
        self
    }

    /// A second record like the first, under another id.
    pub fn copy(mut self, id: &str, copy: &str) -> Self {
        let mut record = self.record(id).clone();
        record.id = copy.to_owned();
        record.digest = digest(copy);
        for signature in &mut record.signatures {
            signature.digest = record.digest;
        }
        self.0.records.push(record);
        self
    }

    pub fn facts(&self) -> Facts {
        Facts::build(self.0.clone()).unwrap()
    }

    pub fn conformity(&self) -> Conformity {
        evaluate(&self.facts(), &pack()).unwrap()
    }

    pub fn gate(&self) -> Gate {
        gate(&self.facts(), &self.conformity())
    }
}

fn people() -> Vec<PersonInput> {
    let row = |id: &str, department: &str, manager: &str| PersonInput {
        id: id.to_owned(),
        department: Some(department.to_owned()),
        manager: Some(manager.to_owned()),
        external: false,
        from: day("2020-01-01"),
        to: None,
    };
    vec![
        row("ana", "Security", "ceo"),
        row("ben", "Quality", "ceo"),
        row("cleo", "Clinical", "ceo"),
        row("dev", "Development", "leo"),
        row("mei", "Test", "tom"),
        row("rita", "Products", "ceo"),
    ]
}

pub fn evidence(id: &str, kind: EvidenceKind) -> EvidenceInput {
    EvidenceInput {
        id: id.to_owned(),
        digest: digest(id),
        kind,
        own: true,
        build: Some("rc.2".to_owned()),
        tool: Some("tool".to_owned()),
        version: Some("1.0".to_owned()),
        rules: None,
        feed_on: None,
        performed_on: Some(day("2026-10-10")),
        performed_at: None,
        recorded_on: day("2026-10-11"),
        recorded_at: "2026-10-11T09:00:00Z".parse().unwrap(),
        disqualified: false,
        defects: 0,
    }
}

pub fn test(case: &str, outcome: Outcome) -> TestInput {
    TestInput { case: case.to_owned(), outcome, evidence: "EVID-2".to_owned() }
}

pub fn component(key: &str) -> ComponentInput {
    ComponentInput {
        key: key.to_owned(),
        purl: Some(key.to_owned()),
        name: key.to_owned(),
        version: Some("1.3.0".to_owned()),
        item: Some("ITEM-1".to_owned()),
        unmatched: None,
        waiting: false,
        disposition: None,
        evidence: "EVID-1".to_owned(),
    }
}

pub fn finding(id: &str, assessment: Option<AssessmentInput>) -> FindingInput {
    FindingInput {
        advisories: vec![Digest::of(b"advisory")],
        id: id.to_owned(),
        component: "pkg:npm/left-pad@1.3.0".to_owned(),
        vulnerability: "CVE-2026-1".to_owned(),
        severity: Severity::High,
        opened_on: day("2026-10-15"),
        severities: vec![],
        resolved: None,
        assessment,
    }
}

fn assessed(clause: &str, level: Level) -> RecordInput {
    let scope = match level {
        Level::Organisation => Scope::Organisation,
        Level::Product => Scope::Product,
        Level::Release | Level::FieldedRelease => Scope::Release,
    };
    let content = json!({
        "clause": clause, "verdict": "met", "rationale": "Read and found in order.",
        "samples": "Two of seven, drawn by lot.", "assessed_date": "2026-03-01", "owner": "ana"
    });
    let mut record = record(&format!("CLA-{clause}"), "clause-assessment", scope, content);
    record.links.push(link("cites", "DOC-1"));
    approved_later(record, "2026-03-01")
}

/// A record whose present revision was approved on another day than its first one.
fn approved_later(mut record: RecordInput, on: &str) -> RecordInput {
    record.approved_on = Some(day(on));
    record
}

fn records() -> Vec<RecordInput> {
    let (organisation, product, release) = (Scope::Organisation, Scope::Product, Scope::Release);
    let document = |id: &str, kind: &str, clause: &str| {
        let content = json!({
            "type": kind, "clauses": [clause], "body": "What is to be done.", "owner": "ana",
            "effective_date": "2026-02-01", "next_review": "2027-01-01"
        });
        record(id, "document", product, content)
    };
    let mut risk = record(
        "RISK-1",
        "risk",
        product,
        json!({
            "scenario": "Images are altered.", "likelihood": "likely", "impact": "serious", "criticality": "high",
            "patient_harm": "possible", "treatment": "reduce", "residual_likelihood": "rare",
            "residual_impact": "minor", "owner": "ana", "next_review": "2027-01-01"
        }),
    );
    risk.links =
        vec![link("mitigated-by", "MEAS-1"), link("affects", "ITEM-1"), link("scored-under", "CRIT-1")];
    let mut measure = record(
        "MEAS-1",
        "measure",
        product,
        json!({"description": "Both ends show a certificate.", "side_effects": "None on safety.", "owner": "ana"}),
    );
    measure.links = vec![link("implemented-by", "REQ-1")];
    let mut review = record(
        "REV-1",
        "review",
        product,
        json!({
            "subject_type": "requirements", "held_date": "2026-02-01", "independence": "Mei wrote none of it.",
            "attendees": [
                {"person": "dev", "discipline": "architect-developer", "independent": false},
                {"person": "mei", "discipline": "tester", "independent": true},
                {"person": "cleo", "discipline": "clinical-customer", "independent": true},
                {"person": "ana", "discipline": "security", "independent": false}
            ],
            "points": [{"point": "Retries", "closed": true, "resolution": "Limited to three."}],
            "conclusion": "accepted-with-points", "owner": "ana"
        }),
    );
    review.links = vec![link("reviews", "REQ-1")];
    let mut campaign = record(
        "CAMP-1",
        "test-campaign",
        release,
        json!({
            "test_kind": "requirements-tests", "build": "rc.2", "tester": "mei", "independence": "department",
            "scope": "All requirements.", "from_date": "2026-10-01", "to_date": "2026-10-10", "evidence": ["EVID-2"]
        }),
    );
    campaign.links = vec![link("verifies", "REQ-1")];
    let campaign = approved_later(campaign, "2026-10-10");
    let mut activity = record(
        "ACT-1",
        "activity",
        release,
        json!({
            "clause": "7.2", "assignee": "ana", "start_date": "2026-09-01", "due_date": "2026-10-31",
            "done_date": "2026-10-28", "evidence": ["EVID-2"], "outcome": "Two threats added."
        }),
    );
    activity.links = vec![link("planned-in", "DOC-1")];
    let activity = approved_later(activity, "2026-10-28");
    vec![
        record(
            "RESP-1",
            "responsibility",
            organisation,
            json!({"clauses": ["4", "5", "6", "7", "8", "9"], "person": "ana", "from": "2026-01-01"}),
        ),
        record("LIM-1", "limits", organisation, limits()),
        document("DOC-1", "plan", "5.1.1"),
        document("DOC-2", "plan", "7.1.1"),
        document("DOC-3", "guideline", "5.8.3"),
        record(
            "ITEM-1",
            "software-item",
            product,
            json!({
                "origin": "bought", "class": "required", "purls": ["pkg:npm/*"], "support_end": "2032-01-01",
                "rationale": "Taken as it is.", "owner": "rita"
            }),
        ),
        record("CRIT-1", "risk-criteria", product, criteria()),
        risk,
        measure,
        record(
            "REQ-1",
            "requirement",
            product,
            json!({
                "text": "Refuse unknown peers.", "stage": "software", "owner": "ana",
                "tests": ["tls.unknown_ca", "tls.expired"]
            }),
        ),
        review,
        campaign,
        activity,
    ]
}

fn limits() -> Value {
    json!({
        "assess_days_critical": 2, "assess_days_high": 7, "assess_days_medium": 30, "assess_days_low": 90,
        "fix_days_critical": 14, "fix_days_high": 30, "fix_days_medium": 90, "fix_days_low": 365,
        "max_age_carried_assessment": 365, "max_age_clause_assessment": 365, "max_age_feed": 30,
        "interval_document_review": 365, "interval_criteria_review": 365,
        "independence_requirements_tests": "department", "independence_threat_mitigation": "none",
        "independence_abuse_case": "none", "independence_attack_surface": "none",
        "independence_vulnerability_scan": "none", "independence_composition_analysis": "none",
        "independence_penetration": "none"
    })
}

fn criteria() -> Value {
    json!({
        "method": "Likelihood of attack and severity of harm.", "criticality": ["low", "medium", "high"],
        "likelihood": ["rare", "likely"], "impact": ["minor", "serious"],
        "matrix": [
            {"likelihood": "rare", "impact": "minor", "level": "low"},
            {"likelihood": "rare", "impact": "serious", "level": "medium"},
            {"likelihood": "likely", "impact": "minor", "level": "medium"},
            {"likelihood": "likely", "impact": "serious", "level": "high"}
        ],
        "acceptable": ["low"], "safety_scales": "Severity scale of the safety plan, revision 4", "owner": "ana",
        "effective_date": "2026-01-01", "next_review": "2027-01-01"
    })
}
