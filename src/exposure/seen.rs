//! Which class of source spoke of a host, when, and where its silence is out of the ordinary.
//!
//! This is about the data, not about time at risk: [`super::coverage`] decides that.

use super::spans;
use crate::timeline::History;

use super::coverage::log_gap;

const DAY: i64 = 86_400;
/// The usual pause of a source is known from this many.
const PAUSES_MIN: usize = 3;
/// A silence is out of the ordinary if it is longer than the rare pause (the 90th of 100) times this.
const RARE_PAUSES: i64 = 3;
/// Spans kept of a class; more are joined where they are closest.
const SPANS_MAX: usize = 100;
/// Parts of the fleet's time in which hosts are counted.
const PARTS: i64 = 512;
/// Fewer other hosts than this are no measure of what a host lacks.
const OTHERS_MIN: u32 = 3;

/// A class of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceClass {
    Log,
    Sel,
    Power,
    Boot,
    Backup,
}

impl SourceClass {
    pub const ALL: [Self; 5] = [Self::Log, Self::Sel, Self::Power, Self::Boot, Self::Backup];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Sel => "sel",
            Self::Power => "power",
            Self::Boot => "boot",
            Self::Backup => "backup",
        }
    }

    /// No silence shorter than this is noticed, seconds. SELs and boot histories are silent by nature,
    /// but one source of them holds without a gap from its first entry to its last; what counts here is
    /// the time between two that do not overlap. Boot histories are commonly cut by the month.
    fn least_s(self) -> i64 {
        match self {
            Self::Log | Self::Backup => 3 * DAY,
            Self::Sel => 7 * DAY,
            Self::Power => DAY / 4,
            Self::Boot => 45 * DAY,
        }
    }
}

/// What was seen of one class on one host; seconds of Unix time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub class: SourceClass,
    /// Sorted; apart by more than what is usual.
    pub spans: Vec<(i64, i64)>,
    /// Silence up to here is usual; `None`: too few signs to know.
    pub usual_s: Option<i64>,
}

/// Joins the signs of one class. `pauses` are those between two signs of the same source; for a log
/// they are taken from `history`.
#[must_use]
pub fn seen(
    class: SourceClass,
    signs: Vec<(i64, i64)>,
    mut pauses: Vec<i64>,
    history: Option<&History>,
) -> Option<Seen> {
    if signs.is_empty() {
        return None;
    }
    pauses.sort_unstable();
    let rare = (pauses.len() >= PAUSES_MIN).then(|| pauses[(pauses.len() - 1) * 9 / 10]);
    let usual_s = match (class, history) {
        (SourceClass::Log, Some(history)) => Some(log_gap(history)),
        // Two or three backups may be the beginning of a habit, or all there ever was.
        (SourceClass::Backup, _) => rare.map(|rare| class.least_s().max(rare * RARE_PAUSES)),
        _ => Some(class.least_s().max(rare.unwrap_or(0) * RARE_PAUSES)),
    };
    let mut gap = usual_s.unwrap_or(DAY);
    let mut joined = spans::join(signs, gap);
    while joined.len() > SPANS_MAX {
        gap = gap.saturating_mul(2);
        joined = spans::join(joined, gap);
    }
    Some(Seen { class, spans: joined, usual_s })
}

impl Seen {
    /// Silences between two spans: the source spoke before and after.
    #[must_use]
    pub fn inner_silences(&self) -> Vec<(i64, i64)> {
        let longer = |gap: &(i64, i64)| self.usual_s.is_some_and(|usual| gap.1 - gap.0 > usual);
        self.spans.windows(2).map(|pair| (pair[0].1, pair[1].0)).filter(longer).collect()
    }

    /// Silences before the first span and after the last, within `bounds`, if most other hosts that have
    /// this class were seen then.
    #[must_use]
    pub fn edge_silences(&self, crowd: &Crowd, bounds: (i64, i64)) -> Vec<(i64, i64)> {
        let (Some(usual), Some(first), Some(last)) = (self.usual_s, self.spans.first(), self.spans.last())
        else {
            return Vec::new();
        };
        // Where no host has the class yet, or any more, none lacks it.
        [(bounds.0.max(crowd.first), first.0), (last.1, bounds.1.min(crowd.last))]
            .into_iter()
            .filter(|gap| gap.1 - gap.0 > usual && crowd.mostly_seen(*gap))
            .collect()
    }
}

/// How many hosts were seen by one class, over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    from: i64,
    part_s: i64,
    hosts: u32,
    /// First and last time that any of them was seen.
    first: i64,
    last: i64,
    /// Hosts seen in the middle of each part.
    seen: Vec<u32>,
}

