//! Members of zip archives (PKWARE APPNOTE 6.3), by their directory.
//!
//! `rawzip` goes through the directory without holding it in memory, and knows zip64. Members come in
//! the order of their bytes, so that those that share bytes, as in a bomb, are found. Where the directory
//! is missing or ends early, the members are found by their own headers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};

use rawzip::time::ZipDateTimeKind;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder, ZipLocator};

use super::fault::Fault;
use super::laid_aside::LaidAside;
use super::limits::Metered;
use super::peeked::{Peeked, Way};
use super::walk::{Place, Unwanted, Walk};
use super::zip_headers;
use crate::ledger::Reason;

/// Bytes from the end in which the directory's end is looked for: a comment of 64 KiB, and what a
/// transfer may have left behind it.
const SEARCHED_BYTES: u64 = 1 << 20;

/// A member, as the directory has it.
struct Member {
    offset: u64,
    name: Vec<u8>,
    modified: Option<i64>,
    size: u64,
    packed_bytes: u64,
    method: CompressionMethod,
    encrypted: bool,
    link: bool,
    data: ZipArchiveEntryWayfinder,
}

struct Directory {
    /// The files, without the folders.
    members: Vec<Member>,
    is_whole: bool,
    /// Where the first header stands that it names.
    first: Option<u64>,
}

impl Walk {
    /// Hands out the members of the archive at `place`, which is `file` or else `content`.
    pub fn zip(
        &mut self,
        place: &Place<'_>,
        mut content: Peeked<'_>,
        file: Option<File>,
    ) -> Result<(), Unwanted> {
        let aside = match file {
            Some(file) => LaidAside::file(file).map(|aside| (aside, None)),
            None => LaidAside::copy(&mut content, self.limits.aside_bytes),
        };
        drop(content);
        let (aside, fault) = match aside {
            Ok(aside) => aside,
            Err(error) => return self.broken(place.shown, error),
        };
        let size = aside.size();
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let locator = ZipLocator::new().max_search_space(SEARCHED_BYTES);
        let archive = match locator.locate_in_reader(aside, &mut buffer, size) {
            Ok(archive) => archive,
            Err((aside, _)) => {
                let trouble = "the directory at the end of the zip archive is missing";
                return self.zip_without_directory(place, &aside, &BTreeMap::new(), trouble, fault);
            }
        };
        let Directory { mut members, is_whole, first } = self.directory(place, &archive);
        // Of an archive that was cut, the last directory may be that of one packed within it.
        if first != Some(0) && zip_headers::begins_with_header(archive.get_ref()).unwrap_or(false) {
            let trouble = "the directory that is found in the zip archive is not that of its first member";
            return self.zip_without_directory(place, archive.get_ref(), &BTreeMap::new(), trouble, fault);
        }
        members.sort_by_key(|member| member.offset);
        if members.is_empty() && is_whole {
            return self.left_out(place.shown, place.modified, "an archive without files");
        }
        let mut free_from = 0;
        let mut known = BTreeMap::new();
        for member in &members {
            if !self.may_go_on(place.shown)? {
                return Ok(());
            }
            self.zip_member(place, &archive, member, &mut free_from)?;
            known.insert(member.offset, free_from);
        }
        match (is_whole, fault) {
            (true, None) => Ok(()),
            (true, Some(fault)) => self.broken(place.shown, fault),
            (false, fault) => {
                let trouble = "the directory of the zip archive is damaged";
                self.zip_without_directory(place, archive.get_ref(), &known, trouble, fault)
            }
        }
    }

