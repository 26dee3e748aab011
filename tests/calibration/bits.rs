//! Sets of numbered things as bits: points of host-time in a region, incidents with an attribute.

/// Bits beyond the length are never set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    pub fn new(length: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut words = vec![0; length.div_ceil(64)];
        for i in (0..length).filter(|i| holds(*i)) {
            words[i / 64] |= 1 << (i % 64);
        }
        Self(words)
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    pub fn common(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }
}
