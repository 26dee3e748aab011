//! Makes a fleet and lets a year pass.

use chrono::{TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::dice::Dice;
use crate::end::{Actor, Cause, End, Way};
use crate::fleet::{Fleet, Layout, LogForm, SelForm, Window};
use crate::kind::Kind;
use crate::plant::plant;
use crate::roster::{Order, roster};
use crate::{hazard, jobs, plans};

/// The word with a capital letter.
pub fn title(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What is asked for.
#[derive(Default)]
pub struct Wish {
    pub kind: Kind,
    pub seed: u64,
    pub hosts: usize,
    pub layout: Option<Layout>,
    /// Multiplies the background lines.
    pub density: f64,
    /// Fewer lies and no surprises in the layout: for the committed stories.
    pub tame: bool,
    /// The zone of the site and the number of incidents; drawn when left out.
    pub zone: Option<Tz>,
    pub incidents: Option<usize>,
    /// All SELs in this form, all logs in that: for comparing readers.
    pub sel: Option<SelForm>,
    pub log: Option<LogForm>,
}

/// A fleet and its year.
pub fn make(wish: &Wish) -> Fleet {
    let dice = Dice::new(wish.seed ^ (wish.kind as u64) << 40 ^ (wish.hosts as u64) << 32);
    let mut d = dice.fork("world");
    let first = Utc.with_ymd_and_hms(2025, 1, 1, 0, 0, 0).single().unwrap_or_default();
    let from = first + TimeDelta::days(d.between(0, 300));
    let to = from + TimeDelta::days(365) + d.secs(20_000, 60_000);
    let drawn_zone = *d.weighted(&[
        (0.35, Tz::UTC),
        (0.4, Tz::Europe__Berlin),
        (0.15, Tz::America__New_York),
        (0.1, Tz::Asia__Tokyo),
    ]);
    let zone = wish.zone.unwrap_or(drawn_zone);
    let drawn = *d.weighted(&[
        (0.45, Layout::Folders),
        (0.3, Layout::Flat),
        (0.17, Layout::Central),
        (0.08, Layout::List),
    ]);
    let layout = wish.layout.unwrap_or(drawn);
    let order = Order { kind: wish.kind, hosts: wish.hosts, from, to, zone, layout, tame: wish.tame };
    let mut hosts = roster(&order, &dice);
    for gear in hosts.iter_mut().map(|h| &mut h.gear) {
        if let (Some(style), Some(form)) = (&mut gear.sel, wish.sel) {
            style.form = form;
        }
        if let (Some(log), Some(form)) = (&mut gear.log, wish.log) {
            *log = form;
        }
    }
    let mut fleet = Fleet {
        kind: wish.kind,
        seed: wish.seed,
        from,
        to,
        zone,
        layout,
        hosts,
        windows: Vec::new(),
        runs: Vec::new(),
        ends: Vec::new(),
        plant: None,
        dips: Vec::new(),
        ecc: Vec::new(),
        power: d.chance(0.45),
        density: wish.density,
        tame: wish.tame,
    };
    let (region, rollout, planted) = plant(&mut fleet, &dice);
    fleet.plant = planted;
    plans::plan(&mut fleet, &rollout, &dice);
    let share = region.share(&fleet);
    if let Some(planted) = &mut fleet.plant {
        planted.share = share;
    }
    jobs::schedule(&mut fleet, &dice);
    hazard::strike(&mut fleet, &region, wish.incidents, &dice);
    guests_fall(&mut fleet, &dice);
    leavers(&mut fleet);
    fleet.ends.sort_by_key(|e| (e.host, e.at));
    forget_after_the_last(&mut fleet);
    jobs::interrupt(&mut fleet, &dice);
    chronic_noise(&mut fleet, &dice);
    clocks(&mut fleet, &dice);
    fleet
}

/// Guests go down with their hypervisor.
fn guests_fall(fleet: &mut Fleet, dice: &Dice) {
    let mut d = dice.fork("guests");
    let mut more = Vec::new();
    for end in &fleet.ends {
        for guest in fleet.hosts.iter().filter(|h| h.hypervisor == Some(end.host)) {
            let early = if end.orderly() { d.between(15, 50) } else { 0 };
            let at = end.at - TimeDelta::seconds(early);
            if !hazard::free(fleet, guest.ix, at) {
                continue;
            }
            let way = if end.orderly() {
                Way::Orderly { actor: Actor::BmcSoft, poweroff: false, resets: 1, late_watchdog: false }
            } else {
                Way::WithHost
            };
            let back_at = end.back_at.map(|b| b + d.secs(30, 120)).filter(|b| *b < guest.to);
            more.push(End {
                host: guest.ix,
                at,
                back_at,
                way,
                changes: Vec::new(),
                planted: false,
                inherited: true,
                cluster: end.cluster,
                planned: end.planned,
                cause: end.cause,
            });
        }
    }
    fleet.ends.extend(more);
}

/// A host that leaves the fleet is switched off in a window of its own.
fn leavers(fleet: &mut Fleet) {
    for ix in 0..fleet.hosts.len() {
        let host = &fleet.hosts[ix];
        if host.to >= fleet.to {
            continue;
        }
        let at = host.to - TimeDelta::minutes(5);
        let start = at - TimeDelta::minutes(35);
        let what = "decommission".to_string();
        fleet.windows.push(Window { start, end: at + TimeDelta::hours(3), scope: host.name.clone(), what });
        fleet.ends.push(End {
            host: ix,
            at,
            back_at: None,
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

/// Nothing happens to a host after the end from which it never came back, nor while it is off.
fn forget_after_the_last(fleet: &mut Fleet) {
    let mut kept: Vec<End> = Vec::new();
    for end in fleet.ends.drain(..) {
        let clash = kept.last().is_some_and(|k| {
            k.host == end.host && k.back_at.is_none_or(|b| end.at < b + TimeDelta::minutes(10))
        });
        if !clash {
            kept.push(end);
        }
    }
    fleet.ends = kept;
}

/// A few hosts have bad memory that never hurts.
fn chronic_noise(fleet: &mut Fleet, dice: &Dice) {
    let mut d = dice.fork("chronic");
    let span = (fleet.to - fleet.from).num_seconds();
    for _ in 0..fleet.hosts.len() / 12 {
        let ix = d.below(fleet.hosts.len());
        if fleet.hosts[ix].guest() {
            continue;
        }
        let start = fleet.from + d.secs(0, span * 3 / 4);
        for _ in 0..d.between(4, 30) {
            fleet.ecc.push((ix, start + d.secs(0, span / 5), 7));
        }
    }
    for _ in 0..d.between(1, 4) {
        let ix = d.below(fleet.hosts.len());
        if !fleet.hosts[ix].guest() {
            fleet.dips.push((ix, fleet.from + d.secs(0, span), d.between(4, 9000)));
        }
    }
}

/// A controller that lost its standby power starts its clock again.
fn clocks(fleet: &mut Fleet, dice: &Dice) {
    let mut d = dice.fork("clocks");
    let ends: Vec<End> = fleet.ends.iter().filter(|e| matches!(e.way, Way::PowerCut)).cloned().collect();
    for end in ends {
        let host = &mut fleet.hosts[end.host];
        let back = end.back_at.unwrap_or(end.at + TimeDelta::hours(1));
        let awake = back - TimeDelta::seconds(host.model.post_s + 30);
        let until = if d.chance(0.8) {
            TimeDelta::seconds(host.model.post_s / 2)
        } else {
            TimeDelta::hours(d.between(2, 90))
        };
        host.gear.clock.lost_power(awake, until);
    }
}
