//! Unplanned ends: those of the planted cause and those of the background.

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::{Actor, Cause, End, Fault, Rescue, T, Way};
use crate::fleet::{Fleet, Host};
use crate::kind::Kind;
use crate::machine::SYSTEMS;
use crate::plant::Region;

/// Adds the unplanned ends to the planned ones; `wanted` is how many, where the region leaves a choice.
pub fn strike(fleet: &mut Fleet, region: &Region, wanted: Option<usize>, dice: &Dice) {
    let mut d = dice.fork("hazard");
    let drawn = if d.chance(0.12) { d.between(22, 40) } else { d.between(9, 20) } as usize;
    let total = wanted.unwrap_or(drawn);
    let share = 0.5 + 0.3 * d.unit();
    let planted = match region {
        Region::Nothing | Region::TwoRacks(..) => 0,
        _ => (total as f64 * share).round() as usize,
    };
    match region {
        Region::Feed(pdu) => {
            let pdu = pdu.clone();
            drops(fleet, |h| h.pdu == pdu, true, &mut d);
        }
        Region::TwoRacks(a, b) => {
            for rack in [a.clone(), b.clone()] {
                one_drop(fleet, &|h: &Host| h.rack == rack, false, 60, &mut d);
            }
        }
        Region::Rack(rack) => crate::cooling::fail(fleet, &rack.clone(), &mut d),
        Region::Uptime => overflow(fleet, &mut d),
        _ => {
            for _ in 0..planted {
                one_planted(fleet, region, &mut d);
            }
        }
    }
    let background = match region {
        Region::Feed(_) | Region::Rack(_) | Region::Uptime => total / 3,
        _ => total - planted,
    };
    for _ in 0..background {
        if let Some((ix, at)) = somewhere(fleet, &mut d, |_, _| true) {
            let (cause, way) = any_way(&fleet.hosts[ix], at, &mut d);
            push(fleet, ix, at, cause, way, false, None, &mut d);
        }
    }
}

/// A host and a time at which it runs, far from any other end, for which `fits` holds.
fn somewhere(fleet: &Fleet, d: &mut Dice, fits: impl Fn(&Host, T) -> bool) -> Option<(usize, T)> {
    let span = (fleet.to - fleet.from).num_seconds();
    (0..60_000).find_map(|_| {
        let ix = d.below(fleet.hosts.len());
        let at = fleet.from + d.secs(0, span);
        (fits(&fleet.hosts[ix], at) && quiet(fleet, ix, at)).then_some((ix, at))
    })
}

/// True when the host runs at `at` and no other end is within half a day.
pub fn free(fleet: &Fleet, ix: usize, at: T) -> bool {
    let margin = TimeDelta::hours(12);
    let near =
        |e: &End| at > e.at - margin - TimeDelta::hours(4) && at < e.back_at.unwrap_or(fleet.to) + margin;
    fleet.hosts[ix].present(at) && !fleet.ends_of(ix).any(near)
}

/// Free, and not in an announced window: what happens there counts as planned.
pub fn quiet(fleet: &Fleet, ix: usize, at: T) -> bool {
    let edge = TimeDelta::minutes(40);
    let announced = fleet.windows.iter().any(|w| at > w.start - edge && at < w.end + edge);
    !announced && free(fleet, ix, at)
}

fn one_planted(fleet: &mut Fleet, region: &Region, d: &mut Dice) {
    let place = match region {
        Region::Backups(os) => in_backup(fleet, os, d),
        Region::Operator => somewhere(fleet, d, |_, _| true).map(|(ix, t)| (ix, office_hours(fleet, t))),
        _ => somewhere(fleet, d, |h, t| region.holds(h, t, fleet.zone)),
    };
    let Some((ix, at)) = place else { return };
    if !quiet(fleet, ix, at) {
        return;
    }
    let host = &fleet.hosts[ix];
    let (cause, way) = match fleet.kind {
        Kind::Reboots | Kind::Update => (Cause::Unexplained, Way::Silent),
        Kind::Model | Kind::Interaction => any_of(host, at, &[0, 1, 2, 3, 7], d),
        Kind::Backups => (Cause::Hang, Way::Frozen { hyperv: host.model.name.starts_with("Hyper-V") }),
        Kind::Memory => {
            let dimm = (ix % 12) as u8;
            let days = d.between(1, 12);
            for _ in 0..d.between(3, 10) {
                let before = at - d.secs(600, days * 86_400);
                if before > fleet.from {
                    fleet.ecc.push((ix, before, dimm));
                }
            }
            (Cause::HardwareError, Way::Machine { fault: Fault::MemoryUe, dimm })
        }
        Kind::Operator => any_of(host, at, &[8, 9], d),
        Kind::Kernel => any_of(host, at, &[1], d),
        Kind::Storage => any_of(host, at, &[6], d),
        _ => any_way(host, at, d),
    };
    push(fleet, ix, at, cause, way, true, None, d);
}

