//! Whether hosts without a run suffer while others run: on the same hypervisor, rack or feed, or
//! anywhere in the fleet.
//!
//! A backup that kills its own host only and one that floods the shared storage ask for different
//! remedies. Compared at the same hour of the day, because neighbours run when everybody runs.

use crate::{
    model::{Comparison, Study},
    stats::stratified::{self, Stratum},
};

use super::{
    clock_region::Instant,
    findings::{Analysis, RegionFinding},
    host_spans::{holds, joined},
    host_time::Stretch,
    names,
    question::Subject,
    week_hours::{DayHours, common, hour_of_week},
};

/// Fewer events than this, expected and seen, are not worth a line.
const WORTH_A_LINE: f64 = 0.5;

/// Who counts as a neighbour.
#[derive(Debug, Clone, Copy)]
enum Neighbours {
    /// Hosts with the same level of a factor.
    Sharing(usize),
    Anywhere,
}

/// One comparison per kind of neighbourhood, for a window without a subgroup.
pub(super) fn comparisons(analysis: &Analysis, region: &RegionFinding) -> Vec<Comparison> {
    let question = analysis.question(region);
    let Subject::Window { kind, .. } = question.subject else { return Vec::new() };
    if !question.levels.is_empty() {
        return Vec::new();
    }
    let study = analysis.study;
    let shared = (0..study.factors.len()).filter(|factor| study.factors[*factor].is_locality);
    shared
        .map(Neighbours::Sharing)
        .chain([Neighbours::Anywhere])
        .filter_map(|neighbours| comparison(analysis, region, kind, neighbours))
        .collect()
}

fn comparison(
    analysis: &Analysis,
    region: &RegionFinding,
    kind: usize,
    neighbours: Neighbours,
) -> Option<Comparison> {
    let study = analysis.study;
    let runs = &study.windows[kind].runs;
    let busy = busy(analysis, runs, neighbours);
    let level = |profile: u32| match neighbours {
        Neighbours::Sharing(factor) => analysis.time.profiles[profile as usize][factor] as usize,
        Neighbours::Anywhere => 0,
    };
    let (mut near, mut idle) = (DayHours::default(), DayHours::default());
    let mut own = DayHours::default();
    for (host, stretches) in analysis.time.stretches.iter().enumerate() {
        for stretch in stretches {
            let Some(busy) = busy.get(level(stretch.profile)) else { continue };
            idle.add_local(study, stretch.from, stretch.to);
            busy.add_to(&mut near, stretch, study);
            for (from, to) in common(&runs[host], stretch) {
                own.add_local(study, from, to);
            }
        }
    }
    // A host's own runs are among the runs of its neighbourhood.
    near.take_away(&own);
    idle.take_away(&own);
    let mut strata =
        vec![Stratum { exposed_events: 0, other_events: 0, exposed_time: 0.0, other_time: 0.0 }; 24];
    for (hour, stratum) in strata.iter_mut().enumerate() {
        stratum.exposed_time = near.seconds(|other| other == hour);
        stratum.other_time = (idle.seconds(|other| other == hour) - stratum.exposed_time).max(0.0);
    }
    for shock in &analysis.events.pools[region.pool].shocks {
        let first = analysis.events.shocks[*shock].first();
        let Instant { host, at, local, .. } = first.instant;
        let Some(busy) = busy.get(level(first.profile)) else { continue };
        if holds(&runs[host], at) {
            continue;
        }
        let stratum = &mut strata[hour_of_week(local) % 24];
        if holds(&busy.spans, at) { stratum.exposed_events += 1 } else { stratum.other_events += 1 }
    }
    worded(study, kind, neighbours, &strata)
}

/// When any host of a neighbourhood has a run.
struct Busy {
    /// Sorted, disjoint.
    spans: Vec<(i64, i64)>,
    /// Hours of the day in all spans before each `STEP`th.
    before: Vec<DayHours>,
}

/// Every so many spans the sum so far is kept, so that a long stretch is a difference of two sums.
const STEP: usize = 128;

impl Busy {
    fn new(spans: Vec<(i64, i64)>, study: &Study) -> Self {
        let spans = joined(spans);
        let mut sum = DayHours::default();
        let mut before = Vec::with_capacity(spans.len() / STEP + 1);
        for (place, (from, to)) in spans.iter().enumerate() {
            if place % STEP == 0 {
                before.push(sum.clone());
            }
            sum.add_local(study, *from, *to);
        }
        before.push(sum);
        Self { spans, before }
    }

