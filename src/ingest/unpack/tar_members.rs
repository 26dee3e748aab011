//! Members of tar archives: POSIX ustar and pax, GNU, and the format of before.
//!
//! The `tar` crate reads the fields of headers. Its walk over the members is not used: that one keeps
//! names of any length in memory and stops for good at a damaged header.

use std::io::{self, Read};

use super::fault::Fault;
use super::peeked::Peeked;
use super::walk::{Place, Unwanted, Walk};
use crate::ledger::Reason;

const BLOCK_BYTES: usize = 512;
/// The longest name or set of pax records that is read; Linux has paths of 4096 bytes.
const NAME_BYTES_MAX: u64 = 64 * 1024;

/// Whether a block of 512 bytes is the header of a member: its checksum fits, signed or unsigned.
pub fn is_header(block: &[u8]) -> bool {
    let Some(stated) = octal(&block[148..156]) else { return false };
    let field = |at: usize, byte: u8| if (148..156).contains(&at) { b' ' } else { byte };
    let sum = |value: &dyn Fn(u8) -> i64| -> i64 {
        block.iter().enumerate().map(|(at, byte)| value(field(at, *byte))).sum()
    };
    stated == sum(&i64::from) || stated == sum(&|byte| i64::from(byte.cast_signed()))
}

fn octal(field: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(field).ok()?;
    i64::from_str_radix(text.trim_matches([' ', '\0']), 8).ok()
}

/// What extra headers say about the member that follows.
#[derive(Default)]
struct Extra {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    modified: Option<i64>,
    sparse: bool,
}

impl Walk {
    /// Hands out the members of the archive at `place`.
    pub fn tar(&mut self, place: &Place<'_>, content: &mut Peeked<'_>) -> Result<(), Unwanted> {
        match self.tar_members(place, content) {
            Ok(0) => self.left_out(place.shown, place.modified, "an archive without files"),
            Ok(_) => Ok(()),
            Err(Stop::Unwanted) => Err(Unwanted),
            Err(Stop::Enough) => Ok(()),
            Err(Stop::Broken(error)) => self.broken(place.shown, error),
        }
    }

    /// Hands out members up to the end or to where nothing can be read; their number.
    fn tar_members(&mut self, place: &Place<'_>, content: &mut Peeked<'_>) -> Result<u64, Stop> {
        let mut extra = Extra::default();
        let (mut offset, mut members, mut ended) = (0_u64, 0_u64, false);
        loop {
            let mut block = [0; BLOCK_BYTES];
            let filled = fill(content, &mut block)?;
            if filled == 0 && ended {
                return Ok(members);
            }
            if filled < BLOCK_BYTES {
                return Err(cut(offset).into());
            }
            if block.iter().all(|byte| *byte == 0) {
                ended = true;
                offset += BLOCK_BYTES as u64;
                continue;
            }
            if !is_header(&block) {
                offset = self.next_header(place, content, offset)?;
                continue;
            }
            ended = false;
            offset += BLOCK_BYTES as u64;
            let header = tar::Header::from_byte_slice(&block);
            let stated = header.entry_size().map_err(|_| no_size(offset))?;
            let kind = header.entry_type();
            // Only the member's own header is overruled by the one before it.
            let is_extra = matches!(kind.as_byte(), b'L' | b'K' | b'x' | b'g' | b'X');
            let size = if is_extra { stated } else { extra.size.unwrap_or(stated) };
            let mut data = Exactly { inner: content, left: size, offset, told: false };
            match kind.as_byte() {
                b'L' => extra.name = short(&mut data)?.map(without_nul),
                b'x' | b'X' => extra.read_pax(&short(&mut data)?.unwrap_or_default()),
                b'K' | b'g' => {}
                _ => {
                    let extra = std::mem::take(&mut extra);
                    let more = self.tar_member(place, header, extra, &mut data)?;
                    members += 1;
                    if !more {
                        return Ok(members);
                    }
                }
            }
            io::copy(&mut data, &mut io::sink())?;
            let padding = size.wrapping_neg() % BLOCK_BYTES as u64;
            let mut padding_data = Exactly { inner: content, left: padding, offset, told: true };
            io::copy(&mut padding_data, &mut io::sink())?;
            offset = offset.saturating_add(size).saturating_add(padding);
        }
    }

