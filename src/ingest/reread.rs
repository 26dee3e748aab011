//! Opens a source once more, by the path that the ledger and the report show.

use std::io::{self, BufRead, BufReader};

use super::discover::{Found, FoundState};
use super::unpack::limits::Limits;
use super::unpack::{self, Content, INSIDE};
use super::utf16;

/// Bytes read at once.
const BUFFER_BYTES: usize = 1 << 18;
/// Larger files are not unpacked just to learn the names of what is in them.
const LISTED_BYTES_MAX: u64 = 256 << 20;

/// The unpacked bytes of the source that is shown as `wanted`, from the first; `None` if there is no
/// such source. Of members of an archive with the same path the last counts, as it did when it was read.
///
/// # Errors
/// If the file cannot be opened.
pub fn open(found: &[Found], wanted: &str) -> io::Result<Option<impl BufRead + use<>>> {
    for file in found.iter().filter(|file| may_hold(file, wanted)) {
        let matches = |source: &unpack::Unpacked| {
            source.shown == wanted && matches!(source.content, Content::Readable(_))
        };
        let source = unpack::open(&file.path, &file.shown, Limits::default())?.find(matches);
        if let Some(Content::Readable(opened)) = source.map(|source| source.content) {
            return Ok(Some(BufReader::with_capacity(BUFFER_BYTES, utf16::as_utf8(opened.stream))));
        }
    }
    Ok(None)
}

fn may_hold(file: &Found, wanted: &str) -> bool {
    let inside = |rest: &str| rest.is_empty() || rest.starts_with(INSIDE);
    file.state == FoundState::Readable && wanted.strip_prefix(file.shown.as_str()).is_some_and(inside)
}

/// The paths of all sources that can be opened, as they are shown; members of very large archives are
/// left out.
#[must_use]
pub fn names(found: &[Found]) -> Vec<String> {
    let mut names = Vec::new();
    for file in found.iter().filter(|file| file.state == FoundState::Readable) {
        let is_small = std::fs::metadata(&file.path).is_ok_and(|meta| meta.len() <= LISTED_BYTES_MAX);
        match unpack::open(&file.path, &file.shown, Limits::default()) {
            Ok(sources) if is_small => names.extend(sources.map(|source| source.shown)),
            _ => names.push(file.shown.clone()),
        }
    }
    names
}
