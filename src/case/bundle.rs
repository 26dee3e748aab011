//! The files of a case before they are sealed: texts can still be changed.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::export_fields::{self, JOURNAL_EXPORT};
use super::originals::Decoded;
use super::sels::Sels;
use super::{companions, names};

/// The format of bare SEL records.
pub const RAW_SEL: &str = "ipmi-sel-raw";

/// What a function that changes texts is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// All bytes of a text file, whose name (before any change) is given for messages.
    File(&'a str),
    /// A component of a path in the bundle, a host, or a path of a source.
    Name,
    /// A text of the cover page or the account: part of a sentence, a cell of a table, a quoted line.
    Words,
}

/// The files of a case before they are sealed.
#[derive(Debug, Clone)]
pub struct Bundle {
    pub(super) stem: String,
    pub(super) as_of: DateTime<Utc>,
    pub(super) pieces: Vec<Piece>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) hosts: Vec<HostRule>,
    pub(super) zone: Option<String>,
    pub(super) sels: Sels,
    pub(super) cover: Value,
    /// Whether texts were passed through a function, and binary excerpts.
    pub(super) changed: bool,
    pub(super) records_changed: bool,
    pub(super) notices: Vec<String>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Its path, in components that may hold anything: they are made safe at last, when names have been replaced.
    pub place: Vec<String>,
    /// What stands before the last component where one source gives several files.
    pub part: Option<String>,
    pub bytes: Vec<u8>,
    pub is_text: bool,
    /// The SEL records that a text tells in words.
    pub records: Vec<[u8; 16]>,
    /// What it is, in words.
    pub what: String,
    pub origin: Option<Origin>,
    pub rule: Option<Rule>,
}

/// Where an excerpt comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Origin {
    pub source: String,
    pub format: String,
    /// `whole`, `lines` or `bytes`.
    pub unit: &'static str,
    /// First and last line, or first byte and the one behind the last, of each piece; empty: the whole.
    pub taken: Vec<(u64, u64)>,
    /// Of the unpacked source. `None` where the excerpt is the whole of it and names were replaced: whoever has all but
    /// the names could try names until the checksum fits.
    pub sha256: Option<String>,
    pub bytes: u64,
    /// Not all that bears on the incidents found room.
    pub shortened: bool,
    /// It is a SEL.
    #[serde(skip)]
    pub is_sel: bool,
}

impl Origin {
    /// Where a line (from 1) or an offset (from 0) of the source is in the excerpt, and whether it is a line there: an
    /// offset in a text is counted in lines, which stay where they are when names are replaced.
    fn within(&self, number: u64, piece: &Piece) -> Option<(u64, bool)> {
        if self.unit == "whole" {
            return Some((number, piece.is_text));
        }
        // Pieces of lines include their last, pieces of bytes do not.
        let extra = u64::from(self.unit == "lines");
        let mut before = 0;
        for (first, last) in &self.taken {
            let behind = last + extra;
            if (*first..behind).contains(&number) {
                let at = before + number - first + extra;
                if extra == 0 && piece.is_text {
                    let above = piece.bytes.get(..usize::try_from(at).ok()?)?;
                    return Some((1 + above.iter().filter(|byte| **byte == b'\n').count() as u64, true));
                }
                return Some((at, extra == 1 && piece.is_text));
            }
            before += behind - first;
        }
        None
    }
}

/// Where a quoted line is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// In words; empty: nowhere.
    Told(String),
    /// In a file of the bundle, which [`Bundle::seal`] names.
    Excerpt { excerpt: usize, number: u64, is_line: bool },
}

impl Place {
    /// The file and the number, if it is a place in a file.
    pub fn of_json(value: &Value) -> Option<(usize, u64, bool)> {
        let excerpt = usize::try_from(value.get("excerpt")?.as_u64()?).ok()?;
        Some((excerpt, value.get("number")?.as_u64()?, value.get("is_line")?.as_bool()?))
    }
}

/// What a reader of an excerpt has to be told.
#[derive(Debug, Clone)]
pub struct Rule {
    pub host: String,
    pub zone: Option<String>,
    pub year: Option<i32>,
}

/// What a reader has to be told about a host.
#[derive(Debug, Clone)]
pub struct HostRule {
    pub host: String,
    /// BMC clock minus UTC, in seconds.
    pub bmc_offset_s: i64,
}

/// A source that bears on the case and is not in it.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    pub source: String,
    pub host: String,
    pub why: String,
}

impl Bundle {
    pub(super) fn new(stem: String, as_of: DateTime<Utc>) -> Self {
        Self {
            stem,
            as_of,
            pieces: Vec::new(),
            left_out: Vec::new(),
            hosts: Vec::new(),
            zone: None,
            sels: Sels::default(),
            cover: Value::Null,
            changed: false,
            records_changed: false,
            notices: Vec::new(),
        }
    }

    /// Sources that bear on the case and are not in it, with the reason: for messages.
    pub fn left_out(&self) -> impl Iterator<Item = (&str, &str)> {
        self.left_out.iter().map(|left| (left.source.as_str(), left.why.as_str()))
    }

    /// What whoever sends the case should know first, in sentences with names of hosts: for the terminal only.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Where a line or offset of a source stands in the excerpts, those of the host first. The name of the file is final
    /// when the bundle is sealed.
    pub(super) fn place_of(&self, host: &str, source: &str, number: u64) -> Option<Place> {
        let is_hosts = |piece: &Piece| piece.rule.as_ref().is_some_and(|rule| rule.host == host);
        let own = self.pieces.iter().enumerate().filter(|(_, piece)| is_hosts(piece));
        own.chain(self.pieces.iter().enumerate()).find_map(|(excerpt, piece)| {
            let origin = piece.origin.as_ref().filter(|origin| origin.source == source)?;
            let (number, is_line) = origin.within(number, piece)?;
            Some(Place::Excerpt { excerpt, number, is_line })
        })
    }

