//! `release`: the releases of a product.

use std::process::ExitCode;

use anyhow::Result;
use jiff::civil::Date;
use serde_json::json;

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format};

/// Releases of products.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add a release
    Add {
        #[command(flatten)]
        release: super::Release,
        /// The decided release of the product whose baseline it goes on from
        #[arg(long, value_name = "RELEASE")]
        based_on: Option<String>,
        /// When it is to ship
        #[arg(long, value_name = "DATE")]
        ship_on: Option<Date>,
        /// The key or the e-mail address of who manages it
        #[arg(long, value_name = "PERSON")]
        manager: Option<String>,
    },
    /// List the releases, of one product or of all
    List {
        /// The product's key
        #[arg(long)]
        product: Option<String>,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Name the build that is to become the release
    Candidate {
        #[command(flatten)]
        release: super::Release,
        /// The build's name
        build: String,
    },
    /// Say that customers have a release, or no longer have it
    Fielded {
        #[command(flatten)]
        release: super::Release,
        /// No customer has it any more
        #[arg(long)]
        no_longer: bool,
    },
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Add { release, based_on, ship_on, manager } => {
            let super::Release { product, release } = release;
            let address = connect::address(&["products", &product, "releases"]);
            let body = json!({
                "release": release, "based_on": based_on, "planned_ship_date": ship_on, "manager": manager,
            });
            connect::with(config, Aim::Write, async |client| client.post(&address, &body).await)?;
            output::print(&format!("Added the release {release} of {product}.\n"))?;
        }
        Command::List { product, format } => list(config, product.as_deref(), format)?,
        Command::Candidate { release, build } => {
            let (address, body) = (release.address(&["candidate"]), json!({ "build": build }));
            connect::with(config, Aim::Write, async |client| client.put(&address, &body).await)?;
            output::print(&format!(
                "{build} is the candidate of {} {}.\n",
                release.product, release.release
            ))?;
        }
        Command::Fielded { release, no_longer } => {
            let (address, body) = (release.address(&["fielded"]), json!({ "fielded": !no_longer }));
            connect::with(config, Aim::Write, async |client| client.put(&address, &body).await)?;
            let has = if no_longer { "No customer has" } else { "Customers have" };
            output::print(&format!("{has} {} {}.\n", release.product, release.release))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(config: &Config, product: Option<&str>, format: Format) -> Result<()> {
    let address = match product {
        Some(product) => connect::address(&["products", product, "releases"]),
        None => "/releases".to_owned(),
    };
    let releases = connect::with(config, Aim::Read, async |client| client.all(&address).await)?;
    let columns = [
        ("product", "product"),
        ("release", "release"),
        ("decided", "decided_at"),
        ("fielded", "fielded"),
        ("candidate", "candidate"),
        ("based on", "based_on"),
        ("ships on", "planned_ship_date"),
        ("manager", "manager"),
    ];
    output::items(&releases, &columns, format)
}
