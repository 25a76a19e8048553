//! What a person owes: what verdicts miss, what closes gates, what the dates of approved records ask for, over releases
//! that are not yet decided or that customers have, and what rests on evidence that was found wrong. Computed, never typed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use theriac_auth::{Permission, ProductId, Products, Scope};
use theriac_conformity::facts::words::StandIn;
use theriac_conformity::{Gate, Reason, ReasonKind};
use theriac_model::Digest;
use theriac_store::tables::decisions::Decision;
use theriac_store::tables::products::Product;
use theriac_store::tables::records::{Owing, RecordDuty, date_duties};
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Read, tables};

use super::disqualified;
use super::judge::{Judged, shown_among};
use crate::findings::{OPEN_MAX, open_among};
use crate::people::{Here, organisation_in};
use crate::products::only;
use crate::{App, Page, Paging, Result, ServiceError, Who};

/// Most releases looked at that no customer has, the newest first: older ones that nobody decided are forgotten plans.
const PLANS_MAX: usize = 200;
/// How many releases are looked at with one query: as many verdicts as are in memory together.
pub(super) const AT_ONCE: usize = 25;
/// Most duties by date that are looked at, the soonest first.
const DATES_MAX: u32 = 20_000;

/// Something owed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Duty {
    /// By when; what has no day comes last.
    pub due: Option<String>,
    /// The product's key; empty for what the organisation owns.
    pub product: String,
    /// What people call the product.
    pub product_name: String,
    /// The release's name; empty for what no release owns.
    pub release: String,
    /// The clause, where one asks for it.
    pub clause: Option<String>,
    /// What it is about.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What to do.
    pub todo: String,
    /// As whom, where nobody is named for it: somebody is to be appointed.
    pub stand_in: Option<StandIn>,
    /// The deviation in force that covers it, until which day: nothing is overdue till then.
    pub covered: Option<Cover>,
}

/// A deviation that lets something be missing for a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cover {
    /// The deviation's id: `DEV-1`.
    pub deviation: String,
    /// The last day on which it holds.
    pub until: String,
}

impl Duty {
    /// Whether its day is past, and no deviation covers it.
    #[must_use]
    pub fn is_late(&self, today: Date) -> bool {
        let late = |due: &String| due.parse::<Date>().is_ok_and(|due| due < today);
        self.covered.is_none() && self.due.as_ref().is_some_and(late)
    }
}

/// Something owed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Owed {
    /// What.
    pub duty: Duty,
    /// The key of who owes it.
    pub owner: String,
}

/// What a person owes, and what they see to that others do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Owed by the person, by day.
    pub own: Vec<Duty>,
    /// What others should have done before today, by day: everybody for who may read the audit log, for a line manager
    /// those who report to them, directly or through others. `None` for who looks after nobody.
    pub late: Option<Vec<Owed>>,
    /// What was not looked at because there is too much of it, a sentence for each sort.
    pub left_out: Vec<String>,
}

/// A page of duties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duties<T> {
    /// The duties, by day.
    pub page: Page<T>,
    /// What was not looked at because there is too much of it, a sentence for each sort.
    pub left_out: Vec<String>,
}

/// A page of what a person owes, by day.
///
/// # Errors
/// When there is no such person, or the page before gave no such key as the one asked for.
#[crate::boxed]
pub async fn duties(app: &App, who: &Who, person: &str, paging: &Paging) -> Result<Duties<Duty>> {
    let mut read = app.store().read().await?;
    if tables::people::by_key(&mut read, person).await?.is_none() {
        return Err(ServiceError::field("person", format!("there is no person '{person}'")));
    }
    let today = today(app, &mut read).await?;
    let owed = owed(app, who, &mut read, &Meant { person, others: Others::Nobody }, today).await?;
    Ok(Duties { page: page(owed.all, paging)?.map(|owed| owed.duty), left_out: owed.left_out })
}

/// What a person owes, and which duties of others are overdue that they look after.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn overview(app: &App, who: &Who, person: &str) -> Result<Overview> {
    let mut read = app.store().read().await?;
    let today = today(app, &mut read).await?;
    let meant = Meant { person, others: looked_after(who, &mut read, person, today).await? };
    let all = owed(app, who, &mut read, &meant, today).await?;
    let (own, others): (Vec<Owed>, Vec<Owed>) = all.all.into_iter().partition(|owed| owed.owner == person);
    let late = others.into_iter().filter(|owed| owed.duty.is_late(today)).collect();
    Ok(Overview {
        own: own.into_iter().map(|owed| owed.duty).collect(),
        late: (!meant.others.is_nobody()).then_some(late),
        left_out: all.left_out,
    })
}

