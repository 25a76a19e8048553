//! `/products/{product}`: one product and its releases.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::record::FieldError;
use theriac_service::people::PersonView;
use theriac_service::products::{self, NewRelease, Product, ProductChange, ReleaseView, by_version};
use theriac_service::{ServiceError, gate};

use super::error_at;
use super::my_work::{ReleaseRow, release_row};
use super::plan::managers;
use super::products::routes;
use super::release::{self, At};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Area, Choice, Crumb, Empty, Errors, Fact, Facts, Field, Input, Note, NoteKind, Shell};
use crate::{respond, urls};

/// One product. Its form sends `csrf`, `name`, `based_on`, `planned_ship`, `support_end` to
/// `/products/{product}/releases`.
#[derive(Debug, Clone, Template)]
#[template(path = "product.html")]
pub struct ProductPage {
    /// Surroundings.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// Facts about it, such as the route it takes through the standard.
    pub facts: Facts,
    /// The highest version first.
    pub releases: Vec<ReleaseRow>,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Where the form goes.
    pub add_action: String,
    /// What names the state of the product that is shown.
    pub expected: String,
    /// That somebody changed the product meanwhile.
    pub notes: Vec<Note>,
    /// Where the form that changes it goes: it sends `csrf`, `expected`, `name`, `route`, `support_end`.
    pub change_action: String,
    /// Fields of "Change"; empty when the person may not.
    pub change: Vec<Field>,
    /// Why the person may not change it; empty when they may.
    pub change_blocked: String,
    /// Fields of "Add a release"; empty when the person may not.
    pub add: Vec<Field>,
    /// Why the person may not add one; empty when they may.
    pub add_blocked: String,
}

impl ProductPage {
    fn errors(&self) -> Errors {
        Errors::of(self.change.iter().chain(&self.add))
    }
}

/// Most releases shown.
const RELEASES_MAX: usize = 50;

/// A form of the page that was sent, and what was wrong with it.
#[derive(Default)]
struct Refused {
    add: Form,
    change: Option<Form>,
    errors: Vec<FieldError>,
    note: Option<Note>,
}

/// Shows a product.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path(key): Path<String>,
    Query(query): Query<At>,
) -> Answer {
    let mut page = page(&web, &me, &key, Refused::default()).await?;
    let what = "The product and its releases";
    release::only_today(&mut page.shell, what, &urls::product(&key), query.day(&me)?);
    Ok(respond::page(&page))
}

async fn page(web: &Web, me: &Me, key: &str, refused: Refused) -> Result<ProductPage, ServiceError> {
    let product = products::product(web.app(), me.who(), key).await?;
    let mut releases = Vec::new();
    let mut states = gate::releases(web.app(), me.who()).await?;
    states.retain(|state| state.product == key);
    states.sort_by(|one, other| by_version(&other.release, &one.release));
    let bases: Vec<String> =
        states.iter().filter(|state| state.decided).map(|state| state.release.clone()).collect();
    states.truncate(RELEASES_MAX);
    for (state, sums) in states.iter().zip(gate::sums(web.app(), me.who(), &states).await?) {
        let mut row = release_row(me, state, &sums);
        row.release.text.clone_from(&state.release);
        releases.push(row);
    }
    let place = Scope::Product(ProductId(product.id));
    let blocked = me.blocked(Permission::ManageReleases, place);
    let change_blocked = me.blocked(Permission::ManageProducts, place);
    let mut shell = me.shell(&product.name, Area::Products);
    shell.crumbs = vec![Crumb::to("Products", "/products"), Crumb::here(&product.name)];
    let support = product.support_end.map_or_else(
        || Fact::none("Supported until"),
        |day| Fact::new("Supported until", crate::parts::Value::When(me.day(day))),
    );
    let expected = products::state_of(&product).to_string();
    let change = if change_blocked.is_empty() { change_fields(&product, &refused) } else { Vec::new() };
    Ok(ProductPage {
        shell,
        about: String::new(),
        facts: vec![Fact::code("Key", &product.key), Fact::text("Route", &product.route), support].into(),
        name: product.name,
        releases,
        empty: Empty::new(
            "No release yet",
            "A release is the unit of conformity and decision: add the one you work on.",
            Vec::new(),
        ),
        expected,
        change_action: urls::product(key),
        change,
        change_blocked,
        add_action: format!("{}/releases", urls::product(key)),
        add: match blocked.is_empty() {
            true => fields(me, &bases, &super::records::everybody(web, me).await?, &refused),
            false => Vec::new(),
        },
        add_blocked: blocked,
        notes: refused.note.into_iter().collect(),
    })
}

