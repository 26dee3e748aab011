//! Regular expressions of the knowledge files.

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// Compiles a pattern. Patterns that are ASCII are compiled without the tables of Unicode, which makes
/// loading several times as fast; `\d`, `\w` and case are those of ASCII then.
pub(super) fn compile(text: &str, any_case: bool) -> Result<Regex, Box<regex::Error>> {
    RegexBuilder::new(text).unicode(!text.is_ascii()).case_insensitive(any_case).build().map_err(Box::new)
}

/// Compiles patterns that are searched for together.
pub(super) fn compile_set(texts: &[&str]) -> Result<RegexSet, Box<regex::Error>> {
    let is_ascii = texts.iter().all(|text| text.is_ascii());
    RegexSetBuilder::new(texts).unicode(!is_ascii).build().map_err(Box::new)
}
