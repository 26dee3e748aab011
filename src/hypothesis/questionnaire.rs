//! All questions asked of a study, each with its exact exposure and its prior.

use std::collections::BTreeMap;

use crate::model::{Family, Study, Term};

use super::{
    flags,
    host_time::HostTime,
    own_hosts::OwnHosts,
    question::{Flag, Part, Question, Subject},
};

/// Beyond this share of all host-time a region has next to nothing outside to compare with.
const LARGEST_SHARE: f64 = 0.97;
const SMALLEST_SHARE: f64 = 1e-7;
/// Levels beyond which a factor names single hosts and is not combined with others.
const LEVELS_TO_COMBINE: usize = 24;
const MOST_INTERACTIONS: usize = 4000;
const MOST_DEEP_WINDOWS: usize = 1200;
/// Factors that are known to matter together ("this system on that hypervisor"): they share most of
/// the prior of combinations, and three-way questions with a window stay among them.
const DEEP_FACTORS: [&str; 9] =
    ["os", "hypervisor", "virtualization", "virtualisation", "hv", "role", "model", "kernel", "bios_version"];

const NAMED_TOGETHER: f64 = 0.7;

/// The questions, and the regions of time they share.
#[derive(Debug)]
pub(super) struct Questionnaire {
    pub flags: Vec<Flag>,
    pub questions: Vec<Question>,
    /// Seconds per flag and profile; the last row is all time.
    pub exposure: Vec<Vec<f64>>,
    /// Questions that are judged on some hosts alone.
    pub own: BTreeMap<usize, OwnHosts>,
    /// Prior of "this very host", for each host.
    pub host_prior: f64,
    /// Prior of a daily pattern.
    pub daily_prior: f64,
    total_seconds: f64,
}

/// Groups that share a slice of the prior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slice {
    Factor,
    Interaction,
    Window,
    WindowFactor,
    Precursor,
    Clock,
    Uptime,
    Host,
    Change,
    DeclaredChange,
}

impl Slice {
    /// Share of the prior probability that some listed cause is at work.
    fn weight(self) -> f64 {
        match self {
            Self::Factor => 0.35,
            Self::Window => 0.13,
            Self::Interaction | Self::WindowFactor => 0.14,
            Self::Precursor => 0.10,
            Self::Clock | Self::Uptime => 0.06,
            Self::Host | Self::DeclaredChange => 0.05,
            Self::Change => 0.03,
        }
    }
}

/// A question before its exposure and final prior are known; `prior` is within its slice.
struct Draft {
    slice: Slice,
    family: Family,
    flag: Option<usize>,
    levels: Vec<(usize, u32)>,
    prior: f64,
}

impl Questionnaire {
    /// Lists the questions. `occupied` are the profiles that cases have.
    pub fn new(study: &Study, time: &HostTime, occupied: &[bool]) -> Self {
        let flags = flags::flags(study);
        let mut exposure: Vec<Vec<f64>> = flags.iter().map(|flag| flag.clock.exposure(study, time)).collect();
        exposure.push(all_time(time));
        let levels = levels_in_use(study, &exposure[flags.len()], time);
        let mut drafts = Vec::new();
        factors(&levels, &mut drafts);
        interactions(study, &levels, time, &exposure[flags.len()], &mut drafts);
        single_flags(study, &flags, &mut drafts);
        window_factors(study, &flags, &levels, &mut drafts);
        let scale = prior_scale(&drafts);
        let mut questionnaire = Self {
            host_prior: Slice::Host.weight() * scale / study.hosts.len().max(1) as f64,
            daily_prior: Slice::Clock.weight() * 0.7 * scale,
            flags,
            questions: Vec::new(),
            exposure,
            own: BTreeMap::new(),
            total_seconds: time.total_seconds,
        };
        questionnaire.settle(study, time, occupied, drafts, scale);
        questionnaire
    }

