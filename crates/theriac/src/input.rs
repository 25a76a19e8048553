//! Files in: within limits, with errors that name them.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Reads a file of at most so many bytes; `-` is standard input.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    read_of(path, limit, "the limit for such a file")
}

/// The same; says what the limit is.
pub fn read_of(path: &Path, limit: usize, what: &str) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        return take(std::io::stdin().lock(), 0, path, limit, what);
    }
    let (file, length) = open(path)?;
    take(file, length, path, limit, what)
}

/// Opens a file and gives its length; a folder is refused.
pub fn open(path: &Path) -> Result<(File, u64)> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let metadata = file.metadata().with_context(|| format!("cannot read {}", path.display()))?;
    if metadata.is_dir() {
        bail!("{} is a folder; name a file", path.display());
    }
    Ok((file, metadata.len()))
}

/// Opens a file to be read from its beginning to its end, and gives its length; `-` is standard input, whose length nobody
/// knows: 0.
pub fn stream(path: &Path) -> Result<(Box<dyn std::io::Read>, u64)> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin().lock()), 0));
    }
    let (file, length) = open(path)?;
    Ok((Box::new(file), length))
}

fn take(source: impl std::io::Read, length: u64, path: &Path, limit: usize, what: &str) -> Result<Vec<u8>> {
    let limit = limit as u64;
    let refuse = || format!("{} has more than {limit} bytes, which is {what}", path.display());
    if length > limit {
        bail!(refuse());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let read = source.take(limit + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.len() as u64 > limit {
        bail!(refuse());
    }
    Ok(bytes)
}

/// The last part of a path, which has to be text.
pub fn name(path: &Path) -> Result<&str> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.with_context(|| format!("{} has no name that is UTF-8 text", path.display()))
}

/// The value in the bytes of a JSON file; the error names the place.
pub fn parse<T: serde::de::DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| anyhow::anyhow!("{}: {}: {}", path.display(), error.path(), error.inner()))?;
    reader.end().with_context(|| format!("{}: something follows the end of the JSON", path.display()))?;
    Ok(value)
}

/// The files of a folder and those within whose names end so, as (name relative to the folder, text), sorted by name.
pub fn folder(folder: &Path, ending: &str, most: usize, limit: usize) -> Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    list(folder, Path::new(""), ending, most, 8, &mut paths)?;
    paths.sort();
    let text = |name: PathBuf| {
        let path = folder.join(&name);
        let text = String::from_utf8(read(&path, limit)?);
        let text = text.with_context(|| format!("{} is not UTF-8 text", path.display()))?;
        let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        Ok((parts.join("/"), text))
    };
    paths.into_iter().map(text).collect()
}

fn list(
    root: &Path,
    inside: &Path,
    ending: &str,
    most: usize,
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Result<()> {
    let folder = root.join(inside);
    let entries =
        std::fs::read_dir(&folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder {}", folder.display()))?;
        let name = inside.join(entry.file_name());
        let kind = entry.file_type().with_context(|| format!("cannot read {}", entry.path().display()))?;
        if kind.is_dir() && depth > 0 {
            list(root, &name, ending, most, depth - 1, found)?;
        } else if !kind.is_dir() && name.extension().is_some_and(|extension| extension == ending) {
            found.push(name);
        }
        if found.len() > most {
            bail!("{} holds more than {most} .{ending} files; is it the right folder?", root.display());
        }
    }
    Ok(())
}
