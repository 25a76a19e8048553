//! The list of findings: worst first, paged by key.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use theriac_auth::Permission;
use theriac_conformity::facts::words::{CLINICAL, StandIn};
use theriac_model::Severity;
use theriac_model::record::Content;
use theriac_store::tables::findings::{self as table, Awaits, Counted, Filter, Finding, Listed};
use theriac_store::{Conn, tables};

use super::assess::can_harm;
use super::carry::limits;
use super::owed::Owners;
use super::select::{Selected, Standing};
use crate::page::{Page, Paging};
use crate::people::organisation_in;
use crate::products::{find, find_product, only};
use crate::{App, Result, ServiceError, Who, text};

/// The states of findings as lists name them, in the order in which people work.
pub const STATES: &[&str] =
    &["new", "under investigation", "affected", "not affected", "fixed", "risk accepted", "resolved"];

/// What a finding awaits, as lists name it.
pub const AWAITS: &[(&str, Awaits)] = &[
    ("judgement", Awaits::Judgement),
    ("signature", Awaits::Signature),
    ("acceptance", Awaits::Acceptance),
    ("clinical", Awaits::Clinical),
    ("confirmation", Awaits::Confirmation),
];

/// What judgements wait for before they hold, in the order in which it is given.
pub const WAITS: &[&str] = &["signature", "confirmation", "clinical"];

/// Which findings a list shows. What is `None` or empty does not restrict.
#[derive(Debug, Clone, Default)]
pub struct ListFindings {
    /// Of this product, by key.
    pub product: Option<String>,
    /// Of this release of the product, by name.
    pub release: Option<String>,
    /// In one of [`STATES`].
    pub state: Option<String>,
    /// What they await: a word of [`AWAITS`].
    pub awaits: Option<String>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// Not closed.
    pub open: bool,
    /// Mended or judged by this person, by key.
    pub person: Option<String>,
    /// Of this component, by key.
    pub component: Option<String>,
    /// Appeared on their release then or later: `yesterday`, a day (from its beginning in the organisation's zone), or a
    /// moment (RFC 3339).
    pub since: Option<String>,
    /// Words, each in component, id or alias.
    pub query: String,
    /// Which page.
    pub paging: Paging,
}

/// A finding in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// `FIND-7`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// The component's key.
    pub component: String,
    /// The vulnerability.
    pub vulnerability: String,
    /// Its other ids.
    pub aliases: Vec<String>,
    /// How bad it is said to be.
    pub severity: Severity,
    /// The score in tenths.
    pub score_tenths: Option<i64>,
    /// Versions that fix it.
    pub fixed: Vec<String>,
    /// One of [`STATES`].
    pub state: String,
    /// How far its judgement is.
    pub standing: Standing,
    /// Why it is closed.
    pub resolved: Option<String>,
    /// Whether harm to a patient was judged to be possible.
    pub harm: bool,
    /// Whether its judgement is taken over.
    pub carried: bool,
    /// What its judgement rested on and has changed.
    pub changed: Vec<String>,
    /// By when it must be mended, or judged while it is not.
    pub due: Option<Date>,
    /// The key of who owes that: who mends it, else who judged it, else who stands in; nobody for what is closed.
    pub owner: Option<String>,
    /// As whom, where nobody is named for it.
    pub stand_in: Option<StandIn>,
}

/// A page of findings, and how many there are in which state.
#[derive(Debug, Clone)]
pub struct Findings {
    /// The page.
    pub page: Page<FindingRow>,
    /// What judgements wait for first before they hold, and how many of them: of [`WAITS`]; only what occurs.
    pub waiting: Vec<(String, i64)>,
    /// State and number, over all pages, whatever state the list shows; only states that occur, in the order of [`STATES`].
    pub counts: Vec<(String, i64)>,
}