/// A page of the duties of others that are overdue and that a person looks after, by day.
///
/// # Errors
/// When the page before gave no such key as the one asked for, or what the store says.
#[crate::boxed]
pub async fn overdue(app: &App, who: &Who, person: &str, paging: &Paging) -> Result<Duties<Owed>> {
    let overview = overview(app, who, person).await?;
    Ok(Duties { page: page(overview.late.unwrap_or_default(), paging)?, left_out: overview.left_out })
}

/// The page that begins after a key.
fn page(all: Vec<Owed>, paging: &Paging) -> Result<Page<Owed>> {
    let after = paging.after.as_deref().map(Place::parse).transpose()?;
    let mut placed = Vec::with_capacity(all.len());
    for owed in all {
        placed.push((Place::of(&owed)?, owed));
    }
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    placed.retain(|(place, _)| after.as_ref().is_none_or(|after| place > after));
    placed.truncate(usize::try_from(paging.fetch()).unwrap_or(usize::MAX));
    Ok(paging.page(placed, |(place, _)| place.text()).map(|(_, owed)| owed))
}

/// Where a duty stands in the list: by day, what has none last, then by its digest, so that a page goes on where the one
/// before ended, whatever was done meanwhile.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    undated: bool,
    due: String,
    digest: String,
}

impl Place {
    fn of(owed: &Owed) -> Result<Self> {
        let text = serde_json::to_vec(owed).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let due = owed.duty.due.clone().unwrap_or_default();
        Ok(Self { undated: due.is_empty(), due, digest: Digest::of(&text).to_string() })
    }

    fn text(&self) -> String {
        format!("{}:{}", self.due, self.digest)
    }

    fn parse(text: &str) -> Result<Self> {
        let parts = text
            .split_once(':')
            .filter(|(due, _)| due.is_empty() || due.parse::<Date>().is_ok())
            .filter(|(_, digest)| digest.parse::<Digest>().is_ok());
        let (due, digest) = parts.ok_or_else(|| {
            ServiceError::field("after", "this is not what the page before gave as next; begin without it")
        })?;
        Ok(Self { undated: due.is_empty(), due: due.to_owned(), digest: digest.to_owned() })
    }
}

async fn today(app: &App, read: &mut Read) -> Result<Date> {
    Ok(app.today(&organisation_in(read).await?.zone))
}

/// Whose duties are asked for.
struct Meant<'a> {
    person: &'a str,
    others: Others,
}

/// Whom a person looks after.
enum Others {
    Nobody,
    Team(BTreeMap<i64, String>),
    Everybody,
}

impl Others {
    fn is_nobody(&self) -> bool {
        matches!(self, Self::Nobody)
    }
}

impl Meant<'_> {
    fn means(&self, owner: &str) -> bool {
        owner == self.person
            || match &self.others {
                Others::Nobody => false,
                Others::Team(team) => team.values().any(|key| key == owner),
                Others::Everybody => true,
            }
    }
}

/// Everybody for who may read the audit log, those who report to them for a line manager.
async fn looked_after(who: &Who, read: &mut Read, person: &str, today: Date) -> Result<Others> {
    if who.access().allows(Permission::ReadAudit, &Scope::Organisation) {
        return Ok(Others::Everybody);
    }
    let team = team(read, person, today).await?;
    Ok(if team.is_empty() { Others::Nobody } else { Others::Team(team) })
}

/// Those who report to a person on a day, directly or through others, with their keys.
async fn team(conn: &mut Conn, person: &str, day: Date) -> Result<BTreeMap<i64, String>> {
    let Some(lead) = tables::people::by_key(conn, person).await? else { return Ok(BTreeMap::new()) };
    let managers = tables::people::managers_on(conn, day).await?;
    let mut team = BTreeSet::new();
    let mut ask = vec![lead.id];
    while let Some(manager) = ask.pop() {
        for (member, of) in &managers {
            if *of == manager && *member != lead.id && team.insert(*member) {
                ask.push(*member);
            }
        }
    }
    let ids: Vec<i64> = team.into_iter().collect();
    let names = tables::people::names_among(conn, &ids).await?;
    Ok(names.into_iter().map(|name| (name.id, name.key)).collect())
}

