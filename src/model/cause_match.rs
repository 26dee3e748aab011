//! A described defect that fits an incident.

use serde::{Deserialize, Serialize};

/// How the conditions of a known cause stand on an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// All conditions are known and true.
    Holds,
    /// None is false, and some are not known.
    Possible,
    /// One is false, or nothing points at it.
    Excluded,
}

impl Standing {
    /// The word in `findings.json`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Possible => "possible",
            Self::Excluded => "excluded",
        }
    }
}

/// A known cause and how it stands on one incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseMatch {
    /// `K06`.
    pub id: String,
    /// The same in words.
    pub name: String,
    pub title: String,
    pub standing: Standing,
    /// Conditions that are not known, in words.
    pub missing: Vec<String>,
    pub basis: String,
    /// `a` read at the source, `b` read elsewhere, `c` not verified.
    pub confidence: String,
    pub source: String,
    pub fixed_in: Option<String>,
    pub next_step: String,
    /// The file of the knowledge base that describes it, and the line.
    #[serde(default)]
    pub file: String,
    #[serde(default)]
    pub line: u64,
}

impl CauseMatch {
    /// The match in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let fix = self.fixed_in.as_ref().map_or(String::new(), |fix| format!("; fixed in: {fix}"));
        let standing = match self.standing {
            Standing::Holds => "all conditions hold".to_owned(),
            _ => format!("possible, not known: {}", self.missing.join(", ")),
        };
        format!("matches {} ({}): {standing}{fix}", self.id, self.title)
    }
}
