//! How often chance alone puts several events on one host.

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
/// Counts the allocations with fewer than k on every host: n! times the coefficient of x^n in
/// (Σ_{j<k} x^j / j!)^hosts, divided by hosts^n. Multiplication host by host, O(hosts·n·k).
#[must_use]
pub fn some_host_at_least(k: u64, n: u64, hosts: u64) -> f64 {
    if k == 0 || (k == 1 && n > 0) {
        return 1.0;
    }
    if hosts == 0 || n < k {
        return 0.0;
    }
    // Probability that the events placed on the hosts so far number m, none with k or more: host i
    // of those left takes j of the remaining events with probability Binomial(remaining, 1/left).
    let n = n as usize;
    let mut ways = vec![0.0; n + 1];
    ways[0] = 1.0;
    for host in 0..hosts {
        let p = 1.0 / (hosts - host) as f64;
        let mut next = vec![0.0; n + 1];
        for (placed, way) in ways.iter().enumerate().filter(|(_, way)| **way > 0.0) {
            let left = n - placed;
            for j in 0..(k as usize).min(left + 1) {
                next[placed + j] += way * binomial_mass(j, left, p);
            }
        }
        ways = next;
    }
    (1.0 - ways[n]).max(0.0)
}

fn binomial_mass(k: usize, n: usize, p: f64) -> f64 {
    if p >= 1.0 {
        return if k == n { 1.0 } else { 0.0 };
    }
    let mut choose = 1.0;
    for i in 0..k {
        choose *= (n - i) as f64 / (i + 1) as f64;
    }
    choose * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
}