/// What people owe, by day, and what was not looked at.
struct AllOwed {
    all: Vec<Owed>,
    left_out: Vec<String>,
}

/// Reads what everybody owes, as far as the reader may see it: verdicts, findings in the field, dates and evidence found wrong.
async fn owed(app: &App, who: &Who, read: &mut Read, meant: &Meant<'_>, today: Date) -> Result<AllOwed> {
    let products = who.access().products(Permission::ReadGate);
    let names =
        Names { products: tables::products::all(read).await?, releases: tables::releases::all(read).await? };
    let decisions = tables::decisions::in_force(read).await?;
    let (mut found, mut covered, mut left_out) = (Found::default(), BTreeMap::new(), Vec::new());
    let open = looked_at(&names, &decisions, &products, &mut left_out);
    for releases in open.chunks(AT_ONCE) {
        for (release, judged) in releases.iter().zip(shown_among(app, read, releases).await?) {
            let covers = Covers::of(&judged.gate, today);
            let place = names.place(Some(release.product), Some(release));
            of_release(&place, &judged, &covers, meant, &mut found);
            let of_release = |(thing, cover)| ((place.product.clone(), place.release.clone(), thing), cover);
            covered.extend(covers.things.into_iter().map(of_release));
        }
    }
    let field = in_the_field(app, read, &names, &decisions, &products, today).await?;
    left_out.extend(field.left_out);
    for owed in field.all {
        if meant.means(&owed.owner) && !found.has(&owed, false) {
            found.add(owed.owner, owed.duty, None);
        }
    }
    let dates = by_date(app, who, read, &names, meant, today).await?;
    left_out.extend(dates.left_out);
    for owed in dates.all {
        // What lets a release ship without something lets nobody off the date of a record that is not the release's own.
        let Duty { product, release, reference, .. } = &owed.duty;
        let cover = covered.get(&(product.clone(), release.clone(), reference.clone())).cloned();
        if !found.has(&owed, cover.is_some()) {
            found.add(owed.owner, owed.duty, cover);
        }
    }
    for owed in disqualified::owed(app, read, &products, &names, &decisions, today).await? {
        if meant.means(&owed.owner) {
            found.add(owed.owner, owed.duty, None);
        }
    }
    let mut all: Vec<_> = found.all.into_iter().collect();
    all.sort_by(|one, other| (one.duty.due.is_none(), one).cmp(&(other.duty.due.is_none(), other)));
    Ok(AllOwed { all, left_out })
}

/// The releases that customers have, and those that are not yet decided.
fn looked_at<'a>(
    names: &'a Names,
    decisions: &[Decision],
    products: &Products,
    left_out: &mut Vec<String>,
) -> Vec<&'a Release> {
    let decided = |id: i64| decisions.iter().any(|row| row.release == id && row.ships());
    let open = names.releases.iter().filter(|release| {
        products.contains(ProductId(release.product)) && (release.fielded || !decided(release.id))
    });
    let (fielded, plans): (Vec<&Release>, Vec<&Release>) = open.partition(|release| release.fielded);
    if plans.len() > PLANS_MAX {
        left_out.push(format!(
            "Of {} releases that nobody has decided, only the newest {PLANS_MAX} are looked at.",
            plans.len()
        ));
    }
    fielded.into_iter().chain(plans.into_iter().take(PLANS_MAX)).collect()
}

/// What was found so far.
#[derive(Default)]
struct Found {
    all: BTreeSet<Owed>,
    /// Owner, day of its own and id of each, and whether it is covered each time.
    said: BTreeMap<(String, Option<String>, String), bool>,
}

impl Found {
    fn name(owed: &Owed) -> (String, Option<String>, String) {
        (owed.owner.clone(), owed.duty.due.clone(), id(&owed.duty.reference).to_owned())
    }

    /// Whether the same person owes something about the same thing on the same day already, covered or not.
    fn has(&self, owed: &Owed, covered: bool) -> bool {
        self.said.get(&Self::name(owed)).is_some_and(|other| covered || !other)
    }

    fn add(&mut self, owner: String, duty: Duty, cover: Option<Cover>) {
        let owed = Owed { duty, owner };
        let said = self.said.entry(Self::name(&owed)).or_insert(true);
        *said &= cover.is_some();
        self.all.insert(Owed { duty: owed.duty.covered_by(cover), ..owed });
    }
}

