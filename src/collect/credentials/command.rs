//! A secret that a program prints, such as `pass show bmc` or `vault kv get -field=password bmc`.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::CredentialError;
use super::limits::{MAX_FETCHED, first_line};
use crate::collect::command::program::{self, Limits, Program};
use crate::collect::secret::Secret;

/// How long the program may take. Nobody is there to type a passphrase, but a vault may be far away.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Runs the program and takes the first line of its output. Neither its output nor its messages are shown.
pub(super) fn run(name: &str, argv: &[String], hidden: &[String]) -> Result<Secret, CredentialError> {
    let mut output = Wiped(Zeroizing::new(Vec::with_capacity(MAX_FETCHED)));
    let mut program = Program::new(argv);
    program.hidden = hidden.to_vec();
    let limits = Limits { deadline: Instant::now() + TIMEOUT, max_bytes: MAX_FETCHED as u64 };
    let name = name.to_owned();
    let ended = match program::run(&program, limits, &mut output) {
        Ok(ended) => ended,
        Err(source) => return Err(CredentialError::Run { name, program: program.name(), source }),
    };
    // The messages may hold a secret, too.
    drop(Zeroizing::new(ended.stderr));
    match ended.stopped {
        Some(program::Stopped::Deadline) => {
            Err(CredentialError::Late { name, program: program.name(), seconds: TIMEOUT.as_secs() })
        }
        None if !ended.status.success() => {
            Err(CredentialError::Failed { name, program: program.name(), status: ended.status })
        }
        // A first line that is too long is told by its length.
        Some(program::Stopped::TooMuch) | None => Ok(first_line(&output.0)),
    }
}

/// Takes bytes into memory that is wiped, and never more than it has room for: a buffer that grows leaves
/// copies behind.
struct Wiped(Zeroizing<Vec<u8>>);

impl Write for Wiped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.0.capacity() - self.0.len();
        let taken = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.0.extend_from_slice(taken);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
