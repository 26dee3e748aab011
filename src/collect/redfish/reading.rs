//! What was read from a BMC, and who keeps it.

use std::fmt;
use std::io;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::clock::ClockReading;
use super::entry::{Identity, Order};
use super::fingerprint::Fingerprint;

/// Keeps what is read, as it comes, and knows what was kept by earlier runs.
pub trait Keeper {
    /// Whether an entry of that log is kept already.
    fn knows(&self, log: &str, identity: &Identity) -> bool;

    /// The mark that the last complete reading of that log left.
    fn mark(&self, log: &str) -> Option<LogMark>;

    /// Keeps a new entry. Those of one log come oldest first where their order can be told.
    ///
    /// # Errors
    /// If it cannot be kept; the reading ends then.
    fn keep_entry(&mut self, entry: &KeptEntry<'_>) -> io::Result<()>;

    /// Keeps a resource other than an entry.
    ///
    /// # Errors
    /// If it cannot be kept; the reading ends then.
    fn keep_document(&mut self, document: &Document<'_>) -> io::Result<()>;
}

/// A new entry of a log.
#[derive(Debug)]
pub struct KeptEntry<'e> {
    /// Path of the log service, without a slash at its end.
    pub log: &'e str,
    /// The entry on one line, otherwise as sent.
    pub json: &'e str,
    /// What it is known by.
    pub identity: Identity,
}

/// A resource, or a member of a collection.
#[derive(Debug)]
pub struct Document<'d> {
    /// Its path, without a slash at its end.
    pub path: &'d str,
    /// What it is about.
    pub kind: DocumentKind,
    /// When it was read, by the collector's clock.
    pub at: DateTime<Utc>,
    /// The resource on one line, otherwise as sent.
    pub json: &'d str,
}

/// What a resource is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// The service root: maker and version of the Redfish service.
    Service,
    /// A computer system: model, serial number, BIOS version, state.
    System,
    /// A chassis: place, model.
    Chassis,
    /// A BMC: firmware version, clock.
    Bmc,
    /// A log service: size, policy, clock.
    LogService,
    /// Draw and supplies.
    Power,
    /// Temperatures and fans.
    Thermal,
    /// A version of firmware.
    Firmware,
}

/// What a log looked like at the end of a complete reading. Kept by the caller, and given back the next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogMark {
    /// Entries in the log.
    pub entries: u64,
    /// The newest of them, newest first.
    pub newest: Vec<Identity>,
    /// The highest number among the `Id`s of all of them that were seen.
    pub highest_id: Option<u64>,
}

/// What was read of one log.
#[derive(Debug, Clone)]
pub struct LogReading {
    /// Path of the log service, without a slash at its end.
    pub log: String,
    /// Entries that were new.
    pub new: u64,
    /// Entries in the log as the service counts them, else as they were read.
    pub entries: u64,
    /// `MaxNumberOfRecords`, if it is given and not 0.
    pub entries_max: Option<u64>,
    /// `OverWritePolicy` as written.
    pub overwrite: Option<String>,
    /// The order in which the service gives them.
    pub order: Option<Order>,
    /// The mark to keep. `None` if the log was not read to its end: the old mark stays good then.
    pub mark: Option<LogMark>,
    /// What happened to the log since the last time.
    pub change: Option<LogChange>,
}

impl LogReading {
    /// Whether the log is so full that it soon ends, or overwrites itself: nine tenths.
    #[must_use]
    pub fn is_nearly_full(&self) -> bool {
        self.entries_max.is_some_and(|max| self.entries.saturating_mul(10) >= max.saturating_mul(9))
    }

    /// Whether the log takes no more entries once it is full.
    #[must_use]
    pub fn stops_when_full(&self) -> bool {
        self.overwrite.as_deref() == Some("NeverOverWrites")
    }
}

/// What happened to a log since the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogChange {
    /// It was cleared: none of the last entries is there any more.
    Cleared,
    /// It went on past everything that was read the last time: about so many entries were never seen.
    Overrun { missed: u64 },
}

impl fmt::Display for LogChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cleared => f.write_str("the log was cleared since the last reading"),
            Self::Overrun { missed } => {
                write!(f, "the log went round since the last reading: about {missed} entries were never seen")
            }
        }
    }
}

/// The power that a machine draws.
#[derive(Debug, Clone)]
pub struct PowerReading {
    /// Path of the resource.
    pub path: String,
    /// Watts, with the digits that were sent.
    pub watts: serde_json::Number,
    /// When it was read, by the collector's clock.
    pub at: DateTime<Utc>,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path of the resource.
    pub path: String,
    /// Why, with all causes.
    pub message: String,
}

/// By which means it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBy {
    /// The version of TLS.
    pub tls: &'static str,
    /// The SHA-256 of the BMC's certificate.
    pub certificate: Option<Fingerprint>,
    /// `session` or `basic`; empty if it did not come to that.
    pub log_on: &'static str,
}

/// All that was read from a BMC, beside what the [`Keeper`] got.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// By which means.
    pub by: Option<ReadBy>,
    /// Maker, as the service root or the system names it.
    pub vendor: Option<String>,
    /// One for each log that was begun.
    pub logs: Vec<LogReading>,
    /// Paths of log services that hold no events, and were passed over.
    pub skipped_logs: Vec<String>,
    /// Present draw.
    pub power: Vec<PowerReading>,
    /// The BMC's clocks beside the collector's.
    pub clocks: Vec<ClockReading>,
    /// Resources that could not be read.
    pub problems: Vec<Problem>,
    /// Documents that were kept.
    pub documents: u64,
    /// Entries that were new and kept.
    pub new_entries: u64,
    /// Requests that were sent.
    pub requests: u64,
    /// Bytes of all answers, without headers.
    pub bytes: u64,
}
