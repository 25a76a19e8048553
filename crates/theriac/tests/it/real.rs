//! Real feeds and bills of materials, where `THERIAC_DATA` names them.

use std::path::PathBuf;

use tempfile::tempdir;

use crate::support::{stdout_json, theriac};

fn data() -> Option<PathBuf> {
    let data = std::env::var_os("THERIAC_DATA").map(PathBuf::from);
    if data.is_none() {
        eprintln!("left out: THERIAC_DATA is not set, so no real feeds and bills of materials were scanned");
    }
    data
}

#[test]
fn real_products_have_the_findings_that_are_known() {
    let Some(data) = data().and_then(|data| data.canonicalize().ok()) else { return };
    let folder = tempdir().unwrap();
    let report =
        theriac(folder.path()).args(["feed", "import", "--format", "json"]).arg(data.join("osv")).assert();
    assert!(stdout_json(&report.success())["records"].as_u64().unwrap() > 8000);
    let products = [
        ("nightscout-13.0.1", 1052, 2),
        ("nightscout-14.2.6", 1071, 0),
        ("nightscout-15.0.7", 983, 0),
        ("tidepool-platform", 129, 38),
    ];
    for (name, components, findings) in products {
        let bom = data.join(format!("products/{name}.cdx.json"));
        let assert =
            theriac(folder.path()).arg("scan").arg(bom).args(["--format", "json"]).assert().success();
        let answer = stdout_json(&assert);
        assert_eq!(answer["components"], components, "{name}");
        assert_eq!(answer["findings"].as_array().unwrap().len(), findings, "{name}");
    }
    let bom = data.join("products/medical-device-extended.cdx.json");
    let assert = theriac(folder.path()).arg("scan").arg(bom).args(["--format", "json"]).assert().success();
    let answer = stdout_json(&assert);
    assert_eq!(answer["unmatched"].as_array().unwrap().len(), 65);
}
