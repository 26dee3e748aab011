//! Incidents that somebody wrote down, in our words.

use crate::model::{Cause, Kind};

/// The cause that a person's words mean; `None` if they give none.
#[must_use]
pub fn cause_of(words: &str) -> Option<Cause> {
    let lower = words.trim().to_lowercase();
    if let Some(exact) = Cause::from_word(&lower.replace([' ', '-'], "_")) {
        return Some(exact);
    }
    let table: [(&[&str], Cause); 12] = [
        (&["panic", "oops", "kernel", "bluescreen", "software", "os crash"], Cause::KernelPanic),
        (&["watchdog"], Cause::Watchdog),
        (
            &["temperature", "thermal", "overheat", "cooling", "chiller", "heat", "environment"],
            Cause::Thermal,
        ),
        (&["out of memory", "oom"], Cause::MemoryExhaustion),
        (&["power", "ups", "psu", "feed", "mains"], Cause::PowerLoss),
        (&["disk", "storage", "raid", "filesystem", "scsi", "nvme", "drive"], Cause::Storage),
        (
            &[
                "memory",
                "dimm",
                "cpu",
                "mce",
                "hardware",
                "ecc",
                "board",
                "facilities hardware",
                "fan",
                "pci",
            ],
            Cause::HardwareError,
        ),
        (&["hang", "hung", "frozen", "freeze", "unresponsive"], Cause::Hang),
        (&["human", "operator", "admin", "mistake"], Cause::Operator),
        (&["maintenance", "planned", "scheduled", "upgrade", "patch"], Cause::Maintenance),
        (&["clean", "graceful", "orderly"], Cause::Clean),
        (&["unknown", "undetermined", "unexplained", "none", "spontaneous", "?"], Cause::Unexplained),
    ];
    if lower.is_empty() {
        return None;
    }
    table.iter().find(|(words, _)| words.iter().any(|word| lower.contains(word))).map(|(_, cause)| *cause)
}

/// The kind that a person's words mean.
#[must_use]
pub fn kind_of(words: Option<&str>) -> Kind {
    match words.map(str::to_lowercase) {
        Some(words) if words.contains("outage") => Kind::Outage,
        Some(words) if words.contains("shutdown") || words.contains("power off") => Kind::Shutdown,
        _ => Kind::Reboot,
    }
}
