//! How long to wait for a BMC and how many questions it is trusted with at once.
//!
//! The wait follows the times that answers take, as TCP does it (RFC 6298); answers to repeated questions do not
//! count, because nobody knows which one they answer. The width goes up slowly and down by half.

use std::time::Duration;

/// No wait is shorter: a BMC may take this long without being in trouble.
const WAIT_MIN: Duration = Duration::from_millis(250);
/// No wait is longer.
const WAIT_MAX: Duration = Duration::from_secs(4);
/// So many answers in a row without trouble widen by one.
const CLEAN_TO_WIDEN: u32 = 32;

/// What has been learnt of one BMC.
#[derive(Debug, Clone)]
pub struct Pace {
    first_wait: Duration,
    /// Smoothed time of an answer and its deviation.
    measured: Option<(Duration, Duration)>,
    width: usize,
    width_max: usize,
    clean: u32,
}

impl Pace {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(first_wait: Duration, width_max: usize) -> Self {
        let width = width_max.max(1);
        Self { first_wait, measured: None, width, width_max: width, clean: 0 }
    }

    /// How many questions may be under way.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How long to wait for an answer to the `attempt`th sending of a question (from 1).
    #[must_use]
    pub fn wait(&self, attempt: u32) -> Duration {
        let once = match self.measured {
            Some((smooth, deviation)) => (smooth + deviation * 4).max(WAIT_MIN).min(WAIT_MAX),
            None => self.first_wait,
        };
        once.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(WAIT_MAX.max(self.first_wait))
    }

    /// An answer came; `took` if its question was sent once only.
    pub fn answered(&mut self, took: Option<Duration>) {
        if let Some(took) = took {
            self.measured = Some(match self.measured {
                None => (took, took / 2),
                Some((smooth, deviation)) => {
                    ((smooth * 7 + took) / 8, (deviation * 3 + smooth.abs_diff(took)) / 4)
                }
            });
        }
        self.clean += 1;
        if self.clean >= CLEAN_TO_WIDEN {
            self.clean = 0;
            self.width = (self.width + 1).min(self.width_max);
        }
    }

    /// A question or its answer was lost.
    pub fn lost(&mut self) {
        self.clean = 0;
        self.width = (self.width / 2).max(1);
    }

    /// The BMC says that it is busy: one after the other.
    pub fn busy(&mut self) {
        self.clean = 0;
        self.width = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, WAIT_MIN};
    use std::time::Duration;

    #[test]
    fn waits_follow_the_answers_and_double_with_each_attempt() {
        let second = Duration::from_secs(1);
        let mut pace = Pace::new(second, 4);
        assert_eq!((pace.wait(1), pace.wait(3)), (second, second * 4));
        (0..50).for_each(|_| pace.answered(Some(Duration::from_millis(1))));
        assert_eq!((pace.wait(1), pace.wait(2)), (WAIT_MIN, WAIT_MIN * 2));
        (0..50).for_each(|_| pace.answered(Some(second)));
        assert!(pace.wait(1) >= second, "{:?}", pace.wait(1));
        assert!(pace.wait(u32::MAX) <= Duration::from_secs(4));
    }

    #[test]
    fn trouble_narrows_at_once_and_quiet_widens_slowly() {
        let mut pace = Pace::new(Duration::from_secs(1), 4);
        pace.lost();
        assert_eq!(pace.width(), 2);
        pace.busy();
        assert_eq!(pace.width(), 1);
        (0..32 * 5).for_each(|_| pace.answered(None));
        assert_eq!(pace.width(), 4);
    }
}
