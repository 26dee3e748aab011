//! A host that has more than its share of the events: it may have gone bad, or been repaired, on its own.

use crate::stats::{binomial, rate_ratio};

use super::cohort::Cohort;

/// Probability of as uneven a share, of any of the hosts, up to which it is taken for the host's own.
const UNEVEN: f64 = 0.1;

/// One of the two sides of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Before,
    After,
}

/// The host, and how the change looks without it.
#[derive(Debug, Clone)]
pub(super) struct OneHost {
    pub half: Half,
    /// Index into [`crate::model::Study::hosts`].
    pub host: usize,
    /// Its events on that side, of all there.
    pub events: u32,
    pub of: u32,
    /// Exact conditional p of so many, and of so few, events since on the others; 1 if nothing is left.
    pub p_more_without: f64,
    pub p_fewer_without: f64,
}

impl OneHost {
    /// The host with most events on a side, if it has more than its share: with n events and the share s
    /// of the host-time, P(at least k of n) by the binomial law, times the hosts that it could have been.
    /// A change on a single host has no others to differ from.
    pub fn of(cohort: &Cohort<'_>, half: Half) -> Option<Self> {
        let counts = cohort.counts(half);
        let (place, events) = counts.iter().enumerate().max_by_key(|(place, n)| (**n, usize::MAX - place))?;
        let host = cohort.members[place].host;
        let all = cohort.sum(half, |_| true);
        let others = cohort.sum(half, |other| other != host);
        if *events == 0 || all.1 <= 0.0 {
            return None;
        }
        let p = binomial::at_least((*events).into(), all.0.into(), 1.0 - others.1 / all.1);
        if p * counts.len() as f64 > UNEVEN {
            return None;
        }
        let before = cohort.sum(Half::Before, |other| other != host);
        let after = cohort.sum(Half::After, |other| other != host);
        let rates = rate_ratio::compare(after.0.into(), before.0.into(), after.1, before.1);
        Some(Self {
            half,
            host,
            events: *events,
            of: all.0,
            p_more_without: rates.map_or(1.0, |rates| rates.p_greater),
            p_fewer_without: rates.map_or(1.0, |rates| rates.p_less),
        })
    }
}
