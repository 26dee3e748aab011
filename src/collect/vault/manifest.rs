//! The account of what was collected: a JSON object on each line of a file that only grows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::append::{AppendFile, Tail};

/// What one run has got from one source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Collected {
    /// When the source was asked.
    pub at: DateTime<Utc>,
    /// The host that it is about; none: the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// `ipmi`, `redfish`, `ssh`, `command` or `file`.
    pub source: String,
    /// Where it was, and by which means it was read.
    pub means: String,
    pub outcome: Outcome,
    /// Why not all of it was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// What is worth knowing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Noted>,
    /// The clock on the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<MeasuredClock>,
    /// What was added to which file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<KeptFile>,
}

/// How far the reading came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All that was asked for.
    Whole,
    /// A part of it.
    Partly,
    /// Nothing.
    #[default]
    Nothing,
}

/// Something that is worth knowing and no fault of the collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// A word for it that stays the same: `sel-cleared`.
    pub id: String,
    /// The same for people.
    pub text: String,
}

/// A clock that was read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeasuredClock {
    /// That clock minus the collector's, in seconds.
    pub ahead_s: f64,
    /// The true distance is this near, in seconds.
    pub uncertainty_s: f64,
}

impl MeasuredClock {
    /// To the millisecond: no clock here is known better.
    #[must_use]
    pub fn new(ahead_s: f64, uncertainty_s: f64) -> Self {
        let rounded = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
        Self { ahead_s: rounded(ahead_s), uncertainty_s: rounded(uncertainty_s) }
    }
}

/// Bytes that were added to a file. What a run that was interrupted could not account for is part of the next line
/// for that file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Below the folder of the collection, `/` between its parts.
    pub path: String,
    /// Where they begin.
    pub from: u64,
    pub bytes: u64,
    /// Of these bytes, in hexadecimal.
    pub sha256: String,
}

/// The open file.
#[derive(Debug)]
pub struct Manifest {
    file: AppendFile,
    /// File → bytes of it that stand in the account.
    accounted: BTreeMap<String, u64>,
    /// Host, source and means → when it was asked last.
    asked: BTreeMap<(Option<String>, String, String), DateTime<Utc>>,
    folder: PathBuf,
    is_new: bool,
}

impl Manifest {
    pub fn open(path: &Path) -> io::Result<Self> {
        let is_new = !path.exists();
        let file = AppendFile::open(path, 0, 0, Tail::Lines)?;
        let (mut accounted, mut asked) = (BTreeMap::new(), BTreeMap::new());
        for line in file.reader().split(b'\n') {
            // A line that somebody has damaged accounts for nothing.
            let Ok(collected) = serde_json::from_slice::<Collected>(&line?) else { continue };
            for kept in collected.files {
                accounted.insert(kept.path, kept.from + kept.bytes);
            }
            asked.insert((collected.host, collected.source, collected.means), collected.at);
        }
        Ok(Self {
            file,
            accounted,
            asked,
            folder: path.parent().unwrap_or(Path::new(".")).to_path_buf(),
            is_new,
        })
    }

    /// How much of a file stands in the account.
    pub fn accounted(&self, path: &str) -> u64 {
        self.accounted.get(path).copied().unwrap_or(0)
    }

    /// Whether the line is there.
    pub fn has(&self, collected: &Collected) -> bool {
        self.asked.get(&key_of(collected)).is_some_and(|at| *at >= collected.at)
    }

    pub fn add(&mut self, collected: &Collected) -> io::Result<()> {
        let mut line = serde_json::to_vec(collected)?;
        line.push(b'\n');
        // Half a line, left by a disk that was full, would spoil this one.
        self.file.forget()?;
        self.file.write_all(&line)?;
        self.file.keep()?;
        for kept in &collected.files {
            self.accounted.insert(kept.path.clone(), kept.from + kept.bytes);
        }
        self.asked.insert(key_of(collected), collected.at);
        if std::mem::take(&mut self.is_new) {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(())
    }
}

fn key_of(collected: &Collected) -> (Option<String>, String, String) {
    (collected.host.clone(), collected.source.clone(), collected.means.clone())
}
