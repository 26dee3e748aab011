//! A file that only grows, by whole records or lines.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};

/// What becomes of bytes that an interrupted run has left behind the last state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Whole records of so many bytes are kept, because the last one tells where to go on.
    Records(u64),
    /// Whole lines are kept, because what was read is known by them.
    Lines,
    /// They are cut off and read again.
    Again,
}

const CHUNK_BYTES: usize = 64 * 1024;

/// An open file. What is written to it counts once it is kept.
#[derive(Debug)]
pub struct AppendFile {
    file: File,
    /// Where the bytes begin that no earlier run has accounted for.
    from: u64,
    /// Up to here it is good.
    len: u64,
}

impl AppendFile {
    /// Opens the file and brings it to a whole end. Up to `committed` it is good; `accounted` bytes stand in the
    /// account of what was collected.
    pub fn open(path: &Path, committed: u64, accounted: u64, tail: Tail) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).mode(0o640).open(path)?;
        let found = file.metadata()?.len();
        let len = match tail {
            Tail::Records(bytes) => found - found % bytes,
            Tail::Lines if found >= committed => end_of_lines(&file, committed, found)?,
            Tail::Again if found >= committed => committed,
            // Somebody has shortened it: it may end anywhere.
            Tail::Lines | Tail::Again => end_of_lines(&file, 0, found)?,
        };
        if len < found {
            file.set_len(len)?;
        }
        let mut file = file;
        file.seek(SeekFrom::Start(len))?;
        Ok(Self { file, from: accounted.min(len), len })
    }

    /// Bytes that are good.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The last `N` bytes, if there are so many.
    pub fn last<const N: usize>(&self) -> io::Result<Option<[u8; N]>> {
        let Some(at) = self.len.checked_sub(N as u64) else { return Ok(None) };
        let mut bytes = [0; N];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(Some(bytes))
    }

    /// Reads all that is good, from the front.
    pub fn reader(&self) -> impl BufRead {
        BufReader::with_capacity(CHUNK_BYTES, Good { file: &self.file, at: 0, len: self.len })
    }

    /// Takes what was written for good.
    pub fn keep(&mut self) -> io::Result<()> {
        self.len = self.file.stream_position()?;
        Ok(())
    }

    /// Forgets what was written since it was last kept.
    pub fn forget(&mut self) -> io::Result<()> {
        self.file.set_len(self.len)?;
        self.file.seek(SeekFrom::Start(self.len)).map(|_| ())
    }

    /// Brings all that was kept to the disk. Returns where the bytes begin that are new, how many there are, and
    /// their SHA-256 in hexadecimal.
    pub fn settle(&mut self) -> io::Result<(u64, u64, String)> {
        self.forget()?;
        if self.len > self.from {
            self.file.sync_data()?;
        }
        let mut hash = Sha256::new();
        let mut at = self.from;
        let mut chunk = vec![0; CHUNK_BYTES];
        while at < self.len {
            let wanted = chunk.len().min(usize::try_from(self.len - at).unwrap_or(usize::MAX));
            let read = self.file.read_at(&mut chunk[..wanted], at)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            hash.update(&chunk[..read]);
            at += read as u64;
        }
        Ok((self.from, self.len - self.from, hexadecimal(&hash.finalize())))
    }
}

/// The good part of a file, read without moving the place at which it is written.
struct Good<'f> {
    file: &'f File,
    at: u64,
    len: u64,
}

impl Read for Good<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len - self.at).unwrap_or(usize::MAX);
        let wanted = out.len().min(left);
        let read = self.file.read_at(&mut out[..wanted], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Write for AppendFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Where the last whole line ends, between two places.
fn end_of_lines(file: &File, from: u64, to: u64) -> io::Result<u64> {
    let mut end = to;
    let mut chunk = vec![0; CHUNK_BYTES];
    while end > from {
        let start = end.saturating_sub(chunk.len() as u64).max(from);
        let piece = &mut chunk[..usize::try_from(end - start).unwrap_or(0)];
        file.read_exact_at(piece, start)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(from)
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_interrupted_file_is_brought_to_a_whole_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        for (content, committed, tail, expected) in [
            ("0123456789abcdef0123", 0, Tail::Records(16), 16),
            ("0123456789abcdef", 16, Tail::Records(16), 16),
            ("one\ntwo\nthr", 4, Tail::Lines, 8),
            ("one\ntwo", 4, Tail::Lines, 4),
            ("one\ntwo\n", 4, Tail::Again, 4),
            ("one\ntw", 8, Tail::Again, 4),
            ("one\ntw", 8, Tail::Lines, 4),
        ] {
            fs::write(&path, content).expect("written");
            let mut file = AppendFile::open(&path, committed, committed, tail).expect("opened");
            assert_eq!(file.len(), expected, "{content:?} {tail:?}");
            file.write_all(b"new\n").expect("written");
            file.forget().expect("forgotten");
            file.write_all(b"kept\n").expect("written");
            file.keep().expect("kept");
            let (from, bytes, _) = file.settle().expect("settled");
            assert_eq!((from, from + bytes), (committed.min(expected), expected + 5));
            let whole = fs::read_to_string(&path).expect("read");
            assert_eq!(whole, format!("{}kept\n", &content[..usize::try_from(expected).expect("small")]));
        }
    }
}
