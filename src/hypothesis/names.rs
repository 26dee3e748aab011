//! Words for terms, causes and times.

use chrono::{DateTime, Utc};

use crate::model::{Cause, Term};

use super::{lever::lead_order, question::Question};

/// What a region goes by: one name in front, other names of exactly the same host-time behind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub terms: Vec<Term>,
    pub aliases: Vec<Vec<Term>>,
}

impl Name {
    /// Of names for the same host-time, the one that people act on leads.
    pub fn of(question: &Question) -> Self {
        let mut name = Self { terms: question.terms.clone(), aliases: question.aliases.clone() };
        if let Some(best) = (0..name.aliases.len()).min_by_key(|i| lead_order(&name.aliases[*i]))
            && lead_order(&name.aliases[best]) < lead_order(&name.terms)
        {
            std::mem::swap(&mut name.terms, &mut name.aliases[best]);
        }
        name
    }

    /// The name in front, in words.
    pub fn lead(&self) -> String {
        terms(&self.terms)
    }
}

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

/// `a`, `a or b`, `a, b or c`.
pub(super) fn either(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// An expected number of events: 2.3, 14 or "fewer than 0.1".
pub(super) fn expected(value: f64) -> String {
    if value >= 9.95 {
        whole(value)
    } else if value >= 0.095 {
        format!("{value:.1}")
    } else if value >= 0.0095 {
        format!("{value:.2}")
    } else {
        "fewer than 0.01".to_owned()
    }
}

/// Days of the calendar as people plan: days up to two weeks, weeks up to two years, then years.
pub(super) fn calendar(days: f64) -> String {
    let counted = |value: f64, noun: &str| {
        let value = value.round().max(1.0);
        format!("{} {noun}{}", whole(value), if value == 1.0 { "" } else { "s" })
    };
    if days < 14.0 {
        counted(days, "day")
    } else if days < 730.0 {
        counted(days / 7.0, "week")
    } else {
        counted(days / 365.25, "year")
    }
}

/// "independent events", or "unexplained independent events" of a pool of one class.
pub(super) fn events(class: Option<Cause>, count: usize) -> String {
    let noun = if count == 1 { "independent event" } else { "independent events" };
    class.map_or_else(|| noun.to_owned(), |class| format!("{} {noun}", class.word().replace('_', "-")))
}

/// The p of a test, to two digits.
pub(super) fn p_value(p: f64) -> String {
    match p {
        p if p < 1e-6 => "under 0.000001".to_owned(),
        p if p < 0.0001 => format!("{p:.6}"),
        p if p < 0.001 => format!("{p:.4}"),
        p if p < 0.1 => format!("{p:.3}"),
        p => format!("{p:.2}"),
    }
}

/// The p of a permutation test as a share, rounded up to a tenth of a percent.
pub(super) fn at_most(p: f64) -> String {
    if p < 0.0995 { format!("at most {:.1} %", (p * 1000.0).ceil() / 10.0) } else { percent(p) }
}

/// 4.7, 23 or "more than 100": as many digits as mean something.
pub(super) fn ratio(value: f64) -> String {
    if value >= 100.0 {
        "more than 100".to_owned()
    } else if value >= 10.0 {
        format!("{value:.0}")
    } else if value > 0.0 && value < 0.095 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    }
}

/// The ends of an interval of a ratio.
pub(super) fn interval(low: f64, high: f64) -> String {
    if high.is_finite() {
        format!("{} to {}", ratio(low), ratio(high))
    } else {
        format!("{} to no bound", ratio(low))
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
        let days = days.round().max(1.0);
        format!("{} host-day{}", whole(days), if days == 1.0 { "" } else { "s" })
    }
}

/// UTC minute of a Unix second.
pub(super) fn minute(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .map_or_else(|| seconds.to_string(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// UTC day of a Unix second.
pub(super) fn day(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .map_or_else(|| seconds.to_string(), |at| at.format("%Y-%m-%d").to_string())
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
