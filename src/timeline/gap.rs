//! The evidence in and around the gap between two boots.

use chrono::{DateTime, TimeDelta, Utc};

use super::boots::BootStart;
use super::event::Event;
use super::history::{History, Silence};
use crate::knowledge::Class;

/// Everything that bears on how a boot ended.
#[derive(Debug, Clone)]
pub struct Gap<'a> {
    /// Last sign of life in a log before the end; `None` where no log was kept.
    pub last_seen: Option<DateTime<Utc>>,
    /// The log of that last sign was read; else only a list tells when it ended.
    pub log_read: bool,
    /// Start of the next boot; `None` if it never came.
    pub next_start: Option<DateTime<Utc>>,
    /// How silent this host's log commonly is.
    pub common: Silence,
    /// Events in the gap, and shortly before and after it, in order.
    pub events: Vec<&'a Event>,
    /// wtmp has a shutdown record in the gap.
    pub shutdown_mark: Option<DateTime<Utc>>,
    /// wtmp covers the gap and has no shutdown record in it.
    pub shutdown_mark_missing: bool,
    /// The SEL covers the gap.
    pub sel_covers: bool,
    /// The power meter read nothing for some of it: last reading before, first after.
    pub dark: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The power meter did not answer for some of it: last reading before, first after.
    pub unmetered: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Common time between two readings, seconds.
    pub meter_interval_s: i64,
    /// The BMC's own clock started over in the gap: it lost standby power.
    pub bmc_restarted: bool,
}

/// Trouble this long before the log ends may be how the end began.
const BEFORE: TimeDelta = TimeDelta::minutes(60);
/// The next boot tells of the one before within this.
const AFTER: TimeDelta = TimeDelta::minutes(15);
/// Without a log, events this long before a start belong to it.
const BEFORE_WITHOUT_LOG: TimeDelta = TimeDelta::hours(24);
/// A log older than this says nothing of the moment of the end.
const LOG_TOO_OLD: TimeDelta = TimeDelta::days(21);

impl<'a> Gap<'a> {
    /// Collects the evidence between a boot (`previous`) and the next (`next`; `None` at the end of
    /// the data, with `end` the time of the last sign of the host).
    #[must_use]
    pub fn collect(
        history: &'a History,
        previous: Option<&BootStart>,
        next: Option<&BootStart>,
        end: DateTime<Utc>,
    ) -> Self {
        let stop = next.map_or(end, |start| start.at);
        let last_seen = history
            .last_seen_before(stop)
            .filter(|seen| stop - *seen <= LOG_TOO_OLD && previous.is_none_or(|start| *seen >= start.at));
        let floor = previous.map(|start| start.at + TimeDelta::seconds(1));
        let from = match last_seen {
            Some(seen) => seen - BEFORE,
            None => stop - BEFORE_WITHOUT_LOG,
        };
        let from = floor.map_or(from, |floor| from.max(floor));
        let to = next.map_or(end + AFTER, |start| start.at + AFTER);
        let slack = TimeDelta::hours(7);
        let events: Vec<&Event> = history
            .between(from - slack, to + slack)
            .filter(|event| {
                let margin = if event.by_bmc {
                    (event.at.latest - event.at.best).min(slack)
                } else {
                    TimeDelta::zero()
                };
                event.at.best >= from - margin && event.at.best <= to + margin
            })
            .collect();
        let shutdown_mark = history
            .marks
            .iter()
            .rev()
            .find(|mark| !mark.is_boot && mark.at <= stop && mark.at >= from)
            .map(|mark| mark.at);
        let boots_in_marks = history.marks.iter().any(|mark| {
            mark.is_boot && mark.at <= stop + ONE_MINUTE * 10 && mark.at < stop - ONE_MINUTE * 30
        }) || history.marks.first().is_some_and(|mark| mark.at < from);
        let boot_marked =
            history.marks.iter().any(|mark| mark.is_boot && (mark.at - stop).abs() < TimeDelta::minutes(15));
        let bmc_restarted = events
            .iter()
            .any(|event| event.by_bmc && [BMC_RESTART, BMC_POWER_BACK].contains(&event.signature.as_str()));
        let log_read = last_seen.is_none_or(|seen| {
            history.runs.iter().any(|run| run.is_read && run.from <= stop && run.to >= seen - AFTER)
        });
        Self {
            last_seen,
            log_read,
            next_start: next.map(|start| start.at),
            common: history.silence(stop),
            shutdown_mark,
            shutdown_mark_missing: shutdown_mark.is_none() && boots_in_marks && boot_marked,
            sel_covers: history.sel.is_some_and(|(first, last)| first <= stop && last >= from),
            dark: overlapping(&history.dark, last_seen.unwrap_or(from), stop),
            unmetered: overlapping(&history.unmetered, last_seen.unwrap_or(from), stop),
            meter_interval_s: history.meter_interval_s,
            bmc_restarted,
            events,
        }
    }

