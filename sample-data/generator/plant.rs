//! What is planted: the region of host and time in which incidents are more frequent, and its name as a
//! hypothesis.

use chrono::{TimeDelta, Timelike};
use chrono_tz::Tz;

use crate::dice::Dice;
use crate::end::{Change, T};
use crate::fleet::{Fleet, Host, Plant};
use crate::kind::Kind;
use crate::machine::{Brand, SYSTEMS};

/// Releases that the maintenance rolls out, and hosts it leaves alone.
#[derive(Default)]
pub struct Rollout {
    /// Host, earliest time, what to change at the next planned reboot after it.
    pub wanted: Vec<(usize, T, Change)>,
    /// Hosts whose releases are part of the experiment: no other updates on them.
    pub fixed: Vec<usize>,
    /// Hosts that are not rebooted after the first wave.
    pub spare: Vec<usize>,
}

impl Rollout {
    /// The changes due on a host at a planned reboot.
    pub fn due(&self, fleet: &Fleet, ix: usize, at: T, firmware: bool, d: &mut Dice) -> Vec<Change> {
        let mut due: Vec<Change> = self
            .wanted
            .iter()
            .filter(|(h, from, _)| *h == ix && *from <= at && at < *from + TimeDelta::days(90))
            .map(|(_, _, c)| c.clone())
            .collect();
        due.dedup();
        let host = &fleet.hosts[ix];
        if self.fixed.contains(&ix) {
            let already = |c: &Change| fleet.ends_of(ix).any(|e| e.changes.contains(c));
            due.retain(|c| !already(c));
            return due;
        }
        let (bios, kernel) = latest(fleet, host);
        if firmware && bios + 1 < host.model.bios.len() && d.chance(0.5) {
            due.push(Change::Bios(bios + 1));
        }
        if kernel + 1 < host.os.kernels.len() && d.chance(0.35) {
            due.push(Change::Kernel(kernel + 1));
        }
        due
    }
}

fn latest(fleet: &Fleet, host: &Host) -> (usize, usize) {
    let (mut bios, mut kernel) = (host.bios[0].1, host.kernel[0].1);
    for change in fleet.ends_of(host.ix).flat_map(|e| &e.changes) {
        match change {
            Change::Bios(b) => bios = *b,
            Change::Kernel(k) => kernel = *k,
        }
    }
    (bios, kernel)
}

