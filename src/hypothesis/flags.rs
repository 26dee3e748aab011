//! The clock regions worth asking about.

use crate::{
    model::{Study, Term},
    stats::counters::COUNTERS,
};

use super::{
    clock_region::{Clock, DAY, HOUR},
    host_spans::HostSpans,
    question::{Flag, Part, Subject},
};

/// Part of its uptime by which a boot may end before or after a counter runs over.
const NEAR_COUNTER: f64 = 0.01;
/// AMD's erratum 1474 (revision guide of the EPYC 7002, no. 56323): a core may hang some 1,044 days after
/// the last reset, the width of no counter in the list. Days, tolerance, words.
const ERRATUM: (f64, f64, &str) =
    (1043.0, 0.0015, "the processor erratum that hangs a core after some 1,044 days");
/// Uptimes searched without prior knowledge: centres 2 % apart, half as wide again.
const SCAN_FROM_DAYS: f64 = 5.0;
const SCAN_STEP: f64 = 0.02;
const SCAN_HALF_WIDTH: f64 = 0.02;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Hours after a precursor that are asked about.
const PRECURSOR_HOURS: [i64; 3] = [1, 24, 168];

/// All clock regions of the study.
pub(super) fn flags(study: &Study) -> Vec<Flag> {
    let mut flags = Vec::new();
    windows(study, &mut flags);
    precursors(study, &mut flags);
    changes(study, &mut flags);
    uptimes(study, &mut flags);
    for (day, name) in WEEKDAYS.iter().enumerate() {
        flags.push(Flag {
            subject: Subject::Weekday,
            clock: Clock::Weekday(day as i64),
            terms: vec![Term::new("weekday", *name)],
        });
    }
    flags
}

fn windows(study: &Study, flags: &mut Vec<Flag>) {
    for (kind, window) in study.windows.iter().enumerate() {
        for part in [Part::Inside, Part::AfterStart, Part::AfterEnd] {
            let place = |run: &(i64, i64)| match part {
                Part::Inside => *run,
                Part::AfterStart => (run.0, run.0 + HOUR),
                Part::AfterEnd => (run.1, run.1 + HOUR),
            };
            let spans = HostSpans::new(window.runs.iter().map(|runs| runs.iter().map(place)));
            flags.push(Flag {
                subject: Subject::Window { kind, part },
                clock: Clock::Spans(spans),
                terms: vec![Term::new("window", window.name.clone())],
            });
        }
    }
}

fn precursors(study: &Study, flags: &mut Vec<Flag>) {
    for (index, precursor) in study.precursors.iter().enumerate() {
        for hours in PRECURSOR_HOURS {
            let after = |at: &i64| (*at, at + hours * HOUR);
            let spans = HostSpans::new(precursor.times.iter().map(|times| times.iter().map(after)));
            flags.push(Flag {
                subject: Subject::Precursor { precursor: index, hours },
                clock: Clock::Spans(spans),
                terms: vec![Term::new("signature", precursor.signature.clone())],
            });
        }
    }
}

/// Changes that the data show are asked about up to this many, those on most hosts first.
const CHANGES_SEEN: usize = 20;

/// The time after each change, on the hosts that were observed before it as well: a host that came with
/// the change cannot be compared with itself.
fn changes(study: &Study, flags: &mut Vec<Flag>) {
    let mut watched: Vec<Option<(i64, i64)>> = vec![None; study.hosts.len()];
    for segment in &study.segments {
        if let Some(span) = watched.get_mut(segment.host as usize) {
            let (from, to) = span.unwrap_or((segment.from, segment.to));
            *span = Some((from.min(segment.from), to.max(segment.to)));
        }
    }
    let mut seen: Vec<usize> =
        (0..study.changes.len()).filter(|index| !study.changes[*index].declared).collect();
    seen.sort_by_key(|index| (std::cmp::Reverse(study.changes[*index].hosts.len()), *index));
    seen.truncate(CHANGES_SEEN);
    for (index, change) in study.changes.iter().enumerate() {
        if !change.declared && !seen.contains(&index) {
            continue;
        }
        let mut after = vec![None; study.hosts.len()];
        for (host, at) in change.steps() {
            let on_both_sides =
                watched.get(host as usize).copied().flatten().is_some_and(|(from, to)| from < at && at < to);
            if on_both_sides {
                // An incident may be the last thing that was seen.
                after[host as usize] = Some((at, study.to + 1));
            }
        }
        let mut terms = vec![Term::new("change", change.name.clone())];
        terms.extend(change.sets.iter().cloned());
        let clock = Clock::Spans(HostSpans::new(after));
        flags.push(Flag { subject: Subject::Change { change: index }, clock, terms });
    }
}

fn uptimes(study: &Study, flags: &mut Vec<Flag>) {
    let mut add = |low: f64, high: f64, known, value: String| {
        flags.push(Flag {
            subject: Subject::Uptime { low, high, known },
            clock: Clock::Uptime { low: (low * DAY as f64) as i64, high: (high * DAY as f64) as i64 },
            terms: vec![Term::new("uptime_days", value)],
        });
    };
    // Named by days to two digits, as people know them.
    let counters = COUNTERS.iter().filter(|counter| counter.since_boot);
    let counters = counters.map(|c| ((c.days() * 100.0).round() / 100.0, NEAR_COUNTER, c.words));
    for (days, tolerance, counter) in counters.chain([ERRATUM]) {
        add(days * (1.0 - tolerance), days * (1.0 + tolerance), Some(counter), format!("{days}"));
    }
    add(0.0, 1.0 / 24.0, None, "<0.04".to_owned());
    add(0.0, 1.0, None, "<1".to_owned());
    let longest = longest_uptime_days(study);
    for days in [100.0, 200.0] {
        add(days, longest.max(days) + 1.0, None, format!(">{days}"));
    }
    let mut centre = SCAN_FROM_DAYS;
    while centre < longest {
        add(centre * (1.0 - SCAN_HALF_WIDTH), centre * (1.0 + SCAN_HALF_WIDTH), None, format!("{centre:.1}"));
        centre *= 1.0 + SCAN_STEP;
    }
}

/// The longest uptime that the study covers, in days.
fn longest_uptime_days(study: &Study) -> f64 {
    let mut longest = 0;
    for boots in &study.boots {
        for (i, boot) in boots.iter().enumerate() {
            let end = boots.get(i + 1).copied().unwrap_or(study.to);
            longest = longest.max(end.min(study.to) - boot);
        }
    }
    longest as f64 / DAY as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_uptimes_are_those_of_counters_since_boot_and_the_erratum() {
        let flags = flags(&Study::default());
        let known: Vec<(&str, i64)> = flags
            .iter()
            .filter(|flag| matches!(flag.subject, Subject::Uptime { known: Some(_), .. }))
            .map(|flag| match flag.clock {
                Clock::Uptime { low, high } => (flag.terms[0].value.as_str(), (high - low) / 3600),
                _ => unreachable!("an uptime"),
            })
            .collect();
        let hours =
            [("24.86", 11), ("49.71", 23), ("208.5", 100), ("248.55", 119), ("497.1", 238), ("1043", 75)];
        assert_eq!(known, hours);
    }
}
