//! `…/baseline` and `…/baseline/sign`: which records have moved on since the decided release that this one goes on from,
//! and taking over their newer revisions by signature.

use askama::Template;
use axum::extract::{Path, Query, State};
use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::Digest;
use theriac_service::gate::{self, Moved};
use theriac_service::{Paging, ServiceError, products};

use super::count;
use super::release::{self, At};
use super::sign::{Refused, SignPage, refused};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Choice, Column, Crumb, Empty, Fact, Facts, Link, Pager, Shell, SignForm, TableHead};
use crate::{respond, urls};

/// A record whose approved revision is not the one that the release rests on.
#[derive(Debug, Clone)]
pub struct MovedRow {
    /// Value of the checkbox: number and digest, such as `REQ-3@9f3c…`.
    pub value: String,
    /// Number, such as "REQ-3".
    pub number: String,
    /// Title of the approved revision.
    pub title: String,
    /// The record.
    pub href: String,
    /// The revision that the release rests on; empty when the record came later.
    pub from: String,
    /// The approved revision.
    pub to: Link,
    /// The difference between the two.
    pub compare: Option<Link>,
}

/// What has moved on. The form leads by GET to the page that signs the chosen revisions.
#[derive(Debug, Clone, Template)]
#[template(path = "baseline.html")]
pub struct BaselinePage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Baseline of 2.5.0".
    pub heading: String,
    /// Which baseline the release reads.
    pub about: String,
    /// Head: selection, record, rests on, approved, difference.
    pub head: TableHead,
    /// By number.
    pub rows: Vec<MovedRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Where the chosen ones are signed.
    pub sign_action: String,
    /// Why the person may not adopt; empty when they may.
    pub blocked: String,
}

/// How many on a page.
const SIZE: u32 = 100;

/// Which page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// Shows what has moved on since the baseline.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    Query(query): Query<At>,
    Query(asked): Query<Asked>,
) -> Answer {
    let found = products::product(web.app(), me.who(), &product).await?;
    let seen = products::release(web.app(), me.who(), &product, &name).await?;
    let paging = Paging { after: Some(asked.after.clone()).filter(|after| !after.is_empty()), limit: SIZE };
    let moved = gate::moved_on(web.app(), me.who(), &product, &name, &paging).await?;
    let here = urls::release(&product, &name, "baseline");
    let about = match &seen.based_on {
        None => "This release goes on from no decided one: it rests on the latest approved revision of every record.".to_owned(),
        Some(base) => format!(
            "This release rests on the revisions that {base} was decided with, and on those that were adopted for it."
        ),
    };
    let blocked = match seen.decided_at {
        Some(_) => "The release is decided: what it rests on is fixed.".to_owned(),
        None => me.blocked(Permission::DecideRelease, Scope::Product(ProductId(found.id))),
    };
    Ok(respond::page(&BaselinePage {
        shell: {
            let mut shell = release::shell(&me, (&product, &found.name), &name, "baseline");
            release::only_today(&mut shell, "Revisions to adopt", &here, query.day(&me)?);
            shell
        },
        heading: format!("Baseline of {name}"),
        about,
        head: TableHead::new(vec![
            Column::new("Select").hidden(),
            Column::new("Record").grow(),
            Column::new("Rests on"),
            Column::new("Approved"),
            Column::new("Difference"),
        ]),
        pager: Pager {
            shown: format!("{} shown, by kind and number", moved.items.len()),
            first: paging.after.as_ref().map(|_| here.clone()),
            next: moved
                .next
                .as_ref()
                .map(|next| Link::new(format!("Next {SIZE}"), urls::with_query(&here, &[("after", next)]))),
            exports: Vec::new(),
        },
        rows: moved.items.iter().map(row).collect(),
        empty: Empty::new(
            "Nothing to adopt",
            "No record has an approved revision that this release does not rest on.",
            Vec::new(),
        ),
        sign_action: urls::release(&product, &name, "baseline/sign"),
        blocked,
    }))
}

fn row(moved: &Moved) -> MovedRow {
    let number = &moved.reference;
    let page = |name: String| urls::record_page(number, &name);
    MovedRow {
        value: value(moved),
        number: number.clone(),
        title: moved.title.clone(),
        href: urls::record(number),
        from: moved.from.map(|from| format!("revision {from}")).unwrap_or_default(),
        to: Link::new(format!("revision {}", moved.number), page(moved.number.to_string())),
        compare: moved.from.map(|from| Link::new("Compare", page(format!("{from}..{}", moved.number)))),
    }
}

