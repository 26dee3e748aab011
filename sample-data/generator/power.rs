//! Power readings, by host or by feed, at a fixed interval; a host that is off draws what its controller draws.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::T;
use crate::fleet::{Fleet, Host};
use crate::host_log::boots;

/// The table of the whole fleet; `step_min` minutes between two readings.
pub fn table(fleet: &Fleet, dice: &Dice, step_min: i64) -> Option<String> {
    if !fleet.power {
        return None;
    }
    let mut d = dice.fork("power");
    let head = *d.pick(&["time,host,watts", "timestamp,hostname,power_w", "Time;Host;Watts"]);
    let separator = if head.contains(';') { ';' } else { ',' };
    let zulu = d.chance(0.6);
    let step = TimeDelta::minutes(step_min);
    let metered: Vec<&Host> = fleet.hosts.iter().filter(|h| h.gear.metered).collect();
    let off: Vec<Vec<(T, T)>> = metered.iter().map(|h| dark(fleet, h)).collect();
    let by_feed = d.chance(0.25);
    let head = if by_feed { "time,feed,watts" } else { head };
    let separator = if by_feed { ',' } else { separator };
    let feeds: BTreeSet<&str> = metered.iter().map(|h| h.pdu.as_str()).collect();
    let mut text = format!("{head}\n");
    let mut at = fleet.from;
    while at < fleet.to {
        let shown = if zulu {
            at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
        } else {
            at.with_timezone(&fleet.zone).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
        };
        let mut sums: BTreeMap<&str, f64> = feeds.iter().map(|f| (*f, 0.0)).collect();
        for (host, gaps) in metered.iter().zip(&off) {
            if at < host.from || at >= host.to {
                continue;
            }
            let dark = gaps.iter().any(|(a, b)| *a <= at && at < *b);
            let watts = if dark { 9.0 } else { host.model.idle_watts * (1.05 + 0.35 * d.unit()) };
            if let Some(sum) = sums.get_mut(host.pdu.as_str()) {
                *sum += watts;
            }
            if !by_feed {
                text.push_str(&format!("{shown}{separator}{}{separator}{watts:.0}\n", host.name));
            }
        }
        if by_feed {
            for (feed, watts) in sums {
                text.push_str(&format!("{shown}{separator}{feed}{separator}{watts:.0}\n"));
            }
        }
        at += step;
    }
    Some(text)
}

fn dark(fleet: &Fleet, host: &Host) -> Vec<(T, T)> {
    let mut gaps = Vec::new();
    for boot in boots(fleet, host) {
        if let Some(end) = boot.end {
            let post = TimeDelta::seconds(host.model.post_s);
            gaps.push((end.at, end.back_at.map_or(fleet.to, |b| b - post)));
        }
    }
    gaps
}
