//! `/products/{product}`: one product and its releases.

use askama::Template;
use axum::extract::{Path, State};
use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::record::FieldError;
use theriac_service::products::{self, NewRelease};
use theriac_service::{ServiceError, gate};

use super::my_work::{ReleaseRow, release_row};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Area, Crumb, Empty, Fact, Facts, Field, Input, Shell};
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
    /// Newest first.
    pub releases: Vec<ReleaseRow>,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Where the form goes.
    pub add_action: String,
    /// Fields of "Add a release"; empty when the person may not.
    pub add: Vec<Field>,
    /// Why the person may not add one; empty when they may.
    pub add_blocked: String,
}

/// Shows a product.
pub async fn show(State(web): State<Web>, me: Me, Path(key): Path<String>) -> Answer {
    Ok(respond::page(&page(&web, &me, &key, &Form::default(), &[]).await?))
}

async fn page(
    web: &Web,
    me: &Me,
    key: &str,
    sent: &Form,
    errors: &[FieldError],
) -> Result<ProductPage, ServiceError> {
    let product = products::product(web.app(), me.who(), key).await?;
    let mut releases = Vec::new();
    for state in
        gate::releases(web.app(), me.who()).await?.iter().filter(|state| state.product == key).take(50)
    {
        let judged = gate::shown(web.app(), me.who(), &state.product, &state.release).await?;
        let mut row = release_row(me, state, &judged);
        row.release.text.clone_from(&state.release);
        releases.push(row);
    }
    let blocked = me.blocked(Permission::ManageReleases, Scope::Product(ProductId(product.id)));
    let mut shell = me.shell(&product.name, Area::Products);
    shell.crumbs = vec![Crumb::to("Products", "/products"), Crumb::here(&product.name)];
    let support = product.support_end.map_or_else(
        || Fact::none("Supported until"),
        |day| Fact::new("Supported until", crate::parts::Value::When(me.day(day))),
    );
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
        add_action: format!("{}/releases", urls::product(key)),
        add: if blocked.is_empty() { fields(sent, errors) } else { Vec::new() },
        add_blocked: blocked,
    })
}

fn fields(sent: &Form, errors: &[FieldError]) -> Vec<Field> {
    let error = |name: &str| {
        errors.iter().find(|error| error.field == name).map(|error| error.message.clone()).unwrap_or_default()
    };
    let text = |name: &str| sent.get(name).to_owned();
    vec![
        Field::new("name", "Version", Input::Text(text("name")))
            .hint("Such as 2.4.0")
            .error(error("name"))
            .required(),
        Field::new("based_on", "Based on", Input::Text(text("based_on")))
            .hint("A decided release, for a patch line: its baseline is taken over")
            .error(error("based_on")),
        Field::new("planned_ship_date", "Planned to ship", Input::Date(text("planned_ship_date")))
            .error(error("planned_ship_date")),
        Field::new("manager", "Release manager", Input::Text(text("manager")))
            .hint("The key of a person, such as ana; you, when empty")
            .error(error("manager")),
    ]
}

/// Adds a release.
pub async fn add_release(State(web): State<Web>, me: Me, Path(key): Path<String>, sent: Form) -> Answer {
    match add(&web, &me, &key, &sent).await {
        Ok(name) => Ok(with_toast(&urls::release(&key, &name, "conformity"), "Release added")),
        Err(ServiceError::Invalid(errors)) => {
            let page = page(&web, &me, &key, &sent, &errors).await?;
            Ok(respond::with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(error.into()),
    }
}

async fn add(web: &Web, me: &Me, key: &str, sent: &Form) -> Result<String, ServiceError> {
    let new = NewRelease {
        product: key.to_owned(),
        name: sent.get("name").trim().to_owned(),
        based_on: sent.filled("based_on"),
        planned_ship_date: super::day(sent, "planned_ship_date")?,
        manager: Some(sent.filled("manager").unwrap_or_else(|| me.session.person.clone())),
    };
    Ok(products::add_release(web.app(), me.who(), new).await?.name)
}
