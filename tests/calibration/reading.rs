//! What host-time a ranked hypothesis speaks of: its terms as a region.
//!
//! Two things stand in the statement only, not in the terms: which part of a backup is meant, and how
//! many hours after an error.

use coroner::model::{Family, Hypothesis, Term};

use crate::fleets::{Fleet, Region, When};

/// The region of the hypothesis, then those of its aliases; nothing for stories without a region.
pub fn regions(hypothesis: &Hypothesis, fleet: &Fleet) -> Vec<Region> {
    if matches!(hypothesis.family, Family::SharedEvent | Family::Signature | Family::Cause) {
        return Vec::new();
    }
    std::iter::once(&hypothesis.terms)
        .chain(&hypothesis.aliases)
        .filter_map(|terms| region(terms, &hypothesis.statement, fleet))
        .collect()
}

fn region(terms: &[Term], statement: &str, fleet: &Fleet) -> Option<Region> {
    let mut region = Region::default();
    for term in terms {
        match term.factor.as_str() {
            "window" => region.when = Some(part_of_backup(statement)),
            "signature" => region.when = Some(When::AfterError { hours: hours_after(statement)? }),
            "uptime_days" => region.when = Some(uptime(&term.value)?),
            "hour_of_day" => region.when = Some(hours_of_day(&term.value)?),
            "weekday" => region.when = Some(weekday(&term.value)?),
            "host" => region.host = Some(fleet.study.hosts.iter().position(|host| *host == term.value)?),
            name => {
                let factor = fleet.study.factors.iter().position(|factor| factor.name == name)?;
                let levels = &fleet.study.factors[factor].levels;
                let level = levels.iter().position(|level| *level == term.value)?;
                region.levels.push((factor, level as u32));
            }
        }
    }
    Some(region)
}

fn part_of_backup(statement: &str) -> When {
    if statement.contains("hour after the backup window begins") {
        When::HourAfterBackupStart
    } else if statement.contains("hour after the backup window ends") {
        When::HourAfterBackupEnd
    } else {
        When::Backup
    }
}

/// "within 24 h after".
fn hours_after(statement: &str) -> Option<i64> {
    let (_, rest) = statement.split_once("within ")?;
    rest.split(' ').next()?.parse().ok()
}

/// `<0.04`, `>100`, or days: two hundredths either side, as unknown uptimes are searched for.
fn uptime(value: &str) -> Option<When> {
    if let Some(most) = value.strip_prefix('<') {
        return Some(When::Uptime { low: 0.0, high: most.parse().ok()? });
    }
    if let Some(least) = value.strip_prefix('>') {
        return Some(When::Uptime { low: least.parse().ok()?, high: 1e5 });
    }
    let days: f64 = value.parse().ok()?;
    Some(When::Uptime { low: 0.98 * days, high: 1.02 * days })
}

/// `22-04`.
fn hours_of_day(value: &str) -> Option<When> {
    let (from, to) = value.split_once('-')?;
    Some(When::Hours { from: from.parse().ok()?, to: to.parse().ok()? })
}

fn weekday(value: &str) -> Option<When> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.iter().position(|day| *day == value).map(|day| When::Weekday(day as i64))
}
