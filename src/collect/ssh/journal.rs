//! The kernel's messages in the systemd journal, from one cursor to the next.
//!
//! Two habits of `journalctl` would lose what is looked for. `-k` reads the present boot only, and so never the
//! last words before a crash: `_TRANSPORT=kernel` reads all boots. And `--after-cursor` silently skips one new
//! entry when the cursor's own entry is gone (systemd up to 255, journalctl.c), as it is after the journal was
//! vacuumed: `--cursor` shows the entry itself first, which also proves that nothing is missing in between.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::failure::{SshError, StepProblem, shown};
use super::quote::quote;
use super::steps::{Steps, problem_of};
use super::whole::Whole;
use super::{Finding, Mode, Piece, Trouble};
use crate::collect::wall_clock::WallClock;

pub const NAME: &str = "journal.json";
const SECONDS_PER_DAY: i64 = 86_400;
/// The kernel, and what else shows whether an end was orderly or what the hardware said. Matches of the same
/// field would be alternatives by themselves; `+` separates those of different fields (journalctl(1)).
const MATCHES: [&str; 11] = [
    "_TRANSPORT=kernel",
    "SYSLOG_IDENTIFIER=systemd-shutdown",
    "SYSLOG_IDENTIFIER=systemd-logind",
    "SYSLOG_IDENTIFIER=mcelog",
    "SYSLOG_IDENTIFIER=rasdaemon",
    "SYSLOG_IDENTIFIER=ipmievd",
    "SYSLOG_IDENTIFIER=watchdog-mux",
    "UNIT=shutdown.target",
    "UNIT=reboot.target",
    "UNIT=poweroff.target",
    "UNIT=final.target",
];

/// Last entry of the journal that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalCursor {
    /// Its `__CURSOR`.
    pub cursor: String,
    /// Its time, in microseconds since 1970 by the host's clock.
    pub time_us: u64,
}

/// The fields of an entry that matter here (systemd, "Journal Export Formats"). Numbers are written as text.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "__CURSOR")]
    cursor: String,
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    time: String,
}

/// What one run of `journalctl` gave.
#[derive(Default)]
struct Pass {
    /// Entries that were kept.
    entries: u64,
    /// Bytes that were kept.
    bytes: u64,
    /// Whether the first entry was the one of the cursor.
    found: bool,
    first_us: Option<u64>,
    last: Option<JournalCursor>,
    foreign: usize,
    sample: String,
}

/// Reads the journal. Says whether that is all there is to know: if not, log files are to be read as well.
pub(super) fn read(steps: &mut Steps<'_>, wall: WallClock) -> Result<bool, SshError> {
    let known = steps.reading.cursors.journal.clone();
    let from = match (&known, steps.wanted.since_days) {
        (Some(known), _) => format!("--cursor={}", known.cursor),
        (None, Some(days)) => {
            format!("--since=@{}", (wall.utc.timestamp() - i64::from(days) * SECONDS_PER_DAY).max(0))
        }
        (None, None) => String::new(),
    };
    let (mut pass, mut problem) = run(steps, &from, known.as_ref())?;
    if let (Some(known), Some(StepProblem::Failed { said, .. })) = (&known, &problem)
        && said.contains("Failed to seek to cursor")
    {
        // Seconds: an entry may come twice, but none is left out.
        (pass, problem) = run(steps, &format!("--since=@{}", known.time_us / 1_000_000), None)?;
    }
    // Nothing is missing only where the entry of the cursor came first. An answer that was cut before its first
    // line says nothing about that.
    let gap = known.filter(|_| !pass.found && (problem.is_none() || pass.entries > 0));
    if let Some(known) = &gap {
        steps.find(Finding::JournalGap { after_us: known.time_us, next_us: pass.first_us });
    }
    // Entries of the user's own are not those of the kernel.
    let unreadable = matches!(problem, Some(StepProblem::NoRights { .. }));
    let useless = pass.entries == 0
        && !pass.found
        && matches!(problem, None | Some(StepProblem::Missing { .. } | StepProblem::Failed { .. }));
    if useless && problem.is_none() && gap.is_none() {
        steps.find(Finding::JournalEmpty);
    }
    let complete = problem.is_none();
    if pass.bytes > 0 {
        let piece = Piece { name: NAME.to_owned(), mode: Mode::Append, bytes: pass.bytes, complete };
        steps.reading.pieces.push(piece);
    }
    if let Some(last) = pass.last {
        steps.reading.cursors.journal = Some(last);
    }
    if pass.foreign > 0 {
        let problem = StepProblem::Foreign { lines: pass.foreign, sample: pass.sample };
        steps.reading.problems.push(Trouble { name: NAME.to_owned(), problem });
    }
    match problem {
        Some(StepProblem::Missing { .. }) => steps.find(Finding::NoJournal),
        Some(problem) => steps.trouble(NAME, problem)?,
        None => {}
    }
    Ok(gap.is_none() && !useless && !unreadable)
}

/// Runs `journalctl` once and keeps the entries behind the known one.
fn run(
    steps: &mut Steps<'_>,
    from: &str,
    known: Option<&JournalCursor>,
) -> Result<(Pass, Option<StepProblem>), SshError> {
    let further = steps.wanted.journal.iter().map(String::as_str);
    let matches: Vec<String> = MATCHES.into_iter().chain(further).map(quote).collect();
    let from = if from.is_empty() { String::new() } else { format!(" {}", quote(from)) };
    let script = format!("journalctl --no-pager --all -o json{from} {}", matches.join(" + "));
    let max_bytes = steps.wanted.max_bytes;
    let mut pass = Pass::default();
    let mut sink = steps.output.open(NAME, Mode::Append).map_err(SshError::Keep)?;
    let mut each = |line: &[u8]| pass.take(line, known, &mut sink);
    let mut whole = Whole::new(&mut each);
    let answer = steps.client.ask(&script, max_bytes, &mut whole)?;
    let left = whole.finish();
    if pass.bytes > 0 {
        sink.keep().map_err(SshError::Keep)?;
    } else {
        drop(sink);
    }
    let mut reply = steps.heard(answer);
    let problem = problem_of(&mut reply, max_bytes);
    let torn = !left.rest.is_empty() || left.dropped > 0;
    Ok((pass, problem.or(torn.then_some(StepProblem::Torn))))
}

impl Pass {
    /// Keeps one line, if it is an entry that is not known yet. The first entry has to be the known one: where it
    /// is not, all are new.
    fn take(&mut self, line: &[u8], known: Option<&JournalCursor>, sink: &mut dyn Write) -> io::Result<()> {
        let entry = serde_json::from_slice::<Entry>(line).ok();
        let time = entry.as_ref().and_then(|entry| entry.time.parse().ok());
        let (Some(entry), Some(time_us)) = (entry, time) else {
            self.foreign += usize::from(!line.trim_ascii().is_empty());
            if self.sample.is_empty() {
                self.sample = shown(line);
            }
            return Ok(());
        };
        if self.entries == 0 && !self.found && known.is_some_and(|known| known.cursor == entry.cursor) {
            self.found = true;
            return Ok(());
        }
        sink.write_all(line)?;
        self.entries += 1;
        self.bytes += line.len() as u64;
        self.first_us = self.first_us.or(Some(time_us));
        self.last = Some(JournalCursor { cursor: entry.cursor, time_us });
        Ok(())
    }
}