/// The part of the fleet that suffers.
pub enum Region {
    Nothing,
    Bios { model: &'static str, release: usize },
    Model(&'static str),
    Backups(&'static str),
    Feed(String),
    Uptime,
    Memory(Vec<usize>),
    Operator,
    Host(usize),
    Night,
    Rack(String),
    Kernel { os: &'static str, release: usize },
    RaidFirmware(&'static str),
    RoleAndOs { role: &'static str, os: &'static str },
    TwoRacks(String, String),
}

impl Region {
    /// True when `host` at `t` is in the region; for regions that are nothing but events, never.
    pub fn holds(&self, host: &Host, t: T, zone: Tz) -> bool {
        match self {
            Self::Bios { model, release } => host.model.name == *model && host.bios_at(t) == *release,
            Self::Model(model) => host.model.name == *model,
            Self::Memory(ill) => ill.contains(&host.ix),
            Self::Host(ix) => host.ix == *ix,
            Self::Night => (1..5).contains(&t.with_timezone(&zone).hour()),
            Self::Kernel { os, release } => host.os.name == *os && host.kernel_at(t) == *release,
            Self::RaidFirmware(fw) => host.raid_fw == *fw,
            Self::RoleAndOs { role, os } => host.role == *role && host.os.name == *os,
            Self::Nothing | Self::Backups(_) | Self::Feed(_) | Self::Uptime => false,
            Self::Operator | Self::Rack(_) | Self::TwoRacks(..) => false,
        }
    }

    /// The share of all host time that lies in the region, from a look every 7 hours.
    pub fn share(&self, fleet: &Fleet) -> f64 {
        let (mut inside, mut all, mut at) = (0_u32, 0_u32, fleet.from);
        while at < fleet.to {
            for host in fleet.hosts.iter().filter(|h| h.present(at)) {
                all += 1;
                inside += u32::from(self.holds(host, at, fleet.zone));
            }
            at += TimeDelta::hours(7);
        }
        f64::from(inside) / f64::from(all.max(1))
    }
}

/// Chooses the region and arranges releases so that it has exposure.
pub fn plant(fleet: &mut Fleet, dice: &Dice) -> (Region, Rollout, Option<Plant>) {
    let mut d = dice.fork("plant");
    let mut rollout = Rollout::default();
    let t = |factor: &str, value: &str| (factor.to_string(), value.to_string());
    let single = |family, factor: &str, value: &str| {
        Some(Plant { family, terms: vec![t(factor, value)], accept: Vec::new(), share: 0.0 })
    };
    let span = (fleet.to - fleet.from).num_days();
    let (region, planted) = match fleet.kind {
        Kind::Reboots | Kind::Update => {
            let model = commonest(fleet, |h| {
                (!h.guest() && h.model.brand != Brand::Hpe && h.model.bios.len() >= 3).then_some(h.model.name)
            });
            let late = fleet.kind == Kind::Update;
            let release = if late { 2 } else { 1 };
            let turn = fleet.from + TimeDelta::days(d.between(span * 35 / 100, span * 55 / 100));
            let mut version = "";
            for host in fleet.hosts.iter_mut().filter(|h| h.model.name == model) {
                version = host.model.bios[release].0;
                rollout.fixed.push(host.ix);
                host.bios[0].1 = match (late, d.unit()) {
                    (true, u) => usize::from(u < 0.6),
                    (false, u) if u < 0.5 => 1,
                    (false, u) if u < 0.8 => 0,
                    _ => 2,
                };
                let to = if late { 2 } else { host.bios[0].1 + 1 };
                if (late && d.chance(0.75)) || (!late && host.bios[0].1 < 2 && d.chance(0.3)) {
                    rollout.wanted.push((host.ix, turn, Change::Bios(to)));
                }
            }
            (Region::Bios { model, release }, single("factor", "bios_version", version))
        }
        Kind::Model => {
            let model = second_commonest(fleet);
            (Region::Model(model), single("factor", "model", model))
        }
        Kind::Backups => {
            let os = commonest(fleet, |h| h.guest().then_some(h.os.name));
            let terms = vec![t("window", "backup"), t("os", os)];
            (
                Region::Backups(os),
                Some(Plant {
                    family: "window",
                    terms,
                    accept: vec![vec![t("window", "backup")]],
                    share: 0.0,
                }),
            )
        }
        Kind::Feed => {
            let pdu = feed_of_size(fleet);
            let planted = Plant {
                family: "shared_event",
                terms: vec![t("pdu", &pdu)],
                accept: vec![vec![t("cause", "power_loss")]],
                share: 0.0,
            };
            (Region::Feed(pdu), Some(planted))
        }
        Kind::Uptime => {
            rollout.spare =
                fleet.hosts.iter().filter(|h| h.os.name == SYSTEMS[4].name).map(|h| h.ix).collect();
            for &ix in &rollout.spare {
                let host = &mut fleet.hosts[ix];
                host.gear.auto_update = false;
                // Booted between half a year before the data and its start: each reaches the age in turn.
                host.up_since = fleet.from - TimeDelta::days(d.between(0, 190)) - d.secs(0, 80_000);
                host.bios[0].0 = host.up_since;
                host.kernel[0].0 = host.up_since;
            }
            (Region::Uptime, single("uptime", "uptime_days", "208.5"))
        }
        Kind::Memory => {
            let mut ill: Vec<usize> =
                fleet.hosts.iter().filter(|h| !h.guest() && h.gear.sel.is_some()).map(|h| h.ix).collect();
            d.shuffle(&mut ill);
            ill.truncate((fleet.hosts.len() / 3).max(4));
            let planted = Plant {
                family: "signature",
                terms: vec![t("signature", "memory-uncorrectable")],
                accept: vec![
                    vec![t("precursor", "*")],
                    vec![t("cause", "hardware_error")],
                    vec![t("signature", "memory*")],
                ],
                share: 0.0,
            };
            (Region::Memory(ill), Some(planted))
        }
        Kind::Operator => (Region::Operator, single("cause", "cause", "operator")),
        Kind::Lemon => {
            let ix = d.below(fleet.hosts.len());
            let name = fleet.hosts[ix].name.clone();
            (Region::Host(ix), single("host", "host", &name))
        }
        Kind::Night => (Region::Night, single("time_of_day", "hour", "*")),
        Kind::Thermal => {
            let rack = commonest_rack(fleet);
            let planted = Plant {
                family: "shared_event",
                terms: vec![t("rack", &rack)],
                accept: vec![vec![t("cause", "thermal")], vec![t("signature", "thermal*")]],
                share: 0.0,
            };
            (Region::Rack(rack), Some(planted))
        }
        Kind::Kernel => {
            let os = commonest(fleet, |h| (h.os.kernels.len() > 2).then_some(h.os.name));
            let release = 1;
            let mut name = "";
            for host in fleet.hosts.iter_mut().filter(|h| h.os.name == os) {
                name = host.os.kernels[release];
                host.kernel[0].1 = if d.chance(0.5) { release } else { 2 * usize::from(d.chance(0.5)) };
            }
            (Region::Kernel { os, release }, single("factor", "kernel", name))
        }
        Kind::Storage => {
            let fw = "51.15.0-4296";
            (Region::RaidFirmware(fw), single("factor", "raid_fw", fw))
        }
        Kind::Interaction => {
            let role = commonest(fleet, |h| Some(h.role));
            let os = commonest(fleet, |h| (h.role == role).then_some(h.os.name));
            let terms = vec![t("role", role), t("os", os)];
            (
                Region::RoleAndOs { role, os },
                Some(Plant { family: "interaction", terms, accept: Vec::new(), share: 0.0 }),
            )
        }
        Kind::Chance => (Region::Nothing, None),
        Kind::Outages => {
            let first = commonest_rack(fleet);
            let other = fleet.hosts.iter().map(|h| h.rack.clone()).find(|r| *r != first).unwrap_or_default();
            (Region::TwoRacks(first, other), None)
        }
    };
    (region, rollout, planted)
}

fn counts(fleet: &Fleet, of: impl Fn(&Host) -> Option<&'static str>) -> Vec<(usize, &'static str)> {
    let mut tally: Vec<(usize, &'static str)> = Vec::new();
    for name in fleet.hosts.iter().filter_map(of) {
        match tally.iter_mut().find(|(_, n)| *n == name) {
            Some((count, _)) => *count += 1,
            None => tally.push((1, name)),
        }
    }
    tally.sort_by(|a, b| b.cmp(a));
    tally
}

fn commonest(fleet: &Fleet, of: impl Fn(&Host) -> Option<&'static str>) -> &'static str {
    counts(fleet, of).first().map_or("", |(_, n)| n)
}

fn second_commonest(fleet: &Fleet) -> &'static str {
    let tally = counts(fleet, |h| (!h.guest()).then_some(h.model.name));
    tally.get(1).or(tally.first()).map_or("", |(_, n)| n)
}

fn commonest_rack(fleet: &Fleet) -> String {
    let mut racks: Vec<String> = fleet.hosts.iter().map(|h| h.rack.clone()).collect();
    racks.sort();
    let mut best = (0, String::new());
    for rack in &racks {
        let n = racks.iter().filter(|r| *r == rack).count();
        if n > best.0 {
            best = (n, rack.clone());
        }
    }
    best.1
}

/// The old UPS carries one side of two racks; the hosts there are re-labelled to hang on it.
fn feed_of_size(fleet: &mut Fleet) -> String {
    let rack = commonest_rack(fleet);
    let other = fleet.hosts.iter().map(|h| h.rack.clone()).find(|r| *r != rack).unwrap_or_default();
    let feed = "ups-old".to_string();
    let mut on_feed = 0;
    for host in fleet.hosts.iter_mut().filter(|h| h.rack == rack || h.rack == other) {
        if host.pdu.ends_with("-a") && on_feed < 14 {
            host.pdu.clone_from(&feed);
            on_feed += 1;
        }
    }
    feed
}
