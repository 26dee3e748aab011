//! The log of rsnapshot.
//!
//! Time:   local time of the machine that runs it.
//! Units:  none.
//! Spec:   rsnapshot sources: `print_cmd`, `log_msg` (`[2026-11-22T03:26:52]`, before 1.4
//!         `[22/Nov/2026:03:26:52]`).
//! Loses:  what rsync printed.
//! Not handled: several runs at once in one log, which its lock file prevents.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs::OpenRun;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct RsnapshotLog;

impl Format for RsnapshotLog {
    fn id(&self) -> &'static str {
        "rsnapshot-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "log of rsnapshot"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("rsnapshot") {
            return Fit::No;
        }
        let text = head.text();
        let telling = text.lines().filter_map(split).any(|(_, text)| is_own(text));
        match fit_by_lines(head, |line| split(line).is_some()) {
            Fit::Sure if telling => Fit::Sure,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(LogReader::default()))
    }
}

fn is_own(text: &str) -> bool {
    text.contains("rsnapshot")
        && [": started", ": completed", ": ERROR", "returned"].iter().any(|word| text.contains(word))
}

/// `[22/Nov/2026:03:26:52] text`, `[2026-11-22T03:26:52] text`.
fn split(line: &str) -> Option<(Stamp, &str)> {
    let (written, text) = line.strip_prefix('[')?.split_once(']')?;
    let at = match written.split_once(':') {
        Some((date, clock)) if date.contains('/') => {
            written_time::read(&format!("{} {clock}", date.replace('/', "-")), DayFirst(true))
        }
        _ => written_time::read(written, DayFirst(false)).filter(|_| written.contains('T')),
    };
    Some((at?, text.trim_start()))
}

#[derive(Default)]
struct LogReader {
    /// The whole run, on the machine that runs it.
    whole: Option<OpenRun>,
    /// The copy of one other machine.
    remote: Option<OpenRun>,
}

impl LineReader for LogReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some((at, text)) = split(&text) else { return Fate::Ignored("continuation-line") };
        if text.contains("rsnapshot") && text.ends_with(": started") {
            self.finish(sink);
            let level = text.trim_end_matches(": started").rsplit(' ').next().unwrap_or("");
            self.whole = Some(OpenRun::new(None, format!("rsnapshot {level}"), at, sink));
        } else if text.contains("rsnapshot") && text.contains(": completed") {
            let status = text.rsplit_once(": ").map_or("", |(_, status)| status).to_owned();
            self.end_remote(at, sink);
            if let Some(run) = self.whole.take() {
                run.close(Some(at), &status, sink);
            }
        } else if let Some(host) = remote_of(text) {
            self.end_remote(at, sink);
            let job = self.whole.as_ref().map_or_else(|| "rsnapshot".to_owned(), |run| run.job.clone());
            self.remote = Some(OpenRun::new(Some(host.to_owned()), job, at, sink));
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        for run in [self.remote.take(), self.whole.take()].into_iter().flatten() {
            run.close(None, "", sink);
        }
    }
}

impl LogReader {
    fn end_remote(&mut self, at: Stamp, sink: &mut Sink<'_>) {
        if let Some(run) = self.remote.take() {
            run.close(Some(at), "", sink);
        }
    }
}

/// The machine that a command of rsync copies from: `… root@web01:/etc/ /snapshots/hourly.0/web01/`.
fn remote_of(text: &str) -> Option<&str> {
    let mut words = text.split_whitespace();
    words.next().filter(|command| command.ends_with("rsync"))?;
    let source = words.find(|word| !word.starts_with('-') && word.contains('@') && word.contains(':'))?;
    let (_, rest) = source.split_once('@')?;
    rest.split(':').next().filter(|host| !host.is_empty())
}
