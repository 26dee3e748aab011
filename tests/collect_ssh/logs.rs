//! Log files that are followed by position.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use coroner::collect::ssh::{Cursors, Finding, StepProblem, Wanted};
use tempfile::TempDir;

use crate::kept::Kept;
use crate::server::{Server, nothing};

struct Log {
    folder: TempDir,
    server: Server,
    kept: Kept,
    cursors: Cursors,
}

impl Log {
    fn new() -> Option<Self> {
        let server = Server::plain()?;
        let folder = tempfile::Builder::new().prefix("log's $(folder) ").tempdir().unwrap();
        Some(Self { folder, server, kept: Kept::default(), cursors: Cursors::default() })
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn add(&self, text: &str) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.path("kern.log")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn read(&mut self) -> coroner::collect::ssh::SshReading {
        self.read_up_to(1 << 20)
    }

    fn read_up_to(&mut self, max_bytes: u64) -> coroner::collect::ssh::SshReading {
        let files = vec![self.path("kern.log").display().to_string()];
        let wanted = Wanted { files, max_bytes, ..nothing() };
        let reading = self.server.read(&wanted, &self.cursors, &mut self.kept);
        self.cursors = reading.cursors.clone();
        reading
    }

    fn text(&self) -> String {
        self.kept.text(&format!("files{}", self.path("kern.log").display()))
    }
}

fn line(number: u32) -> String {
    format!("Mar 14 01:00:{:02} kvm07 kernel: [{number}.000000] a message of the kernel\n", number % 60)
}

fn lines(numbers: std::ops::Range<u32>) -> String {
    numbers.map(line).collect()
}

#[test]
fn only_what_is_new_is_read_and_only_whole_lines() {
    let Some(mut log) = Log::new() else { return };
    log.add(&lines(0..100));
    log.add("half a li");
    log.read();
    assert_eq!(log.text(), lines(0..100));
    log.add("ne\n");
    log.add(&lines(100..110));
    log.read();
    let expected = format!("{}half a line\n{}", lines(0..100), lines(100..110));
    assert_eq!(log.text(), expected);
    let idle = log.read();
    assert!(idle.pieces.is_empty() && idle.problems.is_empty());
    assert_eq!(log.text(), expected);
}

#[test]
fn a_rotated_log_is_read_to_its_end_first() {
    let Some(mut log) = Log::new() else { return };
    log.add(&lines(0..10));
    log.read();
    log.add(&lines(10..20));
    log.add("the last line has no end");
    fs::rename(log.path("kern.log"), log.path("kern.log.1")).unwrap();
    log.add(&lines(20..30));
    let reading = log.read();
    let expected = format!("{}the last line has no end\n{}", lines(0..20), lines(20..30));
    assert_eq!(log.text(), expected);
    assert!(reading.findings.is_empty() && reading.problems.is_empty());
    log.read();
    assert_eq!(log.text(), expected);
}

#[test]
fn dated_copies_are_read_in_their_order() {
    let Some(mut log) = Log::new() else { return };
    log.add(&lines(0..10));
    log.read();
    log.add(&lines(10..12));
    fs::rename(log.path("kern.log"), log.path("kern.log-20260301")).unwrap();
    log.add(&lines(12..20));
    fs::rename(log.path("kern.log"), log.path("kern.log-20260308")).unwrap();
    log.add(&lines(20..30));
    log.read();
    assert_eq!(log.text(), lines(0..30));
}

#[test]
fn a_log_that_was_copied_and_emptied_is_followed() {
    let Some(mut log) = Log::new() else { return };
    log.add(&lines(0..10));
    log.read();
    log.add(&lines(10..20));
    fs::copy(log.path("kern.log"), log.path("kern.log.1")).unwrap();
    OpenOptions::new().write(true).truncate(true).open(log.path("kern.log")).unwrap();
    log.add(&lines(20..25));
    log.read();
    assert_eq!(log.text(), lines(0..25));
}

#[test]
fn a_copy_that_is_gone_is_a_finding() {
    let Some(mut log) = Log::new() else { return };
    log.add(&lines(0..10));
    log.read();
    fs::remove_file(log.path("kern.log")).unwrap();
    log.add(&lines(30..40));
    let reading = log.read();
    assert!(matches!(reading.findings[0], Finding::FileGap { .. }));
    assert_eq!(log.text(), lines(0..10) + &lines(30..40));
}

#[test]
fn a_long_log_comes_in_several_readings() {
    let Some(mut log) = Log::new() else { return };
    log.add(&lines(0..1000));
    let mut readings = 0;
    while log.text().len() < lines(0..1000).len() && readings < 20 {
        let reading = log.read_up_to(30_000);
        readings += 1;
        assert!(reading.stopped.is_none());
    }
    assert_eq!(log.text(), lines(0..1000));
    assert!(readings > 2);
}

#[test]
fn a_log_that_is_not_there_is_told() {
    let Some(mut log) = Log::new() else { return };
    let reading = log.read();
    assert!(matches!(reading.problems[0].problem, StepProblem::NoFile));
    assert!(!Path::new(&log.path("kern.log")).exists());
}
