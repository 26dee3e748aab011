//! Has a reader pass over the quiet lines of its log: what has to be remembered of them is remembered once for a
//! stretch of them. Any other line is left to be read with care.

use chrono::{TimeDelta, Timelike};

use super::log_header::priority_len;
use super::log_lines::{LogTracker, Remembered};
use super::quiet_message::{self, without_return};
use super::quiet_stretch::{Candidate, Day, Outlook, QuietScan, Run, Stretch, is_going_on};
use super::sink::Sink;
use super::stamp_mask::{Hours, StampMask};
use super::written_time::steady_seconds;
use crate::model::Stamp;
use crate::model::record::Span;

/// Lines that were passed over.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    pub bytes: usize,
    pub lines: u64,
}

/// What was found out beforehand of the lines that are next.
#[derive(Clone, Copy)]
pub struct Ahead<'a> {
    pub outlook: &'a Outlook,
    pub stretch: &'a Stretch,
}

/// Lines of the day of the last line that was read with care.
#[derive(Default)]
pub struct QuietLines {
    scan: Option<QuietScan>,
}

impl QuietLines {
    /// Keeps the stamp of a line that was split: all that stands before `host` and its `message`.
    pub fn keep(&mut self, line: &str, stamp: &Stamp, host: &str, message: &str) {
        let written = written_stamp(line.as_bytes(), host.as_bytes(), message.len());
        if self.day().zip(written).is_some_and(|(day, written)| is_of(day, written, stamp)) {
            return;
        }
        match (written.and_then(|written| day_of(written, stamp)), &mut self.scan) {
            // What it knows of hosts holds for every day.
            (Some(day), Some(scan)) => scan.day = day,
            (day, scan) => *scan = day.map(QuietScan::new),
        }
    }

    /// The next line may be of another month or year than those before it.
    pub fn forget(&mut self) {
        self.scan = None;
    }

    /// Whether the lines that can be passed over have no year.
    #[must_use]
    pub fn is_yearless(&self) -> bool {
        self.day().is_some_and(|day| matches!(day.stamp, Stamp::Yearless { .. }))
    }

    fn day(&self) -> Option<&Day> {
        self.scan.as_ref().map(|scan| &scan.day)
    }

    /// By what the next quiet lines can be told.
    #[must_use]
    pub fn outlook(&self, tracker: &LogTracker) -> Option<Outlook> {
        self.day().map(|day| Outlook { day: day.clone(), hosts: tracker.hosts() })
    }

    /// Passes over lines from the front of `text`, which holds whole lines without literals and without
    /// control characters; the first has that `number`, and begins where the account stands. `ahead` is what an
    /// earlier outlook has found there.
    pub fn pass(
        &mut self,
        text: &[u8],
        number: u64,
        ahead: Option<Ahead<'_>>,
        tracker: &mut LogTracker,
        sink: &mut Sink<'_>,
    ) -> Passed {
        let Some(scan) = self.scan.as_mut().filter(|_| sink.nul_before == 0) else {
            return Passed::default();
        };
        if let Some(Ahead { outlook, stretch }) = ahead
            && outlook.day == scan.day
            && follows(stretch, &scan.day, tracker, sink)
        {
            return hand_over(stretch, &scan.day, text, number, tracker, sink);
        }
        let start = scan.day.seconds;
        let may_pass = |line: Candidate| {
            let at = start + line.since;
            let goes_on = || tracker.active_until(line.host).is_some_and(|until| is_going_on(at - until));
            (line.before.is_some() || goes_on())
                && !(line.starts_young && tracker.was_up_long(line.host))
                && !(sink.has_stretches && tracker.stretch(line.host, at, sink).is_some())
        };
        let stretch = scan.stretch(text, 0, |name| tracker.known(name), may_pass);
        hand_over(&stretch, &scan.day, text, number, tracker, sink)
    }
}

/// Whether a stretch that was found beforehand goes on from what the reader has come to since.
fn follows(stretch: &Stretch, day: &Day, tracker: &LogTracker, sink: &Sink<'_>) -> bool {
    let goes_on = |run: &Run| {
        tracker.active_until(run.host).is_some_and(|until| is_going_on(day.seconds + run.first - until))
            && !(run.starts_young && tracker.was_up_long(run.host))
    };
    !sink.has_stretches && stretch.runs.iter().all(goes_on)
}

