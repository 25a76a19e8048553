//! Passwords on the command line: read from standard input or made up, never an option that other users could see.

use std::io::BufRead as _;

use anyhow::{Context as _, Result, bail};
use theriac_model::IdSource as _;

use crate::clock::SystemIds;
use crate::output::count;

/// Letters and digits that cannot be taken for one another; 32 of them, so that a byte picks evenly.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// Where a password comes from.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub struct Source {
    /// Read the password from standard input, one line
    #[arg(long)]
    password_stdin: bool,
    /// Make a password up and print it
    #[arg(long)]
    generate_password: bool,
}

impl Source {
    /// The password, if one is to be set, and whether it must be shown.
    pub fn password(&self) -> Result<Option<(String, bool)>> {
        match (self.password_stdin, self.generate_password) {
            (true, _) => Ok(lines(1)?.pop().map(|password| (password, false))),
            (_, true) => Ok(Some((generate(), true))),
            _ => Ok(None),
        }
    }
}

/// A password of 100 bits.
pub fn generate() -> String {
    let mut bytes = [0; GROUPS * GROUP];
    SystemIds.fill(&mut bytes);
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let groups: Vec<String> = bytes.chunks(GROUP).map(|group| group.iter().map(letter).collect()).collect();
    groups.join("-")
}

/// So many passwords from standard input, one a line.
pub fn lines(number: usize) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in std::io::stdin().lock().lines().take(number) {
        lines.push(line.context("standard input holds no text")?.trim_end_matches('\r').to_owned());
    }
    if lines.len() < number || lines.iter().any(String::is_empty) {
        bail!("standard input must hold {}, one a line", count(number, "password", "passwords"));
    }
    Ok(lines)
}
