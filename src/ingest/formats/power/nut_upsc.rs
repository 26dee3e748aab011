//! The variables of a UPS as NUT's `upsc` prints them.
//!
//! Time:   none of its own; one that the collector wrote before.
//! Units:  none is kept.
//! Spec:   NUT `upsc(8)` and `docs/nut-names.txt`.
//! Loses:  charge, load and voltages: they are the UPS's, not a host's.
//! Not handled: what `upscmd -l` and `upsrw` print.

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::ups_events::{NutStatus, is_nut_status};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct NutUpsc;

impl Format for NutUpsc {
    fn id(&self) -> &'static str {
        "nut-upsc"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "variables of a UPS: NUT upsc"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says_one_of(&["ups.", "battery."]) {
            return Fit::No;
        }
        let says_status = head.text().split('\n').any(|line| {
            variable(line).is_some_and(|(name, _)| name.starts_with("ups.") || name.starts_with("battery."))
        });
        if says_status { super::fit_of_output(head, 3, |line| variable(line).is_some()) } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<UpscReader>::default())
    }

    fn is_of_a_host(&self) -> bool {
        false
    }
}

/// `battery.charge: 100`
fn variable(line: &str) -> Option<(&str, &str)> {
    const GROUPS: &[&str] = &[
        "ambient",
        "battery",
        "device",
        "driver",
        "input",
        "outlet",
        "output",
        "server",
        "ups",
        "experimental",
    ];
    let (name, value) = line.trim_end().split_once(':')?;
    let (group, rest) = name.split_once('.')?;
    let is_name = GROUPS.contains(&group)
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    (is_name && (value.is_empty() || value.starts_with(' '))).then(|| (name, value.trim()))
}

#[derive(Default)]
struct UpscReader {
    captured: Captured,
    status: NutStatus,
}

impl LineReader for UpscReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some((name, value)) = variable(&text) else {
            return self.captured.around(&text).unwrap_or(Fate::Quarantined(Reason::BadShape));
        };
        if name == "ups.status" {
            if !is_nut_status(value) {
                return Fate::Quarantined(Reason::BadField("ups.status"));
            }
            let stamp = self.captured.at.unwrap_or(Stamp::Missing);
            self.status.take(value, "of upsc", &text, stamp, sink);
        }
        Fate::Parsed
    }
}
