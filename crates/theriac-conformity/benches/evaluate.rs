//! Loading the pack, building facts and judging them, for a release with a thousand components and requirements.
#![allow(missing_docs, reason = "criterion's macros make functions")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper ends the measurement")]

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/sample.rs"]
mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use theriac_conformity::{Facts, evaluate, gate};

use sample::{Sample, component, pack};

const COMPONENTS: usize = 1_000;

fn conformity(c: &mut Criterion) {
    let input = Sample::met()
        .with(|input| {
            input
                .components
                .extend((0..COMPONENTS).map(|n| component(&format!("pkg:npm/package-{n}@1.0.0"))));
        })
        .0;
    let (pack, facts) = (pack(), Facts::build(input.clone()).unwrap());
    let conformity = evaluate(&facts, &pack).unwrap();
    c.bench_function("load the pack", |b| b.iter(sample::pack));
    c.bench_function("build facts, 1,000 components", |b| b.iter(|| Facts::build(input.clone()).unwrap()));
    c.bench_function("judge all clauses, 1,000 components", |b| b.iter(|| evaluate(&facts, &pack).unwrap()));
    c.bench_function("gate, 1,000 components", |b| b.iter(|| gate(&facts, &conformity)));
}

criterion_group!(benches, conformity);
criterion_main!(benches);
