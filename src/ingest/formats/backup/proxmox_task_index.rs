//! The list of tasks of Proxmox VE or of a Proxmox backup server (`/var/log/pve/tasks/index`, `active`).
//!
//! Time:   Unix seconds in hexadecimal.
//! Units:  seconds.
//! Spec:   Proxmox sources: PVE/RESTEnvironment.pm (index, active), proxmox-rest-server worker_task.rs.
//! Loses:  tasks that are no backups; the guest's name, which only the log of the task has.
//! Not handled: `pvesh get /nodes/…/tasks` as a drawn table (as JSON it is read by another format).

use chrono::DateTime;

use super::proxmox_vzdump_log::TaskId;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct ProxmoxTaskIndex;

impl Format for ProxmoxTaskIndex {
    fn id(&self) -> &'static str {
        "proxmox-task-index"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "Proxmox list of tasks (UPIDs), of which the backups count"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("UPID:") {
            return Fit::No;
        }
        fit_by_lines(head, |line| {
            line.split(' ').next().and_then(TaskId::of).is_some() && split_state(line).is_some()
        })
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(IndexReader))
    }
}

/// The end, where there is one, and the status behind it: `UPID… 6A11E00C OK`, `UPID… 1 6A11E00C OK`,
/// `UPID… 0`, or a UPID alone.
fn split_state(line: &str) -> Option<(Option<Stamp>, &str)> {
    let rest = line.split_once(' ').map_or("", |(_, rest)| rest).trim();
    let rest = rest.strip_prefix("0 ").or_else(|| rest.strip_prefix("1 ")).unwrap_or(rest).trim();
    if rest.is_empty() || rest == "0" || rest == "1" {
        return Some((None, ""));
    }
    let (end, status) = rest.split_once(' ').unwrap_or((rest, ""));
    let seconds = i64::from_str_radix(end, 16).ok().filter(|_| end.len() == 8)?;
    Some((DateTime::from_timestamp(seconds, 0).map(Stamp::Zoned), status))
}

struct IndexReader;

impl LineReader for IndexReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some(task) = text.split(' ').next().and_then(TaskId::of) else {
            return Fate::Quarantined(Reason::BadField("UPID"));
        };
        let Some((end, status)) = split_state(&text) else {
            return Fate::Quarantined(Reason::BadField("end"));
        };
        if !matches!(task.kind, "vzdump" | "backup") {
            return Fate::Ignored("task-of-another-type");
        }
        let object = unescape(task.object);
        // On a backup server, the task is about somebody else: `store:vm-103`, `store:host-web01`. On a
        // hypervisor, a job of several guests has no object.
        let saved = object.split_once(':').and_then(|(_, saved)| saved.split_once(['-', '/']));
        let host = saved.map_or(task.node, |(_, name)| name).to_owned();
        let job = format!("{} {object}", task.kind).trim().to_owned();
        job_runs::record(Some(host), job, task.start, end, status, sink);
        Fate::Parsed
    }
}

/// `\x3a` is a colon: names are escaped as systemd does it.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\x") {
        out.push_str(before);
        let code = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        match code {
            Some(code) => {
                out.push(char::from(code));
                rest = &after[2..];
            }
            None => {
                out.push_str("\\x");
                rest = after;
            }
        }
    }
    out + rest
}
