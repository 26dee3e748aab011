//! Logs of Proxmox backups: of a task, of one guest (`/var/log/vzdump/qemu-103.log`), and the mail.
//!
//! Time:   the hypervisor's local time. The name of an archive on a backup server is the start in
//!         UTC; where a log has both, its times carry the offset that follows. The process id of a
//!         task (UPID) has the start in Unix seconds.
//! Units:  lengths as h:mm:ss.
//! Spec:   Proxmox VE sources: PVE/VZDump.pm, PVE/VZDump/QemuServer.pm, PVE/Tools.pm (UPID).
//! Loses:  progress, sizes, the moments of freeze and thaw within a run.
//! Not handled: runs of a log without any time in it (a task log of Proxmox before 6.0, without its UPID).

use chrono::{DateTime, NaiveDateTime, TimeDelta};

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs::{OpenRun, later};
use crate::ingest::log_header::{When, split_when};
use crate::ingest::sink::Sink;
use crate::ingest::unwritten_year::UnwrittenYear;
use crate::ingest::written_duration;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct ProxmoxVzdumpLog;

impl Format for ProxmoxVzdumpLog {
    fn id(&self) -> &'static str {
        "proxmox-vzdump-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "Proxmox backup log (vzdump): task log, log of a guest, mail"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says_one_of(TELLING) {
            return Fit::No;
        }
        let telling = head.text().lines().filter_map(Line::split).any(|line| is_telling(line.message));
        let own = |line: &str| Line::split(line).is_some() || is_mail(around_the_log(line));
        match fit_by_lines(head, own) {
            Fit::Sure if telling => Fit::Sure,
            // Prose that quotes a log.
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(VzdumpReader::default()))
    }
}

/// Words of which one stands in every line that [`is_telling`].
const TELLING: &[&str] =
    &["backup job: vzdump", "Backup of VM ", "Backup started at ", "vzdump-", "trying to get global lock"];

/// What only this program writes.
fn is_telling(message: &str) -> bool {
    message.starts_with("starting new backup job: vzdump")
        || guest_of(message).is_some()
        || message.starts_with("Backup started at ")
        || (message.starts_with("creating ") && message.contains("vzdump-"))
        || message.starts_with("trying to get global lock")
}

/// A line without what stands before its message.
struct Line<'a> {
    at: Option<NaiveDateTime>,
    /// Month, day and second of the day, where no year is written.
    yearless: Option<(u8, u8, u32)>,
    /// `INFO`, `ERROR`, `WARN`, `TASK`.
    level: &'a str,
    message: &'a str,
}

impl<'a> Line<'a> {
    /// `[103: ][2024-11-20 07:30:58 ]INFO: message`; `TASK ERROR: message`; `TASK OK`. Up to version 5 of Proxmox
    /// VE it was `Nov 20 07:30:58 INFO: message`.
    fn split(line: &'a str) -> Option<Self> {
        let rest = match line.split_once(": ") {
            Some((guest, rest)) if !guest.is_empty() && guest.bytes().all(|byte| byte.is_ascii_digit()) => {
                rest
            }
            _ => line,
        };
        let (at, rest) = match rest.get(..19).and_then(local_time) {
            Some(at) => (Some(at), rest[19..].trim_start()),
            None => (None, rest),
        };
        let (yearless, rest) = match split_when(rest).filter(|_| at.is_none()) {
            Some((When::Yearless { month, day, second_of_day }, rest)) => {
                (Some((month, day, second_of_day)), rest.trim_start())
            }
            _ => (None, rest),
        };
        if let Some(message) = rest.strip_prefix("TASK ") {
            let known = ["OK", "ERROR", "WARNINGS", "INTERRUPTED"];
            return known.iter().any(|word| message.starts_with(word)).then_some(Self {
                at,
                yearless,
                level: "TASK",
                message,
            });
        }
        let (level, message) = rest.split_once(':')?;
        matches!(level, "INFO" | "ERROR" | "WARN" | "WARNING").then(|| Self {
            at,
            yearless,
            level,
            message: message.trim(),
        })
    }
}

/// `2024-11-20 07:30:58`, and nothing else.
fn local_time(text: &str) -> Option<NaiveDateTime> {
    match written_time::read(text, DayFirst(false)) {
        Some(Stamp::Local(at)) if text.len() == 19 && text.as_bytes()[4] == b'-' => Some(at),
        _ => None,
    }
}

