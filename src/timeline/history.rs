//! All that is known of one host, in order of time.

use chrono::{DateTime, Utc};

use super::Event;

/// A run of log lines without a long gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRun {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Whether the lines were read; else only a list tells from when to when the log goes.
    pub is_read: bool,
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
    /// Spans in which the power meter read (next to) nothing: last reading before, first after.
    pub dark: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Spans in which the power meter did not answer: last reading before, first after.
    pub unmetered: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Common time between two readings, seconds.
    pub meter_interval_s: i64,
    /// Kinds of source the host has.
    pub kinds: Vec<String>,
}

/// How long a log commonly goes without a line, and how long only in one gap of fifty, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    pub common_s: i64,
    pub rare_s: i64,
    /// How long the log has been silent, on average, at a time chosen at random.
    pub elapsed_s: i64,
}

impl Silence {
    /// Whether a silence of that length says that the host was dead or stuck, rather than idle.
    #[must_use]
    pub fn is_notable(&self, seconds: i64) -> bool {
        seconds > (self.rare_s * 5 / 4 + 600).min(self.elapsed_s * 4 + 1200).max(1500)
    }

    /// Whether somebody who reset the host by hand after such a silence had reason to: people reset
    /// what hangs far more often than what works, so a silence beyond the common one is enough.
    #[must_use]
    pub fn invites_reset(&self, seconds: i64) -> bool {
        seconds > self.rare_s.min(self.common_s).max(CHATTY_SECONDS)
    }
}

/// A log whose lines come at least this often is never silent for longer without reason, seconds.
const CHATTY_SECONDS: i64 = 900;

impl History {
    /// Puts everything in order. Called once after filling.
    pub fn sort(&mut self) {
        self.events.sort_by(|a, b| {
            (a.seconds(), &a.source, a.order, &a.signature).cmp(&(
                b.seconds(),
                &b.source,
                b.order,
                &b.signature,
            ))
        });
        self.last_lines
            .sort_by(|a, b| (a.seconds(), &a.source, a.order).cmp(&(b.seconds(), &b.source, b.order)));
        self.runs.sort_by_key(|run| (run.from, run.to));
        self.starts
            .sort_by(|a, b| (a.at, &a.source, a.line_or_offset).cmp(&(b.at, &b.source, b.line_or_offset)));
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

    /// How silent the log commonly is around `at`: over the gaps between runs within 30 days that no
    /// boot ended.
    #[must_use]
    pub fn silence(&self, at: DateTime<Utc>) -> Silence {
        let near = |run: &&LogRun| (run.from - at).num_days().abs() <= 30;
        let mut gaps: Vec<i64> = Vec::new();
        let mut active = 0_i64;
        let mut end: Option<DateTime<Utc>> = None;
        for run in self.runs.iter().filter(|run| run.is_read).filter(near) {
            if let Some(end) = end
                && run.from > end
                && !self.is_start(run.from)
            {
                gaps.push((run.from - end).num_seconds());
            }
            active += (run.to - run.from).num_seconds();
            end = Some(end.map_or(run.to, |end| end.max(run.to)));
        }
        gaps.sort_unstable();
        let at_share = |share: usize| gaps.get(gaps.len() * share / 100).copied().unwrap_or(CHATTY_SECONDS);
        let rare_s = at_share(98).max(CHATTY_SECONDS);
        // Mostly continuous logs have few gaps, all of them exceptions.
        let mostly_active = active > 20 * gaps.iter().sum::<i64>();
        let common_s = if mostly_active { CHATTY_SECONDS } else { at_share(50).max(CHATTY_SECONDS) };
        // Something that happens at any time finds a log that has been silent for so long on average.
        let squares: f64 = gaps.iter().map(|gap| (*gap as f64) * (*gap as f64) / 2.0).sum();
        let all = gaps.iter().sum::<i64>() + active;
        let elapsed_s = if all > 0 { (squares / all as f64).round() as i64 } else { 0 };
        Silence { common_s, rare_s, elapsed_s }
    }

    /// Whether a boot starts within two minutes of `at`.
    fn is_start(&self, at: DateTime<Utc>) -> bool {
        let from = self.starts.partition_point(|start| start.at < at - chrono::TimeDelta::minutes(2));
        self.starts.get(from).is_some_and(|start| start.at <= at + chrono::TimeDelta::minutes(2))
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
