//! `gate`: whether a release may ship, for people and for pipelines.

use std::process::ExitCode;

use anyhow::Result;
use jiff::civil::Date;
use theriac_conformity::Gate;

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format, Table, count};

/// Options of `gate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    release: super::Release,
    /// As it was known at the end of this day
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the gate: exit code 0 when it is open, 1 when it is closed.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let address = args.release.address_at("gate", args.at);
    let gate: Gate = connect::with(config, Aim::Read, async |client| client.get_as(&address).await)?;
    match args.format {
        Format::Json => output::json(&gate)?,
        Format::Table => output::print(&text(&gate, &args.release))?,
    }
    Ok(if gate.open { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn text(gate: &Gate, release: &super::Release) -> String {
    let state = match gate.reasons.len() {
        0 => "open".to_owned(),
        number => format!("closed, for {}", count(number as u64, "reason", "reasons")),
    };
    let mut text = format!("The gate of {} {} is {state}.\n", release.product, release.release);
    if !gate.reasons.is_empty() {
        let mut table = Table::new(["why", "owes", "due", "what to do"]);
        for reason in &gate.reasons {
            let owner = output::owner(reason.owner.as_deref(), reason.stand_in);
            table.row([&reason.text, &owner, output::due(reason.due.as_deref()), &reason.todo]);
        }
        text.push_str(&format!("\n{}", table.text()));
    }
    if let Some(undated) = &gate.undated {
        let owner = output::owner(undated.owner.as_deref(), undated.stand_in);
        let things = count(undated.items, "thing has", "things have");
        text.push_str(&format!("\n{things} no date: set a planned ship date ({owner}).\n"));
    }
    if !gate.deviations.is_empty() {
        let mut table = Table::new(["deviation", "clause", "covers", "expires"]);
        for deviation in &gate.deviations {
            let covers: Vec<&str> = deviation.missing.iter().map(|name| output::short(name)).collect();
            let expires = deviation.expires.as_deref().unwrap_or("-");
            table.row([output::short(&deviation.reference), &deviation.clause, &covers.join(", "), expires]);
        }
        text.push_str(&format!("\n{}", table.text()));
    }
    text.push_str(&output::disqualified(&gate.disqualified));
    text
}
