//! Which lines of a source belong to a span of time.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::surroundings::{AFTER, BEFORE};
use crate::model::{Boot, Incident};

use super::Mark;

/// Power is metered often, and what it tells of an incident is told within minutes.
const POWER_AROUND: TimeDelta = TimeDelta::minutes(30);
/// Around every start of a host: what the boot before it said last, and what the kernel says first.
const BOOT_BEFORE: TimeDelta = TimeDelta::minutes(15);
const BOOT_AFTER: TimeDelta = TimeDelta::minutes(5);

/// As long as `timeline::history` looks around a moment for the silences of a log.
const RHYTHM: TimeDelta = TimeDelta::days(30);
/// A log with no more lines in two months says something some fifty times a day, and can be silent for hours.
const SPARSE_LINES_MAX: u64 = 3_000;

/// Lines without a mark that are taken before the first and behind the last mark of a span.
const UNMARKED_MAX: u64 = 400;
/// Lines kept of a span before and behind its middle: a storm of messages is no reason for a huge excerpt.
const LINES_BEFORE_MAX: u64 = 4_000;
const LINES_AFTER_MAX: u64 = 2_000;

/// A span of time that is wanted, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// What lines are kept around where not all can be.
    pub middle: DateTime<Utc>,
}

impl Wanted {
    fn new(from: DateTime<Utc>, middle: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self { from, to, middle }
    }

    fn around(from: DateTime<Utc>, to: DateTime<Utc>, before: TimeDelta, after: TimeDelta) -> Self {
        let first = from.checked_sub_signed(before).unwrap_or(from);
        Self::new(first, from, to.checked_add_signed(after).unwrap_or(to))
    }

    fn holds(&self, at: DateTime<Utc>) -> bool {
        at >= self.from && at <= self.to
    }
}

/// Hours of the log that bear on an incident: until the host was back, or until it could last have ended.
pub fn of_incident(incident: &Incident) -> Wanted {
    let longest = incident.at_latest.checked_add_signed(TimeDelta::days(1)).unwrap_or(incident.at_latest);
    let end = incident.back_at.map_or(incident.at_latest, |back| back.max(incident.at_latest).min(longest));
    let mut wanted = Wanted::around(incident.at_earliest, end, BEFORE, AFTER);
    wanted.middle = incident.at;
    wanted
}

/// When a host came back later than a day after: the hour of its return.
pub fn of_return(incident: &Incident) -> Option<Wanted> {
    let back = incident.back_at?;
    (back > of_incident(incident).to).then(|| Wanted::around(back, back, BOOT_BEFORE, AFTER))
}

/// Minutes of power readings that bear on an incident.
pub fn of_power(incident: &Incident) -> Wanted {
    let mut wanted = Wanted::around(incident.at_earliest, incident.at_latest, POWER_AROUND, POWER_AROUND);
    wanted.middle = incident.at;
    wanted
}

/// Minutes around the start of a boot, so that the history of the host stays whole.
pub fn of_boot(boot: &Boot) -> Wanted {
    Wanted::around(boot.started.best, boot.started.best, BOOT_BEFORE, BOOT_AFTER)
}

/// Days around an incident in which the analysis looks how silent a log commonly is.
pub fn of_rhythm(incident: &Incident) -> Wanted {
    let mut wanted = Wanted::around(incident.at_earliest, incident.at_latest, RHYTHM, RHYTHM);
    wanted.middle = incident.at;
    wanted
}

/// Lines, both included, from 1.
pub type Lines = (u64, u64);

/// Marks of one block: what lies wholly in a span or wholly out of it is passed at once.
const BLOCK: usize = 256;

/// Lines of a source whose time is known, in their order. Clocks step, so that times need not be.
#[derive(Debug)]
pub struct Timed {
    marks: Vec<(u64, DateTime<Utc>)>,
    /// Earliest and latest time of each block of marks.
    blocks: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Timed {
    /// Of marks that are sorted by line, those of any host.
    pub fn of(marks: &[Mark]) -> Self {
        let lines = marks.iter().filter(|mark| mark.line > 0);
        let marks: Vec<(u64, DateTime<Utc>)> = lines.filter_map(|mark| Some((mark.line, mark.at?))).collect();
        let block = |marks: &[(u64, DateTime<Utc>)]| {
            let times = marks.iter().map(|(_, at)| *at);
            times.clone().min().zip(times.max())
        };
        let blocks = marks.chunks(BLOCK).filter_map(block).collect();
        Self { marks, blocks }
    }

    /// The spans of which a log has few lines: what it seldom says is needed to tell its silence from a hang.
    pub fn sparse(&self, spans: impl Iterator<Item = Wanted>) -> Vec<Wanted> {
        let number = |lines: &[Lines]| lines.iter().map(|(first, last)| last - first + 1).sum::<u64>();
        let is_sparse = |span: &Wanted| {
            let (lines, shortened) = self.lines(&[*span]);
            !shortened && number(&lines) <= SPARSE_LINES_MAX
        };
        spans.filter(is_sparse).collect()
    }

    /// The lines of the wanted spans, sorted and joined, and whether lines of a span were left out. A span that no mark
    /// lies in has no lines.
    pub fn lines(&self, wanted: &[Wanted]) -> (Vec<Lines>, bool) {
        let (mut all, mut shortened) = (Vec::new(), false);
        for span in wanted {
            for (start, end) in self.runs(span) {
                let after = if start == 0 { 0 } else { self.marks[start - 1].0 };
                let before = self.marks.get(end).map_or(u64::MAX, |(line, _)| *line);
                let (first, last) = (self.marks[start].0, self.marks[end - 1].0);
                let middle = self.first_since(span.middle, start, end).unwrap_or(last);
                let first = first.saturating_sub(UNMARKED_MAX).max(after + 1).min(first);
                let last = last.saturating_add(UNMARKED_MAX).min(before.saturating_sub(1)).max(last);
                let kept = (
                    first.max(middle.saturating_sub(LINES_BEFORE_MAX)),
                    last.min(middle.saturating_add(LINES_AFTER_MAX)),
                );
                shortened |= kept != (first, last);
                all.push(kept);
            }
        }
        (joined(all), shortened)
    }

    /// Runs of marks that lie in a span: the first, and the one behind the last.
    fn runs(&self, span: &Wanted) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut add = |from: usize, to: usize| match runs.last_mut() {
            Some(before) if before.1 == from => before.1 = to,
            _ => runs.push((from, to)),
        };
        for (block, marks) in self.marks.chunks(BLOCK).enumerate() {
            let (start, (earliest, latest)) = (block * BLOCK, self.blocks[block]);
            if latest < span.from || earliest > span.to {
                continue;
            }
            if span.holds(earliest) && span.holds(latest) {
                add(start, start + marks.len());
                continue;
            }
            for (n, _) in marks.iter().enumerate().filter(|(_, (_, at))| span.holds(*at)) {
                add(start + n, start + n + 1);
            }
        }
        runs
    }

