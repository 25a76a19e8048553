//! The build manifest.

use proptest::prelude::*;
use theriac_formats::{Artefact, Author, BuildManifest, ChangedPath, ErrorKind, Limits, ManifestTool};
use theriac_model::Digest;

prop_compose! {
    fn manifest()(
        commit in "[0-9a-f]{40}",
        predecessor in proptest::option::of("[0-9a-f]{64}"),
        authors in proptest::collection::btree_set("[A-Z][a-zé \"]{0,10}", 0..3),
        changed in proptest::collection::btree_map("[a-z/]{1,12}", proptest::option::of("[0-9a-f]{40}"), 0..4),
        artefacts in proptest::collection::btree_map("[a-z.]{1,8}", proptest::option::of(0..1_u64 << 50), 0..4),
        built in any::<bool>(),
        tool in proptest::option::of("[a-z]{1,8}"),
    ) -> BuildManifest {
        BuildManifest {
            commit,
            predecessor,
            authors: authors.into_iter().map(|name| Author { name, email: "a@example.org".into() }).collect(),
            changed: changed.into_iter().map(|(path, tree)| ChangedPath { path, tree }).collect(),
            artefacts: artefacts
                .into_iter()
                .map(|(name, size)| Artefact { sha256: Digest::of(name.as_bytes()), name, size })
                .collect(),
            built_at: built.then(|| "2026-01-31T12:00:00Z".to_owned()),
            tool: tool.map(|name| ManifestTool { name, version: "1.2.0".to_owned() }),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(manifest in manifest()) {
        let text = manifest.write().unwrap();
        let read = BuildManifest::read(text.as_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(&read, &manifest);
        prop_assert_eq!(read.write().unwrap(), text);
    }
}

const SMALL: &str = r#"{"format": "theriac-build-manifest", "version": 1,
    "commit": "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "predecessor": null,
    "authors": [], "changed": [], "artefacts": []}"#;

#[test]
fn what_breaks_a_rule_is_refused_with_its_place() {
    BuildManifest::read(SMALL.as_bytes(), &Limits::default()).unwrap();
    let cases = [
        ("\"version\": 1", "\"version\": 2", "/version: a whole number from 1 to 1"),
        ("4b825dc642", "4B825DC642", "/commit: "),
        ("\"changed\"", "\"chanegd\"", "/chanegd: 'chanegd' is not known in a build manifest"),
        (
            "\"artefacts\": []",
            "\"artefacts\": [{\"name\": \"a\"}]",
            "/artefacts/0: an artefact lacks its 'sha256'",
        ),
        ("\"predecessor\": null,", "", "lacks its 'predecessor'"),
        (
            "\"predecessor\": null",
            "\"predecessor\": \"4b825dc642cb6eb9a060e54bf8d69288fbee4904\"",
            "/predecessor: names the commit itself",
        ),
        ("\"authors\"", "\"tool\": {\"name\": \"make\"}, \"authors\"", "/tool: a tool lacks its 'version'"),
    ];
    for (from, to, expected) in cases {
        let error = BuildManifest::read(SMALL.replace(from, to).as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Structure);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let mut manifest = BuildManifest::read(SMALL.as_bytes(), &Limits::default()).unwrap();
    manifest.commit = "main".to_owned();
    assert!(manifest.write().unwrap_err().to_string().contains("/commit"));
}
