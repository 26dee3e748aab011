//! Next steps for regions of time: windows, uptimes, weekdays, alarms, changes.

use std::collections::BTreeSet;

use crate::{model::Study, stats::clean_time};

use super::{
    advice::{NAMED, length, some_hosts},
    clock_region::{DAY, HOUR},
    experiment::{self, ERROR, GONE_DAYS},
    findings::{Analysis, RegionFinding},
    host_time::HostTime,
    names,
};

/// Hosts that reach an uptime later than this are told of in time by the next run.
const DUE_DAYS: i64 = 120;

/// Move the window on some hosts: incidents go along with it, or stay at the hour.
pub(super) fn window(analysis: &Analysis, region: &RegionFinding, kind: usize, name: &names::Name) -> String {
    let window = &analysis.study.windows[kind].name;
    let members = experiment::members(analysis, region);
    let Some(plan) = experiment::smallest(analysis, region, &members) else {
        return format!("Change nothing: no host with {} runs the {window} any more.", name.lead());
    };
    format!(
        "Move the {window} of {} of the {} concerned to another time of day ({}) and leave the others. {} What counts is \
         the time that the {window} used to take. Incidents that go along to the new time: it is the {window}. \
         Incidents on these hosts at the old time: it is the time of day or what else runs then. None at all: what the \
         {window} did at that time, such as running on many hosts at once.",
        plan.changed.len(),
        names::counted(plan.of, "host"),
        some_hosts(analysis, &plan.changed),
        length(&plan),
    )
}

/// Planned restarts before the uptime, with the hosts that are due and what acquits the uptime.
pub(super) fn uptime(analysis: &Analysis, region: &RegionFinding, low: f64, high: f64) -> String {
    let exposure = analysis.question(region).exposure_seconds / DAY as f64;
    let events = analysis.events_inside(region);
    let needed = clean_time::clean_time_until_sure(events, exposure, ERROR);
    let in_band = |width: f64, what: &str, unharmed: &str| {
        let passed = (exposure / width).max(events as f64);
        let acquit = needed.map_or_else(String::new, |needed| {
            format!(
                " {} more that {unharmed} would acquit it at 95 %; another incident there convicts it further.",
                names::whole((needed / width).ceil())
            )
        });
        format!("So far {events} of about {} {what} failed there.{acquit}", names::whole(passed))
    };
    if low <= 0.0 {
        let hosts: Vec<usize> = failed_inside(analysis, region);
        return format!(
            "Look at what differs just after a boot on {}: late starters, cold parts, a crash loop. {}",
            some_hosts(analysis, &hosts),
            in_band(high, "boots", "stay up that long")
        );
    }
    let due = due(analysis, low, high);
    if high / low < 1.1 {
        return format!(
            "Restart hosts in a planned window before they reach {low:.0} days of uptime{due}. {}",
            in_band(high - low, "hosts that came to this uptime", "pass it unharmed")
        );
    }
    let clean = needed.map_or_else(String::new, |days| {
        format!(" {} beyond that uptime without an incident would acquit it at 95 %.", names::host_time(days))
    });
    format!("Restart hosts in a planned window before they reach {low:.0} days of uptime{due}.{clean}")
}

/// Hosts in service that are in the band now, and those that come to it soon with the second, soonest
/// first.
fn near(study: &Study, time: &HostTime, low: f64, high: f64) -> (Vec<usize>, Vec<(i64, usize)>) {
    let (mut inside, mut coming) = (Vec::new(), Vec::new());
    for (host, boots) in study.boots.iter().enumerate() {
        let in_service =
            time.stretches[host].last().is_some_and(|last| last.to >= study.to - GONE_DAYS * DAY);
        let Some(boot) = boots.last().filter(|_| in_service) else { continue };
        let days = (study.to - boot) as f64 / DAY as f64;
        let reached = boot + (low * DAY as f64) as i64;
        if days >= low && days < high {
            inside.push(host);
        } else if days < low && reached <= study.to + DUE_DAYS * DAY {
            coming.push((reached, host));
        }
    }
    coming.sort_unstable();
    (inside, coming)
}

/// The same in words, with the day.
fn due(analysis: &Analysis, low: f64, high: f64) -> String {
    let study = analysis.study;
    let (inside, coming) = near(study, analysis.time, low, high);
    let more = coming.len().saturating_sub(NAMED);
    let mut dates: Vec<String> = coming
        .iter()
        .take(NAMED)
        .map(|(at, host)| format!("{} on {}", study.hosts[*host], names::day(*at)))
        .collect();
    if more > 0 {
        dates.push(format!("{more} more within {DUE_DAYS} days"));
    }
    let mut text = String::new();
    if !inside.is_empty() {
        text += &format!("; beyond it now: {}", some_hosts(analysis, &inside));
    }
    if !dates.is_empty() {
        text += &format!("; next to reach it: {}", dates.join(", "));
    }
    text
}

