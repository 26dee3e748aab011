//! What all sources tell of the hours around an incident, on one clock.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Evidence, Moment};

/// As far before an incident as warnings commonly come.
pub const BEFORE: TimeDelta = TimeDelta::hours(6);
/// So long after the host was back as it takes to tell of it.
pub const AFTER: TimeDelta = TimeDelta::hours(1);

/// What was seen around one incident, in the order of the best guesses of its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Id of the incident.
    pub incident: String,
    pub happenings: Vec<Happening>,
    /// Happenings in the same hours that are not listed: of those that are no evidence, the farthest.
    pub left_out: u32,
}

/// One thing that happened near an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// In UTC, with the doubt that the clock of its source leaves.
    pub at: Moment,
    /// Id of the signature; or `incident`, `planned` (an end that was meant to be), `boot`, `job-start`, `job-end`,
    /// `window-start`, `window-end` or `factor-change`.
    pub what: String,
    /// Where it stands and what it says, and which way it points for this incident's verdict.
    pub evidence: Evidence,
}