/// Findings: those that nobody judged first, then worst first, then by age.
///
/// # Errors
/// When product, release or person do not exist, a word is none that filters, or the actor may not read.
#[crate::boxed]
pub async fn list(app: &App, who: &Who, input: &ListFindings) -> Result<Findings> {
    let action = "findings read";
    let mut filter = Filter { limit: input.paging.fetch(), after: after(&input.paging)?, ..words(input)? };
    let mut read = match (&input.product, &input.release) {
        (Some(product), Some(release)) => {
            let (_, release, read) = find(app, who, Permission::Read, action, product, release).await?;
            filter.release = Some(release.id);
            read
        }
        (Some(product), None) => {
            let (product, read) = find_product(app, who, Permission::Read, action, product).await?;
            filter.products = Some(vec![product.id]);
            read
        }
        (None, Some(_)) => return Err(ServiceError::field("product", "name the product of the release")),
        (None, None) => {
            filter.products = only(who, Permission::Read);
            app.store().read().await?
        }
    };
    if let Some(since) = input.since.as_deref().map(str::trim).filter(|since| !since.is_empty()) {
        let zone = organisation_in(&mut read).await?.zone;
        filter.since = Some(moment(since, &zone, app.today(&zone))?);
    }
    if let Some(key) = &input.person {
        let person = tables::people::by_key(&mut read, key).await?;
        filter.person = Some(person.ok_or_else(|| ServiceError::not_found("person", key))?.id);
    }
    let listed = table::list(&mut read, &filter).await?;
    let counted = table::counts(&mut read, &filter).await?;
    let page = input.paging.page(listed, |row| format!("{}.{}", row.place, row.finding.id));
    let page = Page { items: rows(app, &mut read, page.items).await?, next: page.next };
    let sum = |fits: &dyn Fn(&Counted) -> bool| -> i64 {
        counted.iter().filter(|row| fits(row)).map(|row| row.count).sum()
    };
    let some = |(word, count): (String, i64)| (count > 0).then_some((word, count));
    let count = |state: &&str| some(((*state).to_owned(), sum(&|row| row.state == **state)));
    let waiting = |what: &&str| some(((*what).to_owned(), sum(&|row| row.waits == **what)));
    Ok(Findings {
        page,
        counts: STATES.iter().filter_map(count).collect(),
        waiting: WAITS.iter().filter_map(waiting).collect(),
    })
}

/// What restricts the list, without the place.
fn words(input: &ListFindings) -> Result<Filter> {
    let state = input.state.clone().filter(|state| !state.is_empty());
    if let Some(unknown) = state.as_ref().filter(|state| !STATES.contains(&state.as_str())) {
        return Err(ServiceError::field("state", format!("'{unknown}' is none of: {}", STATES.join(", "))));
    }
    let awaits = match input.awaits.as_deref().filter(|word| !word.is_empty()) {
        None => None,
        Some(word) => {
            let known = AWAITS.iter().find(|(other, _)| *other == word);
            let names: Vec<&str> = AWAITS.iter().map(|(name, _)| *name).collect();
            let wrong =
                || ServiceError::field("awaits", format!("'{word}' is none of: {}", names.join(", ")));
            Some(known.ok_or_else(wrong)?.1)
        }
    };
    Ok(Filter {
        state,
        awaits,
        clinical: CLINICAL,
        open: input.open,
        severity: input.severity,
        component: input.component.clone().filter(|component| !component.is_empty()),
        words: text::words(&input.query),
        ..Filter::default()
    })
}

/// The moment that `since` names.
fn moment(since: &str, zone: &TimeZone, today: Date) -> Result<Timestamp> {
    let beginning = |day: Date| day.to_zoned_datetime(zone.clone()).map(|moment| moment.timestamp());
    let found = match since {
        "yesterday" => today.yesterday().and_then(beginning),
        // A moment can be read as a day, too; so what has a time is never taken for one.
        moment if moment.contains(['T', 't', ' ']) => moment.parse(),
        day => day.parse().and_then(beginning),
    };
    found.map_err(|_| {
        let expected = "yesterday, a day such as 2026-11-24, or a moment such as 2026-11-24T06:00:00Z";
        ServiceError::field("since", format!("'{since}' is none of: {expected}"))
    })
}

/// Place and row of the last finding of the page before.
fn after(paging: &Paging) -> Result<Option<(i64, i64)>> {
    let Some(after) = paging.after.as_deref() else { return Ok(None) };
    let parts = after.split_once('.').and_then(|(place, id)| Some((place.parse().ok()?, id.parse().ok()?)));
    let wrong =
        || ServiceError::field("after", "this is not what the page before gave as next; begin without it");
    Ok(Some(parts.ok_or_else(wrong)?))
}

