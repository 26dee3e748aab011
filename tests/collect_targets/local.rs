//! Programs and files of the collecting machine.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use coroner::collect::command::file::{FileError, copy};
use coroner::collect::command::program::{Ended, Limits, Program, RunError, Stopped, run};

fn shell(script: &str, time: Duration, max_bytes: u64) -> (Ended, Vec<u8>) {
    let mut output = Vec::new();
    let limits = Limits { deadline: Instant::now() + time, max_bytes };
    let ended = run(&Program::new(["sh", "-c", script]), limits, &mut output).unwrap();
    (ended, output)
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn both_outputs_and_the_code_are_kept_apart() {
    let (ended, output) = shell("echo out; echo err >&2; exit 7", LONG, 1000);
    assert_eq!((output.as_slice(), ended.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!((ended.status.code(), ended.stopped, ended.bytes), (Some(7), None, 4));
}

#[test]
fn much_output_on_both_sides_blocks_nothing() {
    let (ended, output) =
        shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo x", LONG, 1 << 30);
    assert_eq!(output.len(), 3_000_002);
    assert_eq!(ended.stderr.len(), 4096);
    assert!(ended.status.success());
}

#[test]
fn a_program_that_writes_too_much_is_stopped_at_its_limit() {
    let (ended, output) = shell("cat /dev/zero", LONG, 100_000);
    assert_eq!((output.len(), ended.stopped), (100_000, Some(Stopped::TooMuch)));
    let (ended, output) = shell("head -c 1000 /dev/zero", LONG, 1000);
    assert_eq!((output.len(), ended.stopped), (1000, None));
}

#[test]
fn a_program_that_hangs_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("pids");
    let script = format!("echo begun; sleep 300 & echo $! > {0}; echo $$ >> {0}; wait", note.display());
    let begun = Instant::now();
    let (ended, output) = shell(&script, Duration::from_millis(500), 1000);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!((output.as_slice(), ended.stopped), (&b"begun\n"[..], Some(Stopped::Deadline)));
    // The child's child is reaped by whoever takes orphans; until then it is a zombie. Dying takes a moment.
    let lives = |pid: &str| {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !state.is_empty() && !state.contains(") Z ") && !state.contains(") X ")
    };
    for pid in fs::read_to_string(note).unwrap().lines() {
        while lives(pid) {
            assert!(begun.elapsed() < Duration::from_secs(10), "{pid} goes on");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_daemon_that_keeps_the_pipe_open_holds_up_nothing() {
    let begun = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("pid");
    let (ended, output) =
        shell(&format!("echo out; setsid sleep 60 & echo $! > {}", note.display()), LONG, 1000);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!((output.as_slice(), ended.stopped), (&b"out\n"[..], None));
    let pid = fs::read_to_string(note).unwrap();
    assert!(std::process::Command::new("kill").arg(pid.trim()).status().is_ok());
}

#[test]
fn a_program_that_closes_its_outputs_and_stays_is_killed_in_time() {
    let (ended, _) = shell("exec >&- 2>&-; sleep 300", Duration::from_millis(300), 1000);
    assert_eq!(ended.stopped, Some(Stopped::Deadline));
}

#[test]
fn no_shell_reads_the_arguments_and_nobody_is_asked() {
    let mut output = Vec::new();
    let limits = Limits { deadline: Instant::now() + LONG, max_bytes: 1000 };
    run(&Program::new(["printf", "%s|", "$HOME", "a b", "; id"]), limits, &mut output).unwrap();
    assert_eq!(output, b"$HOME|a b|; id|");
    let (ended, output) = shell("cat", LONG, 1000);
    assert!(ended.status.success() && output.is_empty(), "standard input is empty");
    let missing = run(&Program::new(["/no/such/program"]), limits, &mut Vec::new());
    assert!(matches!(missing, Err(RunError::Start { program, .. }) if program == "/no/such/program"));
    assert!(matches!(run(&Program::default(), limits, &mut Vec::new()), Err(RunError::NoProgram)));
}

#[test]
fn hidden_variables_are_not_inherited() {
    let mut program = Program::new(["sh", "-c", "echo ${CARGO_PKG_NAME-gone} $COLOUR"]);
    program.hidden = vec!["CARGO_PKG_NAME".to_owned()];
    program.set = vec![("COLOUR".to_owned(), "red".to_owned())];
    let mut output = Vec::new();
    run(&program, Limits { deadline: Instant::now() + LONG, max_bytes: 1000 }, &mut output).unwrap();
    assert_eq!(output, b"gone red\n");
}

fn copied(path: &Path, max_bytes: u64) -> Result<Vec<u8>, FileError> {
    let mut output = Vec::new();
    copy(path, max_bytes, Instant::now() + LONG, &mut output).map(|copied| {
        assert_eq!(copied.bytes, output.len() as u64);
        output
    })
}

#[test]
fn files_are_copied_within_limits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.csv");
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    fs::write(&path, &bytes).unwrap();
    assert_eq!(copied(&path, 1 << 30).unwrap(), bytes);
    assert!(matches!(copied(&path, 1000), Err(FileError::TooLarge { size: 3_000_000, max: 1000, .. })));
    assert!(matches!(copied(&folder.path().join("none"), 1000), Err(FileError::Read { .. })));
    assert!(matches!(copied(folder.path(), 1000), Err(FileError::NotAFile { what: "a folder", .. })));
    let past = copy(&path, 1 << 30, Instant::now(), &mut Vec::new());
    assert!(matches!(past, Err(FileError::Deadline { .. })));
}

#[test]
fn pipes_and_devices_are_not_read() {
    assert!(matches!(copied(Path::new("/dev/zero"), 1000), Err(FileError::NotAFile { .. })));
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    if std::process::Command::new("mkfifo").arg(&fifo).status().is_ok_and(|status| status.success()) {
        assert!(matches!(copied(&fifo, 1000), Err(FileError::NotAFile { .. })));
    }
}

#[test]
fn a_file_that_grows_meanwhile_comes_to_an_end() {
    struct Growing<'a>(&'a Path, u64);
    impl Write for Growing<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.1 += bytes.len() as u64;
            OpenOptions::new().append(true).open(self.0)?.write_all(bytes)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, vec![b'x'; 100_000]).unwrap();
    let mut growing = Growing(&path, 0);
    let copied = copy(&path, 1 << 30, Instant::now() + LONG, &mut growing).unwrap();
    assert_eq!((copied.bytes, growing.1), (100_000, 100_000));
}
