//! Tests of the clock that choose nothing from the data: one peak in the day, two peaks, seven days.

use rand::RngExt;

use crate::{
    model::Comparison,
    stats::{permutation::generator, rayleigh::rayleigh, weekdays::even_days},
};

use super::{
    clock_region::{Clock, DAY},
    findings::Analysis,
    week_hours::{DayHours, hour_of_week},
};

/// An hour or day with a share of the time at risk this far from an even one, and the exact tests,
/// which assume even shares, give way to draws from the shares.
const EVEN: f64 = 0.05;
/// Draws where the exposure is uneven; p cannot be below 1 in 2,000 then, or 1 in 200 with so many events
/// that more draws would take long.
const DRAWS: usize = 1999;
const FEWEST_DRAWS: usize = 199;
const MOST_DRAWN_EVENTS: usize = 4_000_000;
/// Draws belong to the question, not to the run's seed: the same data give the same p.
const SEED: u64 = 20;
/// Below this the exact p of Rayleigh's test drowns in rounding.
const INTEGRAL: f64 = 1e-11;

/// One peak and two, in the time of the site; one peak in UTC where the site changes its clocks.
pub(super) fn of_the_day(analysis: &Analysis, pool: usize) -> Vec<Comparison> {
    let shares = hours_at_risk(analysis);
    let utc_shares = utc_hours_at_risk(analysis);
    let separate = analysis.events.with_known_hours(pool);
    let instants = || separate.iter().map(|shock| analysis.events.shocks[*shock].first().instant);
    let hours_of = |seconds: i64| seconds.rem_euclid(DAY) as f64 / 3600.0;
    let local: Vec<f64> = instants().map(|instant| hours_of(instant.local)).collect();
    let utc: Vec<f64> = instants().map(|instant| hours_of(instant.at)).collect();
    let twice: Vec<f64> = local.iter().map(|hour| (2.0 * hour).rem_euclid(24.0)).collect();
    let mut rows = Vec::new();
    rows.extend(peak("one_peak_local", "one peak in the day, local time (Rayleigh)", &local, &shares, 1.0));
    if instants().any(|i| i.local - i.at != instants().next().map_or(0, |first| first.local - first.at)) {
        rows.extend(peak("one_peak_utc", "one peak in the day, UTC (Rayleigh)", &utc, &utc_shares, 1.0));
    }
    rows.extend(peak("two_peaks", "two peaks twelve hours apart (Rayleigh)", &twice, &shares, 2.0));
    rows
}

/// What the tests of the day compare with.
pub(super) fn null_of_the_day(analysis: &Analysis) -> &'static str {
    if is_even(&hours_at_risk(analysis)) {
        "every hour alike"
    } else {
        "events spread over the hours like the time at risk, which is uneven (drawn)"
    }
}

/// Seconds at risk per hour of the day in UTC.
fn utc_hours_at_risk(analysis: &Analysis) -> [f64; 24] {
    let mut hours = DayHours::default();
    for stretch in analysis.time.stretches.iter().flatten() {
        hours.add(stretch.from, stretch.to);
    }
    std::array::from_fn(|hour| hours.seconds(|other| other == hour))
}

/// Seconds at risk per hour of the local day.
fn hours_at_risk(analysis: &Analysis) -> [f64; 24] {
    let mut hours = DayHours::default();
    for stretch in analysis.time.stretches.iter().flatten() {
        hours.add_local(analysis.study, stretch.from, stretch.to);
    }
    std::array::from_fn(|hour| hours.seconds(|other| other == hour))
}

/// `folds`: how many times the clock was wound around the day.
fn peak(basis: &str, label: &str, hours: &[f64], shares: &[f64; 24], folds: f64) -> Option<Comparison> {
    let test = rayleigh(hours)?;
    let even = is_even(shares);
    let p = if even {
        // Beyond the accuracy of the integral the approximation serves.
        Some(test.p_exact()).filter(|p| *p > INTEGRAL).unwrap_or(test.p.min(INTEGRAL))
    } else {
        let (wheel, draws) = (Wheel::new(shares), draws(hours.len()));
        let longer = (0..draws).filter(|draw| {
            let mut random = generator(SEED, 0, *draw as u64);
            let drawn: Vec<f64> = hours
                .iter()
                .map(|_| {
                    let hour = wheel.pick(random.random()) as f64 + random.random::<f64>();
                    (folds * hour).rem_euclid(24.0)
                })
                .collect();
            rayleigh(&drawn).is_some_and(|drawn| drawn.resultant >= test.resultant)
        });
        (1 + longer.count()) as f64 / (draws + 1) as f64
    };
    let hour = test.mean_hour / folds;
    let at = |hour: f64| format!("{:02}:{:02}", hour as u32 % 24, (hour.fract() * 60.0) as u32);
    let peaks = if folds > 1.0 { format!("{} and {}", at(hour), at(hour + 12.0)) } else { at(hour) };
    let how = if even { "exact" } else { "drawn from the hours at risk, which are uneven" };
    Some(row(basis, label, p, hours.len(), format!("around {peaks}; {how}")))
}

