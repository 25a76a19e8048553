//! `build`: what was made, and from what.

mod describe;
mod git;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::Release;
use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format};

/// Builds: what was made, and from what.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write the build manifest of the present commit: who changed what since the build before, and what came out
    Describe(describe::Args),
    /// Add a build to a release
    Add {
        #[command(flatten)]
        release: Release,
        /// The build's name
        build: String,
        /// The commit it was made from [default: the present commit of the checkout here]
        #[arg(long)]
        commit: Option<String>,
    },
    /// List the builds of a release
    List {
        #[command(flatten)]
        release: Release,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Describe(args) => return describe::run(&args),
        Command::Add { release, build, commit } => {
            let commit = match commit {
                Some(commit) => commit,
                None => present_commit()?,
            };
            let (address, body) = (release.address(&["builds"]), json!({ "build": build, "commit": commit }));
            connect::with(config, Aim::Write, async |client| client.post(&address, &body).await)?;
            output::print(&format!("Added the build {build} of {} {}.\n", release.product, release.release))?;
        }
        Command::List { release, format } => {
            let address = release.address(&["builds"]);
            let builds = connect::with(config, Aim::Read, async |client| client.all(&address).await)?;
            output::items(&builds, &[("build", "build"), ("commit", "commit")], format)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The present commit of the checkout here.
fn present_commit() -> Result<String> {
    let commit = git::Git(".".as_ref()).commit("HEAD");
    commit.context("name the commit that the build was made from with --commit, or run this in its checkout")
}
