//! Regular expressions and literals of the knowledge files.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, Match};
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// A pattern that is compiled when it is first asked: most runs need few of them, and compiling them all
/// takes longer than reading a small file.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    any_case: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    #[must_use]
    pub(super) fn new(text: &str, any_case: bool) -> Self {
        Self { text: text.to_owned(), any_case, compiled: OnceLock::new() }
    }

    /// Compiles it now, to learn whether it is a regular expression.
    ///
    /// # Errors
    /// If it is none; it matches nothing then.
    pub(super) fn check(&self) -> Result<(), Box<regex::Error>> {
        compile(&self.text, self.any_case).map(|regex| {
            // Somebody may have asked before.
            let _ = self.compiled.set(Some(regex));
        })
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.text, self.any_case).ok()).as_ref()
    }
}

/// Compiles a pattern. Patterns that are ASCII are compiled without the tables of Unicode, which makes
/// it several times as fast; `\d`, `\w` and case are those of ASCII then.
fn compile(text: &str, any_case: bool) -> Result<Regex, Box<regex::Error>> {
    RegexBuilder::new(text).unicode(!text.is_ascii()).case_insensitive(any_case).build().map_err(Box::new)
}

/// Patterns that are searched for together, compiled when they are first asked.
pub(super) struct PatternSet {
    texts: Vec<String>,
    compiled: OnceLock<Option<RegexSet>>,
}

impl PatternSet {
    #[must_use]
    pub(super) fn new(texts: Vec<String>) -> Self {
        Self { texts, compiled: OnceLock::new() }
    }

    /// Compiles them now, to learn whether they are too large together.
    ///
    /// # Errors
    /// If they are; none matches anything then.
    pub(super) fn check(&self) -> Result<(), Box<regex::Error>> {
        compile_set(&self.texts).map(|set| {
            let _ = self.compiled.set(Some(set));
        })
    }

    /// The places of those that match.
    pub(super) fn matches(&self, text: &[u8]) -> impl Iterator<Item = usize> + use<> {
        let set = self.compiled.get_or_init(|| compile_set(&self.texts).ok());
        set.as_ref().map(|set| set.matches(text).into_iter()).into_iter().flatten()
    }
}

fn compile_set(texts: &[String]) -> Result<RegexSet, Box<regex::Error>> {
    let is_ascii = texts.iter().all(|text| text.is_ascii());
    RegexSetBuilder::new(texts).unicode(!is_ascii).build().map_err(Box::new)
}

/// Literals that are searched for together, compiled when they are first asked: next to no line of a log holds one.
pub(super) struct Literals {
    texts: Vec<String>,
    compiled: OnceLock<Option<AhoCorasick>>,
}

impl Literals {
    #[must_use]
    pub(super) fn new(texts: Vec<String>) -> Self {
        Self { texts, compiled: OnceLock::new() }
    }

    #[must_use]
    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Compiles them now, to learn whether they are too many.
    ///
    /// # Errors
    /// If they are; none is found then.
    pub(super) fn check(&self) -> Result<(), Box<BuildError>> {
        compile_literals(&self.texts).map(|literals| {
            let _ = self.compiled.set(Some(literals));
        })
    }

    /// All that stand in `text`, those too that overlap.
    pub(super) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Match> + 'a {
        let literals = self.compiled.get_or_init(|| compile_literals(&self.texts).ok());
        literals.iter().flat_map(move |literals| literals.find_overlapping_iter(text))
    }
}

/// Only lines that hold a literal are searched, so what it takes to build counts for more than speed.
fn compile_literals(texts: &[String]) -> Result<AhoCorasick, Box<BuildError>> {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(texts).map_err(Box::new)
}
