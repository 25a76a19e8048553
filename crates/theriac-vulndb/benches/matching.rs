//! The hot functions of a scan: version orders, a package from its purl, and the search of the index.
#![allow(missing_docs, reason = "criterion's macros make functions")]
#![allow(clippy::unwrap_used, reason = "a failing helper ends the measurement")]

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/desk.rs"]
mod desk;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use theriac_vulndb::{Ecosystem, Package};

use desk::{Desk, events, record};

/// How many packages the searched index has.
const PACKAGES: usize = 2_000;

fn versions(c: &mut Criterion) {
    let pairs = [
        (Ecosystem::Npm, "1.10.0-beta.2", "1.10.0-beta.11"),
        (Ecosystem::PyPi, "2.0.0.post1", "2.0.0.dev3"),
        (Ecosystem::Go, "v0.0.0-20190101000000-aaaaaaaaaaaa", "v1.2.3+incompatible"),
        (Ecosystem::CratesIo, "0.4.12", "0.4.9"),
    ];
    for (ecosystem, one, other) in pairs {
        c.bench_function(&format!("compare versions, {ecosystem}"), |b| {
            b.iter(|| ecosystem.compare(black_box(one), black_box(other)));
        });
    }
}

fn index(c: &mut Criterion) {
    let records: Vec<_> = (0..PACKAGES)
        .map(|n| {
            record(&format!("TEST-{n}"), "npm", &format!("package-{n}"), events("introduced 0, fixed 1.2.3"))
        })
        .collect();
    let desk = Desk::with(&records);
    let index = desk.index();
    c.bench_function("package from its purl", |b| {
        b.iter(|| Package::from_purl(black_box("pkg:npm/%40scope/package-7@1.2.2"), None).unwrap());
    });
    for (what, purl) in [
        ("a hit", "pkg:npm/package-777@1.2.2"),
        ("mended", "pkg:npm/package-777@1.2.3"),
        ("unknown", "pkg:npm/none@1.0.0"),
    ] {
        let package = Package::from_purl(purl, None).unwrap();
        c.bench_function(&format!("search the index, {what}"), |b| {
            b.iter(|| index.find(black_box(&package)).unwrap())
        });
    }
}

criterion_group!(benches, versions, index);
criterion_main!(benches);
