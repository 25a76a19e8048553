//! `rebuild`: makes what was read from evidence again, from the bytes that were kept.

use std::process::ExitCode;

use anyhow::Result;
use theriac_service::{App, Who, evidence};

use crate::config::Config;
use crate::connect;
use crate::output::{self, Format, count};

/// Options of `rebuild`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Rebuilds: exit code 0 when everything was as the bytes say, 1 when something had to be put right.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let location = config.folder("rebuild")?;
    let bar = output::progress(0, "{spinner} {pos} pieces of evidence read again");
    let rebuilt = connect::run(async {
        let store = connect::open_writing(location).await?;
        let app = App::new(store.clone(), config.index(None));
        let watch = |done| bar.set_position(done);
        let rebuilt = evidence::rebuild(&app, &Who::system(connect::VIA), &watch).await;
        store.close().await;
        Ok(rebuilt?)
    });
    bar.finish_and_clear();
    let rebuilt = rebuilt?;
    match args.format {
        Format::Json => output::json(&rebuilt)?,
        Format::Table => {
            let mut text = format!(
                "Read again: {} with {}, {} and {}.\n",
                count(rebuilt.evidence, "piece of evidence", "pieces of evidence"),
                count(rebuilt.components, "component", "components"),
                count(rebuilt.results, "test result", "test results"),
                count(rebuilt.manifests, "build manifest", "build manifests"),
            );
            for difference in &rebuilt.differences {
                text.push_str(&format!("{}: {}\n", difference.evidence, difference.what));
            }
            if rebuilt.differences.is_empty() {
                text.push_str("Everything was as the bytes say.\n");
            }
            output::print(&output::lines(&text))?;
        }
    }
    Ok(if rebuilt.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
