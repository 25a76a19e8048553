//! `openapi`: the description of the REST interface.

use std::process::ExitCode;

use anyhow::Result;

/// Prints it.
pub fn run() -> Result<ExitCode> {
    crate::output::print(&theriac_api::openapi())?;
    Ok(ExitCode::SUCCESS)
}
