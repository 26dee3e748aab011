//! An answer with whatever the host's shell prints in front of it taken off.
//!
//! Shell profiles greet, warn of maintenance, or complain about locales, and some do so even without a
//! terminal. The script prints a marker first: all before it is noise.

use std::io::{self, Write};

/// Stands before each answer, on a line of its own.
pub(super) const MARKER: &str = "--8<-- coroner reads from here --8<--";
/// How far the marker is looked for. A host with a forced command never prints it.
const MAX_NOISE: usize = 64 * 1024;

/// Passes on what comes behind the marker.
pub(super) struct Framed<'a> {
    inner: &'a mut dyn Write,
    /// What came so far, as long as the marker was not found.
    before: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Searching,
    Found,
    /// There is no marker: all is answer.
    Without,
}

/// What came in front of an answer.
#[derive(Debug, Default)]
pub(super) struct Noise {
    /// The noise itself.
    pub(super) bytes: Vec<u8>,
    /// Whether there was a marker.
    pub(super) marked: bool,
}

/// A script that prints the marker before its answer.
pub(super) fn marked(script: &str) -> String {
    format!("LC_ALL=C; export LC_ALL; printf '\\n%s\\n' '{MARKER}'; {script}")
}

impl<'a> Framed<'a> {
    /// Passes the answer on to `inner`.
    pub(super) fn new(inner: &'a mut dyn Write) -> Self {
        Self { inner, before: Vec::new(), state: State::Searching }
    }

    /// At the end: what was in front of the answer. Without a marker, all that came is passed on as answer.
    pub(super) fn finish(mut self) -> io::Result<Noise> {
        if self.state == State::Searching {
            self.give_up()?;
        }
        Ok(Noise { marked: self.state == State::Found, bytes: self.before })
    }

    fn search(&mut self) -> io::Result<()> {
        let marker = [b"\n", MARKER.as_bytes(), b"\n"].concat();
        let found = self.before.windows(marker.len()).position(|window| window == marker);
        if let Some(at) = found {
            self.state = State::Found;
            let answer = self.before.split_off((at + marker.len()).min(self.before.len()));
            self.before.truncate(at);
            self.inner.write_all(&answer)?;
        } else if self.before.len() > MAX_NOISE {
            self.give_up()?;
        }
        Ok(())
    }

    fn give_up(&mut self) -> io::Result<()> {
        self.state = State::Without;
        self.inner.write_all(&std::mem::take(&mut self.before))
    }
}

impl Write for Framed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.state == State::Searching {
            self.before.extend_from_slice(bytes);
            self.search()?;
        } else {
            self.inner.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{Framed, MARKER};
    use std::io::Write;

    /// The answer and the noise of bytes that come in pieces of a size.
    fn framed(bytes: &[u8], piece: usize) -> (Vec<u8>, Vec<u8>, bool) {
        let mut answer = Vec::new();
        let mut framed = Framed::new(&mut answer);
        for part in bytes.chunks(piece) {
            framed.write_all(part).expect("memory takes all");
        }
        let noise = framed.finish().expect("memory takes all");
        (answer, noise.bytes, noise.marked)
    }

    #[test]
    fn noise_is_kept_apart_however_the_bytes_arrive() {
        let bytes = format!("*** tonight ***\n\n{MARKER}\nthe answer\n\n{MARKER}\n");
        for piece in 1..bytes.len() {
            let (answer, noise, marked) = framed(bytes.as_bytes(), piece);
            assert_eq!(String::from_utf8_lossy(&answer), format!("the answer\n\n{MARKER}\n"));
            assert_eq!(noise, b"*** tonight ***\n");
            assert!(marked);
        }
    }

    #[test]
    fn without_a_marker_all_is_answer() {
        let long = vec![b'x'; 200_000];
        assert_eq!(framed(&long, 7000), (long.clone(), Vec::new(), false));
        assert_eq!(framed(b"short", 2), (b"short".to_vec(), Vec::new(), false));
    }
}
