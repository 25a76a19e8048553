//! A small manufacturer for tests: people of every role, one product with one release.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use serde_json::json;
use theriac_auth::{Access, Grant, PersonId, Reauthenticated, Role, Scope, password};
use theriac_model::Digest;
use theriac_service::{App, Paging, Who};
use theriac_store::tables::organisation::Organisation;
use theriac_store::tables::people::{Name, Person};
use theriac_store::tables::products::Product;
use theriac_store::tables::releases::Release;
use theriac_store::testing::{TestIds, TestStore};
use theriac_store::{Act, args, tables};

/// One long page.
pub const MANY: Paging = Paging { after: None, limit: 200 };

/// The people of the world: key and role.
pub const PEOPLE: &[(&str, Role)] = &[
    ("adam", Role::Administrator),
    ("ana", Role::SecurityOfficer),
    ("ben", Role::Developer),
    ("cleo", Role::Approver),
    ("dan", Role::ClinicalAssessor),
    ("eve", Role::RiskAcceptor),
    ("mei", Role::Tester),
    ("otto", Role::Auditor),
];
const PASSWORD: &str = "a long enough pass phrase";

/// The program with its people.
pub struct World {
    pub app: App,
    pub product: i64,
    pub release: i64,
    proofs: Mutex<BTreeMap<String, Arc<Reauthenticated>>>,
}

impl World {
    pub async fn new(store: &TestStore) -> Self {
        let app = App::new((**store).clone(), store.folder().join("vulnerabilities.idx"));
        let mut write = app.store().write(Act::system("test set up")).await.unwrap();
        let organisation = Organisation {
            name: "Lumen Medical".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            accept_defects: false,
            demonstration: false,
        };
        tables::organisation::set(&mut write, &organisation).await.unwrap();
        for (key, _) in PEOPLE {
            let id = id_of(key);
            let name =
                Name { id, key: (*key).to_owned(), name: title(key), email: format!("{key}@lumen.example") };
            tables::people::set_name(&mut write, &name).await.unwrap();
            let from: Date = "2020-01-01".parse().unwrap();
            let person = Person {
                id,
                key: (*key).to_owned(),
                department: Some(if *key == "mei" { "quality" } else { "engineering" }.to_owned()),
                manager: Some(if *key == "mei" { id_of("otto") } else { id_of("adam") }),
                external: false,
                from,
                to: None,
            };
            tables::people::add_version(&mut write, &person).await.unwrap();
        }
        let product = Product {
            id: 500,
            key: "gateway".to_owned(),
            name: "Lumen Gateway".to_owned(),
            route: "full".to_owned(),
            support_end: None,
        };
        tables::products::set(&mut write, &product).await.unwrap();
        let release = Release {
            id: 600,
            product: 500,
            name: "2.4.0".to_owned(),
            based_on: None,
            planned_ship_date: None,
            manager: Some(id_of("ana")),
            fielded: false,
            candidate: None,
        };
        tables::releases::set(&mut write, &release).await.unwrap();
        write.audit("test", None, None, serde_json::json!({}));
        write.commit().await.unwrap();
        Self { app, product: 500, release: 600, proofs: Mutex::default() }
    }

    /// One of the people, signed in, with their role on the organisation.
    pub fn who(&self, key: &str) -> Who {
        Who::new(access(key), "test")
    }

    /// Proof that the person has given the password; made once, for it takes a while.
    pub fn proof(&self, key: &str) -> Arc<Reauthenticated> {
        let mut proofs = self.proofs.lock().unwrap();
        let proof = proofs.entry(key.to_owned()).or_insert_with(|| {
            let hash = password::hash(PASSWORD, &TestIds::default()).unwrap();
            Arc::new(
                Reauthenticated::by_password(&access(key), Some(&hash), PASSWORD, self.app.now()).unwrap(),
            )
        });
        Arc::clone(proof)
    }

    /// As [`World::proof`], with words that the signer adds.
    pub fn proof_saying(&self, key: &str, comment: &str) -> Reauthenticated {
        let hash = password::hash(PASSWORD, &TestIds::default()).unwrap();
        let proof = Reauthenticated::by_password(&access(key), Some(&hash), PASSWORD, self.app.now());
        proof.unwrap().saying(comment.to_owned())
    }
}

/// The row of a person.
pub fn id_of(key: &str) -> i64 {
    let place = PEOPLE.iter().position(|(other, _)| *other == key).unwrap();
    100 + i64::try_from(place).unwrap()
}

fn access(key: &str) -> Access {
    let (_, role) = PEOPLE.iter().find(|(other, _)| *other == key).unwrap();
    Access::of_person(PersonId(id_of(key)), [Grant { role: *role, scope: Scope::Organisation }])
}

fn title(key: &str) -> String {
    let mut letters = key.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase()).unwrap_or_default();
    format!("{first}{} Example", letters.as_str())
}

/// The row of a decision, where the decision itself does not matter.
pub async fn decide(app: &App, release: i64, outcome: &str) {
    let (facts, other) = (Digest::of(b"facts"), Digest::of(b"verdicts"));
    let mut write = app.store().write(Act::system("test decide")).await.unwrap();
    for digest in [facts, other] {
        let sql =
            "INSERT INTO blob (digest, size, state, since) VALUES ($1, 0, 'ready', 0) ON CONFLICT DO NOTHING";
        write.execute(sql, args![digest]).await.unwrap();
    }
    let signature = tables::signatures::add(&mut write, facts, 1, "decided", "password", "").await.unwrap();
    let end = "UPDATE decision SET tx_to = $1 WHERE release = $2 AND tx_to IS NULL";
    write.execute(end, args![write.tx(), release]).await.unwrap();
    let values = args![write.id(), release, outcome, facts, other, signature, write.now(), write.tx(), other];
    let sql = "INSERT INTO decision (id, release, outcome, reason, seq, facts, verdicts, pack, signature, at, tx_from) \
               VALUES ($1, $2, $3, '', 0, $4, $5, $9, $6, $7, $8)";
    write.execute(sql, values).await.unwrap();
    write.audit(format!("release:{release}"), None, None, json!({}));
    write.commit().await.unwrap();
}
