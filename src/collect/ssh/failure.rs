//! What goes wrong with SSH, told apart by exit code 255 and the client's own words (OpenSSH; ssh(1), "EXIT
//! STATUS").

use std::fmt;
use std::io;

use crate::collect::command::program::RunError;

/// Longest quotation of foreign words in a message, in characters.
const MAX_SAID: usize = 300;

/// Why a host could not be talked to.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    #[error("the OpenSSH client was not run to its end")]
    Client(#[source] RunError),
    #[error("`{address}`: {failure}{}", quoted(said))]
    Connection { address: String, failure: ConnectionFailure, said: String },
    #[error("`{address}` did not answer all questions in time")]
    Deadline { address: String },
    #[error("failed to prepare a folder for the connection")]
    Folder(#[source] io::Error),
    #[error("failed to keep what was read")]
    Keep(#[source] io::Error),
}

/// Ways in which a connection fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionFailure {
    /// The host key is not the known one.
    HostKeyChanged,
    /// The host key is not known at all.
    HostKeyUnknown,
    /// No key of ours is accepted.
    PermissionDenied,
    /// Nothing listens on the port.
    Refused,
    /// No answer.
    TimedOut,
    /// No way to the host.
    Unreachable,
    /// The name has no address.
    NameNotFound,
    /// It was there and ended.
    Cut,
    /// The client says something else.
    Other,
}

impl fmt::Display for ConnectionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostKeyChanged => {
                "the host key has changed: check whether the host was installed anew, then correct known_hosts"
            }
            Self::HostKeyUnknown => "the host key is not known: check it and add it to known_hosts",
            Self::PermissionDenied => "the log-on was refused: is the key installed there?",
            Self::Refused => "the connection was refused",
            Self::TimedOut => "no answer",
            Self::Unreachable => "there is no way to the host",
            Self::NameNotFound => "the name has no address",
            Self::Cut => "the connection ended early",
            Self::Other => "the OpenSSH client failed",
        })
    }
}

/// Client's words → what they mean; the first that is found counts.
const SIGNS: [(&str, ConnectionFailure); 19] = [
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", ConnectionFailure::HostKeyChanged),
    ("host key is known for", ConnectionFailure::HostKeyUnknown),
    ("Host key verification failed", ConnectionFailure::HostKeyUnknown),
    ("Permission denied (", ConnectionFailure::PermissionDenied),
    ("Too many authentication failures", ConnectionFailure::PermissionDenied),
    ("Could not resolve hostname", ConnectionFailure::NameNotFound),
    ("Connection refused", ConnectionFailure::Refused),
    ("Connection timed out", ConnectionFailure::TimedOut),
    ("Operation timed out", ConnectionFailure::TimedOut),
    ("timed out during banner exchange", ConnectionFailure::TimedOut),
    ("No route to host", ConnectionFailure::Unreachable),
    ("Network is unreachable", ConnectionFailure::Unreachable),
    ("not responding", ConnectionFailure::Cut),
    ("Connection reset", ConnectionFailure::Cut),
    ("Connection closed", ConnectionFailure::Cut),
    ("closed by remote host", ConnectionFailure::Cut),
    ("Broken pipe", ConnectionFailure::Cut),
    ("client_loop:", ConnectionFailure::Cut),
    ("mux_client", ConnectionFailure::Cut),
];

impl ConnectionFailure {
    /// What the client's words mean.
    #[must_use]
    pub fn from_words(stderr: &str) -> Self {
        SIGNS.iter().find(|(words, _)| stderr.contains(words)).map_or(Self::Other, |(_, failure)| *failure)
    }
}

/// Why one answer is missing or not whole.
#[derive(Debug, thiserror::Error)]
pub enum StepProblem {
    #[error("the host does not have the command{}", quoted(said))]
    Missing { said: String },
    #[error(
        "the user on the host may not read it; for the journal, the group systemd-journal is enough{}",
        quoted(said)
    )]
    NoRights { said: String },
    #[error("the command failed with exit code {status}{}", quoted(said))]
    Failed { status: i32, said: String },
    #[error("the connection ended in the middle; whole lines are kept")]
    Cut(#[source] SshError),
    #[error("it took too long; whole lines are kept")]
    Deadline,
    #[error("it is longer than {max} bytes, and the rest comes with the next reading (`max_mib`)")]
    TooMuch { max: u64 },
    #[error("it ended in the middle of a line; whole lines are kept")]
    Torn,
    #[error("{bytes} bytes in lines of more than 16 MiB are left out")]
    TooLong { bytes: u64 },
    #[error("{lines} line(s) in it are not what was asked for, such as {sample:?}")]
    Foreign { lines: usize, sample: String },
    #[error("`{path}` was replaced while it was read: the next reading goes on with it")]
    Replaced { path: String },
    #[error("there is no such file")]
    NoFile,
}

/// Foreign words, shortened at their end and with control characters made visible.
pub(super) fn shown(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    let text = text.trim();
    let short: String = text.chars().take(MAX_SAID).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    short.split_whitespace().collect::<Vec<_>>().join(" ").escape_debug().to_string() + more
}

fn quoted(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" (it said: {said})") }
}

#[cfg(test)]
mod tests {
    use super::{ConnectionFailure, shown};

    #[test]
    fn the_clients_words_are_told_apart() {
        for (words, failure) in [
            ("ssh: connect to host a port 22: Connection refused\r\n", ConnectionFailure::Refused),
            ("ssh: connect to host a port 22: Connection timed out\r\n", ConnectionFailure::TimedOut),
            ("ssh: connect to host a port 22: No route to host\r\n", ConnectionFailure::Unreachable),
            (
                "ssh: Could not resolve hostname a: Name or service not known\r\n",
                ConnectionFailure::NameNotFound,
            ),
            ("root@a: Permission denied (publickey).\r\n", ConnectionFailure::PermissionDenied),
            ("Connection to a closed by remote host.\r\n", ConnectionFailure::Cut),
            ("Timeout, server a not responding.\r\n", ConnectionFailure::Cut),
            ("kex_exchange_identification: read: Connection reset by peer\r\n", ConnectionFailure::Cut),
            (
                "No ED25519 host key is known for a and you have requested strict checking.\r\nHost key verification failed.",
                ConnectionFailure::HostKeyUnknown,
            ),
            (
                "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\nHost key verification failed.",
                ConnectionFailure::HostKeyChanged,
            ),
            ("something new", ConnectionFailure::Other),
        ] {
            assert_eq!(ConnectionFailure::from_words(words), failure, "{words}");
        }
    }

    #[test]
    fn foreign_words_are_shortened_and_cannot_steer_a_terminal() {
        assert_eq!(shown(b"  a\r\nb \x1b[2J\xff"), "a b \\u{1b}[2J\u{fffd}");
        assert_eq!(shown("ä".repeat(400).as_bytes()), format!("{}…", "ä".repeat(300)));
    }
}
