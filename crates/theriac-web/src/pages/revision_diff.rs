//! `/records/{number}/{from}..{to}`: two revisions compared; also where a suspect link is confirmed.

use askama::Template;
use axum::http::StatusCode;
use theriac_service::records::{self, Changed, Revision};
use theriac_service::{ServiceError, people};

use super::record::shell;
use crate::http::{Answer, Failure, Form, Me, Web};
use crate::parts::{Diff, DiffKind, DiffLine, Fact, Facts, ReasonForm, Shell, Value};
use crate::{respond, urls};

/// Two revisions compared.
#[derive(Debug, Clone, Template)]
#[template(path = "revision_diff.html")]
pub struct RevisionDiffPage {
    /// Surroundings.
    pub shell: Shell,
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Such as "Revision 7 against 6".
    pub heading: String,
    /// The older revision: author, time, digest.
    pub older: Facts,
    /// The newer revision.
    pub newer: Facts,
    /// The difference; empty when there is none.
    pub diff: Diff,
    /// Confirms the suspect link that led here, with a reason; hidden values `link-type`, `source`,
    /// `older`, `newer`.
    pub confirm: Option<ReasonForm>,
    /// What confirming means, such as "RISK-12 is mitigated by this measure".
    pub confirm_text: String,
}

/// What the address says: the suspect link that led here.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    source: String,
    link: String,
}

/// Compares two revisions.
pub(super) async fn show(web: &Web, me: &Me, number: &str, one: &str, other: &str, asked: &Asked) -> Answer {
    let wrong = |_| Failure::bad_request("Two revisions are compared as 6..7.");
    let two = (one.parse().map_err(wrong)?, other.parse().map_err(wrong)?);
    Ok(respond::page(&page(web, me, number, two, asked, ("", "")).await?))
}

/// The comparison once more, with what was typed of a reason that was refused and why.
pub(super) async fn again(web: &Web, me: &Me, number: &str, sent: &Form, error: &str) -> Answer {
    let revision = |name: &str| {
        sent.get(name)
            .parse()
            .map_err(|_| Failure::bad_request("The form is incomplete; load the page again."))
    };
    let two = (revision("older")?, revision("newer")?);
    let asked = Asked { source: sent.get("source").to_owned(), link: sent.get("link-type").to_owned() };
    let page = page(web, me, number, two, &asked, (sent.get("reason"), error)).await?;
    Ok(respond::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// The comparison, with the reason for confirming the link as it was typed and what is wrong with it.
async fn page(
    web: &Web,
    me: &Me,
    number: &str,
    (one, other): (i64, i64),
    asked: &Asked,
    (typed, error): (&str, &str),
) -> Result<RevisionDiffPage, ServiceError> {
    let changed = records::compare(web.app(), me.who(), number, one, other).await?;
    let view = records::record(web.app(), me.who(), number, None).await?;
    let heading = format!("Revision {} against {}", changed.newer.number, changed.older.number);
    let names = people::called(web.app(), [changed.older.author, changed.newer.author]).await?;
    let facts = |revision: &Revision| {
        Facts::from(vec![
            Fact::text("Revision", format!("{}, {}", revision.number, revision.state)),
            Fact::text("Author", names.get(&revision.author).cloned().unwrap_or_default()),
            Fact::new("Submitted", Value::When(me.when(revision.at))),
            Fact::code("Digest", revision.digest.to_string()),
        ])
    };
    let confirm = (!asked.source.is_empty()).then(|| ReasonForm {
        label: "Confirm the link".to_owned(),
        name: "confirm".to_owned(),
        action: urls::record_page(number, "confirm"),
        csrf: me.csrf(),
        expected: changed.newer.digest.to_string(),
        hidden: vec![
            ("source".to_owned(), asked.source.clone()),
            ("link-type".to_owned(), asked.link.clone()),
            ("older".to_owned(), changed.older.number.to_string()),
            ("newer".to_owned(), changed.newer.number.to_string()),
        ],
        hint: "Why the link still holds after this change".to_owned(),
        typed: typed.to_owned(),
        error: error.to_owned(),
        blocked: String::new(),
        danger: false,
    });
    Ok(RevisionDiffPage {
        shell: shell(me, number, view.kind, &heading),
        number: number.to_owned(),
        title: view.head.title.clone(),
        older: facts(&changed.older),
        newer: facts(&changed.newer),
        diff: diff(&changed),
        confirm,
        confirm_text: format!("{} {} {number}", asked.source, asked.link.replace('-', " ")),
        heading,
    })
}

/// What differs, line by line.
pub(super) fn diff(changed: &Changed) -> Diff {
    let mut lines = Vec::new();
    for field in &changed.fields {
        lines.push(DiffLine::new(DiffKind::Field, field.label));
        let before: Vec<&str> = field.before.lines().collect();
        let after: Vec<&str> = field.after.lines().collect();
        lines.extend(before.iter().map(|line| {
            let kind = if after.contains(line) { DiffKind::Same } else { DiffKind::Removed };
            DiffLine::new(kind, *line)
        }));
        lines.extend(
            after
                .iter()
                .filter(|line| !before.contains(line))
                .map(|line| DiffLine::new(DiffKind::Added, *line)),
        );
    }
    let links = changed.links_removed.len() + changed.links_added.len() + changed.links_moved.len();
    if links > 0 {
        lines.push(DiffLine::new(DiffKind::Field, "Links"));
        let words =
            |link: &theriac_model::record::Link| format!("{} {}", link.link.replace('-', " "), link.target);
        lines.extend(changed.links_removed.iter().map(|link| DiffLine::new(DiffKind::Removed, words(link))));
        lines.extend(changed.links_added.iter().map(|link| DiffLine::new(DiffKind::Added, words(link))));
        let moved = |link| format!("{}, another revision of it than before", words(link));
        lines.extend(changed.links_moved.iter().map(|link| DiffLine::new(DiffKind::Added, moved(link))));
    }
    if !changed.files_removed.is_empty() || !changed.files_added.is_empty() {
        lines.push(DiffLine::new(DiffKind::Field, "Attachments"));
        let words = |file: &records::Attachment| format!("{} {}", file.name, file.digest.short());
        lines.extend(changed.files_removed.iter().map(|file| DiffLine::new(DiffKind::Removed, words(file))));
        lines.extend(changed.files_added.iter().map(|file| DiffLine::new(DiffKind::Added, words(file))));
    }
    Diff { lines }
}
