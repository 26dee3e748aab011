//! The daily pattern as a hypothesis, worded.

use crate::{
    model::{Account, Family, Hypothesis, Term},
    stats::{clock::DailyPattern, permutation::max_t_p, rate_ratio},
};

use super::{
    account, case_advice,
    clock_region::DAY,
    clock_tests,
    evidence::Answer,
    findings::{Analysis, judge},
    names,
    without_region::{blank, ids},
};

/// One smooth daily pattern, told by its busiest six hours.
pub(super) fn hypothesis(analysis: &Analysis, daily: &[DailyPattern]) -> Option<Hypothesis> {
    let mut posterior = 0.0;
    let mut explained = 0.0;
    let mut best: Option<(usize, f64, f64)> = None;
    for (index, candidate) in analysis.candidates.iter().enumerate() {
        let Answer::Daily { pool } = candidate.answer else { continue };
        posterior += analysis.average.posterior[index];
        explained += analysis.average.explained[index];
        if best.is_none_or(|(_, score, _)| candidate.score() > score) {
            best = Some((pool, candidate.score(), candidate.log_bayes_factor));
        }
    }
    let (pool, score, log_bayes_factor) = best?;
    let shocks = analysis.events.with_known_hours(pool);
    if shocks.is_empty() {
        return None;
    }
    let evidence = daily[pool].evidence(&analysis.events.hours(pool));
    let hours: Vec<f64> = shocks
        .iter()
        .map(|shock| analysis.events.shocks[*shock].first().instant.second_of_day() as f64 / 3600.0)
        .collect();
    let start = busiest_block(&hours, evidence.peak_hour);
    let within = |hour: f64| (hour - start as f64).rem_euclid(24.0) < 6.0;
    let in_block: usize = hours.iter().filter(|hour| within(**hour)).count();
    let (time_in, time_all) = exposure_of_block(analysis, start);
    let rates =
        rate_ratio::compare(in_block as u64, (hours.len() - in_block) as u64, time_in, time_all - time_in)?;
    let value = format!("{start:02}-{:02}", (start + 6) % 24);
    let class = analysis.events.pools[pool].class;
    let mut hypothesis = blank(
        Family::TimeOfDay,
        vec![Term::new("hour_of_day", value.clone())],
        format!(
            "Hosts {} mostly around {:02}:00: {in_block} of {} {} between the hours {value} ({} times the rate of the rest of the day)",
            names::failing(class),
            evidence.peak_hour as u32,
            hours.len(),
            names::events(class, hours.len()),
            if rates.ratio.is_finite() { names::ratio(rates.ratio) } else { "many".to_owned() },
        ),
    );
    let p_adjusted = max_t_p(score, &analysis.any_time);
    let cases: Vec<usize> = shocks
        .iter()
        .flat_map(|shock| &analysis.events.shocks[*shock].incidents)
        .filter(|incident| within(incident.instant.second_of_day() as f64 / 3600.0))
        .map(|incident| incident.case)
        .collect();
    hypothesis.verdict = judge(p_adjusted, posterior, analysis.average.null);
    hypothesis.rate_ratio = rates.ratio.is_finite().then_some(rates.ratio);
    hypothesis.ci95 = Some((rates.low, rates.high.is_finite().then_some(rates.high)));
    // The block was chosen by its count, so its own p-value would flatter; Rayleigh's test does not choose.
    hypothesis.comparisons = clock_tests::of_the_day(analysis, pool);
    hypothesis.p_value = hypothesis.comparisons.first().and_then(|rayleigh| rayleigh.p_value);
    hypothesis.p_adjusted = Some(p_adjusted);
    hypothesis.log_bayes_factor = Some(log_bayes_factor);
    hypothesis.posterior = Some(posterior);
    hypothesis.explained_fraction = Some(explained);
    hypothesis.incidents_exposed = cases.len() as u32;
    hypothesis.incidents_total =
        shocks.iter().map(|shock| analysis.events.shocks[*shock].incidents.len()).sum::<usize>() as u32;
    hypothesis.exposure_days = time_in;
    hypothesis.incidents = ids(analysis, &cases);
    hypothesis.evidence_against = vec![format!(
        "{} of {} independent events happened at other hours",
        hours.len() - in_block,
        hours.len()
    )];
    let separate = analysis.events.on_separate_days(pool).len();
    let crowd = analysis.events.pools[pool].shocks.len() - separate;
    if crowd > 0 {
        hypothesis
            .evidence_against
            .push(format!("{crowd} more came on days with so many others that such a day counts as one"));
    }
    if separate > shocks.len() {
        hypothesis.evidence_against.push(format!(
            "{} more are not known to the hour and are not counted here",
            separate - shocks.len()
        ));
    }
    let mut hosts: Vec<usize> = cases.iter().map(|case| analysis.study.cases[*case].host as usize).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let counts = (in_block as u64, hours.len() as u64);
    hypothesis.next_step =
        case_advice::hours(analysis, &value, &hosts, counts, (time_in, time_all), p_adjusted);
    hypothesis.account = Account {
        asked_of: class,
        events_exposed: in_block as u32,
        events_total: hours.len() as u32,
        events_expected: Some(hours.len() as f64 * time_in / time_all.max(1e-9)),
        p_value_test: hypothesis.p_value.map(|_| {
            format!(
                "Rayleigh's test of the hours of independent events; null: {}. It does not look at the six hours \
                 chosen; ratio and interval do, and flatter",
                clock_tests::null_of_the_day(analysis)
            )
        }),
        p_adjusted_test: Some(account::max_t(analysis, false)),
        posterior_against: Some(account::no_cause(analysis)),
        ..Account::default()
    };
    let claim = format!("Hosts {} mostly around {:02}:00", names::failing(class), evidence.peak_hour as u32);
    account::summarise(&mut hypothesis, &claim);
    Some(hypothesis)
}

/// First hour of the six with most events; of equals the one centred nearest to the peak, and starts
/// at midnight, 6, 12 and 18 first, as people name them.
fn busiest_block(hours: &[f64], peak: f64) -> u32 {
    let count = |start: u32| hours.iter().filter(|h| (**h - f64::from(start)).rem_euclid(24.0) < 6.0).count();
    let distance = |start: u32| {
        let gap = (f64::from(start) + 3.0 - peak).rem_euclid(24.0);
        gap.min(24.0 - gap)
    };
    let key = |start: u32| {
        let named = if start.is_multiple_of(6) { 0.75 } else { 0.0 };
        count(start) as f64 + named - 0.1 * distance(start)
    };
    (0..24).max_by(|a, b| key(*a).total_cmp(&key(*b)).then(b.cmp(a))).unwrap_or(0)
}

/// Host-days of the fleet in six hours of the day, and in all.
fn exposure_of_block(analysis: &Analysis, start: u32) -> (f64, f64) {
    let all = analysis.time.total_seconds / DAY as f64;
    let points: f64 = analysis.sample.hours.iter().sum();
    let inside: f64 = (0..6).map(|i| analysis.sample.hours[((start + i) % 24) as usize]).sum();
    if points > 0.0 { (all * inside / points, all) } else { (all / 4.0, all) }
}
