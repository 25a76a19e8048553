//! What counts as a component of a bill of materials, and what it is called.

use serde_json::{Value, json};
use theriac_service::evidence::{self, AddEvidence, Added};
use theriac_service::findings::{self, ListComponents};
use theriac_service::products::{self, NewRelease};
use theriac_store::on_both_engines;

use crate::evidence::{add, feed_of, file, files};
use crate::story::GATEWAY;
use crate::world::World;

fn library(purl: &str) -> Value {
    json!({ "type": "library", "name": "a", "purl": purl })
}

fn sbom(subject: &Value, components: &[Value]) -> Vec<u8> {
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "component": subject }, "components": components
    });
    document.to_string().into_bytes()
}

fn of(purls: &[&str]) -> Vec<u8> {
    let subject = json!({ "type": "application", "name": "gateway" });
    sbom(&subject, &purls.iter().map(|purl| library(purl)).collect::<Vec<_>>())
}

async fn added(world: &World, bytes: Vec<u8>) -> Added {
    add(world, files(vec![file("bom.json", bytes)])).await.unwrap()
}

/// The components that new findings speak of.
fn named(added: &Added) -> Vec<&str> {
    added.new.iter().map(|line| line.component.as_str()).collect()
}

async fn nothing_to_rebuild(world: &World) {
    let rebuilt = evidence::rebuild(&world.app, &world.who("adam"), &|_| {}).await.unwrap();
    assert_eq!(rebuilt.differences, []);
}

on_both_engines!(a_package_in_two_spellings_is_one_component_with_one_finding, |store| {
    let world = World::new(&store).await;
    for (ecosystem, package) in
        [("PyPI", "my-pkg-name"), ("npm", "@scope/foo"), ("Go", "github.com/X/Y"), ("crates.io", "serde_x")]
    {
        feed_of(&world, ecosystem, &[(&format!("CVE-2026-{}", package.len()), package, "9.0.0", None)]).await;
    }
    let one = added(
        &world,
        of(&[
            "pkg:pypi/My.Pkg-Name@1.0",
            "pkg:pypi/my-pkg-name@1.0",
            "pkg:pypi/my_pkg__name@1.0?os=linux",
            "pkg:npm/%40Scope/foo@1.0.0",
            "pkg:npm/@scope/Foo@1.0.0",
            "pkg:golang/github.com/X/Y@v1.0.0",
            "pkg:golang/github.com/x/y@1.0.0",
            "pkg:cargo/serde_x@1.0.0",
            "pkg:cargo/serde-x@1.0.0",
        ]),
    )
    .await;
    let mut names = named(&one);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "pkg:cargo/serde_x@1.0.0",
            "pkg:golang/github.com/x/y@v1.0.0",
            "pkg:npm/%40scope/foo@1.0.0",
            "pkg:pypi/my-pkg-name@1.0",
        ]
    );
    nothing_to_rebuild(&world).await;
});

on_both_engines!(another_spelling_in_the_next_release_is_the_same_component, |store| {
    let world = World::new(&store).await;
    feed_of(&world, "PyPI", &[("CVE-2026-1", "my-pkg-name", "9.0.0", None)]).await;
    let first = added(&world, of(&["pkg:pypi/My.Pkg-Name@1.0", "pkg:generic/Odd_Name@1"])).await;
    let next =
        NewRelease { product: GATEWAY.0.to_owned(), name: "2.5.0".to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &world.who("ana"), next).await.unwrap();
    let bytes = of(&["pkg:generic/Odd_Name@1", "pkg:pypi/my_pkg_name@1.0"]);
    let input = AddEvidence { release: "2.5.0".to_owned(), ..files(vec![file("bom.json", bytes)]) };
    let second = add(&world, input).await.unwrap();
    assert_eq!(named(&first), named(&second));
    let list = ListComponents {
        product: GATEWAY.0.to_owned(),
        release: "2.5.0".to_owned(),
        against: Some(GATEWAY.1.to_owned()),
        ..ListComponents::default()
    };
    let list = findings::components(&world.app, &world.who("ana"), &list).await.unwrap();
    let difference = list.difference.unwrap();
    assert_eq!((difference.same, difference.added, difference.changed, difference.removed), (2, 0, 0, 0));
});

