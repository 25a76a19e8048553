//! The whole story in an empty store.

use std::sync::Arc;

use theriac_demo::{Days, StoryClock, tell};
use theriac_service::App;
use theriac_store::testing::TestIds;
use theriac_store::{Access, Location, Store};

#[tokio::test]
async fn the_story_is_told_from_beginning_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let today = "2026-11-25T08:00:00Z".parse().unwrap();
    let days = Days::from(today);
    let clock = Arc::new(StoryClock::at(days.moment(340)));
    let location = Location::Sqlite { folder: folder.path().to_owned() };
    let store = Store::open(location, Access::ReadWrite, clock.clone(), Arc::new(TestIds::default())).await.unwrap();
    let app = App::new(store, folder.path().join("vulnerabilities.idx"));
    tell(&app, &clock, days).await.unwrap();
    let who = theriac_service::Who::system("test");
    let judged = theriac_service::gate::judged(&app, &who, "gateway", "2.3.0", None).await.unwrap();
    for clause in &judged.conformity.clauses {
        println!("{} {} {} {:?}", clause.clause, clause.verdict, clause.standing, clause.missing.iter().map(|m| format!("{} {}: {}", m.check, m.reference, m.todo)).collect::<Vec<_>>());
    }
    println!("{:#?}", judged.gate.reasons.iter().map(|r| &r.text).collect::<Vec<_>>());
}
