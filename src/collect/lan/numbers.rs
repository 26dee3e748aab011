//! Request numbers: six bits that tell answers apart (spec 13.8), so they have to be handed out with care.

use std::time::{Duration, Instant};

use super::packet::message::NUMBERS;

/// Numbers that are under way together differ in more than one bit, as far as that goes: there are BMCs that answer
/// under a neighbouring number. Prime to [`NUMBERS`], so that all have their turn.
const STEP: u8 = 13;
/// A number whose answer never came is not used again for so long: the answer may still be on its way.
const QUARANTINE: Duration = Duration::from_secs(5);

/// Hands out numbers.
#[derive(Debug, Clone)]
pub struct RequestNumbers {
    last: u8,
    /// For each number, when it was handed out without having been answered since.
    waiting: [Option<Instant>; NUMBERS as usize],
}

impl Default for RequestNumbers {
    fn default() -> Self {
        Self { last: NUMBERS - 1, waiting: [None; NUMBERS as usize] }
    }
}

impl RequestNumbers {
    /// The next number that nobody waits for; if there is none, the one that has waited longest.
    pub fn next(&mut self, now: Instant) -> u8 {
        let following = (1..=NUMBERS).map(|turn| self.last.wrapping_add(turn.wrapping_mul(STEP)) % NUMBERS);
        let age = |number: &u8| {
            let since = self.waiting.get(usize::from(*number)).copied().flatten();
            since.map_or(QUARANTINE, |since| now.saturating_duration_since(since).min(QUARANTINE))
        };
        // Of equal ages the last in the order counts for `max_by_key`: so it runs backwards.
        let number = following.rev().max_by_key(age).unwrap_or(0);
        self.last = number;
        self.set(number, Some(now));
        number
    }

    /// The answer to `number` came.
    pub fn answered(&mut self, number: u8) {
        self.set(number, None);
    }

    fn set(&mut self, number: u8, since: Option<Instant>) {
        if let Some(waiting) = self.waiting.get_mut(usize::from(number)) {
            *waiting = since;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NUMBERS, RequestNumbers};
    use std::time::{Duration, Instant};

    #[test]
    fn an_unanswered_number_is_left_alone_for_a_while() {
        let now = Instant::now();
        let mut numbers = RequestNumbers::default();
        let lost = numbers.next(now);
        for _ in 0..200 {
            let number = numbers.next(now);
            assert_ne!(number, lost);
            numbers.answered(number);
        }
        let later = now + Duration::from_secs(6);
        assert!((0..NUMBERS).any(|_| numbers.next(later) == lost));
    }
}
