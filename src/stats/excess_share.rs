//! Is a share of the events above its ordinary value?

use statrs::function::beta::{beta_reg, ln_beta};

/// ln BF of "the share is anything above the ordinary" against "the share is ordinary":
/// ∫ θ^x (1−θ)^(n−x) dθ / (1−θ0) over (θ0, 1), divided by θ0^x (1−θ0)^(n−x).
#[must_use]
pub fn excess_log_bayes_factor(x: f64, n: f64, ordinary: f64) -> f64 {
    let (a, b) = (x + 1.0, n - x + 1.0);
    let above = 1.0 - beta_reg(a, b, ordinary);
    if above <= 0.0 {
        return -20.0;
    }
    let raised = ln_beta(a, b) + above.ln() - (1.0 - ordinary).ln();
    raised - x * ordinary.ln() - (n - x) * (1.0 - ordinary).ln()
}
