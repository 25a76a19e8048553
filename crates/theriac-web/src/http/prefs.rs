//! How a person likes pages: kept in cookies of the browser, for nobody else to know.

use axum::http::{HeaderMap, header};

use crate::parts::{Density, Theme};

/// Theme, density and single-key shortcuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefs {
    /// Light or dark.
    pub theme: Theme,
    /// Room of rows.
    pub density: Density,
    /// Whether single keys act as shortcuts.
    pub keys: bool,
}

impl Prefs {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let theme = match cookie(headers, "theriac-theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let compact = cookie(headers, "theriac-density").as_deref() == Some("compact");
        let density = if compact { Density::Compact } else { Density::Comfortable };
        Self { theme, density, keys: cookie(headers, "theriac-keys").as_deref() != Some("off") }
    }
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
