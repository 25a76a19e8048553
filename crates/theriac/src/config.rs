//! Where the program works: options and environment that several commands share.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use theriac_store::Location;

/// The data folder where nothing else is said.
const DATA: &str = "theriac-data";
/// The vulnerability index inside of the data folder.
const INDEX: &str = "advisories.db";

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Data folder [default: THERIAC_DATA_DIR, else ./theriac-data]
    #[arg(long, value_name = "DIR", global = true, help_heading = "Where")]
    data: Option<PathBuf>,
    /// PostgreSQL database instead of the one in the data folder [default: THERIAC_DATABASE_URL]
    #[arg(long, value_name = "URL", global = true, help_heading = "Where", hide_short_help = true)]
    database_url: Option<String>,
}

/// What a command works on.
#[derive(Debug, Clone)]
pub enum Place {
    /// A data folder, here.
    Folder(Location),
    /// A server.
    Server {
        /// Its address: `https://theriac.example.org`.
        address: String,
        /// The token.
        token: String,
    },
}

impl Config {
    /// The data folder.
    pub fn data(&self) -> PathBuf {
        let said = self.data.clone().or_else(|| variable("THERIAC_DATA_DIR").map(PathBuf::from));
        said.unwrap_or_else(|| DATA.into())
    }

    /// The options by which a next command works on the same, as they are typed. A URL is not told: it may hold a password.
    pub fn options(&self) -> String {
        let data = self.data.as_ref().map(|data| format!(" --data {}", data.display()));
        let url = self.database_url.as_ref().map(|_| " --database-url URL");
        data.unwrap_or_default() + url.unwrap_or_default()
    }

    /// The vulnerability index: the one named, else that of the data folder.
    pub fn index(&self, named: Option<PathBuf>) -> PathBuf {
        named.unwrap_or_else(|| self.data().join(INDEX))
    }

    /// The local database.
    pub fn location(&self) -> Result<Location> {
        let folder = self.data();
        let url =
            self.database_url.clone().map_or_else(|| text("THERIAC_DATABASE_URL"), |url| Ok(Some(url)))?;
        Ok(match url {
            None => Location::Sqlite { folder },
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Location::Postgres { url, folder }
            }
            Some(_) => bail!(
                "a database URL begins with postgres://; without one, the data folder holds the database"
            ),
        })
    }

    /// The local database, for a command that works on nothing else.
    pub fn folder(&self, command: &str) -> Result<Location> {
        let local = self.data.is_some() || self.database_url.is_some();
        if let Some(address) = text("THERIAC_SERVER")?.filter(|_| !local) {
            bail!(
                "{command} works on a data folder alone, and THERIAC_SERVER names {address}: stop that server, and run \
                 {command} on its machine with --data"
            );
        }
        self.location()
    }

    /// What commands work on: what the options name, else the server of the environment, else the data folder.
    pub fn place(&self) -> Result<Place> {
        let local = self.data.is_some() || self.database_url.is_some();
        let server = if local { None } else { text("THERIAC_SERVER")? };
        let Some(address) = server else { return Ok(Place::Folder(self.location()?)) };
        if !address.starts_with("https://") && !address.starts_with("http://") {
            bail!(
                "THERIAC_SERVER is '{address}'; an address is expected, such as https://theriac.example.org"
            );
        }
        let Some(token) = text("THERIAC_TOKEN")? else {
            bail!(
                "THERIAC_SERVER is set, THERIAC_TOKEN is not: set it to a token that an administrator of {address} issued"
            );
        };
        Ok(Place::Server { address: address.trim_end_matches('/').to_owned(), token })
    }
}

/// A variable of the environment; an empty one counts as unset.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A variable of the environment that is text.
fn text(name: &str) -> Result<Option<String>> {
    match variable(name).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text.trim().to_owned())),
        Some(Err(_)) => bail!("{name} is not UTF-8 text"),
    }
}
