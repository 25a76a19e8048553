//! The set queries behind the facts and the lists of findings read no big table from end to end.

use jiff::Timestamp;
use theriac_model::Digest;
use theriac_store::tables::findings::{self, Awaits, Filter};
use theriac_store::tables::records::{self, After, Owing, date_duties_statement};
use theriac_store::tables::{facts, verdicts};
use theriac_store::testing::TestStore;
use theriac_store::{Args, Engine, Read, args, on_both_engines};

on_both_engines!(every_facts_query_finds_its_rows_by_an_index, |store| {
    let mut read = store.read().await.unwrap();
    let statements = facts::statements();
    assert!(statements.len() > 15, "{}", statements.len());
    none_scans(&mut read, store.engine(), statements).await;
});

// On SQLite alone: with nothing in its tables PostgreSQL takes a range for no better than the whole.
#[tokio::test]
async fn lists_of_findings_find_their_rows_by_an_index() {
    let store = TestStore::sqlite().await;
    let mut read = store.read().await.unwrap();
    let since = Some(Timestamp::UNIX_EPOCH);
    let of_release = Filter { release: Some(1), limit: 50, ..Filter::default() };
    let filters = [
        of_release.clone(),
        Filter { since, ..of_release.clone() },
        Filter { since, after: Some((1, 1)), open: true, ..of_release.clone() },
        Filter { since, awaits: Some(Awaits::Clinical), ..of_release },
        Filter { since, limit: 50, ..Filter::default() },
        Filter { since, products: Some(vec![1, 2]), limit: 50, ..Filter::default() },
    ];
    let statements = filters
        .iter()
        .flat_map(|filter| [findings::list_statement(filter).0, findings::counts_statement(filter).0]);
    none_scans(&mut read, store.engine(), statements).await;
}

on_both_engines!(duties_by_date_are_found_by_an_index, |store| {
    let mut read = store.read().await.unwrap();
    let before = Some("2026-03-01".parse().unwrap());
    let all = Owing { organisation: true, ..Owing::default() };
    let owings = [
        Owing { owners: Some(vec![1]), ..all.clone() },
        Owing { owners: Some(vec![1, 2]), before, products: Some(vec![1, 2]), ..all.clone() },
        Owing { before, ..all },
        Owing { before, products: Some(vec![1]), ..Owing::default() },
    ];
    let statements = owings.iter().map(|owing| date_duties_statement(owing, 10).0);
    none_scans(&mut read, store.engine(), statements).await;
});

on_both_engines!(kept_verdicts_and_listed_fields_are_found_by_an_index, |store| {
    let mut read = store.read().await.unwrap();
    let statements = [
        verdicts::sums_statement(&[1, 2, 3]).0,
        verdicts::stored_statement(&[1, 2, 3]).0,
        records::listed_statement(&[Digest::of(b"one"), Digest::of(b"two")]).0,
    ];
    none_scans(&mut read, store.engine(), statements).await;
});

// On SQLite alone, whose plan does not hang on what the tables hold.
#[tokio::test]
async fn lists_of_records_are_read_in_their_order_by_an_index() {
    let store = TestStore::sqlite().await;
    let mut read = store.read().await.unwrap();
    let all = records::Filter { organisation: true, ..records::Filter::default() };
    let risks = records::Filter { kind: Some("risk".to_owned()), ..all.clone() };
    let (number, day) = (("risk".to_owned(), 7), "2026-03-01".parse().unwrap());
    let lists = [
        (&all, After::Number(None)),
        (&all, After::Due(Some((day, 1)))),
        (&all, After::Changed(Some((Timestamp::UNIX_EPOCH, 1)))),
        (&risks, After::Number(None)),
        (&risks, After::Number(Some(number))),
    ];
    for (filter, after) in lists {
        let sql = records::list_statement(filter, &after, 50).0;
        let plan = read.fetch_all(format!("EXPLAIN QUERY PLAN {sql}"), values(&sql)).await.unwrap();
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail").unwrap()).collect();
        // A page without a filter goes through all from the first, in the order of an index: only what a link was decided
        // with is sorted. What is joined is looked up.
        let sorts = steps.iter().filter(|step| step.contains("TEMP B-TREE")).count();
        let scans: Vec<_> = steps.iter().filter(|step| step.starts_with("SCAN")).collect();
        let in_order = scans.iter().all(|step| step.contains("INDEX")) && scans.len() <= 1;
        assert!(in_order && sorts <= 1, "{steps:#?}\n{sql}");
    }
}

async fn none_scans(read: &mut Read, engine: Engine, statements: impl IntoIterator<Item = String>) {
    let mut scans = Vec::new();
    for sql in statements {
        let found = match engine {
            Engine::Sqlite => scans_on_sqlite(read, &sql).await,
            Engine::Postgres => scans_on_postgres(read, &sql).await,
        };
        scans.extend(found.into_iter().map(|step| format!("{step}\n{sql}")));
    }
    assert!(scans.is_empty(), "{}", scans.join("\n\n"));
}

fn values(sql: &str) -> Args {
    let count = (1..=9_i64).take_while(|n| sql.contains(&format!("${n}"))).count();
    (0..count).fold(args![], |values, _| values.with(1_i64))
}

async fn scans_on_sqlite(read: &mut Read, sql: &str) -> Vec<String> {
    let plan = read.fetch_all(format!("EXPLAIN QUERY PLAN {sql}"), values(sql)).await.unwrap();
    let steps = plan.into_iter().map(|row| row.get::<String>("detail").unwrap());
    steps.filter(|step| scans(step)).collect()
}

fn scans(step: &str) -> bool {
    let own =
        ["SCAN counted", "SCAN latest", "SCAN x", "SCAN (subquery"].iter().any(|own| step.starts_with(own));
    (step.starts_with("SCAN") && !own) || step.contains("AUTOMATIC")
}

/// Holds the current releases alone: as many as people name, and read as a whole where that is the shorter way.
const CURRENT_RELEASES: &str = " on release_name ";

/// The tables are empty, so its planner would take any way: those that need no index are closed to it. What it still
/// reads from end to end it can find by no index; an index that is read without a condition is no better.
async fn scans_on_postgres(read: &mut Read, sql: &str) -> Vec<String> {
    for way in ["seqscan", "hashjoin", "mergejoin"] {
        read.execute(format!("SET LOCAL enable_{way} = off"), args![]).await.unwrap();
    }
    // The words of a plan do not depend on the values, but their types must be right: a bare text fits them all.
    let sql = (1..=9).fold(sql.to_owned(), |sql, n| sql.replace(&format!("${n}"), "'1'"));
    let plan = read.fetch_all(format!("EXPLAIN {sql}"), args![]).await.unwrap();
    let lines: Vec<String> = plan.into_iter().map(|row| row.get("QUERY PLAN").unwrap()).collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let below = lines[at + 1..].iter().take_while(|line| !line.contains("->"));
        let by_index = ["Index Scan", "Index Only Scan"].iter().any(|node| line.contains(node));
        let few = line.contains(CURRENT_RELEASES);
        let bare = by_index && !few && !below.clone().any(|line| line.contains("Index Cond:"));
        if bare || line.contains("Seq Scan on") {
            found.push(line.trim().to_owned());
        }
    }
    found
}
