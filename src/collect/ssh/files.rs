//! Log files of the host, followed by position.
//!
//! A log that was rotated since the last time is found again by its first bytes, since inodes are given to new
//! files soon after old ones are gone; it is read to its end before its successor. The host answers once for all
//! files, and only what has grown is read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::failure::{SshError, StepProblem};
use super::quote::quote;
use super::steps::{Steps, problem_of};
use super::whole::Whole;
use super::{Finding, Mode, Piece};

/// Log-ons and boots, as fixed records (utmp(5)).
pub(super) const WTMP: &str = "/var/log/wtmp";
/// Where kernels' messages go without a journal, on Debian and Red Hat; the last holds all kinds.
pub(super) const KERNEL_LOGS: [&str; 3] = ["/var/log/kern.log", "/var/log/messages", "/var/log/syslog"];
/// Bytes at a file's start that tell it from others.
const HEAD: usize = 64;
/// Exit code of our script for a file that is no longer the one that was seen.
const REPLACED: i32 = 75;

/// How far a file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCursor {
    /// Its inode.
    pub inode: u64,
    /// Bytes that were read.
    pub position: u64,
    /// Its first bytes, in hexadecimal: as many as were read, and 64 at most.
    pub head: String,
}

/// A file on the host: a log, or one of its older copies.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Copy {
    path: String,
    inode: u64,
    size: u64,
    head: String,
}

/// What is read of a log in one go.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// Copies from the oldest to the log itself, each with the position to begin at.
    reads: Vec<(Copy, u64)>,
    /// Whether the copy that was read last is gone.
    gap: bool,
}

/// Follows logs; those that are asked for by name are missed if they are not there.
pub(super) fn follow(steps: &mut Steps<'_>, paths: &[(&str, bool)]) -> Result<(), SshError> {
    if paths.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = paths.iter().map(|(path, _)| *path).collect();
    let seen = survey(steps, &names)?;
    for (path, asked_for) in paths {
        match seen.get(*path) {
            Some(Seen::Copies(copies)) => follow_one(steps, path, copies)?,
            Some(Seen::Closed) => {
                steps.trouble(&name_of(path), StepProblem::NoRights { said: String::new() })?;
            }
            None if *asked_for => steps.trouble(&name_of(path), StepProblem::NoFile)?,
            None => {}
        }
    }
    Ok(())
}

