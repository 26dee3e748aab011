//! When a boot ended: the time of the event that shows it, bounded by what the log saw.

use chrono::{DateTime, TimeDelta, Utc};

use super::gap::Gap;
use super::verdict::Verdict;
use crate::knowledge::Class;
use crate::model::{Cause, Moment};

/// Firmware, self test and boot loader take about this long before a kernel starts.
const POST: TimeDelta = TimeDelta::seconds(150);

/// The moment that the host stopped working.
#[must_use]
pub fn moment_of(gap: &Gap<'_>, verdict: &Verdict) -> Moment {
    let latest = gap.next_start.or_else(|| gap.events.last().map(|event| event.at.latest));
    let earliest = gap.last_seen.or_else(|| gap.events.first().map(|event| event.at.earliest));
    let (earliest, latest) = match (earliest, latest) {
        (Some(earliest), Some(latest)) => (earliest.min(latest), latest),
        (Some(only), None) | (None, Some(only)) => (only, only),
        (None, None) => (DateTime::<Utc>::UNIX_EPOCH, DateTime::<Utc>::UNIX_EPOCH),
    };
    let best = best_of(gap, verdict, earliest, latest);
    Moment { best: best.clamp(earliest, latest), earliest, latest }
}

fn best_of(gap: &Gap<'_>, verdict: &Verdict, earliest: DateTime<Utc>, latest: DateTime<Utc>) -> DateTime<Utc> {
    let chatty = gap.common_silence_s <= 900;
    let decided = verdict.decided_by.and_then(|index| gap.events.get(index)).copied();
    // A log that is never silent for long gives the end better than anything else.
    if chatty && let Some(seen) = gap.last_seen {
        let ends_at_once = !matches!(verdict.cause, Cause::Watchdog);
        if verdict.hung_first && ends_at_once {
            return seen;
        }
        let by_event = decided.filter(|event| event.at.best >= seen && event.at.best <= latest).map(|event| event.at.best);
        let close = by_event.filter(|at| *at - seen <= TimeDelta::minutes(20));
        return close.unwrap_or_else(|| seen.max(if latest - seen <= POST * 3 { latest - POST } else { seen }));
    }
    if let Some(event) = decided {
        let told_by_next = gap.next_start.is_some_and(|start| event.at.best >= start - TimeDelta::seconds(5));
        let told_later = matches!(event.class, Class::Unclean);
        if !told_by_next && !told_later {
            return event.at.best;
        }
    }
    if let Some(at) = gap.shutdown_mark {
        return at;
    }
    if let Some((dark, _)) = gap.dark.filter(|(from, _)| *from >= earliest && *from <= latest) {
        return dark;
    }
    let any_bmc = gap.events.iter().find(|event| {
        event.by_bmc && matches!(event.class, Class::PowerOff | Class::SupplyLost | Class::Button | Class::PowerCommand)
            && event.at.best >= earliest
            && event.at.best <= latest
    });
    match any_bmc {
        Some(event) => event.at.best,
        None => latest - POST,
    }
}
