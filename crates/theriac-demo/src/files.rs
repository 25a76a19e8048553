//! What machines delivered: SBOMs, test results and build manifests of the two releases, and the advisories.

use theriac_formats::{Artefact, ArtefactSignature, Author, BuildManifest, ChangedPath, ManifestTool};
use theriac_model::Digest;

/// One release's deliveries.
pub(crate) struct Delivery {
    pub release: &'static str,
    pub build: &'static str,
    pub commit: &'static str,
    pub predecessor: Option<&'static str>,
    pub ships_ago: i64,
    pub sbom: &'static [u8],
    pub tests: &'static [u8],
    pub changed: &'static [(&'static str, &'static str)],
}

pub(crate) static FIRST: Delivery = Delivery {
    release: "2.3.0",
    build: "2.3.0-rc.1",
    commit: "3f1c0a7d5be94a2c8d6f10e7b2a94c5d8e3f6071",
    predecessor: None,
    ships_ago: 174,
    sbom: include_bytes!("../data/release-2.3.0/gateway-2.3.0.cdx.json"),
    tests: include_bytes!("../data/release-2.3.0/tests.xml"),
    changed: &[
        ("gateway/tls/peer.go", "9a1c6f0b7d3e52481f6a0c9d8b7e4f3a2d1c0b9a"),
        ("gateway/seal/verify.go", "1b2d3f4a5c6e7081929a3b4c5d6e7f8091a2b3c4"),
        ("anonymiser/fetch.py", "7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f809"),
    ],
};

pub(crate) static SECOND: Delivery = Delivery {
    release: "2.4.0",
    build: "2.4.0-rc.1",
    commit: "a84e2d90c7f1b3654d0e9f8a7b6c5d4e3f2a1b0c",
    predecessor: Some("3f1c0a7d5be94a2c8d6f10e7b2a94c5d8e3f6071"),
    ships_ago: -20,
    sbom: include_bytes!("../data/release-2.4.0/gateway-2.4.0.cdx.json"),
    tests: include_bytes!("../data/release-2.4.0/tests.xml"),
    changed: &[
        ("gateway/tls/peer.go", "5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b"),
        ("gateway/codec/decode.go", "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"),
    ],
};

impl Delivery {
    /// The build manifest, as the build machine made it.
    pub fn manifest(&self, built_at: String) -> BuildManifest {
        let name = format!("lumen-gateway-{}.tar.gz", self.release);
        BuildManifest {
            commit: self.commit.to_owned(),
            predecessor: self.predecessor.map(str::to_owned),
            authors: vec![Author { name: "Ben Lindqvist".to_owned(), email: "ben@lumen.example".to_owned() }],
            changed: self
                .changed
                .iter()
                .map(|(path, tree)| ChangedPath { path: (*path).to_owned(), tree: Some((*tree).to_owned()) })
                .collect(),
            artefacts: vec![Artefact {
                sha256: Digest::of(name.as_bytes()),
                name,
                size: Some(48_120_332),
                signature: Some(ArtefactSignature {
                    key: "SHA256:0d5c7a91e4b8f3624c1a9e07d2b5f8c3".to_owned(),
                    signed_at: built_at.clone(),
                    valid_from: "2024-01-01T00:00:00Z".to_owned(),
                    valid_to: None,
                }),
            }],
            built_at: Some(built_at),
            tool: Some(ManifestTool { name: "theriac".to_owned(), version: "0.1.0".to_owned() }),
        }
    }
}

macro_rules! advisories {
    ($folder:literal: $($id:literal)+) => {
        &[$(($id, include_str!(concat!("../data/advisories/", $folder, "/", $id, ".json"))),)+]
    };
}

/// The advisories known when the first release was decided: id and OSV record, facts only.
pub(crate) static EARLY: &[(&str, &str)] = advisories!("first":
    "GO-2023-2102" "GO-2023-2153" "PYSEC-2023-135" "PYSEC-2023-175" "PYSEC-2023-192" "PYSEC-2023-212" "PYSEC-2023-74");
/// The advisories that came later.
pub(crate) static LATE: &[(&str, &str)] =
    advisories!("later": "GO-2023-2402" "GO-2024-2687" "GO-2025-3487" "PYSEC-2023-254");

/// All advisories of the demonstration: id and OSV record.
pub fn advisories() -> impl Iterator<Item = (&'static str, &'static str)> {
    EARLY.iter().chain(LATE).copied()
}
