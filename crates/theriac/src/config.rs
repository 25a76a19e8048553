//! Where the program works: options and environment that several commands share.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// The data folder where nothing else is said.
const DATA: &str = "theriac-data";
/// The vulnerability index inside of the data folder.
const INDEX: &str = "advisories.db";

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Data folder [default: `THERIAC_DATA_DIR`, else ./theriac-data]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

impl Config {
    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.data
            .clone()
            .or_else(|| variable("THERIAC_DATA_DIR").map(PathBuf::from))
            .unwrap_or_else(|| DATA.into())
    }

    /// The vulnerability index: the one named, else that of the data folder.
    pub fn index(&self, named: Option<PathBuf>) -> PathBuf {
        named.unwrap_or_else(|| self.data().join(INDEX))
    }
}

/// A variable of the environment; an empty one counts as unset.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
