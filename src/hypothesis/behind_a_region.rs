//! What stands behind a window or a precursor: hour, host, day, luck of the calendar, neighbours.

use crate::model::{Comparison, Confounder, DelayBin, Family, Verdict};

use super::{
    adjusted_within_hosts, case_control, clock_tests, delay_profile,
    findings::{Analysis, RegionFinding},
    names, other_slots, outside_the_job,
    question::Subject,
    self_controlled::{self, Alike, Within},
    shifted_schedule,
    week_hours::{GroupTime, spans},
};

/// If less than this of ln(ratio) is left within the hour, the hour explains the rest.
const KEPT: f64 = 1.0 / 3.0;

/// All that is told of it.
#[derive(Debug, Default)]
pub(super) struct Behind {
    pub comparisons: Vec<Comparison>,
    pub delay_profile: Vec<DelayBin>,
    pub confounders: Vec<Confounder>,
    pub against: Vec<String>,
    /// Something else explains it: it must not be claimed.
    pub explained: bool,
}

impl Behind {
    /// A verdict that knows what stands behind.
    pub fn temper(&self, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Supported | Verdict::Suggestive if self.explained => Verdict::Inconclusive,
            other => other,
        }
    }
}

/// Looks behind a region; nothing for regions that are no window, precursor or weekday.
pub(super) fn look(analysis: &Analysis, region: &RegionFinding) -> Behind {
    let question = analysis.question(region);
    match question.subject {
        Subject::Window { kind, .. } => window(analysis, region, kind),
        Subject::Precursor { .. } if question.family == Family::Precursor => precursor(analysis, region),
        Subject::Weekday => Behind {
            comparisons: clock_tests::of_the_week(analysis, region.pool).into_iter().collect(),
            ..Behind::default()
        },
        _ => Behind::default(),
    }
}

fn window(analysis: &Analysis, region: &RegionFinding, kind: usize) -> Behind {
    let (Some(group), Some(spans)) = (GroupTime::new(analysis, region), spans(analysis, region)) else {
        return Behind::default();
    };
    let window = &analysis.study.windows[kind];
    let mut behind = Behind { comparisons: crude(analysis, region, &group), ..Behind::default() };
    let crude = behind.comparisons.last().map_or(1.0, |c| c.rate_ratio.unwrap_or(f64::INFINITY));
    let steps = self_controlled::steps(&group);
    let events = group.events.len();
    behind.comparisons.extend(steps.iter().map(|s| self_controlled::comparison(s, events, &window.name)));
    behind.comparisons.extend(adjusted_within_hosts::comparison(&group));
    behind.comparisons.extend(shifted_schedule::comparisons(analysis.study, &group, spans, &window.runs));
    behind.comparisons.extend(outside_the_job::comparisons(analysis, region));
    for harmed in behind.comparisons.iter().filter(|c| c.basis.starts_with("neighbours")) {
        if harmed.ci95.is_some_and(|limits| limits.0 > 1.0) {
            let note = format!("{}: {}", harmed.label, harmed.note);
            behind.confounders.push(Confounder { factor: "neighbours".to_owned(), note });
        }
    }
    behind.delay_profile = delay_profile::profile(analysis, region, &group);
    for step in steps.iter().filter(|step| matches!(step.alike, Alike::Hour | Alike::Host)) {
        let factor = if step.alike == Alike::Hour { "hour_of_day" } else { "host" };
        let mut note = in_words(step, events, &window.name);
        if step.alike == Alike::Hour
            && !step.could_tell()
            && let Some(advice) = other_slots::advice(analysis, region)
        {
            note = format!("{note}; {advice}");
        }
        behind.confounders.push(Confounder { factor: factor.to_owned(), note });
    }
    if let Some(hour) = steps.iter().find(|step| step.alike == Alike::Hour && vanishes(step, crude)) {
        behind.explained = true;
        let numbers = hour.test.map(|t| names::ratio_with_limits(t.ratio, t.low, t.high)).unwrap_or_default();
        behind.against.push(format!(
            "explained by the time of day: at the same hour, hosts inside and outside the {} window fail alike \
             (ratio {numbers})",
            window.name
        ));
    }
    behind
}

/// The comparison with everything else, and among the hosts that the finding is about.
fn crude(analysis: &Analysis, region: &RegionFinding, group: &GroupTime) -> Vec<Comparison> {
    let bounded = |value: f64| value.is_finite().then_some(value);
    let row =
        |basis: &str, label: &str, rates: crate::stats::rate_ratio::RateRatio, events: usize| Comparison {
            basis: basis.to_owned(),
            label: label.to_owned(),
            rate_ratio: bounded(rates.ratio),
            ci95: Some((rates.low, bounded(rates.high))),
            p_value: Some(rates.p_two_sided),
            informative_events: events as u32,
            note: String::new(),
        };
    let all = analysis.base(region).total() as usize;
    let mut rows: Vec<Comparison> = analysis
        .rates(region)
        .map(|rates| row("all", "against all other host-time", rates, all))
        .into_iter()
        .collect();
    if !analysis.question(region).levels.is_empty() {
        let inside = group.events.iter().filter(|event| event.inside).count() as u64;
        let time = group.whole.inside.seconds(|_| true);
        let rates = crate::stats::rate_ratio::compare(
            inside,
            group.events.len() as u64 - inside,
            time,
            group.whole.all.seconds(|_| true) - time,
        );
        let group_row =
            |rates| row("group", "against other time of the same group", rates, group.events.len());
        rows.extend(rates.map(group_row));
    }
    rows
}

/// Whether the hour of day could have left the ratio standing, and did not.
fn vanishes(step: &Within, crude: f64) -> bool {
    let Some(test) = step.test.filter(|_| step.could_tell()) else { return false };
    let crude = crude.clamp(1e-3, 1e3);
    crude > 1.0
        && test.p_two_sided > 0.05
        && test.high < crude
        && test.ratio.clamp(1e-3, 1e3).ln() < KEPT * crude.ln()
}

fn in_words(step: &Within, events: usize, window: &str) -> String {
    let comparison = self_controlled::comparison(step, events, window);
    let (Some(test), true) = (step.test, step.could_tell()) else { return comparison.note };
    let (kept, settled) = match test.p_two_sided <= 0.05 {
        true if test.ratio > 1.0 => ("stays", ""),
        true => ("is", ""),
        false => ("is", ", too few to settle it"),
    };
    format!(
        "{} the ratio {kept} {}; {}{settled}",
        comparison.label,
        names::ratio_with_limits(test.ratio, test.low, test.high),
        names::informative(test.informative_events, events),
    )
}

fn precursor(analysis: &Analysis, region: &RegionFinding) -> Behind {
    let question = analysis.question(region);
    let Some(group) = GroupTime::new(analysis, region) else { return Behind::default() };
    let signature = &question.terms[0].value;
    let Some(found) = case_control::compare(analysis, region, &group, signature) else {
        return Behind::default();
    };
    let mut behind = Behind { comparisons: found.comparisons, ..Behind::default() };
    if found.chronic {
        behind.explained = true;
        behind.against.push(found.reading);
    } else {
        behind.confounders.push(Confounder { factor: "host".to_owned(), note: found.reading });
    }
    behind
}
