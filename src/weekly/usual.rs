//! Whether the period had more events than this fleet commonly has.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::Report;

use super::edition::Period;
use super::incidents::event;

/// Probability below which a number of events is called more than usual. A weekly look at 1 % is wrong once in two
/// years.
const UNUSUAL: f64 = 0.01;
/// Host-days of history below which nothing is called usual: four weeks of ten hosts.
const HISTORY_HOST_DAYS_MIN: f64 = 280.0;

/// Events of the period beside those of the time before it, on observed host-time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Usual {
    pub events: u32,
    pub host_days: f64,
    pub events_before: u32,
    pub host_days_before: f64,
    /// Events to expect in the host-days of the period at the rate before; `None`: too little history.
    pub expected: Option<f64>,
    /// Probability of so many or more if the rate is the same throughout: exact conditional test of two
    /// Poisson counts (Przyborowski and Wilenski 1940).
    pub p_as_many: Option<f64>,
}

impl Usual {
    #[must_use]
    pub fn is_more(&self) -> bool {
        self.p_as_many.is_some_and(|p| p <= UNUSUAL)
    }

    pub(super) fn of(report: &Report, period: Period) -> Self {
        let (mut during, mut before) = (BTreeSet::new(), BTreeSet::new());
        for incident in report.incidents.iter().filter(|incident| !incident.planned) {
            if incident.at > period.to {
                continue;
            }
            if incident.at > period.from { &mut during } else { &mut before }.insert(event(incident));
        }
        let earlier = Period { from: report.from.min(period.from), to: period.from };
        let host_days = |of: Period| {
            let spans = report.coverage.iter().flat_map(|host| &host.observed);
            spans.map(|span| of.overlap_s(*span)).sum::<i64>() as f64 / 86_400.0
        };
        let mut usual = Self {
            events: during.len() as u32,
            host_days: host_days(period),
            events_before: before.len() as u32,
            host_days_before: host_days(earlier),
            expected: None,
            p_as_many: None,
        };
        if usual.host_days_before >= HISTORY_HOST_DAYS_MIN && usual.host_days > 0.0 {
            let all = usual.host_days + usual.host_days_before;
            usual.expected = Some(f64::from(usual.events_before) * usual.host_days / usual.host_days_before);
            let total = usual.events + usual.events_before;
            usual.p_as_many = Some(at_least(usual.events, total, usual.host_days / all));
        }
        usual
    }
}

/// P(X ≥ k) for X binomial with n trials of probability p, 0 < p < 1.
fn at_least(k: u32, n: u32, p: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    // ln C(n, i) grows by ln((n − i + 1) / i).
    let mut ln_choose = 0.0;
    let mut sum = 0.0;
    for i in 0..=n {
        if i > 0 {
            ln_choose += (f64::from(n - i + 1) / f64::from(i)).ln();
        }
        if i >= k {
            sum += (ln_choose + f64::from(i) * p.ln() + f64::from(n - i) * (-p).ln_1p()).exp();
        }
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_the_binomial_is_right() {
        // 1 − 0.9³ and 3 · 0.1² · 0.9 + 0.1³, by hand.
        assert!((at_least(1, 3, 0.1) - 0.271).abs() < 1e-12);
        assert!((at_least(2, 3, 0.1) - 0.028).abs() < 1e-12);
        assert!((at_least(0, 3, 0.1) - 1.0).abs() < 1e-12);
        assert!((at_least(5_000, 10_000, 0.5) - 0.503_989).abs() < 1e-6, "many trials do not overflow");
    }
}
