//! A host whose command misbehaves: nothing that came is lost, and each fault has a message of its own.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

use coroner::collect::ssh::{Cursors, Finding, JournalCursor, SshError, StepProblem, Wanted};

use crate::kept::Kept;
use crate::server::{Server, kernel_only, nothing, read_within};

/// Entries as `journalctl -o json` prints them.
pub fn entries(numbers: std::ops::Range<u64>) -> String {
    let mut text = String::new();
    for i in numbers {
        let time = 1_773_450_000_000_000 + i * 1_000_000;
        writeln!(
            text,
            r#"{{"__CURSOR":"s=aa;i={i:x};b=b1;m={i};t={time:x};x=0","__REALTIME_TIMESTAMP":"{time}","_TRANSPORT":"kernel","MESSAGE":"line {i}"}}"#
        )
        .unwrap();
    }
    text
}

#[test]
fn a_forced_command_is_read_as_it_answers() {
    let Some((server, _files)) = Server::fake_node(&entries(0..50), "") else { return };
    let mut kept = Kept::default();
    let reading = server.read(&kernel_only(), &Cursors::default(), &mut kept);
    assert_eq!(kept.text("journal.json"), entries(0..50));
    assert!(reading.findings.contains(&Finding::ForcedCommand));
    assert!(reading.problems.is_empty() && reading.stopped.is_none());
}

#[test]
fn the_next_reading_goes_on_behind_the_last_line() {
    let Some((server, files)) = Server::fake_node(&entries(0..50), "") else { return };
    let mut kept = Kept::default();
    let first = server.read(&kernel_only(), &Cursors::default(), &mut kept);
    // The stand-in knows no cursors; this is what the journal would show from the cursor on.
    fs::write(files.path().join("journal.json"), entries(49..60)).unwrap();
    let second = server.read(&kernel_only(), &first.cursors, &mut kept);
    assert_eq!(kept.text("journal.json"), entries(0..60));
    assert!(!second.findings.iter().any(|finding| matches!(finding, Finding::JournalGap { .. })));
    // Nothing new.
    fs::write(files.path().join("journal.json"), entries(59..60)).unwrap();
    let third = server.read(&kernel_only(), &second.cursors, &mut kept);
    assert_eq!(kept.text("journal.json"), entries(0..60));
    assert!(third.pieces.is_empty() && third.problems.is_empty());
    assert_eq!(third.cursors, second.cursors);
}

#[test]
fn a_banner_is_kept_apart() {
    let Some((server, _files)) = Server::fake_node(&entries(0..50), "noise") else { return };
    let mut kept = Kept::default();
    let reading = server.read(&kernel_only(), &Cursors::default(), &mut kept);
    assert_eq!(kept.text("journal.json"), entries(0..50));
    assert!(matches!(
        &reading.problems[0].problem,
        StepProblem::Foreign { lines: 1, sample } if sample.contains("maintenance window")
    ));
}

#[test]
fn an_answer_that_is_cut_keeps_its_whole_lines() {
    let Some((server, files)) = Server::fake_node(&entries(0..2001), "cut") else { return };
    let mut kept = Kept::default();
    let cut = server.read(&kernel_only(), &Cursors::default(), &mut kept);
    let lines = u64::try_from(kept.text("journal.json").lines().count()).unwrap();
    assert_eq!(kept.text("journal.json"), entries(0..lines), "whole lines only");
    // What the server had not sent on yet when it was killed never came.
    assert!(lines < 1100, "{lines}");
    let told =
        cut.problems.iter().any(|it| matches!(it.problem, StepProblem::Cut(_))) || cut.stopped.is_some();
    assert!(told);
    let last = cut.cursors.journal.as_ref().map(|last| last.cursor.clone());
    assert_eq!(last.map(|last| last.contains(&format!(";i={:x};", lines - 1))), (lines > 0).then_some(true));
    // The next reading, undisturbed, has all the rest.
    fs::write(files.path().join("fault"), "").unwrap();
    fs::write(files.path().join("journal.json"), entries(lines.saturating_sub(1)..2001)).unwrap();
    let next = server.read(&kernel_only(), &cut.cursors, &mut kept);
    assert_eq!(kept.text("journal.json"), entries(0..2001));
    assert!(next.problems.is_empty());
}

#[test]
fn missing_rights_are_told() {
    let Some((server, _files)) = Server::fake_node(&entries(0..5), "denied") else { return };
    let reading = server.read(&kernel_only(), &Cursors::default(), &mut Kept::default());
    let problem = &reading.problems[0].problem;
    assert!(matches!(problem, StepProblem::NoRights { .. }), "{problem}");
    assert!(problem.to_string().contains("systemd-journal"));
}

#[test]
fn a_missing_command_is_told() {
    let Some((server, _files)) = Server::fake_node(&entries(0..5), "missing") else { return };
    let reading = server.read(&kernel_only(), &Cursors::default(), &mut Kept::default());
    assert!(reading.findings.contains(&Finding::NoJournal));
    // Nor are there log files or `dmesg` in its place.
    assert!(
        reading
            .problems
            .iter()
            .any(|it| it.name == "dmesg.txt" && matches!(it.problem, StepProblem::Missing { .. }))
    );
}

