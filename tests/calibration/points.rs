//! Points drawn uniformly from all host-time, and how regions lie to each other in them.

use crate::fleets::{Fleet, Region, random};

use super::bits::Bits;

const POINTS: usize = 20_000;
const POINTS_PER_HOST: usize = 5;
/// Regions that share this much (exposure Jaccard index) are one region.
pub const SAME: f64 = 0.9;
/// A region with this share of it in another lies inside.
const INSIDE: f64 = 0.95;
const RELATED: f64 = 0.3;

pub struct Points<'a> {
    pub fleet: &'a Fleet,
    pub at: Vec<(usize, i64)>,
}

/// How a region lies to the planted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    Unrelated,
    /// Holds the planted region, or shares three tenths with it.
    Related,
    /// Lies inside the planted region: over-specific, not wrong.
    Inside,
    Same,
}

impl<'a> Points<'a> {
    pub fn new(fleet: &'a Fleet, seed: u64) -> Self {
        let mut random = random(seed ^ 0x9E37_79B9_7F4A_7C15);
        let count = POINTS.max(POINTS_PER_HOST * fleet.observed.len());
        Self { fleet, at: (0..count).map(|_| fleet.any_point(&mut random)).collect() }
    }

    pub fn members(&self, region: &Region) -> Bits {
        Bits::new(self.at.len(), |i| region.contains(self.fleet, self.at[i].0, self.at[i].1))
    }
}

pub fn jaccard(a: &Bits, b: &Bits) -> f64 {
    let common = a.common(b);
    let union = a.count() + b.count() - common;
    if union > 0 { common as f64 / union as f64 } else { 0.0 }
}

pub fn relation(region: &Bits, planted: &Bits) -> Relation {
    let common = region.common(planted) as f64;
    let (own, its) = (region.count() as f64, planted.count() as f64);
    let shared = jaccard(region, planted);
    if shared >= SAME {
        Relation::Same
    } else if common > 0.0 && common >= INSIDE * own {
        Relation::Inside
    } else if common > 0.0 && (common >= INSIDE * its || shared >= RELATED) {
        Relation::Related
    } else {
        Relation::Unrelated
    }
}
