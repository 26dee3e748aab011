//! Planned work: announced windows in waves, unattended reboots, machines that are off for days.

use chrono::{NaiveTime, TimeDelta, TimeZone};

use crate::dice::Dice;
use crate::end::{Actor, Cause, Change, End, T, Way};
use crate::fleet::{Fleet, Window};
use crate::plant::Rollout;

/// Fills in windows and planned ends, and the releases that changed with them.
pub fn plan(fleet: &mut Fleet, rollout: &Rollout, dice: &Dice) {
    let mut d = dice.fork("plans");
    waves(fleet, rollout, &mut d);
    unattended(fleet, &mut d);
    long_shutdowns(fleet, &mut d);
    fleet.ends.sort_by_key(|e| (e.host, e.at));
    // Two planned ends of a host within half a day: keep the first.
    fleet.ends.dedup_by(|b, a| a.host == b.host && b.at - a.back_at.unwrap_or(a.at) < TimeDelta::hours(12));
    for host in &mut fleet.hosts {
        for end in fleet.ends.iter().filter(|e| e.host == host.ix) {
            let from = end.back_at.unwrap_or(end.at);
            for change in &end.changes {
                match change {
                    Change::Bios(b) => host.bios.push((from, *b)),
                    Change::Kernel(k) => host.kernel.push((from, *k)),
                }
            }
        }
    }
}

/// Local wall time on a day of the fleet's year, as true time.
pub fn local(fleet: &Fleet, day: i64, hour: u32, minute: u32) -> T {
    let date = (fleet.from.with_timezone(&fleet.zone) + TimeDelta::days(day)).date_naive();
    let naive = date.and_time(NaiveTime::from_hms_opt(hour % 24, minute % 60, 0).unwrap_or_default());
    let zoned = fleet.zone.from_local_datetime(&naive).earliest();
    zoned.map_or_else(|| naive.and_utc(), |z| z.to_utc())
}

fn waves(fleet: &mut Fleet, rollout: &Rollout, d: &mut Dice) {
    let count = d.between(3, 9);
    let span = (fleet.to - fleet.from).num_days();
    let hour = *d.pick(&[21_u32, 22, 23, 4, 6]);
    for wave in 0..count {
        let day = 12 + wave * (span - 30) / count + d.between(0, 8);
        let what = *d.pick(&[
            "kernel updates",
            "monthly patch round",
            "security updates",
            "firmware and kernel",
            "OS patches, reboot",
        ]);
        let firmware = what.starts_with("firmware") || d.chance(0.15);
        let mut left: Vec<usize> = fleet.hosts.iter().map(|h| h.ix).collect();
        let nights = *d.pick(&[1, 2, 3]);
        for night in 0..nights {
            let (scope, members) = scope(fleet, &mut left, night, nights, d);
            let start = local(fleet, day + night * 2, hour, 0);
            let end = start + TimeDelta::hours(d.between(2, 5));
            let mut slot = start + d.secs(120, 900);
            for &ix in &members {
                let host = &fleet.hosts[ix];
                let spare = rollout.spare.contains(&ix) && wave > 0;
                if slot > end - TimeDelta::minutes(12) || spare || !host.present(slot) || d.chance(0.12) {
                    continue;
                }
                let changes = rollout.due(fleet, ix, slot, firmware, d);
                let flashed = changes.iter().any(|c| matches!(c, Change::Bios(_)));
                let resets = if flashed { d.between(2, 3) as u8 } else { 1 };
                let host = &fleet.hosts[ix];
                let way = Way::Orderly {
                    actor: if d.chance(0.6) { Actor::Automation } else { Actor::Sudo },
                    poweroff: false,
                    resets,
                    late_watchdog: host.gear.watchdog && d.chance(0.12),
                };
                let back = slot + d.secs(25, 80) + TimeDelta::seconds(host.model.post_s * i64::from(resets));
                fleet.ends.push(End {
                    host: ix,
                    at: slot,
                    back_at: Some(back),
                    planned: true,
                    cause: Cause::Maintenance,
                    way,
                    changes,
                    planted: false,
                    inherited: false,
                    cluster: None,
                });
                slot += d.secs(20, 500);
            }
            fleet.windows.push(Window { start, end, scope, what: what.to_string() });
        }
    }
}

