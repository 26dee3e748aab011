//! What lines begin with, some bytes of it free, compared eight bytes at a time: a comparison of a length that is
//! not known beforehand costs more than all else that is done with most lines.

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

#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Word {
    wanted: u64,
    /// Bits that have to be as wanted.
    mask: u64,
}

impl MaskedPrefix {
    /// Of `bytes`, of which those at the places that are fixed have to be the same. `None`: it is too long.
    #[must_use]
    pub fn of(bytes: &[u8], is_fixed: impl Fn(usize) -> bool) -> Option<Self> {
        if bytes.len() > BYTES_MAX {
            return None;
        }
        let mut words = [Word::default(); WORDS_MAX];
        for (place, byte) in bytes.iter().enumerate().filter(|(place, _)| is_fixed(*place)) {
            let word = &mut words[place / 8];
            word.wanted |= u64::from(*byte) << (place % 8 * 8);
            word.mask |= 0xff << (place % 8 * 8);
        }
        Some(Self { words, count: bytes.len().div_ceil(8), len: bytes.len() })
    }

    /// What stands behind the prefix. `None` also where `text` is hardly longer than it.
    #[must_use]
    #[inline(always)]
    pub fn strip<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let words = text.get(..self.count * 8)?.chunks_exact(8).zip(&self.words);
        for (bytes, word) in words {
            let bytes = bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            if bytes & word.mask != word.wanted {
                return None;
            }
        }
        text.get(self.len..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fixed_bytes_are_compared() {
        let prefix = MaskedPrefix::of(b"0123456789", |place| place != 3 && place != 8).unwrap();
        assert_eq!(prefix.strip(b"012x4567y9 and more"), Some(&b" and more"[..]));
        assert_eq!(prefix.strip(b"012x4567y8 and more"), None);
        assert_eq!(prefix.strip(b"x1234567y9 and more"), None);
        assert_eq!(prefix.strip(b"0123456789"), None);
        assert!(MaskedPrefix::of(&[b'x'; BYTES_MAX + 1], |_| true).is_none());
    }
}