/// `Starting Backup of VM 103 (qemu)`.
fn guest_of(message: &str) -> Option<&str> {
    let (guest, kind) = message.strip_prefix("Starting Backup of VM ")?.split_once(' ')?;
    (kind.starts_with('(') && guest.bytes().all(|byte| byte.is_ascii_digit())).then_some(guest)
}

/// One guest's turn.
struct Guest {
    id: String,
    name: Option<String>,
    run: Option<OpenRun>,
    length: Option<i64>,
    failed: bool,
}

#[derive(Default)]
struct VzdumpReader {
    node: Option<String>,
    /// The whole task, on the hypervisor.
    task: Option<OpenRun>,
    guest: Option<Guest>,
    year: UnwrittenYear,
    last_local: Option<NaiveDateTime>,
    last_end: Option<Stamp>,
    task_failed: bool,
    /// What a clock of the zone shows less UTC, once the log has told.
    offset: Option<TimeDelta>,
}

impl LineReader for VzdumpReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(upid) = text.split_whitespace().find(|word| word.starts_with("UPID:")) {
            return self.task_id(upid, sink);
        }
        let Some(mut line) = Line::split(&text) else {
            if let Some(arguments) = text.trim().strip_prefix("vzdump ") {
                self.note_node(arguments);
            }
            return around_the_log(&text);
        };
        if let Some((month, day, second)) = line.yearless {
            line.at = self.year.at(month, day, second);
        }
        self.last_local = line.at.or(self.last_local);
        match line.level {
            "TASK" => self.end_task(line.message, sink),
            "ERROR" => self.error(line.message, sink),
            _ => self.info(&line, sink),
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.end_task("", sink);
    }
}

fn is_mail(fate: Fate) -> bool {
    matches!(fate, Fate::Ignored("mail-summary" | "mail-header"))
}

/// Programs that vzdump calls write as they like, and a mail has a table and headings around the log.
fn around_the_log(text: &str) -> Fate {
    let trimmed = text.trim();
    let heads = ["VMID", "TOTAL", "Details", "Detailed backup logs", "Total ", "vzdump ", "===", "Logs"];
    if heads.iter().any(|head| trimmed.starts_with(head)) {
        return Fate::Ignored("mail-summary");
    }
    let first = trimmed.split_whitespace().next().unwrap_or("");
    if first.bytes().all(|byte| byte.is_ascii_digit()) && trimmed.contains(" ok ") | trimmed.contains(" err")
    {
        return Fate::Ignored("mail-summary");
    }
    let mail =
        ["From: ", "To: ", "Subject: ", "Date: ", "MIME-Version", "Content-", "Message-", "Return-Path"];
    if mail.iter().any(|head| trimmed.starts_with(head)) {
        return Fate::Ignored("mail-header");
    }
    Fate::Ignored("output-of-a-called-program")
}

impl VzdumpReader {
    /// The command line says which hypervisor it is for.
    fn note_node(&mut self, arguments: &str) {
        let node = arguments.split_whitespace().skip_while(|word| *word != "--node").nth(1);
        self.node = node.map(str::to_owned).or(self.node.take());
    }

    fn info(&mut self, line: &Line<'_>, sink: &mut Sink<'_>) {
        let message = line.message;
        if let Some(arguments) = message.strip_prefix("starting new backup job: vzdump") {
            self.end_guest(None, sink);
            self.note_node(arguments);
        } else if let Some(id) = guest_of(message) {
            self.end_guest(None, sink);
            self.guest =
                Some(Guest { id: id.to_owned(), name: None, run: None, length: None, failed: false });
            if let Some(at) = line.at {
                self.start_guest(at, sink);
            }
        } else if let Some(at) = message.strip_prefix("Backup started at ").and_then(local_time) {
            self.last_local = Some(at);
            self.start_guest(at, sink);
        } else if let Some(name) =
            message.strip_prefix("VM Name: ").or_else(|| message.strip_prefix("CT Name: "))
        {
            if let Some(guest) = &mut self.guest {
                guest.name = Some(name.trim().to_owned());
            }
        } else if message.starts_with("creating ") {
            self.archive(message);
        } else if message.starts_with("Finished Backup of VM ") {
            let length = message.rsplit_once('(').map(|(_, rest)| rest.trim_end_matches(')'));
            let length = length.and_then(|text| written_duration::read(text, None));
            if let Some(guest) = &mut self.guest {
                guest.length = length;
            }
            if length.is_none()
                && let Some(at) = line.at
            {
                self.end_guest(Some(at), sink);
            }
        } else if let Some(at) = message.strip_prefix("Backup finished at ").and_then(local_time) {
            self.last_local = Some(at);
            self.end_guest(Some(at), sink);
        } else if let Some(at) = message.strip_prefix("Failed at ").and_then(local_time) {
            self.last_local = Some(at);
            self.end_guest(Some(at), sink);
        } else if message.starts_with("Backup job finished") {
            self.end_guest(None, sink);
            self.task_failed |= message.contains("error");
        }
    }