impl Crowd {
    /// Counts the hosts that have this class.
    #[must_use]
    pub fn count<'a>(hosts: impl Iterator<Item = &'a Seen>, from: i64, to: i64) -> Self {
        let part_s = ((to - from) / PARTS).max(1);
        let parts = ((to - from) / part_s).clamp(1, PARTS * 2);
        let mut crowd = Self { from, part_s, hosts: 0, first: to, last: from, seen: vec![0; parts as usize] };
        for host in hosts {
            crowd.hosts += 1;
            for span in &host.spans {
                crowd.first = crowd.first.min(span.0);
                crowd.last = crowd.last.max(span.1);
                let range = crowd.parts_within(*span);
                crowd.seen[range].iter_mut().for_each(|count| *count += 1);
            }
        }
        crowd
    }

    /// Parts whose middle lies within a span.
    fn parts_within(&self, span: (i64, i64)) -> std::ops::Range<usize> {
        let place = |at: i64| {
            let middle = at - self.from + self.part_s / 2;
            usize::try_from(middle.div_euclid(self.part_s)).unwrap_or(0).min(self.seen.len())
        };
        let from = place(span.0);
        from..place(span.1).max(from)
    }

    /// Whether on average more than half of the other hosts were seen during a silence of one of them.
    fn mostly_seen(&self, gap: (i64, i64)) -> bool {
        let others = self.hosts.saturating_sub(1);
        let seen = &self.seen[self.parts_within(gap)];
        let sum: u64 = seen.iter().map(|count| u64::from(*count)).sum();
        others >= OTHERS_MIN && !seen.is_empty() && sum * 2 > u64::from(others) * seen.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(spans: &[(i64, i64)]) -> Vec<(i64, i64)> {
        spans.iter().map(|(from, to)| (from * DAY, to * DAY)).collect()
    }

    fn power(spans: &[(i64, i64)]) -> Seen {
        seen(SourceClass::Power, days(spans), vec![300; 50], None).unwrap()
    }

    #[test]
    fn a_silence_is_measured_against_the_usual_pause() {
        let daily: Vec<(i64, i64)> = (0..30).filter(|day| !(10..20).contains(day)).map(|d| (d, d)).collect();
        let backup = seen(SourceClass::Backup, days(&daily), vec![DAY; 18], None).unwrap();
        assert_eq!(backup.inner_silences(), days(&[(9, 20)]));
        let weekly =
            seen(SourceClass::Backup, days(&[(0, 0), (7, 7), (14, 14), (28, 28)]), vec![7 * DAY; 3], None);
        assert!(weekly.unwrap().inner_silences().is_empty(), "one week left out of a weekly job");
        let two = seen(SourceClass::Backup, days(&[(0, 0), (300, 300)]), vec![300 * DAY], None).unwrap();
        assert!(two.inner_silences().is_empty(), "nobody knows how often");
    }

    #[test]
    fn a_sel_is_silent_only_between_two_that_do_not_overlap() {
        let sel = seen(SourceClass::Sel, days(&[(0, 90), (111, 200)]), vec![5 * DAY; 30], None).unwrap();
        assert_eq!(sel.inner_silences(), days(&[(90, 111)]));
        let overlapping =
            seen(SourceClass::Sel, days(&[(0, 90), (50, 200)]), vec![60 * DAY; 4], None).unwrap();
        assert!(overlapping.inner_silences().is_empty());
        let rare = seen(SourceClass::Sel, days(&[(0, 90), (111, 200)]), vec![40 * DAY; 4], None).unwrap();
        assert!(rare.inner_silences().is_empty(), "this one is often silent for longer");
    }

    #[test]
    fn a_host_lacks_at_an_end_what_most_others_have() {
        let late = power(&[(60, 100)]);
        let whole: Vec<Seen> = (0..4).map(|_| power(&[(0, 100)])).collect();
        let bounds = (0, 100 * DAY);
        let crowd = Crowd::count(whole.iter().chain([&late]), bounds.0, bounds.1);
        assert_eq!(late.edge_silences(&crowd, bounds), days(&[(0, 60)]));
        assert!(whole[0].edge_silences(&crowd, bounds).is_empty());
        let few = Crowd::count(whole[..2].iter().chain([&late]), bounds.0, bounds.1);
        assert!(late.edge_silences(&few, bounds).is_empty(), "two others are no measure");
        let all_late: Vec<Seen> = (0..5).map(|_| power(&[(60, 100)])).collect();
        let crowd = Crowd::count(all_late.iter(), bounds.0, bounds.1);
        assert!(all_late[0].edge_silences(&crowd, bounds).is_empty(), "the meters were built in then");
    }

    #[test]
    fn many_spans_become_few() {
        let spans: Vec<(i64, i64)> = (0..5_000).map(|n| (n * 10, n * 10 + 1)).collect();
        let seen = power(&spans);
        assert!(seen.spans.len() <= SPANS_MAX && seen.spans[0].0 == 0);
    }
}
