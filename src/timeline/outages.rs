//! Outages without a reboot: the host was stuck, and went on.

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Event;
use super::history::History;
use super::verdict::duration;
use crate::knowledge::Class;
use crate::model::{Cause, Evidence, Supports};

/// A stretch in which a host was up and did not work.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub cause: Cause,
    pub confidence: f64,
    pub reason: String,
    pub evidence: Vec<Evidence>,
    pub signatures: Vec<String>,
}

/// A freeze that lasts longer than this is a hang (the daemon's own limit is a minute).
const FREEZE_MAX: TimeDelta = TimeDelta::seconds(120);
/// A stuck host that says nothing for this long was out.
const SILENT_OUT: TimeDelta = TimeDelta::minutes(10);
/// Signs of one hang come at least this often.
const ONE_HANG: TimeDelta = TimeDelta::minutes(20);

/// Outages between `from` (a start) and `to` (the end of that boot). Signs of trouble in the last
/// hour before the end belong to the end and are left to it.
#[must_use]
pub fn find(history: &History, from: DateTime<Utc>, to: DateTime<Utc>, ends_badly: bool) -> Vec<Outage> {
    let stop = if ends_badly { to - TimeDelta::minutes(60) } else { to };
    let mut outages = Vec::new();
    let signs: Vec<&Event> = history
        .between(from, stop)
        .filter(|event| {
            !event.by_bmc && matches!(event.class, Class::Hang | Class::Freeze | Class::StorageFault)
        })
        .filter(|event| event.class != Class::Freeze || is_open(history, event))
        .collect();
    let mut index = 0;
    while index < signs.len() {
        let start = index;
        while index + 1 < signs.len() && signs[index + 1].at.best - signs[index].at.best <= ONE_HANG {
            index += 1;
        }
        outages.extend(judge(history, &signs[start..=index], to));
        index += 1;
    }
    outages
}

/// Whether no thaw follows the freeze in time.
fn is_open(history: &History, freeze: &Event) -> bool {
    !history.between(freeze.at.best, freeze.at.best + FREEZE_MAX).any(|event| event.class == Class::Thaw)
}

fn judge(history: &History, signs: &[&Event], boot_end: DateTime<Utc>) -> Option<Outage> {
    let first = signs.first()?;
    let last = signs.last()?;
    let from = first.at.best;
    let thaw = history
        .between(from, from + TimeDelta::hours(24))
        .find(|event| event.class == Class::Thaw)
        .map(|event| event.at.best);
    let frozen = signs.iter().any(|event| event.class == Class::Freeze);
    let stuck = signs.iter().filter(|event| event.class == Class::Hang).count();
    let fault = signs.iter().any(|event| event.class == Class::StorageFault);
    let resumed = history.first_seen_after(last.at.best + TimeDelta::minutes(1)).filter(|at| *at < boot_end);
    let silent = resumed.is_some_and(|at| at - last.at.best >= SILENT_OUT);
    // One complaint of the kernel is no outage; a freeze that holds, several complaints, or silence
    // after them is.
    let out = frozen && (stuck > 0 || silent || thaw.is_none_or(|at| at - from > FREEZE_MAX))
        || stuck >= 3
        || (stuck >= 1 && silent)
        || (fault && silent);
    if !out {
        return None;
    }
    let to = match (frozen.then_some(thaw).flatten(), resumed) {
        (Some(thaw), _) if thaw >= from => thaw.max(last.at.best),
        (_, Some(resumed)) if silent => resumed,
        _ => last.at.best,
    };
    let cause = if fault && !frozen { Cause::Storage } else { Cause::Hang };
    let how = match (frozen, fault) {
        (true, _) => "a backup froze the file systems and the system was stuck",
        (false, true) => "storage failed and the system was stuck",
        (false, false) => "the system was stuck",
    };
    let mut signatures: Vec<String> = signs.iter().map(|event| event.mechanism().to_owned()).collect();
    signatures.sort();
    signatures.dedup();
    let around = history.between(from - TimeDelta::minutes(10), to + TimeDelta::minutes(10));
    let evidence = around
        .map(|event| {
            let decisive =
                matches!(event.class, Class::Hang | Class::Freeze | Class::StorageFault | Class::Thaw);
            event.evidence(if decisive { Supports::For } else { Supports::Context })
        })
        .collect();
    Some(Outage {
        from,
        to,
        cause,
        confidence: if frozen || stuck >= 3 { 0.85 } else { 0.6 },
        reason: format!("{how} for {}, and went on without a reboot", duration((to - from).num_seconds())),
        evidence,
        signatures,
    })
}
