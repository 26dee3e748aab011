//! How often chance alone puts several events on one host.

use statrs::function::gamma::ln_gamma;

/// Expected number of distinct hosts hit by `n` events on `hosts` equally exposed hosts.
#[must_use]
pub fn expected_distinct(n: u64, hosts: u64) -> f64 {
    if hosts == 0 {
        return 0.0;
    }
    let hosts = hosts as f64;
    hosts * -(n as f64 * (-1.0 / hosts).ln_1p()).exp_m1()
}

/// P(some host has at least `k` of `n` events), `hosts` equally exposed.
///
/// Given their sum n, Poisson counts of mean n / hosts are what chance puts on the hosts; so this is
/// 1 − P(all counts below k and their sum is n) / P(sum is n). The sum's distribution is raised to
/// the power `hosts` by repeated squaring: O(n² log hosts), and no term is negative.
#[must_use]
pub fn some_host_at_least(k: u64, n: u64, hosts: u64) -> f64 {
    if k == 0 || (k == 1 && n > 0) {
        return 1.0;
    }
    if hosts == 0 || n < k {
        return 0.0;
    }
    let size = n as usize + 1;
    let mean = n as f64 / hosts as f64;
    let mut square = vec![(-mean).exp()];
    for j in 1..(k as usize).min(size) {
        square.push(square[j - 1] * mean / j as f64);
    }
    let mut all = vec![1.0];
    let mut left = hosts;
    while left > 0 {
        if left % 2 == 1 {
            all = sum_of_independent(&all, &square, size);
        }
        left /= 2;
        if left > 0 {
            square = sum_of_independent(&square, &square, size);
        }
    }
    let sum_is_n = (n as f64 * (n as f64).ln() - n as f64 - ln_gamma(n as f64 + 1.0)).exp();
    (1.0 - all.get(n as usize).copied().unwrap_or(0.0) / sum_is_n).clamp(0.0, 1.0)
}

/// Distribution of the sum of two counts, for sums below `size`.
fn sum_of_independent(a: &[f64], b: &[f64], size: usize) -> Vec<f64> {
    let mut sum = vec![0.0; (a.len() + b.len() - 1).min(size)];
    for (i, a) in a.iter().enumerate() {
        for (sum, b) in sum[i.min(size)..].iter_mut().zip(b) {
            *sum += a * b;
        }
    }
    sum
}