/// Whether all seven days of the week are alike.
pub(super) fn of_the_week(analysis: &Analysis, pool: usize) -> Option<Comparison> {
    let mut shares = [0.0; 7];
    for (row, flag) in analysis.list.flags.iter().enumerate() {
        if let Clock::Weekday(day) = flag.clock {
            shares[day as usize] += analysis.list.exposure[row].iter().sum::<f64>();
        }
    }
    let mut counts = [0u64; 7];
    for shock in &analysis.events.on_separate_days(pool) {
        counts[hour_of_week(analysis.events.shocks[*shock].first().instant.local) / 24] += 1;
    }
    let events: u64 = counts.iter().sum();
    let exact = is_even(&shares).then(|| even_days(&counts)).flatten();
    let (p, how) = match exact {
        Some(test) => (test.p_by_chi_square, "exact multinomial test"),
        None => (drawn_week(&counts, &shares)?, "drawn from the days at risk"),
    };
    Some(row("weekdays", "all seven days of the week alike", p, events as usize, how.to_owned()))
}

/// P(χ² at least as large) by draws from the shares.
fn drawn_week(counts: &[u64; 7], shares: &[f64; 7]) -> Option<f64> {
    let total: f64 = shares.iter().sum();
    let events: u64 = counts.iter().sum();
    if events == 0 || shares.iter().any(|share| *share <= 0.0) {
        return None;
    }
    let distance = |counts: &[u64; 7]| -> f64 {
        let expected = |day: usize| events as f64 * shares[day] / total;
        (0..7).map(|day| (counts[day] as f64 - expected(day)).powi(2) / expected(day)).sum()
    };
    let seen = distance(counts);
    let (wheel, draws) = (Wheel::new(shares), draws(events as usize));
    let farther = (0..draws).filter(|draw| {
        let mut random = generator(SEED, 1, *draw as u64);
        let mut drawn = [0; 7];
        for _ in 0..events {
            drawn[wheel.pick(random.random())] += 1;
        }
        distance(&drawn) >= seen - 1e-9
    });
    Some((1 + farther.count()) as f64 / (draws + 1) as f64)
}

fn is_even(shares: &[f64]) -> bool {
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    shares.iter().all(|share| (share - mean).abs() <= EVEN * mean)
}

fn draws(events: usize) -> usize {
    (MOST_DRAWN_EVENTS / events.max(1)).clamp(FEWEST_DRAWS, DRAWS)
}

/// Places drawn by their shares.
struct Wheel(Vec<f64>);

impl Wheel {
    fn new(shares: &[f64]) -> Self {
        let running = shares.iter().scan(0.0, |sum, share| {
            *sum += share;
            Some(*sum)
        });
        Self(running.collect())
    }

    /// The place at which the running sum of the shares passes a part (0..1) of their total.
    fn pick(&self, part: f64) -> usize {
        let passed = part * self.0.last().copied().unwrap_or(0.0);
        self.0.partition_point(|sum| *sum <= passed).min(self.0.len() - 1)
    }
}

fn row(basis: &str, label: &str, p: f64, events: usize, note: String) -> Comparison {
    Comparison {
        basis: basis.to_owned(),
        label: label.to_owned(),
        rate_ratio: None,
        ci95: None,
        p_value: Some(p),
        informative_events: events as u32,
        note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_drawn_by_its_share() {
        let wheel = Wheel::new(&[1.0, 0.0, 2.0, 1.0]);
        let picked: Vec<usize> = [0.0, 0.24, 0.25, 0.74, 0.75, 0.999].map(|part| wheel.pick(part)).to_vec();
        assert_eq!(picked, [0, 0, 2, 2, 3, 3]);
    }

    #[test]
    fn many_events_are_drawn_less_often() {
        assert_eq!(draws(0), DRAWS);
        assert_eq!(draws(2000), DRAWS);
        assert_eq!(draws(10_000), 400);
        assert_eq!(draws(1_000_000), FEWEST_DRAWS);
    }
}
