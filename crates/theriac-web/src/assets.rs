//! Style sheet, scripts and icon, served from the binary under addresses that name their content.
//!
//! To add one: the file in `assets/` and a line in [`FILES`]. A changed file gets a new address, so browsers
//! keep each for a year and never show an old one.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};

/// A file, its media type and its bytes.
struct File {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const FILES: [File; 6] = [
    File {
        name: "theriac.css",
        media_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../assets/theriac.css"),
    },
    File {
        name: "extra.css",
        media_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../assets/extra.css"),
    },
    File {
        name: "app.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/app.js"),
    },
    File {
        name: "typed.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/typed.js"),
    },
    File {
        name: "htmx.min.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/htmx.min.js"),
    },
    File { name: "icon.svg", media_type: "image/svg+xml", bytes: include_bytes!("../assets/icon.svg") },
];

/// The address of every file, in the order of [`FILES`].
static URLS: LazyLock<[String; FILES.len()]> = LazyLock::new(|| {
    FILES.each_ref().map(|file| {
        let digest = hex::encode(Sha256::digest(file.bytes));
        format!("/assets/{}/{}", &digest[..16], file.name)
    })
});

/// The address of an asset, with the first 16 hex digits of its SHA-256 digest in the path.
///
/// An unknown name gives an address that answers 404; a test finds it.
#[must_use]
pub fn url(name: &str) -> &'static str {
    let found = FILES.iter().zip(URLS.iter()).find(|(file, _)| file.name == name);
    found.map_or("/assets/unknown", |(_, url)| url)
}

/// All assets as address and bytes, for a gallery without a server.
pub fn all() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().zip(URLS.iter()).map(|(file, url)| (url.as_str(), file.bytes))
}

/// Routes of all assets.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{digest}/{name}", get(serve))
}

async fn serve(Path((digest, name)): Path<(String, String)>) -> Response {
    let wanted = format!("/assets/{digest}/{name}");
    match FILES.iter().zip(URLS.iter()).find(|(_, url)| **url == wanted) {
        Some((file, _)) => (
            [
                (header::CONTENT_TYPE, file.media_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ],
            file.bytes,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
