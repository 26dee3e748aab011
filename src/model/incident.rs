//! An end of a boot, or an outage without one, with its verdict.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What happened to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Reboot,
    Shutdown,
    Outage,
}

/// The proximate cause that the evidence shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Unexplained,
    PowerLoss,
    KernelPanic,
    Watchdog,
    HardwareError,
    Thermal,
    MemoryExhaustion,
    Storage,
    Hang,
    Operator,
    Maintenance,
    Clean,
    Unknown,
}

impl Cause {
    pub const ALL: [Self; 13] = [
        Self::Unexplained,
        Self::PowerLoss,
        Self::KernelPanic,
        Self::Watchdog,
        Self::HardwareError,
        Self::Thermal,
        Self::MemoryExhaustion,
        Self::Storage,
        Self::Hang,
        Self::Operator,
        Self::Maintenance,
        Self::Clean,
        Self::Unknown,
    ];

    /// The word in `findings.json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::PowerLoss => "power_loss",
            Self::KernelPanic => "kernel_panic",
            Self::Watchdog => "watchdog",
            Self::HardwareError => "hardware_error",
            Self::Thermal => "thermal",
            Self::MemoryExhaustion => "memory_exhaustion",
            Self::Storage => "storage",
            Self::Hang => "hang",
            Self::Operator => "operator",
            Self::Maintenance => "maintenance",
            Self::Clean => "clean",
            Self::Unknown => "unknown",
        }
    }

    /// Whether an end of that cause was meant to be.
    #[must_use]
    pub fn is_planned(self) -> bool {
        matches!(self, Self::Clean | Self::Maintenance)
    }

    /// The inverse of [`Cause::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.word() == word)
    }
}

impl Kind {
    /// The word in `findings.json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reboot => "reboot",
            Self::Shutdown => "shutdown",
            Self::Outage => "outage",
        }
    }
}

/// Which way a piece of evidence points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supports {
    For,
    Against,
    Context,
}

/// One line or record that bears on a verdict, or the absence of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Path of the source; empty for evidence of absence over several sources.
    pub source: String,
    /// Line (1-based) in text sources, byte offset in binary ones.
    pub line_or_offset: u64,
    pub at: Option<DateTime<Utc>>,
    /// Foreign text: to be escaped by whoever prints it.
    pub text: String,
    pub supports: Supports,
}

/// An unplanned or planned end of a boot, or an outage without a reboot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: String,
    pub host: String,
    pub at: DateTime<Utc>,
    pub at_earliest: DateTime<Utc>,
    pub at_latest: DateTime<Utc>,
    pub back_at: Option<DateTime<Utc>>,
    pub downtime_s: Option<f64>,
    pub kind: Kind,
    pub planned: bool,
    pub cause: Cause,
    pub confidence: f64,
    /// Incidents that share a cluster are one event seen on several hosts.
    pub cluster: Option<String>,
    /// Factor → value at that time.
    pub factors: super::Factors,
    pub evidence: Vec<Evidence>,
    pub reason: String,
    /// Ids of the signatures seen in or around the gap, sorted.
    pub signatures: Vec<String>,
    /// Start of the boot that ended, where it was seen; the origin of the uptime clock.
    pub boot_started: Option<DateTime<Utc>>,
    /// The person or interface that asked for it, for cause `operator`.
    pub actor: Option<String>,
    /// Id of the hypervisor's incident that took this guest down: host and guests are one event, and
    /// only the host's counts in the ranking.
    pub inherited_from: Option<String>,
    /// Described defects whose conditions hold here, or may: those that hold first.
    #[serde(default)]
    pub known_causes: Vec<super::CauseMatch>,
}