/// The fields that change the product, with what was typed where it was refused.
fn change_fields(product: &Product, refused: &Refused) -> Vec<Field> {
    let stored = |name: &str| match name {
        "name" => product.name.clone(),
        "route" => product.route.clone(),
        _ => product.support_end.map(|day| day.to_string()).unwrap_or_default(),
    };
    let value =
        |name: &str| refused.change.as_ref().map_or_else(|| stored(name), |sent| sent.get(name).to_owned());
    let error = |name: &str| match refused.change {
        Some(_) => error_at(&refused.errors, name),
        None => String::new(),
    };
    vec![
        Field::new("name", "Name", Input::Text(value("name")))
            .error(error("name"))
            .required()
            .within("change"),
        Field::new("route", "Route", Input::Select(routes(&value("route"))))
            .error(error("route"))
            .required()
            .within("change"),
        Field::new("support_end", "Supported until", Input::Date(value("support_end")))
            .error(error("support_end"))
            .within("change"),
    ]
}

/// Changes the product.
pub async fn change(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    let done: Result<_, ServiceError> = async {
        let wrong = |_| ServiceError::field("expected", "the page is incomplete; load it anew");
        let route = sent.get("route").parse().map_err(|error: String| ServiceError::field("route", error))?;
        let change = ProductChange {
            expected: Some(sent.get("expected").parse().map_err(wrong)?),
            name: sent.get("name").to_owned(),
            route,
            support_end: super::day(&sent, "support_end")?,
        };
        products::change_product(web.app(), me.who(), &key, change).await
    }
    .await;
    let (status, errors, note) = match done {
        Ok(_) => return Ok(with_toast(&urls::product(&key), "Product saved")),
        Err(ServiceError::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(ServiceError::Changed { .. }) => {
            let text = "What stands on the left is how it is now. Your form is as you typed it; save again to put it in that place.";
            let note = Note::new(NoteKind::Warn, "Somebody changed the product meanwhile.", text).alert();
            (StatusCode::CONFLICT, Vec::new(), Some(note))
        }
        Err(error) => return Err(error.into()),
    };
    let refused = Refused { change: Some(sent), errors, note, ..Refused::default() };
    Ok(respond::with_status(status, &page(&web, &me, &key, refused).await?))
}

/// The fields that add a release; it may go on from one that was decided.
fn fields(me: &Me, bases: &[String], everybody: &[PersonView], refused: &Refused) -> Vec<Field> {
    let error = |name: &str| match refused.change {
        Some(_) => String::new(),
        None => error_at(&refused.errors, name),
    };
    let text = |name: &str| refused.add.get(name).to_owned();
    let manager = refused.add.filled("manager").unwrap_or_else(|| me.session.person.clone());
    let base = text("based_on");
    let none = std::iter::once(Choice::new("", "No release", &base));
    let bases = none.chain(bases.iter().map(|release| Choice::new(release, release, &base)));
    vec![
        Field::new("release", "Version", Input::Text(text("release")))
            .hint("Such as 2.4.0")
            .error(error("release"))
            .required(),
        Field::new("based_on", "Based on", Input::Select(bases.collect()))
            .hint("A decided release, for a patch line: its baseline is taken over")
            .error(error("based_on")),
        Field::new("planned_ship_date", "Planned to ship", Input::Date(text("planned_ship_date")))
            .error(error("planned_ship_date")),
        Field::new("manager", "Release manager", Input::Select(managers(everybody, &manager)))
            .hint("Owes what nobody else is named for")
            .error(error("manager")),
    ]
}

/// Adds a release.
pub async fn add_release(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    match add(&web, &me, &key, &sent).await {
        Ok(release) => {
            let said = super::plan::saved(&me, "Release added", release.planned_ship_date);
            Ok(with_toast(&urls::release(&key, &release.name, "conformity"), &said))
        }
        Err(error) => {
            let errors = match error {
                ServiceError::Invalid(errors) => errors,
                error @ ServiceError::Exists { .. } => vec![FieldError::new("release", error.to_string())],
                error => return Err(error.into()),
            };
            let refused = Refused { add: sent, errors, ..Refused::default() };
            let page = page(&web, &me, &key, refused).await?;
            Ok(respond::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

async fn add(web: &Web, me: &Me, key: &str, sent: &Form) -> Result<ReleaseView, ServiceError> {
    let new = NewRelease {
        product: key.to_owned(),
        name: sent.get("release").trim().to_owned(),
        based_on: sent.filled("based_on"),
        planned_ship_date: super::day(sent, "planned_ship_date")?,
        manager: Some(sent.filled("manager").unwrap_or_else(|| me.session.person.clone())),
    };
    products::add_release(web.app(), me.who(), new).await
}
