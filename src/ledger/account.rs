//! Walks one source from front to back and books each piece once.

use std::collections::BTreeMap;

use crate::model::ledger::{Pieces, Quote};
use crate::model::secrets;

use super::printable;

/// Pieces quoted per source; the rest are counted only.
const QUOTES_MAX: usize = 20;
/// Characters kept of a quoted piece.
const QUOTE_CHARS_MAX: usize = 160;

/// What is quoted of a piece: its beginning, without secrets. They are looked for in more than is kept, because a
/// cut may take away what tells one.
fn quotation(head: &[u8]) -> String {
    let mut text = printable(head, QUOTE_CHARS_MAX * 8);
    secrets::mask(&mut text);
    text.chars().take(QUOTE_CHARS_MAX).collect()
}

/// What became of a piece of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Understood. Whether a record was kept of it is another question.
    Parsed,
    /// Understood to be of no use, by a named rule.
    Ignored(&'static str),
    /// Not understood.
    Quarantined(Reason),
}

impl Fate {
    /// The words in the ledger.
    fn words(self) -> String {
        match self {
            Self::Parsed => "parsed".to_owned(),
            Self::Ignored(rule) => format!("ignored: {rule}"),
            Self::Quarantined(reason) => reason.words(),
        }
    }
}

/// Why a piece could not be understood. Few variants, so that they can be grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The piece does not have the shape that the format requires.
    BadShape,
    /// A field of it cannot be read.
    BadField(&'static str),
    /// Longer than any line the format can have.
    TooLong,
    /// The source ends in the middle of it.
    Truncated,
    /// Compressed data that does not decompress; what came before it was read.
    BadCompression,
    /// The reader left it over.
    Unclaimed,
    /// The reader stopped by a bug of ours.
    ReaderPanicked,
    /// No format fits the source.
    UnknownFormat,
    /// Unpacked beyond all use, or without an end of lines; what came before it was read.
    UnpacksTooFar,
    /// The system does not hand out the bytes.
    CannotBeRead,
}

impl Reason {
    /// The words in the ledger.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::BadShape => "bad shape".to_owned(),
            Self::BadField(field) => format!("bad field: {field}"),
            Self::TooLong => "too long".to_owned(),
            Self::Truncated => "truncated".to_owned(),
            Self::BadCompression => "bad compression".to_owned(),
            Self::Unclaimed => "unclaimed".to_owned(),
            Self::ReaderPanicked => "reader panicked".to_owned(),
            Self::UnknownFormat => "unknown format".to_owned(),
            Self::UnpacksTooFar => "unpacks too far".to_owned(),
            Self::CannotBeRead => "cannot be read".to_owned(),
        }
    }
}

/// What was booked for one reason or by one rule.
#[derive(Debug, Clone, Copy)]
struct Tally {
    bytes: u64,
    pieces: Pieces,
}

/// The account of one source. Pieces are booked in order, so overlaps and gaps cannot be written.
#[derive(Debug, Clone, Default)]
pub struct Account {
    cursor: u64,
    line: u64,
    parsed: u64,
    ignored: u64,
    quarantined: u64,
    /// By fate; that of what was understood is counted in `parsed`.
    tallies: BTreeMap<Fate, Tally>,
    quoted: Vec<Quote>,
}

impl Account {
    /// Books the next `piece` of the source and moves past it.
    pub fn book(&mut self, piece: &[u8], fate: Fate) {
        self.book_counted(piece, piece.len() as u64, fate);
    }

    /// Books the next `len` bytes, of which only `head` is at hand to be quoted.
    pub fn book_counted(&mut self, head: &[u8], len: u64, fate: Fate) {
        match fate {
            Fate::Parsed => self.parsed += len,
            Fate::Ignored(_) => {
                self.ignored += len;
                self.tally(fate, len);
            }
            Fate::Quarantined(reason) => {
                self.quarantined += len;
                self.tally(fate, len);
                if self.quoted.len() < QUOTES_MAX && len > 0 {
                    self.quoted.push(Quote {
                        offset: self.cursor,
                        len,
                        line: self.line,
                        reason: reason.words(),
                        text: quotation(head),
                    });
                }
            }
        }
        self.cursor += len;
    }

    fn tally(&mut self, fate: Fate, len: u64) {
        let first = Pieces { count: 0, offset: self.cursor, len, line: self.line };
        let tally = self.tallies.entry(fate).or_insert(Tally { bytes: 0, pieces: first });
        tally.bytes += len;
        tally.pieces.count += 1;
    }

    /// Tells the account on which line (1-based) the next piece stands.
    pub fn at_line(&mut self, line: u64) {
        self.line = line;
    }

    /// Offset of the next piece: all before it is booked.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    #[must_use]
    pub fn parsed(&self) -> u64 {
        self.parsed
    }

    #[must_use]
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    #[must_use]
    pub fn quarantined(&self) -> u64 {
        self.quarantined
    }

    /// How many pieces each reason or rule stands for, and where the first of them is.
    #[must_use]
    pub fn pieces(&self) -> BTreeMap<String, Pieces> {
        self.tallies.iter().map(|(fate, tally)| (fate.words(), tally.pieces)).collect()
    }

    /// Reasons and rules with their bytes, and the quoted pieces.
    #[must_use]
    pub fn into_details(self) -> (BTreeMap<String, u64>, Vec<Quote>) {
        let bytes = self.tallies.into_iter().map(|(fate, tally)| (fate.words(), tally.bytes)).collect();
        (bytes, self.quoted)
    }
}
