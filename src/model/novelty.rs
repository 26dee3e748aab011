//! Messages of no known meaning that stand before incidents, and how often they stand elsewhere.

use serde::{Deserialize, Serialize};

use super::Evidence;

/// What the comparison says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoveltyVerdict {
    /// Before incidents more often than in quiet times, also at the same time of day, beyond chance.
    New,
    /// Before one incident and never else: with one alone, nothing can be compared.
    SeenOnlyHere,
}

/// Seen in so many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenIn {
    pub seen: u64,
    pub of: u64,
}

impl SeenIn {
    /// Of half-hours: those in which it was seen, per day; `None` without any to look at.
    #[must_use]
    pub fn per_day(&self) -> Option<f64> {
        (self.of > 0).then(|| self.seen as f64 * 48.0 / self.of as f64)
    }
}

/// A message that stands before incidents and hardly in quiet times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NovelMessage {
    pub verdict: NoveltyVerdict,
    /// The program that writes it, with what varies as `<*>`.
    pub program: String,
    /// Its constant text; what varies stands as `<*>`. Foreign text, as is the program.
    pub template: String,
    /// Ids of the incidents that it was seen before, in order of time.
    pub incidents: Vec<String>,
    /// Incidents that were looked at and had a log in which it could have been seen.
    pub incidents_compared: u64,
    /// On how many hosts it was seen before an incident.
    pub hosts: u64,
    /// Quiet half-hours of the hosts of the incidents.
    pub quiet: SeenIn,
    /// Quiet days of these hosts, looked at at the time of day of the incident, give or take a quarter
    /// of an hour.
    pub quiet_days: SeenIn,
    /// Half-hours of hosts without such an incident.
    pub elsewhere: SeenIn,
    /// Of how many of these hosts, and of how many it was seen on.
    pub elsewhere_hosts: SeenIn,
    /// Chance of so many incidents if it were as common before them as in quiet times, given that it
    /// was seen before one; `None`: seen before one alone.
    pub p_value: Option<f64>,
    /// The same as expected share of false alarms among all messages that could have been found.
    pub q_value: Option<f64>,
    /// Median time from the message (its first line in the half-hour) to the last line, in seconds.
    pub lead_s: i64,
    /// The first line of the last incident.
    pub example: Evidence,
}

/// What was compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Novelty {
    /// Why nothing, or not all, was compared, in sentences.
    pub notes: Vec<String>,
    /// Incidents without an explanation, before which a log was read.
    pub incidents: u64,
    /// Messages of no known meaning before them.
    pub messages_before: u64,
    /// Those seen before two incidents or more, which alone can be told from chance.
    pub messages_tested: u64,
    /// New ones first, the least likely by chance first.
    pub messages: Vec<NovelMessage>,
    /// Messages seen before one incident and never else that are not listed.
    pub left_out: u64,
}
