//! What a component is called, and when two names mean one package.

use theriac_vulndb::{Package, Unmatched, component_purl, contradiction};

#[test]
fn the_key_of_a_component_is_spelled_as_its_ecosystem_spells_it() {
    for (written, version, key) in [
        ("pkg:pypi/My.Pkg__Name@1.0", None, "pkg:pypi/my-pkg-name@1.0"),
        ("pkg:pypi/zope.interface", Some("5.0"), "pkg:pypi/zope-interface@5.0"),
        ("pkg:npm/%40Scope/Foo@1.0.0", None, "pkg:npm/%40scope/foo@1.0.0"),
        ("pkg:golang/github.com/X/Y@v1.0.0#cmd", None, "pkg:golang/github.com/x/y@v1.0.0"),
        (
            "pkg:golang/github.com/x/y@v2.0.0%2Bincompatible",
            None,
            "pkg:golang/github.com/x/y@v2.0.0%2Bincompatible",
        ),
        ("pkg:golang/std@1.22.0", None, "pkg:golang/stdlib@1.22.0"),
        // Only crates.io knows which of both it is.
        ("pkg:cargo/serde_json@1.0.0", None, "pkg:cargo/serde_json@1.0.0"),
        ("pkg:cargo/serde-json@1.0.0", None, "pkg:cargo/serde-json@1.0.0"),
        ("pkg:maven/Org.Acme/Thing@1?type=jar", None, "pkg:maven/Org.Acme/Thing@1"),
        ("pkg:npm/a", Some(" "), "pkg:npm/a"),
        ("pkg:npm/a@1.0.0", Some("2.0.0"), "pkg:npm/a@1.0.0"),
        ("pkg:generic/a", Some("1 b+c"), "pkg:generic/a@1%20b%2Bc"),
    ] {
        assert_eq!(component_purl(written, version).unwrap(), key, "{written}");
        assert_eq!(component_purl(key, None).unwrap(), key, "a key is its own key");
    }
}

#[test]
fn a_path_of_dots_is_no_package() {
    for purl in ["pkg:golang/../..", "pkg:golang/../..@1.0.0", "pkg:npm/./a@1.0.0"] {
        assert!(matches!(component_purl(purl, None), Err(Unmatched::BadPurl(_))), "{purl}");
        assert!(matches!(Package::from_purl(purl, None), Err(Unmatched::BadPurl(_))), "{purl}");
    }
}

#[test]
fn packages_that_an_ecosystem_takes_for_one_another_fold_into_one() {
    let folded = |purl: &str| Package::from_purl(purl, None).unwrap().folded();
    for (one, other, same) in [
        ("pkg:cargo/serde_x@1.0.0", "pkg:cargo/serde-x@1.0.0", true),
        ("pkg:cargo/serde_x@1.0.0", "pkg:cargo/serde-x@1.0.1", false),
        ("pkg:pypi/A.b@1.0", "pkg:pypi/a-b@1.0.0", true),
        ("pkg:golang/github.com/x/y@v1.0.0", "pkg:golang/github.com/X/Y@1.0.0", true),
        ("pkg:npm/a-b@1.0.0", "pkg:npm/a_b@1.0.0", false),
        ("pkg:pypi/a@1.0.0", "pkg:npm/a@1.0.0", false),
    ] {
        assert_eq!(folded(one) == folded(other), same, "{one} and {other}");
    }
}

#[test]
fn versions_contradict_each_other_only_where_they_mean_different_ones() {
    for (purl, version) in [
        ("pkg:npm/a@1.0.0", "1.0.0"),
        ("pkg:npm/a@1.0.0?x=y#z", "1.0.0"),
        ("pkg:npm/a@1.0.0", "v1.0.0"),
        ("pkg:golang/stdlib@1.22.1", "go1.22.1"),
        ("pkg:golang/github.com/a/b@v3.3.2%2Bincompatible", "v3.3.2+incompatible"),
        ("pkg:cargo/toml_edit@0.25.12%2Bspec-1.1.0", "0.25.12+spec-1.1.0"),
        ("pkg:pypi/torch@2.4.1%2Bcu121", "2.4.1"),
        ("pkg:pypi/a@1.0", "1.0.0"),
        ("pkg:rpm/redhat/openssl@1.1.1k-7.el8?epoch=1", "1:1.1.1k-7.el8"),
        ("pkg:github/acme/tool@2235d5d7f7fe46ce1e0d54b7831c5681633b25cc", "1.5.1"),
        ("pkg:npm/a", "1.0.0"),
        ("pkg:npm/a@1.0.0", " "),
        ("nonsense", "1"),
    ] {
        assert_eq!(contradiction(purl, Some(version)), None, "{purl} and {version}");
        assert_eq!(contradiction(purl, None), None);
    }
    for (purl, version) in [
        ("pkg:npm/a@1.0.0", "2.0.0"),
        ("pkg:npm/a@1.0.0", "11.0.0"),
        ("pkg:maven/acme/library@3.0", "2.0"),
        ("pkg:deb/debian/a@1.0-1", "1.0-2"),
    ] {
        let reason = contradiction(purl, Some(version)).unwrap();
        assert!(reason.contains(&format!("'{version}'")) && reason.contains("the purl counts"), "{reason}");
    }
}
