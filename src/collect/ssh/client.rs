//! The OpenSSH client: its options, its shared connection, and one command at a time.

use std::ffi::OsString;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::failure::{ConnectionFailure, SshError, shown};
use super::framed::{Framed, Noise, marked};
use super::quote::for_any_shell;
use super::{Deadline, SshTarget};
use crate::collect::command::program::{self, Limits, Program, RunError, Stopped};

/// Exit code of the client itself (ssh(1), "EXIT STATUS").
const CLIENT_FAILED: i32 = 255;
/// Longest path for the connection's socket: `sockaddr_un` has room for 108 bytes, and the client adds a suffix
/// of 17 while it makes one.
const MAX_SOCKET_PATH: usize = 88;
/// How long a shared connection stays without use, in seconds, in case nobody is left to close it.
const PERSIST_S: u32 = 30;

/// With less time left than this, nothing more is begun.
const LEAST: Duration = Duration::from_millis(200);

/// A host's shared connection.
pub(super) struct Client<'a> {
    target: &'a SshTarget,
    deadline: Deadline,
    folder: Option<TempDir>,
}

/// How a command on the host ended.
#[derive(Debug)]
pub(super) struct Reply {
    /// Its exit code.
    pub(super) status: i32,
    /// Whether it was stopped from here.
    pub(super) stopped: Option<Stopped>,
    /// End of what it said on its standard error output.
    pub(super) stderr: Vec<u8>,
    /// The connection failed under it.
    pub(super) failure: Option<SshError>,
}

/// An answer's end, and what came in front of it.
#[derive(Debug)]
pub(super) struct Answer {
    /// How the command ended.
    pub(super) reply: Reply,
    /// What the host's shell printed.
    pub(super) noise: Noise,
}

impl Reply {
    /// Its error output, fit for a message.
    pub(super) fn said(&self) -> String {
        shown(&self.stderr)
    }

    /// Whether its error output holds these words.
    pub(super) fn says(&self, words: &str) -> bool {
        String::from_utf8_lossy(&self.stderr).contains(words)
    }

    /// Whether it ended by itself and well.
    pub(super) fn good(&self) -> bool {
        self.status == 0 && self.stopped.is_none() && self.failure.is_none()
    }
}

impl<'a> Client<'a> {
    /// Prepares the client; the first command connects.
    pub(super) fn new(target: &'a SshTarget, deadline: Deadline) -> Result<Self, SshError> {
        let folder = tempfile::Builder::new()
            .prefix("coroner-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(SshError::Folder)?;
        // Without a path that a socket and an option can have, every command connects by itself.
        let path = folder.path().to_str().unwrap_or_default();
        let fits = (1..MAX_SOCKET_PATH).contains(&path.len()) && !path.contains(['"', '\\', '$']);
        Ok(Self { target, deadline, folder: fits.then_some(folder) })
    }

    /// Runs a script on the host and passes its answer on, without what the host's shell prints in front of it.
    pub(super) fn ask(
        &self,
        script: &str,
        max_bytes: u64,
        answer: &mut dyn Write,
    ) -> Result<Answer, SshError> {
        if self.deadline.saturating_duration_since(Instant::now()) < LEAST {
            return Err(self.late());
        }
        let mut framed = Framed::new(answer);
        let reply = self.run(&marked(script), max_bytes, &mut framed).map_err(SshError::Client)?;
        let noise = framed.finish().map_err(SshError::Keep)?;
        Ok(Answer { reply, noise })
    }

    /// The error of a host that took too long.
    pub(super) fn late(&self) -> SshError {
        SshError::Deadline { address: self.target.address.clone() }
    }

    /// Runs a script on the host. A command that hangs takes at most half of the time that is left, so that the
    /// others get their turn.
    fn run(&self, script: &str, max_bytes: u64, output: &mut dyn Write) -> Result<Reply, RunError> {
        let mut program = self.program();
        program.argv.extend(["--".into(), self.target.address.clone().into(), for_any_shell(script).into()]);
        let now = Instant::now();
        let deadline = now + self.deadline.saturating_duration_since(now) / 2;
        let ended = program::run(&program, Limits { deadline, max_bytes }, output)?;
        let status = ended.status.code().unwrap_or(CLIENT_FAILED);
        let failure = (status == CLIENT_FAILED && ended.stopped.is_none()).then(|| SshError::Connection {
            address: self.target.address.clone(),
            failure: ConnectionFailure::from_words(&String::from_utf8_lossy(&ended.stderr)),
            said: shown(&ended.stderr),
        });
        Ok(Reply { status, stopped: ended.stopped, stderr: ended.stderr, failure })
    }

    /// The client with all options but the host. Its own come first, because the first value of an option counts
    /// (`ssh_config(5)`).
    fn program(&self) -> Program {
        let mut argv: Vec<OsString> = vec!["ssh".into()];
        let mut option = |text: String| argv.extend(["-o".into(), OsString::from(text)]);
        for fixed in [
            "BatchMode=yes",
            "ServerAliveInterval=5",
            "ServerAliveCountMax=2",
            "ClearAllForwardings=yes",
            "ForwardAgent=no",
            "ForwardX11=no",
            "PermitLocalCommand=no",
            "RequestTTY=no",
            "RemoteCommand=none",
            "LogLevel=ERROR",
        ] {
            option(fixed.to_owned());
        }
        option(format!("ConnectTimeout={}", self.target.connect_timeout.as_secs().max(1)));
        if let Some(folder) = &self.folder {
            option("ControlMaster=auto".to_owned());
            option(format!("ControlPersist={PERSIST_S}"));
            // A percent sign would be expanded.
            option(format!("ControlPath=\"{}/s\"", folder.path().display().to_string().replace('%', "%%")));
        } else {
            option("ControlPath=none".to_owned());
        }
        self.target.options.iter().for_each(|text| option(text.clone()));
        if let Some(path) = &self.target.config {
            argv.extend(["-F".into(), path.into()]);
        }
        if let Some(user) = &self.target.user {
            argv.extend(["-l".into(), user.into()]);
        }
        if let Some(port) = self.target.port {
            argv.extend(["-p".into(), port.to_string().into()]);
        }
        let mut program = Program::new(argv);
        program.set = vec![("LC_ALL".to_owned(), "C".to_owned())];
        program.hidden.clone_from(&self.target.hidden);
        program
    }
}

impl Drop for Client<'_> {
    /// Closes the shared connection, if there is one.
    fn drop(&mut self) {
        let Some(folder) = &self.folder else { return };
        if !folder.path().join("s").exists() {
            return;
        }
        let mut program = self.program();
        program.argv.extend(["-O".into(), "exit".into(), "--".into(), self.target.address.clone().into()]);
        let limits = Limits { deadline: Instant::now() + Duration::from_secs(2), max_bytes: 4096 };
        // It closes by itself after a while, if this fails.
        let _ = program::run(&program, limits, &mut std::io::sink());
    }
}
