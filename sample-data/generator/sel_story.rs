//! What the controller of one host would have logged, in true time.

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::{End, Fault, Rescue, T, Way};
use crate::fleet::{Fleet, Host};
use crate::host_log::boots;
use crate::last_words::PANICS;
use crate::machine::Brand;
use crate::sel_sort::{self as sort, Sort};

/// One record.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: T,
    pub body: Body,
}

/// What it holds.
#[derive(Clone, Debug)]
pub enum Body {
    Event {
        sort: &'static Sort,
        name: &'static str,
        number: u8,
        data2: u8,
        data3: u8,
        asserted: bool,
    },
    /// OEM record with time stamp: type, manufacturer, data.
    OemStamped {
        kind: u8,
        maker: [u8; 3],
        data: [u8; 6],
    },
    /// OEM record without: type, data.
    Oem {
        kind: u8,
        data: [u8; 13],
    },
}

struct Desk<'a> {
    host: &'a Host,
    list: Vec<Entry>,
}

impl Desk<'_> {
    fn add(
        &mut self,
        at: T,
        sort: &'static Sort,
        name: &'static str,
        number: u8,
        data: (u8, u8),
        asserted: bool,
    ) {
        let (data2, data3) = data;
        self.list.push(Entry { at, body: Body::Event { sort, name, number, data2, data3, asserted } });
    }

    fn on(&mut self, at: T, sort: &'static Sort, name: &'static str, number: u8) {
        self.add(at, sort, name, number, (0xff, 0xff), true);
    }

    fn off(&mut self, at: T, sort: &'static Sort, name: &'static str, number: u8) {
        self.add(at, sort, name, number, (0xff, 0xff), false);
    }
}

/// All records of a host; nothing for a host without a controller.
pub fn entries(fleet: &Fleet, host: &Host, dice: &Dice) -> Vec<Entry> {
    let mut d = dice.fork(&format!("sel {}", host.name));
    if host.gear.sel.is_none() {
        return Vec::new();
    }
    let mut desk = Desk { host, list: Vec::new() };
    // A machine that came during the year brought an empty log.
    let newcomer = host.from > fleet.from;
    let first = if newcomer { host.from - TimeDelta::minutes(20) } else { fleet.from - TimeDelta::days(40) };
    desk.on(first, &sort::CLEARED, "SEL", 0x72);
    for boot in boots(fleet, host) {
        if boot.start >= fleet.from {
            start(&mut desk, boot.start, boot.before, &mut d);
        }
        if let Some(end) = boot.end {
            death(&mut desk, end, &mut d);
        }
    }
    noise(&mut desk, fleet, &mut d);
    let mut list = desk.list;
    list.retain(|e| e.at >= first && e.at <= host.to);
    list.sort_by_key(|e| e.at);
    if let Some(cleared) = host.gear.sel_cleared {
        list.retain(|e| e.at > cleared);
        let body = Body::Event {
            sort: &sort::CLEARED,
            name: "SEL",
            number: 0x72,
            data2: 0xff,
            data3: 0xff,
            asserted: true,
        };
        list.insert(0, Entry { at: cleared, body });
    }
    if let Some(keep) = host.gear.sel_keep {
        let drop = list.len().saturating_sub(keep);
        list.drain(..drop);
    }
    list
}

