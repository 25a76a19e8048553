//! What a build manifest needs to know of a git checkout, asked of the `git` program.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, bail};
use jiff::Timestamp;
use theriac_formats::{Author, ChangedPath};

use crate::output::count;

/// How many uncommitted files an error names.
const NAMED: usize = 5;

/// The tree that holds nothing, which git knows in every repository, by its two ways to name objects.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const EMPTY_TREE_SHA256: &str = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";

/// A checkout.
#[derive(Debug, Clone, Copy)]
pub struct Git<'a>(pub &'a Path);

impl Git<'_> {
    /// The id of a commit.
    pub fn commit(self, name: &str) -> Result<String> {
        if name.starts_with('-') {
            bail!("'{name}' is no name of a commit");
        }
        let id = self.line(&["rev-parse", "--verify", &format!("{name}^{{commit}}")]);
        id.with_context(|| {
            format!("the commit '{name}' is not found in {}; fetch it, or name another one", self.0.display())
        })
    }

    /// The first parent of a commit.
    pub fn parent(self, commit: &str) -> Result<Option<String>> {
        let line = self.line(&["rev-list", "--parents", "--max-count=1", commit])?;
        Ok(line.split(' ').nth(1).map(str::to_owned))
    }

    /// When a commit was made, as its committer's clock said.
    pub fn committed_at(self, commit: &str) -> Result<Timestamp> {
        let seconds = self.line(&["show", "--no-patch", "--format=%ct", commit])?;
        let at = seconds.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        at.with_context(|| format!("git says that {commit} was made at '{seconds}', which is no time"))
    }

    /// Refuses a clone without its history: who wrote what could not be told.
    pub fn require_history(self) -> Result<()> {
        if self.line(&["rev-parse", "--is-shallow-repository"])? == "true" {
            bail!(
                "{} is a shallow clone, so it cannot be told who changed what; fetch the whole history \
                 (git fetch --unshallow; on GitHub: fetch-depth: 0)",
                self.0.display()
            );
        }
        Ok(())
    }

    /// Refuses changes that no commit holds: the build would not be of the commit.
    pub fn require_clean(self) -> Result<()> {
        let status = self.text(&["status", "--porcelain", "--untracked-files=no", "-z"])?;
        let changed: Vec<&str> = status.split_terminator('\0').filter_map(|line| line.get(3..)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let named = changed.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        bail!(
            "{} from the commit ({named}{}), so the build is not of it; commit or undo the changes, or say --allow-dirty \
             when they do not bear on the build",
            count(changed.len(), "file differs", "files differ"),
            if changed.len() > NAMED { ", …" } else { "" }
        )
    }

    /// Who wrote the commits after the build before, or all commits when there is none, `Co-authored-by` included, sorted.
    pub fn authors(self, since: Option<&str>, commit: &str) -> Result<Vec<Author>> {
        let range = since.map_or_else(|| commit.to_owned(), |since| format!("{since}..{commit}"));
        let format = "--format=%aN%x1f%aE%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1f)";
        let log = self.text(&["log", "-z", format, &range, "--"])?;
        let mut authors = BTreeSet::new();
        for commit in log.split_terminator('\0') {
            let mut parts = commit.split('\x1f');
            authors.insert(author(parts.next().unwrap_or_default(), parts.next().unwrap_or_default()));
            for both in parts.map(str::trim).filter(|both| !both.is_empty()) {
                let (name, email) = both.rsplit_once('<').unwrap_or((both, ""));
                authors.insert(author(name, email.trim_end_matches('>')));
            }
        }
        Ok(authors.into_iter().map(|(name, email)| Author { name, email }).collect())
    }

    /// Paths that changed since the build before, folders included; all of them when there is none.
    pub fn changed(self, since: Option<&str>, commit: &str) -> Result<Vec<ChangedPath>> {
        let since =
            since.unwrap_or(if commit.len() == EMPTY_TREE.len() { EMPTY_TREE } else { EMPTY_TREE_SHA256 });
        let options = ["diff-tree", "--raw", "-r", "-t", "-z", "--no-renames", "--no-abbrev"];
        let text = self.text(&[&options[..], &[since, commit]].concat())?;
        let mut fields = text.split_terminator('\0');
        let mut changed = Vec::new();
        while let (Some(what), Some(path)) = (fields.next(), fields.next()) {
            let id = what
                .split(' ')
                .nth(3)
                .with_context(|| format!("git says '{what}', which is not understood"))?;
            let removed = id.bytes().all(|byte| byte == b'0');
            changed.push(ChangedPath { path: path.to_owned(), tree: (!removed).then(|| id.to_owned()) });
        }
        Ok(changed)
    }

    fn line(self, arguments: &[&str]) -> Result<String> {
        Ok(self.text(arguments)?.trim_end().to_owned())
    }

    fn text(self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.0).args(arguments).env("GIT_OPTIONAL_LOCKS", "0");
        let output = command.output().map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow!("git is not installed, or not in PATH; this command asks it"),
            _ => anyhow!("git cannot be started: {error}"),
        })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("git {}: {}", arguments.first().unwrap_or(&""), said.trim());
        }
        String::from_utf8(output.stdout).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let around = error.as_bytes().get(at.saturating_sub(80)..(at + 20).min(error.as_bytes().len()));
            let around = String::from_utf8_lossy(around.unwrap_or_default());
            let place = around.rsplit('\0').next().unwrap_or_default();
            anyhow!("a name in the repository is not UTF-8 text, near '{place}'; a manifest holds text only")
        })
    }
}

/// Name and address as a manifest can hold them; git takes anything.
fn author(name: &str, email: &str) -> (String, String) {
    let plain =
        |text: &str| text.chars().filter(|c| !c.is_control()).take(500).collect::<String>().trim().to_owned();
    let (name, email) = (plain(name), plain(email));
    let name = if name.is_empty() { "unknown".to_owned() } else { name };
    let part = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    let usable = email.rsplit_once('@').is_some_and(|(account, host)| part(account) && part(host));
    (name, if usable { email } else { "unknown@invalid".to_owned() })
}
