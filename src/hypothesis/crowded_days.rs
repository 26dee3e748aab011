//! Days on which far more ended than chance brings.
//!
//! Fourteen hosts that end on one evening, for whatever reason, say nothing fourteen times about
//! evenings, and nothing fourteen times about Mondays. For questions about the clock such a day counts
//! as one event, its first. A day is crowded if so many events on any one day of the study are expected
//! in less than one study in a hundred, the events falling evenly over the days (Poisson, Bonferroni
//! over the days).

use std::collections::BTreeMap;

use statrs::function::gamma::gamma_lr;

use super::{clock_region::DAY, shocks::Shock};

/// How often an even fleet may show a crowded day.
const CHANCE: f64 = 0.01;

/// Which of the shocks stand for themselves: all but the later ones of crowded days. Shocks are in
/// order of time; `days` is the length of the study.
pub(super) fn one_per_crowded_day(shocks: &[Shock], days: f64) -> Vec<bool> {
    let day_of = |shock: &Shock| shock.first().instant.local.div_euclid(DAY);
    let mut per_day: BTreeMap<i64, usize> = BTreeMap::new();
    for shock in shocks {
        *per_day.entry(day_of(shock)).or_default() += 1;
    }
    let crowd = fewest_of_a_crowd(shocks.len(), days.max(per_day.len() as f64));
    let mut seen: BTreeMap<i64, ()> = BTreeMap::new();
    shocks
        .iter()
        .map(|shock| {
            let day = day_of(shock);
            let first = seen.insert(day, ()).is_none();
            first || per_day[&day] < crowd
        })
        .collect()
}

/// The smallest count that makes a day crowded, of `events` on `days`.
fn fewest_of_a_crowd(events: usize, days: f64) -> usize {
    let mean = events as f64 / days.max(1.0);
    // P(X ≥ k) of a Poisson variable is the lower regularised gamma function at (k, mean).
    (2..=events).find(|k| days * gamma_lr(*k as f64, mean) <= CHANCE).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::fewest_of_a_crowd;

    #[test]
    fn a_few_on_one_day_are_a_crowd_only_in_a_quiet_fleet() {
        assert_eq!(fewest_of_a_crowd(10, 365.0), 3);
        assert_eq!(fewest_of_a_crowd(300, 365.0), 7);
        assert_eq!(fewest_of_a_crowd(24_000, 365.0), 102);
        assert_eq!(fewest_of_a_crowd(1, 365.0), usize::MAX);
    }
}
