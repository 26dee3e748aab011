//! Everything one host would have logged, boot by boot, in true time.

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::{End, T, Way};
use crate::fleet::{Fleet, Host};
use crate::line::{Line, Pen};
use crate::{aftermath, chatter, kernel_boot, last_words};

/// One run of a host's kernel.
#[derive(Clone, Debug)]
pub struct Boot<'a> {
    pub start: T,
    /// How the boot before it ended.
    pub before: Option<&'a End>,
    /// How it ended itself.
    pub end: Option<&'a End>,
}

/// The boots of a host, from the one that ran when the year began.
pub fn boots<'a>(fleet: &'a Fleet, host: &Host) -> Vec<Boot<'a>> {
    let first = if host.from > fleet.from { host.from } else { host.up_since };
    let mut list = vec![Boot { start: first, before: None, end: None }];
    for end in fleet.ends_of(host.ix) {
        if let Some(last) = list.last_mut() {
            last.end = Some(end);
        }
        match end.back_at {
            Some(start) => list.push(Boot { start, before: Some(end), end: None }),
            None => break,
        }
    }
    list
}

/// All lines of a host in the order in which they were written.
pub fn lines(fleet: &Fleet, host: &Host, dice: &Dice) -> Vec<Line> {
    let mut d = dice.fork(&format!("log {}", host.name));
    let mut all = Vec::new();
    for (ordinal, boot) in boots(fleet, host).iter().enumerate() {
        let mut pen = Pen::new(ordinal, boot.start);
        let mut from = fleet.from.max(boot.start);
        if boot.start >= fleet.from {
            kernel_boot::boot(&mut pen, host, boot.before, &mut d);
            if let Some(before) = boot.before {
                aftermath::say(&mut pen, before, &mut d);
            }
            from += TimeDelta::seconds(60);
        }
        let to = boot.end.map_or(host.to, |e| e.at);
        background(&mut pen, fleet, host, from, to, &mut d);
        memory_errors(&mut pen, fleet, host, from, to, &mut d);
        if let Some(end) = boot.end {
            last_words::say(&mut pen, host, end, &mut d);
            // A stable sort: lines of the same second stay in the order of writing.
            pen.lines.sort_by_key(|l| l.at);
            let cut = matches!(end.way, Way::PowerCut | Way::Silent);
            if cut
                && d.chance(0.35)
                && let Some(last) = pen.lines.last_mut()
            {
                last.torn = true;
            }
        }
        pen.lines.sort_by_key(|l| l.at);
        all.append(&mut pen.lines);
    }
    all.retain(|l| l.at >= host.gear.log_from && l.at <= host.gear.log_to && l.at >= fleet.from);
    all
}

/// Background, thinned to keep the files small, but whole in the hours before an end and on some other days: a
/// machine that falls silent must have been heard before.
fn background(pen: &mut Pen, fleet: &Fleet, host: &Host, from: T, to: T, d: &mut Dice) {
    let mut whole: Vec<T> = vec![to - TimeDelta::hours(10)];
    for _ in 0..(to - from).num_days() / 60 {
        whole.push(from + d.secs(0, (to - from).num_seconds()));
    }
    whole.sort();
    let mut at = from;
    for start in whole {
        let (start, stop) = (start.max(at), (start + TimeDelta::hours(10)).min(to));
        chatter::fill(pen, host, at, start, fleet.density, d);
        chatter::fill(pen, host, start, stop, fleet.density.max(1.0), d);
        at = at.max(stop);
    }
    chatter::fill(pen, host, at, to, fleet.density, d);
}

/// The kernel's side of the bursts of correctable errors.
fn memory_errors(pen: &mut Pen, fleet: &Fleet, host: &Host, from: T, to: T, d: &mut Dice) {
    for (_, at, dimm) in fleet.ecc.iter().filter(|(h, at, _)| *h == host.ix && *at > from && *at < to) {
        if d.chance(0.5) {
            let channel = dimm % 4;
            pen.kernel(*at, 4, format!("EDAC MC0: {} CE memory read error on CPU_SrcID#0_Ha#0_Chan#{channel}_DIMM#0 (channel:{channel} slot:0 page:0x3a1f4 offset:0x0 grain:32 syndrome:0x0)", d.between(1, 40)));
        }
    }
}

/// The lines of people who reached for a controller from a host with tools on it: host, line's time, text.
pub fn admin_lines(fleet: &Fleet, dice: &Dice) -> Vec<(usize, T, String)> {
    let mut d = dice.fork("admin");
    let desk = fleet.hosts.iter().find(|h| h.gear.log.is_some() && !h.guest() && h.from == fleet.from);
    let Some(desk) = desk else { return Vec::new() };
    let mut list = Vec::new();
    for end in &fleet.ends {
        let target = &fleet.hosts[end.host].name;
        let who = format!("ops{}", d.between(1, 6));
        let (at, action) = match &end.way {
            Way::BmcHand => (end.at - TimeDelta::seconds(2), "chassis power cycle"),
            Way::Hang { rescue: crate::end::Rescue::BmcCycle } | Way::StorageFault { .. } => {
                let Some(back) = end.back_at else { continue };
                (back - TimeDelta::seconds(fleet.hosts[end.host].model.post_s + 2), "chassis power cycle")
            }
            _ => continue,
        };
        if end.host == desk.ix || d.chance(0.3) {
            continue;
        }
        list.push((desk.ix, at, format!("{who:>8} : TTY=pts/2 ; PWD=/home/{who} ; USER=root ; COMMAND=/usr/bin/ipmitool -I lanplus -H {target}-bmc.example.com -U admin {action}")));
    }
    list
}
