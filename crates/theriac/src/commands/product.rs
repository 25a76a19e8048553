//! `product`: the products.

use std::process::ExitCode;

use anyhow::Result;
use jiff::civil::Date;
use serde_json::json;
use theriac_conformity::facts::words::Route;

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format};

/// Products.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add a product
    Add {
        /// Its key, which people type: lower-case words joined by hyphens
        key: String,
        /// Its name, which people read
        #[arg(long)]
        name: String,
        /// The route by which it conforms: full, or transitional (annex F)
        #[arg(long, default_value = "full")]
        route: Route,
        /// Until when it is supported
        #[arg(long, value_name = "DATE")]
        support_end: Option<Date>,
    },
    /// List the products
    List {
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Add { key, name, route, support_end } => {
            let body = json!({ "key": key, "name": name, "route": route, "support_end": support_end });
            connect::with(config, Aim::Write, async |client| client.post("/products", &body).await)?;
            output::print(&format!("Added the product {key}.\n"))?;
        }
        Command::List { format } => {
            let products = connect::with(config, Aim::Read, async |client| client.all("/products").await)?;
            let columns =
                [("product", "key"), ("name", "name"), ("route", "route"), ("support ends", "support_end")];
            output::items(&products, &columns, format)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
