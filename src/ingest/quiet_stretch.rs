//! Tells which lines of a log say nothing but that their host was alive: next to all of them.
//!
//! A line is quiet if no literal stands in it (whoever calls knows), its stamp differs from one that was read
//! with care in the time of day only, its host is known and wrote without a gap, and its message has a tag and
//! nothing odd. A priority before the stamp says nothing; a young uptime of the kernel's may say that it has started
//! over, if it was not young before. To tell takes no more than an [`Outlook`], so that it can be done on another thread than the
//! reader's, and before it is the line's turn.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::log_header::{is_plain_host, is_severity, priority_len};
use super::log_lines::{KnownHost, LogTracker};
use super::quiet_front;
use super::recent_hosts::RecentHosts;
use super::sink::ACTIVITY_GAP_SECONDS;
use super::stamp_mask::StampMask;
use super::stream::LINE_BYTES_MAX;
use crate::model::Stamp;

/// If a batch has so many more lines that are not quiet than quiet ones, the rest of it is left to the reader: its
/// lines may be of another day, or of a log that has no quiet ones.
const ODD_LINES_MAX: u64 = 64;

/// What a reader knows by which quiet lines can be told.
#[derive(Clone)]
pub struct Outlook {
    pub day: Day,
    pub hosts: Arc<HashMap<Vec<u8>, KnownHost>>,
}

/// Makes stretches of the lines of a day.
pub struct QuietScan {
    pub day: Day,
    recent: RecentHosts,
    /// By the number of a host, for those at least that `recent` knows: one more than the place of its run in the
    /// stretch that is being made.
    slots: Vec<usize>,
}

/// The hours that share a stamp that was read with care, but for the time of day: a day, or where the stamp could
/// mean another zone in the next hour, an hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    pub mask: StampMask,
    /// Of its first moment.
    pub stamp: Stamp,
    /// The same, as [`super::written_time::steady_seconds`].
    pub seconds: i64,
}

/// Quiet lines that stand next to each other.
#[derive(Debug, Default)]
pub struct Stretch {
    /// Where in the text it begins.
    pub start: usize,
    pub bytes: usize,
    pub lines: u64,
    /// One for each host.
    pub runs: Vec<Run>,
}

/// What a host has said in a stretch.
#[derive(Debug)]
pub struct Run {
    pub host: KnownHost,
    pub lines: u64,
    /// Seconds since the day's start at which the host wrote first and last.
    pub first: i64,
    pub last: i64,
    /// The last lines, each in the place of the oldest.
    recent: [Line; LogTracker::LAST_LINES],
    /// Where the last uptime stands.
    pub uptime: Option<Range<usize>>,
    /// Whether the first uptime is a young one: then the kernel must not have been up for long before.
    pub starts_young: bool,
    /// Whether the last one is.
    is_young: bool,
}

/// Where a line stands: bytes and lines since the start of its stretch.
#[derive(Debug, Default, Clone, Copy)]
pub struct Line {
    pub start: usize,
    pub message: usize,
    pub end: usize,
    pub number: u64,
}

/// A line that can be passed over if its host is going on.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    pub host: KnownHost,
    /// Seconds since the day's start.
    pub since: i64,
    /// Those of the host's line before it, if that is of this stretch.
    pub before: Option<i64>,
    /// See [`Run::starts_young`].
    pub starts_young: bool,
}

impl Run {
    fn new(host: KnownHost, since: i64) -> Self {
        Self {
            host,
            lines: 0,
            first: since,
            last: since,
            recent: Default::default(),
            uptime: None,
            starts_young: false,
            is_young: false,
        }
    }

    /// The last lines, the oldest first.
    pub fn last_lines(&self) -> impl Iterator<Item = &Line> {
        let kept = self.lines.min(LogTracker::LAST_LINES as u64);
        (self.lines - kept..self.lines).map(|count| &self.recent[count as usize % LogTracker::LAST_LINES])
    }
}

impl Outlook {
    /// The stretches of `text`, of which the lines at `places` hold literals. Whether the first line of a host
    /// follows without a gap on what came before is not known here. `scan` is one of the same source, if there is one:
    /// what it knows of hosts holds for every day.
    #[must_use]
    pub fn survey(&self, text: &[u8], places: &[usize], scan: &mut Option<QuietScan>) -> Vec<Stretch> {
        let scan = scan.get_or_insert_with(|| QuietScan::new(self.day.clone()));
        scan.day = self.day.clone();
        let mut stretches = Vec::new();
        let mut odd_lines_left = ODD_LINES_MAX;
        let mut start = 0;
        for place in places.iter().copied().chain([text.len()]) {
            let Some(before) = text.get(start..place) else { continue };
            let end = memchr::memrchr(b'\n', before).map_or(start, |at| start + at + 1);
            while start < end {
                let known = |name: &[u8]| self.hosts.get(name).copied();
                let stretch = scan.stretch(&text[start..end], start, known, |_| true);
                start += stretch.bytes;
                odd_lines_left += stretch.lines;
                if stretch.lines > 0 {
                    stretches.push(stretch);
                }
                if start < end {
                    start = end_of_line(text, start);
                    odd_lines_left -= 1;
                    if odd_lines_left == 0 {
                        return stretches;
                    }
                }
            }
            start = end_of_line(text, place.max(start));
        }
        stretches
    }
}

