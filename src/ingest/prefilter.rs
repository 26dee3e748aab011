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
/// pieces for others, which costs as much.
const HASH_BITS: u32 = 17;
/// Bits of the hash that lead to the pieces.
const SHELF_BITS: u32 = 12;
/// Looks that are taken together, and the bytes that they see.
const LOOKS: usize = 16;
const BLOCK: usize = LOOKS * STRIDE;
/// Blocks that are looked at before anything is compared.
const BLOCKS: usize = 256;

/// What the map has of a piece: it is the second or the first of two of a literal, or the one of a short literal.
const SECOND: u8 = 1 << 0;
const FIRST: u8 = 1 << 1;
const ALONE: u8 = 1 << 2;
/// Bits of a look in the word of a block, in which the first stands highest. To put another look of so many bits behind
/// those before it takes one instruction on x86-64 where the compiler sees that, and two if they were more.
const LOOK_BITS: u32 = 3;
/// From the bit of a first piece to that of a second in the next look.
const FIRST_TO_SECOND: u32 = LOOK_BITS + 1;
/// The word of a block has room for the last look of the one before it, and no byte is between two looks.
const _: () = assert!(LOOKS as u32 * LOOK_BITS + FIRST_TO_SECOND <= u64::BITS && GRAM == STRIDE);

/// A four-byte piece of a literal's window, of two the second, with what stands before it.
struct Piece {
    /// The piece and as many bytes before it, of those that `known` has ones for.
    bytes: u64,
    known: u64,
    literal: u32,
    /// Where in the literal it stands.
    offset: u32,
}

/// Looks of the block that begins there: a bit in the place of each that counts.
#[derive(Clone, Copy, Default)]
struct Hits {
    at: usize,
    counting: u64,
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
    /// For each hash, what the pieces are that have it.
    map: Box<[u8; 1 << HASH_BITS]>,
    /// Sorted by hash.
    pieces: Vec<Piece>,
    /// For the front of each hash, where its pieces begin; they end where those of the next begin.
    shelves: Vec<u32>,
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
        let mut map = Box::new([0; 1 << HASH_BITS]);
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
                    map[hash(before)] |= FIRST;
                    map[hash(gram)] |= SECOND;
                } else {
                    map[hash(gram)] |= ALONE;
                }
                pieces.push(Piece::of(bytes, gram, literal, offset));
            }
        }
        pieces.sort_by_key(|piece| (hash(piece.gram()), piece.bytes, piece.literal, piece.offset));
        let start = |wanted| pieces.partition_point(|piece| shelf(hash(piece.gram())) < wanted) as u32;
        let shelves = (0..=1 << SHELF_BITS).map(start).collect();
        // Building fails only for more patterns than fit into memory.
        let short = if short.is_empty() {
            None
        } else {
            AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&short).ok()
        };
        Self { literals: long.into_iter().map(<[u8]>::to_vec).collect(), map, pieces, shelves, short }
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
        let mut hits = [Hits::default(); BLOCKS];
        let mut before = 0;
        let mut at = 0;
        for part in text.chunks(BLOCKS * BLOCK) {
            let (blocks, rest) = part.as_chunks::<BLOCK>();
            let mut count = 0;
            for block in blocks {
                let grams = block.as_chunks::<GRAM>().0.iter().map(|gram| u32::from_le_bytes(*gram));
                let word = grams.fold(0, |word, gram| (word << LOOK_BITS) + u64::from(self.map[hash(gram)]));
                let counting = word & each(ALONE) | word & each(SECOND) & (before | word) >> FIRST_TO_SECOND;
                before = word << (LOOKS as u32 * LOOK_BITS);
                // Whether a look counts cannot be foreseen: a block without one is overwritten by the next.
                hits[count] = Hits { at, counting };
                count += usize::from(counting != 0);
                at += BLOCK;
            }
            for hits in &hits[..count] {
                self.compare_hits(text, *hits, places);
            }
            for place in (at..at + rest.len()).step_by(STRIDE) {
                self.compare(text, place, places);
            }
            at += rest.len();
        }
    }

    /// Compares at each look that counts.
    fn compare_hits(&self, text: &[u8], Hits { at, mut counting }: Hits, places: &mut Vec<usize>) {
        while counting != 0 {
            let behind = counting.trailing_zeros() / LOOK_BITS;
            self.compare(text, at + (LOOKS - 1 - behind as usize) * STRIDE, places);
            // It may count in both ways.
            counting &= !0 << ((behind + 1) * LOOK_BITS);
        }
    }

    /// Compares the literals that have the piece that stands in `text` at `at`.
    #[inline]
    fn compare(&self, text: &[u8], at: usize, places: &mut Vec<usize>) {
        let Some(gram) = gram_at(text, at) else { return };
        let before = at.checked_sub(GRAM).and_then(|at| gram_at(text, at)).unwrap_or(0);
        let bytes = together(before, gram);
        let shelf = shelf(hash(gram));
        for piece in &self.pieces[self.shelves[shelf] as usize..self.shelves[shelf + 1] as usize] {
            if (bytes ^ piece.bytes) & piece.known != 0 {
                continue;
            }
            let Some(start) = at.checked_sub(piece.offset as usize) else { continue };
            if text[start..].starts_with(&self.literals[piece.literal as usize]) {
                places.push(start);
            }
        }
    }
}

