//! The raw rows of one release at one moment, read by set queries and handed to the facts.
//!
//! `records.rs`, `evidence.rs` and `findings.rs` each read one part of the input; this file reads the rest. A new fact is a
//! column of a query in `theriac_store::tables::facts`, its place here, and its meaning in `theriac_conformity::facts`.

mod evidence;
mod findings;
mod records;

pub(crate) use evidence::Patterns;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use theriac_conformity::facts::input::{
    AdoptionInput, DecisionInput, FactsInput, PersonInput, ProductInput, ReleaseInput, RoleInput,
    SignatureInput,
};
use theriac_model::Digest;
use theriac_store::tables::decisions::Decision;
use theriac_store::tables::facts::Within;
use theriac_store::tables::products::Product;
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Row, tables};

use crate::{App, Result, ServiceError};

/// The moment that is judged.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub seq: i64,
    pub day: Date,
    pub zone: TimeZone,
}

impl Moment {
    fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }
}

/// The rows of a release, and the revisions that they rest on.
pub(super) struct Built {
    pub input: FactsInput,
    pub baseline: Vec<(i64, Digest)>,
}

/// Reads everything that is known about a release at a moment.
pub(super) async fn read(app: &App, conn: &mut Conn, release: &Release, moment: &Moment) -> Result<Built> {
    let seq = moment.seq;
    let missing = || ServiceError::rule("The release was not known then; ask for a later day.");
    let product = tables::products::at(conn, release.product, seq).await?.ok_or_else(missing)?;
    let release = tables::releases::at(conn, release.id, seq).await?.ok_or_else(missing)?;
    let within = within(conn, &release, seq).await?;
    let people = People::read(conn, moment).await?;
    let (people, records) = records::read(app, conn, within, people, moment).await?;
    let patterns = Patterns::of(&records.records);
    let input = FactsInput {
        at: moment.day,
        seq,
        adoptions: adoptions(conn, &people, moment).await?,
        builds: evidence::builds(conn, &release, &people, seq).await?,
        evidence: evidence::evidence(conn, &release, &records.cited, moment).await?,
        tests: evidence::tests(conn, &release, seq).await?,
        components: evidence::components(conn, &release, seq, &patterns).await?,
        feed: evidence::feed(conn, &release, moment).await?,
        findings: findings::findings(conn, &release, &people, moment).await?,
        release: release_row(conn, &release, &people, moment).await?,
        product: product_row(&product, &route(conn, &product, release.id, seq).await?)?,
        roles: roles(conn, &release, &people, seq).await?,
        people: people.rows,
        records: records.records,
        past: records.past,
    };
    Ok(Built { input, baseline: records.pins })
}

/// Which records a release rests on: those of the baseline of the decided release that it is based on, or the latest. What
/// was decided is kept; how a decided release stands goes by what is approved today, since it adopts nothing more.
pub(super) async fn within(conn: &mut Conn, release: &Release, seq: i64) -> Result<Within> {
    let shipped =
        tables::decisions::at(conn, release.id, seq).await?.is_some_and(|decision| decision.ships());
    let base = match release.based_on {
        None => None,
        Some(_) if shipped => None,
        // Whatever is decided on the base later, this release goes on from what it was begun with.
        Some(base) => tables::decisions::shipped_when_begun(conn, base, release.id, seq).await?,
    };
    let baseline = base.map(|decision| decision.id);
    Ok(Within { seq, product: release.product, release: release.id, baseline })
}

fn word<T: std::str::FromStr>(text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| ServiceError::Internal(format!("a stored word is damaged: {error}")))
}

/// The product's route; a release that was decided keeps the one that it was decided on.
async fn route(conn: &mut Conn, product: &Product, release: i64, seq: i64) -> Result<String> {
    let decision = tables::decisions::at(conn, release, seq).await?.filter(Decision::ships);
    let then = match decision {
        None => None,
        Some(decision) => tables::products::at(conn, product.id, decision.seq).await?,
    };
    Ok(then.map_or_else(|| product.route.clone(), |then| then.route))
}

