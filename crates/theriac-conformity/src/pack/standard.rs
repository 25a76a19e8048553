//! The packs that come with the program, and their files. A new pack is a list here beside its folder under `packs/`.

use super::{Pack, PackError};

macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../packs/", $folder, "/", $name)))),+]
    };
}

/// The files of the pack for IEC 81001-5-1:2021.
pub const IEC_81001_5_1_2021: &[(&str, &str)] = files!(
    "iec-81001-5-1-2021": "pack.toml",
    "clauses/4-general.toml",
    "clauses/5.1-planning.toml",
    "clauses/5.2-requirements.toml",
    "clauses/5.3-architecture.toml",
    "clauses/5.4-design.toml",
    "clauses/5.5-implementation.toml",
    "clauses/5.6-integration.toml",
    "clauses/5.7-testing.toml",
    "clauses/5.8-release.toml",
    "clauses/6-maintenance.toml",
    "clauses/7-risk.toml",
    "clauses/8-configuration.toml",
    "clauses/9-problems.toml",
    "clauses/F-transitional.toml",
);

/// The pack for IEC 81001-5-1:2021.
///
/// # Errors
/// When the embedded files are wrong, which a test rules out.
pub fn iec_81001_5_1_2021() -> Result<Pack, Vec<PackError>> {
    Pack::check(IEC_81001_5_1_2021)
}
