//! mcelog's own log: machine checks decoded over several lines each.
//!
//! Time:   `TIME`, Unix time of the event; an event without it has none.
//! Units:  seconds.
//! Spec:   mcelog(8), mcelog.c (dump_mce, dump_mce_raw_ascii).
//! Loses:  nothing that the lines say.
//! Not handled: events of more than 200 lines are cut into several.

use chrono::DateTime;

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::Span;

pub struct McelogText;

impl Format for McelogText {
    fn id(&self) -> &'static str {
        "mcelog-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "machine checks as mcelog decodes them (/var/log/mcelog)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says_one_of(&["STATUS ", "CPU "]) {
            return Fit::No;
        }
        let text = head.whole_lines();
        let (mut own, mut all, mut begins, mut status) = (0_usize, 0_usize, false, false);
        for line in text.lines().filter(|line| !line.trim().is_empty()).take(200) {
            all += 1;
            own += usize::from(is_own(line));
            begins |= begins_event(line);
            status |= line.starts_with("STATUS ") || line.starts_with("CPU ");
        }
        if begins && status && own * 10 >= all * 7 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(McelogReader::default()))
    }
}

fn begins_event(line: &str) -> bool {
    line.starts_with("Hardware event.") || line.starts_with("HARDWARE ERROR.") || is_number(line)
}

/// `MCE 0`, which stands first where no `Hardware event` does.
fn is_number(line: &str) -> bool {
    line.strip_prefix("MCE ")
        .is_some_and(|number| !number.is_empty() && number.trim().bytes().all(|b| b.is_ascii_digit()))
}

/// Beginnings of mcelog's lines, of the frame and of what its decoders print.
const BEGINNINGS: &[&str] = &[
    "mcelog: ",
    "Hardware event.",
    "HARDWARE ERROR",
    "MCE ",
    "CPU ",
    "MISC ",
    "ADDR ",
    "TIME ",
    "MCG status",
    "MCi status",
    "MCA: ",
    "STATUS ",
    "MCGCAP ",
    "CPUID ",
    "MICROCODE ",
    "PPIN ",
    "SOCKET ",
    "TSC ",
    "RIP ",
    "Corrected error",
    "Uncorrected error",
    "Error overflow",
    "Error enabled",
    "MCi_",
    "Processor context corrupt",
    "Transaction: ",
    "Memory ",
    "Family ",
    "Running trigger",
    "This is not a software",
    "Run through mcelog",
    "SRAO",
    "SRAR",
    "UCNA",
    "Threshold based",
    "Large number of corrected",
    "Data CACHE",
    "Instruction CACHE",
    "Generic CACHE",
    "Northbridge",
    "Bus error",
    "bus error",
    "Internal ",
    "DIMM ",
    "corrected ",
    "uncorrected ",
    "Location ",
    "Unknown",
    "memory ",
    "Kernel does not support",
    "BUS ",
    "Interconnect",
    "QPI",
    "Please ",
    "CACHE ",
    "TLB ",
    "APICID ",
    "Intel ",
    "AMD ",
    "PCU",
    "UNKNOWN",
    "MCGSTATUS ",
];

fn is_own(line: &str) -> bool {
    line.starts_with([' ', '\t']) || BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

/// The longest event.
const EVENT_LINES_MAX: usize = 200;

#[derive(Default)]
struct McelogReader {
    tracker: LogTracker,
    /// Lines of the event that is being read; its time can stand on any of them.
    event: Vec<(Span, String)>,
    stamp: Option<Stamp>,
    /// The event has been numbered, so another number begins another.
    numbered: bool,
}

impl LineReader for McelogReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        if begins_event(&text) && (self.numbered || !is_number(&text)) || self.event.len() >= EVENT_LINES_MAX
        {
            self.close(sink);
        }
        self.numbered |= is_number(&text);
        if let Some(time) = text.strip_prefix("TIME ") {
            let seconds = time.split(' ').next().and_then(|seconds| seconds.parse().ok());
            match seconds
                .filter(|seconds| *seconds > 0)
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            {
                Some(at) => self.stamp = Some(Stamp::Zoned(at)),
                None => return Fate::Quarantined(Reason::BadField("TIME")),
            }
        }
        self.event.push((sink.span(), text.trim().to_owned()));
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.close(sink);
    }
}

impl McelogReader {
    fn close(&mut self, sink: &mut Sink<'_>) {
        let here = sink.span();
        let stamp = self.stamp.take().unwrap_or(Stamp::Missing);
        self.numbered = false;
        for (span, text) in std::mem::take(&mut self.event) {
            sink.at(span);
            let split = SplitLine {
                stamp,
                host: None,
                program: "mcelog",
                text: &text,
                boot_id: None,
                uptime_micros: None,
            };
            match stamp {
                Stamp::Missing => self.tracker.take_untimed(&split, sink),
                _ => self.tracker.take(&split, sink),
            }
        }
        sink.at(here);
    }
}
