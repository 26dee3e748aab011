//! What a UPS, or the daemon beside it, writes down: kept as log lines, so that the knowledge base judges them.
//!
//! Lines of a UPS say nothing of how long a host was up, so that they start no run of activity: a log of five
//! lines a year would make every other silence look common.

use super::sink::Sink;
use crate::model::Stamp;
use crate::model::record::{Body, LogLine};

/// Keeps what `program` wrote if a signature matches it.
pub fn keep(program: &str, text: &str, host: Option<&str>, stamp: Stamp, sink: &mut Sink<'_>) {
    let signatures = sink.interest.signatures(program, text);
    keep_as(program, text, signatures, host, stamp, sink);
}

/// Keeps `text` under the signatures of the words that a daemon has for the same thing: a status field or
/// another maker's words.
pub fn keep_like(
    (program, words): (&str, &str),
    text: &str,
    host: Option<&str>,
    stamp: Stamp,
    sink: &mut Sink<'_>,
) {
    let signatures = sink.interest.signatures(program, words);
    keep_as(program, text, signatures, host, stamp, sink);
}

fn keep_as(
    program: &str,
    text: &str,
    signatures: Vec<String>,
    host: Option<&str>,
    stamp: Stamp,
    sink: &mut Sink<'_>,
) {
    if signatures.is_empty() {
        return;
    }
    let line = LogLine {
        program: program.to_owned(),
        text: text.trim().to_owned(),
        signatures,
        boot_id: None,
        uptime_micros: None,
    };
    sink.record(host.map(str::to_owned), stamp, Body::Log(line));
}

/// apcupsd's words for the start and the end of a time on battery.
pub const APCUPSD_ON_BATTERY: (&str, &str) = ("apcupsd", "Running on UPS batteries.");
pub const APCUPSD_MAINS_BACK: (&str, &str) = ("apcupsd", "Mains returned. No longer on UPS batteries.");

/// Words of NUT's `ups.status` (docs/new-drivers.txt, "Status data").
const NUT_STATES: &[&str] = &[
    "OL", "OB", "LB", "HB", "RB", "CHRG", "DISCHRG", "BYPASS", "CAL", "OFF", "OVER", "TRIM", "BOOST", "FSD",
    "ALARM", "TEST", "SD", "WAIT", "COMMBAD", "ECO", "OVERHEAT", "NOCOMM",
];

/// Whether `text` is a status as NUT writes it: `OL CHRG`, also with `+`.
#[must_use]
pub fn is_nut_status(text: &str) -> bool {
    let mut words = text.split([' ', '+']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| NUT_STATES.contains(&word))
}

/// Follows the status of one UPS and keeps each change between mains and battery. A battery that discharges
/// while the UPS is on line (`OL DISCHRG`: a calibration, a test) is none.
#[derive(Debug, Default)]
pub struct NutStatus {
    on_battery: Option<bool>,
}

impl NutStatus {
    /// Takes the status that `line` shows of `ups`.
    pub fn take(&mut self, status: &str, ups: &str, line: &str, stamp: Stamp, sink: &mut Sink<'_>) {
        let has = |wanted: &str| status.split([' ', '+']).any(|word| word == wanted);
        let on_battery = match (has("OB"), has("OL")) {
            (true, _) => true,
            (false, true) => false,
            (false, false) => return,
        };
        let was = self.on_battery.replace(on_battery);
        if was == Some(on_battery) || (was.is_none() && !on_battery) {
            return;
        }
        let words =
            if on_battery { format!("UPS {ups} on battery") } else { format!("UPS {ups} on line power") };
        keep_like(("upsmon", &words), line, None, stamp, sink);
    }
}
