//! What happened when.

use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use theriac_auth::Permission;
use theriac_conformity::facts::words::{PatientImpact, Route, VexStatus};
use theriac_formats::BuildManifest;
use theriac_service::evidence::{self, AddEvidence, FileInput};
use theriac_service::findings::{self, AssessFindings, Components, Dispose};
use theriac_service::gate::{self, Decide, Outcome};
use theriac_service::people::{self, Init, NewToken};
use theriac_service::products::{self, NewBuild, NewProduct, NewRelease};
use theriac_service::records::ScopeInput;
use theriac_service::{App, ServiceError, Who};

use crate::content::{self, Assessed};
use crate::files::{Delivery, EARLY, FIRST, LATE, SECOND};
use crate::teller::{Teller, scene};
use crate::{CAST, Days, DemoError, StoryClock};

/// The product's key.
pub const PRODUCT: &str = "gateway";
const FIRST_PASSWORD: &str = "to be changed at once";

/// What the terminal shows once the story is told.
#[derive(Debug, Clone)]
pub struct Told {
    /// A token for the product's machines.
    pub token: String,
}

pub(crate) async fn tell(app: &App, clock: &StoryClock, days: Days) -> Result<Told, DemoError> {
    let mut teller = Teller::new(app);
    clock.move_to(days.moment(330));
    set_up(&mut teller, days).await?;
    clock.move_to(days.moment(320));
    write_records(&mut teller, days).await?;
    clock.move_to(days.moment(205));
    import(&teller, EARLY).await?;
    clock.move_to(days.moment(200));
    assess_clauses(&mut teller, days).await?;
    first_release(&mut teller, clock, days).await?;
    second_release(&mut teller, clock, days).await?;
    let token = token(&teller).await?;
    Ok(Told { token })
}

async fn set_up(teller: &mut Teller<'_>, days: Days) -> Result<(), DemoError> {
    let init = Init {
        organisation: "Lumen Medical (demonstration)".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        people: CAST.iter().map(|member| member.new_person(FIRST_PASSWORD)).collect(),
        demonstration: true,
    };
    scene("setting up", people::init(teller.app, &Who::system("demo"), init).await)?;
    for member in CAST.iter().filter(|member| !member.roles.is_empty()) {
        teller.sign_in(member, FIRST_PASSWORD).await?;
    }
    let ana = teller.player("ana")?;
    scene("the pack", gate::ensure_built_in(teller.app).await)?;
    let digest = scene("the pack", gate::pack(teller.app).await)?.digest;
    let adopted =
        gate::adopt_pack(teller.app, &ana.who, &ana.proof, digest, "Our copy, edition of December 2021")
            .await;
    scene("adoption of the pack", adopted)?;
    let product = NewProduct {
        key: PRODUCT.to_owned(),
        name: "Lumen Gateway".to_owned(),
        route: Route::Full,
        support_end: days.date(-1400),
    };
    scene("the product", products::add_product(teller.app, &ana.who, product).await)?;
    Ok(())
}

async fn write_records(teller: &mut Teller<'_>, days: Days) -> Result<(), DemoError> {
    for entry in content::of_organisation(days) {
        teller.approved(&ScopeInput::Organisation, entry).await?;
    }
    for entry in content::of_product(days) {
        teller.approved(&product(), entry).await?;
    }
    Ok(())
}

async fn assess_clauses(teller: &mut Teller<'_>, days: Days) -> Result<(), DemoError> {
    for clause in content::ORGANISATION_CLAUSES {
        teller.approved(&ScopeInput::Organisation, content::assessed(clause, days.ago(200))).await?;
    }
    for clause in content::PRODUCT_CLAUSES {
        teller.approved(&product(), content::assessed(clause, days.ago(200))).await?;
    }
    Ok(())
}

fn product() -> ScopeInput {
    ScopeInput::Product(PRODUCT.to_owned())
}

fn release(name: &str) -> ScopeInput {
    ScopeInput::Release(PRODUCT.to_owned(), name.to_owned())
}

