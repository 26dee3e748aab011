//! Power readings by DCMI: `ipmitool dcmi power reading`, FreeIPMI's `ipmi-dcmi --get-system-power-statistics`
//! and `--get-enhanced-system-power-statistics`, `ipmiutil dcmi power`; one reading or many.
//!
//! Time:   a time that the collector wrote before the reading; else the BMC's own.
//! Units:  watts; the sampling period in seconds or milliseconds, which is not kept.
//! Spec:   DCMI v1.5 §6.6.1; print formats of ipmitool 1.8.11 to 1.8.19, FreeIPMI 1.6 and ipmiutil 3.1.
//! Loses:  lowest, highest and mean of the sampling period; power limits.
//! Not handled: `ipmi-dcmi` with translated keys.

use crate::ingest::captured::{Captured, date_line};
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::power_series::PowerSeries;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct IpmiDcmiPower;

impl Format for IpmiDcmiPower {
    fn id(&self) -> &'static str {
        "ipmi-dcmi-power"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "power readings by DCMI (ipmitool, FreeIPMI, ipmiutil)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if head.says_early(LANDMARKS) {
            super::fit_of_output(head, 1, |line| key_of(line).is_some())
        } else {
            Fit::No
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<DcmiReader>::default())
    }
}

/// What a line of the answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Watts,
    Time,
    State,
    /// Statistics of the sampling period, limits, capabilities.
    Other,
}

/// Keys that nothing else has; others are words that many have.
const LANDMARKS: &[&str] = &[
    "instantaneous power reading",
    "minimum during sampling period",
    "minimum power over sampling duration",
    "min power over sample duration",
    "power reading state is",
    "power measurement  ",
    "current limit state",
    "correction time limit",
    "statistics reporting time period",
    "power statistics for rolling average",
    "power reading is not available",
    "dcmi request failed",
    "no set power limit",
];

const KEYS: &[(&str, Key)] = &[
    ("instantaneous power reading", Key::Watts),
    ("current power", Key::Watts),
    ("ipmi timestamp", Key::Time),
    ("time stamp", Key::Time),
    ("power reading state is", Key::State),
    ("power measurement", Key::State),
    ("minimum during sampling period", Key::Other),
    ("maximum during sampling period", Key::Other),
    ("average power reading over sample period", Key::Other),
    ("sampling period", Key::Other),
    ("minimum power over sampling duration", Key::Other),
    ("maximum power over sampling duration", Key::Other),
    ("average power over sampling duration", Key::Other),
    ("min power over sample duration", Key::Other),
    ("max power over sample duration", Key::Other),
    ("avg power over sample duration", Key::Other),
    ("statistics reporting time period", Key::Other),
    ("power statistics for rolling average time period", Key::Other),
    ("rolling average time period", Key::Other),
    ("current limit state", Key::Other),
    ("exception actions", Key::Other),
    ("exception action", Key::Other),
    ("power limit", Key::Other),
    ("power limit requested", Key::Other),
    ("correction time", Key::Other),
    ("correction time limit", Key::Other),
    ("management application statistics sampling period", Key::Other),
    ("power limit active", Key::Other),
    ("available rolling average time period", Key::Other),
];

/// Key and value of a line of the answer.
fn key_of(line: &str) -> Option<(Key, &str)> {
    let text = line.trim();
    let (key, value) = match text.split_once(':') {
        Some((key, value)) => (key, value.trim()),
        // `No Set Power Limit`, `Power Statistics for Rolling Average Time Period 5 minutes`
        None => (text, ""),
    };
    let lower = key.trim().to_lowercase();
    if let Some((_, key)) = KEYS.iter().find(|(name, _)| *name == lower) {
        return Some((*key, value));
    }
    let bare = value.is_empty()
        && (lower.starts_with("power statistics for rolling average time period")
            || lower.starts_with("no set power limit")
            || lower.starts_with("no active set power limit")
            || lower.ends_with("power reading is not available")
            || lower.starts_with("dcmi request failed"));
    bare.then_some((Key::Other, value))
}

#[derive(Default)]
struct DcmiReader {
    captured: Captured,
    series: PowerSeries,
    watts: Option<f64>,
    bmc_time: Option<Stamp>,
}

impl LineReader for DcmiReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let before = self.captured.clone();
        let text = self.captured.without_prefix(&text, |line| key_of(line).is_some());
        let found = key_of(text);
        let around = if found.is_none() { self.captured.around(text) } else { None };
        if before.host != self.captured.host || around == Some(Fate::Ignored("time-of-collection")) {
            let after = std::mem::replace(&mut self.captured, before);
            self.keep(sink);
            self.captured = after;
        }
        match (found, around) {
            (Some((key, value)), _) => self.take(key, value, sink),
            (None, Some(fate)) => fate,
            (None, None) => Fate::Quarantined(Reason::BadShape),
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.keep(sink);
    }
}

impl DcmiReader {
    fn take(&mut self, key: Key, value: &str, sink: &mut Sink<'_>) -> Fate {
        match key {
            Key::Watts => {
                self.keep(sink);
                let number = value.split_whitespace().next().unwrap_or("");
                match number.parse::<f64>() {
                    Ok(watts) if watts.is_finite() && watts >= 0.0 => self.watts = Some(watts),
                    _ if number.eq_ignore_ascii_case("n/a")
                        || value.to_lowercase().contains("not available") => {}
                    _ => return Fate::Quarantined(Reason::BadField("watts")),
                }
            }
            Key::Time => self.bmc_time = bmc_time(value),
            Key::State => {
                let state = value.to_lowercase();
                if state.contains("deactivated") || state.contains("not") || state == "inactive" {
                    // What the BMC shows while it does not measure is no reading.
                    self.watts = None;
                }
                self.keep(sink);
            }
            Key::Other => {}
        }
        Fate::Parsed
    }

    /// Keeps the reading that is complete.
    fn keep(&mut self, sink: &mut Sink<'_>) {
        let bmc_time = self.bmc_time.take();
        let Some(watts) = self.watts.take() else { return };
        // Without any time it is no point of a series.
        if let Some(stamp) = self.captured.at.or(bmc_time) {
            self.series.keep(sink, self.captured.host.clone(), stamp, watts);
        }
    }
}

/// The BMC's clock; a BMC whose clock was never set counts from 1970.
fn bmc_time(text: &str) -> Option<Stamp> {
    use chrono::Datelike;
    // Some versions of ipmitool forget the line end after the time.
    let text = text.split("Sampling period").next().unwrap_or(text).replace(" - ", " ");
    let at = match date_line(&text)? {
        Stamp::Zoned(at) => at.naive_utc(),
        Stamp::Local(at) => at,
        _ => return None,
    };
    (at.year() >= 2004).then_some(Stamp::Bmc(at))
}
