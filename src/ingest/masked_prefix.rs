//! What lines begin with, the digits at some places of it free, compared eight bytes at a time: a comparison of a
//! length that is not known beforehand costs more than all else that is done with most lines.

/// A prefix is no longer than this.
pub const BYTES_MAX: usize = WORDS_MAX * 8;
const WORDS_MAX: usize = 6;

#[derive(Debug, Clone, PartialEq)]
pub struct MaskedPrefix {
    words: [Word; WORDS_MAX],
    /// Words that are compared.
    count: usize,
    len: usize,
}

/// What eight bytes have to be.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Word {
    /// With a `0` where any digit will do.
    wanted: u64,
    /// Bits that have to be as wanted.
    fixed: u64,
    /// Bits of the bytes that have to be digits.
    digits: u64,
}

impl Word {
    /// Not zero where `bytes` are not what they have to be.
    #[inline(always)]
    fn differences(&self, bytes: u64) -> u64 {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        /// Brings what differs from a zero by more than 9 to 80h or above.
        const ROOM: u64 = 0x7676_7676_7676_7676;
        let differs = bytes ^ self.wanted;
        let free = differs & self.digits;
        differs & self.fixed | (((free & !HIGH) + ROOM) | free) & HIGH
    }
}

impl MaskedPrefix {
    /// Of `bytes`, of which those at the places that are free may be any digits. `None`: it is too long.
    #[must_use]
    pub fn of(bytes: &[u8], is_free: impl Fn(usize) -> bool) -> Option<Self> {
        if bytes.len() > BYTES_MAX {
            return None;
        }
        let mut words = [Word::default(); WORDS_MAX];
        for (place, byte) in bytes.iter().enumerate() {
            let word = &mut words[place / 8];
            let shift = place % 8 * 8;
            if is_free(place) {
                word.wanted |= u64::from(b'0') << shift;
                word.digits |= 0xff << shift;
            } else {
                word.wanted |= u64::from(*byte) << shift;
                word.fixed |= 0xff << shift;
            }
        }
        Some(Self { words, count: bytes.len().div_ceil(8), len: bytes.len() })
    }

    #[must_use]
    pub fn bytes(&self) -> usize {
        self.len
    }

    /// What stands behind the prefix. `None` also where `text` is hardly longer than it.
    #[must_use]
    #[inline(always)]
    pub fn strip<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let front = text.get(..self.count * 8)?.as_chunks::<8>().0;
        let mut differ = 0;
        for (bytes, word) in front.iter().zip(&self.words) {
            differ |= word.differences(u64::from_le_bytes(*bytes));
        }
        if differ != 0 {
            return None;
        }
        text.get(self.len..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_at_free_places_may_differ() {
        let prefix = MaskedPrefix::of(b"0123456789", |place| place == 3 || place == 8).unwrap();
        assert_eq!(prefix.strip(b"0127456709 and more"), Some(&b" and more"[..]));
        for other in ["0127456708 and more", "7123456789 and more", "0123456789"] {
            assert_eq!(prefix.strip(other.as_bytes()), None, "{other}");
        }
        for byte in 0..=u8::MAX {
            let text = [b"012", &[byte][..], b"456789 and more"].concat();
            assert_eq!(prefix.strip(&text).is_some(), byte.is_ascii_digit(), "{byte:#x}");
        }
        assert!(MaskedPrefix::of(&[b'x'; BYTES_MAX + 1], |_| false).is_none());
    }
}
