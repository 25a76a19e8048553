//! Rules that hold on every page, empty and full.

use std::collections::{BTreeSet, HashSet};

use scraper::{ElementRef, Html, Selector};
use theriac_web::parts::{Status, StatusKind};
use theriac_web::samples;

fn pages() -> Vec<(&'static str, String)> {
    let render = |sample: samples::Sample| (sample.name, sample.page.dyn_render().unwrap());
    samples::all().into_iter().map(render).collect()
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

/// Runs `check` on every page and fails with everything it found.
fn on_every_page(check: impl Fn(&Html) -> Vec<String>) {
    let found: Vec<_> = pages()
        .iter()
        .flat_map(|(name, html)| {
            let said = check(&Html::parse_document(html));
            said.into_iter().map(move |line| format!("{name}: {line}"))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_page_has_one_main_heading_and_one_main() {
    on_every_page(|page| {
        let count = |selector| all(page, selector).len();
        if count("h1") == 1 && count("main#main") == 1 {
            Vec::new()
        } else {
            vec![format!("{} h1, {} main", count("h1"), count("main#main"))]
        }
    });
}

#[test]
fn every_input_has_a_name_for_people() {
    on_every_page(|page| {
        let labels: HashSet<_> = all(page, "label[for]").iter().filter_map(|l| l.attr("for")).collect();
        all(page, "input:not([type=hidden]), select, textarea, progress")
            .iter()
            .filter(|input| {
                let inside =
                    input.ancestors().filter_map(ElementRef::wrap).any(|a| a.value().name() == "label");
                let labelled = input.attr("id").is_some_and(|id| labels.contains(id));
                !inside && !labelled && input.attr("aria-label").is_none_or(str::is_empty)
            })
            .map(|input| input.html())
            .collect()
    });
}

#[test]
fn every_cell_says_its_own_name() {
    on_every_page(|page| {
        let unnamed =
            all(page, "table.fit td").into_iter().filter(|td| td.attr("data-l").is_none_or(str::is_empty));
        unnamed.map(|td| td.html()).collect()
    });
}

#[test]
fn a_row_has_as_many_cells_as_its_table_has_columns() {
    on_every_page(|page| {
        let mut found = Vec::new();
        for table in all(page, "table.fit") {
            let count = |of: ElementRef<'_>| of.select(&Selector::parse("th, td").unwrap()).count();
            let heads = table.select(&Selector::parse("thead tr").unwrap()).map(count).next().unwrap_or(0);
            for row in table.select(&Selector::parse("tbody tr").unwrap()) {
                // A cell of a list that holds a table of its own is not of this table.
                if count(row) != heads {
                    found.push(format!("{} cells under {heads} headings: {}", count(row), words(row)));
                }
            }
        }
        found
    });
}

#[test]
fn nothing_is_inline_that_the_policy_forbids() {
    on_every_page(|page| {
        let mut found: Vec<_> = all(page, "style, script:not([src])").iter().map(|e| e.html()).collect();
        for element in all(page, "*") {
            let forbidden =
                |name: &str| name == "style" || name.starts_with("on") || name.starts_with("hx-on");
            found.extend(
                element.value().attrs().map(|(name, _)| name).filter(|n| forbidden(n)).map(str::to_owned),
            );
        }
        found
    });
}

#[test]
fn ids_are_unique_and_references_find_them() {
    on_every_page(|page| {
        let mut ids = HashSet::new();
        let mut found = Vec::new();
        for element in all(page, "[id]") {
            let id = element.attr("id").unwrap_or_default();
            if !ids.insert(id) {
                found.push(format!("id {id} twice"));
            }
        }
        for name in ["for", "aria-labelledby", "aria-describedby", "list"] {
            for element in all(page, &format!("[{name}]")) {
                let wanted = element.attr(name).unwrap_or_default().split_whitespace();
                found.extend(wanted.filter(|id| !ids.contains(id)).map(|id| format!("{name} finds no {id}")));
            }
        }
        for link in all(page, ".note[role=alert] a[href^='#']") {
            let id = link.attr("href").unwrap_or_default().trim_start_matches('#');
            if !ids.contains(id) {
                found.push(format!("the error summary leads to no {id}"));
            }
        }
        found
    });
}

#[test]
fn links_and_buttons_say_something() {
    on_every_page(|page| {
        all(page, "a, button, summary, th")
            .into_iter()
            .filter(|e| {
                words(*e).is_empty() || e.value().name() == "a" && e.attr("href").is_none_or(str::is_empty)
            })
            .map(|e| e.html())
            .collect()
    });
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    on_every_page(|page| {
        let token = Selector::parse("input[type=hidden][name=csrf]").unwrap();
        all(page, "form[method=post]")
            .into_iter()
            .filter(|form| form.select(&token).all(|input| input.attr("value").is_none_or(str::is_empty)))
            .map(|form| form.html())
            .collect()
    });
}

#[test]
fn a_disabled_control_says_why() {
    on_every_page(|page| {
        all(page, "button[disabled]")
            .into_iter()
            .filter(|button| {
                let around = button.parent().and_then(ElementRef::wrap).map(words).unwrap_or_default();
                around.len() <= words(*button).len()
            })
            .map(|button| button.html())
            .collect()
    });
}

#[test]
fn text_of_people_is_never_markup() {
    let mut shown = BTreeSet::new();
    for (name, html) in pages() {
        let page = Html::parse_document(&html);
        assert!(
            all(&page, "script").iter().all(|s| s.attr("src").is_some()),
            "{name} runs what people wrote"
        );
        assert!(all(&page, "[onfocus]").is_empty(), "{name} lets people add attributes");
        assert!(!html.contains("&lt;span"), "{name} escapes a part twice");
        if html.contains("alert(1)") {
            shown.insert(name);
        }
    }
    let full = samples::all()
        .into_iter()
        .filter(|s| s.name.ends_with("-full") && !s.name.starts_with("gate"))
        .count();
    assert!(shown.len() >= full, "only {} pages show hostile text: {shown:?}", shown.len());
}

#[test]
fn what_was_typed_comes_back_unchanged() {
    let (_, html) = pages().into_iter().find(|(name, _)| *name == "record-edit-full").unwrap();
    let page = Html::parse_document(&html);
    let title = all(&page, "#f-title")[0].attr("value").unwrap();
    assert_eq!(title, samples::HOSTILE);
    let scenario: String = all(&page, "#f-scenario")[0].text().collect();
    assert_eq!(scenario, format!("\n{}\n</textarea>{}", samples::HOSTILE, samples::LONG));
}

#[test]
fn every_status_is_a_shape_and_a_word() {
    let mut looks = HashSet::new();
    for kind in StatusKind::ALL {
        let html = Html::parse_fragment(&Status::from(kind).to_string());
        assert_eq!(words(all(&html, ".st")[0]), kind.word());
        assert!(!all(&html, "svg[aria-hidden=true] *").is_empty(), "{kind:?} has no shape");
        assert!(looks.insert((kind.word(), kind.colour())), "{kind:?} cannot be told from another");
    }
}

#[test]
fn every_page_view_has_a_sample() {
    let shown: BTreeSet<_> = samples::all().iter().map(|sample| sample.name).collect();
    assert_eq!(shown.len(), samples::all().len(), "two samples share a name");
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap();
    let templates =
        files.filter_map(|f| f.ok()?.file_name().into_string().ok()).filter(|f| f.ends_with(".html"));
    let source = ["mod", "findings", "others", "records", "release"]
        .map(|name| {
            std::fs::read_to_string(format!("{}/src/samples/{name}.rs", env!("CARGO_MANIFEST_DIR"))).unwrap()
        })
        .concat();
    for template in templates.filter(|t| t != "layout.html") {
        let words = template.trim_end_matches(".html").split('_');
        let capital = |w: &str| w[..1].to_uppercase() + &w[1..];
        let view = words.map(capital).collect::<String>() + "Page {";
        assert!(source.contains(&view), "{template} has no sample of a {view}");
    }
}
