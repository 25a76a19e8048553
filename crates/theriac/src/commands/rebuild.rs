//! `rebuild`: makes what was read from evidence and records again, from the bytes and revisions that were kept.

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
    let sound = rebuilt.differences.is_empty() && rebuilt.changed.is_empty();
    match args.format {
        Format::Json => output::json(&rebuilt)?,
        Format::Table => {
            let mut text = format!(
                "Read again: {} with {}, {} and {}; {}.\n",
                count(rebuilt.evidence, "piece of evidence", "pieces of evidence"),
                count(rebuilt.components, "component", "components"),
                count(rebuilt.results, "test result", "test results"),
                count(rebuilt.manifests, "build manifest", "build manifests"),
                count(rebuilt.records, "record", "records"),
            );
            for difference in &rebuilt.differences {
                text.push_str(&format!("{}: {}\n", difference.of, difference.what));
            }
            if !rebuilt.changed.is_empty() {
                text.push_str("Changed in the database; nothing but a backup brings it back:\n");
            }
            for changed in &rebuilt.changed {
                text.push_str(&format!("  {}: {}\n", changed.of, changed.what));
            }
            if sound {
                text.push_str("Everything was as the bytes and revisions say.\n");
            }
            output::print(&output::lines(&text))?;
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
