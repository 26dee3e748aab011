//! Whether a known cause explains an incident. Pure functions.

use std::cmp::Ordering;

use super::base::Knowledge;
use super::cause::KnownCause;
use super::class::Class;
use super::condition::{NEAR_S, Range, Seen, Test, TestKind};
use super::scene::{Scene, Sign};
use super::schema::Reads;
use super::version;
use crate::model::{CauseMatch, Standing};

/// What a condition came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Unknown,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

/// The outcome for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub standing: Standing,
    /// The conditions that are not known, in words.
    pub missing: Vec<String>,
    /// The condition that does not hold, in words.
    pub excluded_by: Option<String>,
}

/// Judges one cause on a scene.
pub(super) fn judge(tests: &[Test], scene: &Scene<'_>, knowledge: &Knowledge) -> Judgement {
    let excluded = |by: &str| Judgement {
        standing: Standing::Excluded,
        missing: Vec::new(),
        excluded_by: Some(by.to_owned()),
    };
    let for_planned = tests.iter().any(|test| match &test.kind {
        TestKind::Verdict(causes) => causes.iter().any(|cause| cause.is_planned()),
        _ => false,
    });
    if scene.planned && !for_planned {
        return excluded("the end was unplanned");
    }
    let mut missing = Vec::new();
    // Whether something that few ends have was seen, and whether it is not known if it was.
    let (mut telling, mut untold) = (false, false);
    let (mut factors, mut factors_known) = (0, 0);
    for test in tests {
        let truth = truth_of(test, scene, knowledge);
        match truth {
            Truth::No => return excluded(&test.says),
            Truth::Unknown => {
                missing.push(test.says.clone());
                untold |= is_telling(test);
            }
            Truth::Yes => telling |= is_telling(test),
        }
        if is_about_the_host(test) {
            factors += 1;
            factors_known += usize::from(truth == Truth::Yes);
        }
    }
    if missing.is_empty() {
        return Judgement { standing: Standing::Holds, missing, excluded_by: None };
    }
    // Something has to point at the cause: else every end of every host of that model would be possible.
    // Silent defects leave nothing to be seen; for them the host is enough.
    if telling || (!untold && factors > 0 && factors == factors_known) {
        return Judgement { standing: Standing::Possible, missing, excluded_by: None };
    }
    excluded("something that points at it")
}

/// Whether the condition is about something that few ends of boots have.
fn is_telling(test: &Test) -> bool {
    match &test.kind {
        TestKind::Seen(_) | TestKind::Uptime(..) => true,
        TestKind::Any(groups) => groups.iter().all(|group| group.iter().any(is_telling)),
        _ => false,
    }
}

fn is_about_the_host(test: &Test) -> bool {
    match &test.kind {
        TestKind::Factor { .. } => true,
        TestKind::Any(groups) => groups.iter().flatten().all(is_about_the_host),
        _ => false,
    }
}

fn truth_of(test: &Test, scene: &Scene<'_>, knowledge: &Knowledge) -> Truth {
    match &test.kind {
        TestKind::Factor { name, is, is_not, range } => {
            let Some(value) = scene.factors.get(name) else { return Truth::Unknown };
            let fits = is.as_ref().is_none_or(|pattern| pattern.is_match(value.as_bytes()))
                && is_not.as_ref().is_none_or(|pattern| !pattern.is_match(value.as_bytes()));
            if !fits {
                return Truth::No;
            }
            range.as_ref().map_or(Truth::Yes, |range| range.holds(value))
        }
        TestKind::Uptime(from, below) => {
            scene.uptime_days.map_or(Truth::Unknown, |days| (days >= *from && days < *below).into())
        }
        TestKind::During(kinds) => {
            scene.jobs.map_or(Truth::Unknown, |jobs| jobs.iter().any(|job| kinds.contains(job)).into())
        }
        TestKind::Verdict(causes) => causes.contains(&scene.verdict).into(),
        TestKind::Seen(seen) => {
            if seen.holds(scene, knowledge) {
                Truth::Yes
            } else if seen.what.iter().any(|name| could_be_seen(name, scene, knowledge)) {
                Truth::No
            } else {
                Truth::Unknown
            }
        }
        TestKind::Unseen(what) => {
            let near = |sign: &&Sign<'_>| sign.at + sign.slack_s >= scene.at - NEAR_S;
            if scene.signs.iter().filter(near).any(|sign| is_one_of(sign, what, knowledge)) {
                Truth::No
            } else if scene.has_log {
                Truth::Yes
            } else {
                Truth::Unknown
            }
        }
        TestKind::Ask => Truth::Unknown,
        TestKind::Any(groups) => {
            let mut best = Truth::No;
            for group in groups {
                match all_of(group, scene, knowledge) {
                    Truth::Yes => return Truth::Yes,
                    Truth::Unknown => best = Truth::Unknown,
                    Truth::No => {}
                }
            }
            best
        }
    }
}

