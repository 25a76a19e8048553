//! Markdown of people turned into HTML that is safe to show.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// HTML that came out of [`render`] and therefore holds no script, style, form or foreign image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(String);

impl Html {
    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Html {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl askama::filters::HtmlSafe for Html {}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "p",
            "br",
            "hr",
            "h3",
            "h4",
            "h5",
            "h6",
            "ul",
            "ol",
            "li",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "blockquote",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .link_rel(Some("noopener noreferrer"));
    builder
});

/// Renders Markdown (CommonMark with tables and strike-through). Raw HTML is shown as text, headings are
/// moved below those of the page, images become their description.
#[must_use]
pub fn render(markdown: &str) -> Html {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options).filter_map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Some(Event::Start(Tag::Heading { level: lowered(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lowered(level)))),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        other => Some(other),
    });
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut out, events);
    Html(CLEANER.clean(&out).to_string())
}

/// Below the `h1` of the page and the `h2` of its panels.
fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_tries_to_run_is_shown_instead() {
        let out = render("a <script>alert(1)</script> b <img src=x onerror=alert(2)>\n\n<b onclick=x>c</b>");
        assert!(!out.as_str().contains("<script") && !out.as_str().contains("<img"));
        assert!(out.as_str().contains("&lt;script&gt;"), "{out}");
    }

    #[test]
    fn links_to_scripts_lose_their_target() {
        let out = render("[a](javascript:alert(1)) [b](https://example.org) [c](data:text/html,x)");
        assert!(!out.as_str().contains("javascript:") && !out.as_str().contains("data:"));
        assert!(out.as_str().contains(r#"href="https://example.org""#));
    }

    #[test]
    fn headings_stay_below_those_of_the_page() {
        let out = render("# One\n\n## Two");
        assert!(out.as_str().contains("<h3>One</h3>") && out.as_str().contains("<h4>Two</h4>"));
    }

    #[test]
    fn images_become_their_description() {
        assert_eq!(render("![a plan](https://example.org/x.png)").as_str(), "<p>a plan</p>\n");
    }
}
