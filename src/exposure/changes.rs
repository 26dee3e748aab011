//! Changes that the data themselves show: a factor that took a new value on several hosts, a job that
//! moved to other hours.
//!
//! Hosts are rarely changed all at once. Those that went from the same old to the same new value, each
//! within two weeks of the one before, are stages of one change, and each keeps its own time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;

use super::study::HostInput;
use crate::model::study::{Change, HostIndex, Study};
use crate::model::{Term, study::WindowKind};

/// Longest pause (seconds) between two stages of one change.
const PAUSE: i64 = 14 * 86_400;
/// On fewer hosts a change is a repair, and there are too many of those to ask about each.
const HOSTS: usize = 3;
/// Runs on each side by which the hours of a job are known.
const RUNS: usize = 10;
/// Share of the runs that may still begin at the old hours after a move.
const STRAY: f64 = 0.1;

/// What became what on a host: name of the thing, old value, new value.
type Step = (String, String, String);

/// The changes, by time.
#[must_use]
pub fn seen(hosts: &[HostInput<'_>], study: &Study) -> Vec<Change> {
    let mut steps: BTreeMap<Step, Vec<(i64, HostIndex)>> = BTreeMap::new();
    for (index, host) in hosts.iter().enumerate() {
        for (at, factor, old, new) in host.factors.changes() {
            steps.entry((factor, old, new)).or_default().push((at.timestamp(), index as HostIndex));
        }
    }
    for window in &study.windows {
        for (index, runs) in window.runs.iter().enumerate() {
            if let Some((at, old, new)) = moved(runs, study) {
                let step = (format!("{} window", window.name), hour(old), hour(new));
                steps.entry(step).or_default().push((at, index as HostIndex));
            }
        }
    }
    let mut changes: Vec<Change> = Vec::new();
    for (step, mut times) in steps {
        times.retain(|(at, _)| *at > study.from && *at < study.to);
        times.sort_unstable();
        for stages in times.chunk_by(|a, b| b.0 - a.0 <= PAUSE) {
            changes.extend(change(&step, stages, &study.windows));
        }
    }
    changes.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
    let mut changes = one_name_each(changes);
    date_waves(&mut changes, study);
    changes
}

/// Gives waves of the same change, and one that was also declared under this name, the day (site time) on
/// which each began: a name stands for one change.
fn date_waves(changes: &mut [Change], study: &Study) {
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes.iter().chain(&study.changes) {
        *met.entry(change.name.clone()).or_default() += 1;
    }
    for change in changes.iter_mut().filter(|change| met[&change.name] > 1) {
        if let Some(began) = DateTime::from_timestamp(study.local(change.at), 0) {
            change.name = format!("{} of {}", change.name, began.format("%Y-%m-%d"));
        }
    }
}

fn change(step: &Step, stages: &[(i64, HostIndex)], windows: &[WindowKind]) -> Option<Change> {
    let mut met = BTreeSet::new();
    let stages: Vec<(i64, HostIndex)> =
        stages.iter().copied().filter(|(_, host)| met.insert(*host)).collect();
    if stages.len() < HOSTS {
        return None;
    }
    let (what, old, new) = step;
    let is_window = windows.iter().any(|window| *what == format!("{} window", window.name));
    Some(Change {
        name: format!("{what} {old} → {new}"),
        at: stages[0].0,
        hosts: stages.iter().map(|(_, host)| *host).collect(),
        reached: stages.iter().map(|(at, _)| *at).collect(),
        // Hours of a job are no factor of a host.
        sets: if is_window { Vec::new() } else { vec![Term::new(what.clone(), new.clone())] },
        declared: false,
    })
}

/// What changed on the same hosts at the same times is one change with a longer name: no data of these
/// hosts could tell a new kernel from the microcode that came with it.
fn one_name_each(changes: Vec<Change>) -> Vec<Change> {
    let mut kept: Vec<Change> = Vec::new();
    for change in changes {
        let twin =
            kept.iter_mut().find(|other| other.hosts == change.hosts && other.reached == change.reached);
        match twin {
            Some(twin) => {
                twin.name = format!("{} and {}", twin.name, change.name);
                twin.sets.extend(change.sets);
            }
            None => kept.push(change),
        }
    }
    kept
}

/// When the runs of a host moved to other hours of the day (site time), from which and to which: the
/// ten runs before and the ten after have next to no hour in common, neighbouring hours included.
fn moved(runs: &[(i64, i64)], study: &Study) -> Option<(i64, usize, usize)> {
    let hour_of = |run: &(i64, i64)| (study.local(run.0).rem_euclid(86_400) / 3600) as usize;
    let hours: Vec<usize> = runs.iter().map(hour_of).collect();
    (RUNS..(hours.len() + 1).saturating_sub(RUNS)).find_map(|place| {
        let (before, after) = (&hours[place - RUNS..place], &hours[place..place + RUNS]);
        let apart = |a: usize, b: usize| (a + 24 - b) % 24 > 1 && (b + 24 - a) % 24 > 1;
        let stray = |some: &[usize], others: &[usize]| {
            some.iter().filter(|hour| others.iter().any(|other| !apart(**hour, *other))).count() as f64
        };
        let limit = STRAY * RUNS as f64;
        let new = stray(before, after) <= limit && stray(after, before) <= limit;
        new.then(|| (runs[place].0, commonest(before), commonest(after)))
    })
}

fn commonest(hours: &[usize]) -> usize {
    let count = |hour: usize| hours.iter().filter(|other| **other == hour).count();
    (0..24).max_by_key(|hour| (count(*hour), 24 - hour)).unwrap_or(0)
}

fn hour(hour: usize) -> String {
    format!("{hour:02} h")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::factors::FactorLine;

    const DAY: i64 = 86_400;

    fn line(steps: &[(i64, &str, &str)]) -> FactorLine {
        let mut pieces = vec![(DateTime::UNIX_EPOCH, BTreeMap::new())];
        let first =
            BTreeMap::from([("bios".to_owned(), "1".to_owned()), ("kernel".to_owned(), "a".to_owned())]);
        pieces[0].1 = first;
        for (day, factor, value) in steps {
            let at = DateTime::from_timestamp(day * DAY, 0).unwrap();
            let mut factors = pieces.last().unwrap().1.clone();
            factors.insert((*factor).to_owned(), (*value).to_owned());
            if pieces.last().unwrap().0 == at {
                pieces.last_mut().unwrap().1 = factors;
            } else {
                pieces.push((at, factors));
            }
        }
        FactorLine { pieces: pieces.into_iter().map(|(at, values)| (at, values.into())).collect() }
    }

    fn changes(lines: &[FactorLine]) -> Vec<Change> {
        let inputs: Vec<HostInput<'_>> = lines
            .iter()
            .map(|factors| HostInput { name: "h", history: None, factors, boots: &[], watched: Vec::new() })
            .collect();
        seen(&inputs, &Study { from: 0, to: 1000 * DAY, ..Study::default() })
    }

    #[test]
    fn stages_of_one_change_keep_their_times() {
        let found = changes(&[
            line(&[(10, "bios", "2")]),
            line(&[(20, "bios", "2")]),
            line(&[(33, "bios", "2"), (200, "bios", "3")]),
            line(&[(90, "bios", "2")]),
        ]);
        assert_eq!(found.len(), 1, "a straggler and a single host are no change of the fleet: {found:?}");
        assert_eq!(found[0].name, "bios 1 → 2");
        assert_eq!(found[0].hosts, [0, 1, 2]);
        assert_eq!(found[0].reached, [10 * DAY, 20 * DAY, 33 * DAY]);
        assert!(!found[0].declared);
    }

    #[test]
    fn what_came_together_is_one_change() {
        let both = || line(&[(10, "bios", "2"), (10, "kernel", "b")]);
        let found = changes(&[both(), both(), both()]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "bios 1 → 2 and kernel a → b");
        assert_eq!(found[0].sets.len(), 2);
    }

    #[test]
    fn a_job_that_moves_to_other_hours_is_seen_and_one_that_wanders_is_not() {
        let daily = |from: i64, to: i64, hour: i64| {
            (from..to)
                .map(move |day| (day * DAY + hour * 3600 + day % 3 * 600, day * DAY + (hour + 1) * 3600))
        };
        let study = Study::default();
        let moves: Vec<(i64, i64)> = daily(0, 30, 22).chain(daily(30, 60, 3)).collect();
        assert_eq!(moved(&moves, &study), Some((30 * DAY + 3 * 3600, 22, 3)));
        let wanders: Vec<(i64, i64)> = (0..60).map(|day| (day * DAY + day * 1500 % DAY, 0)).collect();
        assert_eq!(moved(&wanders, &study), None);
        let two_jobs: Vec<(i64, i64)> = (0..60).map(|day| (day * DAY + day % 2 * 10 * 3600, 0)).collect();
        assert_eq!(moved(&two_jobs, &study), None);
    }

    #[test]
    fn the_hours_of_a_job_are_those_of_the_site_in_summer_and_winter() {
        // Nightly at 22 h, then at 3 h local time, each moved in UTC when the clocks went forward.
        let study = Study {
            site_utc_offset_s: 3600,
            site_utc_offset_steps: vec![(15 * DAY, 7200)],
            ..Study::default()
        };
        let daily = |from: i64, to: i64, local_hour: i64| {
            (from..to).map(move |day| {
                let offset = if day < 15 { 1 } else { 2 };
                let start = day * DAY + (local_hour - offset) * 3600 + 60;
                (start, start + 3600)
            })
        };
        let moves: Vec<(i64, i64)> = daily(0, 40, 22).chain(daily(41, 80, 3)).collect();
        assert_eq!(moved(&moves, &study).map(|(_, old, new)| (old, new)), Some((22, 3)));
    }

    #[test]
    fn waves_of_one_change_have_a_name_each() {
        let hosts = || line(&[(10, "bios", "2"), (100, "bios", "1"), (200, "bios", "2")]);
        let found = changes(&[hosts(), hosts(), hosts()]);
        let names: Vec<&str> = found.iter().map(|change| change.name.as_str()).collect();
        assert_eq!(names, ["bios 1 → 2 of 1970-01-11", "bios 2 → 1", "bios 1 → 2 of 1970-07-20"]);
    }
}