    fn error(&mut self, message: &str, sink: &mut Sink<'_>) {
        if message.starts_with("Backup of VM ") {
            self.task_failed = true;
            if let Some(guest) = &mut self.guest {
                guest.failed = true;
            }
            if let Some(at) = self.last_local.filter(|_| self.guest.is_some() && self.is_dated_by_line()) {
                self.end_guest(Some(at), sink);
            }
        } else if message.starts_with("Backup job failed") {
            self.task_failed = true;
            self.end_guest(None, sink);
        }
    }

    /// Whether lines carry their times: then the end of a failed run is the time of its last line.
    fn is_dated_by_line(&self) -> bool {
        let start = self.guest.as_ref().and_then(|guest| guest.run.as_ref()).map(|run| run.start);
        self.last_local.map(Stamp::Local) > start
    }

    fn start_guest(&mut self, at: NaiveDateTime, sink: &mut Sink<'_>) {
        let start = Stamp::Local(at);
        if let (None, Some(OpenRun { start: Stamp::Zoned(utc), .. })) = (self.offset, &self.task) {
            self.offset = offset_of(at - utc.naive_utc());
        }
        if let Some(guest) = &mut self.guest
            && guest.run.is_none()
        {
            guest.run = Some(OpenRun::new(None, "vzdump".to_owned(), start, sink));
        }
        if self.task.is_none() {
            self.task = Some(OpenRun::new(None, "vzdump".to_owned(), start, sink));
        }
    }

    /// `creating Proxmox Backup Server archive 'vm/103/2024-11-20T06:30:58Z'`: the start once more, in UTC.
    /// `creating archive '/dump/vzdump-qemu-103-2018_03_05-22_00_11.vma.lzo'`: the year, for lines without one.
    fn archive(&mut self, message: &str) {
        if let Some(year) = year_of_archive(message) {
            self.year.learn(year);
        }
        let Some(OpenRun { start: Stamp::Local(local), .. }) =
            self.guest.as_ref().and_then(|guest| guest.run.as_ref())
        else {
            return;
        };
        let utc = message
            .split('\'')
            .filter_map(|part| part.rsplit('/').next())
            .find_map(|name| name.strip_suffix('Z').filter(|name| name.contains('T')).and_then(local_time));
        let exact = utc.map(|utc| *local - utc).filter(|offset| offset.num_seconds() % QUARTER_SECONDS == 0);
        self.offset = exact.and_then(offset_of).or(self.offset);
    }

    fn end_guest(&mut self, end: Option<NaiveDateTime>, sink: &mut Sink<'_>) {
        let Some(guest) = self.guest.take() else { return };
        let Some(mut run) = guest.run else { return };
        let offset = self.offset;
        let zoned = |local: NaiveDateTime| match offset {
            Some(offset) => Stamp::Zoned((local - offset).and_utc()),
            None => Stamp::Local(local),
        };
        if let Stamp::Local(local) = run.start {
            run.start = zoned(local);
        }
        let end = guest.length.and_then(|length| later(run.start, length)).or(end.map(zoned));
        let status = match (guest.failed, end) {
            (true, _) => "failed",
            (false, Some(_)) => "ok",
            (false, None) => "",
        };
        // A guest goes by its name. Its number says which guest of which hypervisor; where there is no
        // name, what is known is the hypervisor.
        run.host = guest.name.or_else(|| self.node.clone()).or_else(|| Some(guest.id.clone()));
        if run.host == self.node || run.host.as_ref() == Some(&guest.id) {
            run.job = format!("vzdump {}", guest.id);
        }
        if let Some(task) =
            self.task.as_mut().filter(|task| same_written_start(task.start, run.start, offset))
        {
            task.start = run.start;
        }
        self.last_end = end.or(self.last_end);
        run.start = self.year.settled(run.start);
        run.close(end.map(|end| self.year.settled(end)), status, sink);
    }

