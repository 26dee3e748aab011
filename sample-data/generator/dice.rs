//! Seeded chance. Every part of a fleet draws from its own fork, named by a label, so that a change in one
//! part leaves the draws of all others as they were.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A deterministic source of chance.
pub struct Dice {
    rng: Xoshiro256PlusPlus,
    seed: u64,
}

impl Dice {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self { rng: Xoshiro256PlusPlus::seed_from_u64(seed), seed }
    }

    /// An independent source for the part called `label`; it does not depend on what was drawn here so far.
    pub fn fork(&self, label: &str) -> Self {
        // FNV-1a: stable across versions of the standard library, unlike its hasher.
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64 ^ self.seed.rotate_left(17), |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self::new(hash)
    }

    /// Uniform in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `0..n`; zero when `n` is zero.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Uniform in `lo..=hi`.
    pub fn between(&mut self, lo: i64, hi: i64) -> i64 {
        lo + (self.unit() * (hi - lo + 1) as f64) as i64
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of the words.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }

    /// One of the items, each with its weight.
    pub fn weighted<'a, T>(&mut self, items: &'a [(f64, T)]) -> &'a T {
        let total: f64 = items.iter().map(|(w, _)| w).sum();
        let mut left = self.unit() * total;
        for (weight, item) in items {
            left -= weight;
            if left < 0.0 {
                return item;
            }
        }
        &items[items.len() - 1].1
    }

    /// Puts the items into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i + 1);
            items.swap(i, j);
        }
    }

    /// A span of `lo..=hi` seconds.
    pub fn secs(&mut self, lo: i64, hi: i64) -> chrono::TimeDelta {
        chrono::TimeDelta::seconds(self.between(lo, hi))
    }

    /// Hexadecimal digits, for identifiers.
    pub fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.below(16)])).collect()
    }
}
