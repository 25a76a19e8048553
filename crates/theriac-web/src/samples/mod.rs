//! An empty and a full sample of every page, with invented data, for tests and for the gallery.
//!
//! A page is shown empty (nothing there yet, nothing allowed) and full (everything it can show, with long
//! words and with text that tries to be markup).

mod findings;
mod others;
mod records;
mod release;

use askama::DynTemplate;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::parts::{
    Action, Area, Crumb, Due, Duty, Event, Link, Shell, SideGroup, SideItem, SideNav, Signature, Timeline,
    User, When,
};
use crate::urls;

/// A page ready to be rendered.
pub struct Sample {
    /// Name of the page and what it shows, such as `findings-full`.
    pub name: &'static str,
    /// The view.
    pub page: Box<dyn DynTemplate>,
}

/// All samples.
#[must_use]
pub fn all() -> Vec<Sample> {
    let mut all = others::samples();
    all.extend(release::samples());
    all.extend(findings::samples());
    all.extend(records::samples());
    all
}

/// Text that tries to be markup; every full sample shows it somewhere.
pub const HOSTILE: &str = "<script>alert(1)</script>\" onfocus='x' & <b>bold</b>";

/// A word that no line can break by itself.
pub const LONG: &str = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft";

const CSRF: &str = "csrf-3f9c41d2a07d";
const DIGEST: &str = "4be190c722d80f6a9f3c41d2a07d51f2c0ffee1234567890abcdef0123456789";
const PRODUCT: &str = "lumen-gateway";
const VERSION: &str = "2.4.0";

fn sample(name: &'static str, page: impl DynTemplate + 'static) -> Sample {
    Sample { name, page: Box::new(page) }
}

const TODAY: Date = Date::constant(2026, 11, 24);

fn day(month: i8, day: i8) -> Date {
    Date::constant(2026, month, day)
}

fn on(date: Date) -> When {
    When::date(date, TODAY)
}

fn due(date: Date) -> Option<Due> {
    Some(Due::on(date, TODAY))
}

fn at(moment: &str) -> When {
    let parse = |text: &str| text.parse::<Timestamp>().unwrap_or_default();
    When::moment(parse(moment), parse("2026-11-24T08:53:00Z"))
}

fn shell(title: &str, area: Area) -> Shell {
    let mut shell = Shell::new(title, area, "Lumen Imaging");
    shell.user = Some(User::new("Ana Duarte"));
    CSRF.clone_into(&mut shell.csrf);
    shell
}

/// A page of the release 2.4.0.
fn release_shell(title: &str, page: &str) -> Shell {
    let mut shell = shell(title, Area::Products);
    let item = |label: &str, of: &str, count: &str| SideItem {
        label: label.to_owned(),
        href: urls::release(PRODUCT, VERSION, of),
        count: count.to_owned(),
        current: of == page,
    };
    let kind = |label: &str, of: &str, count: &str| SideItem {
        label: label.to_owned(),
        href: urls::with_query("/records", &[("kind", of), ("product", PRODUCT)]),
        count: count.to_owned(),
        current: of == page,
    };
    shell.side = Some(SideNav {
        product: "Lumen Gateway".to_owned(),
        release: Some(VERSION.to_owned()),
        switch: urls::product(PRODUCT),
        groups: vec![
            SideGroup {
                label: "Release".to_owned(),
                items: vec![
                    item("Conformity", "conformity", "12 open"),
                    item("Gate", "gate", "9 reasons"),
                    item("Findings", "findings", "2 new"),
                    item("Components", "components", "214"),
                    item("Evidence", "evidence", "31"),
                ],
            },
            SideGroup {
                label: "Product".to_owned(),
                items: vec![
                    kind("Risks", "risk", "24"),
                    kind("Requirements", "requirement", "86"),
                    kind("Software items", "software-item", "9"),
                    kind("Documents", "document", "18"),
                ],
            },
        ],
    });
    shell.crumbs = vec![
        Crumb::to("Products", "/products"),
        Crumb::to("Lumen Gateway", urls::product(PRODUCT)),
        Crumb::to(VERSION, urls::release(PRODUCT, VERSION, "conformity")),
        Crumb::here(title),
    ];
    shell.api = Some(format!("/api/v1{}", urls::release(PRODUCT, VERSION, page)));
    shell
}

fn event(title: &str, at_: &str, text: &str) -> Event {
    Event { title: title.to_owned(), link: None, at: at(at_), text: text.to_owned(), gap: false }
}

fn events() -> Timeline {
    let mut missed = event("Overdue: yearly review not held", "2026-11-18T00:00:00Z", "Ruth Okafor");
    missed.gap = true;
    let mut signed = event("Jonas Weber wrote", "2026-11-23T14:30:00Z", "likelihood 4 to 2 after control");
    signed.link = Some(Link::new("RISK-12 revision 7", "/records/RISK-12/7"));
    Timeline {
        events: vec![
            event("Conformity of 2.4.0 evaluated", "2026-11-24T08:41:07Z", "5 not met, was 6"),
            event("CI delivered SBOM", "2026-11-24T08:40:02Z", "EVID-2231, 214 components"),
            signed,
            event(HOSTILE, "2026-11-22T09:12:00Z", LONG),
            missed,
        ],
    }
}

fn clause_link(number: &str) -> Option<Link> {
    Some(Link::new(number, urls::clause(PRODUCT, VERSION, number)))
}

fn duty(todo: &str, href: &str, clause: &str, owner: &str, by: Date) -> Duty {
    Duty {
        todo: Link::new(todo, href),
        about: String::new(),
        clause: clause_link(clause),
        owner: owner.to_owned(),
        due: due(by),
    }
}

fn duties() -> Vec<Duty> {
    let mut all = vec![
        duty("Hold yearly review of defects", "/records/ACT-4", "4.1.8", "Ruth Okafor", day(11, 18)),
        duty("Decide FIND-418", "/findings", "5.8.1", "Ana Duarte", day(11, 20)),
        duty("Decide FIND-421", "/findings", "5.8.1", "Ana Duarte", day(11, 26)),
        duty("Confirm suspect links, RISK-12", "/records/RISK-12", "7.4", "Ana Duarte", day(11, 30)),
        duty("Deliver penetration retest", "/records/CAMP-8", "5.7.4", LONG, day(12, 4)),
        duty(HOSTILE, "/records/DOC-31", "5.8.2", "Elif Kaya", day(12, 5)),
    ];
    all[1].about = "Heap overflow in jp2kit 2.5.0".to_owned();
    all[4].due = None;
    all
}

fn signature(who: &str, on: &str, meaning: &str, when: &str, covers: bool) -> Signature {
    Signature {
        who: who.to_owned(),
        on: on.to_owned(),
        meaning: meaning.to_owned(),
        at: at(when),
        authentication: "password".to_owned(),
        digest: DIGEST[..16].to_owned(),
        covers,
        comment: if covers { String::new() } else { HOSTILE.to_owned() },
        reason: if covers { String::new() } else { "It waits for the next build.".to_owned() },
    }
}

fn new_record() -> Action {
    Action::open("New record", "/records/new").main()
}
