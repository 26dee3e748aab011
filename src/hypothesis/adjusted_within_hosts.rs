//! The ratio of a window with hour and weekday as covariates, each host compared with itself.
//!
//! Self-controlled case series (Farrington 1995, Biometrics 51:228): where strata of host, hour and
//! weekday are too thin to say anything, a common effect of the hour borrows strength between hosts.
//! As many covariates as the events carry, ten events for each (Peduzzi et al. 1996, J. Clin.
//! Epidemiol. 49:1373); with fewer than twenty there is no estimate.

use std::collections::BTreeMap;

use crate::{
    model::Comparison,
    stats::self_controlled::{Cell, fit},
};

use super::week_hours::GroupTime;

const EVENTS_PER_COVARIATE: usize = 10;

/// How finely hour and weekday are told apart.
#[derive(Debug, Clone, Copy)]
struct Grain {
    /// Equal blocks of the local day.
    blocks: usize,
    weekdays: Weekdays,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weekdays {
    Alike,
    Weekend,
    Each,
}

/// The finest first.
const GRAINS: [Grain; 4] = [
    Grain { blocks: 6, weekdays: Weekdays::Each },
    Grain { blocks: 4, weekdays: Weekdays::Weekend },
    Grain { blocks: 4, weekdays: Weekdays::Alike },
    Grain { blocks: 2, weekdays: Weekdays::Alike },
];

impl Grain {
    fn days(self) -> usize {
        match self.weekdays {
            Weekdays::Alike => 1,
            Weekdays::Weekend => 2,
            Weekdays::Each => 7,
        }
    }

    /// The window, and all blocks and days but one of each.
    fn covariates(self) -> usize {
        1 + self.blocks - 1 + self.days() - 1
    }

    /// Block of the day and kind of day.
    fn place(self, hour_of_week: usize) -> (usize, usize) {
        let day = hour_of_week / 24;
        let day = match self.weekdays {
            Weekdays::Alike => 0,
            Weekdays::Weekend => usize::from(day >= 5),
            Weekdays::Each => day,
        };
        (hour_of_week % 24 * self.blocks / 24, day)
    }

    fn row(self, inside: bool, (block, day): (usize, usize)) -> Vec<f64> {
        let mut row = vec![0.0; self.covariates()];
        row[0] = f64::from(u8::from(inside));
        if block > 0 {
            row[block] = 1.0;
        }
        if day > 0 {
            row[self.blocks - 1 + day] = 1.0;
        }
        row
    }

    fn words(self) -> String {
        let days = match self.weekdays {
            Weekdays::Alike => "",
            Weekdays::Weekend => " and for weekends",
            Weekdays::Each => " and for the weekday",
        };
        format!("adjusted for {} blocks of the day{days}, each host compared with itself", self.blocks)
    }
}

/// The adjusted ratio, at the finest grain that the events carry and that has an estimate.
pub(super) fn comparison(group: &GroupTime) -> Option<Comparison> {
    let events = group.events.len();
    let carried = GRAINS.iter().filter(|grain| grain.covariates() * EVENTS_PER_COVARIATE <= events);
    carried.copied().find_map(|grain| {
        let series = fit(&cells(group, grain), grain.covariates()).ok()?;
        let (ratio, low, high) = series.rate_ratio(0);
        Some(Comparison {
            basis: "adjusted".to_owned(),
            label: grain.words(),
            rate_ratio: Some(ratio),
            ci95: Some((low, Some(high))),
            p_value: None,
            informative_events: events as u32,
            note: String::new(),
        })
    })
}

fn cells(group: &GroupTime, grain: Grain) -> Vec<Cell> {
    let places = grain.blocks * grain.days();
    let number = |hour: usize| {
        let (block, day) = grain.place(hour);
        day * grain.blocks + block
    };
    let mut events: BTreeMap<(usize, bool, usize), u64> = BTreeMap::new();
    for event in &group.events {
        *events.entry((event.host, event.inside, number(event.hour_of_week))).or_default() += 1;
    }
    let mut cells = Vec::with_capacity(group.hosts.len() * places * 2);
    for (host, split) in &group.hosts {
        let (inside, all) = (split.inside.by(places, number), split.all.by(places, number));
        for place in 0..places {
            for is_inside in [true, false] {
                let exposure = if is_inside { inside[place] } else { (all[place] - inside[place]).max(0.0) };
                cells.push(Cell {
                    individual: *host,
                    events: events.get(&(*host, is_inside, place)).copied().unwrap_or(0),
                    exposure,
                    covariates: grain.row(is_inside, (place % grain.blocks, place / grain.blocks)),
                });
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::week_hours::HOURS_OF_WEEK;

    #[test]
    fn every_block_and_day_but_the_first_has_its_own_covariate() {
        for grain in GRAINS {
            let mut rows: Vec<Vec<u8>> = (0..HOURS_OF_WEEK)
                .map(|hour| grain.row(false, grain.place(hour)).iter().map(|x| *x as u8).collect())
                .collect();
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), grain.blocks * grain.days());
            assert!(rows.iter().all(|row| row.len() == grain.covariates() && row[0] == 0));
        }
    }
}
