//! `/products/{product}`: one product and its releases.

use askama::Template;

use super::my_work::ReleaseRow;
use crate::parts::{Empty, Facts, Field, Shell};

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
