//! Bits for the bytes, sixteen at a time, of which something holds.

use wide::u8x16;

/// Ones for the bytes from `first` to `last`.
#[must_use]
#[inline(always)]
pub fn within(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    // Those before the first go round to the top.
    let from_first = bytes - u8x16::splat(first);
    from_first.min(u8x16::splat(last - first)).simd_eq(from_first)
}

#[must_use]
#[inline(always)]
pub fn halves(bytes: &[u8; 32]) -> [u8x16; 2] {
    let chunks = bytes.as_chunks::<16>().0;
    [u8x16::new(chunks[0]), u8x16::new(chunks[1])]
}

/// A bit for each byte that is ones.
#[must_use]
#[inline(always)]
pub fn bits([first, second]: [u8x16; 2]) -> u32 {
    first.to_bitmask() | second.to_bitmask() << 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_bit() {
        for byte in 0..=u8::MAX {
            for place in 0..32 {
                let mut bytes = [b'x'; 32];
                bytes[place] = byte;
                let digits = bits(halves(&bytes).map(|half| within(half, b'0', b'9')));
                assert_eq!(digits, u32::from(byte.is_ascii_digit()) << place, "{byte:#x} at {place}");
            }
        }
    }
}
