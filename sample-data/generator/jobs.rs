//! The backups: their schedule, and the table that the backup server exports.

use chrono::{Datelike, TimeDelta};

use crate::dice::Dice;
use crate::end::Way;
use crate::fleet::{Fleet, Run};
use crate::kind::Kind;
use crate::plans::local;

/// Plans all runs of the year, before anything goes wrong.
pub fn schedule(fleet: &mut Fleet, dice: &Dice) {
    let mut d = dice.fork("jobs");
    let wanted = fleet.kind == Kind::Backups || d.chance(0.6);
    if !wanted {
        return;
    }
    let days = (fleet.to - fleet.from).num_days();
    for ix in 0..fleet.hosts.len() {
        let protected = if fleet.kind == Kind::Backups { fleet.hosts[ix].guest() } else { d.chance(0.6) };
        if !protected {
            continue;
        }
        let hour = *d.weighted(&[(0.25, 22_u32), (0.25, 1), (0.2, 3), (0.15, 12), (0.15, 18)]);
        let minute = d.between(0, 55) as u32;
        let weekly = d.chance(0.3);
        let weekday = d.between(0, 6) as u32;
        let typical = d.between(15, 150);
        let job = format!("{}-{}", if weekly { "weekly" } else { "daily" }, fleet.hosts[ix].role);
        for day in 0..days {
            // The early hours belong to the next calendar day.
            let start = local(fleet, day, hour, minute) + d.secs(0, 90);
            let on = !weekly || start.weekday().num_days_from_monday() == weekday;
            if !on || d.chance(0.03) || !fleet.hosts[ix].present(start) {
                continue;
            }
            let end = start + TimeDelta::seconds(typical * 60 * d.between(70, 140) / 100);
            let status = if d.chance(0.02) { "Warning" } else { "Success" };
            fleet.runs.push(Run { host: ix, job: job.clone(), start, end, status });
        }
    }
}

/// Runs that were under way when their host stopped end there, and runs of a host that was off do not start.
pub fn interrupt(fleet: &mut Fleet, dice: &Dice) {
    let mut d = dice.fork("interrupt");
    let ends: Vec<_> = fleet.ends.clone();
    fleet.runs.retain(|r| {
        !ends.iter().any(|e| e.host == r.host && r.start > e.at && e.back_at.is_none_or(|b| r.start < b))
    });
    for run in &mut fleet.runs {
        let hit = ends.iter().find(|e| e.host == run.host && e.at >= run.start && e.at < run.end);
        if let Some(end) = hit {
            run.status = "Failed";
            // A frozen guest runs into the timeout of the job, a dead one is noticed at once.
            let after =
                if matches!(end.way, Way::Frozen { .. }) { d.between(300, 1800) } else { d.between(5, 90) };
            run.end = end.at + TimeDelta::seconds(after);
        }
    }
}

/// The export, in one of several shapes.
pub fn table(fleet: &Fleet, dice: &Dice) -> Option<String> {
    if fleet.runs.is_empty() {
        return None;
    }
    let mut d = dice.fork("jobs table");
    let heads = [
        "job,host,start,end,status",
        "Job Name,VM,Start Time,End Time,Result",
        "job;client;started_at;finished_at;status",
        "policy,client,begin,end,status",
    ];
    let head = *d.pick(&heads);
    let separator = if head.contains(';') { ";" } else { "," };
    let style = d.below(3);
    let show = |t: crate::end::T| match style {
        0 => t.with_timezone(&fleet.zone).format("%Y-%m-%d %H:%M:%S").to_string(),
        1 => t.with_timezone(&fleet.zone).format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        _ => t.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    let mut runs: Vec<&Run> = fleet.runs.iter().collect();
    runs.sort_by_key(|r| (r.start, r.host));
    let mut text = format!("{head}\n");
    for run in runs {
        let cells = [
            run.job.clone(),
            fleet.hosts[run.host].name.clone(),
            show(run.start),
            show(run.end),
            run.status.into(),
        ];
        text.push_str(&cells.join(separator));
        text.push('\n');
    }
    Some(text)
}
