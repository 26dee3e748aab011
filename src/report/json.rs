//! `findings.json`: the stable interface for other programs, schema version 1.
//!
//! The large documents are written out field by field, so that a change of the model does not
//! change the interface unnoticed; small records of the model (terms, confounders, quotes) appear as
//! they are, watched by the schema. Times are RFC 3339 in UTC to the second.

mod document;

use super::text_safety;
use crate::model::Report;

/// The JSON Schema (draft 2020-12) that every `findings.json` fulfils.
pub const SCHEMA: &str = include_str!("findings.schema.json");

/// The findings as pretty-printed JSON with a final newline.
///
/// Numbers that are not finite become `null`; text stays as it was found, but characters that a terminal would obey
/// or that hide others are written as escapes, which mean the same.
#[must_use]
pub fn findings(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(&document::Findings::of(report))
        .expect("every key is a string and no serializer of the document can fail");
    text.push('\n');
    text_safety::escaped_in_json(text)
}
