//! The result of a run: all that any renderer may show.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Boot, Hypothesis, Incident, Intervention, LedgerTotals, Novelty, SourceEntry, Surroundings};

/// Something about the fleet or the data that the reader should know, apart from the ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetFinding {
    /// Stable kind, e.g. `host-not-in-inventory`, `did-not-come-back`, `bmc-clock-offset`.
    pub id: String,
    /// `info`, `notice` or `warning`.
    pub severity: String,
    pub statement: String,
    pub hosts: Vec<String>,
}

/// Kind of the finding about a log whose year nothing tells: it is in no other part of the report.
pub const WITHOUT_YEAR: &str = "log-without-year";

/// A point of a power series, kept for the charts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PowerPoint {
    pub at: DateTime<Utc>,
    pub watts: f64,
}

/// A run of a window or a planned span, kept for the charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedSpan {
    pub host: String,
    pub name: String,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// A change of a factor on a host (BIOS update, new kernel), kept for the charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactorChange {
    pub host: String,
    pub at: DateTime<Utc>,
    pub factor: String,
    pub from: String,
    pub to: String,
}

/// What a family of hypotheses could have seen in this fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Power {
    pub factor: String,
    /// Share of the exposure that the typical level has.
    pub typical_share: f64,
    /// Smallest rate ratio seen with 80 % probability; `None`: none, however large.
    pub minimum_detectable_rate_ratio: Option<f64>,
    /// Error probability of the single question that the adjustment for all of them leaves.
    #[serde(default)]
    pub alpha: f64,
    /// Independent events of the typical level that would be needed; `None`: more than there are.
    #[serde(default)]
    pub events_needed: Option<u32>,
    /// Weeks until a five-fold rate would be seen, at the present rate of events; 0: it would be
    /// seen now, `None`: not within twenty times the time observed.
    #[serde(default)]
    pub weeks_until_five_fold: Option<f64>,
}

/// How the ranking was done, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct RankingMethod {
    /// Questions asked, after merging those that are the same host-time.
    pub questions: u32,
    pub permutations: u32,
    /// Independent events among the incidents (clusters count once).
    pub independent_events: u32,
    /// Probability that none of the hypotheses holds.
    pub posterior_null: f64,
    pub power: Vec<Power>,
    /// Plain sentences: how the incidents spread over hosts, what was set apart.
    pub remarks: Vec<String>,
    /// Independent events that the questions of rates were asked of: all but those that people caused.
    #[serde(default)]
    pub events_compared: u32,
    /// What a fleet of this size could have seen, in one sentence; empty without events.
    #[serde(default)]
    pub could_see: String,
    /// Nothing is supported, and nothing moderate could have been.
    #[serde(default)]
    pub too_small_to_tell: bool,
}

/// Coverage of one host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    pub host: String,
    /// Spans in which an incident would have been seen.
    pub observed: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// What kinds of source the host has: `sel`, `log`, `boot`, `power`, `incidents`.
    pub kinds: Vec<String>,
    /// When each class of source spoke of the host, as far as it has any.
    #[serde(default)]
    pub seen: Vec<Seen>,
}

impl Coverage {
    /// What was seen of one class of source, if the host has it.
    #[must_use]
    pub fn of_class(&self, class: &str) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.class == class)
    }
}

/// When one class of source spoke of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// `log`, `sel`, `power`, `boot` or `backup`.
    pub class: String,
    /// Sorted; pauses that are usual for the class are joined. A SEL counts from its first entry to its
    /// last.
    pub spans: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Spans without a sign of it that are longer than usual and that no known downtime explains.
    pub silences: Vec<Silence>,
}

/// A silence that is out of the ordinary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// What is known of it, in words; may be empty.
    pub note: String,
    /// Another finding about the fleet tells of it already.
    #[serde(default)]
    pub told: bool,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub schema_version: u32,
    pub generated_by: String,
    pub as_of: DateTime<Utc>,
    pub seed: u64,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub hosts: Vec<String>,
    pub host_days_observed: f64,
    /// Factor → value → hosts that have it (at the end of the data).
    pub factors: BTreeMap<String, BTreeMap<String, u32>>,
    /// Host → factor → value at the end of the data.
    pub host_factors: BTreeMap<String, super::Factors>,
    pub sources: Vec<SourceEntry>,
    pub totals: LedgerTotals,
    pub boots: Vec<Boot>,
    pub incidents: Vec<Incident>,
    /// What stands around each unplanned incident, in the order of the incidents.
    #[serde(default)]
    pub surroundings: Vec<Surroundings>,
    pub hypotheses: Vec<Hypothesis>,
    pub method: RankingMethod,
    /// What each change did, declared ones first.
    #[serde(default)]
    pub interventions: Vec<Intervention>,
    pub fleet_findings: Vec<FleetFinding>,
    /// Unknown messages before incidents that nothing explains.
    #[serde(default)]
    pub novelty: Novelty,
    pub coverage: Vec<Coverage>,
    /// Planned windows (`maintenance`) and job runs (`backup`), for the charts.
    pub spans: Vec<NamedSpan>,
    pub changes: Vec<FactorChange>,
    /// Power series around unplanned incidents: host → points, sorted by time.
    pub power: BTreeMap<String, Vec<PowerPoint>>,
    /// UTC offset of the site in seconds, for the hour of day.
    pub site_utc_offset_s: i32,
    /// Changes of it, as in [`super::Study::site_utc_offset_steps`].
    #[serde(default)]
    pub site_utc_offset_steps: Vec<(i64, i32)>,
}
