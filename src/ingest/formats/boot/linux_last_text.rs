//! What `last` prints of the boot and login history, in all its options.
//!
//! Time:   the host's local time, to the minute and without a year unless `-F` or `--time-format iso`
//!         was given; years follow from the line `wtmp begins …` and the weekdays.
//! Units:  days, hours and minutes of boots.
//! Spec:   last(1) of util-linux, sysvinit and BusyBox, of macOS and the BSDs, `wtmpdb last`, and
//!         `lastb`. Columns may be cut, missing (`-R`) or moved (`-a`).
//! Loses:  logins and runlevels. `crash` needs no mark of its own: a boot that no shutdown is marked
//!         before says the same.
//! Not handled: `--time-format notime`; the end of the newest boot, which may be the time of printing;
//!         crashes that only logins show, where `last` was asked for one user.

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::last_output::{LastOutput, PrintedEnd, Row, RowKind};
use crate::ingest::sink::Sink;
use crate::ingest::tool_time::PrintedTime;
use crate::ledger::{Fate, Reason};

pub struct LinuxLastText;

impl Format for LinuxLastText {
    fn id(&self) -> &'static str {
        "linux-last-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Boot
    }

    fn title(&self) -> &'static str {
        "boot and login history as last prints it"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| {
            read_row(line).is_some() || read_begins(line).is_some_and(|(name, _)| is_history_name(name))
        })
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(LastReader::default()))
    }
}

#[derive(Default)]
struct LastReader {
    output: LastOutput,
}

impl LineReader for LastReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        if let Some((kind, start)) = read_row(&line) {
            self.output.note(Row { kind, start, span: sink.span() });
            return Fate::Parsed;
        }
        if let Some((_, begins)) = read_begins(&line) {
            self.output.close(Some(begins), sink);
            return Fate::Parsed;
        }
        if line.trim().is_empty() { Fate::Ignored("blank-line") } else { Fate::Quarantined(Reason::BadShape) }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.output.close(None, sink);
    }
}

/// `wtmp begins Sat Mar  1 02:03:04 2025`: the file's name and the time.
fn read_begins(line: &str) -> Option<(&str, PrintedTime)> {
    let (name, time) = line.split_once(" begins ")?;
    let words: Vec<&str> = time.split_whitespace().collect();
    let (printed, used) = PrintedTime::read(&words)?;
    (used == words.len() && !name.contains(' ')).then_some((name, printed))
}

fn is_history_name(name: &str) -> bool {
    name.contains("tmp") || name.contains("utx")
}

/// Characters of a row: no name of a host is longer.
const ROW_BYTES_MAX: usize = 512;

/// A row: names, a start, and how it ended.
fn read_row(line: &str) -> Option<(RowKind, PrintedTime)> {
    if line.len() > ROW_BYTES_MAX || !line.contains(':') {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    // The time stands behind at least a name and a terminal; hosts of `-w` have no blanks.
    let (at, start, used) = (1..words.len())
        .find_map(|at| PrintedTime::read(&words[at..]).map(|(start, used)| (at, start, used)))?;
    let end = &words[at + used..];
    let kind = kind_of(&words[..at]);
    let kind = match kind {
        RowKind::Boot(_) => RowKind::Boot(read_end(end)?),
        other => {
            // Rows of the BSDs have no end where it is not a login's.
            let may_be_bare = other != RowKind::Other;
            let is_end = read_end(end).is_some();
            (is_end && (may_be_bare || !end.is_empty())).then_some(other)?
        }
    };
    Some((kind, start))
}

/// What the words before the time say the row is of.
fn kind_of(names: &[&str]) -> RowKind {
    match names {
        ["reboot", "system", "boot", ..] | ["reboot", "~", ..] | ["boot", "time", ..] => {
            RowKind::Boot(PrintedEnd::Missing)
        }
        ["shutdown", "system", "down", ..] | ["shutdown", "~", ..] | ["shutdown", "time", ..] => {
            RowKind::Shutdown
        }
        ["date", "old", "time", ..] | ["date", "|", ..] | ["old", "time", ..] => RowKind::ClockOld,
        ["date", "new", "time", ..] | ["date", "{", ..] | ["new", "time", ..] => RowKind::ClockNew,
        _ => RowKind::Other,
    }
}

/// The end of a row; `None` if `last` prints nothing like it.
fn read_end(words: &[&str]) -> Option<PrintedEnd> {
    match words {
        [] => Some(PrintedEnd::Missing),
        ["still", "running" | "logged", ..] | ["gone", "-", "no", "logout", ..] => Some(PrintedEnd::NoTime),
        ["-", "crash" | "down" | "shutdown" | "still" | "gone", ..] => Some(PrintedEnd::NoTime),
        ["-", rest @ ..] => {
            if let Some((end, used)) = PrintedTime::read(rest) {
                return is_length(rest.get(used)?).then_some(PrintedEnd::At(end));
            }
            let length = rest.get(1).filter(|word| is_length(word))?;
            let (hours, minutes) = rest.first()?.split_once(':')?;
            let time = chrono::NaiveTime::from_hms_opt(hours.parse().ok()?, minutes.parse().ok()?, 0)?;
            Some(PrintedEnd::Clock { time, length_minutes: read_length(length) })
        }
        _ => None,
    }
}

/// Every end that is a time has the length behind it; appointments have not.
fn is_length(word: &str) -> bool {
    word.starts_with('(') && word.ends_with(')') && word.contains(':')
}

/// `(02:02)`, `(1+02:02)`, `(-00:04)`, in minutes.
fn read_length(word: &str) -> Option<i64> {
    let inner = word.strip_prefix('(')?.strip_suffix(')')?;
    let (inner, sign) = inner.strip_prefix('-').map_or((inner, 1), |rest| (rest, -1));
    let (days, clock) = inner.split_once('+').unwrap_or(("0", inner));
    let (hours, minutes) = clock.split_once(':')?;
    let (days, hours) = (days.parse::<u32>().ok()?, hours.parse::<u32>().ok()?);
    let minutes = minutes.parse::<u32>().ok()?;
    Some(sign * (i64::from(days) * 1440 + i64::from(hours) * 60 + i64::from(minutes)))
}
