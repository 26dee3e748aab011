//! Keeps answers in memory.

use std::collections::BTreeMap;
use std::io::{self, Write};

use coroner::collect::ssh::{Mode, Output, Sink};

#[derive(Default)]
pub struct Kept {
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Kept {
    pub fn text(&self, name: &str) -> String {
        self.files.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }
}

impl Output for Kept {
    fn open(&mut self, name: &str, mode: Mode) -> io::Result<Box<dyn Sink + '_>> {
        assert!(!name.starts_with('/') && !name.contains(".."), "{name}");
        let file = self.files.entry(name.to_owned()).or_default();
        Ok(Box::new(Pending { file, mode, bytes: Vec::new() }))
    }
}

struct Pending<'a> {
    file: &'a mut Vec<u8>,
    mode: Mode,
    bytes: Vec<u8>,
}

impl Write for Pending<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Pending<'_> {
    fn keep(self: Box<Self>) -> io::Result<()> {
        if self.mode == Mode::Snapshot {
            self.file.clear();
        }
        self.file.extend_from_slice(&self.bytes);
        Ok(())
    }
}
