//! A statement about what raises the rate of incidents, with what speaks for and against it.

use serde::{Deserialize, Serialize};

use super::Cause;

/// The kind of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Factor,
    Interaction,
    Window,
    Change,
    Uptime,
    SharedEvent,
    Precursor,
    Signature,
    TimeOfDay,
    Host,
    Cause,
}

impl Family {
    /// The word in `findings.json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Factor => "factor",
            Self::Interaction => "interaction",
            Self::Window => "window",
            Self::Change => "change",
            Self::Uptime => "uptime",
            Self::SharedEvent => "shared_event",
            Self::Precursor => "precursor",
            Self::Signature => "signature",
            Self::TimeOfDay => "time_of_day",
            Self::Host => "host",
            Self::Cause => "cause",
        }
    }
}

/// How far the data carry the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Supported,
    Suggestive,
    Inconclusive,
    Contradicted,
}

impl Verdict {
    /// The word in `findings.json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Suggestive => "suggestive",
            Self::Inconclusive => "inconclusive",
            Self::Contradicted => "contradicted",
        }
    }
}

/// One factor and the value it takes, e.g. `bios_version` = `6.0.7`, `window` = `backup`,
/// `uptime_days` = `208.5`, `pdu` = `r02-a`, `signature` = `memory-uncorrectable`,
/// `cause` = `operator`, `hour_of_day` = `00-06`, `host` = `kvm07`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Term {
    pub factor: String,
    pub value: String,
}

impl Term {
    #[must_use]
    pub fn new(factor: impl Into<String>, value: impl Into<String>) -> Self {
        Self { factor: factor.into(), value: value.into() }
    }
}

/// Another factor that could be behind the association, and what the data say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confounder {
    pub factor: String,
    pub note: String,
}

/// The same question asked more fairly: rates inside and outside a region, among what is alike in some
/// other respect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is alike on both sides, or how the null was made: `all`, `group`, `hour_of_day`, `host`,
    /// `host_and_hour`, `host_hour_and_weekday`, `adjusted`, `shifted_days`, `shifted_weeks`,
    /// `risk_set`, `neighbours_rack`, `one_peak_local`, ...
    pub basis: String,
    /// The same in words.
    pub label: String,
    pub rate_ratio: Option<f64>,
    /// 95 % interval; an upper limit of `None` is unbounded.
    pub ci95: Option<(f64, Option<f64>)>,
    /// Two-sided where there is an interval, else of at least as many inside.
    pub p_value: Option<f64>,
    /// Independent events that the comparison rests on: those that could have been inside or outside.
    pub informative_events: u32,
    /// What it means, in words; empty where the numbers say it all.
    pub note: String,
}

/// How many incidents fell at one distance from the runs of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DelayBin {
    /// `0 to 5 min after the start`, `during the run, as a whole`, ...
    pub label: String,
    /// Independent events in it.
    pub events: u32,
    /// Events that an even spread over the same hosts' time would have put there.
    pub expected: f64,
    /// `events / expected`, with its 95 % interval given the number of events.
    pub ratio: f64,
    pub ci95: (f64, f64),
}

/// A ranked hypothesis. Numbers that do not apply to its family are `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// 1 is the best explanation; one order over all families.
    pub rank: u32,
    /// Stable across runs on the same question: `family:factor=value[&factor=value]`.
    pub id: String,
    pub family: Family,
    pub statement: String,
    pub verdict: Verdict,
    pub terms: Vec<Term>,
    pub rate_ratio: Option<f64>,
    /// 95 % interval of the rate ratio; an upper limit of `None` is unbounded.
    pub ci95: Option<(f64, Option<f64>)>,
    pub p_value: Option<f64>,
    /// Family-wise adjusted over all questions asked (permutation max-T).
    pub p_adjusted: Option<f64>,
    pub log_bayes_factor: Option<f64>,
    pub posterior: Option<f64>,
    /// Expected share of the incidents that this explains.
    pub explained_fraction: Option<f64>,
    pub incidents_exposed: u32,
    pub incidents_total: u32,
    /// Host-days inside the region.
    pub exposure_days: f64,
    /// Ids of the incidents inside the region.
    pub incidents: Vec<String>,
    /// The same host-time by other names: this data cannot tell them apart.
    pub aliases: Vec<Vec<Term>>,
    pub confounders: Vec<Confounder>,
    /// The comparison repeated with hosts, hours and days held alike (windows, precursors and clocks only).
    #[serde(default)]
    pub comparisons: Vec<Comparison>,
    /// When the incidents came, relative to the runs of a job (windows only).
    #[serde(default)]
    pub delay_profile: Vec<DelayBin>,
    pub evidence_against: Vec<String>,
    pub next_step: String,
    #[serde(default, flatten)]
    pub account: Account,
}

/// How the numbers of a hypothesis were come by, for whoever wants to check them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The claim in one sentence: what, how sure, what to do.
    #[serde(default)]
    pub summary: String,
    /// What speaks for it, in sentences with the tests named.
    #[serde(default)]
    pub evidence_for: Vec<String>,
    /// Only events of this cause were asked about; `None`: events of any cause.
    #[serde(default)]
    pub asked_of: Option<Cause>,
    /// Independent events inside and in all: the counts that ratio, interval, p and Bayes factor
    /// are about. Incidents that are one event count once, as the earliest of them.
    #[serde(default)]
    pub events_exposed: u32,
    #[serde(default)]
    pub events_total: u32,
    /// Independent events that would fall inside if it made no difference.
    #[serde(default)]
    pub events_expected: Option<f64>,
    /// Test and null of `p_value`.
    #[serde(default)]
    pub p_value_test: Option<String>,
    /// Test and null of `p_adjusted`.
    #[serde(default)]
    pub p_adjusted_test: Option<String>,
    /// What `posterior` is weighed against.
    #[serde(default)]
    pub posterior_against: Option<String>,
    /// Smallest and largest posterior for prior standard deviations of ln ρ from 1 to 3.
    #[serde(default)]
    pub posterior_range: Option<(f64, f64)>,
    /// Id of the hypothesis within whose levels most of the difference goes away.
    #[serde(default)]
    pub explained_by: Option<String>,
}
