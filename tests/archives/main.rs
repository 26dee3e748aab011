//! What people hand over, as it is: compressed, in archives, broken, hostile, or merely odd.

use std::fs;
use std::path::{Path, PathBuf};

use coroner::ingest::discover::discover;
use coroner::ingest::read_all;
use coroner::knowledge::Knowledge;
use coroner::model::record::SourceFacts;

mod bombs;
mod collections;
mod damage;
mod losses;
mod members;
mod odd_files;
mod packer;
mod packings;

/// A folder of files to read.
struct Handed {
    folder: tempfile::TempDir,
}

impl Handed {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn read(&self) -> Vec<SourceFacts> {
        read(&[self.path().to_path_buf()])
    }
}

/// Reads paths, and checks that every byte of every source has a fate and a reason.
#[track_caller]
fn read(paths: &[PathBuf]) -> Vec<SourceFacts> {
    let (found, missing) = discover(paths);
    assert!(missing.is_empty(), "{missing:?}");
    let sources = read_all(&found, &Knowledge::shipped().unwrap(), &|| ());
    for source in &sources {
        assert_eq!(source.parsed + source.ignored + source.quarantined, source.bytes, "{}", source.path);
        let named: u64 = source.reasons.values().sum();
        assert_eq!(named, source.ignored + source.quarantined, "{}: {:?}", source.path, source.reasons);
        assert!(!source.path.chars().any(char::is_control), "{}", source.path);
        assert!(!source.reasons.contains_key("reader panicked"), "{}: {}", source.path, source.reason);
    }
    assert!(sources.is_sorted_by(|a, b| a.path <= b.path), "sources come sorted by path");
    sources
}

/// Reads one file under a name.
#[track_caller]
fn read_file(name: &str, content: impl AsRef<[u8]>) -> Vec<SourceFacts> {
    Handed::new().file(name, content).read()
}

#[track_caller]
fn paths(sources: &[SourceFacts]) -> Vec<&str> {
    sources.iter().map(|source| source.path.as_str()).collect()
}

#[track_caller]
fn at<'a>(sources: &'a [SourceFacts], path: &str) -> &'a SourceFacts {
    let found: Vec<&SourceFacts> = sources.iter().filter(|source| source.path == path).collect();
    assert_eq!(found.len(), 1, "{path} in {:?}", paths(sources));
    found[0]
}

/// Lines of a system log: one a second from the start of a day of March.
fn log(host: &str, day: u32, lines: u32) -> String {
    let line = |n: u32| {
        let (day, hour, minute, second) = (day + n / 86_400, n / 3600 % 24, n / 60 % 60, n % 60);
        format!("Mar {day:2} {hour:02}:{minute:02}:{second:02} {host} sshd[{n}]: session {n} opened\n")
    };
    (0..lines).map(line).collect()
}
