//! What a host's operating system has to say, read with the OpenSSH client of this machine.
//!
//! The client brings the site's keys, agents, jump hosts and known host keys. It never asks anything
//! (`BatchMode`), and host keys are checked as its configuration says. All commands of one host share a
//! connection. Whatever stops a reading, what was read before is kept, and the cursors say where the next one
//! goes on.

mod client;
mod clock;
mod failure;
mod files;
mod framed;
mod journal;
mod quote;
mod snapshots;
mod steps;
mod whole;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use clock::ClockOffset;
pub use failure::{ConnectionFailure, SshError, StepProblem};
pub use files::{FileCursor, name_of as name_of_file};
pub use journal::{JournalCursor, NAME as JOURNAL};
pub use quote::quote;
pub use steps::read;

/// A host and the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshTarget {
    /// Address, or alias in the client's configuration.
    pub address: String,
    /// User on the host.
    pub user: Option<String>,
    /// TCP port.
    pub port: Option<u16>,
    /// Configuration file of the client, in place of the user's own.
    pub config: Option<PathBuf>,
    /// Further options of the client (`-o`).
    pub options: Vec<String>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// Environment variables that the client must not inherit, because they hold secrets.
    pub hidden: Vec<String>,
}

/// What is read from a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Kernel messages and signs of orderly shutdowns.
    pub kernel: bool,
    /// Further journal matches.
    pub journal: Vec<String>,
    /// How far back the first reading of the journal goes, in days; none: to its beginning.
    pub since_days: Option<u32>,
    /// History of boots.
    pub boots: bool,
    /// What machine and system it is.
    pub dmi: bool,
    /// Log files to follow.
    pub files: Vec<String>,
    /// Name → command.
    pub commands: BTreeMap<String, String>,
    /// Largest output of one command or file.
    pub max_bytes: u64,
}

/// Where the next reading goes on. To be stored with what was read, in one step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursors {
    /// Last journal entry that was read.
    #[serde(default)]
    pub journal: Option<JournalCursor>,
    /// Path on the host → how far it was read.
    #[serde(default)]
    pub files: BTreeMap<String, FileCursor>,
}

/// How an answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It goes on where the last one ended: whole lines, or whole records.
    Append,
    /// It stands for itself. One that equals the last one need not be kept again.
    Snapshot,
}

/// Where answers go. Implemented by whoever keeps them.
pub trait Output {
    /// A place for an answer. `name` is a relative path of plain words, such as `journal.json` or
    /// `files/var/log/kern.log`.
    fn open(&mut self, name: &str, mode: Mode) -> io::Result<Box<dyn Sink + '_>>;
}

/// The place of one answer. Dropped without [`Sink::keep`], what was written to it is to be forgotten.
pub trait Sink: Write {
    /// The answer is good as far as it was written: cursors point behind it.
    fn keep(self: Box<Self>) -> io::Result<()>;
}

/// What one reading of a host came to.
#[derive(Debug, Default)]
pub struct SshReading {
    /// Where the next reading goes on.
    pub cursors: Cursors,
    /// The host's clock against the collector's.
    pub clock: Option<ClockOffset>,
    /// What was kept.
    pub pieces: Vec<Piece>,
    /// What is worth knowing and no fault of the collection.
    pub findings: Vec<Finding>,
    /// What could not be read, or not to its end.
    pub problems: Vec<Trouble>,
    /// Why the reading ended before all was asked.
    pub stopped: Option<SshError>,
}

/// One answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Name given to [`Output::open`].
    pub name: String,
    /// How it is kept.
    pub mode: Mode,
    /// Bytes that were written.
    pub bytes: u64,
    /// Whether it is all that there was; the rest of a log comes with the next reading.
    pub complete: bool,
}

/// What could not be read.
#[derive(Debug)]
pub struct Trouble {
    /// The answer's name.
    pub name: String,
    /// Why.
    pub problem: StepProblem,
}

/// What is worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    #[error(
        "the journal no longer holds the entry that was read last: what came after it may be lost, up to the next entry"
    )]
    JournalGap {
        /// Time of the last entry that was read, in microseconds since 1970.
        after_us: u64,
        /// Time of the first entry that was found now.
        next_us: Option<u64>,
    },
    #[error(
        "`{path}` was replaced more than once since the last reading: lines in between are lost, unless older copies are read by hand"
    )]
    FileGap { path: String },
    #[error(
        "the host's shell prints {lines} line(s) of its own in front of every answer, such as {sample:?}"
    )]
    Noise { lines: usize, sample: String },
    #[error("the host has no journalctl: log files are read in its place")]
    NoJournal,
    #[error("the journal holds no kernel messages: log files are read in its place")]
    JournalEmpty,
    #[error(
        "the host runs another command than the one that was asked for, or none (a forced command): its answers are taken as they are"
    )]
    ForcedCommand,
}

/// A moment until which something may take.
pub(crate) type Deadline = Instant;