impl QuietScan {
    #[must_use]
    pub fn new(day: Day) -> Self {
        Self { day, recent: RecentHosts::default(), slots: Vec::new() }
    }

    /// The quiet lines at the front of `text`, which holds whole lines without literals and without control
    /// characters and begins at `start`. `known` tells hosts by their names; `may_pass` is asked of each line.
    pub fn stretch(
        &mut self,
        text: &[u8],
        start: usize,
        known: impl Fn(&[u8]) -> Option<KnownHost>,
        mut may_pass: impl FnMut(Candidate) -> bool,
    ) -> Stretch {
        let mut stretch = Stretch { start, ..Stretch::default() };
        while let Some(end) = self.next(text, &mut stretch, &known, &mut may_pass) {
            stretch.bytes = end + 1;
            stretch.lines += 1;
        }
        for run in &stretch.runs {
            self.slots[run.host.0] = 0;
        }
        stretch
    }

    /// Where the next line ends, if it is quiet.
    #[inline]
    fn next(
        &mut self,
        text: &[u8],
        stretch: &mut Stretch,
        known: &impl Fn(&[u8]) -> Option<KnownHost>,
        may_pass: &mut impl FnMut(Candidate) -> bool,
    ) -> Option<usize> {
        let start = stretch.bytes;
        let line = text.get(start..)?;
        let (since, rest) = self.day.mask.seconds_since_start(&line[priority_len(line)..])?;
        let (host, message) = self.host(rest, known)?;
        let message = text.len() - message.len();
        let (len, shape) = quiet_front::message(&text[message..])?;
        let end = message + len;
        let run = stretch.runs.get_mut(self.slots[host.0].wrapping_sub(1));
        let before = run.as_ref().map(|run| run.last);
        let starts_young = shape.is_young() && run.as_ref().is_none_or(|run| run.uptime.is_none());
        if end - start >= LINE_BYTES_MAX || !may_pass(Candidate { host, since, before, starts_young }) {
            return None;
        }
        let run = match run {
            Some(run) => run,
            None => {
                stretch.runs.push(Run::new(host, since));
                self.slots[host.0] = stretch.runs.len();
                stretch.runs.last_mut()?
            }
        };
        // With a young uptime the kernel may have started over.
        let is_odd = shape.is_young() && !starts_young && !run.is_young;
        if is_odd || !is_going_on(since - run.last) {
            return None;
        }
        run.recent[run.lines as usize % LogTracker::LAST_LINES] =
            Line { start, message, end, number: stretch.lines };
        run.lines += 1;
        run.last = since;
        if let Some(uptime) = shape.uptime() {
            run.uptime = Some(message + uptime.start..message + uptime.end);
            run.starts_young |= starts_young;
            run.is_young = shape.is_young();
        }
        Some(end)
    }

    /// Whose line it is, and the message with all that follows.
    #[inline]
    fn host<'a>(
        &mut self,
        rest: &'a [u8],
        known: &impl Fn(&[u8]) -> Option<KnownHost>,
    ) -> Option<(KnownHost, &'a [u8])> {
        if let Some(found) = self.recent.strip(rest) {
            return Some(found);
        }
        let end = memchr::memchr2(b' ', b'\n', rest).filter(|end| rest[*end] == b' ')?;
        // Of a host whose name is an odd one, every line is read with care.
        let is_plain = |name: &&[u8]| {
            std::str::from_utf8(name).is_ok_and(|name| is_plain_host(name) && !is_severity(name))
        };
        let host = rest.get(..end).filter(is_plain).and_then(known)?;
        if self.slots.len() <= host.0 {
            self.slots.resize(host.0 + 1, 0);
        }
        self.recent.keep(rest, end, host);
        Some((host, &rest[end + 1..]))
    }
}

/// Whether a line that follows the one before by so many seconds belongs to the same activity.
#[must_use]
pub fn is_going_on(gap: i64) -> bool {
    (0..=ACTIVITY_GAP_SECONDS).contains(&gap)
}

fn end_of_line(text: &[u8], at: usize) -> usize {
    text.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(text.len(), |end| at + end + 1)
}