#[test]
fn a_host_that_hangs_is_left_in_time() {
    let Some((server, _files)) = Server::fake_node(&entries(0..5), "hang") else { return };
    let begun = Instant::now();
    let time = Duration::from_secs(4);
    let reading =
        read_within(&server.target(), &kernel_only(), &Cursors::default(), &mut Kept::default(), time);
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
    let hung = reading.problems.iter().any(|it| matches!(it.problem, StepProblem::Deadline));
    assert!(hung || matches!(reading.stopped, Some(SshError::Deadline { .. })));
}

#[test]
fn a_shell_that_greets_is_kept_apart_from_every_answer() {
    let Some(server) = Server::greeting("Welcome to kvm07") else { return };
    let mut kept = Kept::default();
    let wanted = Wanted { dmi: true, ..nothing() };
    let reading = server.read(&wanted, &Cursors::default(), &mut kept);
    assert!(!kept.text("uname.txt").contains("Welcome"));
    assert!(kept.text("uname.txt").starts_with("Linux "));
    let noise: Vec<_> = reading.findings.iter().filter(|it| matches!(it, Finding::Noise { .. })).collect();
    assert_eq!(noise.len(), 1);
    assert!(noise[0].to_string().contains("Welcome to kvm07"), "{}", noise[0]);
    assert!(!reading.findings.contains(&Finding::ForcedCommand));
    assert!(reading.clock.is_some());
}

#[test]
fn one_command_that_hangs_does_not_take_the_time_of_the_others() {
    let Some(server) = Server::with_programs(&[("journalctl", "#!/bin/sh\necho '{}'\nexec sleep 20\n")])
    else {
        return;
    };
    let wanted = Wanted { dmi: true, ..kernel_only() };
    let mut kept = Kept::default();
    let time = Duration::from_secs(8);
    let reading = read_within(&server.target(), &wanted, &Cursors::default(), &mut kept, time);
    assert!(
        reading
            .problems
            .iter()
            .any(|it| it.name == "journal.json" && matches!(it.problem, StepProblem::Deadline))
    );
    assert!(kept.text("uname.txt").starts_with("Linux "));
}

#[test]
fn a_connection_that_breaks_once_is_made_again() {
    let Some(server) = Server::plain() else { return };
    // The session's own process is the parent of the command's shell.
    let commands = BTreeMap::from([
        ("1".to_owned(), "echo begun; kill -KILL $PPID; sleep 1".to_owned()),
        ("2".to_owned(), "echo still here".to_owned()),
    ]);
    let mut kept = Kept::default();
    let reading = server.read(&Wanted { commands, ..nothing() }, &Cursors::default(), &mut kept);
    assert!(matches!(reading.problems[0].problem, StepProblem::Cut(_)));
    assert_eq!(kept.text("commands/1.txt"), "", "half an answer is none");
    assert_eq!(kept.text("commands/2.txt"), "still here\n");
}

#[test]
fn without_rights_to_the_journal_log_files_or_dmesg_are_read() {
    let denied = "#!/bin/sh\necho 'Hint: You are currently not seeing messages from other users and the system.' >&2\n";
    let programs =
        [("journalctl", denied), ("dmesg", "#!/bin/sh\necho '[    0.000000] Linux version 6.1.0'\n")];
    let Some(server) = Server::with_programs(&programs) else { return };
    let mut kept = Kept::default();
    let reading = server.read(&kernel_only(), &Cursors::default(), &mut kept);
    assert!(reading.problems.iter().any(|it| matches!(it.problem, StepProblem::NoRights { .. })));
    let logs = ["kern.log", "messages", "syslog"].map(|name| format!("/var/log/{name}"));
    if logs.iter().all(|path| !std::path::Path::new(path).exists()) {
        assert_eq!(kept.text("dmesg.txt"), "[    0.000000] Linux version 6.1.0\n");
    }
}

#[test]
fn after_a_gap_in_the_journal_the_log_files_are_read_as_well() {
    let programs = [
        ("journalctl", format!("#!/bin/sh\ncat <<'END'\n{}END\n", entries(20..22))),
        ("dmesg", "#!/bin/sh\necho 'the kernel'\n".to_owned()),
    ];
    let programs: Vec<(&str, &str)> =
        programs.iter().map(|(name, script)| (*name, script.as_str())).collect();
    let Some(server) = Server::with_programs(&programs) else { return };
    let known = JournalCursor { cursor: "s=aa;i=5".to_owned(), time_us: 1_773_450_005_000_000 };
    let cursors = Cursors { journal: Some(known), ..Cursors::default() };
    let mut kept = Kept::default();
    let reading = server.read(&kernel_only(), &cursors, &mut kept);
    assert_eq!(kept.text("journal.json"), entries(20..22));
    assert!(reading.findings.iter().any(|finding| matches!(finding, Finding::JournalGap { .. })));
    assert!(kept.files.keys().any(|name| name == "dmesg.txt" || name.starts_with("files/var/log/")));
}
