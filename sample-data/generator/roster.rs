//! Puts a fleet together: which machines, where they stand, and what each of them leaves behind.

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::bmc_clock::BmcClock;
use crate::dice::Dice;
use crate::end::T;
use crate::fleet::{Gear, Host, Layout, LogForm, Rotation, SelForm, SelStyle, Split};
use crate::kind::Kind;
use crate::machine::{Brand, Disks, GUESTS, MODELS, Model, Os, SYSTEMS};

const ROLES: &[&str] = &["web", "db", "cache", "batch", "storage", "build", "mail", "proxy"];

const DIMMS: &[&str] = &["Samsung", "Micron", "SK Hynix"];
const MEGARAID_FIRMWARE: &[&str] = &["51.15.0-4296", "51.16.0-4076", "51.16.0-5150"];
const MPT3SAS_FIRMWARE: &[&str] = &["16.00.01.00", "16.00.12.00"];
const SMARTARRAY_FIRMWARE: &[&str] = &["6.60", "7.00"];

/// What the roster needs to know.
pub struct Order {
    pub kind: Kind,
    pub hosts: usize,
    pub from: T,
    pub to: T,
    pub zone: Tz,
    pub layout: Layout,
    /// Keep lies small: for the committed stories.
    pub tame: bool,
}

/// Builds the hosts of a fleet.
pub fn roster(order: &Order, dice: &Dice) -> Vec<Host> {
    let mut d = dice.fork("roster");
    let models = choose_models(order.kind, &mut d);
    let habit = d.below(4);
    let naming = *d.pick(&["kvm", "node", "srv", "role", "blade-"]);
    let guests = match order.kind {
        Kind::Backups => order.hosts * 13 / 20,
        Kind::Kernel | Kind::Interaction | Kind::Operator | Kind::Chance if d.chance(0.5) => order.hosts / 4,
        _ => 0,
    };
    let physical = order.hosts - guests;
    let racks = (physical / 9).clamp(3, 7);
    let mut hosts: Vec<Host> = Vec::new();
    for ix in 0..order.hosts {
        let guest = ix >= physical;
        let hypervisors = (physical / 3).max(2);
        let hypervisor = guest.then(|| (ix - physical) % hypervisors);
        let model = match hypervisor {
            Some(h) => &GUESTS[usize::from(order.kind == Kind::Backups && h % 3 != 0)],
            None => models[share(&mut d, models.len())],
        };
        // Racks were filled as machines were bought: mostly one model to a rack.
        let home = models.iter().position(|m| std::ptr::eq(*m, model)).unwrap_or(0) % racks;
        let rack = if d.chance(0.6) { home } else { d.below(racks) };
        let rack = hypervisor.map_or(rack, |h| hosts[h].rack[1..].parse::<usize>().unwrap_or(1) - 1);
        let at_home = models.iter().position(|m| std::ptr::eq(*m, model)).unwrap_or(0);
        let role = if guests > 0 && !guest && ix < hypervisors {
            "kvm"
        } else if d.chance(0.65) {
            ROLES[at_home % ROLES.len()]
        } else {
            *d.pick(ROLES)
        };
        let os = choose_os(order.kind, role, habit, &mut d);
        let newest = model.bios.len() - 1;
        let bios = if d.chance(0.55) { newest.saturating_sub(1) } else { d.below(model.bios.len()) };
        let kernel = d.below((os.kernels.len() - 1).max(1));
        let side = if d.chance(0.5) { "a" } else { "b" };
        let (from, to) = service_life(order, &mut d, guest);
        let up_since = from - TimeDelta::days(d.between(3, 120)) - d.secs(0, 86_000);
        let gear = choose_gear(order, guest, &mut d);
        hosts.push(Host {
            ix,
            name: name_of(naming, role, ix + 1),
            model,
            os,
            role,
            rack: format!("r{:02}", rack + 1),
            pdu: format!("r{:02}-{side}", rack + 1),
            hypervisor,
            purchase_year: 2010 + model_index(model) as i32 * 2 + d.between(0, 1) as i32,
            dimm_vendor: d.word(DIMMS),
            raid_fw: raid_firmware(model, &mut d),
            bios: vec![(up_since, bios)],
            kernel: vec![(up_since, kernel)],
            from,
            to,
            up_since,
            gear,
        });
    }
    hosts
}

fn model_index(model: &Model) -> usize {
    MODELS.iter().position(|m| std::ptr::eq(m, model)).unwrap_or(MODELS.len() - 1)
}

/// The first model is the most common.
fn share(d: &mut Dice, models: usize) -> usize {
    let weights: Vec<(f64, usize)> = (0..models).map(|i| (1.0 / (1.0 + i as f64 * 0.5), i)).collect();
    *d.weighted(&weights)
}

