//! Events on the circle of the day.

use std::f64::consts::PI;

use super::region_bayes_factor::log_half_normal;

/// Resultant of the hours of events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rayleigh {
    /// Length of the sum of unit vectors, 0..=n.
    pub resultant: f64,
    /// Mean direction in hours, 0..24.
    pub mean_hour: f64,
    /// P(at least this long | hours uniform): exp(√(1 + 4n + 4(n² − R²)) − (1 + 2n)), Zar,
    /// *Biostatistical Analysis*; error below 10 % at n = 10.
    pub p: f64,
}

/// Rayleigh's test for one preferred hour of day; `None` without events.
#[must_use]
pub fn rayleigh(hours: &[f64]) -> Option<Rayleigh> {
    if hours.is_empty() {
        return None;
    }
    let (mut cosine, mut sine) = (0.0, 0.0);
    for hour in hours {
        let angle = hour / 24.0 * 2.0 * PI;
        cosine += angle.cos();
        sine += angle.sin();
    }
    let n = hours.len() as f64;
    let resultant = cosine.hypot(sine);
    let p = ((1.0 + 4.0 * n + 4.0 * (n * n - resultant * resultant)).max(0.0).sqrt() - (1.0 + 2.0 * n)).exp();
    let mean_hour = (sine.atan2(cosine) / (2.0 * PI) * 24.0).rem_euclid(24.0);
    Some(Rayleigh { resultant, mean_hour, p: p.min(1.0) })
}

/// Grid over the peak (24 hours) and the sharpness κ of a smooth daily pattern, rate ∝
/// exp(κ cos(θ − μ)), with the exposure's own unevenness over the hours divided out.
#[derive(Debug, Clone)]
pub struct DailyPattern {
    cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
struct Cell {
    east: f64,
    north: f64,
    peak_hour: f64,
    log_prior: f64,
    /// ln of the exposure-weighted mean of exp(κ cos(θ − μ)).
    log_mean: f64,
    excess: f64,
}

/// What the events say about a daily pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyEvidence {
    pub log_bayes_factor: f64,
    pub peak_hour: f64,
    /// Expected share of events above the level of the quietest hour.
    pub explained_fraction: f64,
}

impl DailyPattern {
    /// `exposure`: relative exposure per hour of day (24 values; all zero is taken as even).
    #[must_use]
    pub fn new(exposure: &[f64; 24]) -> Self {
        const PEAKS: usize = 24;
        const SHARPNESSES: usize = 20;
        /// κ ~ HalfNormal(1.5): at κ = 1 the busiest hour is seven times the quietest.
        const KAPPA_SIGMA: f64 = 1.5;
        let total: f64 = exposure.iter().sum();
        let mut cells = Vec::with_capacity(PEAKS * SHARPNESSES);
        let step = 4.0 * KAPPA_SIGMA / SHARPNESSES as f64;
        for sharpness in 0..SHARPNESSES {
            let kappa = (sharpness as f64 + 0.5) * step;
            for peak in 0..PEAKS {
                let mu = peak as f64 / PEAKS as f64 * 2.0 * PI;
                let mean: f64 = (0..24)
                    .map(|hour| {
                        let weight = if total > 0.0 { exposure[hour] / total } else { 1.0 / 24.0 };
                        let theta = (hour as f64 + 0.5) / 24.0 * 2.0 * PI;
                        weight * (kappa * (theta - mu).cos()).exp()
                    })
                    .sum();
                cells.push(Cell {
                    east: kappa * mu.cos(),
                    north: kappa * mu.sin(),
                    peak_hour: peak as f64,
                    log_prior: log_half_normal(kappa, KAPPA_SIGMA) + step.ln() - (PEAKS as f64).ln(),
                    log_mean: mean.ln(),
                    excess: 1.0 - (-kappa).exp() / mean,
                });
            }
        }
        Self { cells }
    }

    /// Evidence against an even day, from the sums of cosines and sines of `n` (weighted) events.
    #[must_use]
    pub fn log_bayes_factor(&self, cosine: f64, sine: f64, n: f64) -> f64 {
        let mut top = f64::NEG_INFINITY;
        let mut sum = 0.0;
        for cell in &self.cells {
            let log = cell.log_weight(cosine, sine, n);
            if log > top {
                sum = if top == f64::NEG_INFINITY { 1.0 } else { sum * (top - log).exp() + 1.0 };
                top = log;
            } else {
                sum += (log - top).exp();
            }
        }
        top + sum.ln()
    }

    /// The same with the peak and the explained share.
    #[must_use]
    pub fn evidence(&self, cosine: f64, sine: f64, n: f64) -> DailyEvidence {
        let log_bayes_factor = self.log_bayes_factor(cosine, sine, n);
        let mut explained_fraction = 0.0;
        let mut best = (f64::NEG_INFINITY, 0.0);
        for cell in &self.cells {
            let log = cell.log_weight(cosine, sine, n);
            explained_fraction += (log - log_bayes_factor).exp() * cell.excess;
            if log > best.0 {
                best = (log, cell.peak_hour);
            }
        }
        DailyEvidence { log_bayes_factor, peak_hour: best.1, explained_fraction }
    }
}

impl Cell {
    fn log_weight(&self, cosine: f64, sine: f64, n: f64) -> f64 {
        self.log_prior + self.east * cosine + self.north * sine - n * self.log_mean
    }
}
