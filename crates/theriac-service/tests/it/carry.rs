//! The rule of carrying over: a judgement holds while nothing that it rests on changed, no exploitation became known, and
//! its greatest age has not passed. As a property over everything that can change.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use theriac_model::Digest;
use theriac_service::findings::{Grounds, History, Present, RestedRecord, RestsOn, Step};
use theriac_store::tables::findings::{Finding, Known};

/// What became of something that a judgement rests on; `None` where it does not rest on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Same,
    Changed,
    Unknown,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![3 => Just(Fate::Same), 1 => Just(Fate::Changed), 1 => Just(Fate::Unknown)]
}

/// When it became known that the vulnerability is exploited, under which of its names.
#[derive(Debug, Clone, Copy)]
struct Exploited {
    under: &'static str,
    after: bool,
}

#[derive(Debug, Clone)]
struct Case {
    component: Option<bool>,
    path: Option<Fate>,
    records: Vec<Fate>,
    exploited: Option<Exploited>,
    said_exploited: bool,
    carried: bool,
    age: i64,
    max_age: Option<i64>,
}

fn case() -> impl Strategy<Value = Case> {
    let exploited = (prop::sample::select(vec!["CVE-2026-1", "GHSA-1", "CVE-2026-2"]), any::<bool>())
        .prop_map(|(under, after)| Exploited { under, after });
    (
        prop::option::of(prop::bool::weighted(0.8)),
        prop::option::of(fate()),
        prop::collection::vec(fate(), 0..3),
        prop::option::weighted(0.3, exploited),
        any::<bool>(),
        any::<bool>(),
        0_i64..20,
        prop::option::of(0_i64..20),
    )
        .prop_map(|(component, path, records, exploited, said_exploited, carried, age, max_age)| Case {
            component,
            path,
            records,
            exploited,
            said_exploited,
            carried,
            age,
            max_age,
        })
}

const COMPONENT: &str = "pkg:npm/left-pad@1.3.0";
const PATH: &str = "src/pad";

impl Case {
    /// What no longer holds, each in a word that the reason must name.
    fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        if self.component == Some(false) {
            broken.push(COMPONENT.replace("1.3.0", "1.2.0"));
        }
        if self.path.is_some_and(|fate| fate != Fate::Same) {
            broken.push(PATH.to_owned());
        }
        let moved = self.records.iter().enumerate().filter(|(_, fate)| **fate != Fate::Same);
        broken.extend(moved.map(|(place, _)| format!("DOC-{place}")));
        let became_known = self.exploited.is_some_and(|known| known.after && known.under != "CVE-2026-2");
        if became_known && !self.said_exploited {
            broken.push("exploitation".to_owned());
        }
        if self.carried && self.max_age.is_some_and(|max| self.age > max) {
            broken.push("older".to_owned());
        }
        broken
    }

    fn rests_on(&self) -> RestsOn {
        let before =
            |same: bool| if same { COMPONENT.to_owned() } else { COMPONENT.replace("1.3.0", "1.2.0") };
        let record = |place: usize| RestedRecord {
            role: "context".to_owned(),
            reference: format!("DOC-{place}"),
            revision: Digest::of(b"first"),
        };
        RestsOn {
            component: self.component.map(before),
            commit: self.path.map(|_| "old".to_owned()),
            paths: self.path.map(|_| PATH.to_owned()).into_iter().collect(),
            records: (0..self.records.len()).map(record).collect(),
        }
    }

    fn present(&self, at: Timestamp) -> Present {
        let mut history = History::default();
        let changed = |path: &str| {
            let changed = vec![(path.to_owned(), Some("another tree".to_owned()))];
            Step { predecessor: Some("old".to_owned()), changed }
        };
        match self.path {
            Some(Fate::Same) => history.add("new", changed("docs")),
            Some(Fate::Changed) => history.add("new", changed(PATH)),
            Some(Fate::Unknown) | None => {}
        }
        let mut records = HashMap::new();
        for (place, fate) in self.records.iter().enumerate() {
            let revision = match fate {
                Fate::Same => Digest::of(b"first"),
                Fate::Changed => Digest::of(b"second"),
                Fate::Unknown => continue,
            };
            records.insert(format!("DOC-{place}"), revision);
        }
        let hour = SignedDuration::from_hours(1);
        let known =
            |known: Exploited| (known.under.to_owned(), if known.after { at + hour } else { at - hour });
        let now = at + SignedDuration::from_hours(24 * self.age);
        Present {
            commit: Some("new".to_owned()),
            history,
            records,
            exploited: self.exploited.map(known).into_iter().collect(),
            max_age: self.max_age,
            today: now.to_zoned_datetime(TimeZone::UTC).date(),
            zone: TimeZone::UTC,
        }
    }
}

fn finding() -> Finding {
    Finding {
        id: 1,
        number: 1,
        release: 1,
        component: COMPONENT.to_owned(),
        opened_as: "GHSA-1".to_owned(),
        opened_at: Timestamp::UNIX_EPOCH,
        row_id: 1,
        known: Known {
            vulnerability: "CVE-2026-1".to_owned(),
            aliases: vec!["GHSA-1".to_owned()],
            severity: "high".parse().unwrap(),
            score: None,
            cvss: None,
            fixed: vec![],
            advisories: vec![],
            resolved: None,
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_judgement_holds_exactly_while_nothing_that_it_rests_on_changed(case in case()) {
        let at: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        let rests_on = case.rests_on();
        let judged = Grounds { rests_on: &rests_on, at, exploited: case.said_exploited, carried: case.carried };
        let changes = case.present(at).changes(&judged, &finding());
        let broken = case.broken();
        prop_assert_eq!(changes.len(), broken.len(), "{:?} and {:?}", &changes, &broken);
        for word in broken {
            prop_assert!(changes.iter().any(|change| change.contains(&word)), "{} in {:?}", word, &changes);
        }
    }

    #[test]
    fn one_change_more_never_makes_a_judgement_hold_again(case in case(), place in 0_usize..4) {
        let mut worse = case.clone();
        match place {
            0 => worse.component = worse.component.map(|_| false),
            1 => worse.path = worse.path.map(|_| Fate::Unknown),
            2 => worse.records.iter_mut().for_each(|fate| *fate = Fate::Changed),
            _ => worse.age += 30,
        }
        let at: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        let holds = |case: &Case| {
            let rests_on = case.rests_on();
            let judged = Grounds { rests_on: &rests_on, at, exploited: case.said_exploited, carried: case.carried };
            case.present(at).changes(&judged, &finding()).is_empty()
        };
        prop_assert!(holds(&case) || !holds(&worse));
    }
}
