//! The public advisories and bills of materials, and the same ten times as large: nine copies more, in which every
//! package and every id has another name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::shell;

/// A bill of materials with many components.
pub const NIGHTSCOUT: &str = "nightscout-15.0.7";
/// A bill of materials with many findings.
pub const TIDEPOOL: &str = "tidepool-platform";
/// How often the large data hold the small.
pub const TIMES: usize = 10;

/// Where the data lie.
pub struct Data {
    /// The folder of archives with OSV records.
    pub advisories: PathBuf,
    products: PathBuf,
    made: PathBuf,
}

impl Data {
    pub fn new(data: &Path, made: &Path) -> Result<Self> {
        let data = data.canonicalize().context("THERIAC_DATA cannot be entered")?;
        Ok(Self { advisories: data.join("osv"), products: data.join("products"), made: made.to_owned() })
    }

    /// A bill of materials as it is.
    pub fn bom(&self, name: &str) -> PathBuf {
        self.products.join(format!("{name}.cdx.json"))
    }

    /// A bill of materials with all its components ten times.
    pub fn large_bom(&self, name: &str) -> Result<PathBuf> {
        let bom = read(&self.bom(name))?;
        self.write(&format!("{name}-large"), bom.clone(), components(&bom), TIMES)
    }

    /// The first thousand components of both products, the one with the findings first; so often.
    pub fn thousand(&self, times: usize) -> Result<PathBuf> {
        let bom = read(&self.bom(TIDEPOOL))?;
        let mut all = components(&bom);
        all.extend(components(&read(&self.bom(NIGHTSCOUT))?));
        all.truncate(1000);
        self.write(&format!("thousand-{times}"), bom, all, times)
    }

    fn write(&self, name: &str, mut bom: Value, small: Vec<Value>, times: usize) -> Result<PathBuf> {
        let copies =
            (0..times).flat_map(|copy| small.iter().map(move |component| renamed_component(component, copy)));
        bom["components"] = copies.collect();
        // They speak of components by name, and no figure here depends on them.
        bom["dependencies"] = json!([]);
        bom["annotations"] = json!([]);
        // The store that takes it lives in a made-up year, in which this time has not come yet.
        if let Some(metadata) = bom["metadata"].as_object_mut() {
            metadata.remove("timestamp");
        }
        let path = self.made.join(format!("{name}.cdx.json"));
        fs::write(&path, serde_json::to_vec(&bom)?)?;
        Ok(path)
    }

    /// A folder with all OSV records ten times, a file each.
    pub fn large_advisories(&self) -> Result<PathBuf> {
        let (small, large) = (self.made.join("osv-small"), self.made.join("osv-large"));
        for folder in [&small, &large] {
            fs::create_dir_all(folder)?;
        }
        for archive in fs::read_dir(&self.advisories).context("there are no advisories")? {
            let mut tar = Command::new("tar");
            tar.arg("-xf").arg(archive?.path()).arg("-C").arg(&small);
            shell::run(&mut tar)?;
        }
        let mut count = 0;
        for file in files(&small)? {
            // The other formats are few, and a copy of them is not needed.
            let Ok(record) = serde_json::from_slice::<Value>(&fs::read(&file)?) else { continue };
            for copy in 0..TIMES {
                let text = serde_json::to_vec(&renamed_record(&record, copy))?;
                fs::write(large.join(format!("{count}.json")), text)?;
                count += 1;
            }
        }
        fs::remove_dir_all(&small)?;
        Ok(large)
    }
}

fn read(path: &Path) -> Result<Value> {
    let name = path.file_name().unwrap_or_default().display();
    let bytes = fs::read(path).with_context(|| format!("cannot read {name}"))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{name} is no JSON"))
}

fn components(bom: &Value) -> Vec<Value> {
    bom["components"].as_array().cloned().unwrap_or_default()
}

/// All files below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// The component in a copy; the first copy is the original.
fn renamed_component(component: &Value, copy: usize) -> Value {
    let mut component = component.clone();
    if copy == 0 {
        return component;
    }
    for key in ["name", "bom-ref"] {
        rename(&mut component[key], copy);
    }
    if let Some(purl) = component["purl"].as_str() {
        let path = purl.split(['?', '#']).next().unwrap_or(purl);
        let at = path.rfind('@').unwrap_or(path.len());
        component["purl"] = format!("{}-x{copy}{}", &purl[..at], &purl[at..]).into();
    }
    component
}

/// The record in a copy: its ids and the packages it speaks of.
fn renamed_record(record: &Value, copy: usize) -> Value {
    let mut record = record.clone();
    if copy == 0 {
        return record;
    }
    rename(&mut record["id"], copy);
    for key in ["aliases", "related", "upstream"] {
        record[key].as_array_mut().into_iter().flatten().for_each(|id| rename(id, copy));
    }
    for affected in record["affected"].as_array_mut().into_iter().flatten() {
        rename(&mut affected["package"]["name"], copy);
    }
    record
}

fn rename(text: &mut Value, copy: usize) {
    if let Value::String(text) = text {
        text.push_str(&format!("-x{copy}"));
    }
}
