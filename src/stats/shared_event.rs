//! Are incidents on several hosts of one locality a single event?

use statrs::function::gamma::ln_gamma;

/// Incidents close in time on hosts that share a feed, a rack or a hypervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    /// Hosts hit.
    pub hit: u64,
    /// Hosts in the locality.
    pub members: u64,
}

/// ln BF of "the clusters are common shocks" against "all incidents are independent".
///
/// Marshall & Olkin (1967), JASA 62:30: `n` incidents in `exposure` host-days are n′ shocks, of which
/// C hit whole localities. Rate prior 1/λ, shock and hit probabilities uniform, follow-up times
/// uniform in `window` days:
///
/// lnΓ(n′) − lnΓ(n) + (n − n′) ln T + ln B(1+C, 1+n′−C) + Σ [ln B(k, m−k+1) − (k−1) ln w].
#[must_use]
pub fn common_cause_log_bayes_factor(n: u64, clusters: &[Cluster], exposure: f64, window: f64) -> f64 {
    let followers: u64 = clusters.iter().map(|cluster| cluster.hit.saturating_sub(1)).sum();
    let shocks = n.saturating_sub(followers);
    if clusters.is_empty() || followers == 0 || shocks == 0 || !(exposure > 0.0 && window > 0.0) {
        return 0.0;
    }
    let common = clusters.len().min(shocks as usize) as f64;
    let (n, shocks) = (n as f64, shocks as f64);
    let mut log = ln_gamma(shocks) - ln_gamma(n) + (n - shocks) * exposure.ln();
    log += ln_beta(1.0 + common, 1.0 + shocks - common);
    for cluster in clusters {
        let (hit, members) = (cluster.hit as f64, cluster.members.max(cluster.hit) as f64);
        log += ln_beta(hit, members - hit + 1.0) - (hit - 1.0) * window.ln();
    }
    log
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}
