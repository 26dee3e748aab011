//! A time as written, before any clock has been corrected.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
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

/// The date in that year; 29 February of a common year counts as 1 March.
#[must_use]
pub fn date_in(year: i32, month: u8, day: u8) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day))
        .or_else(|| (month == 2 && day == 29).then(|| NaiveDate::from_ymd_opt(year, 3, 1)).flatten())
}