    /// Measures every draft, drops the empty and the all-embracing, merges those that are the same
    /// host-time.
    fn settle(&mut self, study: &Study, time: &HostTime, occupied: &[bool], drafts: Vec<Draft>, scale: f64) {
        let mut seen: BTreeMap<(usize, Vec<bool>), usize> = BTreeMap::new();
        for draft in drafts {
            let row = draft.flag.unwrap_or(self.flags.len());
            let seconds = &self.exposure[row];
            let holds = |profile: usize| {
                draft.levels.iter().all(|(factor, level)| time.profiles[profile][*factor] == *level)
            };
            let inside: Vec<bool> = (0..time.profiles.len()).map(holds).collect();
            let total: f64 = seconds.iter().zip(&inside).filter(|(_, inside)| **inside).map(|(s, _)| s).sum();
            let share = if time.total_seconds > 0.0 { total / time.total_seconds } else { 0.0 };
            let own = draft.flag.and_then(|flag| OwnHosts::of(study, time, &self.flags[flag]));
            let compared = own.as_ref().map_or(share, |own| own.share);
            if !(SMALLEST_SHARE..LARGEST_SHARE).contains(&compared) {
                continue;
            }
            let mut terms = draft.flag.map_or_else(Vec::new, |flag| self.flags[flag].terms.clone());
            for (factor, level) in &draft.levels {
                let factor = &study.factors[*factor];
                terms.push(Term::new(factor.name.clone(), factor.levels[*level as usize].clone()));
            }
            let key: Vec<bool> = inside
                .iter()
                .enumerate()
                .map(|(profile, inside)| *inside && (seconds[profile] > 0.0 || occupied[profile]))
                .collect();
            let prior = draft.prior * draft.slice.weight() * scale;
            if let Some(same) = seen.get(&(row, key.clone())) {
                let question = &mut self.questions[*same];
                question.prior += prior;
                // "A and B" for the time of A says nothing new.
                let implied = |name: &Vec<Term>| name.iter().all(|term| terms.contains(term));
                if !implied(&question.terms) && !question.aliases.iter().any(implied) {
                    question.aliases.push(terms);
                }
                continue;
            }
            seen.insert((row, key.clone()), self.questions.len());
            self.own.extend(own.map(|own| (self.questions.len(), own)));
            self.questions.push(Question {
                family: draft.family,
                subject: draft.flag.map_or(Subject::Levels, |flag| self.flags[flag].subject.clone()),
                flag: draft.flag,
                levels: draft.levels,
                prior,
                exposure_seconds: total,
                share,
                terms,
                aliases: Vec::new(),
                profiles: key,
            });
        }
    }

    /// Share of all host-time common to two regions; `None` where two clock regions meet, whose overlap
    /// must be sampled.
    pub fn common_share(&self, a: usize, b: usize) -> Option<f64> {
        let (a, b) = (&self.questions[a], &self.questions[b]);
        let row = match (a.flag, b.flag) {
            (Some(a), Some(b)) if a != b => return None,
            (Some(flag), _) | (None, Some(flag)) => flag,
            (None, None) => self.flags.len(),
        };
        let inside = a.profiles.iter().zip(&b.profiles);
        let common: f64 = self.exposure[row]
            .iter()
            .zip(inside)
            .filter(|(_, (a, b))| **a && **b)
            .map(|(seconds, _)| seconds)
            .sum();
        Some(if self.total_seconds > 0.0 { common / self.total_seconds } else { 0.0 })
    }

    /// Seconds of all time of the hosts that a question is about, whatever the clock.
    pub fn group_seconds(&self, question: &Question) -> f64 {
        let all = &self.exposure[self.flags.len()];
        all.iter().zip(&question.profiles).filter(|(_, inside)| **inside).map(|(seconds, _)| seconds).sum()
    }

    /// Row of [`Self::exposure`] that holds for a question.
    pub fn seconds(&self, question: &Question) -> &[f64] {
        &self.exposure[question.flag.unwrap_or(self.flags.len())]
    }
}

