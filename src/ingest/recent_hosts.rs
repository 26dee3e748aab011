//! Finds the host at the front of a text again, if it is one of the last that stood there: of a log of many hosts
//! each line begins with another.

use wide::u8x16;

use super::byte_bits::{bits, halves};
use super::log_lines::KnownHost;

/// Bytes that are compared at once. A longer name is not remembered.
const FRONT: usize = 32;
/// Hashes. Two hosts are remembered for each: where two share a hash of which only one is, each line of the one puts
/// out the other. With 256 hashes that is to be expected of a fifth of sixty hosts.
const PAIRS: usize = 512;

pub struct RecentHosts {
    /// Pairs in the order of the hashes, of each the one that was written later first.
    entries: Vec<Entry>,
    /// The place of the last.
    last: usize,
}

#[derive(Clone, Copy)]
struct Entry {
    /// The name, and the blank behind it.
    name: [u8; FRONT],
    /// Bits for the bytes behind these; all ones if there is no entry.
    behind: u32,
    host: KnownHost,
}

impl Default for RecentHosts {
    fn default() -> Self {
        let none = Entry { name: [0; FRONT], behind: !0, host: KnownHost(0) };
        Self { entries: vec![none; 2 * PAIRS], last: 0 }
    }
}

impl RecentHosts {
    /// The host whose name and a blank `text` begins with, and what stands behind them.
    #[inline(always)]
    pub fn strip<'a>(&mut self, text: &'a [u8]) -> Option<(KnownHost, &'a [u8])> {
        let front = text.first_chunk::<FRONT>()?;
        if let Some(found) = self.entries.get(self.last).and_then(|entry| entry.strip(front, text)) {
            return Some(found);
        }
        let pair = pair_of(front)?;
        (pair..pair + 2).find_map(|place| {
            let found = self.entries.get(place)?.strip(front, text)?;
            self.last = place;
            Some(found)
        })
    }

    /// Remembers that the host's name stands at the front of `text`, a blank behind it.
    pub fn keep(&mut self, text: &[u8], len: usize, host: KnownHost) {
        let Some(pair) = text.first_chunk::<FRONT>().and_then(pair_of) else { return };
        if let (Some(entries), Some(written)) = (self.entries.get_mut(pair..pair + 2), text.get(..=len)) {
            let mut name = [0; FRONT];
            name[..=len].copy_from_slice(written);
            entries.swap(0, 1);
            entries[0] = Entry { name, behind: bits_behind(len), host };
            self.last = pair;
        }
    }
}

impl Entry {
    #[inline(always)]
    fn strip<'a>(&self, front: &[u8; FRONT], text: &'a [u8]) -> Option<(KnownHost, &'a [u8])> {
        let [first, second] = halves(front);
        let [first_name, second_name] = halves(&self.name);
        let same = bits([first.simd_eq(first_name), second.simd_eq(second_name)]);
        let is_same = same | self.behind == !0 && self.behind != !0;
        is_same.then(|| (self.host, &text[self.behind.trailing_zeros() as usize..]))
    }
}

/// Bits for what stands behind a name of that length, which fits, and a blank.
fn bits_behind(len: usize) -> u32 {
    u32::MAX << (len + 1)
}

/// Where the pair stands of the hash of the first word, if that ends within the front.
#[inline(always)]
fn pair_of(front: &[u8; FRONT]) -> Option<usize> {
    let [first, second] = halves(front);
    let blank = u8x16::splat(b' ');
    let blanks = bits([first.simd_eq(blank), second.simd_eq(blank)]);
    let len = blanks.trailing_zeros() as usize;
    if len == 0 || len >= FRONT - 1 {
        return None;
    }
    let word = |from: usize| front[from..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    // Its first eight bytes and its last.
    let shown = !0 >> (64 - 8 * len.min(8));
    let (first, last) = (word(0) & shown, word(len.max(8) - 8) & shown);
    // Multiplicative hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4).
    let mixed = (first ^ last.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Some(2 * (mixed >> (64 - PAIRS.trailing_zeros())) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_found_again() {
        let text = |name: &str| format!("{name} kernel: text that is longer than what is compared at once");
        let mut recent = RecentHosts::default();
        let names =
            ["a", "kvm07", "kvm07b", "node-rack-12-a-001", "an-eight", "a-name-that-is-as-long-as-it-m"];
        for (number, name) in names.iter().enumerate() {
            assert!(recent.strip(text(name).as_bytes()).is_none(), "{name}");
            recent.keep(text(name).as_bytes(), name.len(), KnownHost(number));
        }
        for (number, name) in names.iter().enumerate() {
            let text = text(name);
            let (host, rest) = recent.strip(text.as_bytes()).unwrap();
            assert_eq!((host.0, rest), (number, &text.as_bytes()[name.len() + 1..]), "{name}");
        }
        for other in ["b", "kvm0", "kvm07c", "kvm08", "node-rack-12-a-00", "node-rack-12-b-001"] {
            assert!(recent.strip(text(other).as_bytes()).is_none(), "{other}");
        }
        assert!(recent.strip(b"kvm07 short").is_none());
    }

    #[test]
    fn hosts_of_a_large_fleet_are_found_again_or_not_at_all() {
        let text = |number: usize| {
            format!("node-{number:04} kernel: text that is longer than what is compared at once")
        };
        let mut recent = RecentHosts::default();
        let mut found_again = 0;
        for number in (0..3000).chain(2900..3000) {
            match recent.strip(text(number).as_bytes()) {
                Some((host, rest)) => {
                    assert_eq!((host.0, rest), (number, &text(number).as_bytes()[10..]));
                    found_again += 1;
                }
                None => recent.keep(text(number).as_bytes(), 9, KnownHost(number)),
            }
        }
        assert!(found_again > 90, "the last hundred: {found_again}");
    }

    #[test]
    fn names_as_long_as_the_front_are_not_remembered() {
        for len in 29..36 {
            let text = format!("{} kernel: text that is longer than what is compared", "n".repeat(len));
            let mut recent = RecentHosts::default();
            recent.keep(text.as_bytes(), len, KnownHost(3));
            let found = recent.strip(text.as_bytes()).map(|(host, rest)| (host.0, rest));
            let expected = (len < FRONT - 1).then(|| (3, &text.as_bytes()[len + 1..]));
            assert_eq!(found, expected, "{len}");
        }
    }
}
