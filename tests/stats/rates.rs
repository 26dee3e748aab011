//! Rates, their ratios, shrinkage and power.

use coroner::stats::power::minimum_detectable;

use crate::cases::cases;

const FIXTURE: &str = include_str!("../fixtures/stats/rates.toml");

#[test]
fn what_could_have_been_seen_is_exact() {
    for case in cases(FIXTURE, "detectable", 7) {
        let found =
            minimum_detectable(case.get("n"), case.get("share"), case.get("alpha"), case.get("power"));
        case.agrees_if_any("events_needed", found.events_needed.map(|events| events as f64));
        case.agrees_if_any("rate_ratio", found.rate_ratio);
        case.agrees("smallest_p", found.smallest_p);
    }
}