/// Takes the hosts of one night out of `left`: a rack, a list, a name pattern, or all of them.
fn scope(
    fleet: &Fleet,
    left: &mut Vec<usize>,
    night: i64,
    nights: i64,
    d: &mut Dice,
) -> (String, Vec<usize>) {
    if nights == 1 {
        return ("*".to_string(), std::mem::take(left));
    }
    if night == nights - 1 {
        let all = std::mem::take(left);
        return (names(fleet, &all), all);
    }
    if night == 0 && d.chance(0.6) {
        let few: Vec<usize> = left.drain(..left.len().min(d.between(1, 4) as usize)).collect();
        return (names(fleet, &few), few);
    }
    if d.chance(0.5) {
        let rack = fleet.hosts[*d.pick(left)].rack.clone();
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            left.iter().partition(|&&ix| fleet.hosts[ix].rack == rack);
        *left = outside;
        return (format!("rack={rack}"), inside);
    }
    let stem: String = fleet.hosts[*d.pick(left)].name.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let digit = d.between(0, 2);
    let glob = format!("{stem}{digit}*");
    let prefix = format!("{stem}{digit}");
    let (inside, outside): (Vec<usize>, Vec<usize>) =
        left.iter().partition(|&&ix| fleet.hosts[ix].name.starts_with(&prefix));
    *left = outside;
    (glob, inside)
}

fn names(fleet: &Fleet, hosts: &[usize]) -> String {
    hosts.iter().map(|&ix| fleet.hosts[ix].name.as_str()).collect::<Vec<_>>().join(" ")
}

fn unattended(fleet: &mut Fleet, d: &mut Dice) {
    let span = (fleet.to - fleet.from).num_days();
    for ix in 0..fleet.hosts.len() {
        if !fleet.hosts[ix].gear.auto_update || !fleet.hosts[ix].os.systemd {
            continue;
        }
        for _ in 0..d.between(1, 4) {
            let day = d.between(5, span - 5);
            let actor = if d.chance(0.3) { Actor::Kured } else { Actor::Unattended };
            let at = local(fleet, day, d.between(2, 5) as u32, d.between(0, 59) as u32) + d.secs(0, 59);
            let host = &fleet.hosts[ix];
            // Without its log, an orderly reboot out of any window looks like a silent one.
            if !host.present(at) || !host.logged(at) {
                continue;
            }
            let kernel = (host.kernel[0].1 + 1).min(host.os.kernels.len() - 1);
            let changes = if d.chance(0.3) { vec![Change::Kernel(kernel)] } else { Vec::new() };
            fleet.ends.push(End {
                host: ix,
                at,
                back_at: Some(at + d.secs(20, 60) + TimeDelta::seconds(host.model.post_s)),
                planned: true,
                cause: Cause::Clean,
                way: Way::Orderly { actor, poweroff: false, resets: 1, late_watchdog: d.chance(0.05) },
                changes,
                planted: false,
                inherited: false,
                cluster: None,
            });
        }
    }
}

fn long_shutdowns(fleet: &mut Fleet, d: &mut Dice) {
    let span = (fleet.to - fleet.from).num_days();
    for _ in 0..d.between(0, 3) {
        let ix = d.below(fleet.hosts.len());
        let start = local(fleet, d.between(20, span - 20), 9, 0);
        let end = start + TimeDelta::hours(d.between(20, 100));
        let at = start + d.secs(300, 4000);
        if !fleet.hosts[ix].present(at) || !fleet.hosts[ix].present(end) {
            continue;
        }
        let name = fleet.hosts[ix].name.clone();
        let what = *d.pick(&["move to another rack", "board replacement", "memory extension"]);
        fleet.windows.push(Window { start, end, scope: name, what: what.to_string() });
        fleet.ends.push(End {
            host: ix,
            at,
            back_at: Some(end - d.secs(600, 9000)),
            planned: true,
            cause: Cause::Maintenance,
            way: Way::Orderly { actor: Actor::Sudo, poweroff: true, resets: 1, late_watchdog: false },
            changes: Vec::new(),
            planted: false,
            inherited: false,
            cluster: None,
        });
    }
}
