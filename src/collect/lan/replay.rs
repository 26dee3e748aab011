//! Which numbered datagrams of a session have been here before.
//!
//! Spec: IPMI v2.0 section 6.12.13 has a window of 16 below the highest number seen, and lets numbers run
//! ahead by 15. We take any number ahead: the signature has been verified, and after a longer loss the session would
//! be deaf for ever. Below, 32 numbers are remembered, and what is older is dropped.

/// The highest number seen and which of the 32 below it were seen too.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplayWindow {
    highest: Option<u32>,
    /// Bit n: the number `highest - 1 - n` was seen.
    below: u32,
}

impl ReplayWindow {
    /// Notes `number`; `false` if it has been seen, or is so old that nobody knows.
    pub fn accept(&mut self, number: u32) -> bool {
        let Some(highest) = self.highest else {
            self.highest = Some(number);
            return true;
        };
        if number > highest {
            let step = number - highest;
            self.below = self.below.checked_shl(step).unwrap_or(0) | 1_u32.checked_shl(step - 1).unwrap_or(0);
            self.highest = Some(number);
            return true;
        }
        let Some(bit) = (highest - number).checked_sub(1).and_then(|age| 1_u32.checked_shl(age)) else {
            return false;
        };
        let new = self.below & bit == 0;
        self.below |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::ReplayWindow;

    #[test]
    fn each_number_is_taken_once_in_any_order() {
        let mut window = ReplayWindow::default();
        for number in [5, 7, 6, 4, 39] {
            assert!(window.accept(number), "{number} is new");
            assert!(!window.accept(number), "{number} again");
        }
        assert!(window.accept(8), "31 below the highest");
        assert!(!window.accept(7), "seen, 32 below");
        assert!(!window.accept(6), "too old to know");
        assert!(window.accept(u32::MAX), "any number ahead");
        assert!(!window.accept(40), "and all else is too old");
    }
}
