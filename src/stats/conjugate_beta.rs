//! A quick look at the evidence for a region, in closed form.
//!
//! The share θ of the events inside a region gets a Beta(cπ, c(1 − π)) prior, centred on the share π
//! of the exposure. What that says about the rate ratio depends on π, so that regions of different
//! size are judged by different standards: use it to pick what is worth a full
//! [`super::region_bayes_factor`], never to rank.

use statrs::function::beta::ln_beta;

/// ln BF of "the share inside is unknown" against "it is π": ln B(cπ + a, c(1 − π) + n − a)
/// − ln B(cπ, c(1 − π)) − a ln π − (n − a) ln(1 − π). `concentration` is c, in events; 0 < π < 1.
#[must_use]
pub fn conjugate_beta_log_bayes_factor(a: f64, n: f64, share: f64, concentration: f64) -> f64 {
    let (inside, outside) = (concentration * share, concentration * (1.0 - share));
    ln_beta(inside + a, outside + n - a)
        - ln_beta(inside, outside)
        - a * share.ln()
        - (n - a) * (-share).ln_1p()
}
