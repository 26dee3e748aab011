//! The collector's own clock.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// One moment by two clocks: gives the wall clock's time of any other moment of the steady one, so that the wall
/// clock is looked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallClock {
    /// By the wall clock.
    pub utc: DateTime<Utc>,
    /// By the steady clock.
    pub instant: Instant,
}

impl WallClock {
    /// The wall clock's time of a moment.
    #[must_use]
    pub fn at(&self, instant: Instant) -> DateTime<Utc> {
        let after = TimeDelta::from_std(instant.saturating_duration_since(self.instant)).unwrap_or_default();
        let before = TimeDelta::from_std(self.instant.saturating_duration_since(instant)).unwrap_or_default();
        self.utc + after - before
    }
}