/// The records of a boot; `kernel` is when the kernel started.
fn start(desk: &mut Desk, kernel: T, before: Option<&End>, d: &mut Dice) {
    let host = desk.host;
    if host.gear.sel_quiet_boot {
        return;
    }
    let resets = match before.map(|e| &e.way) {
        Some(Way::Orderly { resets, .. }) => i64::from(*resets),
        _ => 1,
    };
    for nth in (0..resets).rev() {
        let power_on = kernel - TimeDelta::seconds(host.model.post_s * (nth + 1));
        let sec = |s: i64| power_on + TimeDelta::seconds(s);
        let how = match before.map(|e| &e.way) {
            Some(Way::Orderly { poweroff: false, .. } | Way::Panic { .. } | Way::OomPanic) => {
                &sort::WARM_RESET
            }
            Some(Way::PowerCut | Way::ThermalTrip { .. } | Way::Orderly { .. }) => &sort::POWER_UP,
            Some(_) => &sort::HARD_RESET,
            None => &sort::WARM_RESET,
        };
        match host.model.brand {
            Brand::Dell => {
                if d.chance(0.5) {
                    desk.on(sec(host.model.post_s - 4), &sort::BOOT_C, "OS Boot", 0x1f);
                }
            }
            Brand::Hpe => desk.on(sec(3), how, "System Boot", 0x05),
            Brand::Supermicro => {
                if std::ptr::eq(how, &sort::POWER_UP) {
                    desk.on(sec(1), &sort::S0, "ACPI State", 0x33);
                }
            }
            Brand::Intel => {
                desk.on(sec(31), &sort::CLOCK_SYNC, "BIOS Evt Sensor", 0x83);
                desk.on(sec(31), &sort::CLOCK_SYNC, "BIOS Evt Sensor", 0x83);
                if d.chance(0.3) {
                    desk.list.push(Entry {
                        at: sec(33),
                        body: Body::Oem { kind: 0xe0, data: *b"\x01\x02\x57\x01\0\0\0\x10\0\0\0\0\x03" },
                    });
                }
                desk.on(sec(60), &sort::OEM_BOOT, "BIOS Evt Sensor", 0x83);
            }
            Brand::Lenovo => {
                desk.on(sec(2), how, "SysRestart", 0x1d);
                if nth == 0 {
                    desk.on(sec(host.model.post_s - 2), &sort::BOOT_ANY, "OS Boot", 0x1c);
                }
                if d.chance(0.3) {
                    let body =
                        Body::OemStamped { kind: 0xc0, maker: [0x4f, 0x4d, 0], data: [1, 0, 0x15, 0, 0, 0] };
                    desk.list.push(Entry { at: sec(5), body });
                }
            }
            Brand::Virtual => {}
        }
    }
}

/// The records of an end.
fn death(desk: &mut Desk, end: &End, d: &mut Dice) {
    let at = end.at;
    let sec = |s: i64| at + TimeDelta::seconds(s);
    let post = TimeDelta::seconds(desk.host.model.post_s);
    let power_on = end.back_at.map(|b| b - post);
    let intel = desk.host.model.brand == Brand::Intel;
    match &end.way {
        Way::Orderly { poweroff, late_watchdog, .. } => {
            if d.chance(0.3) {
                desk.on(sec(7), &sort::OS_GRACEFUL, "OS Stop", 0x20);
            }
            if *poweroff {
                desk.on(sec(12), &sort::S5, "ACPI State", 0x33);
                if let (Some(on), true) = (power_on, d.chance(0.4)) {
                    desk.on(on, &sort::POWER_BUTTON, "Power Button", 0x14);
                }
            }
            if *late_watchdog {
                desk.add(sec(14), &sort::WD_RESET, "Watchdog", 0x23, (0x04, 0xff), true);
            }
        }
        Way::Silent | Way::OomPanic | Way::Frozen { .. } | Way::WithHost => {}
        Way::PowerCut => power_cut(desk, at, power_on, d),
        Way::Panic { text, in_sel: true, .. } => panic(desk, at, PANICS[*text]),
        Way::Panic { .. } => {}
        Way::Watchdog { .. } => {
            let timeout = d.between(60, 290);
            if d.chance(0.5) {
                desk.add(sec(timeout - 10), &sort::WD_PRE, "Watchdog", 0x23, (0x04, 0xff), true);
            }
            desk.add(sec(timeout), &sort::WD_RESET, "Watchdog", 0x23, (0x04, 0xff), true);
        }
        Way::Machine { fault, dimm } => machine(desk, at, *fault, *dimm, d),
        Way::ThermalTrip { .. } => {
            desk.add(sec(-d.between(60, 400)), &sort::TEMP_HIGH, "Inlet Temp", 0x04, (43, 42), true);
            desk.add(sec(-d.between(5, 50)), &sort::TEMP_CRIT, "CPU1 Temp", 0x0e, (96, 95), true);
            desk.on(at, &sort::TRIP, "CPU1 Status", 0x60);
            if d.chance(0.6) {
                desk.on(sec(1), &sort::UNIT_OFF, "Pwr Unit Status", 0x01);
            }
            if let Some(on) = power_on {
                desk.on(on, &sort::POWER_BUTTON, "Power Button", 0x14);
            }
        }
        Way::StorageFault { .. } => {
            if d.chance(0.5) {
                desk.on(sec(-d.between(10, 200)), &sort::DISK_FAULT, "Drive 3", 0x83);
            }
            cycle(desk, power_on, intel);
        }
        Way::Hang { rescue } => match rescue {
            Rescue::Button => {
                if let Some(on) = power_on {
                    desk.on(on, &sort::RESET_BUTTON, "Reset Button", 0x15);
                }
            }
            _ => cycle(desk, power_on, intel),
        },
        Way::Overflow { panics } => {
            if !panics {
                cycle(desk, power_on, intel);
            }
        }
        Way::BmcHand => cycle(desk, Some(at), intel),
    }
}

