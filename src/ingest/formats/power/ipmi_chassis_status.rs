//! What the BMC says of the chassis: `ipmitool chassis status`, `power status`, `restart_cause`, `poh`,
//! `selftest`, and FreeIPMI's `ipmi-chassis --get-chassis-status` and `--get-system-restart-cause`.
//!
//! Time:   none: it is so now, since when nobody knows. The restart cause is that of the latest start.
//! Units:  none.
//! Spec:   IPMI v2.0 §28.2, §28.11; print formats of ipmitool 1.8 (`lib/ipmi_chassis.c`) and FreeIPMI 1.6.
//! Loses:  buttons, intrusion and front panel.
//! Not handled: boot parameters.

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, LogLine};

pub struct IpmiChassisStatus;

impl Format for IpmiChassisStatus {
    fn id(&self) -> &'static str {
        "ipmi-chassis-status"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "chassis status and restart cause (ipmitool, FreeIPMI)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if head.says_early(LANDMARKS) {
            super::fit_of_output(head, 1, |line| field(line).is_some())
        } else {
            Fit::No
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<StatusReader>::default())
    }
}

/// Keys that nothing else has; others are words that many have.
const LANDMARKS: &[&str] = &[
    "system restart cause",
    "power restore policy",
    "main power fault",
    "last power event",
    "poh counter",
    "chassis power is o",
    "self test results  ",
    "power control fault",
];

const KEYS: &[&str] = &[
    "system power",
    "power overload",
    "power interlock",
    "interlock",
    "main power fault",
    "power fault",
    "power control fault",
    "power restore policy",
    "last power event",
    "chassis intrusion",
    "front-panel lockout",
    "front panel lockout",
    "front panel control",
    "drive fault",
    "cooling/fan fault",
    "sleep button disable",
    "diag button disable",
    "reset button disable",
    "power button disable",
    "sleep button disabled",
    "diag button disabled",
    "reset button disabled",
    "power button disabled",
    "system restart cause",
    "restart cause",
    "poh counter",
    "self test results",
    "power on hours",
    "last power on via ipmi command",
    "last power down caused by power fault",
    "last power down caused by a power interlock being activated",
    "last power down caused by a power overload",
    "ac failed",
    "chassis identify state",
    "power off button",
    "reset button",
    "diagnostic interrupt button",
    "standby button",
    "power off button disable",
    "reset button disable",
    "diagnostic interrupt button disable",
    "standby button disable",
];

/// Key in lower case and value of a line.
fn field(line: &str) -> Option<(String, &str)> {
    let text = line.trim();
    if let Some(state) = text.strip_prefix("Chassis Power is ") {
        return matches!(state, "on" | "off").then(|| ("system power".to_owned(), state));
    }
    let (key, value) = text.split_once(':')?;
    let key = key.trim().to_lowercase();
    (KEYS.contains(&key.as_str()) && value.len() <= 80).then(|| (key, value.trim()))
}

/// Whether a field says something of why the machine went down or came up.
fn tells_of_a_cause(key: &str, value: &str) -> bool {
    match key {
        "system restart cause" | "restart cause" => !matches!(value, "unknown" | "Unknown" | "invalid" | ""),
        // `command` alone is somebody's order.
        "last power event" => ["ac-failed", "ac failed", "overload", "fault", "interlock"]
            .iter()
            .any(|word| value.to_lowercase().contains(word)),
        "main power fault" | "power overload" | "power control fault" => value == "true",
        _ => false,
    }
}

#[derive(Default)]
struct StatusReader {
    captured: Captured,
}

impl LineReader for StatusReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let text = self.captured.without_prefix(&text, |line| field(line).is_some());
        let Some((key, value)) = field(text) else {
            return self.captured.around(text).unwrap_or(Fate::Quarantined(Reason::BadShape));
        };
        if tells_of_a_cause(&key, value) {
            let text = text.trim().to_owned();
            let signatures = sink.interest.signatures("ipmitool", &text);
            let line = LogLine {
                program: "ipmitool".to_owned(),
                text,
                signatures,
                boot_id: None,
                uptime_micros: None,
            };
            sink.record(self.captured.host.clone(), Stamp::Missing, Body::Log(line));
        }
        Fate::Parsed
    }
}
