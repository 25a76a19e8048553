//! `/products`: the products of the organisation.

use askama::Template;

use crate::parts::{Empty, Field, Link, Shell, Status};

/// One product.
#[derive(Debug, Clone)]
pub struct ProductRow {
    /// Its name, leading to its page.
    pub product: Link,
    /// What it is, in a sentence.
    pub about: String,
    /// How many releases it has.
    pub releases: u32,
    /// Its newest release, leading to its conformity.
    pub newest: Option<Link>,
    /// Gate of the newest release.
    pub gate: Option<Status>,
    /// Findings of undecided and fielded releases that await an assessment.
    pub open_findings: u32,
}

/// The list of products. Its form sends `csrf`, `name`, `title`, `about` to `/products`.
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