/// Follows the first of several logs that is there and can be read. Says whether there was one.
pub(super) fn follow_first(steps: &mut Steps<'_>, paths: &[&str]) -> Result<bool, SshError> {
    let seen = survey(steps, paths)?;
    for path in paths {
        if let Some(Seen::Copies(copies)) = seen.get(*path) {
            follow_one(steps, path, copies)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// What there is of a log.
enum Seen {
    Copies(Vec<Copy>),
    /// It is there and may not be read.
    Closed,
}

/// Asks for inode, size and first bytes of logs and their older copies: `log.1` and `log-20260101`.
fn survey(steps: &mut Steps<'_>, paths: &[&str]) -> Result<BTreeMap<String, Seen>, SshError> {
    let words: Vec<String> = paths.iter().map(|path| format!("{0} {0}.1 {0}-[0-9]*", quote(path))).collect();
    let script = format!(
        "for f in {}; do [ -f \"$f\" ] || continue; case $f in *.gz|*.xz|*.bz2|*.zst) continue;; esac; \
         [ -r \"$f\" ] || {{ echo \"closed 0 x $f\"; continue; }}; \
         echo \"$(stat -L -c '%i %s' \"$f\") x$(head -c {HEAD} \"$f\" | od -An -v -tx1 | tr -d ' \\n') $f\"; done",
        words.join(" ")
    );
    let mut answer = Vec::new();
    let max_bytes = 1024 * 1024;
    let ended = steps.client.ask(&script, max_bytes, &mut answer)?;
    let mut reply = steps.heard(ended);
    if let Some(problem) = problem_of(&mut reply, max_bytes) {
        steps.trouble("files", problem)?;
    }
    let text = String::from_utf8_lossy(&answer);
    let mut seen = BTreeMap::new();
    for path in paths {
        let closed = text.lines().any(|line| line.strip_prefix("closed 0 x ") == Some(*path));
        let copies: Vec<Copy> = text.lines().filter_map(Copy::read).filter(|copy| copy.is_of(path)).collect();
        if closed {
            seen.insert((*path).to_owned(), Seen::Closed);
        } else if copies.iter().any(|copy| copy.path == *path) {
            seen.insert((*path).to_owned(), Seen::Copies(copies));
        }
    }
    Ok(seen)
}

impl Copy {
    /// Reads a line of the survey.
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(4, ' ');
        let inode = parts.next()?.parse().ok()?;
        let size = parts.next()?.parse().ok()?;
        let head = parts.next()?.strip_prefix('x')?.to_owned();
        Some(Self { inode, size, head, path: parts.next()?.to_owned() })
    }

    /// Whether it is the log of this path or one of its older copies.
    fn is_of(&self, path: &str) -> bool {
        let suffix = self.path.strip_prefix(path);
        suffix.is_some_and(|suffix| suffix.is_empty() || suffix == ".1" || suffix.starts_with('-'))
    }

    /// Whether this may be the file that was read up to the cursor.
    fn may_be(&self, cursor: &FileCursor) -> bool {
        self.size >= cursor.position && self.head.starts_with(&cursor.head)
    }

    fn cursor_at(&self, position: u64) -> FileCursor {
        let digits = usize::try_from(position).unwrap_or(HEAD).min(HEAD) * 2;
        FileCursor { inode: self.inode, position, head: self.head.chars().take(digits).collect() }
    }
}

/// What to read of a log, given its copies and how far it was read.
fn plan(path: &str, copies: &[Copy], cursor: Option<&FileCursor>) -> Plan {
    // Older copies from the oldest on: dated names sort by themselves, and `.1` is the youngest of numbered ones.
    let mut older: Vec<&Copy> = copies.iter().filter(|copy| copy.path != path).collect();
    older.sort_by(|a, b| a.path.cmp(&b.path));
    let ordered: Vec<&Copy> =
        older.into_iter().chain(copies.iter().filter(|copy| copy.path == path)).collect();
    let at = cursor.and_then(|cursor| {
        let same = ordered.iter().position(|copy| copy.inode == cursor.inode && copy.may_be(cursor));
        // Copied and emptied, or moved to another file system: another inode with the same beginning.
        let alike = || ordered.iter().position(|copy| !cursor.head.is_empty() && copy.may_be(cursor));
        same.or_else(alike)
    });
    // What was never read, or is gone: the youngest older copy and the log.
    let first = at.unwrap_or(ordered.len().saturating_sub(2));
    let position = |index: usize| match cursor {
        Some(cursor) if Some(index) == at => cursor.position,
        _ => 0,
    };
    let reads =
        ordered.iter().enumerate().skip(first).map(|(index, copy)| ((*copy).clone(), position(index)));
    Plan { reads: reads.collect(), gap: at.is_none() && cursor.is_some_and(|cursor| cursor.position > 0) }
}

fn follow_one(steps: &mut Steps<'_>, path: &str, copies: &[Copy]) -> Result<(), SshError> {
    let plan = plan(path, copies, steps.reading.cursors.files.get(path));
    if plan.gap {
        steps.find(Finding::FileGap { path: path.to_owned() });
    }
    for (copy, position) in plan.reads {
        let mut problem = None;
        let mut taken = Taken::default();
        if copy.size > position {
            (taken, problem) = read_copy(steps, path, &copy, position)?;
        }
        let complete = problem.is_none();
        let position = position + taken.kept + taken.dropped;
        steps.reading.cursors.files.insert(path.to_owned(), copy.cursor_at(position));
        if taken.kept > 0 {
            let piece = Piece { name: name_of(path), mode: Mode::Append, bytes: taken.kept, complete };
            steps.reading.pieces.push(piece);
        }
        if taken.dropped > 0 {
            let problem = StepProblem::TooLong { bytes: taken.dropped };
            steps.trouble(&name_of(path), problem)?;
        }
        if let Some(problem) = problem {
            // What follows must wait until this is whole, or lines would change places.
            return steps.trouble(&name_of(path), problem);
        }
    }
    Ok(())
}

/// Bytes of a copy that were dealt with.
#[derive(Default)]
struct Taken {
    kept: u64,
    /// In lines that are too long to be kept.
    dropped: u64,
}

/// Reads a copy from a position on.
fn read_copy(
    steps: &mut Steps<'_>,
    path: &str,
    copy: &Copy,
    position: u64,
) -> Result<(Taken, Option<StepProblem>), SshError> {
    // One open file is looked at and read: the name may lead to another one at any moment.
    let script = format!(
        "exec 3< {} || exit; [ \"$(stat -L -c %i /proc/self/fd/3)\" = {} ] || exit {REPLACED}; tail -c +{} <&3",
        quote(&copy.path),
        copy.inode,
        position + 1
    );
    let max_bytes = steps.wanted.max_bytes;
    let mut taken = Taken::default();
    let mut sink = steps.output.open(&name_of(path), Mode::Append).map_err(SshError::Keep)?;
    let mut keep = |bytes: &[u8]| -> io::Result<()> {
        taken.kept += bytes.len() as u64;
        sink.write_all(bytes)
    };
    let mut rest = Vec::new();
    let mut dropped = 0;
    let answer = if path == WTMP {
        steps.client.ask(&script, max_bytes, &mut Every(&mut keep))?
    } else {
        let mut whole = Whole::new(&mut keep);
        let answer = steps.client.ask(&script, max_bytes, &mut whole)?;
        let left = whole.finish();
        (rest, dropped) = (left.rest, left.dropped);
        answer
    };
    if copy.path != path && answer.reply.good() && !rest.is_empty() {
        // Nothing will follow the last line of an older copy. The position stays true to the host's file.
        keep(&rest).map_err(SshError::Keep)?;
        sink.write_all(b"\n").map_err(SshError::Keep)?;
    }
    taken.dropped = dropped;
    if taken.kept > 0 {
        sink.keep().map_err(SshError::Keep)?;
    } else {
        drop(sink);
    }
    let mut reply = steps.heard(answer);
    if reply.status == REPLACED && taken.kept == 0 {
        return Ok((taken, Some(StepProblem::Replaced { path: copy.path.clone() })));
    }
    Ok((taken, problem_of(&mut reply, max_bytes)))
}

/// Passes all bytes on as they are.
struct Every<'a>(&'a mut dyn FnMut(&[u8]) -> io::Result<()>);

impl Write for Every<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The name that a file of the host is kept under.
#[must_use]
pub fn name_of(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..");
    format!("files/{}", parts.collect::<Vec<_>>().join("/"))
}
