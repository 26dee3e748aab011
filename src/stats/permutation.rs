//! Permutation p-values.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// (1 + b) / (B + 1) for b of B permutations at least as extreme; never zero (Phipson & Smyth 2010,
/// SAGMB 9:39).
#[must_use]
pub fn permutation_p(at_least_as_extreme: u64, permutations: u64) -> f64 {
    (1 + at_least_as_extreme) as f64 / (1 + permutations) as f64
}

/// The p-value of a statistic against the sorted maxima of the permutations (max-T, Westfall & Young
/// 1993): adjusted for all the questions over which each maximum was taken.
#[must_use]
pub fn max_t_p(statistic: f64, sorted_maxima: &[f64]) -> f64 {
    /// Ties count as exceedances even when the sums were taken in another order.
    const TIE: f64 = 1e-6;
    let below = sorted_maxima.partition_point(|maximum| *maximum < statistic - TIE);
    permutation_p((sorted_maxima.len() - below) as u64, sorted_maxima.len() as u64)
}

/// The generator of one permutation: a function of the seed and the index alone, so that the result
/// is the same on any number of threads.
#[must_use]
pub fn generator(seed: u64, stream: u64, index: u64) -> Xoshiro256PlusPlus {
    let mixed = seed ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ index.wrapping_mul(0xD1B5_4A32_D192_ED03);
    Xoshiro256PlusPlus::seed_from_u64(mixed)
}
