//! Finds the signatures of a line with one pass for all literals.

use super::message_id;
use super::pattern::{Literals, Pattern, PatternSet};
use super::schema::{Origin, Reads, SelRule, Signature};
use crate::model::record::SelEntry;

/// A compiled signature.
struct Rule {
    id: String,
    programs: Vec<String>,
    /// Of a log message; the patterns of the SEL stand in one set.
    pattern: Option<Pattern>,
    sel: Vec<SelRule>,
    messages: Vec<String>,
}

/// What a literal that was found leads to.
#[derive(Clone, Copy)]
enum Lead {
    /// The text of a log message of this rule.
    Text(usize),
    /// An id that a vendor gave to a message, of this rule.
    Message(usize),
}

/// All signatures, compiled.
pub struct Matcher {
    literals: Literals,
    /// Parallel to the literals.
    leads: Vec<Lead>,
    rules: Vec<Rule>,
    /// The patterns of the SEL, and the rule of each.
    sel_patterns: PatternSet,
    rule_of_sel_pattern: Vec<usize>,
}

/// Why a signature cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    #[error("{origin}: the pattern of `{id}` is not a regular expression")]
    Pattern {
        origin: Origin,
        id: String,
        #[source]
        source: Box<regex::Error>,
    },
    #[error("the patterns of all SEL signatures together are too large")]
    Patterns(#[source] Box<regex::Error>),
    #[error("literals cannot be searched for")]
    Literals(#[source] Box<aho_corasick::BuildError>),
    #[error("{origin}: `{id}` {what}")]
    Shape { origin: Origin, id: String, what: &'static str },
}

/// Readers pass over lines at a speed that depends on how short the shortest literal is; shipped ones
/// are no shorter than this.
pub const LITERAL_BYTES_MIN: usize = 7;

impl Matcher {
    pub fn compile(signatures: &[Signature]) -> Result<Self, CompileError> {
        let mut rules = Vec::new();
        let mut literals = Vec::new();
        let mut leads = Vec::new();
        let mut sel_patterns = Vec::new();
        let mut rule_of_sel_pattern = Vec::new();
        for (place, signature) in signatures.iter().enumerate() {
            check_shape(signature)?;
            let pattern = signature.pattern.as_deref().map(|text| Pattern::new(text, false));
            // A test holds that those that are shipped are right, here and below.
            if let Some(pattern) = pattern.as_ref().filter(|_| !signature.origin.shipped) {
                pattern.check().map_err(|source| {
                    let origin = signature.origin.clone();
                    CompileError::Pattern { origin, id: signature.id.clone(), source }
                })?;
            }
            for literal in &signature.literals {
                literals.push(literal.clone());
                leads.push(Lead::Text(place));
            }
            // In the text of a log an id is looked for as a word; a few letters are none.
            let ids =
                signature.messages.iter().filter(|id| id.trim_end_matches('*').len() >= LITERAL_BYTES_MIN);
            for message in ids {
                literals.push(message.trim_end_matches('*').to_owned());
                leads.push(Lead::Message(place));
            }
            if let (Reads::Sel, Some(pattern)) = (signature.reads, &signature.pattern) {
                sel_patterns.push(pattern.clone());
                rule_of_sel_pattern.push(place);
            }
            rules.push(Rule {
                id: signature.id.clone(),
                programs: signature.programs.clone(),
                pattern: pattern.filter(|_| signature.reads == Reads::Log),
                sel: signature.sel.clone(),
                messages: signature.messages.clone(),
            });
        }
        let literals = Literals::new(literals);
        let sel_patterns = PatternSet::new(sel_patterns);
        if signatures.iter().any(|signature| !signature.origin.shipped) {
            sel_patterns.check().map_err(CompileError::Patterns)?;
            literals.check().map_err(CompileError::Literals)?;
        }
        Ok(Self { literals, leads, rules, sel_patterns, rule_of_sel_pattern })
    }

    /// Byte strings of which at least one stands in every log line that matches anything, sorted, each once.
    #[must_use]
    pub fn literals(&self) -> Vec<&[u8]> {
        let mut literals: Vec<&[u8]> = self.literals.texts().iter().map(String::as_bytes).collect();
        literals.sort_unstable();
        literals.dedup();
        literals
    }

    /// Ids of the signatures that a log line matches, in the order of the knowledge base.
    #[must_use]
    pub fn log_line(&self, program: &str, text: &str) -> Vec<String> {
        let mut hits: Vec<usize> = Vec::new();
        for found in self.literals.find(text) {
            let Some(&lead) = self.leads.get(found.pattern().as_usize()) else { continue };
            let (Lead::Text(place) | Lead::Message(place)) = lead;
            let Some(rule) = self.rules.get(place).filter(|_| !hits.contains(&place)) else { continue };
            let applies = match lead {
                Lead::Text(_) => speaks(rule, program, text),
                Lead::Message(_) => message_id::in_text(text, found.start(), found.end())
                    .is_some_and(|id| message_id::is_one_of(id, &rule.messages)),
            };
            if applies {
                hits.push(place);
            }
        }
        hits.sort_unstable();
        hits.into_iter().map(|place| self.rules[place].id.clone()).collect()
    }

    /// Ids of the signatures that a SEL entry matches, in the order of the knowledge base.
    #[must_use]
    pub fn sel_entry(&self, entry: &SelEntry) -> Vec<String> {
        let codes = Codes::of(entry);
        let mut hits: Vec<usize> = Vec::new();
        if codes.asserted != Some(false) {
            let words = format!("{} | {}", entry.sensor, entry.text);
            hits.extend(
                self.sel_patterns.matches(words.as_bytes()).map(|found| self.rule_of_sel_pattern[found]),
            );
        }
        let id = entry.message_id.as_deref().filter(|_| codes.asserted != Some(false));
        for (place, rule) in self.rules.iter().enumerate() {
            let by_code = rule.sel.iter().any(|rule| rule_matches(rule, &codes));
            let by_id = || id.is_some_and(|id| message_id::is_one_of(id, &rule.messages));
            if by_code || by_id() {
                hits.push(place);
            }
        }
        hits.sort_unstable();
        hits.dedup();
        hits.into_iter().map(|place| self.rules[place].id.clone()).collect()
    }
}

/// Entries that could never match, or would match everything.
fn check_shape(signature: &Signature) -> Result<(), CompileError> {
    let is_log = signature.reads == Reads::Log;
    let what = if is_log && signature.literals.is_empty() {
        "reads logs and has no literal to search for"
    } else if is_log && !signature.sel.is_empty() {
        "reads logs and has codes of a SEL"
    } else if !is_log && (!signature.literals.is_empty() || !signature.programs.is_empty()) {
        "reads SELs and has literals or programs of a log"
    } else if !is_log
        && signature.pattern.is_none()
        && signature.sel.is_empty()
        && signature.messages.is_empty()
    {
        "reads SELs and has no pattern, codes or messages"
    } else if signature.literals.iter().any(|literal| literal.len() < SHORTEST_LITERAL)
        || signature.messages.iter().any(|id| id.trim_end_matches('*').len() < SHORTEST_LITERAL)
    {
        "has a literal or message id that is too short to search for"
    } else {
        return Ok(());
    };
    Err(CompileError::Shape { origin: signature.origin.clone(), id: signature.id.clone(), what })
}

/// Shorter strings stand in ordinary lines by accident.
const SHORTEST_LITERAL: usize = 3;

fn speaks(rule: &Rule, program: &str, text: &str) -> bool {
    // A line without a tag may be the kernel's: serial consoles and old daemons leave it out.
    let by_program = rule.programs.is_empty()
        || rule.programs.iter().any(|name| name == program || (name == "kernel" && program.is_empty()));
    by_program && rule.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text.as_bytes()))
}

