//! Numbers, times and names in words.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::model::{Cause, Hypothesis, Kind, Outcome, Term};
pub(super) use crate::report::wording::{day, minute};

/// `2025-W23`: year and week of ISO 8601 in which the time lies.
pub(super) fn week(at: DateTime<Utc>) -> String {
    let week = at.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

/// `1 host`, `3 hosts`.
pub(super) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ if noun.ends_with('x') => format!("{number} {noun}es"),
        _ => match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
            Some(stem) => format!("{number} {stem}ies"),
            None => format!("{number} {noun}s"),
        },
    }
}

/// Whole days of a span, rounded.
pub(super) fn days(span: TimeDelta) -> i64 {
    (span.num_seconds() + 43_200).div_euclid(86_400)
}

/// `3 days`, `5 hours`, `20 minutes`.
pub(super) fn duration(span: TimeDelta) -> String {
    let minutes = span.num_minutes().unsigned_abs();
    match minutes {
        0..=90 => count(minutes as usize, "minute"),
        91..=2_879 => count(((minutes + 30) / 60) as usize, "hour"),
        _ => count(days(span.abs()).unsigned_abs() as usize, "day"),
    }
}

/// A share in whole per cent; `< 1 %` and `> 99 %` near the ends.
pub(super) fn percent(share: f64) -> String {
    match share * 100.0 {
        v if !v.is_finite() => "?".to_owned(),
        v if v > 0.0 && v < 1.0 => "< 1 %".to_owned(),
        v if v > 99.0 && v < 100.0 => "> 99 %".to_owned(),
        v => format!("{v:.0} %"),
    }
}

/// A positive number to about two digits.
pub(super) fn figure(value: f64) -> String {
    match value {
        v if !v.is_finite() => "∞".to_owned(),
        v if v >= 9.95 => format!("{v:.0}"),
        v if v >= 0.095 => format!("{v:.1}"),
        v if v >= 0.0095 => format!("{v:.2}"),
        0.0 => "0".to_owned(),
        _ => "< 0.01".to_owned(),
    }
}

/// The first few of a list, and how many more there are.
pub(super) fn listed<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let shown: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    match items.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The cause as people say it.
pub(super) fn cause(cause: Cause) -> String {
    match cause {
        Cause::MemoryExhaustion => "out of memory".to_owned(),
        Cause::Clean => "orderly end".to_owned(),
        Cause::Unknown => "unknown cause".to_owned(),
        other => other.word().replace('_', " "),
    }
}

/// What became of a change, as short as can be.
pub(super) fn outcome_short(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Helped => "verified",
        Outcome::NoEvidence => "not seen to help",
        Outcome::TooEarly => "too early to tell",
        Outcome::CameBack => "came back",
        Outcome::MadeWorse => "made it worse",
    }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    kind.word()
}

/// `bios_version = 6.0.7 + window = backup`. Foreign text.
pub(super) fn terms(terms: &[Term]) -> String {
    terms.iter().map(|term| format!("{} = {}", term.factor, term.value)).collect::<Vec<_>>().join(" + ")
}

/// What a hypothesis is about, short: its terms, or its statement where it has none.
pub(super) fn subject(hypothesis: &Hypothesis) -> String {
    if hypothesis.terms.is_empty() { hypothesis.statement.clone() } else { terms(&hypothesis.terms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_those_of_the_calendar_also_around_new_year() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(week(at("2025-06-08T23:59:59Z")), "2025-W23");
        assert_eq!(week(at("2025-12-29T00:00:00Z")), "2026-W01");
        assert_eq!(week(at("2027-01-03T12:00:00Z")), "2026-W53");
    }

    #[test]
    fn spans_are_told_in_a_unit_that_fits() {
        assert_eq!(duration(TimeDelta::minutes(45)), "45 minutes");
        assert_eq!(duration(TimeDelta::hours(26)), "26 hours");
        assert_eq!(duration(TimeDelta::days(9)), "9 days");
        assert_eq!(count(2, "entry"), "2 entries");
    }
}
