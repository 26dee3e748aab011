//! One run of a host's kernel.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Evidence, Moment};

/// From the first sign of a kernel to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boot {
    pub host: String,
    /// 0 for the first boot that the data shows.
    pub ordinal: u32,
    /// `false` for the first boot, if it was already running when the data begins.
    pub start_seen: bool,
    pub started: Moment,
    pub last_seen: DateTime<Utc>,
    pub ending: Ending,
    /// What this boot's own lines say: `bios_version`, `kernel`, `microcode`.
    pub versions: BTreeMap<String, String>,
    pub evidence: Vec<Evidence>,
}

/// How a boot ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// A shutdown was recorded.
    Orderly,
    /// The next boot came without a shutdown before it.
    Abrupt,
    /// Still up at the end of the data.
    Running,
    /// Fell silent before the end of the data and did not come back.
    Lost,
    /// The data cannot tell.
    Unknown,
}
