//! When a hypothesis counts as the planted cause.
//!
//! * The planted region and that of the hypothesis, or of one of its aliases, have an exposure Jaccard
//!   index of at least 0.9, by whatever names. *Lenient*: a region that lies at least 95 % inside the
//!   planted one counts as well.
//! * Night (0 to 6 o'clock) is found by a daily pattern whose stated busiest six hours have a Jaccard
//!   index of at least 0.5 with the planted ones, that is, begin at most two hours off: the engine asks
//!   for one smooth pattern and reads its hours off the incidents.
//! * An uptime is found by a stated uptime within 1 % of the planted one: the engine asks for spans of
//!   fixed relative width around it, the planted span is two days.
//! * Stories without a region (feed, operator, signature) go by name.

use coroner::model::{Family, Hypothesis, Term};

use crate::fleets::{Planted, When};

use super::{
    bits::Bits,
    points::{Points, Relation, jaccard, relation},
    reading,
};

const SAME_HOURS: f64 = 0.5;
const SAME_UPTIME: f64 = 0.01;

/// A planted cause and the points in it.
pub struct Truth<'a> {
    planted: &'a Planted,
    members: Option<Bits>,
}

impl<'a> Truth<'a> {
    pub fn new(planted: &'a Planted, points: &Points) -> Self {
        Self { planted, members: planted.region.as_ref().map(|region| points.members(region)) }
    }

    pub fn members(&self) -> Option<&Bits> {
        self.members.as_ref()
    }

    /// The best that holds of the hypothesis and its aliases.
    pub fn relation(&self, hypothesis: &Hypothesis, points: &Points) -> Relation {
        let Some(members) = &self.members else {
            return if self.named_by(hypothesis) { Relation::Same } else { Relation::Unrelated };
        };
        let regions = reading::regions(hypothesis, points.fleet);
        let judged = regions.iter().map(|region| {
            let own = points.members(region);
            let same_hours = hypothesis.family == Family::TimeOfDay
                && region.levels.is_empty()
                && matches!(region.when, Some(When::Hours { .. }))
                && matches!(self.when(), Some(When::Hours { .. }))
                && jaccard(&own, members) >= SAME_HOURS;
            if same_hours { Relation::Same } else { relation(&own, members) }
        });
        let best = judged.max().unwrap_or(Relation::Unrelated);
        if self.same_uptime(hypothesis) { Relation::Same } else { best }
    }

    fn when(&self) -> Option<When> {
        self.planted.region.as_ref().and_then(|region| region.when)
    }

    fn same_uptime(&self, hypothesis: &Hypothesis) -> bool {
        let Some(When::Uptime { low, high }) = self.when() else { return false };
        let middle = (low + high) / 2.0;
        let stated = |terms: &Vec<Term>| match &terms[..] {
            [term] if term.factor == "uptime_days" => term.value.parse::<f64>().ok(),
            _ => None,
        };
        let near = |days: f64| (days - middle).abs() <= SAME_UPTIME * middle;
        std::iter::once(&hypothesis.terms).chain(&hypothesis.aliases).filter_map(stated).any(near)
    }

    fn named_by(&self, hypothesis: &Hypothesis) -> bool {
        hypothesis.terms == self.planted.terms || hypothesis.aliases.contains(&self.planted.terms)
    }
}