    /// Hands out one member; false if no further one may be.
    fn tar_member(
        &mut self,
        place: &Place<'_>,
        header: &tar::Header,
        extra: Extra,
        data: &mut Exactly<'_, '_>,
    ) -> Result<bool, Stop> {
        let name = extra.name.unwrap_or_else(|| header.path_bytes().into_owned());
        let kind = header.entry_type().as_byte();
        let is_folder = matches!(kind, b'5' | b'D') || (kind != b'2' && name.ends_with(b"/"));
        if is_folder || kind == b'V' {
            return Ok(true);
        }
        if !self.may_go_on(place.shown)? {
            return Ok(false);
        }
        let shown = self.own_path(place.shown, &name);
        let written = header.mtime().ok().and_then(|seconds| i64::try_from(seconds).ok());
        let modified = extra.modified.or(written.filter(|seconds| *seconds > 0)).or(place.modified);
        let left_out = match kind {
            b'1' => "hard link to another member of the archive",
            b'2' => "symbolic link in an archive",
            b'3' | b'4' | b'6' => "not a regular file",
            b'M' => "packed in several volumes, of which this is not the first",
            b'S' => {
                skip_sparse_map(header, data)?;
                "packed as a sparse file"
            }
            _ if extra.sparse => "packed as a sparse file",
            _ => {
                let place = Place { shown: &shown, modified, size: Some(data.left), layers: place.layers };
                self.content(&place, Peeked::new(data), None)?;
                return Ok(true);
            }
        };
        self.left_out(&shown, modified, left_out)?;
        Ok(true)
    }

    /// Passes over what is no header, up to the next one; its offset. States that something was lost.
    fn next_header(&mut self, place: &Place<'_>, content: &mut Peeked<'_>, from: u64) -> Result<u64, Stop> {
        let mut offset = from + BLOCK_BYTES as u64;
        loop {
            let block = content.peek(BLOCK_BYTES);
            let short = block.len() < BLOCK_BYTES;
            if short || (is_header(block) && block[0] != 0) {
                let lost = offset - from + if short { block.len() as u64 } else { 0 };
                let words = format!(
                    "{lost} bytes at offset {from} of the archive belong to no member: a header is damaged"
                );
                let error = Fault::losing(Reason::BadShape, lost, words);
                if short {
                    return Err(error.into());
                }
                if !self.may_go_on(place.shown)? {
                    return Err(Stop::Enough);
                }
                self.broken(place.shown, error)?;
                return Ok(offset);
            }
            io::copy(&mut content.by_ref().take(BLOCK_BYTES as u64), &mut io::sink())?;
            offset += BLOCK_BYTES as u64;
        }
    }
}

/// Why the walk over an archive ended early.
enum Stop {
    Unwanted,
    /// No further source may be handed out, which has been said.
    Enough,
    Broken(io::Error),
}

impl From<Unwanted> for Stop {
    fn from(_: Unwanted) -> Self {
        Self::Unwanted
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

fn cut(offset: u64) -> io::Error {
    Fault::error(Reason::Truncated, format!("the archive is cut off at offset {offset}"))
}

fn no_size(offset: u64) -> io::Error {
    Fault::error(Reason::BadShape, format!("a member before offset {offset} of the archive has no size"))
}

/// The data of a member: its end before the stated size is an error. What is lost by it is told once.
struct Exactly<'a, 'b> {
    inner: &'a mut Peeked<'b>,
    left: u64,
    offset: u64,
    told: bool,
}

impl Read for Exactly<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buffer[..most]).inspect_err(|_| self.told = true)?;
        if count == 0 {
            if std::mem::replace(&mut self.told, true) {
                return Err(cut(self.offset));
            }
            let (left, offset) = (self.left, self.offset);
            let words = format!(
                "the archive is cut off at offset {offset}, {left} bytes before the end of this member"
            );
            return Err(Fault::losing(Reason::Truncated, left, words));
        }
        self.left -= count as u64;
        self.offset += count as u64;
        Ok(count)
    }
}

fn fill(content: &mut Peeked<'_>, block: &mut [u8; BLOCK_BYTES]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match content.read(&mut block[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    Ok(filled)
}

/// The data of an extra header, if it is not too long.
fn short(data: &mut Exactly<'_, '_>) -> io::Result<Option<Vec<u8>>> {
    if data.left > NAME_BYTES_MAX {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    data.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn without_nul(mut name: Vec<u8>) -> Vec<u8> {
    while name.last() == Some(&0) {
        name.pop();
    }
    name
}

/// The map of a GNU sparse file goes on in blocks between header and data.
fn skip_sparse_map(header: &tar::Header, data: &mut Exactly<'_, '_>) -> io::Result<()> {
    let mut more = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
    while more {
        let mut block = [0; BLOCK_BYTES];
        if fill(data.inner, &mut block)? < BLOCK_BYTES {
            return Err(cut(data.offset));
        }
        data.offset += BLOCK_BYTES as u64;
        more = block[504] != 0;
    }
    Ok(())
}

impl Extra {
    /// Records of POSIX.1-2001 pax, and GNU's for sparse files.
    fn read_pax(&mut self, records: &[u8]) {
        for record in tar::PaxExtensions::new(records).flatten() {
            let value = record.value_bytes();
            match record.key_bytes() {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.size = number(value).and_then(|size| u64::try_from(size).ok()),
                b"mtime" => self.modified = number(value),
                b"GNU.sparse.name" => {
                    self.name = Some(value.to_vec());
                    self.sparse = true;
                }
                key => self.sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
    }
}

/// The whole part of a decimal number.
fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.split('.').next()?.parse().ok()
}