/// Has the tracker remember what is passed over.
fn hand_over(
    stretch: &Stretch,
    day: &Day,
    text: &[u8],
    number: u64,
    tracker: &mut LogTracker,
    sink: &mut Sink<'_>,
) -> Passed {
    let offset = sink.account.cursor();
    for run in &stretch.runs {
        let lines = run.last_lines().map(|line| {
            let stamped = &text[line.start..line.end];
            let micros = day.mask.micros_since_start(&stamped[priority_len(stamped)..]).unwrap_or(0);
            Remembered {
                span: Span {
                    offset: offset + line.start as u64,
                    len: (line.end + 1 - line.start) as u64,
                    line: number + line.number,
                },
                stamp: moved(&day.stamp, micros).unwrap_or(day.stamp),
                message: without_return(&text[line.message..line.end]),
            }
        });
        let uptime = run.uptime.as_ref().and_then(|stamped| quiet_message::micros(&text[stamped.clone()]));
        tracker.pass(run.host, run.lines, day.seconds + run.last, uptime, lines, sink);
    }
    Passed { bytes: stretch.bytes, lines: stretch.lines }
}

/// What stands before the host and the message of a line, without a priority.
fn written_stamp<'a>(line: &'a [u8], host: &[u8], message: usize) -> Option<&'a [u8]> {
    let (written, rest) = line.split_at_checked(line.len().checked_sub(host.len() + 1 + message)?)?;
    let stands_there = !host.is_empty() && rest.starts_with(host) && written.ends_with(b" ");
    stands_there.then(|| &written[priority_len(written)..])
}

/// Whether the stamp, written so, is one of a day, and would make the same day.
fn is_of(day: &Day, written: &[u8], stamp: &Stamp) -> bool {
    let micros = || day.mask.micros_since_start(written);
    written.len() == day.mask.bytes() && micros().and_then(|micros| moved(&day.stamp, micros)) == Some(*stamp)
}

/// The day of a stamp that was read.
fn day_of(written: &[u8], stamp: &Stamp) -> Option<Day> {
    let of = |hours| {
        let mask = StampMask::of(written, hours)?;
        let stamp = moved(stamp, -mask.micros_since_start(written)?)?;
        Some(Day { mask, seconds: steady_seconds(&stamp)?, stamp })
    };
    of(Hours::Free).filter(starts_at_midnight).or_else(|| of(Hours::Fixed)).filter(starts_at_a_second)
}

/// Whether the time of day of the lines of a day is the one that is written: it is not in the afternoon of a clock
/// of twelve hours, and it need not be where a zone has a name, which may mean another offset in the next hour.
fn starts_at_midnight(day: &Day) -> bool {
    match day.stamp {
        Stamp::Local(at) => at.num_seconds_from_midnight() == 0,
        Stamp::Yearless { second_of_day, .. } => second_of_day == 0,
        _ => day.mask.has_offset(),
    }
}

/// Whether the fraction that is written is the one that was read.
fn starts_at_a_second(day: &Day) -> bool {
    match day.stamp {
        Stamp::Zoned(at) => at.timestamp_subsec_nanos() == 0,
        Stamp::Local(at) => at.nanosecond() == 0,
        _ => true,
    }
}

/// The stamp moved within its day.
fn moved(stamp: &Stamp, micros: i64) -> Option<Stamp> {
    let by = TimeDelta::microseconds(micros);
    match *stamp {
        Stamp::Zoned(at) => at.checked_add_signed(by).map(Stamp::Zoned),
        Stamp::Local(at) => at.checked_add_signed(by).map(Stamp::Local),
        Stamp::Yearless { wraps, month, day, second_of_day } => {
            // Such a stamp has no fraction, whatever is written.
            let moved = i64::from(second_of_day) + micros / 1_000_000;
            let second_of_day = u32::try_from(moved).ok()?;
            Some(Stamp::Yearless { wraps, month, day, second_of_day })
        }
        _ => None,
    }
}
