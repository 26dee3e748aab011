//! Half-hours in which a host wrote its logs and nothing happened to it.
//!
//! Logs are told apart by name, because they are kept for different times: where the kernel's log goes
//! back for a month and the daemons' for a week, a daemon's message was looked for in that week only.

use std::collections::{BTreeMap, BTreeSet};

use super::HALF_HOUR_S;
use crate::clock::{Clocks, rotation};
use crate::exposure::spans;
use crate::model::record::SourceFacts;
use crate::pipeline::Owners;
use crate::pipeline::stories::Fleet;
use crate::timeline::assemble::Hosts;

/// Spans of half-hours, numbered since 1970; the end is not part of it.
type Slots = Vec<(i64, i64)>;

/// What each host wrote when, and when something happened to it.
pub struct QuietTime {
    written: BTreeMap<String, BTreeMap<String, Slots>>,
    disturbed: BTreeMap<String, Slots>,
    from: i64,
    to: i64,
}

/// This long before an incident and after it the host is not quiet.
const BEFORE_S: i64 = 6 * 3600;
const AFTER_S: i64 = 2 * 3600;
/// The same around a start of the system.
const START_S: i64 = 2 * 3600;

/// The half-hour that a time lies in.
pub fn slot(second: i64) -> i64 {
    second.div_euclid(HALF_HOUR_S)
}

/// What the logs of a kind are called on all hosts: the file's name without the marks of rotation and
/// without the host's name.
pub fn log_name(path: &str, host: &str) -> String {
    let (base, _) = rotation::split(path);
    let name = base.rsplit('/').next().unwrap_or(&base);
    let short = host.split('.').next().unwrap_or(host);
    if short.is_empty() { name.to_owned() } else { name.replace(host, "*").replace(short, "*") }
}

impl QuietTime {
    pub fn of(sources: &[SourceFacts], clocks: &Clocks, owners: &Owners<'_>, fleet: &Fleet) -> Self {
        let mut written: BTreeMap<String, BTreeMap<String, Slots>> = BTreeMap::new();
        for (index, (source, times)) in sources.iter().zip(&clocks.sources).enumerate() {
            for (run, span) in source.activity.iter().zip(&times.runs) {
                let (Some((from, to)), true) = (span, run.lines > 0) else { continue };
                let Some(host) = owners.host(index, run.host.as_deref()) else { continue };
                let name = log_name(&source.path, &host);
                let slots = (slot(from.timestamp()), slot(to.timestamp()) + 1);
                written.entry(host).or_default().entry(name).or_default().push(slots);
            }
        }
        for spans in written.values_mut().flat_map(BTreeMap::values_mut) {
            *spans = spans::join(std::mem::take(spans), 0);
        }
        let mut disturbed: BTreeMap<String, Slots> = BTreeMap::new();
        for incident in &fleet.incidents {
            let end = incident.back_at.unwrap_or(incident.at_latest).max(incident.at_latest);
            let from = slot(incident.at_earliest.timestamp() - BEFORE_S);
            let spans = disturbed.entry(incident.host.clone()).or_default();
            spans.push((from, slot(end.timestamp() + AFTER_S) + 1));
        }
        for (host, history) in &fleet.histories {
            let starts = history.starts.iter().map(|start| start.at.timestamp());
            let around = starts.map(|start| (slot(start - START_S), slot(start + START_S) + 1));
            disturbed.entry(host.clone()).or_default().extend(around);
        }
        for spans in disturbed.values_mut() {
            *spans = spans::join(std::mem::take(spans), 0);
        }
        Self { written, disturbed, from: slot(fleet.from.timestamp()), to: slot(fleet.to.timestamp()) + 1 }
    }

    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.written.keys().map(String::as_str)
    }

    /// The quiet half-hours in which a host wrote one of the logs; all logs if none is named.
    pub fn of_host(&self, host: &str, logs: Option<&BTreeSet<String>>) -> Slots {
        let Some(written) = self.written.get(host) else { return Vec::new() };
        let spans: Slots = written
            .iter()
            .filter(|(name, _)| logs.is_none_or(|logs| logs.contains(*name)))
            .flat_map(|(_, spans)| spans.iter().copied())
            .collect();
        let disturbed = self.disturbed.get(host).map_or(&[][..], Vec::as_slice);
        spans::clip(&spans::subtract(&spans::join(spans, 0), disturbed), self.from, self.to)
    }
}

/// Whether a half-hour is one of `slots`.
pub fn holds(slots: &[(i64, i64)], slot: i64) -> bool {
    let place = slots.partition_point(|(from, _)| *from <= slot);
    place > 0 && slots[place - 1].1 > slot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_a_kind_have_one_name() {
        assert_eq!(log_name("hosts/kvm01/var/log/syslog.2.gz", "kvm01.example.org"), "syslog");
        assert_eq!(log_name("logs/kvm01.log-20250301", "kvm01"), "*.log");
        assert_eq!(log_name("logs/kvm01.example.org.log", "kvm01.example.org"), "*.log");
    }

    #[test]
    fn half_hours_are_looked_up() {
        let slots = [(2, 4), (7, 8)];
        let held: Vec<i64> = (0..10).filter(|slot| holds(&slots, *slot)).collect();
        assert_eq!(held, [2, 3, 7]);
    }
}
