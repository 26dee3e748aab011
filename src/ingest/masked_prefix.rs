//! What lines begin with, the digits at some places of it free, compared sixteen bytes at a time: a comparison of a
//! length that is not known beforehand costs more than all else that is done with most lines.

use wide::u8x16;

use super::byte_bits::within;

/// A prefix is no longer than this.
pub const BYTES_MAX: usize = PIECES_MAX * PIECE;
const PIECES_MAX: usize = 3;
/// Bytes that are compared at once.
const PIECE: usize = 16;

#[derive(Debug, Clone, PartialEq)]
pub struct MaskedPrefix {
    pieces: [Piece; PIECES_MAX],
    /// Pieces that are compared.
    count: usize,
    len: usize,
}

/// What sixteen bytes have to be.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    wanted: u8x16,
    /// Ones for the bytes that need not be as wanted.
    free: u8x16,
    /// Ones for those that need not be digits.
    not_digits: u8x16,
}

impl Piece {
    /// Of which the bytes at some places are wanted, or any digit if there is none. Behind them anything will do.
    fn of(bytes: &[Option<u8>]) -> Self {
        let (mut wanted, mut free, mut not_digits) = ([0; PIECE], [!0; PIECE], [!0; PIECE]);
        for (place, byte) in bytes.iter().enumerate() {
            match byte {
                Some(byte) => (wanted[place], free[place]) = (*byte, 0),
                None => not_digits[place] = 0,
            }
        }
        Self { wanted: u8x16::new(wanted), free: u8x16::new(free), not_digits: u8x16::new(not_digits) }
    }

    /// Ones for the bytes that are what they have to be.
    #[inline(always)]
    fn matches(&self, bytes: &[u8; PIECE]) -> u8x16 {
        let bytes = u8x16::new(*bytes);
        (bytes.simd_eq(self.wanted) | self.free) & (within(bytes, b'0', b'9') | self.not_digits)
    }
}

impl MaskedPrefix {
    /// Of `bytes`, of which those at the places that are free may be any digits. `None`: it is too long.
    #[must_use]
    pub fn of(bytes: &[u8], is_free: impl Fn(usize) -> bool) -> Option<Self> {
        if bytes.len() > BYTES_MAX {
            return None;
        }
        let wanted: Vec<Option<u8>> =
            bytes.iter().enumerate().map(|(place, byte)| (!is_free(place)).then_some(*byte)).collect();
        let mut pieces = [Piece::of(&[]); PIECES_MAX];
        for (piece, wanted) in pieces.iter_mut().zip(wanted.chunks(PIECE)) {
            *piece = Piece::of(wanted);
        }
        Some(Self { pieces, count: bytes.len().div_ceil(PIECE), len: bytes.len() })
    }

    #[must_use]
    pub fn bytes(&self) -> usize {
        self.len
    }

    /// What stands behind the prefix. `None` also where `text` is hardly longer than it.
    #[must_use]
    #[inline(always)]
    pub fn strip<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let front = text.get(..self.count * PIECE)?.as_chunks::<PIECE>().0;
        let mut matches = u8x16::splat(!0);
        for (bytes, piece) in front.iter().zip(&self.pieces) {
            matches &= piece.matches(bytes);
        }
        if matches.to_bitmask() != (1 << PIECE) - 1 {
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
