//! Finds the places of many literals in large pieces of text, at several bytes a nanosecond.
//!
//! Automata that look at every byte are too slow by a factor of five where hundreds of literals are
//! looked for in logs that hold next to none of them. This one looks at four bytes at every fourth place: of
//! each literal a window is chosen so long that a look must fall into it, wherever it stands; two looks
//! in a row where the literal is long enough, because a piece of four bytes alone is often one of
//! ordinary words. A map of the windows' pieces answers nearly every look with no; the rest
//! are compared. (The idea of skipping is that of Wu and Manber, "A fast algorithm for
//! multi-pattern searching", 1994; looks at fixed places do not wait for each other.)

use aho_corasick::{AhoCorasick, MatchKind};

use super::Interest;
use super::log_lines::KERNEL_START;

/// Bytes of one look.
const GRAM: usize = 4;
/// Bytes from one look to the next.
const STRIDE: usize = 4;
/// A literal needs so many bytes for a look to fall into it wherever it stands.
const LITERAL_BYTES_MIN: usize = GRAM + STRIDE - 1;
/// And so many for two looks.
const PAIR_BYTES_MIN: usize = LITERAL_BYTES_MIN + STRIDE;
/// Bits of the hash of a piece: the map takes 128 KiB. A smaller one is nearer to the processor, but takes more
/// pieces for others, which costs more.
const HASH_BITS: u32 = 17;
/// Bits of the hash that lead to the pieces.
const SHELF_BITS: u32 = 12;
/// Looks between two branches, and the bytes that they see.
const LOOKS: usize = 8;
const BLOCK: usize = (LOOKS - 1) * STRIDE + GRAM;

/// Bits of the map: a piece is one of a short literal, or in each of the groups the first or the second of two.
/// Two pieces count only together if they are of one group, so that fewer belong to two literals.
const ALONE: u32 = 0;
const FIRST: u32 = 1;
const SECOND: u32 = FIRST + GROUPS;
const GROUPS: u32 = 3;

/// A four-byte piece of a literal's window; of two, the second.
struct Piece {
    gram: u32,
    /// Of two, the first.
    before: Option<u32>,
    literal: usize,
    /// Where in the literal it stands.
    offset: usize,
}

/// What the readers of logs look out for.
pub struct Watch<'a> {
    pub interest: &'a dyn Interest,
    pub prefilter: Prefilter,
}

impl<'a> Watch<'a> {
    #[must_use]
    pub fn new(interest: &'a dyn Interest) -> Self {
        Self { interest, prefilter: Prefilter::of(interest) }
    }
}

/// Finds all places at which one of its literals begins.
pub struct Prefilter {
    literals: Vec<Vec<u8>>,
    /// For each hash, what pieces have it.
    map: Box<[u8; 1 << HASH_BITS]>,
    /// For the front of each hash, the first of its pieces.
    first: Vec<usize>,
    /// Sorted by hash.
    pieces: Vec<Piece>,
    /// Finds the literals that are too short to skip by.
    short: Option<AhoCorasick>,
}

impl Prefilter {
    /// Of what makes a line of a log worth a second look.
    #[must_use]
    pub fn of(interest: &dyn Interest) -> Self {
        let literals = interest.literals();
        Self::new(literals.into_iter().chain([KERNEL_START.as_bytes()]))
    }