fn value(moved: &Moved) -> String {
    format!("{}@{}", moved.reference, moved.revision)
}

/// The revisions that a form or an address names.
fn named(sent: &Form) -> Result<Vec<(String, Digest)>, ServiceError> {
    let wrong = |text: &str| ServiceError::field("revision", format!("'{text}' names no revision"));
    let parse = |text: &String| {
        let (number, digest) = text.split_once('@').ok_or_else(|| wrong(text))?;
        Ok((number.to_owned(), digest.parse().map_err(|_| wrong(text))?))
    };
    sent.all("revision").iter().map(parse).collect()
}

/// Shows what is signed: the chosen revisions.
pub async fn show_sign(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Answer {
    let asked = Form::of(asked);
    if !asked.has("revision") {
        return Ok(with_toast(&urls::release(&product, &name, "baseline"), "Choose revisions first"));
    }
    Ok(respond::page(&page(&web, &me, (&product, &name), &named(&asked)?, Refused::default()).await?))
}

async fn page(
    web: &Web,
    me: &Me,
    (product, name): (&str, &str),
    revisions: &[(String, Digest)],
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let found = products::product(web.app(), me.who(), product).await?;
    let (taken, digest) = gate::adoption(web.app(), me.who(), product, name, revisions).await?;
    let blocked = me.cannot_sign(Permission::DecideRelease, Scope::Product(ProductId(found.id)));
    let what = count(taken.len(), "revision");
    let here = urls::release(product, name, "baseline");
    let mut shell = release::shell(me, (product, &found.name), name, "baseline");
    shell.title = format!("Adopt revisions for {} {name}", found.name);
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::to("Baseline", here.clone()));
    shell.crumbs.push(Crumb::here("Adopt"));
    Ok(SignPage {
        shell,
        heading: format!("Adopt {what} for {name}"),
        content: taken.iter().map(line).collect(),
        changed: None,
        form: SignForm {
            action: format!("{here}/sign"),
            csrf: me.csrf(),
            digest: digest.to_string(),
            hidden: taken.iter().map(|moved| ("revision".to_owned(), value(moved))).collect(),
            subject: Facts::from(vec![Fact::text("Adopt", format!("{what} for {} {name}", found.name))]),
            fields: Vec::new(),
            signer: me.session.name.clone(),
            signer_title: String::new(),
            meanings: vec![Choice::new("adopt", "This release rests on these revisions", "adopt")],
            warnings: refused.note.into_iter().collect(),
            blocked,
            password_error: refused.password,
            comment: None,
            submit: format!("Adopt {what}"),
            cancel: here,
        },
    })
}

/// A revision as it is signed, and what it takes the place of.
fn line(moved: &Moved) -> (String, String) {
    let instead = match moved.from {
        None => "which the release did not rest on before".to_owned(),
        Some(from) => format!("instead of revision {from}"),
    };
    let digest = moved.revision.short();
    (
        format!("{} {}", moved.reference, moved.title),
        format!("revision {} ({digest}), {instead}", moved.number),
    )
}

/// Adopts the chosen revisions.
pub async fn sign(
    State(web): State<Web>,
    me: Me,
    Path((product, name)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    let revisions = named(&sent)?;
    match give(&web, &me, (&product, &name), &revisions, &sent).await {
        Ok(()) => {
            let said = format!("{} adopted for {name}", count(revisions.len(), "revision"));
            Ok(with_toast(&urls::release(&product, &name, "baseline"), &said))
        }
        // What was chosen is not what is approved by now: there is nothing to sign again.
        Err(changed @ ServiceError::Changed { .. }) => Err(changed.into()),
        Err(error) => {
            let (status, refused) = refused(error)?;
            let page = page(&web, &me, (&product, &name), &revisions, refused).await?;
            Ok(respond::with_status(status, &page))
        }
    }
}

async fn give(
    web: &Web,
    me: &Me,
    (product, name): (&str, &str),
    revisions: &[(String, Digest)],
    sent: &Form,
) -> Result<(), ServiceError> {
    let proof = me.prove(web, sent).await?;
    gate::adopt_revisions(web.app(), me.who(), &proof, product, name, revisions).await
}
