//! Which other explanations are about the same incidents.

use super::{
    findings::{Analysis, RegionFinding},
    names,
    question::Subject,
};

/// Another explanation of the same events.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rival {
    pub name: String,
    /// Its question; `None`: exactly the same host-time, no host can tell.
    pub question: Option<usize>,
}

/// Rivals looked at; nobody acts on the fourth.
const MOST: usize = 3;
/// Share of the events in common (Jaccard) from which two groups are about the same incidents.
const SAME_EVENTS: f64 = 0.5;
/// A rival that explains less than this part of what the region does is none.
const MUCH_WEAKER: f64 = 0.05;

/// The rivals of a group of hosts: near aliases first, then groups that hold the same events.
pub(super) fn of(
    analysis: &Analysis,
    region: &RegionFinding,
    regions: &[RegionFinding],
    name: &names::Name,
) -> Vec<Rival> {
    let mut rivals: Vec<Rival> = Vec::new();
    let mut add = |question: usize| {
        let other = &analysis.list.questions[question];
        let related = other.terms.iter().all(|term| name.terms.contains(term))
            || name.terms.iter().all(|term| other.terms.contains(term));
        let rival = Rival { name: names::Name::of(other).lead(), question: Some(question) };
        if other.subject == Subject::Levels && !related && !rivals.contains(&rival) {
            rivals.push(rival);
        }
    };
    for near in &region.near {
        add(*near);
    }
    let strong = regions.iter().filter(|other| {
        other.question != region.question && other.explained >= MUCH_WEAKER * region.explained
    });
    for other in strong.filter(|other| common_events(analysis, region, other.question) >= SAME_EVENTS) {
        add(other.question);
    }
    rivals.truncate(MOST);
    rivals
}

/// Jaccard index of the events of the region's pool inside it and inside another question.
fn common_events(analysis: &Analysis, region: &RegionFinding, other: usize) -> f64 {
    let (mut both, mut either) = (0.0, 0.0);
    for shock in analysis.base(region).shocks.iter() {
        let here = analysis.events.inside(*shock, 0, region.question);
        let there = analysis.events.inside(*shock, 0, other);
        both += f64::from(here && there);
        either += f64::from(here || there);
    }
    if either > 0.0 { both / either } else { 0.0 }
}
