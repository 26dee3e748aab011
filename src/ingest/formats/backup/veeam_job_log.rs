//! The log of a Veeam job, of Backup & Replication and of the agents:
//! `[21.01.2019 00:10:22] <01> Info     text`, `[21.01.2019 00:10:22.123] <140383> lpbcore| text`.
//!
//! Time:   local time of the machine that writes.
//! Units:  none.
//! Spec:   none published; lines that begin and end a session, as they are known from Veeam's
//!         knowledge base and from scripts that watch these logs.
//! Loses:  when in a session each machine had its turn: all machines that the log names have the whole.
//! Not handled: logs of proxies, repositories and services, which name no job.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs::OpenRun;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst, steady_seconds};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct VeeamJobLog;

impl Format for VeeamJobLog {
    fn id(&self) -> &'static str {
        "veeam-job-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "log of a Veeam job or agent"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says_one_of(TELLING) {
            return Fit::No;
        }
        let text = head.text();
        let telling =
            text.lines().filter_map(split).any(|(_, text)| TELLING.iter().any(|mark| text.contains(mark)));
        match fit_by_lines(head, |line| split(line).is_some()) {
            Fit::Sure if telling => Fit::Sure,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(LogReader::default()))
    }
}

/// What only logs of jobs have.
const TELLING: &[&str] =
    &["Job session '", "[JobSession]", "Job Name: [", "JobName=", "lpbcore|", "JOB STATUS:"];
/// What stands at the beginning of a session.
const BEGINS: &[&str] = &["Starting new log", "CreationTime:", "Job has been started", " START "];
/// A silence after which the next line belongs to the next session, seconds.
const SILENCE_SECONDS: i64 = 300;
/// Machines of one job that are kept; Veeam advises far fewer.
const MACHINES_MAX: usize = 2000;

/// `[21.01.2019 00:10:22.123] rest`; behind the time stands a thread, a level or a module.
fn split(line: &str) -> Option<(Stamp, &str)> {
    let (written, rest) = line.trim_start_matches('\u{feff}').strip_prefix('[')?.split_once(']')?;
    let shape = written.len() >= 19 && written.as_bytes().get(2) == Some(&b'.');
    let text = rest.trim_start();
    let levels = ["Info", "Warning", "Error", "Failed", "Success", "Debug"];
    let known =
        text.starts_with('<') || levels.iter().any(|level| text.starts_with(level)) || text.contains("| ");
    (shape && known).then(|| written_time::read(written, DayFirst(true)))?.map(|at| (at, text))
}

#[derive(Default)]
struct LogReader {
    run: Option<OpenRun>,
    machines: Vec<String>,
    job: String,
    last: Option<Stamp>,
    /// A session of this log has ended: what follows is its tail until something begins.
    ended: bool,
}

impl LineReader for LogReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some((at, text)) = split(&text) else { return Fate::Ignored("continuation-line") };
        let silence = self.last.and_then(|last| Some(steady_seconds(&at)? - steady_seconds(&last)?));
        self.last = Some(at);
        let begins = BEGINS.iter().any(|mark| text.contains(mark)) || silence > Some(SILENCE_SECONDS);
        if self.run.is_none() && (!self.ended || begins) {
            self.run = Some(OpenRun::new(None, String::new(), at, sink));
            self.machines.clear();
        }
        self.note_names(text);
        if let Some(status) = verdict(text) {
            self.end(Some(at), status, sink);
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        // A log that names no job may be of a service.
        if !self.job.is_empty() || !self.machines.is_empty() {
            self.end(None, "", sink);
        }
    }
}

/// The status, if this line ends the session.
fn verdict(text: &str) -> Option<&str> {
    if let Some((_, status)) = text.split_once("JOB STATUS: ") {
        return Some(status.trim_end_matches('.'));
    }
    let (_, rest) = text.split_once("Job session '")?;
    let (_, rest) = rest.split_once("has been completed, status: '")?;
    rest.split('\'').next()
}

impl LogReader {
    fn note_names(&mut self, text: &str) {
        let between =
            |open: &str, close: char| Some(text.split_once(open)?.1.split(close).next()?.trim().to_owned());
        if let Some(job) = between("Job Name: [", ']').or_else(|| between("JobName=", ',')) {
            self.job = job;
        }
        if let Some(machine) = between("VM name: '", '\'')
            && self.machines.len() < MACHINES_MAX
            && !machine.is_empty()
            && !self.machines.contains(&machine)
        {
            self.machines.push(machine);
        }
    }

    fn end(&mut self, end: Option<Stamp>, status: &str, sink: &mut Sink<'_>) {
        self.ended = true;
        let Some(mut run) = self.run.take() else { return };
        run.job = if self.job.is_empty() { "veeam".to_owned() } else { self.job.clone() };
        for machine in std::mem::take(&mut self.machines) {
            run.host = Some(machine);
            run.clone().close(end, status, sink);
        }
        if run.host.is_none() {
            run.close(end, status, sink);
        }
    }
}