fn all_time(time: &HostTime) -> Vec<f64> {
    let mut seconds = vec![0.0; time.profiles.len()];
    for stretch in time.stretches.iter().flatten() {
        seconds[stretch.profile as usize] += (stretch.to - stretch.from) as f64;
    }
    seconds
}

/// Per factor, the levels that have exposure.
fn levels_in_use(study: &Study, seconds: &[f64], time: &HostTime) -> Vec<Vec<u32>> {
    let mut used: Vec<Vec<bool>> =
        study.factors.iter().map(|factor| vec![false; factor.levels.len()]).collect();
    for (profile, levels) in time.profiles.iter().enumerate().filter(|(profile, _)| seconds[*profile] > 0.0) {
        debug_assert!(profile < seconds.len());
        for (factor, level) in levels.iter().enumerate() {
            if let Some(used) = used[factor].get_mut(*level as usize) {
                *used = true;
            }
        }
    }
    used.iter().map(|used| (0..used.len() as u32).filter(|level| used[*level as usize]).collect()).collect()
}

fn factors(levels: &[Vec<u32>], drafts: &mut Vec<Draft>) {
    let varied = levels.iter().filter(|levels| !levels.is_empty()).count().max(1) as f64;
    for (factor, levels) in levels.iter().enumerate() {
        for level in levels {
            drafts.push(Draft {
                slice: Slice::Factor,
                family: Family::Factor,
                flag: None,
                levels: vec![(factor, *level)],
                prior: 1.0 / varied / levels.len() as f64,
            });
        }
    }
}

/// Factors whose levels are combined with others: not localities, not names of single hosts.
fn combinable(study: &Study, levels: &[Vec<u32>]) -> Vec<usize> {
    (0..study.factors.len())
        .filter(|factor| {
            !study.factors[*factor].is_locality && (2..=LEVELS_TO_COMBINE).contains(&levels[*factor].len())
        })
        .collect()
}

