//! The smallest experiment: how few hosts, for how long, and which.

use crate::stats::{binomial, clean_time, contrast};

use super::{
    clock_region::DAY,
    findings::{Analysis, RegionFinding},
    question::{Question, Subject},
};

/// Days that people wait for an answer: half a year if that can be had, else a year.
const REASONABLE_DAYS: [f64; 2] = [182.0, 365.0];
/// Odds at which a question is taken as settled: 20 to 1, or 95 %.
pub(super) const SETTLED: f64 = 20.0;
pub(super) const ERROR: f64 = 0.05;
/// A host that was last observed longer ago than this is gone.
pub(super) const GONE_DAYS: i64 = 30;

/// A change on some hosts, watched until it must have shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Experiment {
    /// Hosts to change, those that failed most first.
    pub changed: Vec<usize>,
    /// Hosts that could have been changed.
    pub of: usize,
    /// Host-days inside the region without an event that decide it.
    pub clean_days: f64,
    /// The same in days of the calendar.
    pub calendar_days: f64,
    /// Days of the calendar until the first event is expected if the change is no help.
    pub first_event_days: f64,
    /// Whether it ends in a reasonable time.
    pub feasible: bool,
}

/// Hosts that are still there and in the region's group now, those with most of its events first.
pub(super) fn members(analysis: &Analysis, region: &RegionFinding) -> Vec<usize> {
    let question = analysis.question(region);
    let mut failed = vec![0u32; analysis.study.hosts.len()];
    for shock in analysis.base(region).shocks.iter() {
        if analysis.events.inside(*shock, 0, region.question) {
            failed[analysis.events.shocks[*shock].first().instant.host] += 1;
        }
    }
    let mut members: Vec<usize> =
        (0..failed.len()).filter(|host| is_member_now(analysis, question, *host)).collect();
    members.sort_by_key(|host| (std::cmp::Reverse(failed[*host]), *host));
    members
}

/// Whether a host has the levels of a question now, and takes part in its window if it has one.
pub(super) fn is_member_now(analysis: &Analysis, question: &Question, host: usize) -> bool {
    let Some(last) = analysis.time.stretches[host].last() else { return false };
    let there = last.to >= analysis.study.to - GONE_DAYS * DAY;
    let takes_part = match question.subject {
        Subject::Window { kind, .. } => !analysis.study.windows[kind].runs[host].is_empty(),
        _ => true,
    };
    there && takes_part && analysis.list.concerns(question, analysis.time, last.profile)
}

/// The fewest hosts on which a change decides in a reasonable time, at the region's present rate.
///
/// With a events in T1 host-days inside, T1 (20^(1/a) − 1) clean host-days on the changed hosts are
/// needed; k hosts bring k times the region's share of a day each day. Some hosts are left as they
/// are wherever that is possible: they show that the cause was still at work meanwhile.
pub(super) fn smallest(analysis: &Analysis, region: &RegionFinding, members: &[usize]) -> Option<Experiment> {
    let question = analysis.question(region);
    let exposure = question.exposure_seconds / DAY as f64;
    // Host-days inside per day and host: 1 for a group of hosts, the window's part for a window.
    let per_day = match question.subject {
        Subject::Change { .. } => 1.0,
        _ => exposure * DAY as f64 / analysis.list.group_seconds(question, analysis.time).max(1.0),
    };
    smallest_for(analysis.events_inside(region), exposure, per_day, members)
}

/// The same for `events` in `exposure` host-days inside, of which a host has `per_day` each day.
pub(super) fn smallest_for(
    events: u64,
    exposure: f64,
    per_day: f64,
    members: &[usize],
) -> Option<Experiment> {
    let clean_days = clean_time::clean_time_until_sure(events, exposure, ERROR)?;
    let per_day = per_day.clamp(1e-9, 1.0);
    let most = if members.len() > 1 { members.len() - 1 } else { members.len() };
    if most == 0 {
        return None;
    }
    let hosts_for = |days: f64| (clean_days / per_day / days).ceil().max(1.0);
    let fewest = REASONABLE_DAYS.iter().map(|days| hosts_for(*days)).find(|hosts| *hosts <= most as f64);
    let hosts = fewest.map_or(most, |hosts| hosts as usize);
    let daily = per_day * hosts as f64;
    Some(Experiment {
        changed: members[..hosts].to_vec(),
        of: members.len(),
        clean_days,
        calendar_days: clean_days / daily,
        first_event_days: exposure / events as f64 / daily,
        feasible: fewest.is_some(),
    })
}

/// Hosts on which two explanations already differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contrast {
    pub only_this: Vec<usize>,
    pub only_rival: Vec<usize>,
    /// Days of watching them until the odds are expected to be 20 to 1, for the worse of two truths;
    /// `None`: the ratio is too uncertain to say.
    pub days: Option<f64>,
}

/// The hosts that tell a region of levels from a rival by just being watched.
pub(super) fn contrast(analysis: &Analysis, region: &RegionFinding, rival: &Question) -> Contrast {
    let question = analysis.question(region);
    let (mut only_this, mut only_rival) = (Vec::new(), Vec::new());
    for host in 0..analysis.study.hosts.len() {
        match (is_member_now(analysis, question, host), is_member_now(analysis, rival, host)) {
            (true, false) => only_this.push(host),
            (false, true) => only_rival.push(host),
            _ => {}
        }
    }
    let days = cautious_rates(analysis, region).and_then(|(rate, ratio)| {
        contrast::time_to_separate(rate, ratio, only_this.len() as f64, only_rival.len() as f64, SETTLED.ln())
    });
    Contrast { only_this, only_rival, days }
}

/// Events per host-day outside the region, and the lower limit of the 50 % interval of the ratio: the
/// data would have to be unlucky for the truth to be smaller.
fn cautious_rates(analysis: &Analysis, region: &RegionFinding) -> Option<(f64, f64)> {
    let base = analysis.base(region);
    let (events, share) = (base.total(), base.share);
    let inside = base.inside(analysis.events, region.question);
    let (low, _) = binomial::clopper_pearson(inside, events, 0.5);
    let ratio = low / (1.0 - low) * (1.0 - share) / share;
    let outside_days = (1.0 - share) * base.seconds / DAY as f64;
    // Half an event where none was seen (Jeffreys).
    let rate = ((events - inside) as f64).max(0.5) / outside_days;
    (ratio > 1.0 && ratio.is_finite() && rate.is_finite()).then_some((rate, ratio))
}
