//! One fleet, ranked and judged.

use coroner::{
    hypothesis::{Ranking, Settings, rank},
    model::{Family, Hypothesis, Verdict},
};

use crate::fleets::{Scenario, Simulated, simulate};

use super::{
    baselines::{self, Guess},
    criterion::Truth,
    plan::Size,
    points::{Points, Relation},
    show,
};

/// Hypotheses looked at for the planted cause.
const LOOKED_AT: usize = 10;
const SIGNIFICANT: f64 = 0.05;

/// What came of one fleet.
pub struct Run {
    pub seed: u64,
    pub planted: Vec<String>,
    /// Place of each planted cause, and of the first that is it or lies inside it.
    pub places: Vec<Option<usize>>,
    pub lenient: Option<usize>,
    /// Posterior of the first hypothesis, and whether it is a planted cause.
    pub stated: Option<f64>,
    pub hit: bool,
    /// Families of hypotheses with an adjusted p of at most 0.05.
    pub alarms: Vec<Family>,
    /// Whether a planted cause is supported.
    pub supported: bool,
    pub supported_window: bool,
    /// Supported hypotheses that have nothing to do with any planted cause.
    pub wrong_claims: Vec<String>,
    pub first: Vec<String>,
    pub guesses: Vec<Guess>,
}

/// Hosts and incidents are those of `size`; `naive` asks the baselines as well.
pub fn run(size: Size, scenario: Scenario, seed: u64, permutations: u32, naive: bool) -> Run {
    let Simulated { fleet, planted } = simulate(size.hosts, size.incidents, scenario, seed);
    let ranking = rank(&fleet.study, &Settings { seed, permutations });
    let points = Points::new(&fleet, seed);
    let truths: Vec<Truth> = planted.iter().map(|planted| Truth::new(planted, &points)).collect();
    let listed: Vec<&Hypothesis> = ranking.hypotheses.iter().filter(|h| !is_true(h, &scenario)).collect();
    let relations: Vec<Vec<Relation>> = listed
        .iter()
        .take(LOOKED_AT)
        .map(|h| truths.iter().map(|truth| truth.relation(h, &points)).collect())
        .collect();
    let place = |test: &dyn Fn(&Vec<Relation>) -> bool| relations.iter().position(test).map(|i| i + 1);
    let is_supported = |h: &&&Hypothesis| h.verdict == Verdict::Supported;
    let claims =
        |h: &Hypothesis, least: Relation| truths.iter().any(|truth| truth.relation(h, &points) >= least);
    let wrong = |h: &&&Hypothesis| is_supported(h) && !claims(h, Relation::Related);
    Run {
        seed,
        planted: planted.iter().map(|planted| show::name(planted, &fleet)).collect(),
        places: (0..truths.len()).map(|i| place(&|relations| relations[i] == Relation::Same)).collect(),
        lenient: place(&|relations| relations.iter().any(|r| *r >= Relation::Inside)),
        stated: listed.first().and_then(|h| h.posterior),
        hit: relations.first().is_some_and(|relations| relations.contains(&Relation::Same)),
        alarms: alarms(&listed),
        supported: listed.iter().filter(is_supported).any(|h| claims(h, Relation::Same)),
        supported_window: listed.iter().filter(is_supported).any(|h| h.family == Family::Window),
        wrong_claims: listed.iter().filter(wrong).map(|h| show::line(h)).collect(),
        first: first(&ranking),
        guesses: if naive {
            baselines::guesses(&points, truths.first().and_then(Truth::members))
        } else {
            Vec::new()
        },
    }
}

/// What is true of the fleet besides the planted cause: it takes nobody's place and is no false alarm.
/// A burst is a shared event; a mild night effect is a daily pattern.
fn is_true(hypothesis: &Hypothesis, scenario: &Scenario) -> bool {
    (scenario.bursts > 0 && hypothesis.family == Family::SharedEvent)
        || (scenario.mild_night > 0.0 && hypothesis.family == Family::TimeOfDay)
}

fn alarms(listed: &[&Hypothesis]) -> Vec<Family> {
    let significant = listed.iter().filter(|h| h.p_adjusted.is_some_and(|p| p <= SIGNIFICANT));
    let mut families: Vec<Family> = significant.map(|h| h.family).collect();
    families.sort_unstable();
    families.dedup();
    families
}

fn first(ranking: &Ranking) -> Vec<String> {
    let mut lines: Vec<String> = ranking.hypotheses.iter().take(3).map(show::line).collect();
    lines.push(format!(
        "P(no cause) {:.3}, {} questions, {} independent events",
        ranking.method.posterior_null, ranking.method.questions, ranking.method.independent_events
    ));
    lines
}
