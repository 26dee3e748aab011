//! The most that a p-value can say.

/// Largest Bayes factor against the null that a p-value can stand for: 1 / (−e p ln p) below p = 1/e,
/// else 1 (Sellke, Bayarri & Berger 2001, AmStat 55:62).
#[must_use]
pub fn bayes_factor_bound(p: f64) -> f64 {
    if p >= (-1.0_f64).exp() {
        return 1.0;
    }
    if p <= 0.0 {
        return f64::INFINITY;
    }
    1.0 / (-std::f64::consts::E * p * p.ln())
}
