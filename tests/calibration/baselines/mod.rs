//! What people use otherwise, on the same incidents, not deduplicated: lift thresholds, frequent
//! itemsets ranked by lift, chi-square per factor.
//!
//! Their lists are collapsed as ours are: what is the same region as an entry above takes no place.

mod atoms;
mod chi_square;
mod itemsets;
mod lift;

use super::{
    bits::Bits,
    points::{Points, Relation, SAME, jaccard, relation},
};

use atoms::Atoms;

pub const METHODS: [&str; 6] = [
    "lift, singles",
    "lift, singles and pairs",
    "FP-growth",
    "FP-growth, strict support",
    "chi-square",
    "chi-square, Bonferroni",
];
/// Places that are counted, and entries looked at to fill them.
const PLACES: usize = 3;
const ENTRIES: usize = 60;
const ALARMING_LIFT: f64 = 2.0;
const SIGNIFICANT: f64 = 0.05;

/// What a method says of a fleet.
#[derive(Debug, Clone, Copy)]
pub struct Guess {
    pub place: Option<usize>,
    pub lenient: Option<usize>,
    /// Whether its best entry passes the method's own threshold.
    pub alarm: bool,
}

/// One per method, in the order of [`METHODS`].
pub fn guesses(points: &Points, truth: Option<&Bits>) -> Vec<Guess> {
    let atoms = Atoms::new(points);
    let n = points.fleet.study.cases.len() as f64;
    let singles = lift::by_lift(atoms.singles(), n, 2.0);
    let support = f64::max(2.0, 0.2 * n);
    let pairs = lift::by_lift(atoms.candidates(), n, support);
    let usual = itemsets::by_lift(&atoms, support, 1.1);
    let strict = itemsets::by_lift(&atoms, f64::max(2.0, 0.3 * n), 1.5);
    let factors = chi_square::by_p(&atoms);
    let smallest = factors.first().map_or(1.0, |first| first.p);
    let by_factor: Vec<Bits> = factors.iter().map(|factor| factor.members.clone()).collect();
    let lifted = |list: &[lift::Lifted]| {
        let alarm = list.first().is_some_and(|first| first.lift >= ALARMING_LIFT);
        let members: Vec<Bits> = list.iter().take(ENTRIES).map(|entry| entry.members.clone()).collect();
        guess(&members, truth, alarm)
    };
    vec![
        lifted(&singles),
        lifted(&pairs),
        lifted(&usual),
        lifted(&strict),
        guess(&by_factor, truth, smallest <= SIGNIFICANT),
        guess(&by_factor, truth, smallest * factors.len() as f64 <= SIGNIFICANT),
    ]
}

fn guess(list: &[Bits], truth: Option<&Bits>, alarm: bool) -> Guess {
    let mut kept: Vec<&Bits> = Vec::new();
    let (mut place, mut lenient) = (None, None);
    for entry in list {
        if kept.iter().any(|earlier| jaccard(earlier, entry) >= SAME) {
            continue;
        }
        kept.push(entry);
        let relation = truth.map_or(Relation::Unrelated, |truth| relation(entry, truth));
        if relation == Relation::Same {
            place = place.or(Some(kept.len()));
        }
        if relation >= Relation::Inside {
            lenient = lenient.or(Some(kept.len()));
        }
        if kept.len() == PLACES {
            break;
        }
    }
    Guess { place, lenient, alarm }
}
