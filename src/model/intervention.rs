//! What a change did to the hosts that it reached.
//!
//! Events are independent ones: a cluster of incidents counts once. Exposure is host-time in which an
//! incident could have been seen, of the hosts concerned alone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Term;

/// The verdict on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Fewer events since, by more than chance.
    Helped,
    /// Enough time has passed to see it, and it is not seen.
    NoEvidence,
    /// Not even a spell without any event would be remarkable yet.
    TooEarly,
    /// Quiet at first, then as before.
    CameBack,
    /// More events since, by more than chance.
    MadeWorse,
}

impl Outcome {
    /// The word in `findings.json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Helped => "helped",
            Self::NoEvidence => "no_evidence",
            Self::TooEarly => "too_early",
            Self::CameBack => "came_back",
            Self::MadeWorse => "made_worse",
        }
    }

    /// The same in plain words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Helped => "helped",
            Self::NoEvidence => "no evidence that it helped",
            Self::TooEarly => "too early to tell",
            Self::CameBack => "seemed to help, then came back",
            Self::MadeWorse => "made it worse",
        }
    }
}

/// Events and exposure on one side of a change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Independent events.
    pub events: u32,
    pub host_days: f64,
    /// Ids of the incidents, all members of a cluster.
    pub incidents: Vec<String>,
}

/// The same change judged without what happened just before it: changes follow bad spells, and after a
/// bad spell it is quieter anyway (regression to the mean).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithoutTrigger {
    /// Events left out, and the days before the change in which they happened.
    pub left_out: u32,
    pub days: f64,
    pub before: Side,
    /// Exact conditional p of so few events since; `None` if nothing is left to compare with.
    pub p_fewer: Option<f64>,
    /// Clean host-days needed at this rate.
    pub clean_host_days_needed: Option<f64>,
}

/// Hosts that the change did not reach, over the same calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Untouched {
    pub hosts: u32,
    pub before: Side,
    pub after: Side,
    /// Rate ratio of the changed hosts over that of the untouched; `None` if it has no value.
    pub ratio_of_ratios: Option<f64>,
    /// Exact conditional p of so large a fall, and of so large a rise, of the changed hosts against these.
    pub p_fell_more: f64,
    pub p_rose_more: f64,
    /// P(rate after < rate before) of these hosts.
    pub probability_lower: f64,
}

/// How long it must stay quiet until the change is believed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Countdown {
    /// Host-days after the change, without any further event, until 95 % sure.
    pub host_days_needed: f64,
    pub host_days_passed: f64,
    pub host_days_left: f64,
    /// Host-days that a calendar day brings at present; 0 if none of the hosts is observed any more.
    pub host_days_per_day: f64,
    /// The same in days of the calendar; `None` where it cannot be shown by waiting.
    pub days_needed: Option<f64>,
    pub days_left: Option<f64>,
    pub done_on: Option<DateTime<Utc>>,
}

/// Probabilities of the courses that the rate may have taken; they sum to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Courses {
    pub unchanged: f64,
    pub fell: f64,
    pub rose: f64,
    /// Fell, and came back to the old rate at some time since.
    pub relapsed: f64,
}

/// The spell from the change to the first event after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuietSpell {
    pub until: DateTime<Utc>,
    pub host_days: f64,
    /// Probability of a first spell as quiet if nothing had changed.
    pub probability_unchanged: f64,
}

/// A change, and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intervention {
    /// `change:NAME`, with `|` and the hypothesis if it was judged within one.
    pub id: String,
    pub name: String,
    /// Whether somebody named it, rather than the data showing it.
    pub declared: bool,
    /// Factors with their new values, where the data show them.
    pub sets: Vec<Term>,
    /// When it reached the first and the last host.
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// Hosts that were observed before and after it.
    pub hosts: Vec<String>,
    /// Id of the hypothesis whose host-time alone is counted; `None`: all time of these hosts.
    pub within: Option<String>,
    pub outcome: Outcome,
    pub statement: String,
    /// Further sentences: comparison, countdown, doubts.
    pub remarks: Vec<String>,
    pub before: Side,
    pub after: Side,
    /// Rate after / rate before.
    pub rate_ratio: Option<f64>,
    /// 95 % interval; an upper limit of `None` is unbounded.
    pub ci95: Option<(f64, Option<f64>)>,
    /// Exact conditional p of so few, and of so many, events since.
    pub p_fewer: Option<f64>,
    pub p_more: Option<f64>,
    /// p below which one of the changes looked at is remarkable.
    pub p_remarkable: f64,
    /// P(rate after < rate before).
    pub probability_lower: Option<f64>,
    /// P(at most so many events since), predicted from before.
    pub probability_so_few: Option<f64>,
    pub without_trigger: Option<WithoutTrigger>,
    pub untouched: Option<Untouched>,
    pub countdown: Option<Countdown>,
    pub courses: Courses,
    pub quiet_spell: Option<QuietSpell>,
    /// Other changes on some of these hosts within a week: they cannot be told apart.
    pub same_time: Vec<String>,
}
