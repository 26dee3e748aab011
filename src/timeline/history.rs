//! All that is known of one host, in order of time.

use chrono::{DateTime, Utc};

use super::Event;

/// A run of log lines without a long gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRun {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Marks of the boot history (wtmp).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryMark {
    pub at: DateTime<Utc>,
    pub is_boot: bool,
}

/// A start of the operating system that a source shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartSign {
    pub at: DateTime<Utc>,
    pub source: String,
    pub line_or_offset: u64,
    pub text: String,
}

/// One host's evidence.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub host: String,
    /// Sorted by time, then place.
    pub events: Vec<Event>,
    /// Activity of all logs of the host, sorted by start.
    pub runs: Vec<LogRun>,
    /// Starts that logs and boot history show, sorted.
    pub starts: Vec<StartSign>,
    pub marks: Vec<HistoryMark>,
    /// Lines kept because they stand directly before a boot.
    pub last_lines: Vec<Event>,
    /// First and last time in the SEL.
    pub sel: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether the SEL has lost its beginning (cleared, or full and dropping).
    pub sel_incomplete: bool,
    /// First and last power reading.
    pub power: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Spans in which the power meter read (next to) nothing: (from, to).
    pub dark: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Kinds of source the host has.
    pub kinds: Vec<String>,
}

/// A log whose lines come at least this often is never silent for longer without reason, seconds.
const CHATTY_SECONDS: i64 = 900;

impl History {
    /// Puts everything in order. Called once after filling.
    pub fn sort(&mut self) {
        self.events.sort_by(|a, b| {
            (a.seconds(), &a.source, a.order, &a.signature).cmp(&(b.seconds(), &b.source, b.order, &b.signature))
        });
        self.last_lines.sort_by(|a, b| (a.seconds(), &a.source, a.order).cmp(&(b.seconds(), &b.source, b.order)));
        self.runs.sort_by_key(|run| (run.from, run.to));
        self.starts.sort_by(|a, b| (a.at, &a.source, a.line_or_offset).cmp(&(b.at, &b.source, b.line_or_offset)));
        self.marks.sort_by_key(|mark| (mark.at, mark.is_boot));
        self.kinds.sort();
        self.kinds.dedup();
    }

    /// The last sign of life in a log before `at`; lines of the seconds before belong to the boot
    /// itself if nothing came before them for a while.
    #[must_use]
    pub fn last_seen_before(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut last: Option<DateTime<Utc>> = None;
        for run in &self.runs {
            if run.from >= at {
                break;
            }
            let young = (at - run.from).num_seconds() < 60 && run.to >= at - chrono::TimeDelta::seconds(20);
            if young {
                continue;
            }
            // A run that another source carries over the boot tells nothing of its end.
            let end = run.to.min(at);
            last = Some(last.map_or(end, |before: DateTime<Utc>| before.max(end)));
        }
        last
    }

    /// The first sign of life in a log at or after `at`.
    #[must_use]
    pub fn first_seen_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.runs.iter().filter(|run| run.to >= at).map(|run| run.from.max(at)).min()
    }

    /// How long the log is commonly silent around `at`, in seconds: the ninth decile of the gaps
    /// between runs within 30 days. `CHATTY_SECONDS` if gaps are rare.
    #[must_use]
    pub fn common_silence_s(&self, at: DateTime<Utc>) -> i64 {
        let near = |run: &&LogRun| (run.from - at).num_days().abs() <= 30;
        let runs: Vec<&LogRun> = self.runs.iter().filter(near).collect();
        let mut gaps: Vec<i64> = Vec::new();
        let mut active = 0_i64;
        let mut end: Option<DateTime<Utc>> = None;
        for run in runs {
            if let Some(end) = end
                && run.from > end
            {
                gaps.push((run.from - end).num_seconds());
            }
            active += (run.to - run.from).num_seconds();
            end = Some(end.map_or(run.to, |end| end.max(run.to)));
        }
        // A month of minutes has few gaps; what gaps there are then come from boots.
        if gaps.len() < 20 && active > 10 * 86_400 {
            return CHATTY_SECONDS;
        }
        gaps.sort_unstable();
        gaps.get(gaps.len() * 9 / 10).copied().unwrap_or(CHATTY_SECONDS).max(CHATTY_SECONDS)
    }

    /// Events between two times (both included), by best guess.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = &Event> {
        let start = self.events.partition_point(|event| event.at.best < from);
        self.events[start..].iter().take_while(move |event| event.at.best <= to)
    }

    /// First and last time that any source shows.
    #[must_use]
    pub fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let firsts = [
            self.runs.iter().map(|run| run.from).min(),
            self.marks.first().map(|mark| mark.at),
            self.sel.map(|span| span.0),
            self.power.map(|span| span.0),
        ];
        let lasts = [
            self.runs.iter().map(|run| run.to).max(),
            self.marks.last().map(|mark| mark.at),
            self.sel.map(|span| span.1),
            self.power.map(|span| span.1),
        ];
        firsts.into_iter().flatten().min().zip(lasts.into_iter().flatten().max())
    }
}
