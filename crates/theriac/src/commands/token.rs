//! `token`: how machines come in.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use theriac_auth::Permission;
use theriac_model::Clock as _;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format};

/// Tokens, with which machines come in.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Issue a token and print it; it is shown this once
    Issue {
        /// What it is for, such as "CI of the infusion pump"
        name: String,
        /// What it may do, such as upload-evidence; may be given several times
        #[arg(long = "permission", value_name = "PERMISSION", required = true)]
        permissions: Vec<Permission>,
        /// The product's key [default: the organisation with all its products]
        #[arg(long)]
        product: Option<String>,
        /// For how many days it is good, at most 731
        #[arg(long, default_value_t = 90, conflicts_with = "expires_at", value_parser = clap::value_parser!(u16).range(1..=731))]
        days: u16,
        /// From which moment on it is refused (2027-01-31T12:00:00Z)
        #[arg(long, value_name = "TIME")]
        expires_at: Option<Timestamp>,
        /// Who answers for what it hands in, and approves no record that it drafted [default: who issues it; on a data folder
        /// it is named for what drafts records]
        #[arg(long, value_name = "PERSON")]
        owner: Option<String>,
    },
    /// List the tokens; on a server, which the commands reach with a token, that token
    List {
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Revoke a token; what it handed in stays
    Revoke {
        /// Its name
        name: String,
    },
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Issue { name, permissions, product, days, expires_at, owner } => {
            let end = SystemClock.now() + SignedDuration::from_hours(24 * i64::from(days));
            let keys: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
            let expires_at = expires_at.unwrap_or(end);
            let body = json!({
                "name": name, "permissions": keys, "product": product, "expires_at": expires_at, "owner": owner,
            });
            let issued =
                connect::with(config, Aim::Write, async |client| client.post("/tokens", &body).await)?;
            let token = issued["token"].as_str().context("the server's answer holds no token")?;
            output::note(&format!("The token is shown this once. It is good until {expires_at}."));
            output::print(&format!("{token}\n"))?;
        }
        Command::List { format } => {
            let tokens = connect::with(config, Aim::Read, async |client| client.all("/tokens").await)?;
            let columns = [
                ("token", "name"),
                ("product", "product"),
                ("may", "permissions"),
                ("expires", "expires_at"),
                ("expired", "expired"),
                ("answers", "owner"),
            ];
            output::items(&tokens, &columns, format)?;
        }
        Command::Revoke { name } => {
            let address = connect::address(&["tokens", &name]);
            connect::with(config, Aim::Write, async |client| client.delete(&address).await)?;
            output::print(&format!("The token '{name}' is revoked.\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
