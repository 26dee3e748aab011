//! Members of a zip archive whose directory is missing or damaged, as after a download that was cut off:
//! each has a header of its own, which says most of what the directory does.

use std::collections::BTreeMap;
use std::io::{self, Read};

use rawzip::CompressionMethod;

use super::fault::Fault;
use super::laid_aside::LaidAside;
use super::limits::Metered;
use super::peeked::{Peeked, Way};
use super::walk::{Place, Unwanted, Walk};
use super::zip_headers::{self, LocalHeader, Stated};
use super::zip_members::{seconds_of_dos, with_slashes};
use crate::ledger::Reason;

/// What is left between two members may be a descriptor of the first: its signature, a checksum, and two
/// sizes of 8 bytes.
const DESCRIPTOR_BYTES: u64 = 24;

/// How often the archive may be searched for the ends of members that do not say how long they are.
const SEARCHES: u64 = 4;

impl Walk {
    /// Hands out the members that `known` (offset of the header → end of the data) does not have, and
    /// states what belongs to none. `trouble` says what is wrong with the directory, `fault` what is with
    /// the bytes of the archive itself.
    pub fn zip_without_directory(
        &mut self,
        place: &Place<'_>,
        archive: &LaidAside,
        known: &BTreeMap<u64, u64>,
        trouble: &str,
        fault: Option<io::Error>,
    ) -> Result<(), Unwanted> {
        let (mut from, mut members, mut lost) = (0, 0_u32, 0);
        let mut budget = archive.size().saturating_mul(SEARCHES);
        loop {
            let header = match zip_headers::next_header(archive, from) {
                Ok(header) => header,
                Err(error) => return self.broken(place.shown, error),
            };
            let gap_end = match &header {
                Some(header) => header.offset,
                None => match zip_headers::directory_from(archive, from) {
                    Ok(end) => end,
                    Err(error) => return self.broken(place.shown, error),
                },
            };
            lost += Some(gap_end.saturating_sub(from)).filter(|gap| *gap > DESCRIPTOR_BYTES).unwrap_or(0);
            let Some(header) = header else { break };
            if let Some(end) = known.get(&header.offset) {
                from = (*end).min(archive.size()).max(header.data_offset);
                continue;
            }
            if header.name.ends_with(b"/") {
                from = header.data_offset;
                continue;
            }
            if !self.may_go_on(place.shown)? {
                return Ok(());
            }
            members += 1;
            from = self.zip_member_alone(place, archive, &header, &mut budget)?;
        }
        if let Some(fault) = fault {
            return self.broken(place.shown, fault);
        }
        let words = format!(
            "{trouble}; {members} members were found by their own headers, and {lost} bytes belong to none"
        );
        self.broken(place.shown, Fault::losing(Reason::BadCompression, lost, words))
    }

    /// Hands out one member; where its data ends.
    fn zip_member_alone(
        &mut self,
        place: &Place<'_>,
        archive: &LaidAside,
        header: &LocalHeader,
        budget: &mut u64,
    ) -> Result<u64, Unwanted> {
        let shown = self.own_path(place.shown, &with_slashes(&header.name));
        let modified = seconds_of_dos(header.date, header.time).or(place.modified);
        let (from, size) = (header.data_offset, archive.size());
        let stated_end = header.stated.map(|stated| from.saturating_add(stated.packed_bytes));
        let end = match (stated_end, header.method) {
            (Some(end), _) => end.min(size),
            // The data says itself where it ends.
            (None, CompressionMethod::DEFLATE) => size,
            (None, _) => match zip_headers::end_of_data(archive, from, budget) {
                Ok(end) => end,
                Err(error) => {
                    self.broken(&shown, error)?;
                    return Ok(from);
                }
            },
        };
        if header.encrypted {
            self.left_out(&shown, modified, "packed with a password")?;
            return Ok(if stated_end.is_some() { end } else { from });
        }
        let packed = Peeked::new(Section { archive, at: from, end });
        let way = packed.way();
        let stated = header.stated;
        let inner =
            Place { shown: &shown, modified, size: stated.map(|stated| stated.bytes), layers: place.layers };
        let checked = |content| Checked {
            content,
            way: way.clone(),
            stated,
            at_hand: end - from,
            // Without a stated end, one that comes with the archive's own is none.
            is_cut: stated_end.unwrap_or(u64::MAX) > size && end == size,
            crc: flate2::Crc::new(),
        };
        match header.method {
            CompressionMethod::DEFLATE => {
                let inflated: Box<dyn Read + '_> = Box::new(flate2::bufread::DeflateDecoder::new(packed));
                let content = Metered { inner: checked(inflated), meter: self.meter.clone() };
                self.content(&inner, Peeked::new(content), None)?;
                // Where the stated end cannot be true, the next header is looked for behind what was read.
                let is_sure = stated_end.is_some_and(|end| end <= size);
                return Ok(if is_sure { end } else { from + way.taken() });
            }
            CompressionMethod::STORE => {
                self.content(&inner, Peeked::new(checked(Box::new(packed))), None)?;
            }
            CompressionMethod::BZIP2 | CompressionMethod::XZ | CompressionMethod::ZSTD => {
                self.content(&Place { size: None, ..inner }, packed, None)?;
            }
            method => {
                self.left_out(&shown, modified, format!("packed by zip method {}", method.as_u16()))?;
            }
        }
        Ok(end)
    }
}

/// Some bytes of the archive.
struct Section<'a> {
    archive: &'a LaidAside,
    at: u64,
    end: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX).min(buffer.len());
        let filled = zip_headers::fill(self.archive, &mut buffer[..most], self.at)?;
        self.at += filled as u64;
        Ok(filled)
    }
}

/// The content of a member, held against what its header states.
struct Checked<'a> {
    content: Box<dyn Read + 'a>,
    way: Way,
    stated: Option<Stated>,
    /// Bytes of its packed data that the archive has.
    at_hand: u64,
    /// The archive ends before the data may.
    is_cut: bool,
    crc: flate2::Crc,
}

impl Checked<'_> {
    /// What the end of the content means; told once.
    fn end(&mut self) -> io::Result<usize> {
        let used_up = self.way.taken() >= self.at_hand;
        let Some(stated) = self.stated.take() else {
            let is_cut = std::mem::take(&mut self.is_cut) && used_up;
            return if is_cut { Err(Fault::cut("zip", self.at_hand)) } else { Ok(0) };
        };
        if self.is_cut && used_up {
            let missing = stated.packed_bytes - self.at_hand;
            let words =
                format!("the archive is cut off {missing} packed bytes before the end of this member");
            return Err(Fault::losing(Reason::Truncated, missing, words));
        }
        if stated.crc32 == self.crc.sum() { Ok(0) } else { Err(Fault::mismatch("zip")) }
    }
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        match self.content.read(buffer) {
            Ok(0) => self.end(),
            Ok(read) => {
                self.crc.update(&buffer[..read]);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            // The end of a cut archive is an error to the decoder.
            Err(_) if self.is_cut && self.way.fault().is_none() && self.way.taken() >= self.at_hand => {
                self.end()
            }
            Err(_) => {
                self.is_cut = false;
                let whole = self.stated.take().map_or(0, |stated| stated.packed_bytes).min(self.at_hand);
                Err(self.way.fault().unwrap_or_else(|| Fault::damaged("zip", self.way.taken(), whole)))
            }
        }
    }
}
