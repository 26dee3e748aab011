//! The headers that stand before the members of a zip archive (PKWARE APPNOTE 6.3, section 4.3.7), found
//! without its directory.

use std::io;

use memchr::memmem;
use rawzip::{CompressionMethod, ReaderAt};

use super::laid_aside::LaidAside;

const SIGNATURE: &[u8] = b"PK\x03\x04";
const DIRECTORY: &[u8] = b"PK\x01\x02";
const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
const FIXED_BYTES: usize = 30;
/// The longest name that is believed; Linux has paths of 4096 bytes.
const NAME_BYTES_MAX: usize = 4096;
/// The next header commonly stands where the last member ends; beyond that, more is searched at once.
const FIRST_WINDOW_BYTES: usize = HEADER_BYTES_MAX + 4 * 1024;
const WINDOW_BYTES: usize = 512 * 1024;
const HEADER_BYTES_MAX: usize = FIXED_BYTES + NAME_BYTES_MAX + u16::MAX as usize;

/// A member, by its own header.
pub struct LocalHeader {
    pub offset: u64,
    pub name: Vec<u8>,
    pub method: CompressionMethod,
    pub encrypted: bool,
    /// Date and time as DOS writes them.
    pub date: u16,
    pub time: u16,
    pub data_offset: u64,
    /// Bytes of packed data and the checksum of the content: they may stand behind the data instead.
    pub stated: Option<Stated>,
}

#[derive(Clone, Copy)]
pub struct Stated {
    pub packed_bytes: u64,
    pub bytes: u64,
    pub crc32: u32,
}

/// Whether the header of a member is the first thing in the archive.
pub fn begins_with_header(archive: &LaidAside) -> io::Result<bool> {
    let mut front = [0; SIGNATURE.len()];
    fill(archive, &mut front, 0)?;
    Ok(front == SIGNATURE)
}

/// The first header at or behind `from`.
pub fn next_header(archive: &LaidAside, from: u64) -> io::Result<Option<LocalHeader>> {
    let mut found = None;
    find(archive, from, &[SIGNATURE], &mut |at, window| {
        found = read_header(window, at);
        found.is_some()
    })?;
    Ok(found)
}

/// Where data ends whose length stands behind it: at the descriptor that states just that length, else at
/// whatever header follows. `budget` is how many bytes may be searched, for this and all others.
pub fn end_of_data(archive: &LaidAside, from: u64, budget: &mut u64) -> io::Result<u64> {
    let signatures = [DESCRIPTOR, SIGNATURE, DIRECTORY, DIRECTORY_END];
    let (mut first, mut exact) = (None, None);
    let stopped = find(archive, from, &signatures, &mut |at, bytes| {
        first = first.or(Some(at));
        if is_descriptor_of(at - from, bytes) {
            exact = Some(at);
        }
        exact.is_some() || at - from > *budget
    })?;
    *budget = budget.saturating_sub(stopped.unwrap_or(archive.size()).saturating_sub(from));
    Ok(exact.or(first).unwrap_or(archive.size()))
}

/// Whether the bytes begin with the descriptor of data of that length: signature, checksum, and the length
/// in 4 or 8 bytes.
fn is_descriptor_of(length: u64, bytes: &[u8]) -> bool {
    let stated = bytes.get(8..).unwrap_or_default();
    let short = stated.first_chunk().map(|bytes| u64::from(u32::from_le_bytes(*bytes)));
    let long = stated.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    bytes.starts_with(DESCRIPTOR) && (short == Some(length) || long == Some(length))
}

/// Where the directory begins, at or behind `from`, or the archive ends.
pub fn directory_from(archive: &LaidAside, from: u64) -> io::Result<u64> {
    Ok(find(archive, from, &[DIRECTORY, DIRECTORY_END], &mut |_, _| true)?.unwrap_or(archive.size()))
}

/// The first place of any of the signatures that `is_it`, which is shown the bytes from there on: a whole
/// header, unless the archive ends before.
fn find(
    archive: &LaidAside,
    from: u64,
    signatures: &[&[u8]],
    is_it: &mut dyn FnMut(u64, &[u8]) -> bool,
) -> io::Result<Option<u64>> {
    let mut window = vec![0; FIRST_WINDOW_BYTES];
    let mut start = from;
    loop {
        let filled = fill(archive, &mut window, start)?;
        let is_last = filled < window.len();
        // What lies across the end of the window is found again in the next.
        let whole = if is_last { filled } else { filled.saturating_sub(HEADER_BYTES_MAX) };
        let mut places: Vec<usize> =
            signatures.iter().flat_map(|signature| memmem::find_iter(&window[..filled], signature)).collect();
        places.sort_unstable();
        for at in places.into_iter().filter(|at| *at < whole) {
            if is_it(start + at as u64, &window[at..filled]) {
                return Ok(Some(start + at as u64));
            }
        }
        if is_last {
            return Ok(None);
        }
        start += whole as u64;
        window.resize(WINDOW_BYTES, 0);
    }
}

/// Reads a header; `None` if it is none, or cut off.
fn read_header(bytes: &[u8], offset: u64) -> Option<LocalHeader> {
    let word = |at: usize| bytes.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let double = |at: usize| Some(u32::from(word(at)?) | u32::from(word(at + 2)?) << 16);
    let (version, flags, method) = (word(4)?, word(6)?, word(8)?);
    let (name_bytes, extra_bytes) = (usize::from(word(26)?), usize::from(word(28)?));
    let name = bytes.get(FIXED_BYTES..FIXED_BYTES + name_bytes)?;
    let extra = bytes.get(FIXED_BYTES + name_bytes..FIXED_BYTES + name_bytes + extra_bytes)?;
    // Four bytes may stand anywhere; what follows has to look like a header. Versions go to 6.3, methods to 99.
    let fits = (version & 0xff) <= 63 && method < 100 && (1..=NAME_BYTES_MAX).contains(&name_bytes);
    if !fits || name.contains(&0) {
        return None;
    }
    let (crc32, packed, whole) = (double(14)?, double(18)?, double(22)?);
    let (packed_bytes, bytes) = match (packed, whole) {
        (u32::MAX, _) | (_, u32::MAX) => zip64_sizes(extra)?,
        (packed, whole) => (u64::from(packed), u64::from(whole)),
    };
    let stands_behind = flags & 8 != 0;
    Some(LocalHeader {
        offset,
        name: name.to_vec(),
        method: CompressionMethod::new(method),
        encrypted: flags & 1 != 0,
        date: word(12)?,
        time: word(10)?,
        data_offset: offset + (FIXED_BYTES + name_bytes + extra_bytes) as u64,
        stated: (!stands_behind).then_some(Stated { packed_bytes, bytes, crc32 }),
    })
}

/// Sizes of the extra field 1: of the content, then of the packed data.
fn zip64_sizes(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let (head, rest) = extra.split_first_chunk::<4>()?;
        let (id, length) = (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
        let field = rest.get(..usize::from(length))?;
        if id == 1 {
            let whole = u64::from_le_bytes(*field.first_chunk()?);
            let packed = u64::from_le_bytes(*field.get(8..)?.first_chunk()?);
            return Some((packed, whole));
        }
        extra = &rest[usize::from(length)..];
    }
}

/// Fills the buffer as far as the archive goes.
pub fn fill(archive: &LaidAside, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match archive.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
