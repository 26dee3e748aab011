//! What would tell a job from its hour: hosts that run at another hour, on other days, or not always.

use crate::model::Study;

use super::{
    clock_region::DAY,
    findings::{Analysis, RegionFinding},
    names,
    question::Subject,
    shifted_schedule::Slot,
};

/// Hours between starts from which two slots are different.
const OTHER_HOUR: i64 = 3;
/// Names listed.
const NAMED: usize = 4;

/// The hosts, or the move, by which a window and its hour could be told apart.
pub(super) fn advice(analysis: &Analysis, region: &RegionFinding) -> Option<String> {
    let question = analysis.question(region);
    let Subject::Window { kind, .. } = question.subject else { return None };
    let window = &analysis.study.windows[kind];
    let member = |host: &usize| {
        analysis.time.stretches[*host]
            .iter()
            .any(|stretch| analysis.list.concerns(question, analysis.time, stretch.profile))
    };
    let slots: Vec<(usize, Slot)> = (0..window.runs.len())
        .filter(member)
        .filter_map(|host| Some((host, Slot::of(analysis.study, &window.runs[host])?)))
        .collect();
    let usual = usual_hour(analysis, region, &slots)?;
    let apart = |hour: i64| (hour - usual).rem_euclid(24).min((usual - hour).rem_euclid(24));
    let name = |host: usize| analysis.study.hosts[host].as_str();
    let elsewhere: Vec<&str> = slots
        .iter()
        .filter(|(_, slot)| apart(slot.hour) >= OTHER_HOUR)
        .map(|(host, _)| name(*host))
        .collect();
    let not_daily: Vec<&str> = slots
        .iter()
        .filter(|(_, slot)| apart(slot.hour) < OTHER_HOUR && slot.weekdays.count_ones() < 7)
        .map(|(host, _)| name(*host))
        .collect();
    let same: Vec<&str> = slots
        .iter()
        .filter(|(_, slot)| apart(slot.hour) < OTHER_HOUR && slot.weekdays.count_ones() == 7)
        .map(|(host, _)| name(*host))
        .collect();
    let skipped: i64 = slots
        .iter()
        .filter(|(_, slot)| apart(slot.hour) < OTHER_HOUR)
        .map(|(host, _)| days_without(analysis.study, &window.runs[*host]))
        .sum();
    let mut parts = Vec::new();
    if !elsewhere.is_empty() {
        parts.push(format!("hosts that run at another time of day ({})", names::listed(&elsewhere, NAMED)));
    }
    if !not_daily.is_empty() {
        parts.push(format!("hosts that do not run every day ({})", names::listed(&not_daily, NAMED)));
    }
    if skipped > 0 {
        parts.push(format!("{} without a run in a usual slot", names::counted(skipped as usize, "host-day")));
    }
    let half = same.len().div_ceil(2);
    if half > 0 {
        parts.push(format!(
            "moving the run to another time of day on {half} of {} ({})",
            names::counted(same.len(), "host"),
            names::listed(&same[..half], NAMED)
        ));
    }
    (!parts.is_empty()).then(|| format!("what tells {} and hour apart: {}", window.name, parts.join("; ")))
}

/// The commonest starting hour among hosts with an incident inside, else among all.
fn usual_hour(analysis: &Analysis, region: &RegionFinding, slots: &[(usize, Slot)]) -> Option<i64> {
    let mut votes = [0u32; 24];
    for shock in &analysis.events.pools[region.pool].shocks {
        let host = analysis.events.shocks[*shock].first().instant.host;
        if analysis.events.inside(*shock, 0, region.question)
            && let Some((_, slot)) = slots.iter().find(|(other, _)| *other == host)
        {
            votes[slot.hour as usize % 24] += 1;
        }
    }
    if votes.iter().all(|votes| *votes == 0) {
        for (_, slot) in slots {
            votes[slot.hour as usize % 24] += 1;
        }
    }
    (0..24)
        .filter(|hour| votes[*hour] > 0)
        .max_by_key(|hour| (votes[*hour], 23 - hour))
        .map(|hour| hour as i64)
}

/// Days (site time) between the first and the last run without one.
fn days_without(study: &Study, runs: &[(i64, i64)]) -> i64 {
    let days: Vec<i64> = runs.iter().map(|run| study.local(run.0).div_euclid(DAY)).collect();
    days.windows(2).map(|pair| (pair[1] - pair[0] - 1).max(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nightly_run_skips_no_day_of_the_site() {
        // Five hours ahead of UTC, at 4 h or 6 h: on both sides of midnight in UTC.
        let study = Study { site_utc_offset_s: 5 * 3600, ..Study::default() };
        let start = |day: i64, hour: i64| day * DAY + (hour - 5) * DAY / 24;
        let run = |(day, hour): (i64, i64)| (start(day, hour), start(day, hour) + 60);
        let nightly: Vec<(i64, i64)> = [(1, 4), (2, 6), (3, 4), (4, 6)].map(run).to_vec();
        assert_eq!(days_without(&study, &nightly), 0);
        let skipping: Vec<(i64, i64)> = [(1, 4), (4, 6), (5, 6)].map(run).to_vec();
        assert_eq!(days_without(&study, &skipping), 2);
    }
}