    /// The hypervisor was busy from its first guest to its last.
    fn end_task(&mut self, message: &str, sink: &mut Sink<'_>) {
        let cut_short = self.guest.as_ref().is_some_and(|guest| guest.length.is_none() && !guest.failed);
        self.end_guest(None, sink);
        let (Some(mut task), Some(node)) = (self.task.take(), self.node.clone()) else { return };
        let failed = self.task_failed || message.starts_with("ERROR");
        let end = self.last_end.take().filter(|_| !cut_short);
        task.host = Some(node);
        task.start = self.year.settled(task.start);
        task.close(
            end.map(|end| self.year.settled(end)),
            if failed {
                "failed"
            } else if end.is_some() {
                "ok"
            } else {
                ""
            },
            sink,
        );
        self.task_failed = false;
    }

    /// `UPID:node:pid:pstart:starttime:type:id:user:`, numbers in hexadecimal.
    fn task_id(&mut self, upid: &str, sink: &mut Sink<'_>) -> Fate {
        let Some(task) = TaskId::of(upid) else { return Fate::Quarantined(Reason::BadField("UPID")) };
        if task.kind == "vzdump" {
            self.node = Some(task.node.to_owned());
            if self.task.is_none() {
                self.task = Some(OpenRun::new(None, "vzdump".to_owned(), task.start, sink));
            }
        }
        Fate::Parsed
    }
}

/// The year in `vzdump-qemu-103-2018_03_05-22_00_11.vma`.
fn year_of_archive(message: &str) -> Option<i32> {
    let (_, name) = message.split_once("vzdump-")?;
    let date = name.split('-').nth(2).filter(|date| date.len() == 10 && date.as_bytes()[4] == b'_')?;
    date.get(..4)?.parse().ok()
}

/// Zones are whole quarters of an hour.
const QUARTER_SECONDS: i64 = 900;
/// How long a task may wait for others before its first guest, and still tell the zone.
const WAIT_SECONDS_MAX: i64 = 600;

/// The offset of a zone, from what a clock shows less what it was in UTC a little before.
fn offset_of(difference: TimeDelta) -> Option<TimeDelta> {
    let seconds = difference.num_seconds();
    let wait = seconds.rem_euclid(QUARTER_SECONDS);
    let offset = seconds - wait;
    (wait <= WAIT_SECONDS_MAX && offset.abs() <= 14 * 3600).then(|| TimeDelta::seconds(offset))
}

fn same_written_start(task: Stamp, run: Stamp, offset: Option<TimeDelta>) -> bool {
    match (task, run, offset) {
        (Stamp::Local(local), Stamp::Zoned(utc), Some(offset)) => local - offset == utc.naive_utc(),
        _ => false,
    }
}

/// The name of a task of Proxmox VE or of a backup server.
pub(super) struct TaskId<'a> {
    pub node: &'a str,
    pub start: Stamp,
    pub kind: &'a str,
    pub object: &'a str,
}

impl<'a> TaskId<'a> {
    /// The backup server has one number more before the start.
    pub(super) fn of(upid: &'a str) -> Option<Self> {
        let parts: Vec<&str> = upid.strip_prefix("UPID:")?.split(':').collect();
        let at = match parts.len() {
            8 => 3,
            9 => 4,
            _ => return None,
        };
        let seconds = i64::from_str_radix(parts[at], 16).ok()?;
        let start = Stamp::Zoned(DateTime::from_timestamp(seconds, 0)?);
        let is_hex = parts[1..at].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
        is_hex.then_some(Self { node: parts[0], start, kind: parts[at + 1], object: parts[at + 2] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_telling_message_has_a_word_that_is_looked_for_first() {
        for message in [
            "starting new backup job: vzdump 103 --mode snapshot",
            "Starting Backup of VM 103 (qemu)",
            "Backup started at 2024-11-20 07:30:58",
            "creating archive '/dump/vzdump-qemu-103.vma'",
            "trying to get global lock - waiting...",
        ] {
            assert!(is_telling(message), "{message}");
            assert!(TELLING.iter().any(|words| message.contains(words)), "{message}");
        }
    }
}
