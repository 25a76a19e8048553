//! What people of the world do in the tests of facts and the gate: write and approve records, hand in evidence.

use serde_json::{Value, json};
use theriac_model::Digest;
use theriac_service::products::{self, NewBuild};
use theriac_service::records::{self, Approval, Begin, DraftInput, DraftLink, ScopeInput};
use theriac_store::tables::components::Component;
use theriac_store::tables::evidence::{Artefact, Evidence, Manifest};
use theriac_store::tables::findings::{Finding, Known, Matching};
use theriac_store::{Act, Write, tables};

use crate::world::World;

/// The product's key and the release's name.
pub const GATEWAY: (&str, &str) = ("gateway", "2.4.0");

/// The first sample of a kind, with these fields instead.
pub fn sample(kind: &str, fields: Value) -> Value {
    let kind = theriac_model::kinds::ALL.iter().find(|known| known.id == kind).unwrap();
    let mut content = (kind.samples)().into_iter().next().unwrap();
    for (field, value) in fields.as_object().unwrap() {
        content[field] = value.clone();
    }
    content
}

fn scope(kind: &str, release: &str) -> ScopeInput {
    match kind {
        "limits" | "risk-criteria" | "responsibility" => ScopeInput::Organisation,
        "test-campaign" | "activity" | "deviation" => {
            ScopeInput::Release("gateway".to_owned(), release.to_owned())
        }
        _ => ScopeInput::Product("gateway".to_owned()),
    }
}

/// Ana submits a record of the release 2.4.0, its product or the organisation; gives reference and digest.
pub async fn submitted(world: &World, kind: &str, content: Value, links: Vec<DraftLink>) -> (String, Digest) {
    submitted_to(world, scope(kind, GATEWAY.1), kind, content, links).await
}

pub async fn submitted_to(
    world: &World,
    scope: ScopeInput,
    kind: &str,
    content: Value,
    links: Vec<DraftLink>,
) -> (String, Digest) {
    let ana = world.who("ana");
    let begin = Begin { kind: kind.to_owned(), scope, content, links };
    let begun = records::begin(&world.app, &ana, begin).await.unwrap();
    let revision = records::submit(&world.app, &ana, &begun.reference, begun.expected).await.unwrap();
    (begun.reference, revision.digest)
}

/// The same, and somebody who may approves it.
pub async fn approved(world: &World, kind: &str, content: Value, links: Vec<DraftLink>) -> (String, Digest) {
    let (reference, digest) = submitted(world, kind, content, links).await;
    approve(world, &reference, digest).await;
    (reference, digest)
}

pub async fn approve(world: &World, reference: &str, digest: Digest) {
    let key = if reference.starts_with("RISK-") { "eve" } else { "cleo" };
    let (who, proof) = (world.who(key), world.proof(key));
    let done = records::approve(&world.app, &who, &proof, reference, digest).await.unwrap();
    assert_eq!(done, Approval::Approved);
}

/// Ana submits another revision with the same links.
pub async fn revised(world: &World, reference: &str, content: Value) -> Digest {
    let ana = world.who("ana");
    let view = records::edit(&world.app, &ana, reference).await.unwrap();
    let links = view.links.iter().map(|(link, _)| link.clone()).collect();
    let saved =
        records::save_draft(&world.app, &ana, reference, view.expected, DraftInput { content, links });
    let expected = saved.await.unwrap().expected;
    records::submit(&world.app, &ana, reference, expected).await.unwrap().digest
}

/// The same, and somebody approves it.
pub async fn moved_on(world: &World, reference: &str, content: Value) -> Digest {
    let digest = revised(world, reference, content).await;
    approve(world, reference, digest).await;
    digest
}

/// Adds a build to 2.4.0 and names it the candidate; gives its row.
pub async fn candidate(world: &World, name: &str) -> i64 {
    let ana = world.who("ana");
    let (product, release) = (GATEWAY.0.to_owned(), GATEWAY.1.to_owned());
    let new =
        NewBuild { product, release, name: name.to_owned(), commit: "c0ffee".repeat(7)[..40].to_owned() };
    let build = products::add_build(&world.app, &ana, new).await.unwrap();
    products::set_candidate(&world.app, &ana, GATEWAY.0, GATEWAY.1, name).await.unwrap();
    build.id
}

/// A unit of work that only tests do.
pub async fn write(world: &World) -> Write {
    world.app.store().write(Act::system("test")).await.unwrap()
}

/// Ends it; it spoke of this.
pub async fn done(mut write: Write, subject: &str) {
    write.audit(subject, None, None, json!({}));
    write.commit().await.unwrap();
}

