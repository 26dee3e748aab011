//! The fleet as a study in the sense of epidemiology: person-time, covariates and cases.
//!
//! All times are seconds of Unix time (UTC), all intervals half-open `[from, to)`. Hosts, factors
//! and levels are indices, so that the statistics need not know any names. This is all that the
//! hypotheses are tested on: nothing here is raw log text.

use super::{Cause, Kind, Term};

/// Index of a host in [`Study::hosts`].
pub type HostIndex = u32;

/// A level that is not known for a segment.
pub const LEVEL_UNKNOWN: u32 = u32::MAX;

/// Everything that the hypotheses are tested on.
#[derive(Debug, Clone, Default)]
pub struct Study {
    /// First and last second of the observed fleet.
    pub from: i64,
    pub to: i64,
    /// Host names, sorted.
    pub hosts: Vec<String>,
    pub factors: Vec<Factor>,
    /// Time at risk: the host was observed and up. Sorted by (host, from), not overlapping.
    /// A change of any level splits a segment.
    pub segments: Vec<Segment>,
    /// Starts of boots per host, sorted: origins of the uptime clock. A boot that was already
    /// running when the data begins is here only if its start is known.
    pub boots: Vec<Vec<i64>>,
    /// Kinds of recurring windows (`backup`, ...).
    pub windows: Vec<WindowKind>,
    /// Events that may herald an incident (`memory-correctable`, ...).
    pub precursors: Vec<Precursor>,
    /// Changes of a fleet or of a group at a known time, declared or read from the data.
    pub changes: Vec<Change>,
    /// Unplanned incidents only; planned ends are censoring and show only in `segments`.
    /// Sorted by (at, host, id).
    pub cases: Vec<Case>,
    /// How far apart (seconds) incidents on one feed, rack or hypervisor may be and still be one event.
    pub shared_event_window_s: i64,
    /// UTC offset of the site in seconds, for the hour of day and the weekday.
    pub site_utc_offset_s: i32,
    /// Where the site changes its clocks: (from, offset that holds from then on), sorted. Before the
    /// first, and where there is none, `site_utc_offset_s` holds.
    pub site_utc_offset_steps: Vec<(i64, i32)>,
}

/// The offset in seconds that holds at a time, given the usual one and the changes.
#[must_use]
pub fn utc_offset_at(usual: i32, steps: &[(i64, i32)], at: i64) -> i64 {
    let next = steps.partition_point(|step| step.0 <= at);
    i64::from(next.checked_sub(1).map_or(usual, |last| steps[last].1))
}

impl Study {
    /// Seconds on the site's own clocks.
    #[must_use]
    pub fn local(&self, at: i64) -> i64 {
        at + utc_offset_at(self.site_utc_offset_s, &self.site_utc_offset_steps, at)
    }

    /// An interval on the site's own clocks, cut where they are changed.
    pub fn local_spans(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> {
        let mut at = from;
        std::iter::from_fn(move || {
            if at >= to {
                return None;
            }
            let next = self.site_utc_offset_steps.partition_point(|step| step.0 <= at);
            let end = self.site_utc_offset_steps.get(next).map_or(to, |step| step.0.min(to));
            let shift = self.local(at) - at;
            let span = (at + shift, end + shift);
            at = end;
            Some(span)
        })
    }
}

/// An attribute of hosts, with the values it takes.
#[derive(Debug, Clone, Default)]
pub struct Factor {
    /// `model`, `bios_version`, `role`, `os`, `kernel`, `rack`, `pdu`, ...
    pub name: String,
    pub levels: Vec<String>,
    /// Whether hosts that share a level can be hit by one event (feed, rack, hypervisor, site).
    pub is_locality: bool,
}

/// A stretch of host-time with constant factors.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    pub host: HostIndex,
    pub from: i64,
    pub to: i64,
    /// One level per factor, indices into [`Factor::levels`], or [`LEVEL_UNKNOWN`].
    pub levels: Vec<u32>,
}

/// A kind of recurring window, e.g. backups.
#[derive(Debug, Clone, Default)]
pub struct WindowKind {
    pub name: String,
    /// Per host, sorted, not overlapping: start of the run to start + typical duration, never
    /// cut short by an incident.
    pub runs: Vec<Vec<(i64, i64)>>,
}

/// A kind of event that may herald an incident.
#[derive(Debug, Clone, Default)]
pub struct Precursor {
    /// Signature id.
    pub signature: String,
    /// Per host, sorted. Events logged at the boot after the incident, or less than a minute
    /// before it, are left out.
    pub times: Vec<Vec<i64>>,
}

/// Something changed on some hosts, on all at once or host by host.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub name: String,
    /// When it reached the first host.
    pub at: i64,
    pub hosts: Vec<HostIndex>,
    /// When it reached each of [`Self::hosts`]; empty: all of them at [`Self::at`].
    pub reached: Vec<i64>,
    /// Factors with their new values, where the data themselves show the change.
    pub sets: Vec<Term>,
    /// Whether somebody declared it (configuration) rather than it being read from the data.
    pub declared: bool,
}

impl Change {
    /// Each host with the second at which the change reached it.
    pub fn steps(&self) -> impl Iterator<Item = (HostIndex, i64)> + '_ {
        self.hosts
            .iter()
            .enumerate()
            .map(|(place, host)| (*host, self.reached.get(place).copied().unwrap_or(self.at)))
    }
}

/// One unplanned incident.
#[derive(Debug, Clone)]
pub struct Case {
    /// [`super::Incident::id`].
    pub id: String,
    pub host: HostIndex,
    pub at: i64,
    pub at_earliest: i64,
    pub at_latest: i64,
    pub cause: Cause,
    pub kind: Kind,
    /// Levels at that time, as in [`Segment::levels`].
    pub levels: Vec<u32>,
    /// Signatures seen in or around the gap, sorted.
    pub signatures: Vec<String>,
    /// Cases with the same number happened on several hosts within minutes, on one locality.
    pub cluster: Option<u32>,
    /// Start of the boot that ended, if known.
    pub boot_started: Option<i64>,
    pub confidence: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_cut_where_the_clocks_change() {
        let steps = vec![(1000, 3600), (5000, 7200)];
        let study = Study { site_utc_offset_s: 60, site_utc_offset_steps: steps, ..Study::default() };
        assert_eq!([study.local(999), study.local(1000), study.local(9000)], [1059, 4600, 16_200]);
        let spans: Vec<(i64, i64)> = study.local_spans(900, 6000).collect();
        assert_eq!(spans, [(960, 1060), (4600, 8600), (12_200, 13_200)]);
        assert_eq!(study.local_spans(2000, 3000).collect::<Vec<_>>(), [(5600, 6600)]);
        assert_eq!(study.local_spans(2000, 2000).count(), 0);
    }
}
