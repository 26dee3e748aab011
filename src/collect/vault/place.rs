//! What one source of one host has given, and where the next run goes on with it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::append::{AppendFile, Tail, hexadecimal};
use super::manifest::{Collected, KeptFile};
use super::{STATE_FOLDER, Vault, make_folder};

/// What becomes of the last answer of a kind that stands for one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// A new one that differs is kept beside it, with its time in the name.
    Kept,
    /// A new one takes its place, because it tells all that the old one did.
    Replaced,
}

/// The files of one source.
pub struct Place<'v> {
    vault: &'v Vault,
    name: String,
    folder: PathBuf,
    state_path: PathBuf,
    state: State,
    files: BTreeMap<String, AppendFile>,
    /// Answers that stand for one moment, written when all is accounted for.
    snapshots: Vec<Snapshot>,
}

/// An answer that waits to be written.
struct Snapshot {
    name: String,
    bytes: Vec<u8>,
    sha256: String,
    history: History,
    at: DateTime<Utc>,
    modified: Option<SystemTime>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// What the source itself wants to know the next time.
    cursor: serde_json::Value,
    /// File → bytes that are accounted for.
    committed: BTreeMap<String, u64>,
    /// Answer that stands for one moment → SHA-256 of the last one.
    snapshots: BTreeMap<String, String>,
    /// The line that goes into the account next. One that a run could not write any more, the next run writes.
    line: Option<Collected>,
}