    /// What the directory holds. One more member than may be handed out is enough.
    fn directory(&self, place: &Place<'_>, archive: &ZipArchive<LaidAside>) -> Directory {
        let mut members = Vec::new();
        let mut first: Option<u64> = None;
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let mut entries = archive.entries(&mut buffer);
        loop {
            let entry = match entries.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => return Directory { members, is_whole: true, first },
                Err(_) => return Directory { members, is_whole: false, first },
            };
            let offset = entry.local_header_offset();
            first = Some(first.map_or(offset, |first| first.min(offset)));
            if entry.is_dir() {
                continue;
            }
            members.push(Member {
                offset,
                name: with_slashes(entry.file_path().as_bytes()),
                modified: seconds(entry.last_modified()).or(place.modified),
                size: entry.uncompressed_size_hint(),
                packed_bytes: entry.compressed_size_hint(),
                method: entry.compression_method(),
                encrypted: entry.flags().is_encrypted(),
                link: entry.mode().is_symlink(),
                data: entry.wayfinder(),
            });
            if members.len() > self.limits.members as usize {
                return Directory { members, is_whole: true, first };
            }
        }
    }

    fn zip_member(
        &mut self,
        place: &Place<'_>,
        archive: &ZipArchive<LaidAside>,
        member: &Member,
        free_from: &mut u64,
    ) -> Result<(), Unwanted> {
        let Member { modified, .. } = member;
        let shown = &self.own_path(place.shown, &member.name);
        if member.link {
            return self.left_out(shown, *modified, "symbolic link in an archive");
        }
        if member.encrypted {
            return self.left_out(shown, *modified, "packed with a password");
        }
        let Ok(entry) = archive.get_entry(member.data) else {
            let lost = member.packed_bytes;
            let words =
                format!("the archive has no {lost} packed bytes of this member where its directory says");
            return self.broken(shown, Fault::losing(Reason::BadCompression, lost, words));
        };
        let (from, end) = entry.compressed_data_range();
        if member.offset < *free_from {
            let words = "shares its bytes with another member of the archive";
            return self.broken(shown, Fault::error(Reason::UnpacksTooFar, words));
        }
        *free_from = end;
        let inner = Place { shown, modified: *modified, size: Some(member.size), layers: place.layers };
        let packed = Peeked::new(entry.reader());
        let told = Told { content: (), way: packed.way(), packed_bytes: end.saturating_sub(from) };
        match member.method {
            CompressionMethod::DEFLATE => {
                let inflated = flate2::bufread::DeflateDecoder::new(packed);
                let content = told.of(entry.verifying_reader(inflated));
                let content = Metered { inner: content, meter: self.meter.clone() };
                self.content(&inner, Peeked::new(content), None)
            }
            CompressionMethod::STORE => {
                self.content(&inner, Peeked::new(told.of(entry.verifying_reader(packed))), None)
            }
            // Whole streams of formats that are known by their first bytes.
            CompressionMethod::BZIP2 | CompressionMethod::XZ | CompressionMethod::ZSTD => {
                self.content(&Place { size: None, ..inner }, packed, None)
            }
            method => self.left_out(shown, *modified, format!("packed by zip method {}", method.as_u16())),
        }
    }
}

/// A member whose faults are told in our words.
struct Told<R> {
    content: R,
    way: Way,
    packed_bytes: u64,
}

impl Told<()> {
    fn of<R>(self, content: R) -> Told<R> {
        Told { content, way: self.way, packed_bytes: self.packed_bytes }
    }
}

impl<R: Read> Read for Told<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.content.read(buffer).map_err(|error| {
            let (at, whole) = (self.way.taken(), self.packed_bytes);
            match self.way.fault() {
                _ if error.kind() == io::ErrorKind::Interrupted => error,
                Some(beneath) => beneath,
                None if at < whole => Fault::damaged("zip", at, whole),
                None => Fault::mismatch("zip"),
            }
        })
    }
}

/// Some programs on Windows write their own separator, against the specification.
pub fn with_slashes(name: &[u8]) -> Vec<u8> {
    if name.contains(&b'/') {
        return name.to_vec();
    }
    name.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect()
}

/// Seconds of Unix time. A time without a zone counts as UTC: it serves to find the year of a log.
fn seconds(written: ZipDateTimeKind) -> Option<i64> {
    let date = chrono::NaiveDate::from_ymd_opt(
        i32::from(written.year()),
        u32::from(written.month()),
        u32::from(written.day()),
    )?;
    let time = date.and_hms_opt(
        u32::from(written.hour()),
        u32::from(written.minute()),
        u32::from(written.second()).min(59),
    )?;
    Some(time.and_utc().timestamp()).filter(|seconds| *seconds > FIRST_DAY_OF_DOS)
}

/// Seconds of Unix time of a date and a time of DOS, taken for UTC.
pub fn seconds_of_dos(date: u16, time: u16) -> Option<i64> {
    let part = |word: u16, from: u16, bits: u16| u32::from(word >> from & ((1 << bits) - 1));
    let year = 1980 + i32::from(date >> 9);
    let day = chrono::NaiveDate::from_ymd_opt(year, part(date, 5, 4), part(date, 0, 5))?;
    let at = day.and_hms_opt(part(time, 11, 5), part(time, 5, 6), (part(time, 0, 5) * 2).min(59))?;
    Some(at.and_utc().timestamp()).filter(|seconds| *seconds > FIRST_DAY_OF_DOS)
}

/// 1980-01-01, which programs write that know no time.
const FIRST_DAY_OF_DOS: i64 = 315_619_200;
