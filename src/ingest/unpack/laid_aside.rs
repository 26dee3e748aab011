//! An archive that has to be read from its end: a file, or a copy of what was packed in another.

use std::fs::File;
use std::io::{self, Read, Write};

use rawzip::{FileReader, ReaderAt};

use super::fault::Fault;
use super::peeked::Peeked;
use crate::ledger::Reason;

/// A copy of up to this size stays in memory.
const MEMORY_BYTES: u64 = 16 << 20;

/// Bytes copied at once.
const PIECE_BYTES: u64 = 1 << 20;

/// Bytes that can be read in any order.
pub enum LaidAside {
    File(FileReader, u64),
    Memory(Vec<u8>),
}

impl LaidAside {
    pub fn file(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self::File(FileReader::from(file), size))
    }

    /// Copies a stream of at most `most` bytes; a long one into a temporary file that has no name, so
    /// that nobody can find it and nothing of it is left. Of a stream that breaks there is what came
    /// before, and the fault.
    pub fn copy(content: &mut Peeked<'_>, most: u64) -> io::Result<(Self, Option<io::Error>)> {
        let mut memory = Vec::new();
        let read = content.by_ref().take(MEMORY_BYTES + 1).read_to_end(&mut memory);
        if let Err(fault) = read {
            return Ok((Self::Memory(memory), Some(fault)));
        }
        if memory.len() as u64 <= MEMORY_BYTES {
            return Ok((Self::Memory(memory), None));
        }
        let mut file = tempfile::tempfile()?;
        let (mut piece, mut size) = (memory, 0);
        let fault = loop {
            file.write_all(&piece)?;
            size += piece.len() as u64;
            piece.clear();
            match content.by_ref().take(PIECE_BYTES).read_to_end(&mut piece) {
                Ok(0) => break None,
                Ok(_) if size + piece.len() as u64 > most => {
                    let words = format!("an archive of more than {most} bytes within another is not read");
                    return Err(Fault::error(Reason::UnpacksTooFar, words));
                }
                Ok(_) => {}
                Err(fault) => {
                    file.write_all(&piece)?;
                    break Some(fault);
                }
            }
        };
        Ok((Self::file(file)?, fault))
    }

    pub fn size(&self) -> u64 {
        match self {
            Self::File(_, size) => *size,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }
}

impl ReaderAt for LaidAside {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::File(file, _) => file.read_at(buffer, offset),
            Self::Memory(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let count = (bytes.len() - start).min(buffer.len());
                buffer[..count].copy_from_slice(&bytes[start..start + count]);
                Ok(count)
            }
        }
    }
}
