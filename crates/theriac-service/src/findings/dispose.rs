//! What people say about components that cannot be matched. Later releases take it over.

use std::collections::HashSet;

use serde_json::json;
use theriac_auth::Permission;
use theriac_model::Digest;
use theriac_store::tables::components::{self as table, Disposition, Unmatched};

use super::{jobs, moved};
use crate::check::Checks;
use crate::products::{find, find_in};
use crate::{App, Result, ServiceError, Who};

/// Most components named one by one; all of them can be disposed of without naming any.
const NAMED_MAX: usize = 10_000;

/// What can be said about a component that cannot be matched: word and meaning.
pub const DISPOSITIONS: &[(&str, &str)] = &[
    ("own", "Own software: its weaknesses are found by its own tests and reviews"),
    ("searched", "Known vulnerabilities were searched by hand"),
    ("watched", "Its supplier or another source is watched for vulnerabilities"),
    ("no code", "It holds nothing that runs"),
];

/// Which components are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Components {
    /// All that await a disposition.
    All,
    /// These, by key; what was said about them before is replaced.
    Some(Vec<String>),
}

/// A disposition of unmatched components.
#[derive(Debug, Clone)]
pub struct Dispose {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// Which components.
    pub components: Components,
    /// What [`unmatched`] named the list that was shown; `None` to dispose of whatever there is now.
    pub expected: Option<Digest>,
    /// A word of [`DISPOSITIONS`].
    pub disposition: String,
    /// Why.
    pub reason: String,
}

/// The components of a release that could not be matched.
#[derive(Debug, Clone)]
pub struct UnmatchedList {
    /// How many there are.
    pub total: usize,
    /// How many of them await a disposition.
    pub open: usize,
    /// Names the list as it is now.
    pub expected: Digest,
}

/// How many components of a release could not be matched; [`components`](super::components) shows them.
///
/// # Errors
/// When there is no such release, or the actor may not read.
#[crate::boxed]
pub async fn unmatched(app: &App, who: &Who, product: &str, release: &str) -> Result<UnmatchedList> {
    let (_, release, mut read) =
        find(app, who, Permission::Read, "components read", product, release).await?;
    let rows = table::unmatched(&mut read, release.id).await?;
    let open = rows.iter().filter(|row| row.disposition.is_none()).count();
    Ok(UnmatchedList { total: rows.len(), open, expected: table::digest_of(&rows) })
}

/// Disposes of unmatched components and gives how many.
///
/// # Errors
/// When a field is wrong, the list is another than was shown, a component named is not among them, or the actor may not.
#[crate::boxed]
pub async fn dispose(app: &App, who: &Who, input: Dispose) -> Result<usize> {
    let action = "component dispose";
    let permission = Permission::DisposeComponent;
    drop(find(app, who, permission, action, &input.product, &input.release).await?);
    let person = who.person()?;
    let mut checks = Checks::default();
    if !DISPOSITIONS.iter().any(|(word, _)| *word == input.disposition) {
        let words: Vec<&str> = DISPOSITIONS.iter().map(|(word, _)| *word).collect();
        let wrong = match input.disposition.is_empty() {
            true => "choose one".to_owned(),
            false => format!("'{}' is none of: {}", input.disposition, words.join(", ")),
        };
        checks.wrong("disposition", wrong);
    }
    let reason = checks.line("reason", &input.reason, 2_000);
    if matches!(&input.components, Components::Some(keys) if keys.len() > NAMED_MAX) {
        checks.wrong("component", format!("name at most {NAMED_MAX}, or choose all"));
    }
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let (_, release) = find_in(&mut write, &input.product, &input.release).await?;
    let rows = table::unmatched(&mut write, release.id).await?;
    let now = table::digest_of(&rows);
    if input.expected.is_some_and(|expected| expected != now) {
        return Err(ServiceError::Changed {
            what: "the list of unmatched components".to_owned(),
            now: Some(now),
        });
    }
    let meant = meant(&rows, &input.components)?;
    let ended: Vec<i64> =
        meant.iter().filter_map(|row| row.disposition.as_ref()).map(|before| before.row_id).collect();
    let begun: Vec<Disposition> = meant
        .iter()
        .map(|row| Disposition {
            row_id: 0,
            component: row.component.clone(),
            disposition: input.disposition.clone(),
            reason: reason.clone(),
            person: person.0,
            carried_from: None,
            at: write.now(),
        })
        .collect();
    table::change_dispositions(&mut write, release.id, &ended, &begun).await?;
    let after = table::digest_of(&table::unmatched(&mut write, release.id).await?);
    let detail = json!({ "disposition": input.disposition, "reason": reason, "components": begun.len() });
    write.audit(format!("release:{}", release.id), Some(now), Some(after), detail);
    // Later releases that are there already take it over when they are matched next.
    for later in moved::later(&mut write, release.id, 0).await? {
        jobs::enqueue(&mut write, later).await?;
    }
    write.commit().await?;
    Ok(begun.len())
}

fn meant<'a>(rows: &'a [Unmatched], which: &Components) -> Result<Vec<&'a Unmatched>> {
    let meant: Vec<&Unmatched> = match which {
        Components::All => rows.iter().filter(|row| row.disposition.is_none()).collect(),
        Components::Some(keys) => {
            let keys: HashSet<&str> = keys.iter().map(String::as_str).collect();
            let known: HashSet<&str> = rows.iter().map(|row| row.component.as_str()).collect();
            if let Some(unknown) = keys.iter().find(|key| !known.contains(**key)) {
                return Err(ServiceError::not_found("unmatched component", *unknown));
            }
            rows.iter().filter(|row| keys.contains(row.component.as_str())).collect()
        }
    };
    if meant.is_empty() {
        return Err(ServiceError::rule("No component awaits a disposition."));
    }
    Ok(meant)
}
