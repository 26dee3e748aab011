//! Messages and job reports of Bacula and Bareos, and `llist jobs`: `Key: value` lines.
//!
//! Time:   the director's local time; the prefix of messages has a year in some versions only.
//! Units:  none.
//! Spec:   Bacula and Bareos sources: dird/backup.c (`backup_cleanup`), lib/message.c (prefix), console
//!         `llist jobs`.
//! Loses:  sizes, rates, volumes; restores, verifications and copies, which are no backups.
//! Not handled: reports whose keys an operator has translated.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs::OpenRun;
use crate::ingest::row_times::{self, is_a_date};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct BaculaJobReport;

impl Format for BaculaJobReport {
    fn id(&self) -> &'static str {
        "bacula-job-report"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "job reports and messages of Bacula and Bareos"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let own = |line: &str| {
            let (prefix, rest) = split_prefix(line);
            prefix.is_some() || split_key(rest).is_some() || line.starts_with([' ', '\t'])
        };
        if fit_by_lines(head, own) != Fit::Sure {
            return Fit::No;
        }
        let (mut id, mut times, mut started) = (false, false, false);
        for line in head.text().lines() {
            let (prefix, rest) = split_prefix(line);
            started |= prefix.is_some() && started_job(rest).is_some();
            let key = split_key(rest).map(|(key, _)| key);
            id |= key.as_deref() == Some("jobid");
            times |= matches!(key.as_deref(), Some("starttime" | "jobstatus" | "termination"));
        }
        if (id && times) || started { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(ReportReader::default()))
    }
}

/// `20-Jan-2019 22:03 bareos-dir JobId 123: text`: the text behind the prefix, if there is one.
fn split_prefix(line: &str) -> (Option<&str>, &str) {
    let mut words = line.splitn(3, ' ');
    let (Some(date), Some(clock), Some(rest)) = (words.next(), words.next(), words.next()) else {
        return (None, line);
    };
    let mut parts = date.split('-');
    let day = parts.next().is_some_and(|day| day.len() <= 2 && day.parse::<u8>().is_ok());
    // In the language of the director's site.
    let month = parts.next().is_some_and(|month| month.len() >= 3 && month.chars().all(char::is_alphabetic));
    let is_clock = clock.len() >= 5 && clock.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    if !(day && month && is_clock) {
        return (None, line);
    }
    match rest.split_once(": ") {
        Some((_, text)) => (Some(rest), text),
        None => (Some(rest), rest.trim_end_matches(':')),
    }
}

/// `Start time:   …` → (`starttime`, `…`).
fn split_key(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.split_once(':')?;
    let fits = key.len() <= 40 && key.trim().starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = key
        .trim()
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '(' | ')' | '/' | '_' | '-'));
    let apart = value.is_empty() || value.starts_with([' ', '\t']);
    (fits && plain && apart).then(|| {
        let key = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        (key, value.trim())
    })
}

/// `Start Backup JobId 123, Job=backup-web01.2019-01-20_22.00.00_04`.
fn started_job(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("Start Backup JobId ")?;
    let (id, job) = rest.split_once(", Job=")?;
    Some((id, job.trim()))
}

/// `backup-web01.2019-01-20_22.00.00_04` → the job's name, and when it was put on the schedule.
fn split_job(unique: &str) -> (&str, Option<Stamp>) {
    for (at, _) in unique.match_indices('.') {
        let written = &unique[at + 1..];
        let Some((date, clock)) = written.split_once('_') else { continue };
        let Some(clock) = clock.get(..8) else { continue };
        let stamp = written_time::read(&format!("{date} {}", clock.replace('.', ":")), DayFirst(false));
        if stamp.is_some() {
            return (&unique[..at], stamp);
        }
    }
    (unique, None)
}

/// `"web01-fd" 18.2.5 (30Jan19) Debian` → `web01`: by custom a client has the name of its host, with the
/// name of the daemon behind it.
pub(super) fn host_of_client(client: &str) -> Option<String> {
    let name = match client.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or(rest),
        None => client.split_whitespace().next().unwrap_or(""),
    };
    let host = name.strip_suffix("-fd").or_else(|| name.strip_suffix("_fd")).unwrap_or(name);
    (!host.is_empty()).then(|| host.to_owned())
}