pub(super) fn weekday(analysis: &Analysis, region: &RegionFinding, day: &str) -> String {
    let members = experiment::members(analysis, region);
    let Some(plan) = experiment::smallest(analysis, region, &members) else {
        return format!("Watch whether incidents fall on {day} again.");
    };
    format!(
        "Find what runs on {day} only, and move it to another day on {} of {} ({}). {} What counts are the days called \
         {day}. Incidents that move with it: it is that job. Incidents that stay on {day}: it is another one, or what \
         people do on that day.",
        plan.changed.len(),
        names::counted(plan.of, "host"),
        some_hosts(analysis, &plan.changed),
        length(&plan),
    )
}

/// What an alarm is worth so far, what to do at the next one, and which hosts are in its shadow now.
pub(super) fn precursor(analysis: &Analysis, region: &RegionFinding, precursor: usize, hours: i64) -> String {
    let study = analysis.study;
    let alarm = &study.precursors[precursor];
    let mut alarms = 0u64;
    let mut now = Vec::new();
    for (host, times) in alarm.times.iter().enumerate() {
        let mut last = i64::MIN / 2;
        for at in times {
            alarms += u64::from(at - last > hours * HOUR);
            last = *at;
        }
        if last > study.to - hours * HOUR {
            now.push(host);
        }
    }
    let events = analysis.events_inside(region);
    let exposure = analysis.question(region).exposure_seconds / DAY as f64;
    let per_alarm = (exposure / alarms.max(1) as f64).max(1e-6);
    let acquit =
        clean_time::clean_time_until_sure(events, exposure, ERROR).map_or_else(String::new, |days| {
            format!(
                " {} in a row without an incident on hosts that stay in service would acquit it at 95 %; one more \
                 incident after an alarm confirms it.",
                names::counted((days / per_alarm).ceil() as usize, "alarm")
            )
        });
    let shadow = if now.is_empty() {
        String::new()
    } else {
        format!(" In its shadow at the end of the data: {}.", some_hosts(analysis, &now))
    };
    format!(
        "At the next {} event take the host out of service and examine the part that it names. So far {events} of {} were \
         followed by an incident within {hours} h.{shadow}{acquit}",
        alarm.signature,
        names::counted(alarms.max(events) as usize, "alarm"),
    )
}

pub(super) fn change(analysis: &Analysis, region: &RegionFinding, change: usize) -> String {
    let change = &analysis.study.changes[change];
    let mut members = experiment::members(analysis, region);
    let reached: BTreeSet<usize> = change.hosts.iter().map(|host| *host as usize).collect();
    members.retain(|host| reached.contains(host));
    let Some(plan) = experiment::smallest(analysis, region, &members) else {
        return format!("Change nothing: none of the hosts that had \"{}\" is there any more.", change.name);
    };
    format!(
        "Undo \"{}\" on {} of the {} that had it ({}) and leave the others. {} None in that time: it was the change. \
         One or more (the first is due after some {} if undoing is no help): it was something else of that time.",
        change.name,
        plan.changed.len(),
        names::counted(plan.of, "host"),
        some_hosts(analysis, &plan.changed),
        length(&plan),
        names::calendar(plan.first_event_days),
    )
}

/// Hosts with events inside, each once.
fn failed_inside(analysis: &Analysis, region: &RegionFinding) -> Vec<usize> {
    let pool = &analysis.events.pools[region.pool].shocks;
    let inside = pool.iter().filter(|shock| analysis.events.inside(**shock, 0, region.question));
    let mut hosts: Vec<usize> =
        inside.map(|shock| analysis.events.shocks[*shock].first().instant.host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::study::Segment;

    #[test]
    fn a_host_that_is_gone_is_not_due() {
        let to = 365 * DAY;
        let segment = |host: u32, until: i64| Segment { host, from: 0, to: until, levels: Vec::new() };
        let study = Study {
            to,
            hosts: ["gone", "there", "young"].map(str::to_owned).to_vec(),
            segments: vec![segment(0, 200 * DAY), segment(1, to), segment(2, to)],
            boots: vec![vec![0], vec![0], vec![200 * DAY]],
            ..Study::default()
        };
        let (inside, coming) = near(&study, &HostTime::new(&study), 208.0, 1000.0);
        assert_eq!(inside, [1]);
        assert_eq!(coming, [(408 * DAY, 2)]);
    }
}
