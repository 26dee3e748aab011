//! Finds the signatures of a line with one pass for all literals.

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::schema::{Reads, SelRule, Signature};
use crate::model::record::SelEntry;

/// A compiled log signature.
struct LogRule {
    id: String,
    programs: Vec<String>,
    pattern: Option<Regex>,
}

/// A compiled SEL signature.
struct SelPattern {
    id: String,
    rules: Vec<SelRule>,
    pattern: Option<Regex>,
}

/// All signatures, compiled.
pub struct Matcher {
    texts: Vec<String>,
    literals: AhoCorasick,
    /// For each literal, the rule it belongs to.
    rule_of_literal: Vec<usize>,
    log: Vec<LogRule>,
    sel: Vec<SelPattern>,
}

/// Why a signature cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    #[error("pattern of signature `{id}` is not a regular expression")]
    Pattern {
        id: String,
        #[source]
        source: regex::Error,
    },
    #[error("literals cannot be searched for")]
    Literals(#[source] aho_corasick::BuildError),
    #[error("log signature `{id}` has no literal to search for")]
    NoLiteral { id: String },
}

impl Matcher {
    pub fn compile(signatures: &[Signature]) -> Result<Self, CompileError> {
        let mut log = Vec::new();
        let mut sel = Vec::new();
        let mut literals = Vec::new();
        let mut rule_of_literal = Vec::new();
        for signature in signatures {
            let pattern = match &signature.pattern {
                Some(text) => Some(
                    Regex::new(text)
                        .map_err(|source| CompileError::Pattern { id: signature.id.clone(), source })?,
                ),
                None => None,
            };
            match signature.reads {
                Reads::Log => {
                    if signature.literals.is_empty() {
                        return Err(CompileError::NoLiteral { id: signature.id.clone() });
                    }
                    for literal in &signature.literals {
                        literals.push(literal.clone());
                        rule_of_literal.push(log.len());
                    }
                    let programs = signature.programs.clone();
                    log.push(LogRule { id: signature.id.clone(), programs, pattern });
                }
                Reads::Sel => {
                    let rules = signature.sel.clone();
                    sel.push(SelPattern { id: signature.id.clone(), rules, pattern });
                }
            }
        }
        let texts = literals;
        let literals = AhoCorasick::new(&texts).map_err(CompileError::Literals)?;
        Ok(Self { texts, literals, rule_of_literal, log, sel })
    }

    /// The literals of all log signatures.
    pub fn literals(&self) -> impl Iterator<Item = &[u8]> {
        self.texts.iter().map(String::as_bytes)
    }

    /// Ids of the signatures that a log line matches, in the order of the knowledge base.
    #[must_use]
    pub fn log_line(&self, program: &str, text: &str) -> Vec<String> {
        let mut hits: Vec<usize> = Vec::new();
        for found in self.literals.find_overlapping_iter(text) {
            let Some(&rule) = self.rule_of_literal.get(found.pattern().as_usize()) else { continue };
            if !hits.contains(&rule) && self.applies(&self.log[rule], program, text) {
                hits.push(rule);
            }
        }
        hits.sort_unstable();
        hits.into_iter().map(|rule| self.log[rule].id.clone()).collect()
    }

    fn applies(&self, rule: &LogRule, program: &str, text: &str) -> bool {
        // A line without a tag may be the kernel's: serial consoles and old daemons leave it out.
        let by_program = rule.programs.is_empty()
            || rule.programs.iter().any(|name| name == program || (name == "kernel" && program.is_empty()));
        by_program && rule.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }

    /// Ids of the signatures that a SEL entry matches.
    #[must_use]
    pub fn sel_entry(&self, entry: &SelEntry) -> Vec<String> {
        let words = format!("{} | {}", entry.sensor, entry.text);
        self.sel
            .iter()
            .filter(|signature| {
                signature.rules.iter().any(|rule| rule_matches(rule, entry))
                    || (entry.asserted != Some(false)
                        && signature.pattern.as_ref().is_some_and(|pattern| pattern.is_match(&words)))
            })
            .map(|signature| signature.id.clone())
            .collect()
    }
}

fn rule_matches(rule: &SelRule, entry: &SelEntry) -> bool {
    let type_fits = rule.sensor_type.is_none_or(|code| entry.sensor_type == Some(code));
    let event_fits = rule.event_type.is_none_or(|code| entry.event_type == Some(code));
    let offset_fits =
        rule.offsets.is_empty() || entry.event_offset.is_some_and(|offset| rule.offsets.contains(&offset));
    let data_fits =
        rule.data2.is_empty() || entry.event_data.is_some_and(|data| rule.data2.contains(&(data[1] & 0x0f)));
    type_fits && event_fits && offset_fits && data_fits && entry.asserted.unwrap_or(true) == rule.asserted
}
