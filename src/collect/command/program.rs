//! One program, run with a deadline, a limit for its output, and an end that leaves nothing behind.
//!
//! The program gets no standard input and a process group of its own, and the whole group is killed when the
//! time is up. Both of its outputs are read by one thread with `poll(2)`, so that neither a full pipe nor a
//! grandchild that keeps one open can hold up the collection.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};
use zeroize::Zeroizing;

/// How much of the standard error output is kept: its end, where the reason stands.
const KEPT_STDERR: usize = 4096;
/// How long one wait may last before it is looked whether the program still runs.
const TURN: Duration = Duration::from_millis(50);
/// How long output is still read after the program's end, when something else holds its pipes open.
const GRACE: Duration = Duration::from_millis(200);
/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// The program and its arguments; no shell is involved. Secrets do not belong here.
    pub argv: Vec<OsString>,
    /// Environment variables to set.
    pub set: Vec<(String, String)>,
    /// Environment variables to take away: those that hold secrets of the collection.
    pub hidden: Vec<String>,
}

impl Program {
    /// A program with its arguments.
    pub fn new<I: IntoIterator<Item = S>, S: Into<OsString>>(argv: I) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The program's name, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        self.argv.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// How far a program may go.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// When it is killed.
    pub deadline: Instant,
    /// Bytes of standard output after which it is killed.
    pub max_bytes: u64,
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its status; killed by a signal, where it was stopped.
    pub status: ExitStatus,
    /// Why it was stopped, where it did not end by itself.
    pub stopped: Option<Stopped>,
    /// Bytes of standard output that were passed on.
    pub bytes: u64,
    /// The end of its standard error output.
    pub stderr: Vec<u8>,
}

/// Why a program was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The deadline passed.
    Deadline,
    /// It wrote more than it may; what may be was passed on.
    TooMuch,
}

/// Why a program could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("no program is given")]
    NoProgram,
    #[error("failed to start `{program}`")]
    Start {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("failed to read the output of `{program}`")]
    Read {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("failed to keep the output of `{program}`")]
    Keep {
        program: String,
        #[source]
        source: io::Error,
    },
}

/// Runs a program and passes its standard output on, piece by piece.
pub fn run(program: &Program, limits: Limits, output: &mut dyn Write) -> Result<Ended, RunError> {
    let mut running = Running::start(program)?;
    let name = || program.name();
    let mut stdout = running.child.stdout.take();
    let mut stderr = running.child.stderr.take();
    // Never grows, since it may hold secrets, and growing leaves copies behind.
    let mut errors = Vec::with_capacity(KEPT_STDERR + CHUNK);
    let mut chunk = Zeroizing::new(vec![0_u8; CHUNK]);
    let mut bytes = 0_u64;
    let mut stopped = None;
    let mut ended_at: Option<Instant> = None;
    while stdout.is_some() || stderr.is_some() {
        let now = Instant::now();
        if now >= limits.deadline {
            stopped = Some(Stopped::Deadline);
            break;
        }
        if ended_at.is_some_and(|at| now >= at + GRACE) {
            break;
        }
        let (out_ready, err_ready) = wait_for(stdout.as_ref(), stderr.as_ref(), limits.deadline - now)
            .map_err(|source| RunError::Read { program: name(), source })?;
        if !out_ready && !err_ready && ended_at.is_none() && running.try_wait(program)?.is_some() {
            ended_at = Some(Instant::now());
        }
        if out_ready {
            let read = read_some(&mut stdout, &mut chunk)
                .map_err(|source| RunError::Read { program: name(), source })?;
            let allowed = usize::try_from(limits.max_bytes - bytes).unwrap_or(usize::MAX).min(read);
            output
                .write_all(chunk.get(..allowed).unwrap_or_default())
                .map_err(|source| RunError::Keep { program: name(), source })?;
            bytes += allowed as u64;
            if allowed < read {
                stopped = Some(Stopped::TooMuch);
                break;
            }
        }
        if err_ready {
            let read = read_some(&mut stderr, &mut chunk)
                .map_err(|source| RunError::Read { program: name(), source })?;
            errors.extend_from_slice(chunk.get(..read).unwrap_or_default());
            let surplus = errors.len().saturating_sub(KEPT_STDERR);
            errors.drain(..surplus);
        }
    }
    drop((stdout, stderr));
    let status = if stopped.is_some() { None } else { running.wait_until(limits.deadline, program)? };
    let status = match status {
        Some(status) => status,
        None => {
            stopped.get_or_insert(Stopped::Deadline);
            running.kill(program)?
        }
    };
    Ok(Ended { status, stopped, bytes, stderr: errors })
}

/// Waits until one of the pipes has something to say, for one turn at most.
fn wait_for(
    stdout: Option<&std::process::ChildStdout>,
    stderr: Option<&std::process::ChildStderr>,
    left: Duration,
) -> io::Result<(bool, bool)> {
    let mut fds = Vec::with_capacity(2);
    fds.extend(stdout.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    fds.extend(stderr.map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    let turn = Timespec::try_from(left.min(TURN)).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&turn)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(errno) => return Err(errno.into()),
    }
    let ready = |at: usize| fds.get(at).is_some_and(|fd| !fd.revents().is_empty());
    let out_ready = stdout.is_some() && ready(0);
    let err_ready = stderr.is_some() && ready(usize::from(stdout.is_some()));
    Ok((out_ready, err_ready))
}

/// Reads once from a pipe that is ready; at its end the pipe is closed.
fn read_some<P: Read>(pipe: &mut Option<P>, chunk: &mut [u8]) -> io::Result<usize> {
    let Some(reader) = pipe else { return Ok(0) };
    match reader.read(chunk) {
        Ok(0) => {
            *pipe = None;
            Ok(0)
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
        other => other,
    }
}

/// A child process in a group of its own, which is killed with its group if it is still there at the end.
struct Running {
    child: Child,
    ended: Option<ExitStatus>,
}

impl Running {
    fn start(program: &Program) -> Result<Self, RunError> {
        let (first, arguments) = program.argv.split_first().ok_or(RunError::NoProgram)?;
        let mut command = Command::new(first);
        command.args(arguments).process_group(0);
        command.envs(program.set.iter().map(|(name, value)| (name, value)));
        for name in &program.hidden {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|source| RunError::Start { program: program.name(), source })?;
        Ok(Self { child, ended: None })
    }

    fn try_wait(&mut self, program: &Program) -> Result<Option<ExitStatus>, RunError> {
        if self.ended.is_none() {
            self.ended =
                self.child.try_wait().map_err(|source| RunError::Read { program: program.name(), source })?;
        }
        Ok(self.ended)
    }

    /// Waits for the end of a program that has closed its outputs: nearly always it is there at once.
    fn wait_until(&mut self, deadline: Instant, program: &Program) -> Result<Option<ExitStatus>, RunError> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.try_wait(program)? {
                return Ok(Some(status));
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(None);
            }
            std::thread::sleep(pause.min(deadline - now));
            pause = (pause * 2).min(TURN);
        }
    }

    fn kill(&mut self, program: &Program) -> Result<ExitStatus, RunError> {
        if let Some(status) = self.try_wait(program)? {
            return Ok(status);
        }
        self.kill_group();
        let status =
            self.child.wait().map_err(|source| RunError::Read { program: program.name(), source })?;
        self.ended = Some(status);
        Ok(status)
    }

    /// Kills whatever is left of the group. Until the child has been waited for, its id cannot be another's.
    fn kill_group(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended by itself in between.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.kill_group();
            let _ = self.child.wait();
        }
    }
}
