//! The set queries behind the facts read no big table from end to end.

use theriac_store::tables::facts;
use theriac_store::testing::TestStore;
use theriac_store::{Args, args};

fn values(sql: &str) -> Args {
    let count = (1..=9_i64).take_while(|n| sql.contains(&format!("${n}"))).count();
    (0..count).fold(args![], |values, _| values.with(1_i64))
}

#[tokio::test]
async fn every_facts_query_finds_its_rows_by_an_index() {
    let store = TestStore::sqlite().await;
    let mut read = store.read().await.unwrap();
    let statements = facts::statements();
    assert!(statements.len() > 15, "{}", statements.len());
    for sql in statements {
        let plan = read.fetch_all(format!("EXPLAIN QUERY PLAN {sql}"), values(&sql)).await.unwrap();
        for row in plan {
            let step: String = row.get("detail").unwrap();
            let subquery =
                ["SCAN counted", "SCAN latest", "SCAN (subquery"].iter().any(|own| step.starts_with(own));
            let scan = step.starts_with("SCAN") && !subquery;
            assert!(!scan && !step.contains("AUTOMATIC"), "{step}\n{sql}");
        }
    }
}
