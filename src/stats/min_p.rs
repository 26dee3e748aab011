//! Many questions about few units, answered by going through every way the events could have fallen.
//!
//! Westfall & Young (1993), *Resampling-Based Multiple Testing*: the smallest p over all questions is
//! compared with the smallest p that each relabelling gives, which takes the dependence between the
//! questions and their discreteness into account.

use super::binomial;

/// p-values, in the order of the questions.
#[derive(Debug, Clone, PartialEq)]
pub struct MinP {
    /// One-sided binomial p of each question.
    pub binomial: Vec<f64>,
    /// Share of the relabellings in which this question's p is as small.
    pub permutation: Vec<f64>,
    /// Share in which any question's p is as small.
    pub single_step: Vec<f64>,
    /// The same over the questions not yet answered, from the smallest p on, kept rising.
    pub step_down: Vec<f64>,
}

/// Asks of every factor whether the units that were hit have it more often than chance; `hit` are
/// distinct units, and every set of as many units is as likely. `factors` holds a value per unit.
///
/// The number of relabellings is C(units, hit): for small fleets only.
#[must_use]
pub fn enumerated_min_p(factors: &[Vec<bool>], hit: &[usize]) -> MinP {
    let units = factors.first().map_or(0, Vec::len);
    let tables: Vec<Vec<f64>> = factors.iter().map(|factor| p_by_count(factor, hit.len())).collect();
    let p_of = |chosen: &[usize]| -> Vec<f64> {
        let count = |factor: &Vec<bool>| chosen.iter().filter(|unit| factor[**unit]).count();
        factors.iter().zip(&tables).map(|(factor, table)| table[count(factor)]).collect()
    };
    let seen = p_of(hit);
    let mut order: Vec<usize> = (0..factors.len()).collect();
    order.sort_by(|i, j| seen[*i].total_cmp(&seen[*j]));

    let mut own = vec![0_u64; factors.len()];
    let mut any = vec![0_u64; factors.len()];
    let mut rest = vec![0_u64; factors.len()];
    let mut relabellings = 0_u64;
    for_each_subset(units, hit.len(), |chosen| {
        relabellings += 1;
        let drawn = p_of(chosen);
        let smallest = drawn.iter().copied().fold(f64::INFINITY, f64::min);
        let mut smallest_of_rest = f64::INFINITY;
        for index in order.iter().rev().copied() {
            smallest_of_rest = smallest_of_rest.min(drawn[index]);
            own[index] += u64::from(as_small(drawn[index], seen[index]));
            any[index] += u64::from(as_small(smallest, seen[index]));
            rest[index] += u64::from(as_small(smallest_of_rest, seen[index]));
        }
    });
    let share = |counts: Vec<u64>| -> Vec<f64> {
        counts.into_iter().map(|count| count as f64 / relabellings.max(1) as f64).collect()
    };
    let mut step_down = share(rest);
    let mut highest = 0.0_f64;
    for index in order {
        highest = highest.max(step_down[index]);
        step_down[index] = highest;
    }
    MinP { binomial: seen, permutation: share(own), single_step: share(any), step_down }
}

/// P(at least a of n hits have the factor) for a = 0..=n, if it were given by lot to its share of units.
fn p_by_count(factor: &[bool], n: usize) -> Vec<f64> {
    let share = factor.iter().filter(|has| **has).count() as f64 / factor.len().max(1) as f64;
    (0..=n).map(|a| binomial::at_least(a as u64, n as u64, share)).collect()
}

/// Ties count; equal p-values of different factors differ by rounding.
fn as_small(p: f64, seen: f64) -> bool {
    p <= seen * (1.0 + 1e-9)
}

/// Calls `visit` with every set of `size` of the numbers below `of`, in lexical order.
fn for_each_subset(of: usize, size: usize, mut visit: impl FnMut(&[usize])) {
    if size > of {
        return;
    }
    let mut chosen: Vec<usize> = (0..size).collect();
    loop {
        visit(&chosen);
        let Some(movable) = (0..size).rev().find(|i| chosen[*i] < of - size + i) else { return };
        chosen[movable] += 1;
        for i in movable + 1..size {
            chosen[i] = chosen[i - 1] + 1;
        }
    }
}
