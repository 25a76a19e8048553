//! Version orders: known sequences, and what must hold for any text.

use std::cmp::Ordering;

use proptest::prelude::*;
use theriac_vulndb::Ecosystem;

fn ascends(ecosystem: Ecosystem, versions: &[&str]) {
    for (a, first) in versions.iter().enumerate() {
        for (b, second) in versions.iter().enumerate() {
            assert_eq!(
                ecosystem.compare(first, second),
                Some(a.cmp(&b)),
                "{ecosystem}: {first} and {second}"
            );
        }
    }
}

fn same(ecosystem: Ecosystem, versions: &[&str]) {
    for pair in versions.windows(2) {
        assert_eq!(ecosystem.compare(pair[0], pair[1]), Some(Ordering::Equal), "{ecosystem}: {pair:?}");
    }
}

#[test]
fn semantic_versions_ascend() {
    let versions = [
        "0.0.0-0",
        "0.0.1",
        "0.9.0",
        "0.10.0",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "99999999999999999999999.0.0",
    ];
    for ecosystem in [Ecosystem::Npm, Ecosystem::CratesIo, Ecosystem::Go] {
        ascends(ecosystem, &versions);
        same(ecosystem, &["1.2.3", "1.2.3+build.5", "1.2.3+other"]);
    }
    same(Ecosystem::Npm, &["v1.2.3", "=1.2.3", "1.2.3", " 1.2.3 "]);
    same(Ecosystem::Npm, &["1.2.3beta", "1.2.3-beta"]);
}

#[test]
fn go_versions_ascend() {
    ascends(
        Ecosystem::Go,
        &[
            "v0.0.0-20190101000000-aaaaaaaaaaaa",
            "v0.0.0-20200101000000-000000000000",
            "v1.2.3-rc1",
            "v1.2.3-rc1.0.20200101000000-aaaaaaaaaaaa",
            "v1.2.3",
            "v1.2.4-0.20200101000000-aaaaaaaaaaaa",
            "v1.2.4",
            "v2.0.0+incompatible",
            "v10.0.0",
        ],
    );
    same(Ecosystem::Go, &["v2.0.0+incompatible", "2.0.0", "v2.0.0"]);
}

#[test]
fn releases_of_go_itself_ascend() {
    ascends(
        Ecosystem::Go,
        &["go1.20.14", "go1.21beta1", "go1.21rc2", "go1.21rc10", "go1.21.0", "go1.21.3", "go1.22"],
    );
    same(Ecosystem::Go, &["go1.21", "1.21.0", "v1.21.0", "go1.21 X:loopvar"]);
}

#[test]
fn python_versions_ascend() {
    ascends(
        Ecosystem::PyPi,
        &[
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.0.15",
            "1.1.dev1",
            "2013.10",
            "1!0.5",
        ],
    );
    same(Ecosystem::PyPi, &["1.0", "1", "1.0.0", "v1.0", "01.0"]);
    same(Ecosystem::PyPi, &["1.0-1", "1.0.post1", "1.0.rev1"]);
    same(Ecosystem::PyPi, &["1.0c1", "1.0.RC1", "1.0-pre1", "1.0_preview_1"]);
}

#[test]
fn names_are_normalised() {
    assert_eq!(Ecosystem::PyPi.normalise("Zope._-.Interface"), "zope-interface");
    assert_eq!(Ecosystem::CratesIo.normalise("Serde_JSON"), "serde-json");
    assert_eq!(Ecosystem::Go.normalise("std"), "stdlib");
    assert_eq!(Ecosystem::Npm.normalise("@Scope/Name"), "@scope/name");
}

#[test]
fn ecosystems_are_known_by_both_their_names() {
    for ecosystem in Ecosystem::ALL {
        assert_eq!(Ecosystem::from_osv(ecosystem.osv_name()), Some(ecosystem));
    }
    assert_eq!(Ecosystem::from_purl_type("golang"), Some(Ecosystem::Go));
    assert_eq!(Ecosystem::from_osv("Debian:12"), None);
}

#[test]
fn what_is_no_version_is_none() {
    for ecosystem in Ecosystem::ALL {
        for text in
            ["", " ", "latest", "1.2.x", "^1.2.3", "git+https://example.org/x", "1..2", &"1".repeat(300)]
        {
            assert!(!ecosystem.reads(text), "{ecosystem}: {text}");
        }
    }
}

/// Texts that are often versions and always near one.
fn version() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        8 => (0..4_u32).prop_map(|number| number.to_string()),
        1 => "[0-9]{1,24}",
        1 => "0[0-9]",
    ];
    let release = proptest::collection::vec(number.clone(), 1..5).prop_map(|numbers| numbers.join("."));
    let word =
        prop_oneof![Just("a"), Just("b"), Just("rc"), Just("alpha"), Just("dev"), Just("post"), Just("0")];
    let end = (prop_oneof![Just(""), Just("."), Just("-"), Just("_")], word, proptest::option::of(number))
        .prop_map(|(dot, word, number)| format!("{dot}{word}{}", number.unwrap_or_default()));
    let prefix = prop_oneof![6 => Just(""), 1 => Just("v"), 1 => Just("1!"), 1 => Just("go"), 1 => Just("=")];
    let suffix = prop_oneof![6 => Just(""), 1 => Just("+incompatible"), 1 => Just("+5.a")];
    (prefix, release, proptest::collection::vec(end, 0..3), suffix)
        .prop_map(|(prefix, release, ends, suffix)| format!("{prefix}{release}{}{suffix}", ends.concat()))
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(a in ".{0,40}", b in "\\PC{0,300}") {
        for ecosystem in Ecosystem::ALL {
            let is_placed = ecosystem.reads(&a) && ecosystem.reads(&b);
            prop_assert_eq!(ecosystem.compare(&a, &b).is_some(), is_placed);
            let _ = ecosystem.normalise(&a);
        }
    }

    #[test]
    fn every_order_is_total(a in version(), b in version(), c in version()) {
        for ecosystem in Ecosystem::ALL {
            let Some(order) = ecosystem.compare(&a, &b) else { continue };
            prop_assert_eq!(ecosystem.compare(&a, &a), Some(Ordering::Equal));
            prop_assert_eq!(ecosystem.compare(&b, &a), Some(order.reverse()), "{} {} {}", ecosystem, a, b);
            let (Some(ac), Some(bc)) = (ecosystem.compare(&a, &c), ecosystem.compare(&b, &c)) else { continue };
            if order == bc {
                prop_assert_eq!(ac, order, "{}: {} {} {}", ecosystem, a, b, c);
            }
            if order == Ordering::Equal {
                prop_assert_eq!(ac, bc, "{}: {} {} {}", ecosystem, a, b, c);
            }
        }
    }

    #[test]
    fn semantic_orders_agree_with_the_reference(
        a in "[0-3]\\.[0-3]\\.[0-3](-[a-c0-2]{1,2}(\\.[a-c1-9]{1,2})?)?",
        b in "[0-3]\\.[0-3]\\.[0-3](-[a-c0-2]{1,2}(\\.[a-c1-9]{1,2})?)?",
    ) {
        let (Ok(first), Ok(second)) = (semver::Version::parse(&a), semver::Version::parse(&b)) else {
            return Ok(());
        };
        for ecosystem in [Ecosystem::Npm, Ecosystem::CratesIo, Ecosystem::Go] {
            prop_assert_eq!(ecosystem.compare(&a, &b), Some(first.cmp(&second)));
        }
    }
}
