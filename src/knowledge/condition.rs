//! Conditions of known causes, checked and compiled.

use super::cause::Condition;
use super::class::Class;
use super::pattern::Pattern;
use crate::model::Cause;

/// A condition whose patterns are compiled.
#[derive(Debug)]
pub(super) struct Test {
    pub says: String,
    pub kind: TestKind,
}

/// What it is about.
#[derive(Debug)]
pub(super) enum TestKind {
    Factor { name: String, is: Option<Pattern>, is_not: Option<Pattern>, range: Option<Range> },
    Uptime(f64, f64),
    During(Vec<String>),
    Verdict(Vec<Cause>),
    Seen(Seen),
    Unseen(Vec<String>),
    Ask,
    Any(Vec<Vec<Test>>),
}

/// Versions, from one on and below another.
#[derive(Debug)]
pub(super) struct Range {
    pub version: Option<Pattern>,
    pub from: Option<String>,
    pub below: Option<String>,
}

/// Signatures that must have been seen, and what must or must not stand near them.
#[derive(Debug)]
pub(super) struct Seen {
    pub what: Vec<String>,
    pub saying: Option<Pattern>,
    pub at_least: usize,
    pub near_s: i64,
    pub beside: Vec<String>,
    pub after: Vec<String>,
    pub without: Vec<String>,
    pub within_s: i64,
}

/// Events belong to an incident from this long before it on, unless a condition says otherwise.
pub(super) const NEAR_S: i64 = 3600;

/// What is wrong with a condition.
#[derive(Debug, thiserror::Error)]
pub enum ConditionError {
    #[error("`{field}` is not a regular expression")]
    Pattern {
        field: &'static str,
        #[source]
        source: Box<regex::Error>,
    },
    #[error("{0}")]
    Shape(String),
}

impl Test {
    /// Compiles a condition. `known` says whether a signature of that id exists.
    pub(super) fn compile(
        condition: &Condition,
        known: &dyn Fn(&str) -> bool,
        patterns: Patterns,
    ) -> Result<Self, ConditionError> {
        let shape = |what: &str| ConditionError::Shape(what.to_owned());
        if condition.says.trim().is_empty() {
            return Err(shape("does not say in words what it is (`says`)"));
        }
        let subjects = [
            condition.factor.is_some(),
            condition.uptime_days.is_some(),
            !condition.during.is_empty(),
            !condition.verdict.is_empty(),
            !condition.seen.is_empty(),
            !condition.unseen.is_empty(),
            condition.ask,
            !condition.any.is_empty(),
        ];
        if subjects.iter().filter(|given| **given).count() != 1 {
            return Err(shape(
                "needs exactly one of factor, uptime_days, during, verdict, seen, unseen, ask, any",
            ));
        }
        let of_factor =
            [&condition.is, &condition.is_not, &condition.version, &condition.from, &condition.below];
        if condition.factor.is_none() && of_factor.iter().any(|field| field.is_some()) {
            return Err(shape("has is, is_not, version, from or below without a factor"));
        }
        let relations = [&condition.beside, &condition.after, &condition.without];
        let of_seen = condition.saying.is_some()
            || condition.at_least.is_some()
            || condition.near_s.is_some()
            || condition.within_s.is_some()
            || relations.iter().any(|list| !list.is_empty());
        if condition.seen.is_empty() && of_seen {
            return Err(shape(
                "has saying, at_least, near_s, within_s, beside, after or without, but not seen",
            ));
        }
        if relations.iter().any(|list| !list.is_empty()) != condition.within_s.is_some() {
            return Err(shape("needs within_s together with beside, after or without"));
        }
        let names = [&condition.seen, &condition.unseen].into_iter().chain(relations).flatten();
        for name in names {
            let exists = match name.strip_prefix("class:") {
                Some(word) => Class::from_word(word).is_some(),
                None => known(name),
            };
            if !exists {
                return Err(ConditionError::Shape(format!(
                    "names `{name}`, which is no signature and no class"
                )));
            }
        }
        Ok(Self { says: condition.says.clone(), kind: kind_of(condition, known, patterns)? })
    }
}

fn kind_of(
    condition: &Condition,
    known: &dyn Fn(&str) -> bool,
    patterns: Patterns,
) -> Result<TestKind, ConditionError> {
    if let Some(name) = &condition.factor {
        let range = (condition.from.is_some() || condition.below.is_some())
            .then(|| -> Result<Range, ConditionError> {
                Ok(Range {
                    version: pattern("version", condition.version.as_deref(), patterns)?,
                    from: condition.from.clone(),
                    below: condition.below.clone(),
                })
            })
            .transpose()?;
        if range.is_none() && condition.is.is_none() && condition.is_not.is_none() {
            return Err(ConditionError::Shape(
                "says nothing of its factor (is, is_not, from, below)".to_owned(),
            ));
        }
        return Ok(TestKind::Factor {
            name: name.clone(),
            is: pattern("is", condition.is.as_deref(), patterns)?,
            is_not: pattern("is_not", condition.is_not.as_deref(), patterns)?,
            range,
        });
    }
    if let Some((from, below)) = condition.uptime_days {
        return if from < below {
            Ok(TestKind::Uptime(from, below))
        } else {
            Err(ConditionError::Shape("uptime_days needs a smaller and a larger number".to_owned()))
        };
    }
    if !condition.during.is_empty() {
        return Ok(TestKind::During(condition.during.clone()));
    }
    if !condition.verdict.is_empty() {
        return Ok(TestKind::Verdict(condition.verdict.clone()));
    }
    if !condition.seen.is_empty() {
        return Ok(TestKind::Seen(Seen {
            what: condition.seen.clone(),
            saying: pattern("saying", condition.saying.as_deref(), patterns)?,
            at_least: condition.at_least.unwrap_or(1),
            near_s: condition.near_s.unwrap_or(NEAR_S),
            beside: condition.beside.clone(),
            after: condition.after.clone(),
            without: condition.without.clone(),
            within_s: condition.within_s.unwrap_or(0),
        }));
    }
    if !condition.unseen.is_empty() {
        return Ok(TestKind::Unseen(condition.unseen.clone()));
    }
    if condition.ask {
        return Ok(TestKind::Ask);
    }
    let group =
        |group: &Vec<Condition>| group.iter().map(|one| Test::compile(one, known, patterns)).collect();
    Ok(TestKind::Any(condition.any.iter().map(group).collect::<Result<Vec<Vec<Test>>, _>>()?))
}

/// Whether patterns are compiled at once, to learn whether they are any.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Patterns {
    /// A test holds that they are.
    Trusted,
    Checked,
}

fn pattern(
    field: &'static str,
    text: Option<&str>,
    patterns: Patterns,
) -> Result<Option<Pattern>, ConditionError> {
    let pattern = text.map(|text| Pattern::new(text, true));
    if let (Some(pattern), Patterns::Checked) = (&pattern, patterns) {
        pattern.check().map_err(|source| ConditionError::Pattern { field, source })?;
    }
    Ok(pattern)
}
