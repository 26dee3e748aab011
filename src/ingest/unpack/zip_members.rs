//! Members of zip archives (PKWARE APPNOTE 6.3), by their directory.
//!
//! `rawzip` goes through the directory without holding it in memory, and knows zip64. Members come in
//! the order of their bytes, so that those that share bytes, as in a bomb, are found.

use std::fs::File;
use std::io;

use rawzip::time::ZipDateTimeKind;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder, ZipLocator};

use super::fault::Fault;
use super::laid_aside::LaidAside;
use super::limits::Metered;
use super::peeked::Peeked;
use super::walk::{Place, Unwanted, Walk, member_path};
use crate::ledger::Reason;

/// Bytes from the end in which the directory's end is looked for: a comment of 64 KiB, and what a
/// transfer may have left behind it.
const SEARCHED_BYTES: u64 = 1 << 20;

/// A member, as the directory has it.
struct Member {
    offset: u64,
    shown: String,
    modified: Option<i64>,
    size: u64,
    method: CompressionMethod,
    encrypted: bool,
    link: bool,
    data: ZipArchiveEntryWayfinder,
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
            Some(file) => LaidAside::file(file),
            None => LaidAside::copy(&mut content, self.limits.aside_bytes),
        };
        drop(content);
        let opened = aside.and_then(|aside| {
            let size = aside.size();
            let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
            let locator = ZipLocator::new().max_search_space(SEARCHED_BYTES);
            locator.locate_in_reader(aside, &mut buffer, size).map_err(|(_, error)| damaged(&error))
        });
        let archive = match opened {
            Ok(archive) => archive,
            Err(error) => return self.broken(place.shown, error),
        };
        let (mut members, fault) = self.directory(place, &archive);
        members.sort_by_key(|member| member.offset);
        if members.is_empty() && fault.is_none() {
            return self.left_out(place.shown, place.modified, "an archive without files");
        }
        let mut free_from = 0;
        for member in &members {
            if !self.may_go_on(place.shown)? {
                return Ok(());
            }
            self.zip_member(place, &archive, member, &mut free_from)?;
        }
        match fault {
            Some(error) => self.broken(place.shown, error),
            None => Ok(()),
        }
    }

    /// The files of the directory, and why it ends early, if it does. One more than may be handed out
    /// is enough.
    fn directory(
        &self,
        place: &Place<'_>,
        archive: &ZipArchive<LaidAside>,
    ) -> (Vec<Member>, Option<io::Error>) {
        let mut members = Vec::new();
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let mut entries = archive.entries(&mut buffer);
        loop {
            let entry = match entries.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => return (members, None),
                Err(error) => return (members, Some(damaged(&error))),
            };
            if entry.is_dir() {
                continue;
            }
            let name = entry.file_path();
            members.push(Member {
                offset: entry.local_header_offset(),
                shown: member_path(place.shown, &with_slashes(name.as_bytes())),
                modified: seconds(entry.last_modified()).or(place.modified),
                size: entry.uncompressed_size_hint(),
                method: entry.compression_method(),
                encrypted: entry.flags().is_encrypted(),
                link: entry.mode().is_symlink(),
                data: entry.wayfinder(),
            });
            if members.len() > self.limits.members as usize {
                return (members, None);
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
        let Member { shown, modified, .. } = member;
        if member.link {
            return self.left_out(shown, *modified, "symbolic link in an archive");
        }
        if member.encrypted {
            return self.left_out(shown, *modified, "packed with a password");
        }
        let entry = match archive.get_entry(member.data) {
            Ok(entry) => entry,
            Err(error) => return self.broken(shown, damaged(&error)),
        };
        if member.offset < *free_from {
            let words = "shares its bytes with another member of the archive";
            return self.broken(shown, Fault::error(Reason::UnpacksTooFar, words));
        }
        *free_from = entry.compressed_data_range().1;
        let inner = Place { shown, modified: *modified, size: Some(member.size), layers: place.layers };
        match member.method {
            CompressionMethod::DEFLATE => {
                let inflated = flate2::read::DeflateDecoder::new(entry.reader());
                let content = Metered { inner: entry.verifying_reader(inflated), meter: self.meter.clone() };
                self.content(&inner, Peeked::new(content), None)
            }
            CompressionMethod::STORE => {
                self.content(&inner, Peeked::new(entry.verifying_reader(entry.reader())), None)
            }
            // Whole streams of formats that are known by their first bytes.
            CompressionMethod::BZIP2 | CompressionMethod::XZ | CompressionMethod::ZSTD => {
                self.content(&inner, Peeked::new(entry.reader()), None)
            }
            method => self.left_out(shown, *modified, format!("packed by zip method {}", method.as_u16())),
        }
    }
}

fn damaged(error: &rawzip::Error) -> io::Error {
    Fault::error(Reason::BadCompression, format!("the zip archive is damaged: {error}"))
}

/// Some programs on Windows write their own separator, against the specification.
fn with_slashes(name: &[u8]) -> Vec<u8> {
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

/// 1980-01-01, which programs write that know no time.
const FIRST_DAY_OF_DOS: i64 = 315_619_200;
