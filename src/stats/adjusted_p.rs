//! p-values corrected for the number of questions.
//!
//! All take the p-values in any order and answer in the same order.

/// Each p times their number: the chance of any false alarm is at most α.
#[must_use]
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    let count = p.len() as f64;
    p.iter().map(|p| (p * count).min(1.0)).collect()
}

/// The same promise, never larger values: the smallest p times the number of questions, the next times
/// one less, and so on, kept rising (Holm 1979, ScandJStat 6:65).
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut highest = 0.0_f64;
    for (rank, index) in rising(p).into_iter().enumerate() {
        highest = highest.max((p[index] * (p.len() - rank) as f64).min(1.0));
        adjusted[index] = highest;
    }
    adjusted
}

/// The expected share of false alarms among the alarms is at most α, for independent or positively
/// dependent questions (Benjamini & Hochberg 1995, JRSSB 57:289).
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    false_discovery(p, 1.0)
}

/// The same under any dependence, at the price of Σ 1/i (Benjamini & Yekutieli 2001, AnnStat 29:1165).
#[must_use]
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    false_discovery(p, (1..=p.len()).map(|i| 1.0 / i as f64).sum())
}

fn false_discovery(p: &[f64], price: f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut lowest = 1.0_f64;
    for (rank, index) in rising(p).into_iter().enumerate().rev() {
        lowest = lowest.min(price * p[index] * p.len() as f64 / (rank + 1) as f64);
        adjusted[index] = lowest;
    }
    adjusted
}

/// Indices of the values in rising order.
fn rising(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|i, j| p[*i].total_cmp(&p[*j]));
    order
}
