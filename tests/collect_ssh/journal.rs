//! The real `journalctl` on journals that were made for the test.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use coroner::collect::ssh::{Cursors, Finding, JournalCursor};
use tempfile::TempDir;

use crate::kept::Kept;
use crate::server::{Server, has, kernel_only};

const WRITER: &str = "/lib/systemd/systemd-journal-remote";

/// A folder with the journal that the host's `journalctl` shows.
struct Journal {
    folder: TempDir,
}

impl Journal {
    fn new() -> Option<Self> {
        (has(WRITER) && has("journalctl")).then(|| Self { folder: tempfile::tempdir().unwrap() })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shown.journal")
    }

    fn server(&self) -> Option<Server> {
        let script = format!(
            "#!/bin/sh\necho \"$@\" >> {0}/asked\nexec /usr/bin/journalctl --file={0}/shown.journal \"$@\"\n",
            self.folder.path().display()
        );
        Server::with_programs(&[("journalctl", &script)])
    }

    /// Writes entries of these numbers; every third is not the kernel's.
    fn write(&self, numbers: impl Iterator<Item = u64>) {
        let made = write_journal(self.folder.path(), numbers);
        fs::rename(made, self.path()).unwrap();
    }
}

fn write_journal(folder: &Path, numbers: impl Iterator<Item = u64>) -> PathBuf {
    let mut text = String::new();
    for i in numbers {
        let time = 1_740_790_000_000_000 + i * 1_000_000;
        let boot = if i < 6 { "b1" } else { "c2" }.repeat(16);
        let transport = if i % 3 == 0 { "journal" } else { "kernel" };
        write!(
            text,
            "__REALTIME_TIMESTAMP={time}\n__MONOTONIC_TIMESTAMP={i}000000\n_BOOT_ID={boot}\n_HOSTNAME=kvm1\n\
             _TRANSPORT={transport}\nPRIORITY=6\nMESSAGE=line {i}.\n\n"
        )
        .unwrap();
    }
    let made = folder.join("made.journal");
    let mut child = Command::new(WRITER)
        .arg("-o")
        .arg(&made)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    made
}

fn numbers(kept: &Kept) -> Vec<u64> {
    let text = kept.text("journal.json");
    let number = |line: &str| line.split("\"line ").nth(1)?.split('.').next()?.parse().ok();
    text.lines().map(|line| number(line).unwrap()).collect()
}

#[test]
fn messages_of_all_boots_are_read_once() {
    let Some(journal) = Journal::new() else { return };
    journal.write(1..13);
    let Some(server) = journal.server() else { return };
    let mut kept = Kept::default();
    let first = server.read(&kernel_only(), &Cursors::default(), &mut kept);
    assert_eq!(numbers(&kept), [1, 2, 4, 5, 7, 8, 10, 11]);
    assert!(first.findings.is_empty() && first.problems.is_empty());
    let second = server.read(&kernel_only(), &first.cursors, &mut kept);
    assert_eq!(numbers(&kept), [1, 2, 4, 5, 7, 8, 10, 11]);
    assert!(second.findings.is_empty() && second.problems.is_empty() && second.pieces.is_empty());
}

#[test]
fn a_cursor_that_is_gone_is_a_finding_and_loses_nothing_that_is_there() {
    let Some(journal) = Journal::new() else { return };
    journal.write(1..6);
    let Some(server) = journal.server() else { return };
    let mut kept = Kept::default();
    let first = server.read(&kernel_only(), &Cursors::default(), &mut kept);
    assert_eq!(numbers(&kept), [1, 2, 4, 5]);
    // Vacuumed and written anew: entries 6 and 7 came and went in between.
    fs::remove_file(journal.path()).unwrap();
    journal.write(8..13);
    let second = server.read(&kernel_only(), &first.cursors, &mut kept);
    assert_eq!(numbers(&kept), [1, 2, 4, 5, 8, 10, 11]);
    let gap = Finding::JournalGap { after_us: 1_740_790_005_000_000, next_us: Some(1_740_790_008_000_000) };
    assert!(second.findings.contains(&gap));
}

#[test]
fn a_cursor_that_makes_no_sense_is_replaced_by_its_time() {
    let Some(journal) = Journal::new() else { return };
    journal.write(1..13);
    let Some(server) = journal.server() else { return };
    let known = JournalCursor { cursor: "it's no cursor; $(id)".to_owned(), time_us: 1_740_790_007_500_000 };
    let cursors = Cursors { journal: Some(known), ..Cursors::default() };
    let mut kept = Kept::default();
    let reading = server.read(&kernel_only(), &cursors, &mut kept);
    assert_eq!(numbers(&kept), [7, 8, 10, 11]);
    assert!(matches!(reading.findings[0], Finding::JournalGap { .. }));
    assert!(reading.problems.is_empty());
}

#[test]
fn the_first_reading_goes_back_as_far_as_it_is_told() {
    let Some(journal) = Journal::new() else { return };
    journal.write(1..13);
    let Some(server) = journal.server() else { return };
    let wanted = coroner::collect::ssh::Wanted { since_days: Some(3), ..kernel_only() };
    server.read(&wanted, &Cursors::default(), &mut Kept::default());
    let asked = fs::read_to_string(journal.folder.path().join("asked")).unwrap();
    assert!(asked.contains("--since=@"), "{asked}");
}
