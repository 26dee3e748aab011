//! The shape of a signature.

use serde::{Deserialize, Serialize};

use super::class::Class;
use crate::model::Cause;

/// Where a signature is looked for. Ids of messages are looked for in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    Log,
    Sel,
}

/// What the meaning rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Spec,
    Vendor,
    Source,
    Field,
    Guess,
}

impl Basis {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Vendor => "vendor",
            Self::Source => "source",
            Self::Field => "field",
            Self::Guess => "guess",
        }
    }
}

/// How the text of an entry was obtained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Read in source code or on a page of the vendor.
    A,
    /// Read on a page of others, or in an issue.
    B,
    /// Common knowledge, not verified.
    #[default]
    C,
}

impl Confidence {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
        }
    }

    /// What the letter stands for.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::A => "read in source code or on a page of the vendor",
            Self::B => "read on a page of others, or in an issue",
            Self::C => "common knowledge, not verified",
        }
    }
}

/// Which file an entry stands in, and on which line it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub file: String,
    pub line: usize,
    /// Compiled in, rather than the user's own.
    pub shipped: bool,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

/// A SEL event by its codes (IPMI v2.0 tables 42-2 and 42-3). Absent fields match anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelRule {
    pub sensor_type: Option<u8>,
    pub event_type: Option<u8>,
    #[serde(default)]
    pub offsets: Vec<u8>,
    /// Low four bits of event data 2, where the raw record is known (e.g. the restart cause).
    #[serde(default)]
    pub data2: Vec<u8>,
    /// Only asserted (the default) or only deasserted events.
    #[serde(default = "yes")]
    pub asserted: bool,
}

fn yes() -> bool {
    true
}

/// A line that a signature must match (in `hit`) or must not (in `miss`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Id of the format whose reader the sample goes through.
    pub format: String,
    pub text: String,
    #[serde(default)]
    pub why: String,
}

/// One entry of the knowledge base that says what a line or a record means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Stable, never reused; lower case with dashes.
    pub id: String,
    /// Takes the place of the shipped entry of the same id.
    #[serde(default)]
    pub replaces: bool,
    pub title: String,
    pub class: Class,
    /// The cause that it points to, if it points to one.
    #[serde(default)]
    pub cause: Option<Cause>,
    pub reads: Reads,
    /// Log: programs whose lines count; empty means any.
    #[serde(default)]
    pub programs: Vec<String>,
    /// Log: one of these must stand in the line (checked first, by all signatures at once).
    #[serde(default)]
    pub literals: Vec<String>,
    /// Log: the message; SEL: the sensor and the event, joined by ` | `.
    #[serde(default)]
    pub pattern: Option<String>,
    /// SEL: any of these.
    #[serde(default)]
    pub sel: Vec<SelRule>,
    /// Ids by which vendors and registries know the message: `PSU0003`, `PowerSupplyFailed`; with a
    /// `*` at the end all that begin so. Prefixes of a registry (`IDRAC.2.8.`) are left out.
    #[serde(default)]
    pub messages: Vec<String>,
    pub basis: Basis,
    #[serde(default)]
    pub confidence: Confidence,
    /// Where the meaning comes from.
    pub source: String,
    /// What to do or look at.
    pub next: String,
    #[serde(default)]
    pub hit: Vec<Sample>,
    #[serde(default)]
    pub miss: Vec<Sample>,
    #[serde(skip)]
    pub origin: Origin,
}
