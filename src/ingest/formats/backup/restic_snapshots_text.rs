//! `restic snapshots`: a table in columns.
//!
//! Time:   local time of the machine that prints; when the backup began.
//! Units:  none.
//! Spec:   restic sources: cmd/restic/cmd_snapshots.go (`PrintSnapshots`).
//! Loses:  tags, paths, sizes.
//! Not handled: nothing known; the table has no ends.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::job_runs;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};

pub struct ResticSnapshotsText;

impl Format for ResticSnapshotsText {
    fn id(&self) -> &'static str {
        "restic-snapshots-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "restic snapshots, a table in columns"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("Host") {
            return Fit::No;
        }
        let text = head.text();
        let mut lines = text.lines().take(60);
        let host = lines.find_map(host_column);
        let ruled = lines.next().is_some_and(is_rule);
        if host.is_some() && ruled { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(SnapshotReader { host: None }))
    }
}

/// The character at which the host stands: `ID        Time                 Host  Tags`.
fn host_column(line: &str) -> Option<usize> {
    let words: Vec<&str> = line.split_whitespace().collect();
    (words.first() == Some(&"ID") && words.get(1) == Some(&"Time") && words.get(2) == Some(&"Host"))
        .then(|| line.find("Host"))?
}

fn is_rule(line: &str) -> bool {
    line.len() > 20 && line.bytes().all(|byte| byte == b'-')
}

struct SnapshotReader {
    host: Option<usize>,
}

impl LineReader for SnapshotReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(host) = host_column(&text) {
            self.host = Some(host);
            return Fate::Ignored("table-header");
        }
        if is_rule(&text) {
            return Fate::Ignored("table-rule");
        }
        let id = text.split(' ').next().unwrap_or("");
        if id.len() != 8 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let more = text.starts_with(' ');
            return Fate::Ignored(if more { "continuation-line" } else { "around-the-table" });
        }
        let Some(host) = self.host else { return Fate::Quarantined(Reason::BadShape) };
        let time: String = text.chars().skip(id.len()).take(host.saturating_sub(id.len())).collect();
        let Some(start) = written_time::read(&time, DayFirst(false)) else {
            return Fate::Quarantined(Reason::BadField("time"));
        };
        let name: String = text.chars().skip(host).take_while(|c| *c != ' ').collect();
        let name = Some(name).filter(|name| !name.is_empty());
        job_runs::record(name, "restic".to_owned(), start, None, "", sink);
        Fate::Parsed
    }
}
