//! The build manifest.

use proptest::prelude::*;
use theriac_formats::{
    Artefact, ArtefactSignature, Author, BuildManifest, ChangedPath, ErrorKind, Limits, ManifestTool,
};
use theriac_model::Digest;

prop_compose! {
    fn manifest()(
        commit in "[0-9a-f]{40}",
        predecessor in proptest::option::of("[0-9a-f]{64}"),
        authors in proptest::collection::btree_set("[A-Z][a-zé \"]{0,10}", 0..3),
        changed in proptest::collection::btree_map("[a-z/]{1,12}", proptest::option::of("[0-9a-f]{40}"), 0..4),
        artefacts in proptest::collection::btree_map("[a-z.]{1,8}", proptest::option::of(0..1_u64 << 50), 0..4),
        signed in proptest::option::of(any::<bool>()),
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
                .map(|(name, size)| Artefact {
                    sha256: Digest::of(name.as_bytes()),
                    name,
                    size,
                    signature: signed.map(|ends| ArtefactSignature {
                        key: "SHA256:8a5f".to_owned(),
                        signed_at: "2026-01-31T12:05:00Z".to_owned(),
                        valid_from: "2025-06-01T00:00:00+02:00".to_owned(),
                        valid_to: ends.then(|| "2027-06-01T00:00:00Z".to_owned()),
                    }),
                })
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
        (
            "\"artefacts\": []",
            "\"artefacts\": [{\"name\": \"a\", \"sha256\": \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\", \
             \"signature\": {\"key\": \"K\", \"signed_at\": \"2026-01-31T12:00:00Z\"}}]",
            "/artefacts/0/signature: a signature lacks its 'valid_from'",
        ),
        (
            "\"artefacts\": []",
            "\"artefacts\": [{\"name\": \"a\", \"sha256\": \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\", \
             \"signature\": {\"key\": \"K\", \"signed_at\": \"2026-01-31\", \"valid_from\": \"2026-01-01T12:00:00Z\"}}]",
            "/artefacts/0/signature/signed_at: ",
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
fn the_example_of_the_book_is_read_and_keeps_what_it_says() {
    let page = include_str!("../../../../docs/user/build-manifest.md");
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let manifest = BuildManifest::read(example.as_bytes(), &Limits::default()).unwrap();
    let signature = manifest.artefacts[0].signature.as_ref().unwrap();
    assert_eq!(signature.valid_to.as_deref(), Some("2027-06-01T00:00:00Z"));
    let written: serde_json::Value = serde_json::from_str(&manifest.write().unwrap()).unwrap();
    assert_eq!(written, serde_json::from_str::<serde_json::Value>(example).unwrap());
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let mut manifest = BuildManifest::read(SMALL.as_bytes(), &Limits::default()).unwrap();
    manifest.commit = "main".to_owned();
    assert!(manifest.write().unwrap_err().to_string().contains("/commit"));
}
