//! Single attributes of host-time, with their exposure, and combinations of them.

use crate::fleets::{Fleet, Region, When};

use super::super::{bits::Bits, points::Points};

/// Beyond this share there is next to nothing outside; below the least, next to nothing inside.
const SHARES: std::ops::Range<f64> = 1e-7..0.97;
/// Days of uptime at which counters wrap.
const MAGIC_DAYS: [f64; 6] = [24.855, 49.710, 124.6, 208.5, 248.55, 497.1];

/// One attribute, or several at once.
pub struct Entry {
    /// Attributes of one group are levels of one factor.
    pub group: String,
    pub region: Region,
    /// Share of all host-time.
    pub share: f64,
    pub points: Bits,
    pub cases: Bits,
}

pub struct Atoms {
    entries: Vec<Entry>,
    combined: Vec<Entry>,
    pub incidents: usize,
    pub points: usize,
}

impl Atoms {
    pub fn new(points: &Points) -> Self {
        let fleet = points.fleet;
        let mut entries = Vec::new();
        for (factor, named) in fleet.study.factors.iter().enumerate() {
            for level in 0..named.levels.len() as u32 {
                entries.extend(entry(points, named.name.clone(), Region::of_level(factor, level)));
            }
        }
        for when in times() {
            entries.extend(entry(points, format!("{when:?}"), Region::at(when)));
        }
        let mut atoms = Self {
            entries,
            combined: Vec::new(),
            incidents: fleet.study.cases.len(),
            points: points.at.len(),
        };
        atoms.combined = atoms.combinations(fleet);
        atoms
    }

    pub fn singles(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Singles, pairs of factors, and backups on a factor or on a system with a hypervisor.
    pub fn candidates(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().chain(&self.combined)
    }

    fn combinations(&self, fleet: &Fleet) -> Vec<Entry> {
        let is_soft = |entry: &&Entry| {
            let factor = entry.region.levels.first().map(|(factor, _)| &fleet.study.factors[*factor]);
            factor.is_some_and(|factor| !factor.is_locality)
        };
        let soft: Vec<&Entry> = self.entries.iter().filter(is_soft).collect();
        let windows = [When::Backup, When::HourAfterBackupEnd];
        let windows: Vec<&Entry> =
            self.entries.iter().filter(|e| windows.iter().any(|w| e.region.when == Some(*w))).collect();
        let time = Time::new(fleet, &windows);
        let mut found = Vec::new();
        for (i, first) in soft.iter().enumerate() {
            for window in &windows {
                found.extend(time.combined(&[*window, *first]));
            }
            for second in soft[i + 1..].iter().filter(|second| second.group != first.group) {
                let Some(pair) = time.combined(&[*first, *second]) else { continue };
                if pair.share >= 0.999 * first.share.min(second.share) {
                    continue;
                }
                if first.group == "os" && second.group == "hypervisor" {
                    for window in &windows {
                        found.extend(time.combined(&[*window, *first, *second]));
                    }
                }
                found.push(pair);
            }
        }
        found
    }
}

fn entry(points: &Points, group: String, region: Region) -> Option<Entry> {
    let share = region.share(points.fleet);
    let cases = &points.fleet.study.cases;
    SHARES.contains(&share).then(|| Entry {
        group,
        share,
        points: points.members(&region),
        cases: Bits::new(cases.len(), |i| region.contains(points.fleet, cases[i].host as usize, cases[i].at)),
        region,
    })
}

/// Exposure of combinations, from stretches of constant factors.
struct Time {
    total: f64,
    /// Levels and seconds per stretch.
    stretches: Vec<(Vec<u32>, f64)>,
    /// Seconds per stretch in each window.
    windows: Vec<(When, Vec<f64>)>,
}

impl Time {
    fn new(fleet: &Fleet, windows: &[&Entry]) -> Self {
        let stretches: Vec<_> = fleet.stretches(0..fleet.observed.len()).collect();
        let within = |when: When| {
            let seconds = |s: &(usize, i64, i64, &[u32])| when.seconds(fleet, s.0, s.1, s.2);
            (when, stretches.iter().map(seconds).collect())
        };
        Self {
            total: fleet.seconds(),
            windows: windows.iter().filter_map(|entry| entry.region.when).map(within).collect(),
            stretches: stretches.iter().map(|s| (s.3.to_vec(), (s.2 - s.1) as f64)).collect(),
        }
    }

    fn combined(&self, parts: &[&Entry]) -> Option<Entry> {
        let levels: Vec<(usize, u32)> = parts.iter().flat_map(|part| part.region.levels.clone()).collect();
        let when = parts.iter().find_map(|part| part.region.when);
        let window = self.windows.iter().find(|(own, _)| Some(*own) == when).map(|(_, seconds)| seconds);
        let mut inside = 0.0;
        for (i, (own, seconds)) in self.stretches.iter().enumerate() {
            if levels.iter().all(|(factor, level)| own[*factor] == *level) {
                inside += window.map_or(*seconds, |window| window[i]);
            }
        }
        let share = inside / self.total;
        let all = |of: fn(&Entry) -> &Bits| {
            parts[1..].iter().fold(of(parts[0]).clone(), |bits, part| bits.and(of(part)))
        };
        SHARES.contains(&share).then(|| Entry {
            group: "combination".to_owned(),
            region: Region { levels, when, host: None },
            share,
            points: all(|part| &part.points),
            cases: all(|part| &part.cases),
        })
    }
}

/// Attributes of time.
fn times() -> Vec<When> {
    let mut times = vec![When::Backup, When::HourAfterBackupEnd, When::Hours { from: 8, to: 18 }];
    times.extend((0..4).map(|i| When::Hours { from: 6 * i, to: 6 * i + 6 }));
    times.extend((0..8).map(|i| When::Hours { from: 3 * i, to: 3 * i + 3 }));
    times.extend((0..7).map(When::Weekday));
    times.extend(MAGIC_DAYS.map(|days| When::Uptime { low: days - 1.0, high: days + 1.0 }));
    times.extend([1.0 / 24.0, 1.0, 7.0].map(|high| When::Uptime { low: 0.0, high }));
    times.extend([100.0, 180.0].map(|low| When::Uptime { low, high: 1e5 }));
    times.extend([1, 24, 168].map(|hours| When::AfterError { hours }));
    times.extend((0..12).map(When::Month));
    times
}
