//! The timestamp of a SEL record (IPMI v2.0 §37).

use chrono::{DateTime, NaiveDateTime};

/// Timestamps up to this one count seconds since the event log was initialised (§37). `ipmitool`
/// takes the last of them for a date already; FreeIPMI and the specification do not.
pub const LAST_SINCE_INIT: u32 = 0x2000_0000;

/// The timestamp that says there is none (§37).
pub const UNSPECIFIED: u32 = 0xffff_ffff;

/// When a record was written, by the BMC's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SelTime {
    /// Seconds since 1970-01-01 00:00:00 of the BMC's clock, whose zone is not known.
    At(u32),
    /// Seconds since the event log was initialised: the clock had not been set yet.
    PreInit(u32),
    /// The record has a timestamp, and it says "unspecified".
    Unspecified,
    /// Records of this type have no timestamp (E0h to FFh).
    None,
}

impl SelTime {
    /// Reads the four bytes of a timestamp.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Self {
        match seconds {
            UNSPECIFIED => Self::Unspecified,
            0..=LAST_SINCE_INIT => Self::PreInit(seconds),
            _ => Self::At(seconds),
        }
    }

    /// Date and time on the BMC's clock, if it had been set.
    #[must_use]
    pub fn date_time(self) -> Option<NaiveDateTime> {
        match self {
            Self::At(seconds) => DateTime::from_timestamp(i64::from(seconds), 0).map(|at| at.naive_utc()),
            Self::PreInit(_) | Self::Unspecified | Self::None => None,
        }
    }
}
