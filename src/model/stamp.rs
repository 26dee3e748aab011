//! A time as written, before any clock has been corrected.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the source says of the time, and no more. `clock` turns it into a [`super::Moment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stamp {
    /// Carries its own zone (RFC 3339 with an offset, epoch seconds of the host's clock).
    Zoned(DateTime<Utc>),
    /// A date and time on the host's clock, zone not written.
    Local(NaiveDateTime),
    /// Month, day and time without a year (RFC 3164). `wraps` counts how often the months have
    /// started over since the first line of the source.
    Yearless { wraps: u16, month: u8, day: u8, second_of_day: u32 },
    /// A date and time on the BMC's clock, whose zone and offset are unknown.
    Bmc(NaiveDateTime),
    /// Seconds since the BMC's event log was initialised, before its clock was set
    /// (IPMI v2.0 §37: timestamps up to 0x2000_0000).
    SinceBmcInit { seconds: u32 },
    /// Microseconds since the kernel started (`dmesg`).
    SinceBoot { micros: u64 },
    /// The source gives no time for this record; only its place in the order is known.
    Missing,
}
