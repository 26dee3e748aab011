//! What the tools tell of a SEL as a whole: how full it is, and whether entries were lost.

use crate::ingest::sink::Sink;
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry, Span};

/// The sensor under which the state of a log is kept.
pub const SENSOR: &str = "SEL information";

/// Facts of the log's state, in words as printed.
#[derive(Debug, Default)]
pub struct SelState {
    span: Span,
    facts: Vec<String>,
    host: Option<String>,
}

impl SelState {
    #[must_use]
    pub fn starting(span: Span, host: Option<String>) -> Self {
        Self { span, facts: Vec::new(), host }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Adds a fact (of yes or no: whether entries were lost); the span grows to the line at hand.
    pub fn add(&mut self, name: &str, value: &str, sink: &Sink<'_>) {
        let here = sink.span();
        self.span.len = (here.offset + here.len).saturating_sub(self.span.offset);
        let lost = match value.to_ascii_lowercase().as_str() {
            "true" | "yes" => "overflow: entries were lost",
            "false" | "no" => "no entry was lost",
            _ => "",
        };
        let fact = if lost.is_empty() { format!("{name} {value}") } else { lost.to_owned() };
        self.facts.push(fact);
    }

    /// Keeps the state as a record without a time, behind the entries: it is none of them, and the first
    /// entry must stay the first. Call it at the end of a source.
    pub fn keep(self, sink: &mut Sink<'_>) {
        if self.facts.is_empty() {
            return;
        }
        let here = sink.span();
        sink.at(self.span);
        let entry =
            SelEntry { sensor: SENSOR.to_owned(), text: self.facts.join(", "), ..SelEntry::default() };
        sink.record(self.host, Stamp::Missing, Body::Sel(entry));
        sink.at(here);
    }
}
