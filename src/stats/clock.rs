//! Evidence for a pattern in the day.

use std::f64::consts::PI;

use super::region_bayes_factor::{SIGMA, TableGrid, log_half_normal, region_evidence};

/// When events happen in the day: their number, and sums over them.
#[derive(Debug, Clone, Default)]
pub struct Hours {
    pub events: f64,
    pub cosine: f64,
    pub sine: f64,
    pub per_hour: [f64; 24],
}

impl Hours {
    /// Adds an event (or a part of one) at a second of the day.
    pub fn add(&mut self, second_of_day: i64, weight: f64) {
        let angle = second_of_day as f64 / 86_400.0 * 2.0 * PI;
        self.events += weight;
        self.cosine += weight * angle.cos();
        self.sine += weight * angle.sin();
        self.per_hour[(second_of_day.rem_euclid(86_400) / 3600) as usize] += weight;
    }
}

/// A daily pattern of unknown place and shape: half the prior on a smooth swell, rate ∝
/// exp(κ cos(θ − μ)), half on a block of 4, 6 or 8 hours with a raised rate on an even background;
/// the exposure's own unevenness over the hours is divided out.
#[derive(Debug, Clone)]
pub struct DailyPattern {
    swells: Vec<Swell>,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
struct Swell {
    east: f64,
    north: f64,
    peak_hour: f64,
    log_prior: f64,
    /// ln of the exposure-weighted mean of exp(κ cos(θ − μ)).
    log_mean: f64,
    excess: f64,
}

#[derive(Debug, Clone)]
struct Block {
    start: usize,
    length: usize,
    share: f64,
    log_prior: f64,
    /// ln BF for whole counts inside.
    table: Vec<f32>,
}

/// What the events say about a daily pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyEvidence {
    pub log_bayes_factor: f64,
    pub peak_hour: f64,
    /// Expected share of events above the level of the quiet hours.
    pub explained_fraction: f64,
}

impl DailyPattern {
    /// `exposure`: relative exposure per hour of day (24 values; all zero is taken as even);
    /// `events`: the most events it will be asked about.
    #[must_use]
    pub fn new(exposure: &[f64; 24], events: usize) -> Self {
        let total: f64 = exposure.iter().sum();
        let shares: Vec<f64> =
            exposure.iter().map(|hour| if total > 0.0 { hour / total } else { 1.0 / 24.0 }).collect();
        Self { swells: swells(&shares), blocks: blocks(&shares, events) }
    }

    /// Evidence against an even day, for `hours.events` (close to the number the pattern was made for).
    #[must_use]
    pub fn log_bayes_factor(&self, hours: &Hours) -> f64 {
        let swells = self.swells.iter().map(|swell| swell.log_weight(hours));
        let blocks = self.blocks.iter().map(|block| block.log_prior + block.quick(hours));
        super::posterior::log_sum_exp(&swells.chain(blocks).collect::<Vec<f64>>())
    }

    /// The same, exact for any number of events, with the peak and the explained share.
    #[must_use]
    pub fn evidence(&self, hours: &Hours) -> DailyEvidence {
        let mut cells: Vec<(f64, f64, f64)> = self
            .swells
            .iter()
            .map(|swell| (swell.log_weight(hours), swell.peak_hour, swell.excess))
            .collect();
        cells.extend(self.blocks.iter().map(|block| {
            let evidence = region_evidence(block.count(hours), hours.events, block.share, SIGMA);
            let middle = (block.start as f64 + block.length as f64 / 2.0).rem_euclid(24.0);
            (block.log_prior + evidence.log_bayes_factor, middle, evidence.explained_fraction)
        }));
        let logs: Vec<f64> = cells.iter().map(|cell| cell.0).collect();
        let log_bayes_factor = super::posterior::log_sum_exp(&logs);
        let mut explained_fraction = 0.0;
        let mut best = (f64::NEG_INFINITY, 0.0);
        for (log, peak, excess) in cells {
            explained_fraction += (log - log_bayes_factor).exp() * excess;
            if log > best.0 {
                best = (log, peak);
            }
        }
        DailyEvidence { log_bayes_factor, peak_hour: best.1, explained_fraction }
    }
}

fn swells(shares: &[f64]) -> Vec<Swell> {
    const PEAKS: usize = 24;
    const SHARPNESSES: usize = 12;
    /// κ ~ HalfNormal(1.5): at κ = 1 the busiest hour is seven times the quietest.
    const KAPPA_SIGMA: f64 = 1.5;
    let step = 3.0 * KAPPA_SIGMA / SHARPNESSES as f64;
    let mut swells = Vec::with_capacity(PEAKS * SHARPNESSES);
    for sharpness in 0..SHARPNESSES {
        let kappa = (sharpness as f64 + 0.5) * step;
        for peak in 0..PEAKS {
            let mu = peak as f64 / PEAKS as f64 * 2.0 * PI;
            let at = |hour: usize| (hour as f64 + 0.5) / 24.0 * 2.0 * PI - mu;
            let mean: f64 =
                shares.iter().enumerate().map(|(hour, share)| share * (kappa * at(hour).cos()).exp()).sum();
            swells.push(Swell {
                east: kappa * mu.cos(),
                north: kappa * mu.sin(),
                peak_hour: peak as f64,
                log_prior: log_half_normal(kappa, KAPPA_SIGMA) + step.ln() - (2.0 * PEAKS as f64).ln(),
                log_mean: mean.ln(),
                excess: 1.0 - (-kappa).exp() / mean,
            });
        }
    }
    swells
}

fn blocks(shares: &[f64], events: usize) -> Vec<Block> {
    const LENGTHS: [usize; 3] = [4, 6, 8];
    let grid = TableGrid::for_events(events);
    let mut blocks = Vec::with_capacity(24 * LENGTHS.len());
    for length in LENGTHS {
        for start in 0..24 {
            let share: f64 = (start..start + length).map(|hour| shares[hour % 24]).sum();
            if share > 0.0 && share < 1.0 {
                let log_prior = -(2.0 * 24.0 * LENGTHS.len() as f64).ln();
                blocks.push(Block {
                    start,
                    length,
                    share,
                    log_prior,
                    table: grid.table(share, events, events),
                });
            }
        }
    }
    blocks
}

impl Swell {
    fn log_weight(&self, hours: &Hours) -> f64 {
        self.log_prior + self.east * hours.cosine + self.north * hours.sine - hours.events * self.log_mean
    }
}

impl Block {
    fn count(&self, hours: &Hours) -> f64 {
        (self.start..self.start + self.length).map(|hour| hours.per_hour[hour % 24]).sum()
    }

    fn quick(&self, hours: &Hours) -> f64 {
        let count = self.count(hours).round() as usize;
        self.table.get(count.min(self.table.len().saturating_sub(1))).map_or(0.0, |log| f64::from(*log))
    }
}
