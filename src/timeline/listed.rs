//! Incidents that somebody wrote down, in our words.

use crate::model::{Cause, Kind};

/// The cause that a person's words mean; `None` if they give none.
#[must_use]
pub fn cause_of(words: &str) -> Option<Cause> {
    // What was not planned says so with the word for what was.
    let lower = words.trim().to_lowercase();
    let lower =
        ["unplanned", "unscheduled", "ungeplant"].iter().fold(lower, |text, word| text.replace(word, ""));
    let lower = lower.trim().to_owned();
    if let Some(exact) = Cause::from_word(&lower.replace([' ', '-'], "_")) {
        return Some(exact);
    }
    // `Hardware: Power Supply`: what stands behind a heading says more than the heading.
    if let Some(detail) = lower.rsplit_once(": ").and_then(|(_, detail)| cause_of(detail)) {
        return Some(detail);
    }
    let table: [(&[&str], Cause); 12] = [
        (&["panic", "oops", "kernel", "bluescreen", "software", "os crash"], Cause::KernelPanic),
        (&["watchdog"], Cause::Watchdog),
        (
            &[
                "temperature",
                "thermal",
                "overheat",
                "cooling",
                "chiller",
                "heat",
                "environment",
                "überhitz",
                "klima",
            ],
            Cause::Thermal,
        ),
        (&["out of memory", "oom", "speichermangel"], Cause::MemoryExhaustion),
        (
            &["power", "ups", "psu", "feed", "mains", "strom", "netzteil", "usv", "courant", "alimentation"],
            Cause::PowerLoss,
        ),
        (
            &[
                "disk",
                "storage",
                "raid",
                "filesystem",
                "file system",
                "scsi",
                "nvme",
                "drive",
                "festplatte",
                "disque",
            ],
            Cause::Storage,
        ),
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
                "arbeitsspeicher",
                "mémoire",
                "prozessor",
            ],
            Cause::HardwareError,
        ),
        (
            &["hang", "hung", "frozen", "freeze", "unresponsive", "eingefroren", "hänger", "bloqué"],
            Cause::Hang,
        ),
        (&["human", "operator", "admin", "mistake", "bedienfehler", "erreur humaine"], Cause::Operator),
        (
            &["maintenance", "planned", "scheduled", "upgrade", "patch", "wartung", "geplant"],
            Cause::Maintenance,
        ),
        (&["clean", "graceful", "orderly"], Cause::Clean),
        (
            &[
                "unknown",
                "undetermined",
                "unexplained",
                "none",
                "spontaneous",
                "unbekannt",
                "inconnu",
                "unklar",
                "?",
            ],
            Cause::Unexplained,
        ),
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