on_both_engines!(what_is_nested_in_the_product_itself_is_a_component_too, |store| {
    let world = World::new(&store).await;
    feed_of(&world, "npm", &[("CVE-2026-1", "a", "9.0.0", None)]).await;
    let subject = json!({
        "type": "application", "name": "gateway", "purl": "pkg:npm/a@1.0.0",
        "components": [
            { "type": "library", "name": "a", "purl": "pkg:npm/a@8.0.0" },
            { "type": "library", "name": "again", "purl": "pkg:npm/again@1.0.0" },
            { "type": "library", "name": "own", "purl": "pkg:npm/own", "components": [
                { "type": "library", "name": "deep", "cpe": "cpe:2.3:a:acme:deep:1:*:*:*:*:*:*:*" },
            ] },
            { "type": "library", "name": "a part of the source without a name of its own" },
        ],
    });
    let added = added(&world, sbom(&subject, &[library("pkg:npm/again@1.0.0")])).await;
    assert_eq!(named(&added), ["pkg:npm/a@8.0.0"], "the product itself is none of its components");
    let unmatched: Vec<_> = added.unmatched.iter().map(|line| line.component.as_str()).collect();
    assert_eq!(unmatched, ["cpe:2.3:a:acme:deep:1:*:*:*:*:*:*:*", "pkg:npm/own"]);
    let list = ListComponents {
        product: GATEWAY.0.to_owned(),
        release: GATEWAY.1.to_owned(),
        ..ListComponents::default()
    };
    let list = findings::components(&world.app, &world.who("ana"), &list).await.unwrap();
    assert_eq!(list.total, 4);
    nothing_to_rebuild(&world).await;
});

on_both_engines!(a_version_that_contradicts_the_purl_is_a_defect_and_the_purl_counts, |store| {
    let world = World::new(&store).await;
    feed_of(&world, "npm", &[("CVE-2026-1", "a", "1.5.0", None)]).await;
    let subject = json!({ "type": "application", "name": "gateway" });
    let component = |version: &str, purl: &str| json!({ "type": "library", "name": "a", "version": version, "purl": purl });
    let bytes = sbom(&subject, &[component("2.0.0", "pkg:npm/a@1.0.0"), component("v1.0", "pkg:pypi/b@1.0")]);
    let added = added(&world, bytes).await;
    assert_eq!(named(&added), ["pkg:npm/a@1.0.0"]);
    let defects = &added.evidence[0].defects;
    assert_eq!(defects.len(), 1, "{defects:?}");
    for word in ["/components/0", "'2.0.0'", "'1.0.0'", "the purl counts"] {
        assert!(defects[0].contains(word), "{defects:?}");
    }
});

on_both_engines!(a_purl_that_is_a_path_of_dots_is_named_as_it_is_written, |store| {
    let world = World::new(&store).await;
    feed_of(&world, "Go", &[("CVE-2026-1", "github.com/x/y", "9.0.0", None)]).await;
    let added = added(&world, of(&["pkg:golang/../.."])).await;
    assert_eq!(added.unmatched[0].component, "pkg:golang/../..");
});

on_both_engines!(a_finding_says_how_its_component_gets_into_the_product, |store| {
    let world = World::new(&store).await;
    let advisories = ["a", "b", "c", "loose", "own"].map(|name| (format!("CVE-2026-{name}"), name));
    let advisories: Vec<_> =
        advisories.iter().map(|(id, name)| (id.as_str(), *name, "9.0.0", None)).collect();
    feed_of(&world, "npm", &advisories).await;
    let library = |name: &str| json!({ "type": "library", "name": name, "bom-ref": name, "purl": format!("pkg:npm/{name}@1.0.0") });
    let on = |from: &str, on: &[&str]| json!({ "ref": from, "dependsOn": on });
    let components = ["a", "b", "c", "loose"].map(library);
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "component": {
            "type": "application", "name": "gateway", "bom-ref": "gateway", "components": [library("own")],
        } },
        "components": components,
        // The long way to c is named first; b and c need each other.
        "dependencies": [
            on("a", &["b"]), on("b", &["c"]), on("c", &["b"]), on("gateway", &["a", "own"]), on("own", &["c"]),
        ],
    });
    let added = added(&world, document.to_string().into_bytes()).await;
    let key = |name: &str| format!("pkg:npm/{name}@1.0.0");
    for (name, expected) in [
        ("a", vec!["a"]),
        ("b", vec!["a", "b"]),
        ("c", vec!["own", "c"]),
        ("own", vec!["own"]),
        ("loose", vec![]),
    ] {
        let line = added.new.iter().find(|line| line.component == key(name)).unwrap();
        let page = findings::page(&world.app, &world.who("ana"), &line.finding).await.unwrap();
        assert_eq!(page.way, expected.into_iter().map(key).collect::<Vec<_>>(), "{name}");
    }
    nothing_to_rebuild(&world).await;
});

on_both_engines!(a_chain_of_ten_thousand_components_is_taken_and_its_way_is_bounded, |store| {
    let world = World::new(&store).await;
    feed_of(&world, "npm", &[("CVE-2026-1", "c9999", "9.0.0", None)]).await;
    let purls: Vec<String> = (0..10_000).map(|n| format!("pkg:npm/c{n}@1.0.0")).collect();
    let component = |purl: &String| json!({ "type": "library", "name": "c", "bom-ref": purl, "purl": purl });
    let on = |pair: &[String]| json!({ "ref": pair[0], "dependsOn": [pair[1]] });
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "components": purls.iter().map(component).collect::<Vec<_>>(),
        "dependencies": purls.windows(2).map(on).collect::<Vec<_>>(),
    });
    let added = added(&world, document.to_string().into_bytes()).await;
    let page = findings::page(&world.app, &world.who("ana"), &added.new[0].finding).await.unwrap();
    assert_eq!(page.way.len(), 100);
});