/// Imports advisories as files, as a feed brings them.
async fn import(teller: &Teller<'_>, advisories: &[(&str, &str)]) -> Result<(), DemoError> {
    let folder = teller.app.index().with_extension("feed");
    let file = |path: &Path, result: std::io::Result<()>| {
        result.map_err(|error| DemoError::File { path: path.to_owned(), error })
    };
    file(&folder, std::fs::create_dir_all(&folder))?;
    for (id, text) in advisories {
        let path = folder.join(format!("{id}.json"));
        file(&path, std::fs::write(&path, text))?;
    }
    let ana = teller.player("ana")?;
    let imported = findings::import_feed(teller.app, &ana.who, vec![folder.clone()], Arc::new(|_| {})).await;
    scene("the feed", imported)?;
    file(&folder, std::fs::remove_dir_all(&folder))?;
    work_off(teller).await
}

/// Runs the jobs that are due, as a server would have.
async fn work_off(teller: &Teller<'_>) -> Result<(), DemoError> {
    let handlers = findings::jobs::handlers(teller.app);
    let run = teller.app.store().run_due_jobs(&handlers).await;
    scene("matching again", run.map_err(ServiceError::from))?;
    Ok(())
}

/// Adds a release with its candidate build, and hands its evidence in.
async fn deliver(
    teller: &Teller<'_>,
    clock: &StoryClock,
    days: Days,
    delivery: &Delivery,
    ago: i64,
) -> Result<Vec<String>, DemoError> {
    let (app, name) = (teller.app, delivery.release);
    let (ana, ben) = (teller.player("ana")?, teller.player("ben")?);
    let new = NewRelease {
        product: PRODUCT.to_owned(),
        name: name.to_owned(),
        planned_ship_date: days.date(delivery.ships_ago),
        manager: Some("ana".to_owned()),
        based_on: None,
    };
    scene(name, products::add_release(app, &ana.who, new).await)?;
    let build = NewBuild {
        product: PRODUCT.to_owned(),
        release: name.to_owned(),
        name: delivery.build.to_owned(),
        commit: delivery.commit.to_owned(),
    };
    scene(delivery.build, products::add_build(app, &ben.who, build).await)?;
    scene(delivery.build, products::set_candidate(app, &ana.who, PRODUCT, name, delivery.build).await)?;
    clock.move_to(days.moment(ago - 1));
    let performed = days.moment(ago - 1) - SignedDuration::from_hours(2);
    let manifest = manifest(delivery, performed)?;
    let files = [
        (format!("gateway-{name}.cdx.json"), delivery.sbom.to_vec(), ("sbom-maker", "3.2.0")),
        ("tests.xml".to_owned(), delivery.tests.to_vec(), ("gotestsum", "1.12.0")),
        ("build-manifest.json".to_owned(), manifest, ("theriac", "0.1.0")),
    ];
    let mut numbers = Vec::new();
    for (file, bytes, (tool, version)) in files {
        let input = AddEvidence {
            product: PRODUCT.to_owned(),
            release: name.to_owned(),
            build: Some(delivery.build.to_owned()),
            tool: Some((tool.to_owned(), version.to_owned())),
            rules: None,
            performed_at: Some(performed),
            files: vec![FileInput { name: file.clone(), bytes }],
        };
        let added = scene(&format!("{name}: {file}"), evidence::add(app, &ben.who, input).await)?;
        numbers.extend(added.evidence.into_iter().map(|file| file.number));
    }
    work_off(teller).await?;
    Ok(numbers)
}

fn manifest(delivery: &Delivery, built_at: jiff::Timestamp) -> Result<Vec<u8>, DemoError> {
    let manifest: BuildManifest = delivery.manifest(built_at.to_string());
    let text = manifest.write().map_err(|error| ServiceError::Internal(error.to_string()));
    Ok(scene("the build manifest", text)?.into())
}

/// Judges findings as not affected and signs.
async fn judge(teller: &Teller<'_>, name: &str, findings: &[String], why: &str) -> Result<(), DemoError> {
    let (app, ana) = (teller.app, teller.player("ana")?);
    let shown = findings::selection(app, &ana.who, PRODUCT, name, findings).await;
    let input = AssessFindings {
        product: PRODUCT.to_owned(),
        release: name.to_owned(),
        findings: findings.to_vec(),
        expected: scene("the findings", shown)?.expected,
        status: VexStatus::NotAffected,
        justification: Some("vulnerable code not in execute path".to_owned()),
        rests_on: Vec::new(),
        explanation: why.to_owned(),
        exploitability: Some("not exploitable".to_owned()),
        exploitability_reason: "The code in question is never reached.".to_owned(),
        patient_safety_impact: PatientImpact::None,
        decision: None,
        decision_reason: String::new(),
        fixer: None,
        due: None,
    };
    let set = scene("the judgement", findings::assess(app, &ana.who, input).await)?.set;
    scene("its signature", findings::sign(app, &ana.who, &ana.proof, &[set]).await)?;
    Ok(())
}

