//! What the pages of a release share: surroundings, words for verdicts, links to what facts name.

use theriac_conformity::facts::words::Verdict;

use super::names::is_number;
use crate::http::Me;
use crate::parts::{Area, Crumb, Link, Shell, SideGroup, SideItem, SideNav, StatusKind};
use crate::urls;

/// The pages of a release: path, label.
const PAGES: &[(&str, &str)] = &[
    ("conformity", "Conformity"),
    ("gate", "Gate and decision"),
    ("findings", "Findings"),
    ("components", "Components"),
    ("evidence", "Evidence"),
    ("baseline", "Baseline"),
];

/// The surroundings of a release's page.
pub fn shell(me: &Me, product: (&str, &str), release: &str, current: &str) -> Shell {
    let (key, name) = product;
    let label = PAGES.iter().find(|(path, _)| *path == current).map_or("Release", |(_, label)| label);
    let item = |(path, label): &(&str, &str)| SideItem {
        label: (*label).to_owned(),
        href: urls::release(key, release, path),
        count: String::new(),
        current: *path == current,
    };
    let records = |label: &str, pairs: &[(&str, &str)]| SideItem {
        label: label.to_owned(),
        href: urls::with_query("/records", pairs),
        count: String::new(),
        current: false,
    };
    let mut shell = me.shell(format!("{label} of {name} {release}"), Area::Products);
    shell.crumbs = vec![
        Crumb::to("Products", "/products"),
        Crumb::to(name, urls::product(key)),
        Crumb::to(release, urls::release(key, release, "conformity")),
        Crumb::here(label),
    ];
    shell.side = Some(SideNav {
        product: name.to_owned(),
        release: Some(release.to_owned()),
        switch: urls::product(key),
        groups: vec![
            SideGroup { label: "Release".to_owned(), items: PAGES.iter().map(item).collect() },
            SideGroup {
                label: "Records".to_owned(),
                items: vec![
                    records("Of this release", &[("product", key), ("release", release)]),
                    records("Risks", &[("product", key), ("kind", "risk")]),
                    records("Requirements", &[("product", key), ("kind", "requirement")]),
                    records("Of the product", &[("product", key)]),
                ],
            },
        ],
    });
    shell
}

/// The status word of a verdict.
pub const fn verdict(verdict: Verdict) -> StatusKind {
    match verdict {
        Verdict::Met => StatusKind::Met,
        Verdict::PartlyMet => StatusKind::PartlyMet,
        Verdict::NotMet => StatusKind::NotMet,
        Verdict::NotApplicable => StatusKind::NotApplicable,
    }
}

/// Words in which digests are cut to eight digits.
pub fn short(words: &str) -> String {
    let cut = |word: &str| match word.split_once('@') {
        Some((name, rest)) if rest.len() >= 64 && rest.as_bytes()[..64].iter().all(u8::is_ascii_hexdigit) => {
            format!("{name}@{}{}", &rest[..8], &rest[64..])
        }
        _ => word.to_owned(),
    };
    words.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}

/// What a `ref` of the facts is called and where it leads: `RISK-12@9f3c…` is revision and record.
pub fn reference(product: &str, release: &str, reference: &str) -> Option<Link> {
    let (name, digest) = reference.split_once('@').map_or((reference, ""), |(name, digest)| (name, digest));
    if !is_number(name) {
        return reference.starts_with("pkg:").then(|| {
            let page = urls::release(product, release, "components");
            Link::new(reference, urls::with_query(&page, &[("q", reference)]))
        });
    }
    let href = if name.starts_with("EVID-") {
        urls::evidence(name)
    } else if name.starts_with("FIND-") {
        urls::finding(product, release, name)
    } else {
        urls::record(name)
    };
    let text = if digest.is_empty() {
        name.to_owned()
    } else {
        format!("{name}@{}", digest.chars().take(8).collect::<String>())
    };
    Some(Link::new(text, href))
}
