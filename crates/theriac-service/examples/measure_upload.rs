//! How long a bill of materials takes from its bytes to its findings, all of it durable on SQLite:
//! `cargo run --release -p theriac-service --example measure_upload INDEX BOM…`, where INDEX is what
//! `theriac feed import` made. Each figure is the middle one of several runs, each on a store of its own.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures time and prints it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper ends the measurement")]

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/story.rs"]
mod story;
#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/world.rs"]
mod world;

use std::path::{Path, PathBuf};
use std::time::Instant;

use theriac_service::evidence::{self, AddEvidence, FileInput};
use theriac_store::testing::TestStore;

use story::{GATEWAY, candidate};
use world::World;

const RUNS: usize = 5;

#[tokio::main]
async fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (index, boms) = arguments.split_first().unwrap();
    println!("findings  unmatched  durable (ms)");
    for bom in boms {
        let bytes = std::fs::read(bom).unwrap();
        let mut times = Vec::new();
        let mut counts = (0, 0);
        for _ in 0..RUNS {
            let (time, found) = upload(index, &bytes).await;
            times.push(time);
            counts = found;
        }
        times.sort_unstable();
        println!("{:>8} {:>10} {:>13}", counts.0, counts.1, times[RUNS / 2]);
    }
}

/// Milliseconds, and how many findings and unmatched components there are.
async fn upload(index: &Path, bytes: &[u8]) -> (u128, (usize, usize)) {
    let store = TestStore::sqlite().await;
    let world = World::new(&store).await;
    std::fs::copy(index, world.app.index()).unwrap();
    candidate(&world, "rc.1").await;
    let input = AddEvidence {
        product: GATEWAY.0.to_owned(),
        release: GATEWAY.1.to_owned(),
        build: Some("rc.1".to_owned()),
        files: vec![FileInput { name: "sbom.cdx.json".to_owned(), bytes: bytes.to_vec() }],
        ..AddEvidence::default()
    };
    let start = Instant::now();
    let added = evidence::add(&world.app, &world.who("ana"), input).await.unwrap();
    let time = start.elapsed().as_millis();
    assert_eq!(added.not_matched, None, "the index is used");
    (time, (added.new.len(), added.unmatched.len()))
}
