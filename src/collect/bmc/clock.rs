//! How far a BMC's clock is off.
//!
//! Spec: IPMI v2.0 sections 31.10 (Get SEL Time) and 31.11a (Get SEL Time UTC Offset).

use super::bytes::u32_at;
use crate::collect::lan::Answered;
use crate::collect::wall_clock::WallClock;

/// Below this number a BMC's clock counts from its own start, because nobody has set it; and it has no value for
/// "unspecified" but this one (spec chapter 37).
const FIRST_WALL_TIME: u32 = 0x2000_0000;
const TIME_UNSPECIFIED: u32 = u32::MAX;
/// "Unspecified", in minutes.
const OFFSET_UNSPECIFIED: i16 = 0x07ff;

/// A reading of a BMC's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelClock {
    /// What it showed: seconds, in a zone that it does not tell.
    pub reading: u32,
    /// BMC minus collector, in seconds; `None` if nobody has set the BMC's clock.
    pub ahead: Option<f64>,
    /// The true value lies so far from `ahead` at most, in seconds: half a second, because the clock shows none,
    /// and half of the time that the answer took.
    pub uncertainty: f64,
}

impl SelClock {
    /// Compares the answer of Get SEL Time with the collector's clock in the middle between asking and answering.
    #[must_use]
    pub fn measure(answered: &Answered, anchor: WallClock) -> Option<Self> {
        if answered.response.cc() != 0 {
            return None;
        }
        let reading = u32_at(answered.response.data(), 0)?;
        let half = answered.received.saturating_duration_since(answered.sent) / 2;
        let middle = anchor.at(answered.sent + half);
        // The display stands still for a second: on average it is half a second late.
        let shown = f64::from(reading) + 0.5;
        let collector = middle.timestamp_micros() as f64 / 1e6;
        let set = (FIRST_WALL_TIME..TIME_UNSPECIFIED).contains(&reading);
        Some(Self { reading, ahead: set.then_some(shown - collector), uncertainty: 0.5 + half.as_secs_f64() })
    }
}

/// Minutes that the BMC's clock is ahead of UTC by its own account, if it gives any.
#[must_use]
pub fn utc_offset_minutes(answer: &[u8]) -> Option<i16> {
    let minutes = i16::from_le_bytes(*answer.first_chunk()?);
    (minutes != OFFSET_UNSPECIFIED).then_some(minutes)
}
