//! One reading of a host, step by step.

use std::io::{self, Write};

use super::client::{Answer, Client, Reply};
use super::clock;
use super::failure::{ConnectionFailure, SshError, StepProblem, shown};
use super::{
    Cursors, Deadline, Finding, Mode, Output, Piece, Sink, SshReading, SshTarget, Trouble, Wanted, files,
    journal, snapshots,
};
use crate::collect::command::program::Stopped;
use crate::collect::wall_clock::WallClock;

/// Connections that may break before the host is given up.
const MAX_CUTS: usize = 2;
/// Exit code of a shell that does not find a command (POSIX, section 2.8.2).
pub(super) const NOT_FOUND: i32 = 127;
/// What `journalctl` says to users without rights, also when it ends well.
const HINTS: [&str; 2] = ["not seeing messages from other users", "insufficient permissions"];
/// What other commands say when they fail for the same reason.
const REFUSALS: [&str; 2] = ["Permission denied", "Operation not permitted"];

/// Reads what is wanted from a host, from the cursors on, until `deadline` at most.
///
/// `wall` is a reading of the collector's clock. Whatever stops the reading, its result holds what was read so
/// far, and cursors that fit it.
#[must_use]
pub fn read(
    target: &SshTarget,
    wanted: &Wanted,
    cursors: &Cursors,
    wall: WallClock,
    deadline: Deadline,
    output: &mut dyn Output,
) -> SshReading {
    let reading = SshReading { cursors: cursors.clone(), ..SshReading::default() };
    let client = match Client::new(target, deadline) {
        Ok(client) => client,
        Err(error) => return SshReading { stopped: Some(error), ..reading },
    };
    let mut steps = Steps { client, wanted, output, reading, cuts: 0, noise_told: false };
    if let Err(error) = steps.all(wall) {
        steps.reading.stopped = Some(error);
    }
    steps.reading
}

/// A reading under way.
pub(super) struct Steps<'a> {
    pub(super) client: Client<'a>,
    pub(super) wanted: &'a Wanted,
    pub(super) output: &'a mut dyn Output,
    pub(super) reading: SshReading,
    cuts: usize,
    noise_told: bool,
}

impl Steps<'_> {
    fn all(&mut self, wall: WallClock) -> Result<(), SshError> {
        self.connect()?;
        self.reading.clock = clock::measure(&self.client, wall)?;
        if self.wanted.kernel {
            self.kernel(wall)?;
        }
        let mut followed: Vec<(&str, bool)> =
            self.wanted.files.iter().map(|path| (path.as_str(), true)).collect();
        let mut parts = Vec::new();
        if self.wanted.boots {
            parts.extend(snapshots::BOOTS);
            followed.push((files::WTMP, false));
        }
        if self.wanted.dmi {
            parts.extend(snapshots::MACHINE);
        }
        snapshots::read(self, &parts)?;
        files::follow(self, &followed)?;
        let wanted = self.wanted;
        for (name, command) in &wanted.commands {
            self.snapshot(&format!("commands/{name}.txt"), command)?;
        }
        Ok(())
    }

    /// The first command finds out whether there is a connection at all.
    fn connect(&mut self) -> Result<(), SshError> {
        let answer = self.client.ask(":", 1024 * 1024, &mut std::io::sink())?;
        let reply = self.heard(answer);
        match reply.failure {
            Some(error) => Err(error),
            None if reply.stopped == Some(Stopped::Deadline) => Err(self.client.late()),
            None => Ok(()),
        }
    }

    /// The kernel's messages: from the journal, else from log files, else from the kernel's own memory.
    fn kernel(&mut self, wall: WallClock) -> Result<(), SshError> {
        if journal::read(self, wall)? {
            return Ok(());
        }
        if !files::follow_first(self, &files::KERNEL_LOGS)? {
            self.snapshot("dmesg.txt", "dmesg")?;
        }
        Ok(())
    }

    /// Notes what is worth knowing about the way in which an answer came, once.
    pub(super) fn heard(&mut self, answer: Answer) -> Reply {
        let Answer { reply, noise } = answer;
        if !noise.bytes.is_empty() && !self.noise_told {
            self.noise_told = true;
            let lines = noise.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
            self.find(Finding::Noise { lines, sample: shown(&noise.bytes) });
        }
        if !noise.marked && reply.failure.is_none() && reply.stopped.is_none() {
            self.find(Finding::ForcedCommand);
        }
        reply
    }

    /// Keeps the answer of a command. What it said before it failed may be of use, but half an answer is not one.
    pub(super) fn snapshot(&mut self, name: &str, script: &str) -> Result<bool, SshError> {
        let max_bytes = self.wanted.max_bytes;
        let mut sink = self.output.open(name, Mode::Snapshot).map_err(SshError::Keep)?;
        let mut counted = Counted { sink: &mut *sink, bytes: 0 };
        let answer = self.client.ask(script, max_bytes, &mut counted)?;
        let bytes = counted.bytes;
        let reply = &answer.reply;
        let whole = reply.stopped.is_none() && reply.failure.is_none();
        let kept = whole && bytes > 0 && reply.status != NOT_FOUND;
        if kept {
            sink.keep().map_err(SshError::Keep)?;
        } else {
            drop(sink);
        }
        let mut reply = self.heard(answer);
        let problem = problem_of(&mut reply, max_bytes);
        if kept {
            let complete = problem.is_none();
            self.reading.pieces.push(Piece { name: name.to_owned(), mode: Mode::Snapshot, bytes, complete });
        }
        if let Some(problem) = problem {
            self.trouble(name, problem)?;
        }
        Ok(kept)
    }

    /// Notes what is worth knowing, once.
    pub(super) fn find(&mut self, finding: Finding) {
        if !self.reading.findings.contains(&finding) {
            self.reading.findings.push(finding);
        }
    }

    /// Notes what could not be read. A connection that is gone ends the reading; one that broke is tried again.
    pub(super) fn trouble(&mut self, name: &str, problem: StepProblem) -> Result<(), SshError> {
        if let StepProblem::Cut(error) = problem {
            self.cuts += 1;
            let again = match &error {
                SshError::Connection { failure, .. } => {
                    matches!(failure, ConnectionFailure::Cut | ConnectionFailure::Other)
                }
                _ => false,
            };
            if !again || self.cuts >= MAX_CUTS {
                return Err(error);
            }
            self.reading.problems.push(Trouble { name: name.to_owned(), problem: StepProblem::Cut(error) });
            return Ok(());
        }
        self.reading.problems.push(Trouble { name: name.to_owned(), problem });
        Ok(())
    }
}

/// Counts what is written.
struct Counted<'a> {
    sink: &'a mut dyn Sink,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Why an answer is missing or not whole, if so.
pub(super) fn problem_of(reply: &mut Reply, max: u64) -> Option<StepProblem> {
    match reply.stopped {
        Some(Stopped::Deadline) => return Some(StepProblem::Deadline),
        Some(Stopped::TooMuch) => return Some(StepProblem::TooMuch { max }),
        None => {}
    }
    if let Some(error) = reply.failure.take() {
        return Some(StepProblem::Cut(error));
    }
    let said = reply.said();
    if reply.status == NOT_FOUND {
        return Some(StepProblem::Missing { said });
    }
    let refused = reply.status != 0 && REFUSALS.iter().any(|words| reply.says(words));
    if refused || HINTS.iter().any(|words| reply.says(words)) {
        return Some(StepProblem::NoRights { said });
    }
    (reply.status != 0).then_some(StepProblem::Failed { status: reply.status, said })
}