/// What lists show of findings.
async fn rows(app: &App, conn: &mut Conn, listed: Vec<Listed>) -> Result<Vec<FindingRow>> {
    let findings = listed.iter().map(|row| row.finding.clone()).collect();
    let selected = Selected::read(conn, findings).await?;
    let dates = Dates::read(conn).await?;
    let owners = Owners::read(conn, &selected, app.today(&dates.zone)).await?;
    Ok(listed.into_iter().map(|row| finding_row(row, &selected, &dates, &owners)).collect())
}

fn finding_row(row: Listed, selected: &Selected, dates: &Dates, owners: &Owners) -> FindingRow {
    let standing = selected.standing(&row.finding);
    let judged = row.assessment.as_ref();
    let owner = owners.of(&row.finding, judged);
    let due = dates.due(selected, &row.finding, standing);
    let known = row.finding.known.clone();
    FindingRow {
        reference: row.finding.reference(),
        product: row.product,
        release: row.release,
        component: row.finding.component,
        vulnerability: known.vulnerability,
        aliases: known.aliases,
        severity: known.severity,
        score_tenths: known.score,
        fixed: known.fixed,
        state: row.state,
        standing,
        resolved: known.resolved,
        harm: judged.is_some_and(can_harm),
        carried: judged.is_some_and(|judged| judged.carried_from.is_some()),
        changed: judged.map(|judged| judged.changed.clone()).unwrap_or_default(),
        due,
        owner: owner.person,
        stand_in: owner.stand_in,
    }
}

/// How many open findings of releases in the field are read at once, those that wait and are worst first.
const OPEN_PAGE: u32 = 1_000;
/// Most pages of them that are read.
const OPEN_PAGES: usize = 20;
/// Most of them that are read.
pub(crate) const OPEN_MAX: usize = OPEN_PAGE as usize * OPEN_PAGES;

/// The open findings of some releases that keep a release from shipping, each with the row of its release; and whether
/// there are more than [`OPEN_MAX`], of which the last are left out.
pub(crate) async fn open_among(
    app: &App,
    conn: &mut Conn,
    releases: &[i64],
) -> Result<(Vec<(i64, FindingRow)>, bool)> {
    let mut found = Vec::new();
    if releases.is_empty() {
        return Ok((found, false));
    }
    let mut filter = Filter {
        releases: Some(releases.to_vec()),
        open: true,
        clinical: CLINICAL,
        limit: OPEN_PAGE,
        ..Filter::default()
    };
    for _ in 0..OPEN_PAGES {
        let listed = table::list(conn, &filter).await?;
        filter.after = listed.last().map(|row| (row.place, row.finding.id));
        let (all, of) = (listed.len(), listed.iter().map(|row| row.finding.release).collect::<Vec<_>>());
        let rows = of.into_iter().zip(rows(app, conn, listed).await?);
        found.extend(rows.filter(|(_, row)| row.standing.blocks().is_some()));
        if all < OPEN_PAGE as usize {
            return Ok((found, false));
        }
    }
    Ok((found, true))
}

/// The one row of a finding.
pub(super) async fn row_of(app: &App, conn: &mut Conn, finding: i64) -> Result<Option<FindingRow>> {
    let filter = Filter { finding: Some(finding), limit: 1, clinical: CLINICAL, ..Filter::default() };
    let listed = table::list(conn, &filter).await?;
    Ok(rows(app, conn, listed).await?.into_iter().next())
}

/// What due dates come from.
pub(super) struct Dates {
    pub zone: TimeZone,
    limits: Option<Content>,
}

impl Dates {
    pub(super) async fn read(conn: &mut Conn) -> Result<Self> {
        Ok(Self { zone: organisation_in(conn).await?.zone, limits: limits(conn).await? })
    }

    /// By when it must be mended, or judged while its judgement does not hold.
    pub(super) fn due(&self, selected: &Selected, finding: &Finding, standing: Standing) -> Option<Date> {
        let judged = selected.latest(finding);
        let limit = |to: &str| selected.limit(finding, self.limits.as_ref(), to, &self.zone);
        match standing {
            Standing::Resolved => None,
            Standing::ToBeFixed | Standing::NotSeparate => {
                judged.and_then(|judged| judged.due).or_else(|| limit("fix"))
            }
            Standing::Acceptable => judged.and_then(|judged| judged.due),
            _ => limit("assess"),
        }
    }
}
