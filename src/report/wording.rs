//! Numbers, times and names in words, the same in every output.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::model::{Cause, Hypothesis, Incident, Kind, Report, Term, Verdict};

/// RFC 3339 in UTC to the second.
pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time for people; the column or the sentence says that it is UTC.
pub(crate) fn minute(at: DateTime<Utc>) -> String {
    dated(at, "%Y-%m-%d %H:%M")
}

pub(crate) fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

pub(crate) fn day(at: DateTime<Utc>) -> String {
    dated(at, "%Y-%m-%d")
}

/// The beginning of the epoch is no time at which anything happened: it stands for none.
fn dated(at: DateTime<Utc>, form: &str) -> String {
    if at == DateTime::UNIX_EPOCH { "no known date".to_owned() } else { at.format(form).to_string() }
}

/// `UTC+02:00` and the like.
pub(super) fn zone(offset_s: i32) -> String {
    if offset_s == 0 {
        return "UTC".to_owned();
    }
    let sign = if offset_s < 0 { '-' } else { '+' };
    let minutes = offset_s.unsigned_abs() / 60;
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The offsets that hold at the site, in their order: one, or those of winter and summer.
pub(super) fn zones(report: &Report) -> String {
    let mut zones: Vec<String> = Vec::new();
    let steps = report.site_utc_offset_steps.iter().map(|step| step.1);
    let usual = report.site_utc_offset_steps.is_empty().then_some(report.site_utc_offset_s);
    for name in usual.into_iter().chain(steps).map(zone) {
        if !zones.contains(&name) {
            zones.push(name);
        }
    }
    zones.join(" or ")
}

/// A span of time with its two largest units.
pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "unknown".to_owned();
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    let seconds = seconds.abs();
    let text = if seconds < 10.0 && seconds.fract() > 0.05 {
        format!("{seconds:.1} s")
    } else if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else {
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
    };
    format!("{sign}{text}")
}

/// A rate ratio or another positive number, to about two digits.
pub(super) fn ratio(value: f64) -> String {
    match value {
        v if v.is_nan() => "?".to_owned(),
        v if v.is_infinite() => "∞".to_owned(),
        v if v >= 9.95 => grouped(v.round() as u64),
        v if v >= 0.095 || v == 0.0 => format!("{v:.1}"),
        v if v >= 0.0095 => format!("{v:.2}"),
        _ => "< 0.01".to_owned(),
    }
}

/// The 95 % interval of a rate ratio.
pub(super) fn interval(interval: (f64, Option<f64>)) -> String {
    let upper = interval.1.map_or_else(|| "∞".to_owned(), ratio);
    format!("{} to {upper}", ratio(interval.0))
}

/// A probability as the p of a test.
pub(crate) fn p_value(value: f64) -> String {
    match value {
        v if v < 0.0001 => "< 0.0001".to_owned(),
        v if v < 0.001 => format!("{v:.4}"),
        v if v < 0.1 => format!("{v:.3}"),
        v => format!("{v:.2}"),
    }
}

/// Changes of which nothing can be said.
pub(super) fn changes_left_out(number: usize) -> String {
    let changes = count(number, "change");
    format!(
        "The data show {changes} of firmware, software or hours of a job after which the rate neither fell nor rose \
         by more than chance (findings.json)"
    )
}

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        v if v.is_nan() => "?".to_owned(),
        v if v > 0.0 && v < 0.1 => "< 0.1 %".to_owned(),
        v if v > 99.9 && v < 100.0 => "> 99.9 %".to_owned(),
        v if !(9.95..=99.0).contains(&v) && v.fract().abs() > 0.05 => format!("{v:.1} %"),
        v => format!("{v:.0} %"),
    }
}

/// A Bayes factor: `24,000`, or `1/8.7` where the data favour the other side.
pub(super) fn bayes(log_factor: f64) -> String {
    let factor = log_factor.abs().exp();
    let times = match factor {
        f if f >= 1e6 => "more than a million".to_owned(),
        f if f >= 100.0 => grouped(
            (f / 10f64.powf(f.log10().floor() - 1.0)).round() as u64
                * 10u64.pow(f.log10().floor() as u32 - 1),
        ),
        f => ratio(f),
    };
    match (log_factor >= 0.0 || factor < 1.05, factor >= 1e6) {
        (true, _) => times,
        (false, true) => "less than one in a million".to_owned(),
        (false, false) => format!("1/{times}"),
    }
}