fn interactions(
    study: &Study,
    levels: &[Vec<u32>],
    time: &HostTime,
    seconds: &[f64],
    drafts: &mut Vec<Draft>,
) {
    let mut pairs: BTreeMap<[(usize, u32); 2], f64> = BTreeMap::new();
    let soft = combinable(study, levels);
    for (profile, values) in time.profiles.iter().enumerate().filter(|(profile, _)| seconds[*profile] > 0.0) {
        for (i, first) in soft.iter().enumerate() {
            for second in &soft[i + 1..] {
                let known = |factor: usize| (values[factor] as usize) < study.factors[factor].levels.len();
                if known(*first) && known(*second) {
                    let key = [(*first, values[*first]), (*second, values[*second])];
                    *pairs.entry(key).or_default() += seconds[profile];
                }
            }
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    // The largest first, so that a cap leaves out what could never be shown anyway.
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    pairs.truncate(MOST_INTERACTIONS);
    let usual = |factor: usize| DEEP_FACTORS.contains(&study.factors[factor].name.as_str());
    let (named, other): (Vec<_>, Vec<_>) = pairs
        .into_iter()
        .map(|(pair, _)| pair)
        .partition(|[first, second]| usual(first.0) && usual(second.0));
    let both = !named.is_empty() && !other.is_empty();
    for (list, part) in [(named, NAMED_TOGETHER), (other, 1.0 - NAMED_TOGETHER)] {
        let prior = if both { part } else { 1.0 } / list.len().max(1) as f64;
        for [first, second] in list {
            drafts.push(Draft {
                slice: Slice::Interaction,
                family: Family::Interaction,
                flag: None,
                levels: vec![first, second],
                prior,
            });
        }
    }
}

fn single_flags(study: &Study, flags: &[Flag], drafts: &mut Vec<Draft>) {
    let count =
        |test: &dyn Fn(&Subject) -> bool| flags.iter().filter(|flag| test(&flag.subject)).count() as f64;
    let windows = count(&|s| matches!(s, Subject::Window { part: Part::Inside, .. }));
    let precursors = count(&|s| matches!(s, Subject::Precursor { .. }));
    let scanned = count(&|s| is_scanned(s));
    let named = count(&|s| matches!(s, Subject::Uptime { .. }) && !is_scanned(s));
    let declared = |change: usize| study.changes[change].declared;
    let announced = count(&|s| matches!(s, Subject::Change { change } if declared(*change)));
    let noticed = count(&|s| matches!(s, Subject::Change { change } if !declared(*change)));
    for (index, flag) in flags.iter().enumerate() {
        let (slice, family, prior) = match &flag.subject {
            Subject::Levels => continue,
            Subject::Window { part, .. } => (Slice::Window, Family::Window, part_weight(*part) / windows),
            Subject::Precursor { .. } => (Slice::Precursor, Family::Precursor, 1.0 / precursors),
            Subject::Weekday => (Slice::Clock, Family::TimeOfDay, 0.3 / 7.0),
            subject @ Subject::Uptime { .. } => {
                let prior = if is_scanned(subject) { 0.4 / scanned } else { 0.6 / named };
                (Slice::Uptime, Family::Uptime, prior)
            }
            Subject::Change { change } if declared(*change) => {
                (Slice::DeclaredChange, Family::Change, 1.0 / announced)
            }
            Subject::Change { .. } => (Slice::Change, Family::Change, 1.0 / noticed),
        };
        drafts.push(Draft { slice, family, flag: Some(index), levels: Vec::new(), prior });
    }
}

/// Whether an uptime is one of many tried, rather than one that was known beforehand.
pub(super) fn is_scanned(subject: &Subject) -> bool {
    matches!(subject, Subject::Uptime { low, high, known: None } if *low > 0.0 && high / low < 1.1)
}

fn window_factors(study: &Study, flags: &[Flag], levels: &[Vec<u32>], drafts: &mut Vec<Draft>) {
    let soft = combinable(study, levels);
    let atoms: Vec<(usize, u32)> =
        soft.iter().flat_map(|factor| levels[*factor].iter().map(move |level| (*factor, *level))).collect();
    let named = |atom: &(usize, u32)| DEEP_FACTORS.contains(&study.factors[atom.0].name.as_str());
    let mut shallow = [Vec::new(), Vec::new()];
    let mut deep = Vec::new();
    for (index, flag) in flags.iter().enumerate() {
        let Subject::Window { part, .. } = flag.subject else { continue };
        if part == Part::AfterStart {
            continue;
        }
        for atom in &atoms {
            shallow[usize::from(!named(atom))].push((index, vec![*atom], part_weight(part)));
        }
        if part != Part::Inside {
            continue;
        }
        for (i, first) in atoms.iter().enumerate() {
            for second in &atoms[i + 1..] {
                if first.0 != second.0 && named(first) && named(second) {
                    deep.push((index, vec![*first, *second], 1.0));
                }
            }
        }
    }
    deep.truncate(MOST_DEEP_WINDOWS);
    let [usual, other] = shallow;
    for (list, part) in [(usual, 0.5), (other, 0.2), (deep, 0.3)] {
        let total: f64 = list.iter().map(|(_, _, weight)| weight).sum();
        for (flag, levels, weight) in list {
            drafts.push(Draft {
                slice: Slice::WindowFactor,
                family: Family::Window,
                flag: Some(flag),
                levels,
                prior: part * weight / total,
            });
        }
    }
}

/// The run itself is what people suspect; the hours after its start and end are afterthoughts.
fn part_weight(part: Part) -> f64 {
    match part {
        Part::Inside => 0.5,
        Part::AfterStart | Part::AfterEnd => 0.25,
    }
}

/// Slices that nobody can ask about in this study leave their prior to the others, up to twice.
fn prior_scale(drafts: &[Draft]) -> f64 {
    let mut slices: Vec<Slice> = drafts.iter().map(|draft| draft.slice).collect();
    slices.extend([Slice::Host, Slice::Clock]);
    slices.sort_unstable();
    slices.dedup();
    let present: f64 = slices.iter().map(|slice| slice.weight()).sum();
    (1.0 / present).min(2.0)
}
