//! When an event comes again.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use super::times::CalendarTime;
use crate::model::Stamp;

/// Returns of one event that are expanded: daily work for eleven years.
const RETURNS_MAX: u16 = 4000;
/// How long an event without an end is taken to return.
const SPAN: TimeDelta = TimeDelta::days(20 * 366);

/// All times at which an event begins: its start and what its rules add, without its exceptions.
/// `None`: a rule that cannot be read, or that has no answer within bounds.
#[must_use]
pub fn starts(
    first: CalendarTime,
    rules: &[String],
    added: &[CalendarTime],
    excepted: &[CalendarTime],
) -> Option<Vec<CalendarTime>> {
    let mut found = vec![first];
    if !rules.is_empty() {
        found = expanded(first, rules)?;
    }
    found.extend(added);
    let exceptions = Exceptions::of(excepted);
    found.retain(|start| !exceptions.hold(*start));
    found.sort_by_key(|start| start.local);
    found.dedup_by_key(|start| start.local);
    Some(found)
}

/// An exception names an occurrence by its time, in whatever zone, or by its date.
struct Exceptions {
    moments: BTreeSet<Stamp>,
    floating: BTreeSet<NaiveDateTime>,
    days: BTreeSet<NaiveDate>,
    all_days: BTreeSet<NaiveDate>,
}

impl Exceptions {
    fn of(excepted: &[CalendarTime]) -> Self {
        let timed = || excepted.iter().filter(|other| !other.date_only);
        Self {
            moments: timed().map(|other| other.stamp()).collect(),
            floating: timed().filter(|other| other.zone.is_none()).map(|other| other.local).collect(),
            days: excepted.iter().filter(|other| other.date_only).map(|other| other.local.date()).collect(),
            all_days: excepted.iter().map(|other| other.local.date()).collect(),
        }
    }

    fn hold(&self, start: CalendarTime) -> bool {
        let day = start.local.date();
        self.days.contains(&day)
            || (start.date_only && self.all_days.contains(&day))
            || self.floating.contains(&start.local)
            || self.moments.contains(&start.stamp())
    }
}

fn expanded(first: CalendarTime, rules: &[String]) -> Option<Vec<CalendarTime>> {
    let zone: Tz = first.zone.unwrap_or(chrono_tz::Tz::UTC).into();
    let begin: DateTime<Tz> = zone.from_local_datetime(&first.local).earliest()?;
    let mut set = RRuleSet::new(begin);
    for rule in rules {
        // The library cuts words at bytes, and trusts that they are its own.
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | ';' | ',' | '+' | '-');
        if !rule.chars().all(known) {
            return None;
        }
        let rule = with_end_in_utc(rule, first);
        let rule: RRule<Unvalidated> = rule.parse().ok()?;
        set = set.rrule(rule.validate(begin).ok()?);
    }
    let result = set.before(begin.checked_add_signed(SPAN)?).all(RETURNS_MAX);
    let again = |at: DateTime<Tz>| CalendarTime { local: at.naive_local(), ..first };
    Some(result.dates.into_iter().map(again).collect())
}

/// The library wants the end of a rule in UTC where the event has a zone, as the standard does; programs
/// write a date or the local time as well.
fn with_end_in_utc(rule: &str, first: CalendarTime) -> String {
    let parts = rule.split(';').map(|part| {
        let Some(until) = part.strip_prefix("UNTIL=") else { return part.to_owned() };
        let until = if until.len() == 8 { format!("{until}T235959Z") } else { until.to_owned() };
        let zoned = first.zone.is_none() || until.ends_with('Z');
        if zoned && until.ends_with('Z') { format!("UNTIL={until}") } else { format!("UNTIL={until}Z") }
    });
    parts.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> CalendarTime {
        let zone = Some(chrono_tz::Tz::Europe__Berlin);
        CalendarTime { local: text.parse().unwrap(), zone, date_only: false }
    }

    #[test]
    fn a_weekly_window_keeps_its_hour_through_a_change_of_clocks() {
        let rules = ["FREQ=WEEKLY;COUNT=3;BYDAY=SU".to_owned()];
        let found = starts(at("2025-03-23T22:00:00"), &rules, &[], &[at("2025-04-06T22:00:00")]).unwrap();
        assert_eq!(found, [at("2025-03-23T22:00:00"), at("2025-03-30T22:00:00")]);
    }

    #[test]
    fn the_end_of_a_rule_may_be_a_date() {
        let rules = ["FREQ=MONTHLY;BYDAY=2TU;UNTIL=20250401".to_owned()];
        assert_eq!(starts(at("2025-01-14T20:00:00"), &rules, &[], &[]).unwrap().len(), 3);
    }

    #[test]
    fn rules_without_end_or_sense_are_bounded() {
        let first = at("2025-01-01T00:00:00");
        let daily = starts(first, &["FREQ=DAILY".to_owned()], &[], &[]).unwrap();
        assert_eq!(daily.len(), usize::from(RETURNS_MAX));
        for rule in ["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;INTERVAL=65000"] {
            let found = starts(first, &[rule.to_owned()], &[], &[]).unwrap_or_default();
            assert!(found.len() <= usize::from(RETURNS_MAX), "{rule}");
        }
        for rule in ["FREQ=SOMETIMES", "FREQ=MONTHLY;BYDAY=2T\u{fffd}", "", "FREQ=DAILY;INTERVAL=0;COUNT=-1"]
        {
            assert_eq!(starts(first, &[rule.to_owned()], &[], &[]), None, "{rule}");
        }
    }
}