/// What a report or a block of a long list has said so far.
#[derive(Default)]
struct Report {
    id: String,
    job: String,
    client: Option<String>,
    run: Option<OpenRun>,
    end: Option<Stamp>,
    status: String,
    /// `false`: a restore, a verification, a copy.
    other: bool,
}

#[derive(Default)]
struct ReportReader {
    report: Option<Report>,
    /// Jobs that were started and have not reported: number and run.
    started: Vec<(String, OpenRun)>,
}

/// Jobs under way at once that are waited for; more cannot be of one director.
const STARTED_MAX: usize = 10_000;

impl LineReader for ReportReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let (prefix, rest) = split_prefix(&text);
        if prefix.is_some() {
            self.end_report(sink);
            if let Some((id, unique)) = started_job(rest) {
                self.start(id, unique, sink);
            }
            return Fate::Parsed;
        }
        let Some((key, value)) = split_key(rest) else {
            let known = text.starts_with([' ', '\t', '+', '*']) || text.trim_end().ends_with(':');
            return if known {
                Fate::Ignored("continuation-line")
            } else {
                Fate::Ignored("output-of-a-called-program")
            };
        };
        if key == "jobid" {
            self.end_report(sink);
            self.report = Some(Report { id: value.replace([',', '.'], ""), ..Report::default() });
        }
        let Some(report) = &mut self.report else { return Fate::Parsed };
        report.take(&key, value, sink);
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.end_report(sink);
        for (_, run) in std::mem::take(&mut self.started) {
            run.close(None, "", sink);
        }
    }
}

impl Report {
    fn take(&mut self, key: &str, value: &str, sink: &Sink<'_>) {
        let time = || row_times::read(value, DayFirst(false)).filter(is_a_date);
        match key {
            // The unique name comes before or after the plain one.
            "job" | "name" if !value.is_empty() => {
                let (name, _) = split_job(value);
                if self.job.is_empty() || key == "name" {
                    self.job = name.to_owned();
                }
            }
            "client" | "clientname" => self.client = host_of_client(value),
            "starttime" => {
                self.run = time().map(|start| OpenRun::new(None, String::new(), start, sink));
            }
            "endtime" => self.end = time(),
            "jobstatus" if self.status.is_empty() => self.status = status_of_letter(value).to_owned(),
            "termination" => {
                self.status = value.trim_matches(['*', ' ']).to_owned();
                self.other |= ["Restore", "Verify", "Copy", "Copying", "Migration", "Admin", "Archive"]
                    .iter()
                    .any(|kind| self.status.starts_with(kind));
            }
            "type" => self.other |= value != "B",
            "prevbackupjobid" | "verifyjob" | "restoreclient" | "verifyjobid" => self.other = true,
            _ => {}
        }
    }
}

impl ReportReader {
    fn start(&mut self, id: &str, unique: &str, sink: &Sink<'_>) {
        let (name, Some(planned)) = split_job(unique) else { return };
        if self.started.len() < STARTED_MAX {
            self.started.push((id.to_owned(), OpenRun::new(None, name.to_owned(), planned, sink)));
        }
    }

    fn end_report(&mut self, sink: &mut Sink<'_>) {
        let Some(report) = self.report.take() else { return };
        self.started.retain(|(id, _)| *id != report.id);
        let Some(mut run) = report.run.filter(|_| !report.other) else { return };
        run.host = report.client;
        run.job = if report.job.is_empty() { "backup".to_owned() } else { report.job };
        run.close(report.end, &report.status, sink);
    }
}

/// JobStatus codes of the catalog, Bacula's jcr.h.
pub(super) fn status_of_letter(letter: &str) -> &str {
    match letter {
        "T" => "OK",
        "W" => "OK with warnings",
        "E" | "e" => "error",
        "f" => "failed",
        "A" => "canceled",
        "I" => "incomplete",
        "R" => "running",
        "C" => "created",
        other => other,
    }
}