/// An expected number of events.
pub(super) fn expected(value: f64) -> String {
    match value {
        v if v >= 9.95 => grouped(v.round() as u64),
        v if v >= 0.095 => format!("{v:.1}"),
        v if v >= 0.0095 => format!("{v:.2}"),
        _ => "< 0.01".to_owned(),
    }
}

/// A whole number with thin groups of three.
pub(super) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 host`, `2 hosts`.
pub(super) fn count(value: usize, noun: &str) -> String {
    let number = grouped(value as u64);
    if value == 1 {
        return format!("{number} {noun}");
    }
    if let Some(stem) = noun.strip_suffix("sis") {
        format!("{number} {stem}ses")
    } else if let Some(stem) = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
        format!("{number} {stem}ies")
    } else {
        format!("{number} {noun}s")
    }
}

/// A size in bytes, decimal units.
pub(super) fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if value < 1000 {
        return format!("{value} B");
    }
    let mut size = value as f64;
    let mut unit = "B";
    for larger in UNITS {
        if size < 999.5 {
            break;
        }
        size /= 1000.0;
        unit = larger;
    }
    if size < 9.95 { format!("{size:.1} {unit}") } else { format!("{size:.0} {unit}") }
}

/// `bios_version = 6.0.7 + window = backup`. Foreign text: the values come from the inventory.
pub(super) fn terms(terms: &[Term]) -> String {
    if terms.is_empty() {
        return "(no terms)".to_owned();
    }
    terms.iter().map(|term| format!("{} = {}", term.factor, term.value)).collect::<Vec<_>>().join(" + ")
}

/// What a hypothesis is about, short: its terms, or its statement where it has none.
pub(super) fn subject(hypothesis: &Hypothesis) -> String {
    if hypothesis.terms.is_empty() { hypothesis.statement.clone() } else { terms(&hypothesis.terms) }
}

/// The claim in one sentence with what to do; its statement where there is none.
pub(super) fn summary(hypothesis: &Hypothesis) -> &str {
    let summary = hypothesis.account.summary.trim();
    if summary.is_empty() { &hypothesis.statement } else { summary }
}

/// Why the list is in this order.
pub(super) const ORDER: &str = "The order is that of the expected share of the events that each explains: how likely it is, times how many it would \
     account for. It is not the order of certainty. A lead that may explain half of them stands above a certainty that \
     explains two, and a group and its part may both stand in front of what is less likely than either. What the data \
     speak against comes last.";

/// `6.3 (1.9 to 24)`, where the hypothesis has a rate ratio.
pub(super) fn ratio_with_interval(hypothesis: &Hypothesis) -> Option<String> {
    let mut text = ratio(hypothesis.rate_ratio?);
    if let Some(ci95) = hypothesis.ci95 {
        text += &format!(" ({})", interval(ci95));
    }
    Some(text)
}

/// How long a host was away, as far as it is known.
pub(super) fn downtime(incident: &Incident) -> String {
    match (incident.downtime_s, incident.back_at) {
        (Some(seconds), _) if seconds.is_finite() => duration(seconds),
        (_, Some(back)) => duration((back - incident.at).num_seconds() as f64),
        _ => "not known".to_owned(),
    }
}

/// The cause as people say it.
pub(super) fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Unexplained => "unexplained",
        Cause::PowerLoss => "power loss",
        Cause::KernelPanic => "kernel panic",
        Cause::Watchdog => "watchdog",
        Cause::HardwareError => "hardware error",
        Cause::Thermal => "overheating",
        Cause::MemoryExhaustion => "out of memory",
        Cause::Storage => "storage",
        Cause::Hang => "hang",
        Cause::Operator => "operator",
        Cause::Maintenance => "maintenance",
        Cause::Clean => "orderly end",
        Cause::Unknown => "unknown",
    }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Reboot => "reboot",
        Kind::Shutdown => "shutdown",
        Kind::Outage => "outage",
    }
}

/// What a verdict means to somebody who has to act on it.
pub(super) fn verdict_meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "the data carry this",
        Verdict::Suggestive => "a lead, not a finding",
        Verdict::Inconclusive => "this data cannot tell",
        Verdict::Contradicted => "the data speak against this",
    }
}

/// A sign for a verdict that does not depend on colour.
pub(super) fn verdict_sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "●",
        Verdict::Suggestive => "◐",
        Verdict::Inconclusive => "○",
        Verdict::Contradicted => "✕",
    }
}

/// A list as in a sentence, cut after a number of items.
pub(super) fn listed(items: &[String], most: usize) -> String {
    match items {
        [] => "none".to_owned(),
        [one] => one.clone(),
        _ if items.len() > most => {
            format!("{} and {} more", items[..most].join(", "), items.len() - most)
        }
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests;