/// A power cycle through the controller: off, about nineteen seconds later on.
fn cycle(desk: &mut Desk, at: Option<T>, intel: bool) {
    let Some(at) = at else { return };
    let on = at + TimeDelta::seconds(19);
    if intel {
        desk.on(at, &sort::UNIT_OFF, "Pwr Unit Status", 0x01);
        desk.off(on, &sort::UNIT_OFF, "Pwr Unit Status", 0x01);
    } else {
        desk.on(at, &sort::UNIT_CYCLE, "Power Unit", 0x01);
    }
    // Event data 2 = 1: chassis control command.
    desk.add(on, &sort::RESTART, "SysRestart", 0x1d, (0x01, 0x00), true);
}

fn power_cut(desk: &mut Desk, at: T, power_on: Option<T>, d: &mut Dice) {
    if d.chance(0.7) {
        desk.on(at, &sort::PSU_AC, "PS1 Status", 0x50);
        desk.on(at + TimeDelta::seconds(d.between(0, 3)), &sort::PSU_AC, "PS2 Status", 0x51);
    }
    let Some(on) = power_on else { return };
    desk.on(on - TimeDelta::seconds(20), &sort::UNIT_AC, "Pwr Unit Status", 0x01);
    desk.off(on - TimeDelta::seconds(18), &sort::PSU_AC, "PS1 Status", 0x50);
    desk.off(on - TimeDelta::seconds(18), &sort::PSU_AC, "PS2 Status", 0x51);
    if d.chance(0.6) {
        desk.on(on + TimeDelta::seconds(40), &sort::CLOCK_SYNC, "BIOS Evt Sensor", 0x83);
    }
}

/// The kernel's own record and the text of the panic, eleven characters a record.
fn panic(desk: &mut Desk, at: T, text: &str) {
    desk.add(at, &sort::OS_STOP, "", 0, (text.as_bytes()[0], text.as_bytes()[1]), true);
    for (nth, part) in text.as_bytes().chunks(11).enumerate() {
        let mut data = [0_u8; 13];
        data[0] = 0x20;
        data[1] = nth as u8;
        data[2..2 + part.len()].copy_from_slice(part);
        desk.list.push(Entry { at, body: Body::Oem { kind: 0xf0, data } });
    }
}

