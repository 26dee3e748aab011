//! The register of formats, in a folder per kind: one file and one row each. A reader says what stands in the source; it
//! neither resolves times nor judges what they mean.

use std::io::Read;

use super::head;
pub use super::head::Head;
use super::quiet_lines::{Ahead, Passed};
use super::quiet_stretch::Outlook;
use super::sink::Sink;
use crate::ledger::Fate;

pub mod backup;
pub mod boot;
pub mod firmware;
pub mod incidents;
pub mod inventory;
pub mod log;
pub mod maintenance;
pub mod power;
pub mod sel;

/// How well a format fits the head of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    No,
    /// Could be it, if nothing else is surer.
    Maybe,
    /// A table whose columns have the right names; a format of its own that looks like a table is surer.
    Likely,
    Sure,
}

/// What kind of thing a source holds, as `coroner formats` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    Sel,
    Power,
    Log,
    Boot,
    Backup,
    Inventory,
    Firmware,
    Maintenance,
    Incidents,
    Context,
}

impl SourceKind {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sel => "sel",
            Self::Power => "power",
            Self::Log => "log",
            Self::Boot => "boot",
            Self::Backup => "backup",
            Self::Inventory => "inventory",
            Self::Firmware => "firmware",
            Self::Maintenance => "maintenance",
            Self::Incidents => "incidents",
            Self::Context => "context",
        }
    }
}

/// Reads a source line by line, in bounded memory. `line` has no line ending; the driver books the
/// bytes by the fate that is returned. NUL runs are cut off before (see [`Sink::nul_before`]).
pub trait LineReader: Send {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate;
    /// Passes over lines at the front of `text` that are understood and of which nothing is kept. `text` holds
    /// whole lines in which no literal and no control character stands; `number` is that of the first.
    /// `ahead` is what was found of them beforehand, by an earlier [`LineReader::outlook`].
    fn pass(
        &mut self,
        _text: &[u8],
        _number: u64,
        _ahead: Option<Ahead<'_>>,
        _sink: &mut Sink<'_>,
    ) -> Passed {
        Passed::default()
    }
    /// Whether what is taken for a line's text stands in that line as it is, but for what a terminal does not show.
    /// Then a line without literals has no signatures; those with such characters are searched in any case.
    fn is_verbatim(&self) -> bool {
        false
    }
    /// By what lines that it could pass over can be told beforehand.
    fn outlook(&self) -> Option<Outlook> {
        None
    }
    /// Called once after the last line.
    fn finish(&mut self, _sink: &mut Sink<'_>) {}
}

/// How a format wants to be fed.
pub enum Reader {
    Lines(Box<dyn LineReader>),
    /// Rows that may go over several lines: the reader takes the (decompressed) bytes in pieces, in bounded
    /// memory, and books them by [`Sink::claim`]; what it leaves over is booked as unclaimed.
    Rows(fn(&mut dyn Read, &mut Sink<'_>)),
    /// Small sources only: the whole (decompressed) content at once. Books by [`Sink::claim`]; what
    /// it leaves over is booked as unclaimed.
    Whole(fn(&[u8], &mut Sink<'_>)),
    /// Binary sources of any size: the reader takes the content piece by piece and books as it goes.
    Stream(fn(&mut dyn Content, &mut Sink<'_>)),
}

/// The (decompressed) content of a source from front to back.
pub trait Content {
    /// The next bytes, without taking them: at least `count`, unless the source ends before. All of
    /// them are held in memory.
    fn ahead(&mut self, count: usize) -> &[u8];
    /// Takes the next `count` bytes; no more than [`Content::ahead`] has shown.
    fn pass(&mut self, count: usize);
}

/// A format: how to recognise it by content and how to read it.
pub trait Format: Sync {
    /// Stable id, the file name with dashes.
    fn id(&self) -> &'static str;
    fn kind(&self) -> SourceKind;
    /// One line for `coroner formats`.
    fn title(&self) -> &'static str;
    /// `head` is the first 64 KiB (decompressed) at most, possibly cut inside a line. Every source is shown to
    /// every format: what is none of its own should be told apart by what `head` has found out already.
    fn fit(&self, head: &Head<'_>) -> Fit;
    fn open(&self) -> Reader;
    /// Whether the source is a host's own. What a UPS or a power strip writes is of a feed: where the file
    /// lies may name a known host, and is never taken for the name of a new one.
    fn is_of_a_host(&self) -> bool {
        true
    }
}

/// Every format, kind by kind. Recognition does not depend on the order.
pub fn all() -> impl Iterator<Item = &'static dyn Format> {
    let kinds = [
        sel::ALL,
        log::ALL,
        boot::ALL,
        power::ALL,
        backup::ALL,
        inventory::ALL,
        firmware::ALL,
        maintenance::ALL,
        incidents::ALL,
    ];
    kinds.into_iter().flatten().copied()
}

/// The format of that id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Format> {
    all().find(|format| format.id() == id)
}

/// Lines looked at to recognise a text format.
const LINES_SNIFFED: usize = head::FILLED_LINES;

/// Fit of a text format: sure if most of the first lines are its own, maybe if some are.
pub(crate) fn fit_by_lines(head: &Head<'_>, is_own: impl Fn(&str) -> bool) -> Fit {
    let mut lines = 0_usize;
    let mut own = 0_usize;
    for text in head.filled_lines().take(LINES_SNIFFED) {
        lines += 1;
        own += usize::from(is_own(text));
    }
    if own == 0 {
        Fit::No
    } else if own * 10 >= lines * 6 {
        Fit::Sure
    } else if own * 5 >= lines {
        Fit::Maybe
    } else {
        Fit::No
    }
}
