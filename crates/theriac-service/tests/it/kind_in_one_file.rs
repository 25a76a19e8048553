//! A kind is one file: this one is thrown away, and goes through form, draft, difference, signature, export and import.

use serde_json::json;
use theriac_model::record::{
    Completeness, Content, Family, Kind, Scope, Workflow, boolean, choice, date, form_values, markdown,
    person, rows, text,
};
use theriac_service::records::{self, Approval, Begin, DraftInput, ListInput, ScopeInput};
use theriac_store::on_both_engines;
use theriac_store::testing::TestStore;

use crate::world::World;

static DRILL: Kind = Kind {
    id: "drill",
    prefix: "DRILL",
    version: 1,
    scopes: &[Scope::Organisation],
    title: "Drill",
    plural: "Drills",
    purpose: "Says how an emergency was practised.",
    clauses: &["9.1"],
    family: Family::Governance,
    fields: &[
        text("title", "Title").required().listed(),
        choice("result", "Result", &["passed", "failed"]).required().listed(),
        date("held", "Held on").required().listed(),
        person("lead", "Lead").required(),
        boolean("announced", "Announced"),
        markdown("story", "What happened"),
        rows("steps", "Steps", &[text("step", "Step").required(), boolean("done", "Done")]),
    ],
    links: &[],
    workflow: Workflow { approve: Family::Governance, meaning: "Drill concluded", clinical_if: None },
    duties: &[],
    validate: |_, _| {},
    upcast: &[],
    samples: || {
        vec![json!({ "title": "Night call", "result": "passed", "held": "2026-01-02", "lead": "ana" })]
    },
};
static KINDS: &[&Kind] = &[&DRILL];

on_both_engines!(a_kind_in_one_file_has_all_mechanics, |store| {
    let mut world = World::new(&store).await;
    world.app = world.app.with_kinds(KINDS);
    let (ana, cleo) = (world.who("ana"), world.who("cleo"));
    let pairs = [
        ("title", "Night call"),
        ("result", "failed"),
        ("held", "2026-01-02"),
        ("lead", "ana"),
        ("announced", ""),
        ("steps.0.step", "Call"),
        ("steps.0.done", ""),
        ("steps.0.done", "true"),
    ];
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let content = form_values(&DRILL, &pairs);
    assert!(Content::check(&DRILL, &content, Completeness::Submitted).is_ok(), "{content}");
    let begin = Begin { kind: "drill".to_owned(), scope: ScopeInput::Organisation, content, links: vec![] };
    let begun = records::begin(&world.app, &ana, begin).await.unwrap();
    assert_eq!(begun.reference, "DRILL-1");
    let first = records::submit(&world.app, &ana, "DRILL-1", begun.expected).await.unwrap();

    let shown = records::edit(&world.app, &ana, "DRILL-1").await.unwrap();
    let mut content = serde_json::to_value(&shown.content).unwrap();
    content["result"] = json!("passed");
    let input = DraftInput { content, links: vec![] };
    let saved = records::save_draft(&world.app, &ana, "DRILL-1", shown.expected, input).await.unwrap();
    let second = records::submit(&world.app, &ana, "DRILL-1", saved.expected).await.unwrap();
    assert_ne!(first.digest, second.digest);
    let changed = records::compare(&world.app, &ana, "DRILL-1", 1, 2).await.unwrap();
    assert_eq!((changed.fields[0].label, changed.fields[0].after.as_str()), ("Result", "passed"));
    let approval =
        records::approve(&world.app, &cleo, &world.proof("cleo"), "DRILL-1", second.digest).await.unwrap();
    assert_eq!(approval, Approval::Approved);

    let file = records::export(&world.app, &ana, &ListInput::default()).await.unwrap();
    let there = TestStore::sqlite().await;
    let mut other = World::new(&there).await;
    other.app = other.app.with_kinds(KINDS);
    let report =
        records::import(&other.app, &other.who("ana"), file, records::Import::default()).await.unwrap();
    assert_eq!(report[0].reference.as_deref(), Some("DRILL-1"));
    let copy = records::edit(&other.app, &other.who("ana"), "DRILL-1").await.unwrap();
    assert_eq!(copy.content.text("result"), "passed");
    assert_eq!(DRILL.json_schema()["properties"]["result"]["enum"], json!(["passed", "failed"]));
});
