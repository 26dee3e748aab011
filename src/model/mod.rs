//! The stage types: what one module hands to the next. No input or output, no patterns, no clock.

pub mod boot;
pub mod cause_match;
pub mod factors;
pub mod hypothesis;
pub mod incident;
pub mod intervention;
pub mod ledger;
pub mod moment;
pub mod novelty;
pub mod record;
pub mod report;
pub mod secrets;
pub mod spelling;
pub mod stamp;
pub mod study;
pub mod surroundings;

pub use boot::{Boot, Ending};
pub use cause_match::{CauseMatch, Standing};
pub use factors::Factors;
pub use hypothesis::{Account, Comparison, Confounder, DelayBin, Family, Hypothesis, Term, Verdict};
pub use incident::{Cause, Evidence, Incident, Kind, Supports};
pub use intervention::{Intervention, Outcome};
pub use ledger::{LedgerTotals, SourceEntry};
pub use moment::Moment;
pub use novelty::{NovelMessage, Novelty, NoveltyVerdict, SeenIn};
pub use record::{Body, Record, SourceFacts, SourceId, Span};
pub use report::{FleetFinding, Report};
pub use stamp::Stamp;
pub use study::Study;
pub use surroundings::{Happening, Surroundings};
