//! The log of a backup as the Proxmox backup server writes it.
//!
//! Time:   with an offset.
//! Units:  none.
//! Spec:   Proxmox backup server sources: src/api2/backup/mod.rs, proxmox-rest-server worker_task.rs.
//! Loses:  uploads and sizes.
//! Not handled: verification, pruning and garbage collection, which no machine has to hold still for.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs::OpenRun;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct ProxmoxBackupServerTask;

impl Format for ProxmoxBackupServerTask {
    fn id(&self) -> &'static str {
        "proxmox-backup-server-task"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "log of a backup on a Proxmox backup server"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says(STARTED) {
            return Fit::No;
        }
        let telling = head.text().lines().filter_map(split).any(|(_, message)| message.starts_with(STARTED));
        match fit_by_lines(head, |line| split(line).is_some()) {
            Fit::Sure if telling => Fit::Sure,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(TaskReader::default()))
    }
}

const STARTED: &str = "starting new backup on datastore ";

/// `2024-11-20T07:30:58+01:00: message`.
fn split(line: &str) -> Option<(Stamp, &str)> {
    let (stamp, message) = line.split_once(": ")?;
    let zoned = stamp.contains('T') && stamp.len() >= 20;
    Some((written_time::read(stamp, DayFirst(false)).filter(|_| zoned)?, message))
}

#[derive(Default)]
struct TaskReader {
    run: Option<OpenRun>,
}

impl LineReader for TaskReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some((at, message)) = split(&text) else { return Fate::Ignored("continuation-line") };
        if message.starts_with(STARTED) {
            self.finish(sink);
            // `… from ::ffff:192.0.2.5: "vm/103/2024-11-20T06:30:58Z"`
            let object = message.split('"').nth(1).unwrap_or("");
            let object = object.strip_prefix("ns/").map_or(object, |rest| {
                // Namespaces stand before the kind.
                ["vm/", "ct/", "host/"]
                    .iter()
                    .find_map(|kind| rest.find(kind).map(|at| &rest[at..]))
                    .unwrap_or(rest)
            });
            let name = object.split('/').nth(1).map(str::to_owned);
            let saved = object.rsplit_once('/').map_or(object, |(saved, _)| saved);
            self.run = Some(OpenRun::new(name, format!("backup {saved}").trim().to_owned(), at, sink));
        } else if let Some(status) = message.strip_prefix("TASK ")
            && let Some(run) = self.run.take()
        {
            run.close(Some(at), status, sink);
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        if let Some(run) = self.run.take() {
            run.close(None, "", sink);
        }
    }
}
