//! Writes every sample page and the assets into a folder: `cargo run -p theriac-web --example gallery DIR`.
//!
//! The pages name their assets by absolute address, so serve the folder over HTTP to look at them.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use theriac_web::{assets, samples};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("say which folder to write to")?;
    fs::create_dir_all(&folder)?;
    for (url, bytes) in assets::all() {
        let path = folder.join(url.trim_start_matches('/'));
        fs::create_dir_all(path.parent().ok_or("an asset has no folder")?)?;
        fs::write(path, bytes)?;
    }
    let samples = samples::all();
    for sample in &samples {
        fs::write(folder.join(format!("{}.html", sample.name)), sample.page.dyn_render()?)?;
    }
    println!("{} pages written to {}", samples.len(), folder.display());
    Ok(())
}
