//! Do two conditions together raise the rate by more than the product of what each does alone?
//!
//! Events are split by two conditions, with Poisson counts n11 (both), n10, n01, n00 (neither) in
//! exposures T11, T10, T01, T00. Given the margins, n11 follows Fisher's noncentral hypergeometric
//! distribution, P(x) ∝ C(n1., x) C(n0., n.1 − x) ψ^x; without interaction the odds are
//! ψ0 = T11 T00 / (T10 T01) (Fisher 1935, JRSS 98:39). The same test is a difference in differences:
//! changed and unchanged hosts, before and after.

use super::posterior::log_sum_exp;
use statrs::function::factorial::ln_binomial;

/// Events, or exposure, by two conditions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoByTwo<T> {
    pub both: T,
    pub only_first: T,
    pub only_second: T,
    pub neither: T,
}

/// The comparison of the rate ratio of one condition where the other holds with that where it does not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interaction {
    /// Odds of the noncentral hypergeometric distribution without interaction.
    pub odds_without: f64,
    /// (n11/T11 · n00/T00) / (n10/T10 · n01/T01); infinite if only the divisor is zero, not a number
    /// if both are.
    pub ratio_of_ratios: f64,
    /// P(at least n11 | margins) without interaction.
    pub p_greater: f64,
    /// P(at most n11 | margins) without interaction.
    pub p_less: f64,
    /// Half of the probability of what was seen taken off.
    pub mid_p_greater: f64,
}

/// Exact conditional test; `None` where any of the four exposures is zero.
#[must_use]
pub fn ratio_of_rate_ratios(events: TwoByTwo<u64>, exposure: TwoByTwo<f64>) -> Option<Interaction> {
    let times = [exposure.both, exposure.only_first, exposure.only_second, exposure.neither];
    if !times.iter().all(|time| *time > 0.0 && time.is_finite()) {
        return None;
    }
    let odds = exposure.both * exposure.neither / (exposure.only_first * exposure.only_second);
    let first = events.both + events.only_first;
    let others = events.only_second + events.neither;
    let second = events.both + events.only_second;
    let least = second.saturating_sub(others);
    let most = first.min(second);
    let logs: Vec<f64> = (least..=most)
        .map(|x| ln_binomial(first, x) + ln_binomial(others, second - x) + x as f64 * odds.ln())
        .collect();
    let all = log_sum_exp(&logs);
    let seen = (events.both - least) as usize;
    let p_greater = (log_sum_exp(&logs[seen..]) - all).exp().min(1.0);
    let beyond = (log_sum_exp(&logs[seen + 1..]) - all).exp();
    let rate = |events: u64, time: f64| events as f64 / time;
    Some(Interaction {
        odds_without: odds,
        ratio_of_ratios: rate(events.both, exposure.both) * rate(events.neither, exposure.neither)
            / (rate(events.only_first, exposure.only_first) * rate(events.only_second, exposure.only_second)),
        p_greater,
        p_less: (log_sum_exp(&logs[..=seen]) - all).exp().min(1.0),
        mid_p_greater: 0.5 * (p_greater + beyond),
    })
}
