//! Checks that the signatures prove themselves.

use std::collections::BTreeSet;

use super::base::Knowledge;
use super::schema::{Sample, Signature};

/// Something wrong with an entry, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub id: String,
    pub what: String,
}

/// All flaws of the knowledge base. `read` runs a sample through the real reader of its format and
/// returns the ids of the signatures that its records match.
pub fn flaws(knowledge: &Knowledge, read: &dyn Fn(&Sample) -> Result<BTreeSet<String>, String>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut seen = BTreeSet::new();
    for signature in knowledge.signatures() {
        let mut note = |what: String| flaws.push(Flaw { id: signature.id.clone(), what });
        if !seen.insert(signature.id.as_str()) {
            note("id is used twice".to_owned());
        }
        if signature.source.trim().is_empty() {
            note("has no source".to_owned());
        }
        if signature.hit.is_empty() || signature.miss.is_empty() {
            note("needs at least one hit and one miss".to_owned());
        }
        check_samples(signature, read, &mut note);
    }
    flaws
}

fn check_samples(
    signature: &Signature,
    read: &dyn Fn(&Sample) -> Result<BTreeSet<String>, String>,
    note: &mut dyn FnMut(String),
) {
    for (samples, should_hit) in [(&signature.hit, true), (&signature.miss, false)] {
        for sample in samples {
            match read(sample) {
                Ok(ids) if ids.contains(&signature.id) == should_hit => {}
                Ok(_) if should_hit => note(format!("does not match its hit: {}", sample.text)),
                Ok(_) => note(format!("matches its miss: {}", sample.text)),
                Err(why) => note(format!("sample cannot be read ({why}): {}", sample.text)),
            }
        }
    }
}