/// What a reference names, without the digest of its revision.
fn id(reference: &str) -> &str {
    match reference.rsplit_once('@') {
        Some((id, digest)) if digest.parse::<Digest>().is_ok() => id,
        _ => reference,
    }
}

impl Duty {
    /// The same, covered by a deviation until its last day.
    fn covered_by(self, cover: Option<Cover>) -> Self {
        let due = cover.as_ref().map(|cover| cover.until.clone()).or(self.due);
        Self { due, covered: cover, ..self }
    }
}

/// What deviations in force let be missing.
struct Covers {
    /// By clause and entry.
    items: BTreeMap<(String, String), Cover>,
    /// By the id of what is missing.
    things: BTreeMap<String, Cover>,
}

impl Covers {
    fn of(gate: &Gate, today: Date) -> Self {
        let mut covers = Self { items: BTreeMap::new(), things: BTreeMap::new() };
        for row in &gate.deviations {
            let Some(until) =
                row.expires.as_ref().filter(|day| day.parse::<Date>().is_ok_and(|day| day >= today))
            else {
                continue;
            };
            let cover = Cover { deviation: id(&row.reference).to_owned(), until: until.clone() };
            let items = row.entries.iter().map(|entry| ((row.clause.clone(), entry.clone()), cover.clone()));
            covers.items.extend(items);
            covers.things.extend(row.missing.iter().map(|missing| (id(missing).to_owned(), cover.clone())));
        }
        covers
    }
}

/// Products and releases by their ids.
pub(super) struct Names {
    products: Vec<Product>,
    pub(super) releases: Vec<Release>,
}

impl Names {
    /// A duty of a product or a release, with nothing said yet.
    pub(super) fn place(&self, product: Option<i64>, release: Option<&Release>) -> Duty {
        let product = product.and_then(|id| self.products.iter().find(|product| product.id == id));
        Duty {
            due: None,
            product: product.map(|product| product.key.clone()).unwrap_or_default(),
            product_name: product.map(|product| product.name.clone()).unwrap_or_default(),
            release: release.map(|release| release.name.clone()).unwrap_or_default(),
            clause: None,
            reference: String::new(),
            todo: String::new(),
            stand_in: None,
            covered: None,
        }
    }
}

/// What the verdicts and the gate of a release ask for.
fn of_release(place: &Duty, judged: &Judged, covers: &Covers, meant: &Meant<'_>, found: &mut Found) {
    let mut add = |owner: &Option<String>, duty: Duty, cover: Option<Cover>| {
        if let Some(owner) = owner.as_ref().filter(|owner| meant.means(owner)) {
            found.add(owner.clone(), duty, cover);
        }
    };
    for clause in &judged.conformity.clauses {
        for item in &clause.missing {
            let duty = Duty {
                due: item.due.clone(),
                clause: Some(clause.clause.clone()),
                reference: item.reference.clone(),
                todo: item.todo.clone(),
                stand_in: item.stand_in,
                ..place.clone()
            };
            add(&item.owner, duty, covers.items.get(&(clause.clause.clone(), item.entry())).cloned());
        }
    }
    // What a clause asks for already is no second thing to do.
    let missing = || judged.conformity.clauses.iter().flat_map(|clause| &clause.missing);
    let said: BTreeSet<_> = missing().map(|item| (&item.reference, &item.owner)).collect();
    let alone = |reason: &&Reason| {
        reason.kind != ReasonKind::Clause
            && reason.missing.is_empty()
            && !said.contains(&(&reason.reference, &reason.owner))
    };
    for reason in judged.gate.reasons.iter().filter(alone) {
        let duty = Duty {
            due: reason.due.clone(),
            reference: reason.reference.clone(),
            todo: [&reason.todo, &reason.text]
                .into_iter()
                .find(|text| !text.is_empty())
                .cloned()
                .unwrap_or_default(),
            stand_in: reason.stand_in,
            ..place.clone()
        };
        add(&reason.owner, duty, None);
    }
    if let Some(undated) = &judged.gate.undated {
        let duty = Duty {
            reference: place.release.clone(),
            todo: undated.todo.clone(),
            stand_in: undated.stand_in,
            ..place.clone()
        };
        add(&undated.owner, duty, None);
    }
}

