//! The numbers of one hypothesis, each with its unit, its count and the method behind it.
//!
//! One denominator per number, and it is named: ratio, interval, p and Bayes factor are about
//! independent events; the incidents that these stand for have a row of their own.

use crate::model::{Family, Hypothesis};

use super::wording;

/// A number in words, and how it was come by.
pub(super) struct Number {
    pub name: &'static str,
    pub value: String,
    pub how: String,
}

/// All numbers that the hypothesis has.
pub(super) fn of(hypothesis: &Hypothesis) -> Vec<Number> {
    let mut rows = Vec::new();
    let mut push = |name, value: Option<String>, how: String| {
        rows.extend(value.map(|value| Number { name, value, how }));
    };
    let account = &hypothesis.account;
    push("Rate ratio, 95 % interval", rate_ratio(hypothesis), INTERVAL.to_owned());
    push(
        "Independent events inside",
        events(hypothesis),
        "incidents within minutes on one feed, rack or hypervisor, or within the hour on one host, count once".to_owned(),
    );
    push(
        "Incidents inside",
        (hypothesis.incidents_total > 0)
            .then(|| format!("{} of {}", hypothesis.incidents_exposed, hypothesis.incidents_total)),
        of_which(hypothesis),
    );
    push(
        "Observed inside",
        (hypothesis.exposure_days > 0.0).then(|| match hypothesis.exposure_days {
            days if days < 9.5 => format!("{days:.1} host-days"),
            days => format!("{} host-days", wording::grouped(days.round() as u64)),
        }),
        "time in which hosts were up and an incident would have been seen".to_owned(),
    );
    let test = |test: &Option<String>, else_: &str| test.clone().unwrap_or_else(|| else_.to_owned());
    push("p, this question alone", hypothesis.p_value.map(wording::p_value), test(&account.p_value_test, ""));
    push(
        "p, adjusted for all questions",
        hypothesis.p_adjusted.map(wording::p_value),
        test(&account.p_adjusted_test, "permutation max-T"),
    );
    push("Bayes factor", hypothesis.log_bayes_factor.map(wording::bayes), bayes_method(hypothesis.family));
    push("Probability that it holds", hypothesis.posterior.map(|p| posterior(p, account.posterior_range)), {
        account.posterior_against.as_ref().map_or_else(String::new, |against| format!("against: {against}"))
    });
    push(
        "Share of the events it explains",
        hypothesis.explained_fraction.map(wording::percent),
        "expected: probability times the excess over the ordinary rate; the list is in this order".to_owned(),
    );
    rows
}

const INTERVAL: &str = "on independent events; interval exact (Clopper–Pearson limits of the share inside)";

/// `50 (6.5 to 2,271)`; without events elsewhere the lower limit is all that is known.
pub(super) fn rate_ratio(hypothesis: &Hypothesis) -> Option<String> {
    match (hypothesis.rate_ratio, hypothesis.ci95) {
        (None, Some((low, None))) => Some(format!("none elsewhere; at least {}", wording::ratio(low))),
        _ => wording::ratio_with_interval(hypothesis),
    }
}

/// `7 of 8 unexplained events, 1.0 expected`.
pub(super) fn events(hypothesis: &Hypothesis) -> Option<String> {
    let account = &hypothesis.account;
    let (inside, all) = (account.events_exposed, account.events_total);
    (all > 0).then(|| {
        let expected = account
            .events_expected
            .map_or_else(String::new, |n| format!(", {} expected", wording::expected(n)));
        format!("{inside} of {}{expected}", wording::count(all as usize, &noun(hypothesis)))
    })
}

/// `event`, or `unexplained event` where only events of one cause were asked about.
fn noun(hypothesis: &Hypothesis) -> String {
    hypothesis.account.asked_of.map_or_else(|| "event".to_owned(), |c| format!("{} event", wording::cause(c)))
}

/// The counts in a cell or a sentence: independent events where a rate was compared, else incidents.
pub(super) fn counted(hypothesis: &Hypothesis) -> Option<String> {
    let account = &hypothesis.account;
    if account.events_total > 0 {
        let all = wording::count(account.events_total as usize, &format!("independent {}", noun(hypothesis)));
        let stands_for = if hypothesis.incidents_exposed > account.events_exposed {
            format!(" ({})", wording::count(hypothesis.incidents_exposed as usize, "incident"))
        } else {
            String::new()
        };
        return Some(format!("{} of {all}{stands_for}", account.events_exposed));
    }
    (hypothesis.incidents_total > 0).then(|| {
        let all = wording::count(hypothesis.incidents_total as usize, "incident");
        format!("{} of {all}", hypothesis.incidents_exposed)
    })
}

fn of_which(hypothesis: &Hypothesis) -> String {
    match hypothesis.account.asked_of {
        Some(cause) => format!("of the incidents whose cause is: {}", wording::cause(cause)),
        None if matches!(hypothesis.family, Family::Cause | Family::Signature) => {
            "of all unplanned incidents".to_owned()
        }
        None => "of all unplanned incidents but those that people caused".to_owned(),
    }
}

/// `58 % (41 % to 63 %)`.
fn posterior(posterior: f64, range: Option<(f64, f64)>) -> String {
    let own = wording::percent(posterior);
    match range {
        Some((low, high)) if wording::percent(low) != wording::percent(high) => format!(
            "{own} ({} to {} for priors on ln ρ of standard deviation 1 to 3)",
            wording::percent(low),
            wording::percent(high)
        ),
        _ => own,
    }
}

fn bayes_method(family: Family) -> String {
    match family {
        Family::SharedEvent => "one common shock against separate incidents that met by coincidence",
        Family::Signature | Family::Cause => "any larger share against the ordinary share of such a mechanism",
        Family::TimeOfDay => {
            "a daily pattern against one rate at all hours (weekday: against one rate everywhere), on independent events"
        }
        _ => "raised rate inside against one rate everywhere, on independent events; ln ρ half-normal with σ = 2",
    }
    .to_owned()
}
