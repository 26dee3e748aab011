//! A file that somebody may still be writing to.

use std::fs::File;
use std::io::{self, Read};

use super::fault::Fault;
use crate::ledger::Reason;

/// Reads as many bytes as the file had when it was opened. One that grows is read up to there; one
/// that ends before says so.
pub struct LoneFile {
    file: File,
    left: u64,
}

impl LoneFile {
    pub fn new(file: File, size: u64) -> Self {
        Self { file, left: size }
    }

    /// Fills the buffer as far as the file goes.
    pub fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let mut filled = 0;
        while filled < most {
            match self.file.read(&mut buffer[filled..most]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.left -= filled as u64;
        Ok(filled)
    }
}

impl Read for LoneFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        match self.file.read(&mut buffer[..most]) {
            Ok(0) => {
                let words = format!("the file became {} bytes shorter while it was read", self.left);
                let lost = std::mem::take(&mut self.left);
                Err(Fault::losing(Reason::Truncated, lost, words))
            }
            Ok(count) => {
                self.left -= count as u64;
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(Fault::error(Reason::CannotBeRead, error.to_string())),
        }
    }
}