fn in_backup(fleet: &Fleet, os: &str, d: &mut Dice) -> Option<(usize, T)> {
    let runs: Vec<usize> =
        (0..fleet.runs.len()).filter(|&r| fleet.hosts[fleet.runs[r].host].os.name == os).collect();
    (0..2000).find_map(|_| {
        let run = &fleet.runs[*d.pick(&runs)];
        let at = run.start + d.secs(60, ((run.end - run.start).num_seconds() - 60).max(120));
        (fleet.hosts[run.host].guest() && quiet(fleet, run.host, at)).then_some((run.host, at))
    })
}

/// People slip while they work.
fn office_hours(fleet: &Fleet, t: T) -> T {
    let hour = i64::from(fleet.local_hour(t));
    t + TimeDelta::hours(9 + hour % 8 - hour)
}

/// Several outages of one feed.
fn drops(fleet: &mut Fleet, on: impl Fn(&Host) -> bool, planted: bool, d: &mut Dice) {
    for _ in 0..d.between(2, 4) {
        one_drop(fleet, &on, planted, 40, d);
    }
}

/// One loss of shared power: hosts with a second feed hold, some do not come back by themselves.
fn one_drop(fleet: &mut Fleet, on: &dyn Fn(&Host) -> bool, planted: bool, spread_s: i64, d: &mut Dice) {
    let members: Vec<usize> = fleet.hosts.iter().filter(|h| !h.guest() && on(h)).map(|h| h.ix).collect();
    let span = (fleet.to - fleet.from).num_seconds();
    let Some(at) = (0..500)
        .map(|_| fleet.from + d.secs(86_400, span - 86_400))
        .find(|t| members.iter().filter(|&&ix| quiet(fleet, ix, *t)).count() * 10 >= members.len() * 8)
    else {
        return;
    };
    let outage = d.secs(240, 3600);
    let cluster = Some(1 + fleet.ends.iter().filter_map(|e| e.cluster).max().unwrap_or(0));
    for ix in members {
        if !free(fleet, ix, at) {
            continue;
        }
        let moment = at + d.secs(0, spread_s);
        if fleet.hosts[ix].gear.dual_cord && d.chance(0.6) {
            fleet.dips.push((ix, moment, outage.num_seconds()));
            continue;
        }
        let way = Way::PowerCut;
        let pushed = fleet.ends.len();
        push(fleet, ix, moment, Cause::PowerLoss, way, planted, cluster, d);
        let back = at + outage + d.secs(5, 40) + TimeDelta::seconds(fleet.hosts[ix].model.post_s);
        let slow = d.chance(0.15);
        let late = back + d.secs(2 * 3600, 60 * 3600);
        fleet.ends[pushed].back_at = Some(if slow { late } else { back }).filter(|b| *b < fleet.hosts[ix].to);
    }
}

fn overflow(fleet: &mut Fleet, d: &mut Dice) {
    let age = TimeDelta::seconds(208 * 86_400 + 43_200 + 900);
    for ix in 0..fleet.hosts.len() {
        if fleet.hosts[ix].os.name != SYSTEMS[4].name {
            continue;
        }
        // The machine that stopped at this age gets there again, if the year is long enough.
        for _ in 0..2 {
            let last = fleet.ends_of(ix).max_by_key(|e| e.at);
            let started = last.map_or(fleet.hosts[ix].up_since, |e| e.back_at.unwrap_or(e.at));
            let at = started + age + d.secs(-3000, 9000);
            if quiet(fleet, ix, at) && d.chance(0.9) {
                let panics = d.chance(0.5);
                let cause = if panics { Cause::KernelPanic } else { Cause::Hang };
                push(fleet, ix, at, cause, Way::Overflow { panics }, true, None, d);
            }
        }
    }
}