fn choose_models(kind: Kind, d: &mut Dice) -> Vec<&'static Model> {
    let mut rest: Vec<&'static Model> = MODELS.iter().collect();
    d.shuffle(&mut rest);
    // A planted BIOS release needs a model whose releases have different names; HPE names only the family.
    let fits = |m: &Model| match kind {
        Kind::Reboots | Kind::Update => m.brand != Brand::Hpe && m.bios.len() >= 3,
        Kind::Storage => m.disks == Disks::Megaraid,
        _ => true,
    };
    let first = rest.iter().position(|m| fits(m)).unwrap_or(0);
    rest.swap(0, first);
    rest.truncate(d.between(3, 5) as usize);
    rest
}

/// Most roles keep to one system; which one is the habit of the site.
fn choose_os(kind: Kind, role: &str, habit: usize, d: &mut Dice) -> &'static Os {
    if kind == Kind::Uptime && d.chance(0.45) {
        return &SYSTEMS[4];
    }
    let by_role = (role.bytes().map(usize::from).sum::<usize>() / 3 + habit) % 4;
    let strict = if kind == Kind::Interaction { 0.3 } else { 0.6 };
    if d.chance(strict) { &SYSTEMS[by_role] } else { &SYSTEMS[d.below(4)] }
}

fn raid_firmware(model: &Model, d: &mut Dice) -> &'static str {
    match model.disks {
        Disks::Megaraid => d.word(MEGARAID_FIRMWARE),
        Disks::Mpt3sas => d.word(MPT3SAS_FIRMWARE),
        Disks::Smartarray => d.word(SMARTARRAY_FIRMWARE),
        Disks::Nvme | Disks::Virtio => "",
    }
}

fn name_of(naming: &str, role: &str, number: usize) -> String {
    match naming {
        "role" => format!("{role}{number:02}"),
        other => format!("{other}{number:02}"),
    }
}

/// Most hosts are there all year; some come, some go.
fn service_life(order: &Order, d: &mut Dice, guest: bool) -> (T, T) {
    let (mut from, mut to) = (order.from, order.to);
    if d.chance(0.08) && order.kind != Kind::Uptime {
        from += TimeDelta::days(d.between(40, 200)) + d.secs(30_000, 60_000);
    } else if d.chance(if guest { 0.06 } else { 0.03 }) {
        to -= TimeDelta::days(d.between(30, 150)) + d.secs(30_000, 60_000);
    }
    (from, to)
}

fn choose_gear(order: &Order, guest: bool, d: &mut Dice) -> Gear {
    let span = (order.to - order.from).num_days();
    let sel = (!guest && d.chance(0.88)).then(|| SelStyle {
        form: *d.weighted(&[
            (0.3, SelForm::List),
            (0.3, SelForm::Elist),
            (0.2, SelForm::Raw),
            (0.13, SelForm::FreeTable),
            (0.07, SelForm::FreeCsv),
        ]),
        old_tool: d.chance(0.5),
        state_column: d.chance(0.4),
        station: (order.zone != Tz::UTC && d.chance(0.3)).then_some(order.zone),
    });
    let has_log = sel.is_none() || d.chance(0.93);
    let central = d.chance(0.8) && order.layout == Layout::Central;
    let log = has_log.then(|| {
        *d.weighted(&[
            (0.36, LogForm::Rfc3164),
            (0.22, LogForm::Rfc3339),
            (0.2, LogForm::JournalJson),
            (0.14, LogForm::JournalText),
            (if sel.is_some() { 0.04 } else { 0.0 }, LogForm::Dmesg),
            (if sel.is_some() { 0.04 } else { 0.0 }, LogForm::DmesgT),
        ])
    });
    let clock = if order.tame && d.chance(0.5) {
        BmcClock::right(order.from)
    } else {
        BmcClock::drawn(d, order.from - TimeDelta::days(100), order.zone)
    };
    let mut log_from = order.from;
    let mut log_to = order.to;
    if d.chance(0.07) {
        log_from += TimeDelta::days(d.between(30, span * 6 / 10));
    }
    if d.chance(0.03) {
        log_to -= TimeDelta::days(d.between(20, 90));
    }
    Gear {
        sel,
        sel_keep: d.chance(0.08).then(|| d.between(15, 60) as usize),
        sel_cleared: d.chance(0.06).then(|| order.from + TimeDelta::days(d.between(60, span - 30))),
        sel_quiet_boot: d.chance(0.12),
        clock,
        log,
        log_mono: d.chance(0.8),
        log_rotation: *d.weighted(&[
            (0.45, Rotation::Numbered),
            (0.3, Rotation::Dated),
            (0.25, Rotation::Never),
        ]),
        log_split: *d.weighted(&[(0.6, Split::Whole), (0.2, Split::KernAuth), (0.2, Split::Three)]),
        log_from,
        log_to,
        log_fqdn: d.chance(0.1),
        central: central && log.is_some(),
        wtmp: d.chance(0.4),
        cadence_min: *d.weighted(&[(0.2, 10), (0.3, 30), (0.3, 60), (0.15, 120), (0.05, 480)]),
        auto_update: d.chance(0.25),
        watchdog: d.chance(0.7),
        metered: !guest && d.chance(0.7),
        dual_cord: d.chance(0.6),
    }
}