    /// Bytes of all excerpts.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len()).sum()
    }

    /// Passes every text through a function: whole text files, names, and the words of cover page and account.
    /// Binary excerpts are for [`Self::map_records`].
    ///
    /// The function must give the same for the same name wherever it stands.
    pub fn map_texts(&mut self, change: &mut dyn FnMut(Part<'_>, &[u8]) -> Vec<u8>) {
        self.changed = true;
        for piece in &mut self.pieces {
            if piece.is_text {
                let safe = piece.components();
                let name = safe.join("/");
                let is_export = piece.origin.as_ref().is_some_and(|it| it.format == JOURNAL_EXPORT);
                let mut change = |bytes: &[u8]| change(Part::File(&name), bytes);
                let made = if is_export {
                    export_fields::changed(&piece.bytes, &mut change)
                } else {
                    change(&piece.bytes)
                };
                piece.replace(made);
            }
            piece.place.iter_mut().for_each(|component| rename(component, change));
            if let Some(origin) = &mut piece.origin {
                rename(&mut origin.source, change);
            }
            if let Some(rule) = &mut piece.rule {
                rename(&mut rule.host, change);
            }
        }
        for left in &mut self.left_out {
            rename(&mut left.source, change);
            rename(&mut left.host, change);
        }
        self.hosts.iter_mut().for_each(|rule| rename(&mut rule.host, change));
        rename(&mut self.stem, change);
        reword(&mut self.cover, change);
    }

    /// Passes every binary excerpt through a function, which is told its format and gives as many bytes back; what
    /// is told of SEL records in words is told anew by `decode`. Before [`Self::map_texts`]: words of records are text.
    pub fn map_records(
        &mut self,
        change: &mut dyn FnMut(&str, &[u8]) -> Vec<u8>,
        decode: &dyn Fn([u8; 16]) -> Decoded,
    ) {
        self.records_changed = true;
        for piece in &mut self.pieces {
            if !piece.records.is_empty() {
                let made = change(RAW_SEL, piece.records.as_flattened());
                let records = made.chunks_exact(16).filter_map(|record| record.try_into().ok());
                piece.records = records.collect();
                let records: Vec<Decoded> = piece.records.iter().map(|raw| decode(*raw)).collect();
                piece.bytes = companions::in_words(&records);
            } else if !piece.is_text {
                let format = piece.origin.as_ref().map_or("", |origin| &origin.format);
                let made = change(format, &piece.bytes);
                debug_assert_eq!(made.len(), piece.bytes.len(), "records have a fixed length");
                piece.replace(made);
            }
        }
    }
}

impl Piece {
    /// Its path in components that are safe.
    pub(super) fn components(&self) -> Vec<String> {
        let mut components = self.place.clone();
        if let Some((last, part)) = components.last_mut().zip(self.part.as_ref()) {
            *last = format!("{part}-{last}");
        }
        components.iter().map(|component| names::component(component)).collect()
    }

    /// An excerpt that is the whole of its source and was changed tells no checksum of the original: names could be
    /// guessed against it.
    fn replace(&mut self, bytes: Vec<u8>) {
        if let Some(origin) = &mut self.origin
            && bytes != self.bytes
            && origin.bytes == self.bytes.len() as u64
        {
            origin.sha256 = None;
        }
        self.bytes = bytes;
    }
}

type Change<'a> = dyn FnMut(Part<'_>, &[u8]) -> Vec<u8> + 'a;

fn rename(name: &mut String, change: &mut Change<'_>) {
    *name = String::from_utf8_lossy(&change(Part::Name, name.as_bytes())).into_owned();
}

fn reword(value: &mut Value, change: &mut Change<'_>) {
    match value {
        Value::String(text) => {
            *text = String::from_utf8_lossy(&change(Part::Words, text.as_bytes())).into_owned()
        }
        Value::Array(values) => values.iter_mut().for_each(|value| reword(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| reword(value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(unit: &'static str, taken: &[(u64, u64)]) -> Origin {
        Origin {
            source: "a.log".to_owned(),
            format: String::new(),
            unit,
            taken: taken.to_vec(),
            sha256: None,
            bytes: 0,
            shortened: false,
            is_sel: false,
        }
    }

    fn piece(text: &str, is_text: bool) -> Piece {
        Piece {
            place: vec!["a".to_owned()],
            part: None,
            bytes: text.as_bytes().to_vec(),
            is_text,
            records: vec![],
            what: String::new(),
            origin: None,
            rule: None,
        }
    }

    #[test]
    fn lines_are_found_again_in_the_excerpt() {
        let (lines, text, binary) =
            (origin("lines", &[(1, 1), (10, 12), (20, 29)]), piece("", true), piece("", false));
        assert_eq!(
            [1, 10, 12, 20, 29].map(|n| lines.within(n, &text)),
            [1, 2, 4, 5, 14].map(|n| Some((n, true)))
        );
        assert_eq!(lines.within(13, &text), None);
        let bytes = origin("bytes", &[(384, 768), (1_152, 1_536)]);
        assert_eq!(
            (bytes.within(384, &binary), bytes.within(1_152, &binary)),
            (Some((0, false)), Some((384, false)))
        );
        assert_eq!(bytes.within(768, &binary), None);
        assert_eq!(origin("whole", &[]).within(7, &text), Some((7, true)));
        let entries = origin("bytes", &[(10, 14), (20, 24)]);
        assert_eq!(entries.within(20, &piece("a=1\n\nb=2", true)), Some((2, true)));
    }
}
