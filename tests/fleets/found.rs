//! Where a planted cause stands in a ranking, by its name.

use coroner::{hypothesis::Ranking, model::Term};

/// Rank at which something is named by these terms, first or as an alias.
pub fn place_by_name(ranking: &Ranking, planted: &[Term]) -> Option<usize> {
    let mut planted = planted.to_vec();
    planted.sort();
    let same = |terms: &[Term]| {
        let mut terms = terms.to_vec();
        terms.sort();
        terms.len() == planted.len()
            && terms
                .iter()
                .zip(&planted)
                .all(|(a, b)| a.factor == b.factor && (b.value == "*" || a.value == b.value))
    };
    let named = |h: &coroner::model::Hypothesis| same(&h.terms) || h.aliases.iter().any(|alias| same(alias));
    ranking.hypotheses.iter().position(named).map(|i| i + 1)
}