impl Piece {
    /// The piece `gram` that stands in a literal at `offset`.
    fn of(literal: &[u8], gram: u32, number: usize, offset: usize) -> Self {
        let mut before = [0; GRAM];
        let known = offset.min(GRAM);
        before[GRAM - known..].copy_from_slice(&literal[offset - known..offset]);
        Self {
            bytes: together(u32::from_le_bytes(before), gram),
            known: !0 << (8 * (GRAM - known)),
            literal: number as u32,
            offset: offset as u32,
        }
    }

    fn gram(&self) -> u32 {
        (self.bytes >> 32) as u32
    }
}

/// A word with these bits of each look.
const fn each(bits: u8) -> u64 {
    let mut word = 0;
    let mut look = 0;
    while look < LOOKS as u32 {
        word |= (bits as u64) << (look * LOOK_BITS);
        look += 1;
    }
    word
}

/// Two pieces that follow each other, as one number.
fn together(before: u32, gram: u32) -> u64 {
    u64::from(gram) << 32 | u64::from(before)
}

/// The piece at `at`, if there are so many bytes.
fn gram_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<GRAM>().map(|gram| u32::from_le_bytes(*gram))
}

/// Multiplicative hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4).
#[inline(always)]
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
    fn finds_what_stands_across_the_blocks_of_a_long_text() {
        let literals = ["soft lockup", "Oops: 0", "blocked for more than"];
        let part = BLOCKS * BLOCK;
        for literal in literals {
            for start in (part - 40..part + 40).chain(2 * part - 40..2 * part + 40) {
                let text = format!("{}{literal}{}", "x".repeat(start), "y".repeat(2 * part));
                assert_eq!(places(&literals, &text), [start]);
                let cut = &text[..start + literal.len() - 1];
                assert_eq!(places(&literals, cut), Vec::<usize>::new());
            }
        }
    }

    #[test]
    fn literals_that_overlap_or_repeat_are_all_found() {
        let literals = ["abcabcabc", "cabcabc", "bcabcabcabc"];
        for filling in [0, 1, 70, 150] {
            let text = format!("{}{}", "abcabcabcabcabcabcabc".repeat(3), "x".repeat(filling)).repeat(20);
            assert_eq!(places(&literals, &text), everywhere(&literals, &text), "{filling}");
        }
    }

    #[test]
    fn nothing_to_look_for_finds_nothing() {
        assert_eq!(places(&[], "some text"), Vec::<usize>::new());
        assert_eq!(places(&["", "longer than the text"], "some text"), Vec::<usize>::new());
    }
}