fn all_of(group: &[Test], scene: &Scene<'_>, knowledge: &Knowledge) -> Truth {
    let mut worst = Truth::Yes;
    for test in group {
        match truth_of(test, scene, knowledge) {
            Truth::No => return Truth::No,
            Truth::Unknown => worst = Truth::Unknown,
            Truth::Yes => {}
        }
    }
    worst
}

impl Range {
    fn holds(&self, value: &str) -> Truth {
        let version = match &self.version {
            Some(pattern) => pattern
                .regex()
                .and_then(|regex| regex.captures(value.as_bytes()))
                .and_then(|found| found.get(1))
                .and_then(|part| value.get(part.range())),
            None => Some(value),
        };
        let Some(version) = version else { return Truth::Unknown };
        let late_enough =
            self.from.as_ref().is_none_or(|from| version::compare(version, from) != Ordering::Less);
        let early_enough =
            self.below.as_ref().is_none_or(|below| version::compare(version, below) == Ordering::Less);
        (late_enough && early_enough).into()
    }
}

impl Seen {
    fn holds(&self, scene: &Scene<'_>, knowledge: &Knowledge) -> bool {
        let times = |what: &[String]| -> Vec<i64> {
            let of = scene.signs.iter().filter(|sign| is_one_of(sign, what, knowledge));
            of.map(|sign| sign.at).collect()
        };
        let (beside, after, without) = (times(&self.beside), times(&self.after), times(&self.without));
        let within = |times: &[i64], from: i64, to: i64| {
            times.get(times.partition_point(|at| *at < from)).is_some_and(|at| *at <= to)
        };
        let matching = scene.signs.iter().filter(|sign| {
            sign.at + sign.slack_s >= scene.at - self.near_s
                && is_one_of(sign, &self.what, knowledge)
                && self.saying.as_ref().is_none_or(|pattern| pattern.is_match(sign.text.as_bytes()))
                && (self.beside.is_empty()
                    || within(&beside, sign.at - self.within_s, sign.at + self.within_s))
                && (self.after.is_empty() || within(&after, sign.at - self.within_s, sign.at))
                && (self.without.is_empty() || !within(&without, sign.at, sign.at + self.within_s))
        });
        matching.take(self.at_least).count() >= self.at_least
    }
}

fn is_one_of(sign: &Sign<'_>, names: &[String], knowledge: &Knowledge) -> bool {
    names.iter().any(|name| match name.strip_prefix("class:").and_then(Class::from_word) {
        Some(class) => knowledge.by_id(sign.signature).is_some_and(|signature| signature.class == class),
        None => name == sign.signature,
    })
}

/// Whether the sources that are there would have shown it.
fn could_be_seen(name: &str, scene: &Scene<'_>, knowledge: &Knowledge) -> bool {
    match knowledge.by_id(name) {
        Some(signature) if signature.messages.is_empty() => match signature.reads {
            Reads::Log => scene.has_log,
            Reads::Sel => scene.has_sel,
        },
        Some(signature) => scene.has_sel || (signature.reads == Reads::Log && scene.has_log),
        None => scene.has_log || scene.has_sel,
    }
}

impl KnownCause {
    /// What a report says of it.
    #[must_use]
    pub fn told(&self, judgement: &Judgement) -> CauseMatch {
        CauseMatch {
            id: self.id.clone(),
            name: self.name.clone(),
            title: self.title.clone(),
            standing: judgement.standing,
            missing: judgement.missing.clone(),
            basis: self.basis.word().to_owned(),
            confidence: self.confidence.word().to_owned(),
            source: self.source.clone(),
            fixed_in: self.fixed_in.clone(),
            next_step: self.next.clone(),
            file: if self.origin.shipped {
                format!("knowledge/{}", self.origin.file)
            } else {
                self.origin.file.clone()
            },
            line: self.origin.line as u64,
        }
    }
}
