//! Where boots begin, from every source that shows it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Event;
use super::history::{History, StartSign};
use super::versions;
use crate::knowledge::Class;

/// The start of one boot, seen by one or several sources.
#[derive(Debug, Clone, PartialEq)]
pub struct BootStart {
    pub at: DateTime<Utc>,
    /// Uncertainty to both sides.
    pub slack: TimeDelta,
    pub signs: Vec<StartSign>,
    /// Only the BMC saw it.
    pub by_bmc_only: bool,
    pub versions: BTreeMap<String, String>,
}

/// Signs of different sources within this are one boot: clocks are set, daemons come up late.
const ONE_BOOT: TimeDelta = TimeDelta::minutes(10);
/// Signs of one source within this are one boot.
const ONE_SIGN: TimeDelta = TimeDelta::seconds(45);
/// Signs of a BMC within this are one start: power up, self test, operating system.
const ONE_BMC_START: TimeDelta = TimeDelta::minutes(12);
/// The operating system counts as watched across gaps shorter than this.
const WATCHED_GAP: TimeDelta = TimeDelta::hours(36);
/// Lines that name versions come within this after the start.
const VERSION_LINES: TimeDelta = TimeDelta::minutes(10);

/// All starts of a host, in order.
#[must_use]
pub fn find_starts(history: &History) -> Vec<BootStart> {
    let mut starts = merge_signs(&history.starts);
    let bmc = bmc_starts(history);
    let watched = watched_spans(history);
    for (at, slack, sign) in bmc {
        let near = starts.iter().any(|start| (start.at - at).abs() <= TimeDelta::minutes(20) + slack);
        let seen_by_os = watched.iter().any(|(from, to)| at > *from - ONE_BOOT && at < *to + ONE_BOOT);
        if !near && !seen_by_os {
            starts.push(BootStart {
                at,
                slack,
                signs: vec![sign],
                by_bmc_only: true,
                versions: BTreeMap::new(),
            });
        }
    }
    for (at, sign) in silent_returns(history, &starts, &watched) {
        let slack = TimeDelta::minutes(5);
        starts.push(BootStart { at, slack, signs: vec![sign], by_bmc_only: true, versions: BTreeMap::new() });
    }
    starts.sort_by_key(|start| start.at);
    for index in 0..starts.len() {
        let end = starts.get(index + 1).map_or(DateTime::<Utc>::MAX_UTC, |next| next.at);
        let until = (starts[index].at + VERSION_LINES).min(end);
        for event in history.between(starts[index].at - TimeDelta::seconds(30), until) {
            if matches!(event.class, Class::BootStart | Class::Version) && !event.by_bmc {
                versions::read(&event.text, &mut starts[index].versions);
            }
        }
    }
    starts
}

fn merge_signs(signs: &[StartSign]) -> Vec<BootStart> {
    let mut starts: Vec<BootStart> = Vec::new();
    for sign in signs {
        let joins = starts.last().is_some_and(|last| {
            let gap = sign.at - last.at;
            let same_source =
                last.signs.iter().filter(|other| other.source == sign.source).map(|other| other.at).max();
            match same_source {
                Some(at) => sign.at - at <= ONE_SIGN,
                None => gap <= ONE_BOOT,
            }
        });
        if joins && let Some(last) = starts.last_mut() {
            last.signs.push(sign.clone());
        } else {
            starts.push(BootStart {
                at: sign.at,
                slack: TimeDelta::seconds(5),
                signs: vec![sign.clone()],
                by_bmc_only: false,
                versions: BTreeMap::new(),
            });
        }
    }
    starts
}

/// Groups of BMC signs of a start: the time of the first sign of the last group member counts least.
fn bmc_starts(history: &History) -> Vec<(DateTime<Utc>, TimeDelta, StartSign)> {
    let mut groups: Vec<(DateTime<Utc>, DateTime<Utc>, TimeDelta, StartSign)> = Vec::new();
    for event in history.events.iter().filter(|event| event.by_bmc && event.class == Class::BootSign) {
        let at = event.at.best;
        match groups.last_mut() {
            Some((_, last, _, _)) if at - *last <= ONE_BMC_START => *last = at,
            _ => {
                let slack = event.at.latest - event.at.best;
                let sign = StartSign {
                    at,
                    source: event.source.clone(),
                    line_or_offset: event.line_or_offset,
                    text: event.text.clone(),
                };
                groups.push((at, at, slack, sign));
            }
        }
    }
    groups.into_iter().map(|(first, _, slack, sign)| (first, slack, sign)).collect()
}

/// Events of one failure follow each other this closely.
const ONE_FAILURE: TimeDelta = TimeDelta::minutes(15);
/// A failure without a start within this was followed by one that the BMC did not write down.
const START_FOLLOWS: TimeDelta = TimeDelta::hours(30);
/// Where the return of the power is not written down either, it is put this long after the failure.
const UNSEEN_RETURN: TimeDelta = TimeDelta::minutes(3);

/// Some BMCs write down failures and no starts. What stops a machine at once, on a host that nothing
/// else watched and that no start follows, was followed by a start all the same: at the return of
/// the power, if that shows.
fn silent_returns(
    history: &History,
    starts: &[BootStart],
    watched: &[(DateTime<Utc>, DateTime<Utc>)],
) -> Vec<(DateTime<Utc>, StartSign)> {
    let mut out: Vec<(DateTime<Utc>, StartSign)> = Vec::new();
    let mut group_end: Option<DateTime<Utc>> = None;
    for event in history.events.iter().filter(|event| event.by_bmc && stops_at_once(event)) {
        let at = event.at.best;
        let in_group = group_end.is_some_and(|end| at <= end + ONE_FAILURE);
        let followed = starts.iter().any(|start| start.at >= at - ONE_BOOT && start.at <= at + START_FOLLOWS);
        let seen_by_os = watched.iter().any(|(from, to)| at > *from - ONE_BOOT && at < *to + ONE_BOOT);
        group_end = Some(group_end.map_or(at, |end| end.max(at)));
        if in_group || followed || seen_by_os {
            continue;
        }
        let back = history
            .between(at, at + START_FOLLOWS)
            .find(|later| later.by_bmc && later.class == Class::PowerRestored)
            .map_or(at + UNSEEN_RETURN, |later| later.at.best + UNSEEN_RETURN);
        group_end = Some(back);
        let sign = StartSign {
            at: back,
            source: event.source.clone(),
            line_or_offset: event.line_or_offset,
            text: "the failure itself: no start was written down".to_owned(),
        };
        out.push((back, sign));
    }
    out
}

fn stops_at_once(event: &Event) -> bool {
    matches!(event.class, Class::PowerLost | Class::Panic | Class::Thermal | Class::HardwareFatal)
        || (event.class == Class::Watchdog && event.signature == "watchdog-reset")
}

/// Spans in which the host's own records were kept.
fn watched_spans(history: &History) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    let marks = history.marks.iter().map(|mark| (mark.at, mark.at));
    let mut all: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        history.runs.iter().map(|run| (run.from, run.to)).chain(marks).collect();
    all.sort();
    // Boot history that shows boots is complete between its first and last record.
    if let (Some(first), Some(last)) = (history.marks.first(), history.marks.last()) {
        spans.push((first.at, last.at));
    }
    let mut open: Option<(DateTime<Utc>, DateTime<Utc>)> = None;
    for (from, to) in all {
        match &mut open {
            Some((_, end)) if from - *end <= WATCHED_GAP => *end = (*end).max(to),
            _ => {
                spans.extend(open.take());
                open = Some((from, to));
            }
        }
    }
    spans.extend(open);
    spans
}