async fn open_findings(teller: &Teller<'_>, name: &str) -> Result<Vec<String>, DemoError> {
    let ana = teller.player("ana")?;
    let facts = scene("the facts", gate::facts(teller.app, &ana.who, PRODUCT, name, None).await)?;
    let open = facts.findings.iter().filter(|finding| finding.open && finding.status.is_none());
    Ok(open.map(|finding| finding.reference.clone()).collect())
}

async fn first_release(teller: &mut Teller<'_>, clock: &StoryClock, days: Days) -> Result<(), DemoError> {
    clock.move_to(days.moment(195));
    let name = FIRST.release;
    let numbers = plan(teller, clock, days).await?;
    clock.move_to(days.moment(188));
    let open = open_findings(teller, name).await?;
    judge(teller, name, &open, "The anonymiser sends no cookies and follows no redirects.").await?;
    clock.move_to(days.moment(186));
    let tests = numbers.get(1).cloned().unwrap_or_default();
    for tested in std::iter::once(&content::REQUIREMENTS_TESTS).chain(content::FURTHER_TESTS) {
        let campaign = content::campaign(tested, FIRST.build, &tests, days.ago(194), days.ago(186));
        teller.approved(&release(name), campaign).await?;
    }
    done(teller, days, &tests).await?;
    for clause in content::RELEASE_CLAUSES {
        teller.approved(&release(name), content::assessed(clause, days.ago(186))).await?;
    }
    clock.move_to(days.moment(180));
    let missing = teller.reference("guide-trial")?;
    teller.approved(&release(name), content::deviation(&missing, days.ago(-60))).await?;
    clock.move_to(days.moment(175));
    ship(teller, name).await?;
    clock.move_to(days.moment(170));
    let ana = teller.player("ana")?;
    scene("in the field", products::set_fielded(teller.app, &ana.who, PRODUCT, name, true).await)?;
    work_off(teller).await?;
    clock.move_to(days.moment(90));
    for clause in content::FIELDED_CLAUSES {
        teller.approved(&release(name), content::assessed(clause, days.ago(90))).await?;
    }
    Ok(())
}

/// Plans the activities of the first release, then hands its build in.
async fn plan(teller: &mut Teller<'_>, clock: &StoryClock, days: Days) -> Result<Vec<String>, DemoError> {
    let name = FIRST.release;
    let numbers = deliver(teller, clock, days, &FIRST, 195).await?;
    for (label, title, clause) in content::ACTIVITIES {
        let entry = content::activity(label, title, clause, (days.ago(194), days.ago(182)), None);
        teller.approved(&release(name), entry).await?;
    }
    Ok(numbers)
}

/// What was done of the plan, with what shows it; the trial of the guide is still out.
async fn done(teller: &mut Teller<'_>, days: Days, tests: &str) -> Result<(), DemoError> {
    for (label, title, clause) in content::ACTIVITIES.iter().filter(|(label, ..)| *label != "guide-trial") {
        let report = content::REPORTS.iter().find(|report| report.activity == *label);
        let shown_by = match report {
            Some(report) => {
                teller
                    .approved(
                        &release(FIRST.release),
                        content::report(report, title, clause, days.ago(186), days.ago(-40)),
                    )
                    .await?;
                report.label
            }
            None if *label == "penetration" => "penetration-test",
            None => "campaign",
        };
        let evidence: &[&str] = if report.is_some() { &[] } else { &[tests] };
        let outcome = Some((days.ago(186), evidence, "Done as planned; nothing is open."));
        let entry = content::activity(label, title, clause, (days.ago(194), days.ago(182)), outcome);
        teller.revised(label, "activity", "ana", entry.content, &[("resulted-in", shown_by)]).await?;
    }
    Ok(())
}