    /// Of the literals that stand in what is looked for. Empty ones are passed over.
    #[must_use]
    pub fn new<'a>(literals: impl Iterator<Item = &'a [u8]>) -> Self {
        let (long, short): (Vec<&[u8]>, Vec<&[u8]>) = literals
            .filter(|literal| !literal.is_empty())
            .partition(|literal| literal.len() >= LITERAL_BYTES_MIN);
        let mut map = Box::new([0_u8; 1 << HASH_BITS]);
        let mut pieces = Vec::new();
        for (literal, bytes) in long.iter().enumerate() {
            let is_pair = bytes.len() >= PAIR_BYTES_MIN;
            let start = rarest_window(bytes, if is_pair { PAIR_BYTES_MIN } else { LITERAL_BYTES_MIN });
            for first in start..start + STRIDE {
                let offset = if is_pair { first + STRIDE } else { first };
                let (Some(before), Some(gram)) = (gram_at(bytes, first), gram_at(bytes, offset)) else {
                    continue;
                };
                if is_pair {
                    let group = literal as u32 % GROUPS;
                    map[hash(before)] |= 1 << (FIRST + group);
                    map[hash(gram)] |= 1 << (SECOND + group);
                } else {
                    map[hash(gram)] |= 1 << ALONE;
                }
                pieces.push(Piece { gram, before: is_pair.then_some(before), literal, offset });
            }
        }
        pieces.sort_by_key(|piece| (hash(piece.gram), piece.gram, piece.literal, piece.offset));
        let mut first = vec![0; 1 << SHELF_BITS];
        for (index, piece) in pieces.iter().enumerate().rev() {
            first[shelf(hash(piece.gram))] = index;
        }
        // Building fails only for more patterns than fit into memory.
        let short = if short.is_empty() {
            None
        } else {
            AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&short).ok()
        };
        Self { literals: long.into_iter().map(<[u8]>::to_vec).collect(), map, first, pieces, short }
    }

    /// Appends to `places` where in `text` literals begin, ascending, each place once. Of short
    /// literals that overlap the first is enough: it is the line that counts.
    pub fn find(&self, text: &[u8], places: &mut Vec<usize>) {
        let before = places.len();
        if !self.pieces.is_empty() {
            self.find_long(text, places);
        }
        if let Some(short) = &self.short {
            places.extend(short.find_iter(text).map(|found| found.start()));
        }
        places[before..].sort_unstable();
        places.dedup();
    }

    fn find_long(&self, text: &[u8], places: &mut Vec<usize>) {
        let mut at = 0;
        let mut before = 0;
        // Several looks at a time, a byte of a word each: the branch that is hardly ever taken comes once for
        // all of them.
        while let Some(block) = text.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            let mut seen = 0_u64;
            for look in 0..LOOKS {
                let key = gram_at(block, look * STRIDE).map_or(0, hash);
                seen |= u64::from(self.map[key]) << (look * 8);
            }
            let hits = worth_comparing(seen, before);
            if hits != 0 {
                self.compare_hits(text, at, hits, places);
            }
            before = seen;
            at += LOOKS * STRIDE;
        }
        while at < text.len() {
            self.compare(text, at, places);
            at += STRIDE;
        }
    }

    /// Compares at each look that has a bit in `hits`. Apart, so that the loop above has the registers to itself.
    #[cold]
    #[inline(never)]
    fn compare_hits(&self, text: &[u8], at: usize, mut hits: u64, places: &mut Vec<usize>) {
        while hits != 0 {
            let look = hits.trailing_zeros() / 8;
            self.compare(text, at + look as usize * STRIDE, places);
            hits &= !(0xff << (look * 8));
        }
    }

    /// Compares the literals that have the piece that stands in `text` at `at`.
    fn compare(&self, text: &[u8], at: usize, places: &mut Vec<usize>) {
        let Some(gram) = gram_at(text, at) else { return };
        let before = at.checked_sub(STRIDE).and_then(|at| gram_at(text, at));
        let wanted = shelf(hash(gram));
        let candidates = self.pieces[self.first[wanted]..].iter();
        for piece in candidates.take_while(|piece| shelf(hash(piece.gram)) == wanted) {
            if piece.gram != gram || piece.before.is_some() && piece.before != before {
                continue;
            }
            let Some(start) = at.checked_sub(piece.offset) else { continue };
            if text[start..].starts_with(&self.literals[piece.literal]) {
                places.push(start);
            }
        }
    }
}

/// Bits in the byte of each look that hits, given what was seen by it and by the looks before.
fn worth_comparing(seen: u64, before: u64) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; LOOKS]);
    const EACH_GROUP: u64 = u64::from_le_bytes([(1 << GROUPS) - 1; LOOKS]);
    let shifted = seen << 8 | before >> (8 * (LOOKS - 1));
    seen >> ALONE & EACH | seen >> SECOND & shifted >> FIRST & EACH_GROUP
}

/// The piece at `at`, if there are so many bytes.
fn gram_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<GRAM>().map(|gram| u32::from_le_bytes(*gram))
}

/// Multiplicative hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4).
fn hash(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}

fn shelf(hash: usize) -> usize {
    hash >> (HASH_BITS - SHELF_BITS)
}

/// Where in a literal the window of that length with the least common bytes begins.
fn rarest_window(literal: &[u8], len: usize) -> usize {
    let commonness = |start: usize| -> u32 { literal[start..start + len].iter().copied().map(common).sum() };
    (0..=literal.len() - len).min_by_key(|start| commonness(*start)).unwrap_or(0)
}

/// How common a byte is in logs, roughly. It only decides how many comparisons are for nothing.
fn common(byte: u8) -> u32 {
    match byte {
        b' ' | b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'0'..=b'9' => 8,
        b'a'..=b'z' => 5,
        b'.' | b':' | b'-' | b'/' | b'=' | b'"' => 4,
        b'A'..=b'Z' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(literals: &[&str], text: &str) -> Vec<usize> {
        let mut places = Vec::new();
        Prefilter::new(literals.iter().map(|literal| literal.as_bytes())).find(text.as_bytes(), &mut places);
        places
    }

    /// The same by comparing everywhere.
    fn everywhere(literals: &[&str], text: &str) -> Vec<usize> {
        (0..text.len())
            .filter(|at| {
                literals.iter().any(|literal| text.as_bytes()[*at..].starts_with(literal.as_bytes()))
            })
            .collect()
    }

    #[test]
    fn finds_every_literal_wherever_it_stands() {
        let literals =
            ["soft lockup", "Oops: ", "Linux version ", " UE ", "op=THAW", "blocked for more than"];
        for literal in literals {
            for before in 0..40 {
                for behind in [0, 1, 5, 30] {
                    let text = format!("{}{literal}{}", "x".repeat(before), "y".repeat(behind));
                    assert_eq!(places(&literals, &text), everywhere(&literals, &text), "{text}");
                }
            }
        }
    }

    #[test]
    fn literals_that_overlap_or_repeat_are_all_found() {
        let literals = ["abcabcabc", "cabcabc", "bcabcabcabc"];
        let text = "abcabcabcabcabcabcabc".repeat(3);
        assert_eq!(places(&literals, &text), everywhere(&literals, &text));
    }

    #[test]
    fn nothing_to_look_for_finds_nothing() {
        assert_eq!(places(&[], "some text"), Vec::<usize>::new());
        assert_eq!(places(&["", "longer than the text"], "some text"), Vec::<usize>::new());
    }
}
