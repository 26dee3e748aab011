//! Hosts that have lately shown what may herald an incident.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::model::{Family, Report, Study, Verdict};

use super::edition::Period;

/// A sign that a host has shown within this before the period is not news on it.
const LATELY: TimeDelta = TimeDelta::days(28);

/// Hosts with one kind of sign in the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtRisk {
    /// Id of the signature.
    pub signature: String,
    /// What this fleet's own data say of it as a herald; `None`: not even a lead.
    pub verdict: Option<Verdict>,
    /// Rate of incidents in the hours after it over the rate elsewhere.
    pub rate_ratio: Option<f64>,
    /// Host, events in the period, last of them; those with most events first.
    pub hosts: Vec<(String, usize, DateTime<Utc>)>,
}

impl AtRisk {
    /// Signs that the data call heralds on all hosts that had them, other signs on hosts that had none lately.
    pub(super) fn all(report: &Report, study: &Study, period: Period) -> Vec<Self> {
        let mut heralds: BTreeMap<&str, (Verdict, Option<f64>)> = BTreeMap::new();
        for hypothesis in report.hypotheses.iter().filter(|h| h.family == Family::Precursor) {
            let is_lead = matches!(hypothesis.verdict, Verdict::Supported | Verdict::Suggestive);
            for term in hypothesis.terms.iter().filter(|term| is_lead && term.factor == "signature") {
                let best = heralds.entry(&term.value).or_insert((hypothesis.verdict, hypothesis.rate_ratio));
                if hypothesis.verdict < best.0 {
                    *best = (hypothesis.verdict, hypothesis.rate_ratio);
                }
            }
        }
        let (from, to) = (period.from.timestamp(), period.to.timestamp());
        let lately = (period.from - LATELY).timestamp();
        let mut all: Vec<Self> = Vec::new();
        for precursor in &study.precursors {
            let herald = heralds.get(precursor.signature.as_str());
            let mut hosts: Vec<(String, usize, DateTime<Utc>)> = Vec::new();
            for (name, times) in study.hosts.iter().zip(&precursor.times) {
                let inside: Vec<i64> = times.iter().copied().filter(|at| *at > from && *at <= to).collect();
                let had_it = times.iter().any(|at| *at > lately && *at <= from);
                let last = inside.last().and_then(|at| DateTime::from_timestamp(*at, 0));
                if let Some(last) = last.filter(|_| herald.is_some() || !had_it) {
                    hosts.push((name.clone(), inside.len(), last));
                }
            }
            hosts.sort_by(|a, b| (usize::MAX - a.1, &a.0).cmp(&(usize::MAX - b.1, &b.0)));
            if !hosts.is_empty() {
                all.push(Self {
                    signature: precursor.signature.clone(),
                    verdict: herald.map(|herald| herald.0),
                    rate_ratio: herald.and_then(|herald| herald.1),
                    hosts,
                });
            }
        }
        all.sort_by(|a, b| {
            (a.verdict.is_none(), a.verdict, &a.signature).cmp(&(
                b.verdict.is_none(),
                b.verdict,
                &b.signature,
            ))
        });
        all
    }
}