async fn ship(teller: &Teller<'_>, name: &str) -> Result<(), DemoError> {
    let cleo = teller.player("cleo")?;
    let (gate, shown) = scene("the gate", gate::preview(teller.app, &cleo.who, PRODUCT, name).await)?;
    if !gate.open {
        let reasons: Vec<_> = gate
            .reasons
            .iter()
            .flat_map(|reason| {
                let missing = reason.missing.iter().map(|item| format!("{} {}", item.reference, item.todo));
                std::iter::once(reason.text.clone()).chain(missing).collect::<Vec<_>>()
            })
            .collect();
        return scene("the gate", Err(ServiceError::rule(reasons.join("\n"))));
    }
    let input = Decide {
        product: PRODUCT.to_owned(),
        release: name.to_owned(),
        outcome: Outcome::Ship,
        reason:
            "Every clause is met, but for the trial of the hardening guide, which DEV-1 permits to follow."
                .to_owned(),
        shown,
    };
    scene("the decision", gate::decide(teller.app, &cleo.who, &cleo.proof, input).await)?;
    Ok(())
}

async fn second_release(teller: &mut Teller<'_>, clock: &StoryClock, days: Days) -> Result<(), DemoError> {
    clock.move_to(days.moment(30));
    let name = SECOND.release;
    let numbers = deliver(teller, clock, days, &SECOND, 30).await?;
    for (label, title, clause) in content::ACTIVITIES_NEXT {
        let entry = content::activity(label, title, clause, (days.ago(28), days.ago(-12)), None);
        teller.approved(&release(name), entry).await?;
    }
    clock.move_to(days.moment(20));
    let ana = teller.player("ana")?;
    let carried = scene("carried judgements", findings::carried(teller.app, &ana.who, PRODUCT, name).await)?;
    let confirmed =
        findings::confirm_carried(teller.app, &ana.who, &ana.proof, PRODUCT, name, carried.set).await;
    scene("carried judgements", confirmed)?;
    let tests = numbers.get(1).cloned().unwrap_or_default();
    let campaign =
        content::campaign(&content::REQUIREMENTS_TESTS, SECOND.build, &tests, days.ago(29), days.ago(21));
    teller.approved(&release(name), campaign).await?;
    let wanted = |clause: &&Assessed| matches!(clause.clause, "5.5.1" | "5.5.2" | "5.6" | "5.7.1");
    for clause in content::RELEASE_CLAUSES.iter().filter(wanted) {
        teller.approved(&release(name), content::assessed(clause, days.ago(20))).await?;
    }
    let ana = teller.player("ana")?;
    let codec = Dispose {
        product: PRODUCT.to_owned(),
        release: name.to_owned(),
        components: Components::All,
        expected: None,
        disposition: "watched".to_owned(),
        reason: "The codec has no package address; its supplier tells us of weaknesses by contract."
            .to_owned(),
    };
    scene("the codec", findings::dispose(teller.app, &ana.who, codec).await)?;
    clock.move_to(days.moment(9));
    // As feeds come: whole, with what was known before.
    import(teller, &[EARLY, LATE].concat()).await?;
    clock.move_to(days.moment(5));
    if let Some(entry) = content::of_product(days).into_iter().find(|entry| entry.label == "lock") {
        let mut changed = entry.content;
        changed["text"] = "After five wrong passwords an account is locked for thirty minutes.".into();
        teller.revised("lock", "requirement", "ben", changed, &[]).await?;
    }
    clock.move_to(days.moment(2));
    Ok(())
}

async fn token(teller: &Teller<'_>) -> Result<String, DemoError> {
    let adam = teller.player("adam")?;
    let new = NewToken {
        owner: None,
        name: "continuous integration of the gateway".to_owned(),
        permissions: vec![
            Permission::Read,
            Permission::ReadGate,
            Permission::UploadEvidence,
            Permission::AddBuild,
        ],
        product: Some(PRODUCT.to_owned()),
        expires_at: teller.app.now() + SignedDuration::from_hours(24 * 365),
    };
    let issued = scene("the token", people::issue_token(teller.app, &adam.who, new).await)?;
    Ok(issued.text)
}
