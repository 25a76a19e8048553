//! Finds the data that is too large to live in the repository.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// A path below `THERIAC_DATA`; prints one line and gives nothing when that is unset.
pub fn path(relative: &str) -> Option<PathBuf> {
    match std::env::var_os("THERIAC_DATA") {
        Some(root) => Some(PathBuf::from(root).join(relative)),
        None => {
            println!("left out: {relative} (set THERIAC_DATA)");
            None
        }
    }
}

/// The files of an archive below `THERIAC_DATA`, by path inside it.
pub fn archive(relative: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let archive = path(relative)?;
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar").arg("xf").arg(archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(status.success(), "tar cannot unpack {relative}");
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    Some(files)
}