impl<'v> Place<'v> {
    pub(super) fn open(vault: &'v Vault, name: &str, key: &str) -> io::Result<Self> {
        let folder = vault.root.join(name);
        make_folder(&folder)?;
        let state_path = vault.root.join(STATE_FOLDER).join(format!("{key}.json"));
        let state: State = match fs::read(&state_path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                io::Error::other(format!("`{}` cannot be read: {error}", state_path.display()))
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error),
        };
        if let Some(line) = &state.line {
            vault.note_once(line)?;
        }
        Ok(Self {
            vault,
            name: name.to_owned(),
            folder,
            state_path,
            state,
            files: BTreeMap::new(),
            snapshots: Vec::new(),
        })
    }

    /// What the last run has left for this one.
    #[must_use]
    pub fn cursor<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_value(self.state.cursor.clone()).unwrap_or_default()
    }

    /// Whether a file has less in it than the last run had written: what a cursor points behind may be lost then.
    #[must_use]
    pub fn is_shortened(&self, name: &str) -> bool {
        let len = fs::metadata(self.folder.join(name)).map_or(0, |meta| meta.len());
        self.state.committed.get(name).is_some_and(|committed| len < *committed)
    }

    /// A file that grows, such as `sel.raw`.
    pub fn append(&mut self, name: &str, tail: Tail) -> io::Result<&mut AppendFile> {
        if !self.files.contains_key(name) {
            let path = self.folder.join(name);
            make_folder(path.parent().unwrap_or(&self.folder))?;
            let accounted = self.vault.manifest()?.accounted(&format!("{}/{name}", self.name));
            // Where the state was lost, the account tells what was good.
            let committed = self.state.committed.get(name).copied().unwrap_or(accounted);
            self.files.insert(name.to_owned(), AppendFile::open(&path, committed, accounted, tail)?);
        }
        self.files.get_mut(name).ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// Keeps an answer that stands for the moment `at`, if it differs from the last one.
    pub fn snapshot(&mut self, name: &str, bytes: Vec<u8>, history: History, at: DateTime<Utc>) {
        self.snapshot_of_file(name, bytes, history, at, None);
    }

    /// The same of a file that was changed last at `modified`: that dates a log whose times have no year.
    pub fn snapshot_of_file(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        history: History,
        at: DateTime<Utc>,
        modified: Option<SystemTime>,
    ) {
        let sha256 = hexadecimal(&Sha256::digest(&bytes));
        if self.state.snapshots.get(name) != Some(&sha256) {
            self.snapshots.push(Snapshot { name: name.to_owned(), bytes, sha256, history, at, modified });
        }
    }

    /// Writes an answer. One that an interrupted run has written already is only accounted for.
    fn write(&self, snapshot: &Snapshot) -> io::Result<KeptFile> {
        let file = match snapshot.history {
            History::Replaced => snapshot.name.clone(),
            History::Kept => match self.latest(&snapshot.name)? {
                Some((file, sha256)) if sha256 == snapshot.sha256 => file,
                _ => self.free_name(&snapshot.name, snapshot.at),
            },
        };
        let path = self.folder.join(&file);
        self.vault.replace(&path, &snapshot.bytes)?;
        if let Some(modified) = snapshot.modified {
            fs::File::options().write(true).open(&path)?.set_modified(modified)?;
        }
        let (bytes, sha256) = (snapshot.bytes.len() as u64, snapshot.sha256.clone());
        Ok(KeptFile { path: format!("{}/{file}", self.name), from: 0, bytes, sha256 })
    }

    /// The last answer of a kind that is there, and its SHA-256.
    fn latest(&self, name: &str) -> io::Result<Option<(String, String)>> {
        let (front, back) = around_time(name);
        let folder = front.rfind('/').map_or("", |at| &front[..=at]);
        let listed = match fs::read_dir(self.folder.join(folder)) {
            Ok(listed) => listed,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in listed {
            let file = format!("{folder}{}", entry?.file_name().to_string_lossy());
            let time = file.strip_prefix(&front).and_then(|rest| rest.strip_suffix(&back));
            if time.is_some_and(|time| time.starts_with(|first: char| first.is_ascii_digit())) {
                files.push(file);
            }
        }
        let Some(file) = files.into_iter().max() else { return Ok(None) };
        let sha256 = hexadecimal(&Sha256::digest(fs::read(self.folder.join(&file))?));
        Ok(Some((file, sha256)))
    }

    /// A name with the time that nobody has yet.
    fn free_name(&self, name: &str, at: DateTime<Utc>) -> String {
        let (front, back) = around_time(name);
        let with = |form: &str| format!("{front}{}{back}", at.format(form));
        let to_the_second = with("%Y%m%dT%H%M%SZ");
        let is_taken = self.folder.join(&to_the_second).exists();
        if is_taken { with("%Y%m%dT%H%M%S.%6fZ") } else { to_the_second }
    }

    /// Accounts for all that was kept, and leaves `cursor` for the next run.
    pub fn commit<T: Serialize>(mut self, cursor: &T, mut collected: Collected) -> io::Result<Collected> {
        for (name, file) in &mut self.files {
            let (from, bytes, sha256) = file.settle()?;
            if file.is_empty() {
                fs::remove_file(self.folder.join(name))?;
                self.state.committed.remove(name);
                continue;
            }
            self.state.committed.insert(name.clone(), from + bytes);
            if bytes > 0 {
                collected.files.push(KeptFile { path: format!("{}/{name}", self.name), from, bytes, sha256 });
            }
        }
        for snapshot in std::mem::take(&mut self.snapshots) {
            collected.files.push(self.write(&snapshot)?);
            self.state.snapshots.insert(snapshot.name, snapshot.sha256);
        }
        self.state.cursor = serde_json::to_value(cursor)?;
        self.state.line = Some(collected.clone());
        self.vault.replace(&self.state_path, &serde_json::to_vec(&self.state)?)?;
        self.vault.note(&collected)?;
        Ok(collected)
    }
}

/// What stands before and behind the time in the name of a file: `dmidecode.20250301T020304Z.txt`.
fn around_time(name: &str) -> (String, String) {
    let folder_len = name.rfind('/').map_or(0, |at| at + 1);
    match name[folder_len..].rfind('.') {
        Some(at) => {
            let (stem, extension) = name.split_at(folder_len + at);
            (format!("{stem}."), extension.to_owned())
        }
        None => (format!("{name}."), String::new()),
    }
}
