//! The book holds together: every relative link leads to a file, and every page is in the table of contents.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// In the book's folder, but no page of it.
const NO_PAGES: &[&str] = &["SUMMARY.md", "adr/0000-template.md"];

#[test]
fn every_relative_link_leads_to_a_file() {
    let root = repository();
    let mut pages = pages(&root.join("docs"));
    pages.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(|file| root.join(file)));
    let mut dead = Vec::new();
    for page in pages {
        let folder = page.parent().unwrap();
        for link in links(&fs::read_to_string(&page).unwrap()) {
            if !folder.join(&link).exists() {
                dead.push(format!("{}: {link}", page.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let docs = repository().join("docs");
    let listed = links(&fs::read_to_string(docs.join("SUMMARY.md")).unwrap());
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), once.len(), "a page is listed twice");
    let found: BTreeSet<String> = pages(&docs)
        .iter()
        .map(|page| page.strip_prefix(&docs).unwrap().to_str().unwrap().to_owned())
        .filter(|page| !NO_PAGES.contains(&page.as_str()))
        .collect();
    assert_eq!(found, once, "left: in the folder; right: in docs/SUMMARY.md");
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All Markdown files below, without the rendered book.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "book") {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

/// The targets of `[text](target)` that are files, without their anchors.
fn links(text: &str) -> Vec<String> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.starts_with("http") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .collect()
}