/// An entry in the codes of IPMI.
struct Codes {
    sensor_type: Option<u8>,
    event_type: Option<u8>,
    offset: Option<u8>,
    asserted: Option<bool>,
    data: Option<[u8; 3]>,
}

impl Codes {
    /// The codes that the entry has; where it has none, those that its message id holds.
    fn of(entry: &SelEntry) -> Self {
        let of_id = entry.message_id.as_deref().and_then(message_id::ipmi_codes);
        match of_id.filter(|_| entry.event_type.is_none()) {
            Some(codes) => Self {
                sensor_type: Some(codes.sensor_type),
                event_type: Some(codes.event_type),
                offset: Some(codes.offset),
                asserted: entry.asserted.or(Some(codes.asserted)),
                data: entry.event_data,
            },
            None => Self {
                sensor_type: entry.sensor_type,
                event_type: entry.event_type,
                offset: entry.event_offset,
                asserted: entry.asserted,
                data: entry.event_data,
            },
        }
    }
}

fn rule_matches(rule: &SelRule, entry: &Codes) -> bool {
    let type_fits = rule.sensor_type.is_none_or(|code| entry.sensor_type == Some(code));
    let event_fits = rule.event_type.is_none_or(|code| entry.event_type == Some(code));
    let offset_fits =
        rule.offsets.is_empty() || entry.offset.is_some_and(|offset| rule.offsets.contains(&offset));
    let data_fits =
        rule.data2.is_empty() || entry.data.is_some_and(|data| rule.data2.contains(&(data[1] & 0x0f)));
    type_fits && event_fits && offset_fits && data_fits && entry.asserted.unwrap_or(true) == rule.asserted
}
