//! Frequent itemsets of the incidents' attributes, ranked by lift, as fast dimensional analysis does
//! (Lin et al. 2020, POMACS 4(2)). FP-growth and Apriori (Agrawal & Srikant 1994) find the same sets;
//! with three items at most the latter is short.

use std::collections::BTreeMap;

use super::super::bits::Bits;
use super::{
    atoms::{Atoms, Entry},
    lift::Lifted,
};

/// Itemsets of at most three, with at least `support` incidents and at least `gain` times the lift of
/// each of their parts; the highest lift first.
pub fn by_lift(atoms: &Atoms, support: f64, gain: f64) -> Vec<Lifted> {
    let frequent = |cases: &Bits| cases.count() as f64 >= support;
    let items: Vec<&Entry> = atoms.singles().filter(|item| frequent(&item.cases)).collect();
    let n = atoms.incidents as f64;
    let mut lifts: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
    let mut kept: Vec<(f64, Vec<usize>)> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let lift = item.cases.count() as f64 / n / item.share;
        lifts.insert(vec![i], lift);
        kept.push((lift, vec![i]));
    }
    let mut wave: Vec<(Vec<usize>, Bits)> =
        items.iter().enumerate().map(|(i, item)| (vec![i], item.cases.clone())).collect();
    for _ in 2..=3 {
        let mut next = Vec::new();
        for (set, cases) in &wave {
            let last = set[set.len() - 1];
            for (i, item) in items.iter().enumerate().skip(last + 1) {
                let common = cases.and(&item.cases);
                if !frequent(&common) {
                    continue;
                }
                let longer: Vec<usize> = set.iter().copied().chain([i]).collect();
                let lift = common.count() as f64 / n / exposure(&longer, &items, atoms.points);
                let parts = (0..longer.len()).map(|left_out| {
                    let mut part = longer.clone();
                    part.remove(left_out);
                    lifts[&part]
                });
                if parts.fold(0.0, f64::max) * gain <= lift {
                    kept.push((lift, longer.clone()));
                }
                lifts.insert(longer.clone(), lift);
                next.push((longer, common));
            }
        }
        wave = next;
    }
    kept.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    kept.truncate(super::ENTRIES);
    kept.into_iter().map(|(lift, set)| Lifted { lift, members: members(&set, &items) }).collect()
}

/// Share of the sampled host-time; of what no point fell into, half a point.
fn exposure(set: &[usize], items: &[&Entry], points: usize) -> f64 {
    (members(set, items).count() as f64).max(0.5) / points as f64
}

fn members(set: &[usize], items: &[&Entry]) -> Bits {
    let first = items[set[0]].points.clone();
    set[1..].iter().fold(first, |members, item| members.and(&items[*item].points))
}