fn any_way(host: &Host, at: T, d: &mut Dice) -> (Cause, Way) {
    any_of(host, at, &[0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9, 10, 10], d)
}

/// One of the listed ways, if the host can leave a trace of it; a silent reset otherwise.
fn any_of(host: &Host, at: T, list: &[u8], d: &mut Dice) -> (Cause, Way) {
    let (sel, log) = (host.sel_kept(at), host.logged(at));
    for _ in 0..8 {
        let pick = *d.pick(list);
        let found = match pick {
            0 => (Cause::Unexplained, Way::Silent),
            1 if sel || log => {
                let in_log = log && (!sel || d.chance(0.7));
                let in_sel = sel && (!in_log || d.chance(0.5));
                (Cause::KernelPanic, Way::Panic { text: d.below(6), in_log, in_sel })
            }
            2 if sel && host.gear.watchdog => {
                (Cause::Watchdog, Way::Watchdog { lockup_logged: d.chance(0.35) })
            }
            3 if !host.guest() && (sel || log) => {
                let faults =
                    [Fault::Ierr, Fault::MemoryUe, Fault::PcieFatal, Fault::McePanic, Fault::NextBoot];
                let fault = if sel { *d.pick(&faults) } else { Fault::NextBoot };
                let fault = if !log && matches!(fault, Fault::McePanic | Fault::NextBoot) {
                    Fault::Ierr
                } else {
                    fault
                };
                (Cause::HardwareError, Way::Machine { fault, dimm: d.below(16) as u8 })
            }
            4 if !host.guest() && (sel || log) => {
                (Cause::Thermal, Way::ThermalTrip { os_saw_it: log && (!sel || d.chance(0.5)) })
            }
            5 if log => (Cause::MemoryExhaustion, Way::OomPanic),
            6 if log && !host.guest() => (Cause::Storage, Way::StorageFault { then_outage: d.chance(0.3) }),
            7 if log => {
                let physical = if d.chance(0.4) { Rescue::Button } else { Rescue::BmcCycle };
                (Cause::Hang, Way::Hang { rescue: if host.guest() { Rescue::Hypervisor } else { physical } })
            }
            8 if log => {
                let poweroff = d.chance(0.2);
                let way = Way::Orderly { actor: Actor::Sudo, poweroff, resets: 1, late_watchdog: false };
                (Cause::Operator, way)
            }
            9 if sel => (Cause::Operator, Way::BmcHand),
            10 if sel => (Cause::PowerLoss, Way::PowerCut),
            _ => continue,
        };
        return found;
    }
    (Cause::Unexplained, Way::Silent)
}

/// Records an unplanned end with the downtime that goes with its way.
#[expect(clippy::too_many_arguments, reason = "one call per end; a struct would only repeat the names")]
pub fn push(
    fleet: &mut Fleet,
    ix: usize,
    at: T,
    cause: Cause,
    way: Way,
    planted: bool,
    cluster: Option<u32>,
    d: &mut Dice,
) {
    let post = fleet.hosts[ix].model.post_s;
    let down = match &way {
        Way::Silent | Way::Machine { .. } | Way::OomPanic | Way::Panic { .. } => d.between(30, 120),
        Way::Watchdog { .. } => d.between(90, 320),
        Way::PowerCut => d.between(60, 5400),
        Way::ThermalTrip { .. } => d.between(1200, 10_000),
        Way::StorageFault { then_outage } => d.between(900, 5000) + if *then_outage { 40_000 } else { 0 },
        Way::Hang { .. } | Way::Overflow { panics: false } => d.between(900, 6 * 3600),
        Way::Overflow { .. } => d.between(60, 200),
        Way::Frozen { .. } => d.between(2400, 9000),
        Way::Orderly { poweroff: true, .. } => d.between(600, 7200),
        Way::Orderly { .. } | Way::BmcHand | Way::WithHost => d.between(25, 60),
    };
    let back = at + TimeDelta::seconds(down + post);
    let back_at = Some(back).filter(|b| *b < fleet.hosts[ix].to - TimeDelta::hours(1));
    fleet.ends.push(End {
        host: ix,
        at,
        back_at,
        planned: false,
        cause,
        way,
        changes: Vec::new(),
        planted,
        inherited: false,
        cluster,
    });
}
