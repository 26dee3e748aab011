//! A file of the machine that collects, copied within limits.
//!
//! Only regular files are read: a FIFO or a device could wait or go on for ever. A file that grows is read up
//! to the size that it had when it was opened, so that it ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use rustix::fs::OFlags;

/// Bytes that are copied between two looks at the clock.
const CHUNK: u64 = 1024 * 1024;

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Bytes that were passed on.
    pub bytes: u64,
    /// Size of the file when it was opened; more than `bytes` if it shrank meanwhile.
    pub size: u64,
    /// When the file was last changed, by its own account.
    pub modified: Option<SystemTime>,
}

/// Why a file could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("failed to read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("failed to keep a copy of `{}`", path.display())]
    Keep {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{}` is {what}: only regular files are read", path.display())]
    NotAFile { path: PathBuf, what: &'static str },
    #[error("`{}` has {size} bytes, which is more than the {max} that may be read: raise `max_mib`", path.display())]
    TooLarge { path: PathBuf, size: u64, max: u64 },
    #[error("`{}` was not read to its end in time", path.display())]
    Deadline { path: PathBuf },
}

/// Copies a regular file to `output`.
pub fn copy(
    path: &Path,
    max_bytes: u64,
    deadline: Instant,
    output: &mut dyn Write,
) -> Result<Copied, FileError> {
    let failed = |source| FileError::Read { path: path.to_path_buf(), source };
    let file = open_without_waiting(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a folder" } else { "a pipe or a device" };
        return Err(FileError::NotAFile { path: path.to_path_buf(), what });
    }
    let size = metadata.len();
    if size > max_bytes {
        return Err(FileError::TooLarge { path: path.to_path_buf(), size, max: max_bytes });
    }
    let mut whole = file.take(size);
    let mut chunk = Vec::new();
    let mut bytes = 0;
    loop {
        if Instant::now() >= deadline {
            return Err(FileError::Deadline { path: path.to_path_buf() });
        }
        chunk.clear();
        let read = (&mut whole).take(CHUNK).read_to_end(&mut chunk).map_err(failed)?;
        if read == 0 {
            return Ok(Copied { bytes, size, modified: metadata.modified().ok() });
        }
        output.write_all(&chunk).map_err(|source| FileError::Keep { path: path.to_path_buf(), source })?;
        bytes += read as u64;
    }
}

/// Opens a file without waiting for the other end, as opening a FIFO would.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}
