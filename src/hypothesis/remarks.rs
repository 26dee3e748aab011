//! How the ranking was done, what the fleet is too small to tell, and how the incidents spread.

use crate::{
    model::{
        Study,
        report::{Power, RankingMethod},
    },
    stats::{binomial, power, repeats},
};

use super::{advice, clock_region::DAY, evidence::PoolTable, findings::Analysis, names};

/// Power that counts as "would have been seen".
const WANTED_POWER: f64 = 0.8;

/// The method of a study without incidents or without time at risk.
pub(super) fn nothing_to_rank(study: &Study) -> RankingMethod {
    let remark = if study.cases.is_empty() {
        "No unplanned incident was found, so there is nothing to rank."
    } else {
        "No host was observed for any length of time, so rates cannot be compared."
    };
    RankingMethod { posterior_null: 1.0, remarks: vec![remark.to_owned()], ..RankingMethod::default() }
}

/// The method in numbers and sentences.
pub(super) fn method(
    analysis: &Analysis,
    table: &PoolTable,
    operator: usize,
    permutations: u32,
) -> RankingMethod {
    let power = power_per_factor(analysis, table);
    let mut remarks = Vec::new();
    remarks.extend(spread(analysis));
    remarks.extend(bursts(analysis));
    if operator > 0 {
        remarks.push(format!(
            "{operator} independent events caused by people were set apart; the other questions are asked of the remaining {}.",
            analysis.events.shocks.len()
        ));
    }
    remarks.extend(too_small(analysis, &power, table));
    RankingMethod {
        questions: analysis.list.questions.len() as u32,
        permutations,
        independent_events: analysis.events.of_any_cause as u32,
        posterior_null: analysis.average.null,
        power,
        remarks,
    }
}

/// Whether repeats on hosts are more than chance.
fn spread(analysis: &Analysis) -> Option<String> {
    let events = analysis.events.shocks.len() as u64;
    let hosts = analysis.time.host_seconds.iter().filter(|seconds| **seconds > 0.0).count() as u64;
    if events == 0 || hosts < 2 {
        return None;
    }
    let mut per_host = vec![0u64; analysis.time.host_seconds.len()];
    for shock in &analysis.events.shocks {
        per_host[shock.first().instant.host] += 1;
    }
    let hit = per_host.iter().filter(|count| **count > 0).count();
    let most = per_host.iter().copied().max().unwrap_or(0);
    let expected = repeats::expected_distinct(events, hosts);
    let start = format!(
        "{events} independent events fell on {hit} of {hosts} hosts; chance alone would hit {expected:.1}, "
    );
    if events > 400 {
        return Some(format!("{start}so repeats are judged host by host in the list."));
    }
    let end = if most < 3 {
        let chance = repeats::some_host_at_least(2, events, hosts);
        format!(
            "and would hit some host twice in {} of such fleets. That hosts failed mostly once each is what chance \
             looks like: it argues against a single bad host and says nothing else.",
            names::percent(chance)
        )
    } else {
        let chance = repeats::some_host_at_least(most, events, hosts);
        format!(
            "and would put {most} or more on some host in {} of such fleets{}",
            names::percent(chance),
            if chance < 0.05 {
                ": some hosts do fail more than others."
            } else {
                ", so this is no sign of a bad host."
            }
        )
    };
    Some(start + &end)
}

fn bursts(analysis: &Analysis) -> Option<String> {
    let incidents: usize = analysis.events.shocks.iter().map(|shock| shock.incidents.len()).sum();
    let shocks = analysis.events.shocks.len();
    (incidents > shocks).then(|| {
        format!(
            "{incidents} incidents count as {shocks} independent events: hosts of one locality within minutes, or one \
             host over and over within the hour, are one event."
        )
    })
}

/// The score that only 5 % of shuffled fleets reach.
fn threshold(analysis: &Analysis) -> Option<f64> {
    let maxima = &analysis.any_time;
    maxima.get((maxima.len() * 95).div_ceil(100).min(maxima.len().saturating_sub(1))).copied()
}

/// For the typical level of each factor, the smallest rate ratio that would have been seen.
fn power_per_factor(analysis: &Analysis, table: &PoolTable) -> Vec<Power> {
    let Some(threshold) = threshold(analysis) else { return Vec::new() };
    let events = table.events as u64;
    let mut found = Vec::new();
    for (index, factor) in analysis.study.factors.iter().enumerate() {
        let mut levels: Vec<(f64, usize)> = analysis
            .list
            .questions
            .iter()
            .enumerate()
            .filter(|(_, question)| question.flag.is_none() && question.levels.len() == 1)
            .filter(|(_, question)| question.levels[0].0 == index)
            .map(|(place, question)| (question.share, place))
            .collect();
        levels.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let Some((share, question)) = levels.get(levels.len() / 2).copied() else { continue };
        // Hosts that failed often because of a true cause make the shuffled fleets look dangerous too;
        // the price of asking so many questions one by one is the limit of that.
        // The score grows with the count.
        let needed = (table.events > 0 && table.score(question, table.events) >= threshold)
            .then(|| first_count(table.events, |count| table.score(question, count) >= threshold));
        let shuffled = needed.map_or(0.0, |needed| binomial::at_least(needed as u64, events, share));
        let alpha = shuffled.max(0.05 / analysis.list.questions.len().max(1) as f64) * (1.0 + 1e-9);
        let ratio = power::minimum_detectable(events, share, alpha, WANTED_POWER).rate_ratio;
        found.push(Power {
            factor: factor.name.clone(),
            typical_share: share,
            minimum_detectable_rate_ratio: ratio,
        });
    }
    found
}

/// The smallest count from 1 on that is enough, where `most` is.
fn first_count(most: usize, enough: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (1, most);
    while low < high {
        let middle = usize::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    high
}

/// The sentence that says what cannot be seen, and when it could.
fn too_small(analysis: &Analysis, power: &[Power], table: &PoolTable) -> Option<String> {
    let mut ratios: Vec<Option<f64>> = power.iter().map(|p| p.minimum_detectable_rate_ratio).collect();
    ratios.sort_by(|a, b| a.unwrap_or(f64::INFINITY).total_cmp(&b.unwrap_or(f64::INFINITY)));
    let typical = *ratios.get(ratios.len() / 2)?;
    let mut shares: Vec<f64> = power.iter().map(|p| p.typical_share).collect();
    shares.sort_by(f64::total_cmp);
    let share = shares[shares.len() / 2];
    let events = table.events as u64;
    let visible = match typical {
        Some(ratio) => {
            format!("only a cause that multiplies the rate by {} or more would be seen", names::ratio(ratio))
        }
        None => "no cause could be shown, however strong".to_owned(),
    };
    let mut sentence = format!(
        "With {events} independent events and a typical group of {} of the fleet {visible}",
        names::percent(share)
    );
    let alpha = 0.05 / analysis.list.questions.len().max(1) as f64;
    let enough = (1..=40)
        .map(|step| events * (10 + step) / 10 + step)
        .find(|n| power::power_to_see(*n, share, alpha, 5.0) >= WANTED_POWER);
    if typical.is_none_or(|ratio| ratio > 5.0)
        && let Some(enough) = enough
    {
        let days = (analysis.study.to - analysis.study.from) as f64 / DAY as f64;
        let more = (enough - events) as f64 / events.max(1) as f64 * days;
        sentence.push_str(&format!(
            "; at the present rate a five-fold one becomes visible in about {}",
            advice::weeks(more)
        ));
    }
    sentence.push('.');
    Some(sentence)
}
