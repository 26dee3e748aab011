//! When the incidents came, relative to the runs of a job.
//!
//! What fails as a job starts (a snapshot), while it runs (load) and after it (merging a snapshot) has
//! different reasons. The bins are fixed beforehand and descriptive: nothing is tested on them.

use std::collections::BTreeMap;

use crate::{model::DelayBin, stats::binomial};

use super::{
    findings::{Analysis, RegionFinding},
    host_spans::{holds, joined},
    question::Subject,
    week_hours::{GroupTime, common},
};

const MINUTE: i64 = 60;

/// Where a bin lies: seconds from the start, the run itself, seconds from the end.
#[derive(Debug, Clone, Copy)]
enum Place {
    FromStart(i64, i64),
    During,
    FromEnd(i64, i64),
}

/// Starts are looked at closely, because snapshots are taken in the first minutes; the run itself is
/// one bin because runs differ in length.
const BINS: [Place; 8] = [
    Place::FromStart(0, 5 * MINUTE),
    Place::FromStart(5 * MINUTE, 15 * MINUTE),
    Place::FromStart(15 * MINUTE, 30 * MINUTE),
    Place::FromStart(30 * MINUTE, 60 * MINUTE),
    Place::During,
    Place::FromEnd(0, 30 * MINUTE),
    Place::FromEnd(30 * MINUTE, 60 * MINUTE),
    Place::FromEnd(60 * MINUTE, 180 * MINUTE),
];

impl Place {
    fn label(self) -> String {
        match self {
            Self::FromStart(from, to) => {
                format!("{} to {} min after the start", from / MINUTE, to / MINUTE)
            }
            Self::During => "during the run, as a whole".to_owned(),
            Self::FromEnd(from, to) => format!("{} to {} min after the end", from / MINUTE, to / MINUTE),
        }
    }

    /// The bin's spans on a host. Time after the end of one run that is inside the next is inside.
    fn spans(self, runs: &[(i64, i64)]) -> Vec<(i64, i64)> {
        match self {
            Self::FromStart(from, to) => joined(runs.iter().map(|run| (run.0 + from, run.0 + to)).collect()),
            Self::During => joined(runs.to_vec()),
            Self::FromEnd(from, to) => {
                let after = runs.iter().enumerate().map(|(i, run)| {
                    let next = runs.get(i + 1).map_or(i64::MAX, |next| next.0);
                    (run.1 + from, (run.1 + to).min(next))
                });
                joined(after.collect())
            }
        }
    }
}

/// The profile of a window among the hosts that it is about; empty for other regions.
pub(super) fn profile(analysis: &Analysis, region: &RegionFinding, group: &GroupTime) -> Vec<DelayBin> {
    let question = analysis.question(region);
    let Subject::Window { kind, .. } = question.subject else { return Vec::new() };
    let runs = &analysis.study.windows[kind].runs;
    let mut seconds = [0.0; BINS.len()];
    let mut counts = [0u64; BINS.len()];
    let mut all = 0.0;
    let mut times: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for event in &group.events {
        times.entry(event.host).or_default().push(event.at);
    }
    for (host, stretches) in analysis.time.stretches.iter().enumerate() {
        let own: Vec<_> =
            stretches.iter().filter(|s| analysis.list.concerns(question, analysis.time, s.profile)).collect();
        all += own.iter().map(|s| (s.to - s.from) as f64).sum::<f64>();
        if own.is_empty() || runs[host].is_empty() {
            continue;
        }
        for (place, bin) in BINS.iter().enumerate() {
            let spans = bin.spans(&runs[host]);
            let inside = own.iter().flat_map(|stretch| common(&spans, stretch));
            seconds[place] += inside.map(|(from, to)| (to - from) as f64).sum::<f64>();
            let own = times.get(&host).into_iter().flatten();
            counts[place] += own.filter(|at| holds(&spans, **at)).count() as u64;
        }
    }
    let events = group.events.len() as u64;
    let bins = BINS.iter().zip(counts.iter().zip(seconds));
    bins.filter(|(_, (_, seconds))| *seconds > 0.0 && all > 0.0 && events > 0)
        .map(|(bin, (count, seconds))| {
            let share = (seconds / all).min(1.0);
            let (low, high) = binomial::clopper_pearson(*count, events, 0.05);
            DelayBin {
                label: bin.label(),
                events: *count as u32,
                expected: events as f64 * share,
                ratio: *count as f64 / (events as f64 * share),
                ci95: (low / share, high / share),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_after_a_run_ends_where_the_next_begins() {
        let runs = [(0, 3600), (5000, 6000)];
        assert_eq!(Place::FromEnd(0, 1800).spans(&runs), [(3600, 5000), (6000, 7800)]);
        assert_eq!(Place::FromEnd(1800, 3600).spans(&runs), [(7800, 9600)]);
        assert_eq!(Place::FromStart(0, 300).spans(&runs), [(0, 300), (5000, 5300)]);
    }
}
