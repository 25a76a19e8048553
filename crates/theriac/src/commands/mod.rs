//! The commands, one file each: its options and what it does with them.
//!
//! To add one: a file with its options and a `run` function, a variant of [`Command`] and its line in
//! [`Cli::run`]. The book's page of commands is generated from the help texts.

mod audit;
mod build;
mod check;
mod completions;
mod conformity;
mod demo;
mod evidence;
mod facts;
mod feed;
mod gate;
mod init;
mod openapi;
mod pack;
mod product;
mod rebuild;
mod records;
mod release;
mod releases;
mod scan;
mod serve;
mod token;
mod user;
mod vex;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use jiff::civil::Date;

use crate::config::Config;
use crate::connect;

/// Does this release of this medical software conform to IEC 81001-5-1?
///
/// Commands work on a data folder, or, where THERIAC_SERVER and THERIAC_TOKEN are set and no --data is given, on a
/// server. Exit codes: 0 done; 1 the answer is no (gate, scan --fail-on, audit verify, rebuild); 2 an error.
#[derive(Debug, Parser)]
#[command(name = "theriac", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make and serve a demonstration: one manufacturer, one product, two releases
    Demo(demo::Args),
    /// Serve pages and interface on a data folder
    Serve(serve::Args),
    /// Set up a data folder: the organisation, its time zone and its first people
    Init(init::Args),
    /// Look up the known vulnerabilities of a bill of materials; needs no server
    Scan(scan::Args),
    /// Fill the vulnerability index and look at it
    #[command(subcommand)]
    Feed(feed::Command),
    /// Products
    #[command(subcommand)]
    Product(product::Command),
    /// Releases of products
    #[command(subcommand)]
    Release(release::Command),
    /// List all releases
    Releases(releases::Args),
    /// Builds: what was made, and from what
    #[command(subcommand)]
    Build(build::Command),
    /// Hand in evidence: bills of materials, test results, build manifests
    #[command(subcommand)]
    Evidence(evidence::Command),
    /// Print the facts of a release: all that checks read, and nothing else
    Facts(facts::Args),
    /// Print the verdicts of a release, clause by clause
    Conformity(conformity::Args),
    /// Ask whether a release may ship; exit code 0 open, 1 closed, 2 error
    Gate(gate::Args),
    /// Write what customers are told about the known vulnerabilities of a release (VEX)
    Vex(vex::Args),
    /// Judge a facts file by a pack; needs no server
    Check(check::Args),
    /// Work on a standard written as data
    #[command(subcommand)]
    Pack(pack::Command),
    /// Export and import records
    #[command(subcommand)]
    Records(records::Command),
    /// Export and verify the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Make what was read from evidence again, from the bytes that were kept; exit code 1 when rows had to be put right
    ///
    /// Works on a data folder alone: stop its server first.
    Rebuild(rebuild::Args),
    /// People: their places, roles and accounts
    #[command(subcommand)]
    User(user::Command),
    /// Tokens, with which machines come in
    #[command(subcommand)]
    Token(token::Command),
    /// Print the description of the REST interface (OpenAPI)
    Openapi,
    /// Write the completions for a shell
    Completions(completions::Args),
}

impl Cli {
    /// Does what was asked for.
    pub fn run(self) -> Result<ExitCode> {
        let config = &self.config;
        match self.command {
            Command::Demo(args) => demo::run(&args),
            Command::Serve(args) => serve::run(config, args),
            Command::Init(args) => init::run(config, args),
            Command::Scan(args) => scan::run(config, args),
            Command::Feed(command) => feed::run(config, command),
            Command::Product(command) => product::run(config, command),
            Command::Release(command) => release::run(config, command),
            Command::Releases(args) => releases::run(config, &args),
            Command::Build(command) => build::run(config, command),
            Command::Evidence(command) => evidence::run(config, command),
            Command::Facts(args) => facts::run(config, &args),
            Command::Conformity(args) => conformity::run(config, &args),
            Command::Gate(args) => gate::run(config, &args),
            Command::Vex(args) => vex::run(config, &args),
            Command::Check(args) => check::run(&args),
            Command::Pack(command) => pack::run(command),
            Command::Records(command) => records::run(config, command),
            Command::Audit(command) => audit::run(config, command),
            Command::Rebuild(args) => rebuild::run(config, &args),
            Command::User(command) => user::run(config, command),
            Command::Token(command) => token::run(config, command),
            Command::Openapi => openapi::run(),
            Command::Completions(args) => completions::run(&args),
        }
    }
}

/// Which release is meant.
#[derive(Debug, clap::Args)]
struct Release {
    /// The product's key
    #[arg(long)]
    product: String,
    /// The release's name
    #[arg(long)]
    release: String,
}

impl Release {
    /// The address of something of this release.
    fn address(&self, rest: &[&str]) -> String {
        connect::address(&[&["products", &self.product, "releases", &self.release], rest].concat())
    }

    /// The same as it was known at the end of a day.
    fn address_at(&self, what: &str, at: Option<Date>) -> String {
        connect::with_query(&self.address(&[what]), &[("at", at.map(|day| day.to_string()))])
    }
}
