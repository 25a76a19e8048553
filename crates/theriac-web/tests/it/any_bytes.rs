//! No bytes that somebody sends bring a page down: forms of both sorts, and Markdown.

use axum::body::Body;
use axum::http::StatusCode;
use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::test_runner::{Config, TestRunner};
use theriac_web::markdown;

use crate::site::Site;

const KINDS: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=part",
    "multipart/form-data; boundary=\"part",
];
/// What forms are made of, so that some of what is sent gets far.
const PIECES: &str = "(--part(--)?\r?\n?|Content-Disposition: form-data; name=\"(file|csrf|key)\"(; filename=\"[a-z]?\")?\r\n|\r\n\r\n|[a-z]{1,4}=|&|%[0-9a-fA-F]{0,2}|\\PC{0,6}){0,20}";

#[test]
fn any_bytes_are_no_form() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let site = runtime.block_on(Site::signed_in("ana"));
    let any = proptest::collection::vec(any::<u8>(), 0..400);
    let pieces = string_regex(PIECES).unwrap();
    let sent = (prop_oneof![any, pieces.prop_map(String::into_bytes)], 0..KINDS.len());
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(200) });
    let ran = runner.run(&sent, |(bytes, kind)| {
        for path in ["/products", "/products/gateway/releases/2.4.0/evidence"] {
            let page = runtime.block_on(site.raw(path, KINDS[kind], Body::from(bytes.clone())));
            // Nobody guesses the token of the session.
            prop_assert!(page.status.is_client_error(), "{path}: {} {}", page.status, page.text);
            prop_assert_ne!(page.status, StatusCode::NOT_FOUND, "{}", path);
        }
        Ok(())
    });
    ran.unwrap();
}

proptest! {
    #[test]
    fn any_text_is_markdown_without_anything_that_runs(
        text in prop_oneof![
            any::<String>(),
            "(<script>|<img src=x onerror=y>|\\[a\\]\\(javascript:b\\)|[#>*_`~|\\-]{1,4}|\n|\\PC{0,8}){0,24}",
        ]
    ) {
        let html = markdown::render(&text);
        let page = scraper::Html::parse_fragment(html.as_str());
        for element in page.tree.values().filter_map(|node| node.as_element()) {
            prop_assert!(!["script", "img", "style", "form", "iframe", "svg"].contains(&element.name()), "{}", html);
            for (name, value) in element.attrs() {
                prop_assert!(!name.starts_with("on"), "{}", html);
                prop_assert!(!value.trim_start().to_ascii_lowercase().starts_with("javascript:"), "{}", html);
            }
        }
    }
}
