//! The folder that keeps what was collected.
//!
//! ```text
//! DIR/hosts/kvm01/ipmi/sel.raw        files that only grow, or stand for one moment
//! DIR/site/backup/veeam.csv           what is about no single host
//! DIR/collected.jsonl                 what came when, from where, by which means, with checksums
//! DIR/.coroner/                       where the next run goes on; nobody else's business
//! ```
//!
//! A file grows by whole records or lines. What it holds and where the next run goes on are written in an order
//! that survives an end at any moment: first the file, then the state, which is replaced in one step, then the line in
//! `collected.jsonl`. What an interrupted run has added behind the state is kept where it tells by itself where
//! to go on, and else cut off and read again.

mod append;
mod manifest;
mod place;

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

pub use append::{AppendFile, Tail, hexadecimal};
pub use manifest::{Collected, KeptFile, MeasuredClock, Noted, Outcome};
pub use place::{History, Place};

use manifest::Manifest;

/// The folder of what is not for analysis.
pub const STATE_FOLDER: &str = ".coroner";
/// Where files are written before they take their place.
const HALF_WRITTEN: &str = ".coroner/half-written";
/// The file that says what was collected.
pub const MANIFEST: &str = "collected.jsonl";

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("cannot use `{}`", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("another collection is writing to `{}`", path.display())]
    Busy { path: PathBuf },
}

/// The folder, locked for as long as this value lives.
#[derive(Debug)]
pub struct Vault {
    root: PathBuf,
    manifest: Mutex<Manifest>,
    _lock: File,
}

impl Vault {
    /// Opens the folder, makes it where it is missing, and locks it against other collections.
    pub fn open(root: &Path) -> Result<Self, VaultError> {
        let failed = |source| VaultError::Folder { path: root.to_path_buf(), source };
        let state = root.join(STATE_FOLDER);
        make_folder(&state).map_err(failed)?;
        let lock = File::create(state.join("lock")).map_err(failed)?;
        take(&lock).map_err(|error| {
            if error == Errno::WOULDBLOCK {
                VaultError::Busy { path: root.to_path_buf() }
            } else {
                failed(error.into())
            }
        })?;
        // What a run that was killed has left half written.
        let half_written = root.join(HALF_WRITTEN);
        match fs::remove_dir_all(&half_written) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => make_folder(&half_written).map_err(failed)?,
        }
        let manifest = Manifest::open(&root.join(MANIFEST)).map_err(failed)?;
        Ok(Self { root: root.to_path_buf(), manifest: Mutex::new(manifest), _lock: lock })
    }

    /// The folder of one source, such as `hosts/kvm01/ipmi`.
    ///
    /// # Errors
    /// If the folder cannot be made, or the state of earlier runs cannot be read.
    pub fn place(&self, name: &str) -> io::Result<Place<'_>> {
        Place::open(self, name, name)
    }

    /// A place for one file of a folder that others may have files in, too.
    ///
    /// # Errors
    /// As of [`Vault::place`].
    pub fn place_of_file(&self, folder: &str, file: &str) -> io::Result<Place<'_>> {
        Place::open(self, folder, &format!("jobs/{folder}/{file}"))
    }

    /// Adds a line to the account of what was collected.
    fn note(&self, collected: &Collected) -> io::Result<()> {
        self.manifest()?.add(collected)
    }

    /// Adds a line that may be there already.
    fn note_once(&self, collected: &Collected) -> io::Result<()> {
        let mut manifest = self.manifest()?;
        if manifest.has(collected) { Ok(()) } else { manifest.add(collected) }
    }

    fn manifest(&self) -> io::Result<MutexGuard<'_, Manifest>> {
        self.manifest.lock().map_err(|_| io::Error::other("the account was left broken"))
    }

    /// Writes a file in one step: whoever looks sees the old one or the new one.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.root);
        make_folder(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(self.root.join(HALF_WRITTEN))?;
        file.write_all(bytes)?;
        file.as_file().set_permissions(Permissions::from_mode(0o640))?;
        file.as_file().sync_data()?;
        file.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    }
}

/// How long somebody else may hold the lock before that is said: a program that a killed run had just started holds
/// it until it has become another one.
const LOCK_ATTEMPTS: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

fn take(lock: &File) -> Result<(), Errno> {
    for _ in 1..LOCK_ATTEMPTS {
        match flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    flock(lock, FlockOperation::NonBlockingLockExclusive)
}

/// Makes a folder that others of the same group may read: what hosts say is not for everybody.
fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o750).create(path)
}
