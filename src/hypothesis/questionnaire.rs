//! All questions asked of a study, each with its exact exposure and its prior.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::model::{Family, Study, Term};

use super::{
    clock_region,
    fingerprint::Fingerprint,
    flags,
    host_time::HostTime,
    membership::Membership,
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
/// What a job such as a backup acts upon: quiescing a guest is done by its system and its hypervisor, so
/// a window that hurts only some hosts most likely hurts those.
const GUEST_FACTORS: [&str; 5] = ["os", "hypervisor", "virtualization", "virtualisation", "hv"];

/// Shares of the prior of combinations: a system on a hypervisor, others of [`DEEP_FACTORS`].
const GUESTS_TOGETHER: f64 = 0.12;
const NAMED_TOGETHER: f64 = 0.6;

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
    /// Profiles with each level of each factor, in order.
    with_level: Vec<Vec<Vec<u32>>>,
    every_profile: Vec<u32>,
    /// Hosts that ever had each profile, with the seconds.
    holders: Vec<Vec<(u32, f64)>>,
    /// Profiles that cases have.
    occupied: Vec<bool>,
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
            Self::Factor => 0.33,
            Self::Window => 0.13,
            Self::Interaction | Self::WindowFactor => 0.14,
            Self::Precursor => 0.08,
            Self::Clock => 0.10,
            Self::Uptime => 0.06,
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
        let uptimes = clock_region::uptimes(study, time);
        let mut exposure: Vec<Vec<f64>> =
            flags.par_iter().map(|flag| flag.clock.exposure(study, time, &uptimes)).collect();
        drop(uptimes);
        exposure.push(all_time(time));
        let with_level = profiles_with_level(study, time);
        let levels = levels_in_use(&exposure[flags.len()], &with_level);
        let mut drafts = Vec::new();
        factors(study, &levels, &mut drafts);
        let all = &exposure[flags.len()];
        interactions(study, &levels, time, all, &mut drafts);
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
            with_level,
            every_profile: (0..time.profiles.len() as u32).collect(),
            holders: holders(time),
            occupied: occupied.to_vec(),
        };
        questionnaire.settle(study, time, drafts, scale);
        questionnaire
    }

    /// Measures every draft, drops the empty and the all-embracing, merges those that are the same
    /// host-time.
    fn settle(&mut self, study: &Study, time: &HostTime, drafts: Vec<Draft>, scale: f64) {
        let measured: Vec<(f64, Fingerprint)> =
            drafts.par_iter().map(|draft| self.measure(draft, time)).collect();
        let mut seen: BTreeMap<(usize, Fingerprint), usize> = BTreeMap::new();
        for (draft, (total, region)) in drafts.into_iter().zip(measured) {
            let row = draft.flag.unwrap_or(self.flags.len());
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
            let prior = draft.prior * draft.slice.weight() * scale;
            if let Some(same) = seen.get(&(row, region)) {
                let question = &mut self.questions[*same];
                question.prior += prior;
                // "A and B" for the time of A says nothing new.
                let implied = |name: &Vec<Term>| name.iter().all(|term| terms.contains(term));
                if !implied(&question.terms) && !question.aliases.iter().any(implied) {
                    question.aliases.push(terms);
                }
                continue;
            }
            seen.insert((row, region), self.questions.len());
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
            });
        }
    }

    /// Seconds in a region, and which profiles have time (or a case) in it.
    fn measure(&self, draft: &Draft, time: &HostTime) -> (f64, Fingerprint) {
        let seconds = &self.exposure[draft.flag.unwrap_or(self.flags.len())];
        let mut total = 0.0;
        let mut region = Fingerprint::default();
        for profile in self.profiles(&draft.levels, time) {
            let own = seconds[profile as usize];
            total += own;
            if own > 0.0 || self.occupied[profile as usize] {
                region.add(profile);
            }
        }
        (total, region)
    }

    /// The profiles that have all of the levels, in order.
    pub fn profiles<'a>(
        &'a self,
        levels: &'a [(usize, u32)],
        time: &'a HostTime,
    ) -> impl Iterator<Item = u32> + 'a {
        let rarest = levels
            .iter()
            .map(|(factor, level)| &self.with_level[*factor][*level as usize])
            .min_by_key(|profiles| profiles.len())
            .unwrap_or(&self.every_profile);
        let alone = levels.len() < 2;
        rarest.iter().copied().filter(move |profile| alone || time.has(*profile, levels))
    }

    /// Hosts that ever had the levels of a question, with the seconds; sorted by host.
    pub fn members(&self, question: &Question, time: &HostTime) -> Vec<(usize, f64)> {
        let profiles = self.profiles(&question.levels, time);
        let mut members: Vec<(usize, f64)> = profiles
            .flat_map(|profile| &self.holders[profile as usize])
            .map(|(host, seconds)| (*host as usize, *seconds))
            .collect();
        members.sort_by_key(|member| member.0);
        members.dedup_by(|next, last| {
            let same = next.0 == last.0;
            if same {
                last.1 += next.1;
            }
            same
        });
        members
    }

    /// Whether a profile has time (or a case) in the region.
    pub fn concerns(&self, question: &Question, time: &HostTime, profile: u32) -> bool {
        let place = profile as usize;
        time.has(profile, &question.levels) && (self.seconds(question)[place] > 0.0 || self.occupied[place])
    }

    /// Share of all host-time common to two regions; `None` where two clock regions meet, whose overlap
    /// must be sampled.
    pub fn common_share(&self, time: &HostTime, a: usize, b: usize) -> Option<f64> {
        let (a, b) = (&self.questions[a], &self.questions[b]);
        let row = match (a.flag, b.flag) {
            (Some(a), Some(b)) if a != b => return None,
            (Some(flag), _) | (None, Some(flag)) => flag,
            (None, None) => self.flags.len(),
        };
        let levels: Vec<(usize, u32)> = a.levels.iter().chain(&b.levels).copied().collect();
        let common: f64 =
            self.profiles(&levels, time).map(|profile| self.exposure[row][profile as usize]).sum();
        Some(if self.total_seconds > 0.0 { common / self.total_seconds } else { 0.0 })
    }

    /// The same for a region and each of the others.
    pub fn common_shares(&self, time: &HostTime, member: &Membership, question: usize) -> Vec<Option<f64>> {
        let asked = &self.questions[question];
        let own: Vec<u32> = self.profiles(&asked.levels, time).collect();
        let mut common = vec![0.0; self.questions.len()];
        let mut add = |row: usize, lookup: Option<usize>| {
            for profile in &own {
                let seconds = self.exposure[row][*profile as usize];
                if seconds > 0.0 {
                    let levels = &time.profiles[*profile as usize];
                    let mut each = |other: usize| common[other] += seconds;
                    match lookup {
                        Some(flag) => member.with_clock(flag, levels, &mut each),
                        None => member.without_clock(levels, &mut each),
                    }
                }
            }
        };
        add(asked.flag.unwrap_or(self.flags.len()), None);
        match asked.flag {
            Some(flag) => add(flag, Some(flag)),
            None => (0..self.flags.len()).for_each(|flag| add(flag, Some(flag))),
        }
        let total = self.total_seconds;
        let share = |(other, seconds): (&Question, f64)| match (asked.flag, other.flag) {
            (Some(a), Some(b)) if a != b => None,
            _ => Some(if total > 0.0 { seconds / total } else { 0.0 }),
        };
        self.questions.iter().zip(common).map(share).collect()
    }

    /// Seconds of all time of the hosts that a question is about, whatever the clock.
    pub fn group_seconds(&self, question: &Question, time: &HostTime) -> f64 {
        if question.flag.is_none() {
            return question.exposure_seconds;
        }
        let all = &self.exposure[self.flags.len()];
        let concerned = |profile: &u32| self.concerns(question, time, *profile);
        self.profiles(&question.levels, time).filter(concerned).map(|profile| all[profile as usize]).sum()
    }

    pub fn asks_about_windows(&self) -> bool {
        self.questions.iter().any(Question::is_window)
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

/// Hosts with each profile, and for how long.
fn holders(time: &HostTime) -> Vec<Vec<(u32, f64)>> {
    let mut holders = vec![Vec::new(); time.profiles.len()];
    for (host, stretches) in time.stretches.iter().enumerate() {
        for stretch in stretches {
            let seconds = (stretch.to - stretch.from) as f64;
            let own: &mut Vec<(u32, f64)> = &mut holders[stretch.profile as usize];
            match own.last_mut() {
                Some(last) if last.0 as usize == host => last.1 += seconds,
                _ => own.push((host as u32, seconds)),
            }
        }
    }
    holders
}

fn profiles_with_level(study: &Study, time: &HostTime) -> Vec<Vec<Vec<u32>>> {
    let mut with_level: Vec<Vec<Vec<u32>>> =
        study.factors.iter().map(|factor| vec![Vec::new(); factor.levels.len()]).collect();
    for (profile, levels) in time.profiles.iter().enumerate() {
        for (with_level, level) in with_level.iter_mut().zip(levels) {
            if let Some(profiles) = with_level.get_mut(*level as usize) {
                profiles.push(profile as u32);
            }
        }
    }
    with_level
}

/// Per factor, the levels that have exposure.
fn levels_in_use(seconds: &[f64], with_level: &[Vec<Vec<u32>>]) -> Vec<Vec<u32>> {
    let used = |profiles: &Vec<u32>| profiles.iter().any(|profile| seconds[*profile as usize] > 0.0);
    let in_use = |levels: &Vec<Vec<u32>>| {
        (0..levels.len() as u32).filter(|level| used(&levels[*level as usize])).collect()
    };
    with_level.iter().map(in_use).collect()
}

/// Words of factors that follow from others: microcode comes with a BIOS or a kernel, the year and the
/// processor with a model. They rather mark a cause than are one.
const FOLLOWERS: [&str; 7] = ["microcode", "year", "age", "cpu", "purchased", "bought", "warranty"];

/// How readily a factor is taken for a cause, against others.
fn readiness(factor: &str) -> f64 {
    let mut words = factor.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    if words.any(|word| FOLLOWERS.contains(&word.as_str())) { 0.5 } else { 1.0 }
}

fn factors(study: &Study, levels: &[Vec<u32>], drafts: &mut Vec<Draft>) {
    let ready = |factor: usize| readiness(&study.factors[factor].name);
    let varied = (0..levels.len()).filter(|factor| !levels[*factor].is_empty());
    let total: f64 = varied.map(ready).sum::<f64>().max(f64::MIN_POSITIVE);
    for (factor, levels) in levels.iter().enumerate() {
        for level in levels {
            drafts.push(Draft {
                slice: Slice::Factor,
                family: Family::Factor,
                flag: None,
                levels: vec![(factor, *level)],
                prior: ready(factor) / total / levels.len() as f64,
            });
        }
    }
}

/// Whether a factor is one that jobs act upon, see [`GUEST_FACTORS`].
pub(super) fn acted_upon(study: &Study, factor: usize) -> bool {
    GUEST_FACTORS.contains(&study.factors[factor].name.as_str())
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
    let soft = combinable(study, levels);
    let two: Vec<[usize; 2]> = (0..soft.len())
        .flat_map(|i| soft[i + 1..].iter().map(move |second| (i, *second)))
        .map(|(i, second)| [soft[i], second])
        .collect();
    let common = |factors: &[usize; 2]| common_seconds(study, *factors, time, seconds);
    let mut pairs: Vec<([(usize, u32); 2], f64)> = two.par_iter().flat_map(common).collect();
    // The largest first, so that a cap leaves out what could never be shown anyway.
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    pairs.truncate(MOST_INTERACTIONS);
    let usual = |factor: usize| DEEP_FACTORS.contains(&study.factors[factor].name.as_str());
    let mut lists = [Vec::new(), Vec::new(), Vec::new()];
    for (pair, _) in pairs {
        let [first, second] = pair.map(|(factor, _)| factor);
        let list =
            match (acted_upon(study, first) && acted_upon(study, second), usual(first) && usual(second)) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
        lists[list].push(pair);
    }
    let parts = [GUESTS_TOGETHER, NAMED_TOGETHER, 1.0 - GUESTS_TOGETHER - NAMED_TOGETHER];
    let asked: f64 = lists.iter().zip(parts).filter(|(list, _)| !list.is_empty()).map(|(_, part)| part).sum();
    for (list, part) in lists.into_iter().zip(parts) {
        let ready = |[first, second]: &[(usize, u32); 2]| {
            readiness(&study.factors[first.0].name) * readiness(&study.factors[second.0].name)
        };
        let total: f64 = list.iter().map(ready).sum::<f64>().max(f64::MIN_POSITIVE);
        for [first, second] in list {
            let prior = part / asked * ready(&[first, second]) / total;
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

/// Seconds of each pair of levels of two factors, where there are any.
fn common_seconds(
    study: &Study,
    [first, second]: [usize; 2],
    time: &HostTime,
    seconds: &[f64],
) -> Vec<([(usize, u32); 2], f64)> {
    let (rows, width) = (study.factors[first].levels.len(), study.factors[second].levels.len());
    let mut common = vec![0.0; rows * width];
    for (values, own) in time.profiles.iter().zip(seconds) {
        let (row, column) = (values[first] as usize, values[second] as usize);
        if row < rows && column < width {
            common[row * width + column] += own;
        }
    }
    let levels = |place: usize| [(first, (place / width) as u32), (second, (place % width) as u32)];
    let held = common.into_iter().enumerate().filter(|(_, own)| *own > 0.0);
    held.map(|(place, own)| (levels(place), own)).collect()
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
    let guest = |atom: &(usize, u32)| acted_upon(study, atom.0);
    let mut shallow = [Vec::new(), Vec::new(), Vec::new()];
    let mut deep = [Vec::new(), Vec::new()];
    for (index, flag) in flags.iter().enumerate() {
        let Subject::Window { part, .. } = flag.subject else { continue };
        if part == Part::AfterStart {
            continue;
        }
        for atom in &atoms {
            let list = if guest(atom) { 0 } else { 1 + usize::from(!named(atom)) };
            shallow[list].push((index, vec![*atom], part_weight(part)));
        }
        if part != Part::Inside {
            continue;
        }
        for (i, first) in atoms.iter().enumerate() {
            for second in &atoms[i + 1..] {
                if first.0 != second.0 && named(first) && named(second) {
                    let list = usize::from(!(guest(first) && guest(second)));
                    deep[list].push((index, vec![*first, *second], 1.0));
                }
            }
        }
    }
    let [guests, usual, other] = shallow;
    let [guest_pairs, mut pairs] = deep;
    pairs.truncate(MOST_DEEP_WINDOWS);
    for (list, part) in [(guests, 0.3), (usual, 0.25), (other, 0.1), (guest_pairs, 0.15), (pairs, 0.2)] {
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
