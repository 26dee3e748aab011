//! How often chance alone brings events close together.

use statrs::function::factorial::ln_binomial;

/// P(k events at random in a period all lie within a span w), `window_share` = w / period:
/// k x^(k−1) − (k−1) x^k (Naus 1965, JASA 60:532).
#[must_use]
pub fn all_within(k: u64, window_share: f64) -> f64 {
    if k < 2 || window_share >= 1.0 {
        return 1.0;
    }
    let (k, x) = (k as f64, window_share.max(0.0));
    x.powf(k - 1.0) * (k - (k - 1.0) * x)
}

/// Expected number of sets of `k` among `n` events that lie within such a span: C(n, k) times
/// [`all_within`].
#[must_use]
pub fn expected_sets_within(k: u64, n: u64, window_share: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    ln_binomial(n, k).exp() * all_within(k, window_share)
}
