//! The same commands on PostgreSQL.

use serde_json::json;
use theriac_store::Location;
use theriac_store::testing::TestStore;

use crate::support::{PEOPLE, stdout_json, theriac};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_may_have_its_rows_in_postgresql() {
    let store = TestStore::postgres().await;
    let Location::Postgres { url, folder } = store.location().clone() else {
        unreachable!("it is PostgreSQL")
    };
    let _kept = store.into_parts().await;
    tokio::task::spawn_blocking(move || {
        let run = |arguments: &[&str]| {
            let mut command = theriac(&folder);
            command.args(arguments).arg("--data").arg(&folder).args(["--database-url", &url]);
            command.assert().success()
        };
        let people: Vec<&str> = PEOPLE.iter().flat_map(|person| ["--person", person]).collect();
        run(&[&["init", "--organisation", "Acme Medical", "--zone", "UTC"][..], &people].concat());
        run(&["product", "add", "pump", "--name", "Pump"]);
        run(&["release", "add", "--product", "pump", "--release", "1.0"]);
        let releases = stdout_json(&run(&["releases", "--format", "json"]));
        let release = &releases[0];
        let seen = (&release["product"], &release["release"], &release["decided"]);
        assert_eq!(seen, (&json!("pump"), &json!("1.0"), &json!(false)));
        run(&["audit", "verify"]);
    })
    .await
    .unwrap();
}
