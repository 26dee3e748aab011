//! Plain mutations, for where there is no coverage to guide them: the same seed gives the same inputs.

#![allow(dead_code, reason = "the tests of coroner use it; libFuzzer has mutations of its own")]

use super::Target;

/// Bytes and words at which readers go wrong.
const HOSTILE: [&[u8]; 24] = [
    b"\0",
    b"\xff\xfe",
    b"\xc3",
    "\u{202e}\u{e9}\u{1F4A9}".as_bytes(),
    b"\n",
    b"\r\n\r\n",
    b"\"",
    b"\\",
    b"'",
    b"-1",
    b"0",
    b"65536",
    b"4294967296",
    b"99999999999999999999",
    b"31.12.262142 23:59:59",
    b"Feb 29 23:59:60 ",
    b"+99:99",
    b"[ 18446744073709.551615]",
    b" | ",
    b",,;;\t\t",
    b"{\"a\":[[[[",
    b"<![CDATA[<a><b>",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
    b": ",
];

/// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016).
pub struct Dice(u64);

impl Dice {
    /// `seed` is any number.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `limit`; 0 if that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let thrown = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(thrown).unwrap_or(usize::MAX).checked_rem(limit).unwrap_or(0)
    }
}

/// An input of a target: one of its seeds, damaged in one place to five.
pub fn damaged(target: &Target, dice: &mut Dice) -> Vec<u8> {
    let Some(seed) = target.seeds.get(dice.below(target.seeds.len())) else { return Vec::new() };
    let mut bytes = seed.clone();
    bytes.truncate(target.bytes_max);
    for _ in 0..=dice.below(5) {
        damage(&mut bytes, target, dice);
    }
    bytes.truncate(target.bytes_max);
    bytes
}

fn damage(bytes: &mut Vec<u8>, target: &Target, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let piece = at..bytes.len().min(at + 1 + dice.below(200));
    match dice.below(7) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(piece)),
        2 => {
            let again = bytes[piece].repeat(1 + dice.below(8));
            bytes.splice(at..at, again);
        }
        3 => drop(bytes.splice(at..at, HOSTILE[dice.below(HOSTILE.len())].iter().copied())),
        4 => {
            let hostile = HOSTILE[dice.below(HOSTILE.len())];
            let end = bytes.len().min(at + hostile.len());
            bytes.splice(at..end, hostile.iter().copied());
        }
        5 => {
            let other = &target.seeds[dice.below(target.seeds.len())];
            let from = dice.below(other.len());
            let end = other.len().min(from + 1 + dice.below(200));
            bytes.splice(at..at, other[from.min(end)..end].iter().copied());
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
    }
}
