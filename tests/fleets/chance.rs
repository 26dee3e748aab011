//! Draws from the distributions that a fleet is made of.

use rand::{RngExt, SeedableRng};

pub type Random = rand_xoshiro::Xoshiro256PlusPlus;

pub fn random(seed: u64) -> Random {
    Random::seed_from_u64(seed)
}

/// Standard normal, by Box and Muller.
pub fn normal(r: &mut Random) -> f64 {
    let radius = (-2.0 * (1.0 - r.random::<f64>()).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * r.random::<f64>()).cos()
}

/// Gamma with shape ½ and mean 1: the square of a standard normal.
pub fn frailty(r: &mut Random) -> f64 {
    normal(r).powi(2)
}

/// Poisson, by multiplying uniforms; for small means.
pub fn poisson(mean: f64, r: &mut Random) -> usize {
    let mut count = 0;
    let mut product = r.random::<f64>();
    while product > f64::exp(-mean) {
        count += 1;
        product *= r.random::<f64>();
    }
    count
}

/// An index with probability proportional to its weight.
pub fn weighted(weights: &[f64], r: &mut Random) -> usize {
    let mut place = r.random::<f64>() * weights.iter().sum::<f64>();
    for (i, weight) in weights.iter().enumerate() {
        place -= weight;
        if place < 0.0 {
            return i;
        }
    }
    weights.len() - 1
}

pub fn chance(probability: f64, r: &mut Random) -> bool {
    r.random::<f64>() < probability
}

pub fn below(n: usize, r: &mut Random) -> u32 {
    r.random_range(0..n) as u32
}

pub fn one_of<T: Copy>(choices: &[T], r: &mut Random) -> Option<T> {
    (!choices.is_empty()).then(|| choices[r.random_range(0..choices.len())])
}