/// Evidence of the release 2.4.0 (or another) without derived rows; gives its row.
pub async fn evidence(world: &World, release: i64, build: Option<i64>, kind: &str) -> Evidence {
    let mut open = world.app.store().read().await.unwrap();
    let row = open.fetch_one("SELECT COUNT(*) AS n FROM evidence", theriac_store::args![]).await.unwrap();
    let count: i64 = row.get("n").unwrap();
    drop(open);
    let staged = world.app.store().stage_bytes(format!("{kind} {count}").into_bytes()).await.unwrap();
    let mut write = write(world).await;
    write.keep(staged).await.unwrap();
    let row = Evidence {
        id: write.id(),
        number: write.next_number("EVID").await.unwrap(),
        release,
        build,
        digest: staged.digest,
        kind: kind.to_owned(),
        format: "test".to_owned(),
        file_name: format!("{kind}.json"),
        size: 1,
        tool: Some("maker".to_owned()),
        tool_version: Some("1.0".to_owned()),
        rules: None,
        feed_at: None,
        performed_at: Some(write.now()),
        serial: None,
        serial_revision: None,
        recorded_at: write.now(),
        delivered_by: "system".to_owned(),
        defects: vec![],
    };
    tables::evidence::add(&mut write, &row).await.unwrap();
    done(write, &row.reference()).await;
    row
}

/// An SBOM of a build with these purls.
pub async fn sbom(world: &World, build: Option<i64>, purls: &[&str]) -> Evidence {
    let file = evidence(world, world.release, build, "sbom").await;
    let component = |purl: &&str| Component {
        key: purl.split('?').next().unwrap().to_owned(),
        purl: Some((*purl).to_owned()),
        cpe: None,
        component_type: "library".to_owned(),
        name: (*purl).to_owned(),
        version: purl.rsplit_once('@').map(|(_, version)| version.to_owned()),
        supplier: None,
        licences: vec![],
        hashes: vec![],
        parent: None,
        direct: true,
        via: None,
    };
    let rows: Vec<_> = purls.iter().map(component).collect();
    let mut write = write(world).await;
    tables::components::add(&mut write, file.id, &rows).await.unwrap();
    done(write, &file.reference()).await;
    file
}

/// A manifest of a build with these authors (addresses) and artefacts.
pub async fn manifest(world: &World, build: i64, authors: &[&str], artefacts: &[&str]) -> Evidence {
    let file = evidence(world, world.release, Some(build), "build-manifest").await;
    let mut authors: Vec<_> = authors.iter().map(|address| Digest::of(address.as_bytes())).collect();
    authors.sort();
    let artefact = |name: &&str| Artefact {
        name: (*name).to_owned(),
        digest: Digest::of(name.as_bytes()),
        signature: None,
    };
    let manifest = Manifest {
        commit: "c0ffee".repeat(7)[..40].to_owned(),
        predecessor: None,
        authors,
        paths: vec![("src/main.rs".to_owned(), None)],
        artefacts: artefacts.iter().map(artefact).collect(),
    };
    let mut write = write(world).await;
    tables::evidence::add_manifest(&mut write, file.id, &manifest).await.unwrap();
    done(write, &file.reference()).await;
    file
}

/// Says that the release was looked up among vulnerabilities.
pub async fn matched(world: &World) {
    let mut write = write(world).await;
    let matching = Matching {
        feed: Digest::of(b"feed"),
        feed_at: None,
        imported_at: write.now(),
        components: 1,
        at: write.now(),
    };
    tables::findings::set_matching(&mut write, world.release, &matching).await.unwrap();
    done(write, "release:600").await;
}

/// Opens a finding on a component.
pub async fn finding(world: &World, component: &str, vulnerability: &str) -> Finding {
    let mut write = write(world).await;
    let known = Known {
        vulnerability: vulnerability.to_owned(),
        aliases: vec![],
        severity: "high".parse().unwrap(),
        score: Some(75),
        cvss: None,
        fixed: vec![],
        advisories: vec![],
        resolved: None,
    };
    let finding = Finding {
        id: write.id(),
        number: tables::findings::take_numbers(&mut write, 1).await.unwrap(),
        release: world.release,
        component: component.to_owned(),
        opened_as: vulnerability.to_owned(),
        opened_at: write.now(),
        row_id: 0,
        known,
    };
    tables::findings::add(&mut write, std::slice::from_ref(&finding)).await.unwrap();
    done(write, &finding.reference()).await;
    finding
}
