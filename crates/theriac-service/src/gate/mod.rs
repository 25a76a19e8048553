//! Conformity: a release's facts, the verdicts on them, the gate, and the decision of a person.
//!
//! Reading never writes. [`conformity`] and [`gate`] evaluate afresh; [`shown`] gives what pages show, kept for the last
//! change that can bear on the release; [`decide`] pins facts, verdicts and baseline, which are then shown as decided.

mod baseline;
mod decide;
mod disqualified;
mod duties;
mod facts;
mod judge;
mod packs;

pub(crate) use disqualified::clauses_resting_on;
pub(crate) use facts::Patterns;
pub(crate) use judge::{missing, standings};

pub use baseline::{adopt_revisions, adoption, moved_on};
pub use decide::{Decide, Decided, Outcome, decide, decisions, hindrance, preview};
pub use duties::{Cover, Duties, Duty, Overview, Owed, duties, overdue, overview};
pub use theriac_store::tables::verdicts::Sums;

pub use judge::{Judged, ReleaseState, Standing, conformity, facts, gate, judged, releases, shown, sums};
pub use packs::{PackView, Shelf, adopt_pack, ensure_built_in, pack, pack_in_force, pack_then};
pub use theriac_store::tables::baseline::Moved;
