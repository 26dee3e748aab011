//! The header that a journal file begins with.

/// All that is read of a header, and more than its oldest form has.
pub const HEAD_BYTES: usize = 4096;
const SIGNATURE: &[u8] = b"LPKSHHRH";
/// The header of the first version, and the longest that is believed.
const SIZES: std::ops::RangeInclusive<u64> = 208..=HEAD_BYTES as u64;
/// Taken where the header's own size cannot be believed.
const SIZE_OF_FIRST_VERSION: usize = 208;
const INCOMPATIBLE_COMPACT: u32 = 1 << 4;

const INCOMPATIBLE_FLAGS_OFFSET: usize = 12;
const HEADER_SIZE_OFFSET: usize = 88;
const ARENA_SIZE_OFFSET: usize = 96;

#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// Bytes of the header itself.
    pub size: usize,
    /// Objects refer to each other by 32 bits.
    pub compact: bool,
    /// Offset behind the last byte that objects may use.
    pub end: u64,
}

/// Whether a source begins as a journal file does.
pub fn is_journal(head: &[u8]) -> bool {
    head.starts_with(SIGNATURE) && head.len() >= SIZE_OF_FIRST_VERSION
}

impl Header {
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if !is_journal(bytes) {
            return None;
        }
        let flags = &bytes[INCOMPATIBLE_FLAGS_OFFSET..INCOMPATIBLE_FLAGS_OFFSET + 4];
        let flags = u32::from_le_bytes([flags[0], flags[1], flags[2], flags[3]]);
        let written = le64(bytes, HEADER_SIZE_OFFSET);
        let believed = SIZES.contains(&written) && written.is_multiple_of(8);
        let size = usize::try_from(written).ok().filter(|_| believed).unwrap_or(SIZE_OF_FIRST_VERSION);
        let end = (size as u64).saturating_add(le64(bytes, ARENA_SIZE_OFFSET));
        Some(Self { size, compact: flags & INCOMPATIBLE_COMPACT != 0, end })
    }
}

/// The little-endian word at `at`. All numbers of a journal are little-endian, on every machine.
pub fn le64(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}
