//! The account of a run's bytes as it appears in the report.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What became of one source. `bytes == parsed + ignored + quarantined` always.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceEntry {
    pub path: String,
    /// Format id, or `None` where no format fits (then all bytes are ignored or quarantined).
    pub format: Option<String>,
    /// `sel`, `power`, `log`, `boot`, `backup`, `inventory`, `firmware`, `maintenance`,
    /// `incidents` or `context`.
    pub kind: String,
    pub host: Option<String>,
    pub records: u64,
    /// Size in bytes after decompression.
    pub bytes: u64,
    pub parsed: u64,
    pub ignored: u64,
    pub quarantined: u64,
    /// Reason or rule → bytes, for all that was not parsed.
    pub reasons: BTreeMap<String, u64>,
    /// The first quarantined pieces, quoted (at most a few, each cut to a line).
    pub quoted: Vec<Quote>,
    /// First and last resolved time in the source.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// Source clock minus UTC, in seconds, and how sure that is (± seconds).
    pub clock_offset_s: Option<f64>,
    pub clock_uncertainty_s: Option<f64>,
    /// How the source's clock was resolved, in words.
    pub clock_note: String,
    /// XXH3 of the unpacked bytes, 128 bits as lower-case hexadecimal.
    pub digest: String,
}

/// A piece of a source that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub offset: u64,
    pub len: u64,
    pub line: u64,
    pub reason: String,
    /// Printable form: control bytes escaped, cut to 160 characters.
    pub text: String,
}

/// The pieces of a source that were set aside for one reason or by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pieces {
    pub count: u64,
    /// Where the first of them begins, how long it is, and on which line it stands (0: no lines).
    pub offset: u64,
    pub len: u64,
    pub line: u64,
}

/// Sums over all sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LedgerTotals {
    pub sources: u64,
    pub bytes: u64,
    pub parsed: u64,
    pub ignored: u64,
    pub quarantined: u64,
    pub records: u64,
}
