//! Factors of a host over time: what the inventory says, and what each boot said of itself.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::boots::BootStart;
use crate::model::Factors;

/// Attributes of one host, piecewise constant in time.
#[derive(Debug, Clone, Default)]
pub struct FactorLine {
    /// (from, factors), sorted; the first holds from the beginning of time.
    pub pieces: Vec<(DateTime<Utc>, Factors)>,
}

impl FactorLine {
    /// Lays what the boots said over what the inventory says. What a boot says holds until another
    /// boot says otherwise. Before the first boot that is known, the inventory's value holds if no
    /// boot has it (it is old), else the first boot's.
    #[must_use]
    pub fn build(inventory: &Factors, starts: &[BootStart]) -> Self {
        if starts.iter().all(|start| start.versions.is_empty()) {
            return Self { pieces: vec![(DateTime::<Utc>::MIN_UTC, inventory.clone())] };
        }
        let mut base = BTreeMap::clone(inventory);
        let mut names: Vec<&String> = starts.iter().flat_map(|start| start.versions.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let seen: Vec<&String> = starts.iter().filter_map(|start| start.versions.get(name)).collect();
            let Some(first) = seen.first() else { continue };
            let listed = inventory.get(name);
            let listed_is_old = listed.is_some_and(|value| !seen.contains(&value));
            if !listed_is_old {
                base.insert(name.clone(), (*first).clone());
            }
        }
        let mut pieces = vec![(DateTime::<Utc>::MIN_UTC, Factors::new(base))];
        for start in starts.iter().filter(|start| !start.versions.is_empty()) {
            let mut factors = pieces.last().map(|(_, before)| BTreeMap::clone(before)).unwrap_or_default();
            factors.extend(start.versions.clone());
            if pieces.last().is_some_and(|(_, before)| **before != factors) {
                pieces.push((start.at, factors.into()));
            }
        }
        Self { pieces }
    }

    /// The factors that hold at a time.
    #[must_use]
    pub fn at(&self, at: DateTime<Utc>) -> &Factors {
        let index = self.pieces.partition_point(|(from, _)| *from <= at).max(1) - 1;
        &self.pieces[index].1
    }

    /// Changes of single factors: (when, factor, from, to).
    pub fn changes(&self) -> Vec<(DateTime<Utc>, String, String, String)> {
        let mut out = Vec::new();
        for pair in self.pieces.windows(2) {
            for (factor, value) in pair[1].1.iter() {
                if let Some(before) = pair[0].1.get(factor).filter(|before| *before != value) {
                    out.push((pair[1].0, factor.clone(), before.clone(), value.clone()));
                }
            }
        }
        out
    }
}