    /// Adds the spans' part of a stretch.
    fn add_to(&self, hours: &mut DayHours, stretch: &Stretch, study: &Study) {
        let first = self.spans.partition_point(|span| span.0 < stretch.from).div_ceil(STEP);
        let last = self.spans.partition_point(|span| span.1 <= stretch.to) / STEP;
        let add = |hours: &mut DayHours, part: Stretch| {
            for (from, to) in common(&self.spans, &part) {
                hours.add_local(study, from, to);
            }
        };
        if first >= last {
            return add(hours, *stretch);
        }
        let (start, end) = (self.spans[first * STEP].0, self.spans[last * STEP - 1].1);
        hours.join(&self.before[last]);
        hours.take_away(&self.before[first]);
        add(hours, Stretch { to: start, ..*stretch });
        add(hours, Stretch { from: end, ..*stretch });
    }
}

/// Per level of the factor, when any of its hosts has a run.
fn busy(analysis: &Analysis, runs: &[Vec<(i64, i64)>], neighbours: Neighbours) -> Vec<Busy> {
    let Neighbours::Sharing(factor) = neighbours else {
        return vec![Busy::new(runs.iter().flatten().copied().collect(), analysis.study)];
    };
    let mut busy = vec![Vec::new(); analysis.study.factors[factor].levels.len()];
    for (host, stretches) in analysis.time.stretches.iter().enumerate() {
        for stretch in stretches {
            let level = analysis.time.profiles[stretch.profile as usize][factor];
            if let Some(busy) = busy.get_mut(level as usize) {
                busy.extend(common(&runs[host], stretch));
            }
        }
    }
    busy.into_iter().map(|spans| Busy::new(spans, analysis.study)).collect()
}

fn worded(study: &Study, kind: usize, neighbours: Neighbours, strata: &[Stratum]) -> Option<Comparison> {
    let window = &study.windows[kind].name;
    let (basis, whose) = match neighbours {
        Neighbours::Sharing(factor) => {
            let name = &study.factors[factor].name;
            (format!("neighbours_{name}"), format!("another host on the same {name} has one"))
        }
        Neighbours::Anywhere => ("neighbours_anywhere".to_owned(), "any other host has one".to_owned()),
    };
    let events: u64 = strata.iter().map(|s| s.exposed_events).sum();
    // What the same hours without a run nearby would bring, where those hours have both.
    let all: f64 = strata.iter().map(|s| (s.exposed_events + s.other_events) as f64).sum();
    let time: f64 = strata.iter().map(|s| s.exposed_time + s.other_time).sum();
    let near: f64 = strata.iter().map(|s| s.exposed_time).sum();
    let expected = if time > 0.0 { all * near / time } else { 0.0 };
    let nobody = all == 0.0 && matches!(neighbours, Neighbours::Anywhere);
    if near <= 0.0 || ((events as f64).max(expected) < WORTH_A_LINE && !nobody) {
        return None;
    }
    let test = stratified::compare(strata);
    let bounded = |value: f64| value.is_finite().then_some(value);
    let reading = match test {
        None if nobody => "nothing happened outside a host's own run".to_owned(),
        None => "cannot be compared with quiet times at the same hour of the day".to_owned(),
        Some(test) if test.low > 1.0 => "the job harms hosts other than its own".to_owned(),
        Some(test) if test.high < 2.0 => "the job harms no hosts but its own".to_owned(),
        Some(_) => "too few to tell whether the job harms hosts other than its own".to_owned(),
    };
    let note = if nobody {
        reading
    } else {
        format!(
            "{events} of {} outside any run of their own, {expected:.1} expected from the time alone: {reading}",
            names::counted(all as usize, "event")
        )
    };
    Some(Comparison {
        basis,
        label: format!("hosts without a {window} run while {whose}"),
        rate_ratio: test.and_then(|test| bounded(test.ratio)),
        ci95: test.map(|test| (test.low, bounded(test.high))),
        p_value: test.map(|test| test.p_two_sided),
        informative_events: test.map_or(0, |test| test.informative_events as u32),
        note,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_kept_on_the_way_change_nothing() {
        let spans: Vec<(i64, i64)> = (0..1000).map(|i| (i * 10_000, i * 10_000 + 3000 + i)).collect();
        let study = Study {
            site_utc_offset_s: 3600,
            site_utc_offset_steps: vec![(4_000_500, 7200)],
            ..Study::default()
        };
        let busy = Busy::new(spans.clone(), &study);
        for (from, to) in
            [(0, 10_000_000), (12_345, 9_876_543), (500, 600), (1_280_000, 2_563_000), (1_281_000, 2_561_000)]
        {
            let stretch = Stretch { from, to, profile: 0 };
            let (mut quick, mut plain) = (DayHours::default(), DayHours::default());
            busy.add_to(&mut quick, &stretch, &study);
            for (from, to) in common(&spans, &stretch) {
                plain.add_local(&study, from, to);
            }
            for hour in 0..24 {
                assert_eq!(quick.seconds(|other| other == hour), plain.seconds(|other| other == hour));
            }
        }
    }
}
