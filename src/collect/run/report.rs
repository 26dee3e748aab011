//! What a run came to.

use std::collections::BTreeMap;

use crate::collect::vault::{Collected, Outcome};

/// Something that is asked by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The host that it is about; none: the site.
    pub host: Option<String>,
    pub source: &'static str,
    /// Where it is, and by which means it is read.
    pub means: String,
}

/// What each task came to, in the order of the plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    pub collected: Vec<Collected>,
}

/// How many tasks of a kind came how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub whole: usize,
    pub partly: usize,
    pub nothing: usize,
    /// Bytes that were kept.
    pub bytes: u64,
}

impl Report {
    /// Source → how many came how far.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&str, Count> {
        let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
        for collected in &self.collected {
            let count = counts.entry(&collected.source).or_default();
            match collected.outcome {
                Outcome::Whole => count.whole += 1,
                Outcome::Partly => count.partly += 1,
                Outcome::Nothing => count.nothing += 1,
            }
            count.bytes += collected.files.iter().map(|file| file.bytes).sum::<u64>();
        }
        counts
    }

    /// How far the whole run came: nothing, if nobody has given anything.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let all = |wanted| self.collected.iter().all(|collected| collected.outcome == wanted);
        if all(Outcome::Whole) {
            Outcome::Whole
        } else if all(Outcome::Nothing) {
            Outcome::Nothing
        } else {
            Outcome::Partly
        }
    }
}
