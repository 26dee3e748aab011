//! When a boot ended: the time of the event that shows it, bounded by what the log saw.

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Event;
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
    // A meter that still read the machine's draw shows it alive.
    let metered = [gap.dark, gap.unmetered].into_iter().flatten().map(|span| span.0).min();
    let earliest = metered.filter(|at| *at > earliest && *at < latest).unwrap_or(earliest);
    let (best, margin) = best_of(gap, verdict, earliest, latest);
    let (earliest, best) = (earliest.min(best), best.min(latest));
    let best = if margin.is_some() { best } else { best.max(earliest) };
    match margin {
        Some(margin) => {
            Moment { best, earliest: (best - margin).max(earliest), latest: (best + margin).min(latest) }
        }
        None => Moment { best, earliest, latest },
    }
}

/// A clock that is known this well dates an event better than the host's own log does.
const GOOD_CLOCK: TimeDelta = TimeDelta::minutes(6);

/// The best guess, and how far it may be off where an event with a good clock gives it.
fn best_of(
    gap: &Gap<'_>,
    verdict: &Verdict,
    earliest: DateTime<Utc>,
    latest: DateTime<Utc>,
) -> (DateTime<Utc>, Option<TimeDelta>) {
    let inside = |at: DateTime<Utc>| at >= earliest - TimeDelta::minutes(3) && at <= latest;
    let margin = |event: &Event| (event.at.latest - event.at.best).max(TimeDelta::seconds(30));
    let decided = verdict.decided_by.and_then(|index| gap.events.get(index)).copied().filter(|event| {
        let told_by_next = gap.next_start.is_some_and(|start| event.at.best >= start - TimeDelta::seconds(5));
        !told_by_next && event.class != Class::Unclean && !written_on_return(gap, event)
    });
    // The log goes on for a while after a freeze, a stuck disk or a full memory: the host stopped
    // working with the first sign of it.
    if let Some(event) = decided.filter(|event| {
        !event.by_bmc && matches!(event.class, Class::Freeze | Class::Hang | Class::StorageFault)
    }) {
        return (event.at.best, Some(margin(event)));
    }
    // What hung stopped working when its log stopped, not when it was reset.
    if verdict.hung_first && gap.last_seen.is_some() && (gap.common.common_s <= 900 || gap.fell_silent()) {
        return (stopped(gap, earliest), None);
    }
    if let Some(event) = decided
        && inside(event.at.best)
        && event.at.latest - event.at.best <= GOOD_CLOCK
    {
        return (event.at.best, Some(margin(event)));
    }
    let meter = TimeDelta::seconds(gap.meter_interval_s / 2);
    if let Some((lit, _)) = gap.dark.filter(|(from, _)| inside(*from)) {
        return (lit + meter, Some(meter));
    }
    let on_return = verdict
        .decided_by
        .and_then(|index| gap.events.get(index))
        .is_some_and(|event| written_on_return(gap, event));
    if (gap.fell_silent() && !verdict.planned) || on_return {
        return (stopped(gap, earliest), None);
    }
    if let Some(at) = gap.shutdown_mark {
        return (at, Some(TimeDelta::minutes(1)));
    }
    if let Some((lit, _)) =
        gap.unmetered.filter(|(from, _)| inside(*from) && verdict.cause == Cause::PowerLoss)
    {
        return (lit + meter, Some(meter));
    }
    if let Some(event) = decided {
        return (event.at.best, None);
    }
    let any_bmc = gap.events.iter().find(|event| {
        event.by_bmc
            && matches!(
                event.class,
                Class::PowerOff | Class::SupplyLost | Class::Button | Class::PowerCommand
            )
            && inside(event.at.best)
            && event.at.latest - event.at.best <= GOOD_CLOCK
    });
    match any_bmc {
        Some(event) => (event.at.best, Some(margin(event))),
        // The last entry may be later: a quick restart.
        None => ((latest - POST).max(earliest.min(latest)), None),
    }
}

/// A BMC without standby power writes down the loss when the power is back, minutes before the boot.
fn written_on_return(gap: &Gap<'_>, event: &Event) -> bool {
    let shortly = TimeDelta::minutes(6);
    event.class == Class::PowerLost
        && gap.next_start.is_some_and(|start| start - event.at.best <= shortly)
        && gap.last_seen.is_some_and(|seen| event.at.best - seen > shortly)
}

/// The log stopped in the middle of what it commonly leaves between two lines.
fn stopped(gap: &Gap<'_>, earliest: DateTime<Utc>) -> DateTime<Utc> {
    // Rare long gaps weigh on the mean; half of a common gap is enough then.
    let half = if gap.common.common_s <= 900 { 450 } else { gap.common.common_s / 2 };
    let elapsed = TimeDelta::seconds(gap.common.elapsed_s.clamp(60, half));
    gap.last_seen.unwrap_or(earliest).max(earliest) + elapsed
}