    /// Events of a class, in order.
    pub fn of(&self, class: Class) -> impl DoubleEndedIterator<Item = &'a Event> + '_ {
        self.events.iter().copied().filter(move |event| event.class == class)
    }

    /// Seconds between the last line and the next start, if both are known.
    #[must_use]
    pub fn silence_s(&self) -> Option<i64> {
        Some((self.next_start? - self.last_seen?).num_seconds())
    }

    /// Whether the log was silent before the next start for longer than an idle host would be.
    #[must_use]
    pub fn fell_silent(&self) -> bool {
        self.log_read && self.silence_s().is_some_and(|silence| self.common.is_notable(silence))
    }

    /// Whether the BMC calls the start a warm reset, and nothing else (IPMI v2.0 table 42-3, type 1Dh):
    /// what an operating system asks for, not what a watchdog or a loss of power does.
    #[must_use]
    pub fn restarted_warm(&self) -> bool {
        let says = |words: &str| {
            self.events.iter().any(|event| event.by_bmc && event.text.to_lowercase().contains(words))
        };
        says("initiated by warm reset") && !says("initiated by hard reset") && !says("initiated by power up")
    }

    /// Whether the BMC itself says that it does not know why the power went off.
    #[must_use]
    pub fn bmc_knows_no_reason(&self) -> bool {
        self.events.iter().any(|event| event.by_bmc && event.text.to_lowercase().contains("unknown reason"))
    }

    /// Seconds of Unix time of the last sign of life; the least there is where none was seen.
    #[must_use]
    pub fn last_seen_s(&self) -> i64 {
        self.last_seen.map_or(i64::MIN / 2, |seen| seen.timestamp())
    }

    /// Whether the event came before the next boot started (or the BMC's clock cannot tell).
    #[must_use]
    pub fn before_start(&self, event: &Event) -> bool {
        let Some(start) = self.next_start else { return true };
        if event.by_bmc { event.at.earliest <= start + ONE_MINUTE } else { event.at.best < start }
    }

    /// Whether the event is near the end: not longer before the last line than `within`. Without a
    /// log the end may lie anywhere before the next start, but what stops a machine at once is near
    /// it by itself.
    #[must_use]
    pub fn near_end(&self, event: &Event, within: TimeDelta) -> bool {
        let stops_at_once = matches!(
            event.class,
            Class::PowerLost
                | Class::Panic
                | Class::HardwareFatal
                | Class::Thermal
                | Class::PowerOff
                | Class::SupplyLost
        );
        match (self.last_seen, self.next_start) {
            (Some(seen), _) => event.at.latest >= seen - within,
            (None, Some(start)) if stops_at_once => event.at.latest >= start - BEFORE_WITHOUT_LOG,
            (None, Some(start)) => event.at.latest >= start - within,
            (None, None) => true,
        }
    }
}

type Between = (DateTime<Utc>, DateTime<Utc>);

fn overlapping(spans: &[Between], from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Between> {
    spans.iter().copied().find(|(start, end)| *start <= to && *end >= from)
}

const ONE_MINUTE: TimeDelta = TimeDelta::minutes(1);
/// Signature of the first entry after the BMC's clock has started over.
pub const BMC_RESTART: &str = "bmc-restarted-sel";
/// Signature by which a BMC says that its standby power is back.
const BMC_POWER_BACK: &str = "bmc-power-restored";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cause;
    use crate::timeline::history::LogRun;
    use crate::timeline::verdict::{Context, decide};

    fn hour(hour: i64) -> DateTime<Utc> {
        DateTime::<Utc>::from_timestamp(1_741_000_000, 0).unwrap() + TimeDelta::hours(hour)
    }

    #[test]
    fn a_log_that_only_a_list_tells_of_shows_when_a_boot_ended_and_not_how() {
        for (is_read, cause) in [(false, Cause::Unknown), (true, Cause::Hang)] {
            let runs = [(0, 100), (103, 200)]
                .map(|(from, to)| LogRun { from: hour(from), to: hour(to), is_read })
                .to_vec();
            let history = History { runs, ..History::default() };
            let next = BootStart {
                at: hour(103),
                slack: TimeDelta::zero(),
                signs: Vec::new(),
                by_bmc_only: false,
                versions: std::collections::BTreeMap::new(),
            };
            let gap = Gap::collect(&history, None, Some(&next), hour(200));
            assert_eq!((gap.last_seen, gap.log_read), (Some(hour(100)), is_read));
            let verdict = decide(&gap, Context { window: None, has_log: true });
            assert_eq!(verdict.cause, cause, "{}", verdict.reason);
        }
    }
}
