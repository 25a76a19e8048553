//! `/products`: the products of the organisation.

use askama::Template;
use axum::extract::{Query, State};
use theriac_auth::{Permission, Scope};
use theriac_conformity::facts::words::Route;
use theriac_model::record::FieldError;
use theriac_service::gate::{self, ReleaseState};
use theriac_service::products::{self, NewProduct, Product, by_version};
use theriac_service::{Paging, ServiceError};

use super::my_work::gate_status;
use super::release::{self, At};
use crate::http::{Answer, Form, Me, Web, with_toast};

use crate::parts::{Area, Choice, Empty, Field, Input, Link, Shell, Status};
use crate::{respond, urls};

/// One product.
#[derive(Debug, Clone)]
pub struct ProductRow {
    /// Its name, leading to its page.
    pub product: Link,
    /// What it is, in a sentence.
    pub about: String,
    /// How many releases it has.
    pub releases: u32,
    /// Its newest release by version, leading to its conformity.
    pub newest: Option<Link>,
    /// Gate of the newest release.
    pub gate: Option<Status>,
    /// Findings of undecided and fielded releases that await an assessment.
    pub open_findings: u32,
}

/// The list of products. Its form sends `csrf`, `key`, `name`, `route`, `support_end` to `/products`.
#[derive(Debug, Clone, Template)]
#[template(path = "products.html")]
pub struct ProductsPage {
    /// Surroundings.
    pub shell: Shell,
    /// By name.
    pub products: Vec<ProductRow>,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Fields of "Add a product"; empty when the person may not.
    pub add: Vec<Field>,
    /// Why the person may not add one; empty when they may.
    pub add_blocked: String,
}

/// Shows the products.
pub async fn show(State(web): State<Web>, me: Me, Query(query): Query<At>) -> Answer {
    let mut page = page(&web, &me, &Form::default(), &[]).await?;
    release::only_today(&mut page.shell, "Products", "/products", query.day(&me)?);
    Ok(respond::page(&page))
}

async fn page(web: &Web, me: &Me, sent: &Form, errors: &[FieldError]) -> Result<ProductsPage, ServiceError> {
    let states = gate::releases(web.app(), me.who()).await?;
    let products = products::products(web.app(), me.who(), &Paging { limit: 200, after: None }).await?.items;
    let newest: Vec<ReleaseState> =
        products.iter().filter_map(|product| newest(&states, product)).cloned().collect();
    let sums = gate::sums(web.app(), me.who(), &newest).await?;
    let mut rows = Vec::new();
    for product in products {
        let mut row = ProductRow {
            product: Link::new(&product.name, urls::product(&product.key)),
            about: if product.route == Route::Transitional.as_str() {
                "Transitional (annex F)"
            } else {
                "Full route"
            }
            .to_owned(),
            releases: u32::try_from(states.iter().filter(|state| state.product == product.key).count())
                .unwrap_or(u32::MAX),
            newest: None,
            gate: None,
            open_findings: 0,
        };
        if let Some((newest, sums)) = newest.iter().zip(&sums).find(|(state, _)| state.product == product.key)
        {
            row.open_findings = sums.findings;
            row.newest =
                Some(Link::new(&newest.release, urls::release(&product.key, &newest.release, "conformity")));
            row.gate = Some(gate_status(newest.decided, sums.gate_open).into());
        }
        rows.push(row);
    }
    let blocked = me.blocked(Permission::ManageProducts, Scope::Organisation);
    Ok(ProductsPage {
        shell: me.shell("Products", Area::Products),
        products: rows,
        empty: Empty::new(
            "No product yet",
            "A product is what you ship; its releases are what conforms (clause 4.1.3).",
            Vec::new(),
        ),
        add: if blocked.is_empty() { fields(sent, errors) } else { Vec::new() },
        add_blocked: blocked,
    })
}

/// The release of a product with the highest version.
fn newest<'s>(states: &'s [ReleaseState], product: &Product) -> Option<&'s ReleaseState> {
    let own = states.iter().filter(|state| state.product == product.key);
    own.max_by(|one, other| by_version(&one.release, &other.release))
}

fn fields(sent: &Form, errors: &[FieldError]) -> Vec<Field> {
    let error = |name: &str| {
        errors.iter().find(|error| error.field == name).map(|error| error.message.clone()).unwrap_or_default()
    };
    let route = if sent.get("route").is_empty() { Route::Full.as_str() } else { sent.get("route") };
    vec![
        Field::new("name", "Name", Input::Text(sent.get("name").to_owned())).error(error("name")).required(),
        Field::new("key", "Key", Input::Text(sent.get("key").to_owned()))
            .hint("What people type on the command line: lower-case words, such as infusion-pump")
            .error(error("key"))
            .required(),
        Field::new("route", "Route", Input::Radios(routes(route))).error(error("route")).required(),
        Field::new("support_end", "Supported until", Input::Date(sent.get("support_end").to_owned()))
            .error(error("support_end")),
    ]
}

/// The routes by which a product conforms.
pub(super) fn routes(current: &str) -> Vec<Choice> {
    vec![
        Choice::new("full", "Full: clauses 4 to 9", current),
        Choice::new("transitional", "Transitional: annex F", current),
    ]
}

/// Adds a product.
pub async fn add(State(web): State<Web>, me: Me, sent: Form) -> Answer {
    match add_product(&web, &me, &sent).await {
        Ok(key) => Ok(with_toast(&urls::product(&key), "Product added")),
        Err(error) => {
            let errors = match error {
                ServiceError::Invalid(errors) => errors,
                error @ ServiceError::Exists { .. } => vec![FieldError::new("key", error.to_string())],
                error => return Err(error.into()),
            };
            let page = page(&web, &me, &sent, &errors).await?;
            Ok(respond::with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

async fn add_product(web: &Web, me: &Me, sent: &Form) -> Result<String, ServiceError> {
    let route = sent.get("route").parse().map_err(|error: String| ServiceError::field("route", error))?;
    let support_end = super::day(sent, "support_end")?;
    let new = NewProduct {
        key: sent.get("key").trim().to_owned(),
        name: sent.get("name").to_owned(),
        route,
        support_end,
    };
    Ok(products::add_product(web.app(), me.who(), new).await?.key)
}
