//! Single fleets for the eye: why was the planted cause not first, what was claimed wrongly.

use coroner::{
    hypothesis::{Settings, rank},
    model::Hypothesis,
};

use crate::fleets::{Fleet, Planted, Region, Scenario, Simulated, simulate};

use super::{plan::Size, run::Run};

/// Hypotheses told of a fleet that is asked for.
const TOLD: usize = 12;

/// The fleet's planted cause and where it came out, with the first hypotheses.
pub fn miss(row: &str, run: &Run) {
    let places: Vec<String> =
        run.places.iter().map(|place| place.map_or_else(|| "none".to_owned(), |p| p.to_string())).collect();
    println!(
        "{row} seed {}: planted {}, place {}",
        run.seed,
        run.planted.join(" and "),
        places.join(" and ")
    );
    for line in &run.first {
        println!("    {line}");
    }
}

pub fn claims(row: &str, run: &Run) {
    for claim in &run.wrong_claims {
        println!("{row} seed {}: {claim}", run.seed);
    }
}

/// One fleet's whole ranking.
pub fn fleet(row: &str, size: Size, scenario: Scenario, seed: u64, permutations: u32) {
    let Simulated { fleet, planted } = simulate(size.hosts, size.incidents, scenario, seed);
    let ranking = rank(&fleet.study, &Settings { seed, permutations });
    let named: Vec<String> = planted.iter().map(|planted| name(planted, &fleet)).collect();
    println!("# {row}, seed {seed}: planted {}\n", named.join(" and "));
    println!("P(no cause) {:.3}; {}\n", ranking.method.posterior_null, ranking.method.remarks.join(" "));
    for h in ranking.hypotheses.iter().take(TOLD) {
        println!("{:2} {}", h.rank, line(h));
        println!("   rate ratio {:.2?} {:.2?}, p {:.5?}", h.rate_ratio, h.ci95, h.p_value);
        for alias in &h.aliases {
            println!("   = {}", terms(alias));
        }
        for confounder in &h.confounders {
            println!("   ? {}: {}", confounder.factor, confounder.note);
        }
        for against in &h.evidence_against {
            println!("   - {against}");
        }
        println!("   > {}", h.next_step);
    }
    println!();
}

/// The planted cause by its terms, with its size: what is on one host looks like that host.
pub fn name(planted: &Planted, fleet: &Fleet) -> String {
    let terms = terms(&planted.terms);
    let Some(region) = &planted.region else { return terms };
    let on = |host: &usize| Region { host: Some(*host), ..region.clone() }.share(fleet) > 0.0;
    let hosts = (0..fleet.observed.len()).filter(on).count();
    format!("{terms} ({:.2} % of the host-time, hosts: {hosts})", 100.0 * region.share(fleet))
}

fn terms(terms: &[coroner::model::Term]) -> String {
    let terms: Vec<String> = terms.iter().map(|term| format!("{}={}", term.factor, term.value)).collect();
    terms.join("&")
}

/// A hypothesis on a line.
pub fn line(h: &Hypothesis) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    format!(
        "EEF {:5} P {:5} p_adj {:5} {:12} {}",
        number(h.explained_fraction),
        number(h.posterior),
        number(h.p_adjusted),
        h.verdict.word(),
        h.statement
    )
}
