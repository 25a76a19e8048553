//! Findings: vulnerabilities in the components of a release, and what people judge about them.
//!
//! `matching.rs` asks the index, `apply.rs` writes what it says, `carry.rs` takes judgements over from earlier releases;
//! `assess.rs` judges and `sign.rs` signs. What a judgement can rest on is in `grounds.rs`.

mod apply;
mod assess;
mod carry;
mod grounds;
mod matching;
mod paths;
mod select;
mod sign;
mod told;

pub use assess::{AssessFindings, Assessed, EXPLOITABILITIES, JUSTIFICATIONS, assess};
pub use grounds::{EXPLOITED, Ground, RestedRecord, RestsOn};
pub use select::{SELECT_MAX, SelectedFinding, Selection, Standing, selection};
pub use sign::{CarriedSet, Signed, carried, confirm_carried, sign, sign_clinical};
pub use told::{FindingLine, UnmatchedLine};

pub(crate) use apply::{Applied, apply};
pub(crate) use matching::{Coming, Plan, prepare};
pub(crate) use told::{awaiting, blocking};

/// A component's key without its version.
fn package_of(key: &str) -> &str {
    match key.rsplit_once('@') {
        Some((package, _)) if !package.is_empty() && !key.starts_with("cpe:") => package,
        _ => key,
    }
}
