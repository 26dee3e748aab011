//! The cooling of one rack fails: machines trip one after the other, and come back when it is cool again.

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::{Cause, Way};
use crate::fleet::Fleet;
use crate::hazard::{push, quiet};

/// Two or three failures of the cooling of `rack`.
pub fn fail(fleet: &mut Fleet, rack: &str, d: &mut Dice) {
    let members: Vec<usize> =
        fleet.hosts.iter().filter(|h| !h.guest() && h.rack == rack).map(|h| h.ix).collect();
    let span = (fleet.to - fleet.from).num_seconds();
    for _ in 0..d.between(2, 3) {
        let cluster = Some(1 + fleet.ends.iter().filter_map(|e| e.cluster).max().unwrap_or(0));
        let at = fleet.from + d.secs(86_400, span - 86_400);
        for &ix in &members {
            let moment = at + d.secs(0, 500);
            if !quiet(fleet, ix, moment) || d.chance(0.4) {
                continue;
            }
            let has_log = fleet.hosts[ix].logged(moment);
            let os_saw_it = has_log && (!fleet.hosts[ix].sel_kept(moment) || d.chance(0.5));
            let pushed = fleet.ends.len();
            push(fleet, ix, moment, Cause::Thermal, Way::ThermalTrip { os_saw_it }, true, cluster, d);
            let cool = at + TimeDelta::minutes(70) + d.secs(0, 3600);
            fleet.ends[pushed].back_at = Some(cool).filter(|b| *b < fleet.hosts[ix].to);
        }
    }
}
