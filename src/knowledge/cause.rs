//! The shape of a known cause: a defect that somebody has described, with the conditions under which
//! it is the explanation. A signature without its conditions is a class, not a cause.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::schema::{Basis, Confidence, Origin, Reads, Sample};
use crate::model::{Cause, Standing};

/// One entry of the knowledge base that explains incidents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownCause {
    /// A letter and a number (`K06`); stable, never reused.
    pub id: String,
    /// The same in words, lower case with dashes.
    pub name: String,
    /// Takes the place of the shipped entry of the same id.
    #[serde(default)]
    pub replaces: bool,
    pub title: String,
    pub basis: Basis,
    #[serde(default)]
    pub confidence: Confidence,
    pub source: String,
    /// Version or change that ends it, if there is one.
    #[serde(default)]
    pub fixed_in: Option<String>,
    /// What to do or look at.
    pub next: String,
    /// All must hold.
    pub when: Vec<Condition>,
    /// Situations with the answer that they must get.
    #[serde(default)]
    pub case: Vec<Case>,
    #[serde(skip)]
    pub origin: Origin,
}

/// One condition. Exactly one of `factor`, `uptime_days`, `during`, `verdict`, `seen`, `unseen`, `ask`
/// and `any` says what it is about; the fields below each belong to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The condition in words, as the report names it where it is not known.
    pub says: String,

    /// The value of a factor (`model`, `cpu`, `bios_version`, `kernel`, ...).
    #[serde(default)]
    pub factor: Option<String>,
    /// It matches this regular expression, without regard to case.
    #[serde(default)]
    pub is: Option<String>,
    /// It does not match this one.
    #[serde(default)]
    pub is_not: Option<String>,
    /// Only this part of it is compared as a version: the first group of a regular expression.
    #[serde(default)]
    pub version: Option<String>,
    /// It is this version or a later one.
    #[serde(default)]
    pub from: Option<String>,
    /// It is an earlier version.
    #[serde(default)]
    pub below: Option<String>,

    /// Days of uptime when it ended: from, and below.
    #[serde(default)]
    pub uptime_days: Option<(f64, f64)>,

    /// A job of one of these kinds (`backup`) ran.
    #[serde(default)]
    pub during: Vec<String>,

    /// The incident was judged one of these.
    #[serde(default)]
    pub verdict: Vec<Cause>,

    /// One of these signatures or classes (`class:hang`) was seen.
    #[serde(default)]
    pub seen: Vec<String>,
    /// Its text matches this regular expression.
    #[serde(default)]
    pub saying: Option<String>,
    /// At least so many times.
    #[serde(default)]
    pub at_least: Option<usize>,
    /// Not earlier before the incident than this, seconds; one hour unless said.
    #[serde(default)]
    pub near_s: Option<i64>,
    /// One of these was seen within `within_s` before or after it.
    #[serde(default)]
    pub beside: Vec<String>,
    /// One of these was seen before it, not earlier than `within_s`.
    #[serde(default)]
    pub after: Vec<String>,
    /// None of these was seen after it, within `within_s`.
    #[serde(default)]
    pub without: Vec<String>,
    /// Seconds for `beside`, `after` and `without`; 0 is the same second.
    #[serde(default)]
    pub within_s: Option<i64>,

    /// None of these signatures or classes was seen.
    #[serde(default)]
    pub unseen: Vec<String>,

    /// Nothing that is read can tell: somebody has to look.
    #[serde(default)]
    pub ask: bool,

    /// All conditions of one of these groups hold.
    #[serde(default)]
    pub any: Vec<Vec<Condition>>,
}

/// A situation, and what must be said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub gives: Standing,
    #[serde(default)]
    pub why: String,
    #[serde(default)]
    pub factors: BTreeMap<String, String>,
    #[serde(default)]
    pub uptime_days: Option<f64>,
    pub verdict: Cause,
    /// Kinds of jobs that ran; absent where nothing is known of jobs.
    #[serde(default)]
    pub during: Option<Vec<String>>,
    /// Lines and records around it, which go through the real readers. The incident is at the last.
    #[serde(default)]
    pub lines: Vec<Sample>,
    /// Sources that the host does not have.
    #[serde(default)]
    pub lacks: Vec<Reads>,
}
