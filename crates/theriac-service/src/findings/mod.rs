//! Findings: what the advisories say about a release's components, and what people judge of it.
//!
//! Matching (`matching.rs`) only reads; `apply.rs` writes what changed; `carry.rs` takes judgements over from earlier
//! releases and lets those lapse whose grounds (`grounds.rs`, `paths.rs`) have moved. People [`assess`], [`sign`],
//! [`sign_clinical`], [`confirm_carried`], and [`dispose`] of what cannot be matched. Customers are told by [`vex`](vex()). To
//! add something that a judgement can rest on, see `grounds.rs`.

mod apply;
mod assess;
mod beside;
mod carry;
mod compared;
mod components;
mod dispose;
mod everywhere;
mod feed;
mod grounds;
mod items;
pub mod jobs;
mod list;
mod matching;
mod mended;
mod moved;
mod owed;
mod page;
mod paths;
mod select;
mod sign;
mod told;
mod vex;

use std::collections::BTreeSet;

pub use assess::{AssessFindings, Assessed, EXPLOITABILITIES, JUSTIFICATIONS, assess, needs_clinical};
pub use beside::{Beside, VulnerabilityLine};
pub use compared::{Change, Difference, predecessor};
pub use components::{ComponentList, ComponentRow, DispositionView, ListComponents, Since, components};
pub use dispose::{Components, DISPOSITIONS, Dispose, UnmatchedList, dispose, unmatched};
pub use everywhere::{PlacedComponent, SearchComponents, search_components};
pub use feed::{FeedImported, Watcher, catch_up_with_feed, feed, import_feed};
pub use grounds::{EXPLOITED, Ground, Grounds, Present, RestedRecord, RestsOn};
pub use items::ItemView;
pub use jobs::{REMATCH, Rematched, rematch};
pub use list::{AWAITS, FindingRow, Findings, ListFindings, STATES, WAITS, list};
pub(crate) use list::{OPEN_MAX, open_among};
pub use matching::NOT_MATCHED;
pub use moved::RENEW;
pub use page::{AdvisoryView, AssessmentView, FindingPage, SignatureView, page};
pub use paths::{History, Step};
pub use select::{AssessmentSet, SELECT_MAX, SelectedFinding, Selection, Standing, selection, set};
pub use sign::{CarriedSet, Signable, Signed, carried, confirm_carried, sign, sign_clinical, signable};
pub use theriac_formats::VexFormat;
pub use theriac_store::tables::components::Order;
pub use theriac_store::tables::findings::{ACCEPTED, Assessment, CONFIRMED, Finding, SIGNED};
pub use told::{FindingLine, UnmatchedLine};
pub use vex::{VexFile, vex};

pub(crate) use apply::{Applied, apply};
pub(crate) use assess::{digest_of, set_of};
pub(crate) use beside::{Aside, beside};
pub(crate) use matching::{Coming, Identity, Plan, prepare};
pub(crate) use moved::{baseline_moved, paths_moved, record_moved};
pub(crate) use told::awaiting;

/// All ids of the vulnerabilities of some findings, each once.
fn ids_of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<String> {
    let ids: BTreeSet<&str> = findings.into_iter().flat_map(Finding::ids).collect();
    ids.into_iter().map(str::to_owned).collect()
}

/// A component's key without its version.
fn package_of(key: &str) -> &str {
    match key.rsplit_once('@') {
        Some((package, _)) if !package.is_empty() && !key.starts_with("cpe:") => package,
        _ => key,
    }
}
