//! A time stamp of which all but the time of day is fixed, or all but minutes, seconds and their fraction.

use super::masked_prefix::{self, MaskedPrefix};
use super::written_time;

/// `HH:`
const HOUR_BYTES: usize = 3;
/// `MM:SS`
const CLOCK_BYTES: usize = 5;

/// What stands before the host's name in a line: `Mar  1 HH:MM:SS `.
#[derive(Debug, Clone, PartialEq)]
pub struct StampMask {
    fixed: MaskedPrefix,
    hours: Hours,
    /// Whether a zone is written as an offset from UTC, directly behind the time.
    has_offset: bool,
    /// Where the minutes stand.
    minutes: usize,
    /// Digits of the fraction of the second.
    fraction_digits: usize,
}

/// Whether the hour may be another one than that of the stamp which a mask was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    Free,
    Fixed,
}

impl StampMask {
    /// Of a stamp as written, up to the host. `None`: it has no clock of two digits each, or is too long.
    #[must_use]
    pub fn of(written: &[u8], hours: Hours) -> Option<Self> {
        let is_clock = |clock: &[u8]| {
            clock.iter().enumerate().all(|(place, byte)| match place {
                2 | 5 => *byte == b':',
                _ => byte.is_ascii_digit(),
            })
        };
        let clock = written.windows("HH:MM:SS".len()).position(is_clock)?;
        let minutes = clock + HOUR_BYTES;
        let fraction = minutes + CLOCK_BYTES;
        let fraction_digits = match written.get(fraction) {
            Some(b'.') => written[fraction + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
            _ => 0,
        };
        let behind = if fraction_digits > 0 { fraction + 1 + fraction_digits } else { fraction };
        // What has more digits or more parts, or goes on in another way, is for the careful reader.
        let has_offset = matches!(written.get(behind), Some(b'Z' | b'+' | b'-'));
        let is_end = has_offset || written.get(behind) == Some(&b' ');
        if !is_end || written[..clock].last().is_some_and(|byte| byte.is_ascii_digit() || *byte == b':') {
            return None;
        }
        let is_free = |place: usize| {
            let is_clock = (minutes..fraction).contains(&place) && place != minutes + 2;
            let is_hour = hours == Hours::Free && (minutes - HOUR_BYTES..minutes - 1).contains(&place);
            let is_fraction = (fraction + 1..fraction + 1 + fraction_digits).contains(&place);
            is_clock || is_hour || is_fraction
        };
        Some(Self { fixed: MaskedPrefix::of(written, is_free)?, hours, has_offset, minutes, fraction_digits })
    }

    /// Bytes of the stamps, with what stands between them and the host.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.fixed.bytes()
    }

    /// Whether a zone is written as an offset from UTC.
    #[must_use]
    pub fn has_offset(&self) -> bool {
        self.has_offset
    }

