//! The status of a UPS as `apcaccess status` prints it and apcupsd writes it to `apcupsd.status`.
//!
//! Time:   with its offset; before version 3.14 without one.
//! Units:  none is kept.
//! Spec:   apcupsd manual, "apcaccess"; sources (`src/lib/apcstatus.c`).
//! Loses:  charge, load and voltages: they are the UPS's, not a host's.
//! Not handled: the pieces of other languages than English.

use crate::ingest::captured::{Captured, date_line};
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::ups_events::{self, APCUPSD_MAINS_BACK, APCUPSD_ON_BATTERY};
use crate::ledger::{Fate, Reason};

pub struct ApcupsdStatus;

impl Format for ApcupsdStatus {
    fn id(&self) -> &'static str {
        "apcupsd-status"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "status of a UPS: apcaccess status, apcupsd.status"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let begins = head.says("001,")
            && head.first_lines(40).any(|line| {
                field(line).is_some_and(|(key, value)| key == "APC" && value.starts_with("001,"))
            });
        if begins { super::fit_of_output(head, 5, |line| field(line).is_some()) } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<StatusReader>::default())
    }

    fn is_of_a_host(&self) -> bool {
        false
    }
}

/// `XONBATT  : 2016-09-01 17:24:16 +0200`: a key of at most nine capitals, padded.
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim();
    let is_key = (2..=9).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    (is_key && line.find(':').is_some_and(|at| (8..=10).contains(&at))).then(|| (key, value.trim()))
}

#[derive(Default)]
struct StatusReader {
    captured: Captured,
    host: Option<String>,
    /// Times that have been kept: each status repeats them.
    on_battery: String,
    mains_back: String,
}

impl LineReader for StatusReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some((key, value)) = field(&text) else {
            return self.captured.around(&text).unwrap_or(Fate::Quarantined(Reason::BadShape));
        };
        let (known, words) = match key {
            // The machine that the daemon runs on, not the UPS.
            "HOSTNAME" => {
                self.host = Some(value.to_owned()).filter(|host| !host.is_empty());
                return Fate::Parsed;
            }
            "XONBATT" => (&mut self.on_battery, APCUPSD_ON_BATTERY),
            "XOFFBATT" => (&mut self.mains_back, APCUPSD_MAINS_BACK),
            _ => return Fate::Parsed,
        };
        if value == "N/A" || value.is_empty() || known == value {
            return Fate::Parsed;
        }
        value.clone_into(known);
        let Some(stamp) = date_line(value) else { return Fate::Quarantined(Reason::BadField("time")) };
        ups_events::keep_like(words, &text, self.host.as_deref(), stamp, sink);
        Fate::Parsed
    }
}
