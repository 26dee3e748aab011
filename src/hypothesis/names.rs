//! Words for terms, causes and times.

use chrono::{DateTime, Utc};

use crate::model::{Cause, Term};

/// `bios_version 6.0.7 and model R620`.
pub(super) fn terms(terms: &[Term]) -> String {
    let terms: Vec<String> = terms.iter().map(|term| format!("{} {}", term.factor, term.value)).collect();
    terms.join(" and ")
}

/// What happens to hosts, for a pool of one class.
pub(super) fn failing(class: Option<Cause>) -> &'static str {
    match class {
        None => "fail",
        Some(Cause::Unexplained | Cause::Unknown) => "go down without an explanation",
        Some(Cause::PowerLoss) => "lose power",
        Some(Cause::KernelPanic) => "panic",
        Some(Cause::Watchdog) => "are reset by the watchdog",
        Some(Cause::HardwareError) => "die of hardware errors",
        Some(Cause::Thermal) => "overheat",
        Some(Cause::MemoryExhaustion) => "run out of memory",
        Some(Cause::Storage) => "fail on storage",
        Some(Cause::Hang) => "hang",
        Some(Cause::Operator) => "are taken down by people",
        Some(Cause::Maintenance | Cause::Clean) => "are shut down",
    }
}

/// `1 host`, `3 hosts`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Which incidents a pool holds.
pub(super) fn incidents(class: Option<Cause>, count: usize) -> String {
    let noun = if count == 1 { "incident" } else { "incidents" };
    match class {
        None => noun.to_owned(),
        Some(class) => format!("{} {noun}", class.word().replace('_', "-")),
    }
}

/// 4.7, 23 or "more than 100": as many digits as mean something.
pub(super) fn ratio(value: f64) -> String {
    if value >= 100.0 {
        "more than 100".to_owned()
    } else if value >= 10.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

/// A share as a percentage.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "under 0.1 %".to_owned()
    } else if percent < 2.0 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// 1234567 → `1,234,567`.
pub(super) fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Host-days, or host-months from four months on.
pub(super) fn host_time(days: f64) -> String {
    if days >= 120.0 {
        format!("{} host-months", whole(days / 30.44))
    } else {
        format!("{} host-days", whole(days.max(1.0)))
    }
}

/// UTC minute of a Unix second.
pub(super) fn minute(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .map_or_else(|| seconds.to_string(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// At most `most` names, then how many more.
pub(super) fn listed(names: &[&str], most: usize) -> String {
    if names.len() <= most {
        return names.join(", ");
    }
    format!("{} and {} more", names[..most].join(", "), names.len() - most)
}

/// `6.1 (1.9 to 22)`, the 95 % interval in brackets; `above 7.5` where there is nothing to compare with.
pub(super) fn ratio_with_limits(value: f64, low: f64, high: f64) -> String {
    if value.is_finite() && high.is_finite() {
        format!("{} ({} to {})", ratio(value), ratio(low), ratio(high))
    } else {
        format!("above {} (95 %)", ratio(low))
    }
}

/// `5 of 7 events are informative`.
pub(super) fn informative(events: u64, of: usize) -> String {
    match events {
        0 => format!("none of {} is informative", counted(of, "event")),
        1 => format!("1 of {} is informative", counted(of, "event")),
        more => format!("{more} of {} are informative", counted(of, "event")),
    }
}