    /// Line of the first of these marks that is not earlier than a time.
    fn first_since(&self, time: DateTime<Utc>, start: usize, end: usize) -> Option<u64> {
        let mut n = start;
        while n < end {
            if n.is_multiple_of(BLOCK) && self.blocks[n / BLOCK].1 < time {
                n += BLOCK;
                continue;
            }
            let (line, at) = self.marks[n];
            if at >= time {
                return Some(line);
            }
            n += 1;
        }
        None
    }
}

/// Sorted, and those that touch or overlap made one.
pub fn joined(mut all: Vec<Lines>) -> Vec<Lines> {
    all.sort_unstable();
    let mut joined: Vec<Lines> = Vec::with_capacity(all.len());
    for (first, last) in all {
        match joined.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_740_000_000 + 60 * minute, 0).unwrap()
    }

    fn marks(places: &[(u64, i64)]) -> Vec<Mark> {
        let mark = |&(line, minute): &(u64, i64)| Mark {
            host: None,
            offset: line * 80,
            len: 80,
            line,
            at: Some(at(minute)),
        };
        places.iter().map(mark).collect()
    }

    fn lines(marks: &[Mark], wanted: &[Wanted]) -> (Vec<Lines>, bool) {
        Timed::of(marks).lines(wanted)
    }

    #[test]
    fn lines_between_marks_go_with_them_and_neighbours_bound_them() {
        let marks = marks(&[(10, 0), (990, 100), (1_000, 130), (1_010, 150), (5_000, 900)]);
        let wanted = [Wanted::new(at(90), at(130), at(160))];
        assert_eq!(lines(&marks, &wanted), (vec![(590, 1_410)], false));
        let near = [Wanted::new(at(125), at(130), at(140))];
        assert_eq!(lines(&marks, &near), (vec![(991, 1_009)], false));
        assert_eq!(lines(&marks, &[Wanted::new(at(200), at(210), at(220))]), (vec![], false));
    }

    #[test]
    fn a_storm_is_cut_around_the_middle() {
        let storm: Vec<(u64, i64)> = (1..=20_000).map(|line| (line, (line / 100) as i64)).collect();
        let (lines, shortened) = lines(&marks(&storm), &[Wanted::new(at(0), at(100), at(300))]);
        assert_eq!((lines, shortened), (vec![(6_000, 12_000)], true));
    }

    #[test]
    fn a_clock_that_steps_back_gives_two_runs() {
        let marks = marks(&[(1, 0), (500, 50), (1_000, 100), (1_500, 50), (2_000, 60), (2_500, 200)]);
        let (lines, _) = lines(&marks, &[Wanted::new(at(45), at(50), at(70))]);
        assert_eq!(lines, [(100, 900), (1_100, 2_400)]);
    }

    #[test]
    fn blocks_are_passed_without_another_result() {
        // A clock that steps back now and then, over many blocks; the plain way looks at each mark.
        let places: Vec<(u64, i64)> =
            (1..=5_000i64).map(|n| (3 * n as u64, n - if n % 700 < 20 { 90 } else { 0 })).collect();
        let marks = marks(&places);
        let timed = Timed::of(&marks);
        for (from, to) in [(0, 40), (255, 258), (600, 720), (2_000, 4_100), (4_990, 9_000), (-500, 9_000)] {
            let span = Wanted::new(at(from), at((from + to) / 2), at(to));
            let mut plain: Vec<(usize, usize)> = Vec::new();
            for n in (0..places.len()).filter(|n| span.holds(at(places[*n].1))) {
                match plain.last_mut() {
                    Some(run) if run.1 == n => run.1 = n + 1,
                    _ => plain.push((n, n + 1)),
                }
            }
            assert_eq!(timed.runs(&span), plain);
            for (start, end) in plain {
                let first = places[start..end].iter().find(|(_, minute)| at(*minute) >= span.middle);
                assert_eq!(timed.first_since(span.middle, start, end), first.map(|(line, _)| *line));
            }
        }
    }

    #[test]
    fn ranges_that_touch_are_one() {
        assert_eq!(joined(vec![(5, 9), (1, 4), (20, 30), (8, 12)]), [(1, 12), (20, 30)]);
    }
}