/// The findings of releases that customers have and that were decided: what is published after the decision stands in no gate,
/// and is to be judged and mended all the same. Where nobody else is left, by who decided.
async fn in_the_field(
    app: &App,
    read: &mut Read,
    names: &Names,
    decisions: &[Decision],
    products: &Products,
    today: Date,
) -> Result<AllOwed> {
    let decided = |id: i64| decisions.iter().find(|row| row.release == id && row.ships());
    let shipped = |release: &&Release| {
        release.fielded && products.contains(ProductId(release.product)) && decided(release.id).is_some()
    };
    let releases: BTreeMap<i64, &Release> =
        names.releases.iter().filter(shipped).map(|release| (release.id, release)).collect();
    let (rows, more) = open_among(app, read, &releases.keys().copied().collect::<Vec<_>>()).await?;
    let deciders = releases.keys().filter_map(|id| decided(*id)).map(|row| row.person);
    let here = Here::read(read, deciders, today).await?;
    let decider = |release: i64| here.key(decided(release)?.person);
    let zone = organisation_in(read).await?.zone;
    let day_of = |release: i64| Some(decided(release)?.at.to_zoned_datetime(zone.clone()).date());
    let mut all = Vec::new();
    for (id, row) in rows {
        let owner = row.owner.or_else(|| decider(id));
        let (Some(release), Some(owner)) = (releases.get(&id), owner) else { continue };
        let why = row.standing.blocks().unwrap_or_default();
        // As verdicts have it: what has no day of its own is owed once the release ships.
        let due = row.due.or_else(|| release.planned_ship_date.max(day_of(id)));
        let duty = Duty {
            due: due.map(|day| day.to_string()),
            clause: Some("5.8.5".to_owned()),
            reference: row.reference,
            todo: format!("See to this finding, {} in what customers have: {why}", row.vulnerability),
            stand_in: row.stand_in,
            ..names.place(Some(release.product), Some(release))
        };
        all.push(Owed { duty, owner });
    }
    let left_out = more.then(|| {
        format!("Of the open findings in what customers have, only the first {OPEN_MAX} are looked at.")
    });
    Ok(AllOwed { all, left_out: left_out.into_iter().collect() })
}

/// What the dates of approved records ask for: of the person whatever the day, of others what is past.
async fn by_date(
    app: &App,
    who: &Who,
    read: &mut Read,
    names: &Names,
    meant: &Meant<'_>,
    today: Date,
) -> Result<AllOwed> {
    let owing = Owing {
        products: only(who, Permission::Read),
        organisation: who.access().allows(Permission::Read, &Scope::Organisation),
        ..Owing::default()
    };
    let own = tables::people::by_key(read, meant.person).await?;
    let own = own.map(|person| Owing { owners: Some(vec![person.id]), ..owing.clone() });
    let late = Owing { before: Some(today), ..owing };
    let others = match &meant.others {
        Others::Nobody => None,
        Others::Team(team) => Some(Owing { owners: Some(team.keys().copied().collect()), ..late }),
        Others::Everybody => Some(late),
    };
    let (mut rows, mut more) = (Vec::new(), false);
    for owing in [own, others].into_iter().flatten() {
        let found = date_duties(read, &owing, DATES_MAX).await?;
        more |= found.len() == DATES_MAX as usize;
        rows.extend(found);
    }
    let ids: BTreeSet<i64> = rows.iter().map(|row| row.duty.owner).collect();
    let people = tables::people::names_among(read, &ids.into_iter().collect::<Vec<_>>()).await?;
    let key: BTreeMap<i64, String> = people.into_iter().map(|name| (name.id, name.key)).collect();
    let releases: BTreeMap<i64, &Release> =
        names.releases.iter().map(|release| (release.id, release)).collect();
    let owed = |row: &RecordDuty| {
        let duty = dated(app, row, names, row.release.and_then(|id| releases.get(&id).copied()))?;
        Some(Owed { duty, owner: key.get(&row.duty.owner)?.clone() })
    };
    let left_out =
        more.then(|| format!("Of what falls due by date, only the soonest {DATES_MAX} are looked at."));
    Ok(AllOwed { all: rows.iter().filter_map(owed).collect(), left_out: left_out.into_iter().collect() })
}

/// What a record's date asks for; nothing where this program knows no such duty.
fn dated(app: &App, row: &RecordDuty, names: &Names, release: Option<&Release>) -> Option<Duty> {
    let kind = app.kind(&row.kind)?;
    let duty = kind.duties.iter().find(|duty| duty.date == row.duty.field)?;
    Some(Duty {
        due: Some(row.duty.due.to_string()),
        reference: row.reference.clone(),
        todo: duty.todo.to_owned(),
        ..names.place(row.product, release)
    })
}
