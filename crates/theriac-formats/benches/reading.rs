//! The readers on made-up files of a thousand components or test cases.
#![allow(missing_docs, reason = "criterion's macros make functions")]
#![allow(clippy::unwrap_used, reason = "a failing helper ends the measurement")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use theriac_formats::{Limits, read_bom, read_junit};

const COMPONENTS: usize = 1_000;

fn each(line: impl Fn(usize) -> String) -> Vec<String> {
    (0..COMPONENTS).map(line).collect()
}

fn cyclonedx_json() -> String {
    let components = each(|n| {
        format!(
            r#"{{"type":"library","bom-ref":"c{n}","name":"package-{n}","version":"1.{n}.0","purl":"pkg:npm/package-{n}@1.{n}.0","licenses":[{{"license":{{"id":"MIT"}}}}]}}"#
        )
    });
    format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{}]}}"#,
        components.join(",")
    )
}

fn cyclonedx_xml() -> String {
    let components = each(|n| {
        format!(
            r#"<component type="library" bom-ref="c{n}"><name>package-{n}</name><version>1.{n}.0</version><purl>pkg:npm/package-{n}@1.{n}.0</purl></component>"#
        )
    });
    format!(
        r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components>{}</components></bom>"#,
        components.concat()
    )
}

fn spdx_tag_value() -> String {
    let mut text = "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: bench\n\
        DocumentNamespace: https://lumen.example/bench\nCreator: Tool: bench-1\nCreated: 2026-01-02T03:04:05Z\n"
        .to_owned();
    for package in each(|n| {
        format!(
            "\nPackageName: package-{n}\nSPDXID: SPDXRef-{n}\nPackageVersion: 1.{n}.0\nPackageDownloadLocation: NOASSERTION\n\
             FilesAnalyzed: false\nExternalRef: PACKAGE-MANAGER purl pkg:npm/package-{n}@1.{n}.0\n\
             Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-{n}\n"
        )
    }) {
        text.push_str(&package);
    }
    text
}

fn junit() -> String {
    let mut text = format!(r#"<testsuite name="bench" tests="{COMPONENTS}">"#);
    for n in 0..COMPONENTS {
        write!(text, r#"<testcase classname="bench" name="case {n}" time="0.1"/>"#).unwrap();
    }
    text + "</testsuite>"
}

fn boms(c: &mut Criterion) {
    let files = [
        ("CycloneDX JSON", cyclonedx_json()),
        ("CycloneDX XML", cyclonedx_xml()),
        ("SPDX tag-value", spdx_tag_value()),
    ];
    for (format, text) in files {
        let limits = Limits::default();
        assert_eq!(read_bom(text.as_bytes(), &limits).unwrap().components.len(), COMPONENTS, "{format}");
        c.bench_function(&format!("read {format}, 1,000 components"), |b| {
            b.iter(|| read_bom(black_box(text.as_bytes()), &limits).unwrap());
        });
    }
}

fn tests(c: &mut Criterion) {
    let (text, limits) = (junit(), Limits::default());
    c.bench_function("read JUnit XML, 1,000 cases", |b| {
        b.iter(|| read_junit(black_box(text.as_bytes()), &limits).unwrap());
    });
}

criterion_group!(benches, boms, tests);
criterion_main!(benches);
