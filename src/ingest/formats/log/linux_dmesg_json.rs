//! The kernel's ring buffer as JSON (`dmesg -J`): a line per field.
//!
//! Time:   seconds since the kernel started.
//! Units:  seconds.
//! Spec:   dmesg(1), util-linux sys-utils/dmesg.c.
//! Loses:  priority, facility, caller.
//! Not handled: the same written on one line by another program.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::kernel_stamp::micros_of;
use crate::ingest::lines::as_text;
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct LinuxDmesgJson;

impl Format for LinuxDmesgJson {
    fn id(&self) -> &'static str {
        "linux-dmesg-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "kernel ring buffer as JSON (dmesg -J)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.text();
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let opens =
            lines.next() == Some("{") && lines.next().is_some_and(|line| line.starts_with("\"dmesg\""));
        if opens { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(DmesgJsonReader::default()))
    }
}

#[derive(Default)]
struct DmesgJsonReader {
    tracker: LogTracker,
    micros: Option<u64>,
    messages: u64,
}

impl LineReader for DmesgJsonReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let text = text.trim();
        let Some((key, value)) = text.split_once(':').filter(|(key, _)| key.starts_with('"')) else {
            let framing = text.bytes().all(|byte| b"{}[],".contains(&byte));
            return if framing { Fate::Ignored("json-framing") } else { Fate::Quarantined(Reason::BadShape) };
        };
        let value = value.trim();
        match key.trim().trim_matches('"') {
            "time" => {
                self.micros = micros_of(value.trim_end_matches(',').trim_matches('"'));
                if self.micros.is_some() { Fate::Parsed } else { Fate::Quarantined(Reason::BadField("time")) }
            }
            "msg" => self.message(value, sink),
            "dmesg" => Fate::Ignored("json-framing"),
            _ => Fate::Ignored("json-field-not-used"),
        }
    }

    /// Fields were counted; messages are the records.
    fn finish(&mut self, sink: &mut Sink<'_>) {
        sink.understood = self.messages;
    }
}

impl DmesgJsonReader {
    fn message(&mut self, value: &str, sink: &mut Sink<'_>) -> Fate {
        let value = value.strip_suffix(',').unwrap_or(value);
        let Ok(message) = serde_json::from_str::<String>(value) else {
            return Fate::Quarantined(Reason::BadField("msg"));
        };
        self.messages += 1;
        let micros = self.micros.take();
        let stamp = micros.map_or(Stamp::Missing, |micros| Stamp::SinceBoot { micros });
        let split = SplitLine {
            stamp,
            host: None,
            program: "kernel",
            text: &message,
            boot_id: None,
            uptime_micros: micros,
        };
        match stamp {
            Stamp::Missing => self.tracker.take_untimed(&split, sink),
            _ => self.tracker.take(&split, sink),
        }
        Fate::Parsed
    }
}
