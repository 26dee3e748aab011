//! Passes over the lines of a log that say nothing but that their host was alive: next to all of them.
//!
//! A line is passed over if no literal stands in it (whoever calls knows), its stamp differs from one
//! that was read with care in minutes and seconds only, its host is known and wrote without a gap, and
//! its message has a tag and nothing odd. What has to be remembered of such lines is remembered once
//! for a stretch of them. Any other line is left to be read with care.

use std::ops::Range;

use chrono::TimeDelta;

use super::log_lines::{KnownHost, LogTracker, Remembered};
use super::masked_prefix::MaskedPrefix;
use super::quiet_message;
use super::sink::{ACTIVITY_GAP_SECONDS, Sink};
use super::stamp_mask::StampMask;
use super::stream::LINE_BYTES_MAX;
use super::written_time::steady_seconds;
use crate::model::Stamp;
use crate::model::record::Span;

/// Lines that were passed over.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    pub bytes: usize,
    pub lines: u64,
}

/// Lines `STAMP HOST TAG: TEXT` of one hour.
#[derive(Default)]
pub struct QuietLines {
    hour: Option<Hour>,
    /// What stood between the stamp and the message of the last line.
    host: Option<(MaskedPrefix, KnownHost)>,
    /// By the number of the host: what has been passed over of it in this stretch.
    runs: Vec<Run>,
    /// The hosts of this stretch.
    touched: Vec<usize>,
}

/// The hour of a stamp that was read with care.
struct Hour {
    mask: StampMask,
    stamp: Stamp,
    seconds: i64,
}

/// What a host has said in a stretch.
#[derive(Default, Clone)]
struct Run {
    lines: u64,
    /// Seconds since the hour at which the host wrote last.
    last: i64,
    /// The last lines, each in the place of the oldest.
    recent: [Line; LogTracker::LAST_LINES],
    /// The last message that has an uptime.
    uptime: Option<Range<usize>>,
}

/// Where a line stands in its stretch.
#[derive(Default, Clone)]
struct Line {
    start: usize,
    message: usize,
    end: usize,
    number: u64,
}

impl QuietLines {
    /// Keeps the stamp of a line that was split: all that stands before `host` and its `message`.
    pub fn keep(&mut self, line: &str, stamp: &Stamp, host: &str, message: &str) {
        (self.hour, self.host) = (None, None);
        let Some(start) = line.len().checked_sub(host.len() + 1 + message.len()) else { return };
        let (Some(written), Some(rest)) = (line.get(..start), line.get(start..)) else { return };
        if host.is_empty() || !rest.starts_with(host) || !written.ends_with(' ') {
            return;
        }
        let Some(mask) = StampMask::of(written.as_bytes()) else { return };
        let Some(micros) = mask.micros_since_hour(written.as_bytes()) else { return };
        self.hour = moved(stamp, -i64::from(micros))
            .and_then(|stamp| Some(Hour { mask, seconds: steady_seconds(&stamp)?, stamp }));
    }

    /// The next line may be of another month or year than those before it.
    pub fn forget(&mut self) {
        (self.hour, self.host) = (None, None);
    }

    /// Passes over lines from the front of `text`, which holds whole lines without literals and without
    /// control characters; the first has that `number`, and begins where the account stands.
    pub fn pass(
        &mut self,
        text: &[u8],
        number: u64,
        tracker: &mut LogTracker,
        sink: &mut Sink<'_>,
    ) -> Passed {
        let mut passed = Passed::default();
        let Some(hour) = self.hour.take() else { return passed };
        if sink.nul_before == 0 {
            while let Some(end) = self.next(&hour, text, passed, number, tracker, sink) {
                passed = Passed { bytes: end + 1, lines: passed.lines + 1 };
            }
            self.hand_over(&hour, text, tracker, sink);
        }
        self.hour = Some(hour);
        passed
    }

    /// Where the next line ends, if it can be passed over.
    fn next(
        &mut self,
        hour: &Hour,
        text: &[u8],
        passed: Passed,
        number: u64,
        tracker: &LogTracker,
        sink: &Sink<'_>,
    ) -> Option<usize> {
        let start = passed.bytes;
        let (since, rest) = hour.mask.seconds_since_hour(text.get(start..)?)?;
        let (KnownHost(place), message) = self.host(rest, tracker)?;
        let message = text.len() - message.len();
        let end = message + memchr::memchr(b'\n', &text[message..])?;
        let shape = quiet_message::shape(without_return(&text[message..end]))?;
        let seconds = hour.seconds + since;
        if self.runs.len() <= place {
            self.runs.resize(place + 1, Run::default());
        }
        let run = &mut self.runs[place];
        let gap = if run.lines > 0 { since - run.last } else { seconds - tracker.active_until(place)? };
        let is_odd = !(0..=ACTIVITY_GAP_SECONDS).contains(&gap)
            || end - start >= LINE_BYTES_MAX
            || sink.has_stretches && tracker.stretch(place, seconds, sink).is_some();
        if is_odd {
            return None;
        }
        if run.lines == 0 {
            self.touched.push(place);
        }
        run.recent[run.lines as usize % LogTracker::LAST_LINES] =
            Line { start, message, end, number: number + passed.lines };
        run.lines += 1;
        run.last = since;
        if let Some(uptime) = shape.uptime() {
            run.uptime = Some(message + uptime.start..message + uptime.end);
        }
        Some(end)
    }

    /// Whose line it is, and the message with all that follows.
    fn host<'a>(&mut self, rest: &'a [u8], tracker: &LogTracker) -> Option<(KnownHost, &'a [u8])> {
        if let Some((between, host)) = &self.host
            && let Some(message) = between.strip(rest)
        {
            return Some((*host, message));
        }
        let end = memchr::memchr2(b' ', b'\n', rest).filter(|end| rest[*end] == b' ')?;
        let host = tracker.known(&rest[..end])?;
        self.host = MaskedPrefix::of(&rest[..=end], |_| true).map(|between| (between, host));
        Some((host, &rest[end + 1..]))
    }

    /// Has the tracker remember what was passed over.
    fn hand_over(&mut self, hour: &Hour, text: &[u8], tracker: &mut LogTracker, sink: &mut Sink<'_>) {
        let offset = sink.account.cursor();
        for place in std::mem::take(&mut self.touched) {
            let run = std::mem::take(&mut self.runs[place]);
            let kept = run.lines.min(LogTracker::LAST_LINES as u64);
            let lines = (run.lines - kept..run.lines).map(|count| {
                let line = &run.recent[count as usize % LogTracker::LAST_LINES];
                let micros = hour.mask.micros_since_hour(&text[line.start..]).unwrap_or(0);
                Remembered {
                    span: Span {
                        offset: offset + line.start as u64,
                        len: (line.end + 1 - line.start) as u64,
                        line: line.number,
                    },
                    stamp: moved(&hour.stamp, i64::from(micros)).unwrap_or(hour.stamp),
                    message: without_return(&text[line.message..line.end]),
                }
            });
            let uptime =
                run.uptime.as_ref().and_then(|stamped| quiet_message::micros(&text[stamped.clone()]));
            tracker.pass(place, run.lines, hour.seconds + run.last, uptime, lines, sink);
        }
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The stamp moved within its hour.
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