fn machine(desk: &mut Desk, at: T, fault: Fault, dimm: u8, d: &mut Dice) {
    match fault {
        Fault::Ierr => {
            desk.on(at, &sort::IERR, "CPU1 Status", 0x60);
            if d.chance(0.3) {
                desk.on(at + TimeDelta::seconds(2), &sort::CPU_MCE, "CPU1 Status", 0x60);
            }
        }
        Fault::MemoryUe => desk.add(at, &sort::UE, "ECC", 0x02, (0xff, dimm), true),
        Fault::PcieFatal => {
            let sort = if d.chance(0.7) { &sort::BUS_FATAL } else { &sort::SERR };
            desk.add(at, sort, "PCIe Fault", 0x70, (0x00, 0x18), true);
        }
        Fault::McePanic => {
            if d.chance(0.5) {
                desk.on(at, &sort::IERR, "CPU2 Status", 0x61);
            }
        }
        Fault::NextBoot => {}
    }
}

/// What a controller logs in a year in which nothing happens.
fn noise(desk: &mut Desk, fleet: &Fleet, d: &mut Dice) {
    let (host, span) = (desk.host, (fleet.to - fleet.from).num_seconds());
    let busy = if d.chance(0.2) { 25 } else { 4 };
    for _ in 0..d.between(0, busy) {
        let at = fleet.from + d.secs(0, span);
        let short = TimeDelta::seconds(d.between(20, 2000));
        match d.below(6) {
            0 => {
                desk.add(at, &sort::FAN_LOW, "Fan4", 0x34, (5, 9), true);
                desk.add(at + short, &sort::FAN_LOW, "Fan4", 0x34, (12, 9), false);
            }
            1 => {
                desk.add(at, &sort::TEMP_HIGH, "Inlet Temp", 0x04, (43, 42), true);
                desk.add(at + short, &sort::TEMP_HIGH, "Inlet Temp", 0x04, (41, 42), false);
            }
            2 => desk.add(at, &sort::ECC, "ECC", 0x02, (0xff, 0x21), true),
            3 => desk.on(at, &sort::DISK_SOON, "Drive 5", 0x85),
            4 => {
                desk.off(at, &sort::DISK_HERE, "Drive 5", 0x85);
                desk.on(at + short, &sort::DISK_HERE, "Drive 5", 0x85);
            }
            _ => desk.on(at, &sort::BUS_CE, "PCIe Fault", 0x70),
        }
    }
    if d.chance(0.15) {
        let at = fleet.from + d.secs(0, span);
        one_input(desk, at, d.between(5, 4000));
    }
    for (_, at, for_s) in fleet.dips.iter().filter(|(h, ..)| *h == host.ix) {
        one_input(desk, *at, *for_s);
    }
    for (_, at, dimm) in fleet.ecc.iter().filter(|(h, ..)| *h == host.ix) {
        desk.add(*at, &sort::ECC, "ECC", 0x02, (0xff, *dimm), true);
        if d.chance(0.1) {
            desk.add(*at + TimeDelta::seconds(1), &sort::ECC_LIMIT, "ECC", 0x02, (0xff, *dimm), true);
        }
    }
    if host.gear.sel_keep.is_some() && d.chance(0.5) {
        desk.on(fleet.from + d.secs(span / 2, span), &sort::ALMOST_FULL, "SEL", 0x72);
    }
}

/// One of two inputs gone and back; the host does not notice.
fn one_input(desk: &mut Desk, at: T, for_s: i64) {
    let back = at + TimeDelta::seconds(for_s);
    desk.on(at, &sort::PSU_AC, "PS2 Status", 0x51);
    desk.on(at + TimeDelta::seconds(1), &sort::NOT_REDUNDANT, "Pwr Redundancy", 0x03);
    desk.off(back, &sort::PSU_AC, "PS2 Status", 0x51);
    desk.on(back + TimeDelta::seconds(1), &sort::REDUNDANT, "Pwr Redundancy", 0x03);
}
