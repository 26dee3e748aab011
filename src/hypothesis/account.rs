//! How the numbers of a hypothesis were come by, and its claim in one sentence.

use crate::{
    model::{Account, Family, Hypothesis, Verdict},
    stats::rate_ratio::RateRatio,
};

use super::{
    findings::{Analysis, RegionFinding},
    names,
};

/// The counts, tests and nulls of a region.
pub(super) fn of_region(analysis: &Analysis, region: &RegionFinding, rates: Option<&RateRatio>) -> Account {
    let pool = &analysis.events.pools[region.pool];
    let question = analysis.question(region);
    let base = analysis.base(region);
    let inside = base.inside(analysis.events, region.question);
    let symptom = question.family == Family::Precursor;
    Account {
        asked_of: pool.class,
        events_exposed: inside as u32,
        events_total: base.total() as u32,
        events_expected: Some(base.expected()),
        p_value_test: rates.map(|_| TWO_RATES.to_owned()),
        p_adjusted_test: (!analysis.any_time.is_empty()).then(|| max_t(analysis, question.is_window())),
        posterior_against: Some(if symptom {
            format!(
                "no alarm that goes before the incidents ({} likely)",
                names::percent(analysis.average.no_symptom)
            )
        } else {
            no_cause(analysis)
        }),
        posterior_range: Some(analysis.posterior_range(region)),
        evidence_for: evidence_for(analysis, region, rates),
        ..Account::default()
    }
}

/// Test and null of the exact comparison of two rates.
pub(super) const TWO_RATES: &str = "exact conditional test of two Poisson rates on independent events, two-sided (twice \
     the smaller tail); null: the same rate inside and outside";

/// What the posterior of regions, daily patterns and hosts is weighed against.
pub(super) fn no_cause(analysis: &Analysis) -> String {
    format!(
        "no factor, window, uptime, hour or host raises the rate of independent events ({} likely)",
        names::percent(analysis.average.null)
    )
}

/// The permutation test over all questions.
pub(super) fn max_t(analysis: &Analysis, is_window: bool) -> String {
    let time = if is_window {
        "times redrawn, once anywhere and once at the same time of day, the larger p counts"
    } else {
        "times redrawn in the observed time"
    };
    format!(
        "largest ln BF + ln prior of {} in each of {} (max-T); null: whole hosts exchanged with all their events, {time}",
        names::counted(analysis.list.questions.len(), "question"),
        names::counted(analysis.any_time.len(), "shuffled fleet")
    )
}

fn evidence_for(analysis: &Analysis, region: &RegionFinding, rates: Option<&RateRatio>) -> Vec<String> {
    let mut facts = Vec::new();
    let Some(rates) = rates.filter(|rates| rates.ratio > 1.0) else { return facts };
    let base = analysis.base(region);
    let events = base.total() as usize;
    facts.push(format!(
        "{} of {} {}{} fell inside, where {} would be expected if it made no difference; so many or more would come by \
         chance with p = {} (exact, one-sided, this question alone)",
        base.inside(analysis.events, region.question),
        events,
        names::events(analysis.events.pools[region.pool].class, events),
        base.own.map_or("", |_| " on the changed hosts"),
        names::expected(base.expected()),
        names::p_value(rates.p_greater)
    ));
    if region.p_adjusted <= 0.05 && !analysis.any_time.is_empty() {
        facts.push(format!(
            "of {} shuffled fleets {} anything as striking, with all questions asked again (p = {})",
            names::whole(analysis.any_time.len() as f64),
            match (region.p_adjusted * (analysis.any_time.len() + 1) as f64).round() as usize {
                0 | 1 => "none held".to_owned(),
                2 => "one held".to_owned(),
                more => format!("{} held", more - 1),
            },
            names::p_value(region.p_adjusted)
        ));
    }
    facts
}

/// One sentence for whoever reads no other: what, how sure, what to do.
///
/// `claim` says what without a full stop. Of the next step the first sentence is taken.
pub(super) fn summarise(hypothesis: &mut Hypothesis, claim: &str) {
    let sure = match hypothesis.verdict {
        Verdict::Supported => match hypothesis.p_adjusted {
            Some(p) => format!(
                "the data carry this, coincidence would look as striking in {} of cases",
                names::at_most(p)
            ),
            None => "the data carry this".to_owned(),
        },
        Verdict::Suggestive => "this is a lead, not a finding".to_owned(),
        Verdict::Inconclusive => "this data cannot tell whether there is anything in it".to_owned(),
        Verdict::Contradicted => "the data speak against any effect worth acting on".to_owned(),
    };
    let named = [&hypothesis.terms].into_iter().chain(&hypothesis.aliases).flatten();
    let names: Vec<&str> = named.map(|term| term.value.as_str()).collect();
    let step = first_sentence(&hypothesis.next_step, &names);
    hypothesis.account.summary = format!("{claim}: {sure}. {step}");
}

/// Up to the first full stop that ends a sentence. Dots inside host names and versions do not, nor those
/// of the names given ("Dell Inc.").
fn first_sentence<'a>(text: &'a str, names: &[&str]) -> &'a str {
    let of_names: Vec<(usize, usize)> = names
        .iter()
        .filter(|name| !name.is_empty())
        .flat_map(|name| text.match_indices(name).map(|(at, found)| (at, at + found.len())))
        .collect();
    let ends = |at: &usize| !of_names.iter().any(|(from, to)| (from..to).contains(&at));
    text.match_indices(". ").map(|(at, _)| at).find(ends).map_or(text, |end| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_name_with_a_full_stop_ends_no_sentence() {
        let text =
            "Move 2 of the 5 hosts on vendor Dell Inc. to h1.example. Then wait. None: it is Dell Inc..";
        assert_eq!(
            first_sentence(text, &["Dell Inc.", ""]),
            "Move 2 of the 5 hosts on vendor Dell Inc. to h1.example."
        );
        assert_eq!(first_sentence("It is Dell Inc.. Wait.", &["Dell Inc."]), "It is Dell Inc..");
        assert_eq!(first_sentence("Wait.", &[]), "Wait.");
    }
}
