//! What the pages of a release share: surroundings, words for verdicts, links to what facts name.

use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use theriac_conformity::facts::words::Verdict;

use super::names::is_number;
use crate::http::{Failure, Me, see_other};
use crate::parts::{Area, Crumb, Link, Note, NoteKind, Shell, SideGroup, SideItem, SideNav, StatusKind};
use crate::urls;

/// The pages of a release: path, label.
const PAGES: &[(&str, &str)] = &[
    ("conformity", "Conformity"),
    ("gate", "Gate and decision"),
    ("findings", "Findings"),
    ("components", "Components"),
    ("evidence", "Evidence"),
    ("baseline", "Baseline"),
    ("plan", "Plan"),
];

/// The past that an address asks for.
#[derive(Debug, Default, Clone, serde::Deserialize)]
pub struct At {
    /// A day, or a moment, of which the day in the organisation's zone counts; empty for now.
    #[serde(default)]
    at: String,
}

impl At {
    /// The day, `None` for now.
    ///
    /// # Errors
    /// When it is neither day nor moment.
    pub fn day(&self, me: &Me) -> Result<Option<Date>, Failure> {
        let text = self.at.trim();
        if text.is_empty() {
            return Ok(None);
        }
        // A moment reads as a day, too: of its own zone, which need not be the organisation's.
        let moment = text.parse::<Timestamp>().map(|moment| me.day_of(moment));
        let day = moment.or_else(|_| text.parse::<Date>());
        day.map(Some).map_err(|_| {
            Failure::bad_request(format!(
                "'{text}' is not a day; a day of the form 2026-11-24 or a moment of the form 2026-11-24T08:00:00Z is expected."
            ))
        })
    }
}

/// `/products/{product}/releases/{release}`: leads to the first page of a release.
pub async fn show(_: Me, Path((product, name)): Path<(String, String)>, Query(at): Query<At>) -> Response {
    see_other(&urls::with_query(&urls::release(&product, &name, "conformity"), &[("at", at.at.trim())]))
}

/// The address of the same page on a past day.
pub fn on_day(href: &str, day: Option<Date>) -> String {
    day.map_or_else(|| href.to_owned(), |day| urls::with_query(href, &[("at", &day.to_string())]))
}

/// Says on a page that it shows a past day; the ways to other pages of the release keep to it. `now` is the address of the
/// same page without a day.
pub fn as_it_was(shell: &mut Shell, release: &str, now: &str, day: Option<Date>) {
    let Some(day) = day else { return };
    let text = format!("You look at {release} as it was on {day}, as it was known then.");
    shell.banners.push(Note::new(NoteKind::Info, "", text).link("Back to now", now));
    keep_day(shell, day);
}

/// Says on a page that shows nothing but the present that another day was asked for.
pub fn only_today(shell: &mut Shell, what: &str, now: &str, day: Option<Date>) {
    let Some(day) = day else { return };
    let text = format!("{what} are shown as they are today, not as they were on {day}.");
    shell.banners.push(Note::new(NoteKind::Warn, "This page has no past.", text).link("Today", now));
    keep_day(shell, day);
}

fn keep_day(shell: &mut Shell, day: Date) {
    let groups = shell.side.iter_mut().flat_map(|side| &mut side.groups).take(1);
    for item in groups.flat_map(|group| &mut group.items) {
        item.href = on_day(&item.href, Some(day));
    }
    for crumb in &mut shell.crumbs {
        let of_release = |href: &String| href.contains("/releases/");
        crumb.href =
            crumb.href.take().map(|href| if of_release(&href) { on_day(&href, Some(day)) } else { href });
    }
}

/// The surroundings of a release's page.
pub fn shell(me: &Me, product: (&str, &str), release: &str, current: &str) -> Shell {
    let (key, name) = product;
    let label = PAGES.iter().find(|(path, _)| *path == current).map_or("Release", |(_, label)| label);
    let item = |(path, label): &(&str, &str)| SideItem {
        label: (*label).to_owned(),
        href: urls::release(key, release, path),
        count: String::new(),
        current: *path == current,
    };
    let records = |label: &str, pairs: &[(&str, &str)]| SideItem {
        label: label.to_owned(),
        href: urls::with_query("/records", pairs),
        count: String::new(),
        current: false,
    };
    let mut shell = me.shell(format!("{label} of {name} {release}"), Area::Products);
    shell.crumbs = vec![
        Crumb::to("Products", "/products"),
        Crumb::to(name, urls::product(key)),
        Crumb::to(release, urls::release(key, release, "conformity")),
        Crumb::here(label),
    ];
    shell.side = Some(SideNav {
        product: name.to_owned(),
        release: Some(release.to_owned()),
        switch: urls::product(key),
        groups: vec![
            SideGroup { label: "Release".to_owned(), items: PAGES.iter().map(item).collect() },
            SideGroup {
                label: "Records".to_owned(),
                items: vec![
                    records("Of this release", &[("product", key), ("release", release)]),
                    records("Risks", &[("product", key), ("kind", "risk")]),
                    records("Requirements", &[("product", key), ("kind", "requirement")]),
                    records("Of the product", &[("product", key)]),
                ],
            },
        ],
    });
    shell
}

/// The status word of a verdict.
pub const fn verdict(verdict: Verdict) -> StatusKind {
    match verdict {
        Verdict::Met => StatusKind::Met,
        Verdict::PartlyMet => StatusKind::PartlyMet,
        Verdict::NotMet => StatusKind::NotMet,
        Verdict::NotApplicable => StatusKind::NotApplicable,
    }
}

/// What a `ref` of the facts is called and where it leads: `RISK-12@9f3c…` is revision and record.
pub fn reference(product: &str, release: &str, reference: &str) -> Option<Link> {
    let name = reference.split('@').next().unwrap_or(reference);
    if !release.is_empty() && reference == release {
        // What the release itself lacks, such as a ship date.
        return Some(Link::new(reference, urls::release(product, release, "plan")));
    }
    if !is_number(name) {
        return reference.starts_with("pkg:").then(|| {
            let page = urls::release(product, release, "components");
            Link::new(reference, urls::with_query(&page, &[("q", reference)]))
        });
    }
    let href = if name.starts_with("EVID-") {
        urls::evidence(name)
    } else if name.starts_with("FIND-") {
        urls::finding(product, release, name)
    } else {
        urls::record(name)
    };
    Some(Link::new(name, href))
}
