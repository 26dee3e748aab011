//! A time as resolved: an interval of UTC, never a false point.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// When something happened, in UTC, as well as the clocks allow: it lies within
/// `earliest..=latest`, both ends included, and `best` is where it most likely was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    pub best: DateTime<Utc>,
    pub earliest: DateTime<Utc>,
    pub latest: DateTime<Utc>,
}

impl Moment {
    /// A moment known to the resolution of its clock.
    #[must_use]
    pub fn exact(at: DateTime<Utc>) -> Self {
        Self { best: at, earliest: at, latest: at }
    }

    /// A moment known to within `slack` on both sides.
    #[must_use]
    pub fn around(at: DateTime<Utc>, slack: TimeDelta) -> Self {
        Self {
            best: at,
            earliest: at.checked_sub_signed(slack).unwrap_or(at),
            latest: at.checked_add_signed(slack).unwrap_or(at),
        }
    }

    /// Whether this was before `other`; `None` where the intervals overlap and the order is unknown.
    #[must_use]
    pub fn before(&self, other: &Self) -> Option<bool> {
        if self.latest < other.earliest {
            Some(true)
        } else if other.latest < self.earliest {
            Some(false)
        } else {
            None
        }
    }
}