    /// Seconds since the hour, or where hours are free since midnight, of a line that begins with such a stamp, and
    /// what stands behind the stamp. Needs a few bytes more than the stamp has.
    #[must_use]
    #[inline(always)]
    pub fn seconds_since_start<'a>(&self, text: &'a [u8]) -> Option<(i64, &'a [u8])> {
        let rest = self.fixed.strip(text)?;
        let clock = text.get(self.minutes - HOUR_BYTES..)?.first_chunk::<8>()?;
        // What stands there is two digits, a byte, two digits, a byte and two digits.
        let digits = u64::from_le_bytes(*clock) ^ u64::from_le_bytes(*b"00:00:00");
        let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
        let [hour, _, _, minute, _, _, second, _] = pairs.to_le_bytes();
        // A leap second is for the careful reader.
        if (hour >= 24) | (minute >= 60) | (second >= 60) {
            return None;
        }
        let hour = if self.hours == Hours::Free { hour } else { 0 };
        Some((i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second), rest))
    }

    /// The same in microseconds.
    #[must_use]
    pub fn micros_since_start(&self, text: &[u8]) -> Option<i64> {
        // A stamp by itself may be shorter than what is compared.
        let mut padded = [0; masked_prefix::BYTES_MAX];
        let shown = text.len().min(padded.len());
        padded[..shown].copy_from_slice(&text[..shown]);
        let (seconds, _) = self.seconds_since_start(&padded)?;
        let fraction = self.fraction(text)?;
        Some(seconds * 1_000_000 + i64::from(written_time::micros_of(fraction)))
    }

    fn fraction<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let from = self.minutes + CLOCK_BYTES + 1;
        if self.fraction_digits == 0 { Some(&[]) } else { text.get(from..from + self.fraction_digits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_minutes_seconds_and_fraction_can_be_fixed() {
        let mask = StampMask::of(b"2025-03-01T02:03:04.123456+01:00 ", Hours::Fixed).unwrap();
        let seconds = |line: &[u8]| mask.seconds_since_start(line).map(|(seconds, _)| seconds);
        let line = b"2025-03-01T02:59:07.000900+01:00 kvm07 kernel: text";
        assert_eq!(mask.seconds_since_start(line), Some((59 * 60 + 7, &line[33..])));
        assert_eq!(mask.micros_since_start(line), Some((59 * 60 + 7) * 1_000_000 + 900));
        for other in [
            "2025-03-01T03:59:07.000900+01:00 kvm07 kernel: text",
            "2025-03-01T02:59:07.000900+02:00 kvm07 kernel: text",
            "2025-03-01T02:60:07.000900+01:00 kvm07 kernel: text",
            "2025-03-01T02:59:60.000900+01:00 kvm07 kernel: text",
            "2025-03-01T02:59:07.00o900+01:00 kvm07 kernel: text",
            "2025-03-01T02:59:07,000900+01:00 kvm07 kernel: text",
            "2025-03-01T02:59:07.000900+01:00",
        ] {
            assert_eq!(seconds(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn hours_can_be_free() {
        let mask = StampMask::of(b"2025-03-01T02:03:04.5+01:00 ", Hours::Free).unwrap();
        assert!(mask.has_offset());
        let micros = mask.micros_since_start(b"2025-03-01T23:59:07.2+01:00 ");
        assert_eq!(micros, Some((23 * 3600 + 59 * 60 + 7) * 1_000_000 + 200_000));
        for other in
            ["2025-03-02T02:03:04.5+01:00 ", "2025-03-01T24:03:04.5+01:00 ", "2025-03-01T2x:03:04.5+01:00 "]
        {
            assert_eq!(mask.micros_since_start(other.as_bytes()), None, "{other}");
        }
        assert!(!StampMask::of(b"Mar  1 02:03:04 CET ", Hours::Free).unwrap().has_offset());
    }

    #[test]
    fn stamps_without_a_clock_or_without_an_end_have_none() {
        for odd in [
            "Mar  1 0203 ",
            "Mar  1 102:03:04 ",
            "Mar  1 02:003:04:05 ",
            "Mar  1 02:03:04:05 ",
            "Mar  1 02:03:045 ",
            "Mar  1 02:03:04.05:n4A ",
        ] {
            assert!(StampMask::of(odd.as_bytes(), Hours::Fixed).is_none(), "{odd}");
        }
        assert!(StampMask::of(b"2025-03-01T02:03:0100 ", Hours::Fixed).is_none());
        assert!(
            StampMask::of(&[b"Mar  1 02:03:04 ".as_slice(), &[b' '; 64]].concat(), Hours::Free).is_none()
        );
        let mask = StampMask::of(b"Mar  1 02:03:04 ", Hours::Fixed).unwrap();
        assert_eq!(mask.micros_since_start(b"Mar  1 02:03:04 "), Some(184_000_000));
        assert_eq!(mask.micros_since_start(b"Mar  1 02:03"), None);
    }
}