fn product_row(product: &Product, route: &str) -> Result<ProductInput> {
    Ok(ProductInput { key: product.key.clone(), route: word(route)?, support_end: product.support_end })
}

async fn release_row(
    conn: &mut Conn,
    release: &Release,
    people: &People,
    moment: &Moment,
) -> Result<ReleaseInput> {
    let decision = tables::decisions::at(conn, release.id, moment.seq).await?;
    let decision = match decision.filter(Decision::ships) {
        None => None,
        Some(decision) => Some(DecisionInput {
            on: moment.day_of(decision.at),
            at: decision.at,
            by: people.key(decision.person),
            artefacts: tables::decisions::artefacts(conn, decision.id).await?,
        }),
    };
    let based_on = match release.based_on {
        None => None,
        Some(id) => tables::releases::at(conn, id, moment.seq).await?.map(|base| base.name),
    };
    Ok(ReleaseInput {
        name: release.name.clone(),
        based_on,
        planned_ship_date: release.planned_ship_date,
        manager: release.manager.map(|id| people.key(id)),
        fielded: release.fielded,
        decision,
    })
}

/// People by id, as facts name them.
struct People {
    keys: BTreeMap<i64, String>,
    rows: Vec<PersonInput>,
}

impl People {
    async fn read(conn: &mut Conn, moment: &Moment) -> Result<Self> {
        let versions = tables::people::versions_at(conn, moment.seq).await?;
        let keys: BTreeMap<_, _> = versions.iter().map(|version| (version.id, version.key.clone())).collect();
        let rows = versions
            .iter()
            .map(|version| PersonInput {
                id: version.key.clone(),
                department: version.department.clone(),
                manager: version.manager.map(|id| key(&keys, id)),
                external: version.external,
                from: version.from,
                to: version.to,
            })
            .collect();
        Ok(Self { keys, rows })
    }

    fn key(&self, id: i64) -> String {
        key(&self.keys, id)
    }
}

/// The roles that bear on the release.
async fn roles(conn: &mut Conn, release: &Release, people: &People, seq: i64) -> Result<Vec<RoleInput>> {
    let rows = tables::access::roles_at(conn, release.product, seq).await?;
    Ok(rows.into_iter().map(|(id, role)| RoleInput { person: people.key(id), role }).collect())
}

fn key(keys: &BTreeMap<i64, String>, id: i64) -> String {
    keys.get(&id).cloned().unwrap_or_else(|| format!("person:{id}"))
}

async fn adoptions(conn: &mut Conn, people: &People, moment: &Moment) -> Result<Vec<AdoptionInput>> {
    let rows = tables::packs::adoptions_at(conn, moment.seq).await?;
    let adoption = |row: tables::packs::Adoption| AdoptionInput {
        pack: row.pack,
        by: people.key(row.person),
        on: moment.day_of(row.at),
    };
    Ok(rows.into_iter().map(adoption).collect())
}

fn group<K: Ord>(rows: &[Row], key: impl Fn(&Row) -> Result<K>) -> Result<BTreeMap<K, Vec<&Row>>> {
    let mut groups: BTreeMap<K, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)?).or_default().push(row);
    }
    Ok(groups)
}

/// The signatures in some rows: `digest`, `person`, `meaning`, `at`.
fn signature_rows_of(
    rows: Option<&Vec<&Row>>,
    people: &People,
    moment: &Moment,
) -> Result<Vec<SignatureInput>> {
    let rows = rows.map_or(&[][..], Vec::as_slice);
    let signature = |row: &&Row| {
        Ok(SignatureInput {
            signer: people.key(row.get("person")?),
            meaning: row.get("meaning")?,
            on: moment.day_of(row.get("at")?),
            digest: row.get("digest")?,
        })
    };
    rows.iter().map(signature).collect()
}

/// A list that is kept as JSON.
fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>> {
    serde_json::from_str(&row.get::<String>(column)?)
        .map_err(|error| ServiceError::Internal(error.to_string()))
}
