//! Times, spans and counts in words.

use chrono::{DateTime, FixedOffset, Utc};

use crate::model::{Cause, Kind, Report};
pub(super) use crate::report::wording::{day, minute, p_value, rfc3339, second};

/// UTC offset of the site at a time, in seconds.
pub fn site_offset(report: &Report, at: DateTime<Utc>) -> i32 {
    let steps = report.site_utc_offset_steps.iter();
    let holds = steps.rev().find(|(from, _)| *from <= at.timestamp());
    holds.map_or(report.site_utc_offset_s, |(_, offset)| *offset)
}

/// The same moment on the clocks of the site, with the offset: `2025-03-01 03:03:04 +01:00`.
pub fn on_site(report: &Report, at: DateTime<Utc>) -> String {
    match FixedOffset::east_opt(site_offset(report, at)) {
        Some(offset) => at.with_timezone(&offset).format("%Y-%m-%d %H:%M:%S %:z").to_string(),
        None => second(at),
    }
}

/// A span of time with its two largest units.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "an unknown time".to_owned();
    }
    if seconds < 90.0 {
        return format!("{seconds:.0} s");
    }
    let minutes = (seconds / 60.0).round() as u64;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} d"),
        (d, _, _) if d >= 14 => format!("{d} d"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

/// `1 host`, `2 hosts`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A number to about two digits.
pub fn ratio(value: f64) -> String {
    match value {
        v if !v.is_finite() => "∞".to_owned(),
        v if v >= 9.95 => format!("{v:.0}"),
        v if v >= 0.095 || v == 0.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// A list as in a sentence, cut behind a number of items.
pub fn listed(items: &[String], most: usize) -> String {
    match items {
        [] => "none".to_owned(),
        [one] => one.clone(),
        _ if items.len() > most => format!("{} and {} more", items[..most].join(", "), items.len() - most),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// A sentence without its full stop, to stand inside another.
pub fn inside(sentence: &str) -> &str {
    sentence.trim().trim_end_matches('.')
}

/// A sentence with exactly one full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}

/// How a host ended, for people.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Reboot => "reboot",
        Kind::Shutdown => "shutdown",
        Kind::Outage => "outage",
    }
}

/// The proximate cause, for people.
pub fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Unexplained => "no cause on record",
        Cause::PowerLoss => "power loss",
        Cause::KernelPanic => "kernel panic",
        Cause::Watchdog => "watchdog",
        Cause::HardwareError => "hardware error",
        Cause::Thermal => "overheating",
        Cause::MemoryExhaustion => "out of memory",
        Cause::Storage => "storage",
        Cause::Hang => "hang",
        Cause::Operator => "asked for by a person",
        Cause::Maintenance => "maintenance",
        Cause::Clean => "orderly end",
        Cause::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_their_two_largest_units() {
        let told: Vec<String> = [12.0, 240.0, 5_400.0, 7_200.0, 93_600.0, 2_000_000.0].map(duration).to_vec();
        assert_eq!(told, ["12 s", "4 min", "1 h 30 min", "2 h", "1 d 2 h", "23 d"]);
        assert_eq!(duration(f64::NAN), "an unknown time");
    }

    #[test]
    fn sentences_end_once() {
        assert_eq!(sentence("It stopped"), "It stopped.");
        assert_eq!(sentence(&sentence("It stopped. ")), "It stopped.");
        assert_eq!(listed(&["a".to_owned(), "b".to_owned(), "c".to_owned()], 2), "a, b and 1 more");
    }
}
