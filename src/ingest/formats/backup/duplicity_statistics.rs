//! What duplicity prints at the end of a run.
//!
//! Time:   Unix seconds.
//! Units:  none.
//! Spec:   duplicity sources: duplicity/statistics.py.
//! Loses:  sizes and files.
//! Not handled: runs that did not get as far as their statistics.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::job_runs::OpenRun;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct DuplicityStatistics;

impl Format for DuplicityStatistics {
    fn id(&self) -> &'static str {
        "duplicity-statistics"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "statistics of duplicity's runs"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("[ Backup Statistics") {
            return Fit::No;
        }
        let text = head.text();
        let mut lines = text.lines().map(bare);
        let headed = lines.any(|line| line.starts_with("--------------[ Backup Statistics"));
        let timed = headed && lines.next().is_some_and(|line| time(line, "StartTime ").is_some());
        if timed { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(StatisticsReader { run: None }))
    }
}

/// A line without what duplicity puts before it in a log file.
fn bare(line: &str) -> &str {
    line.strip_prefix(". ").unwrap_or(line).trim_end()
}

fn time(line: &str, key: &str) -> Option<Stamp> {
    written_time::read(line.strip_prefix(key)?.split(' ').next()?, DayFirst(false))
}

struct StatisticsReader {
    run: Option<OpenRun>,
}

impl LineReader for StatisticsReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let text = bare(&text);
        if let Some(start) = time(text, "StartTime ") {
            self.finish(sink);
            self.run = Some(OpenRun::new(None, "duplicity".to_owned(), start, sink));
            return Fate::Parsed;
        }
        if let Some(end) = time(text, "EndTime ") {
            if let Some(run) = self.run.take() {
                run.close(Some(end), "ok", sink);
            }
            return Fate::Parsed;
        }
        Fate::Ignored("sizes-and-messages")
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        if let Some(run) = self.run.take() {
            run.close(None, "", sink);
        }
    }
}
