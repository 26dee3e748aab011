//! Sessions of Veeam jobs as the Checkmk agent collects them: rows with tabs, with or without the
//! `<<<veeam_jobs:sep(9)>>>` above them, and the sections of the single machines.
//!
//! Time:   the backup server's local time, `dd.mm.yyyy hh:mm:ss`.
//! Units:  none.
//! Spec:   Checkmk sources: agents/windows/plugins/veeam_backup_status.ps1.
//! Loses:  sizes and speeds; sections of the agent that are not about backups.
//! Not handled: nothing known.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs::{self, OpenRun};
use crate::ingest::row_times::{self, is_a_date};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct VeeamJobSessions;

impl Format for VeeamJobSessions {
    fn id(&self) -> &'static str {
        "veeam-job-sessions"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "sessions of Veeam jobs, rows with tabs (Checkmk agent)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let begins =
            |section: &str| head.starts_with(section.as_bytes()) || head.says(&format!("\n{section}"));
        if begins("<<<veeam_jobs") || begins("<<<veeam_client") {
            return Fit::Sure;
        }
        if !head.says("\t") {
            return Fit::No;
        }
        match fit_by_lines(head, |line| Row::of(line).is_some_and(|row| row.start.is_some())) {
            Fit::Sure => Fit::Sure,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(SessionReader {
            section: Section::Jobs,
            machine: None,
            task: Task::default(),
        }))
    }
}

struct Row<'a> {
    job: &'a str,
    result: &'a str,
    start: Option<Stamp>,
    end: Option<Stamp>,
}

impl<'a> Row<'a> {
    /// Name, type, state, result, start, end, and in newer agents more behind.
    fn of(line: &'a str) -> Option<Self> {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [job, _, state, result, start, rest @ ..] = cells.as_slice() else { return None };
        let states =
            ["Stopped", "Working", "Starting", "Stopping", "Idle", "Pausing", "Resuming", "Postprocessing"];
        let results = ["Success", "Warning", "Failed", "None"];
        let waiting = state.starts_with("Waiting");
        if !(states.contains(state) || waiting || results.contains(result)) {
            return None;
        }
        // A job that runs has the year 1900 as its end.
        let end = rest.first().and_then(|text| time(text)).filter(is_a_date);
        Some(Self { job, result, start: time(start).filter(is_a_date), end })
    }
}

fn time(text: &str) -> Option<Stamp> {
    row_times::read(text, DayFirst(true))
}

enum Section {
    Jobs,
    Machine,
    Other,
}

/// What a section says of one machine's turn.
#[derive(Default)]
struct Task {
    job: String,
    status: String,
    run: Option<OpenRun>,
    end: Option<Stamp>,
}

struct SessionReader {
    section: Section,
    /// The machine that the following sections are about.
    machine: Option<String>,
    task: Task,
}

impl LineReader for SessionReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(inner) = text.strip_prefix("<<<") {
            self.end_task(sink);
            self.enter(inner);
            return Fate::Ignored("section-header");
        }
        match self.section {
            Section::Other => Fate::Ignored("section-of-another-kind"),
            Section::Machine => self.task_line(&text, sink),
            Section::Jobs => job_line(&text, sink),
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.end_task(sink);
    }
}

impl SessionReader {
    /// `<<<section:options>>>`, or `<<<<machine>>>>` before the sections of that machine.
    fn enter(&mut self, inner: &str) {
        if let Some(machine) = inner.strip_prefix('<') {
            let name = machine.trim_end_matches('>').trim();
            self.machine = (!name.is_empty()).then(|| name.to_owned());
            self.section = Section::Other;
        } else if inner.starts_with("veeam_jobs") {
            self.section = Section::Jobs;
        } else if inner.starts_with("veeam_client") {
            self.section = Section::Machine;
        } else {
            self.section = Section::Other;
        }
    }

    fn task_line(&mut self, text: &str, sink: &Sink<'_>) -> Fate {
        let Some((key, value)) = text.split_once(['\t', '|']) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        match key.trim() {
            "Status" => self.task.status = value.trim().to_owned(),
            "JobName" => self.task.job = value.trim().to_owned(),
            "StartTime" => {
                let start = time(value).filter(is_a_date);
                self.task.run = start.map(|start| OpenRun::new(None, String::new(), start, sink));
            }
            "StopTime" => self.task.end = time(value).filter(is_a_date),
            _ => {}
        }
        Fate::Parsed
    }

    fn end_task(&mut self, sink: &mut Sink<'_>) {
        let task = std::mem::take(&mut self.task);
        let Some(mut run) = task.run else { return };
        run.host.clone_from(&self.machine);
        run.job = task.job;
        run.close(task.end, &task.status, sink);
    }
}

fn job_line(text: &str, sink: &mut Sink<'_>) -> Fate {
    match Row::of(text) {
        Some(Row { job, result, start: Some(start), end }) => {
            job_runs::record(None, job.to_owned(), start, end, result, sink);
            Fate::Parsed
        }
        // A job that has not run yet, or a row that was cut off: its name, and no times.
        Some(_) => Fate::Ignored("job-without-times"),
        None if text.matches('\t').count() < 5 => Fate::Ignored("job-without-times"),
        None => Fate::Quarantined(Reason::BadShape),
    }
}
