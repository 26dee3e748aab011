//! How the ranking was done, and how the incidents spread.

use crate::{
    model::{Hypothesis, Study, Verdict, report::RankingMethod},
    stats::repeats,
};

use super::{could_see, evidence::PoolTable, findings::Analysis, names};

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
    hypotheses: &[Hypothesis],
) -> RankingMethod {
    let power = could_see::per_factor(analysis, table);
    let mut remarks = Vec::new();
    remarks.extend(spread(analysis));
    remarks.extend(bursts(analysis));
    if operator > 0 {
        remarks.push(format!(
            "{} caused by people {} set apart; the other questions are asked of the remaining {}.",
            names::counted(operator, "independent event"),
            if operator == 1 { "was" } else { "were" },
            analysis.events.shocks.len()
        ));
    }
    let supported = hypotheses.iter().any(|hypothesis| hypothesis.verdict == Verdict::Supported);
    RankingMethod {
        questions: analysis.list.questions.len() as u32,
        permutations,
        independent_events: analysis.events.of_any_cause as u32,
        posterior_null: analysis.average.null,
        events_compared: table.events as u32,
        could_see: could_see::sentence(&power, table.events),
        too_small_to_tell: !supported && could_see::too_small(&power),
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
        "{} fell on {hit} of {hosts} hosts; chance alone would hit {expected:.1}, ",
        names::counted(events as usize, "independent event")
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
            "{incidents} incidents count as {}: hosts of one locality within minutes, or one \
             host over and over within the hour, are one event.",
            names::counted(shocks, "independent event")
        )
    })
}
