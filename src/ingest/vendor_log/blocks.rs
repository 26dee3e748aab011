//! Logs that print a record as several lines of `Key: value` or `Key = value`.

use crate::ingest::formats::{Fit, Head, LineReader};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry, Span};

use super::order::oldest_first;
use super::written;

/// Lines of the head that are looked at to recognise such a log.
const LINES_LOOKED_AT: usize = 400;
/// Fields that a record can have; the longest that is known has some forty arguments.
const FIELDS_MAX: usize = 100;
/// Characters that a text over several lines can have.
const TEXT_CHARS_MAX: usize = 16 * 1024;
/// The field that raw bytes on a line of their own are kept under.
pub const RAW: &str = "Raw";

/// How one tool prints its blocks.
pub struct BlockForm {
    /// What stands between key and value.
    pub separator: char,
    /// Keys that are records' own; others are passed over inside a block.
    pub keys: &'static [&'static str],
    /// Keys without which a block is none.
    pub essential: &'static [&'static str],
    /// The key whose text may go on in further lines.
    pub text_key: &'static str,
    /// Names the rule by which a line that is none of a block is left out.
    pub left_out: fn(&str) -> Option<&'static str>,
    /// Reads a row of the tool's form of one line per record, if it has one.
    pub row: fn(&str) -> Option<(Stamp, SelEntry)>,
    /// The entry of a block that has its essential fields. `Err` names the field that cannot be read.
    pub entry: fn(&Fields) -> Result<(Stamp, SelEntry), &'static str>,
}

/// The fields of a block, in order.
#[derive(Debug, Default)]
pub struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// The value of a key, if it is there and not empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == key)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == key)
    }
}

/// What a line of such a log is.
enum Line<'a> {
    Row(Box<(Stamp, SelEntry)>),
    Field(&'static str, &'a str),
    /// A field that is not kept.
    OtherField,
    Ruler,
    LeftOut(&'static str),
    Text(&'a str),
}

impl BlockForm {
    fn look_at<'a>(&self, line: &'a str) -> Line<'a> {
        let line = line.trim();
        let marks = line.chars().all(|c| matches!(c, '-' | '=' | '_' | '*'));
        if line.len() >= 4 && marks {
            return Line::Ruler;
        }
        if let Some(row) = (self.row)(line) {
            return Line::Row(Box::new(row));
        }
        if let Some((key, value)) = line.split_once(self.separator) {
            let (key, value) = (key.trim(), value.trim());
            if let Some(known) = self.keys.iter().find(|known| known.eq_ignore_ascii_case(key)) {
                return Line::Field(known, value);
            }
            if let Some(rule) = (self.left_out)(line) {
                return Line::LeftOut(rule);
            }
            let is_key = !key.is_empty() && key.len() <= 40 && key.split_whitespace().count() <= 4;
            if is_key && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '/' | '_'))
            {
                return Line::OtherField;
            }
        }
        if written::read_raw(line).is_some() {
            return Line::Field(RAW, line);
        }
        match (self.left_out)(line) {
            Some(rule) => Line::LeftOut(rule),
            None => Line::Text(line),
        }
    }

    /// Sure if there is a whole block (or row) and most lines are the tool's.
    #[must_use]
    pub fn fit(&self, head: &Head<'_>) -> Fit {
        let (mut own, mut other, mut records) = (0_usize, 0_usize, 0_usize);
        let mut seen: Vec<&str> = Vec::new();
        let lines = head.first_lines(LINES_LOOKED_AT);
        let mut left = lines.len();
        for line in lines {
            left -= 1;
            if line.trim().is_empty() {
                continue;
            }
            match self.look_at(line) {
                Line::Field(key, _) => {
                    own += 1;
                    if seen.contains(&key) {
                        seen.clear();
                    }
                    seen.push(key);
                    if self.essential.iter().all(|essential| seen.contains(essential)) {
                        records += 1;
                        seen.clear();
                    }
                }
                Line::Row(_) => {
                    own += 1;
                    records += 1;
                }
                Line::LeftOut(_) | Line::Ruler => {}
                Line::OtherField | Line::Text(_) => other += 1,
            }
            // However many are left, they cannot make up for it.
            if own + left + 3 < other * 3 {
                return Fit::No;
            }
        }
        if records > 0 && own * 4 >= (own + other).saturating_sub(1) * 3 { Fit::Sure } else { Fit::No }
    }

    /// A reader of this form.
    #[must_use]
    pub fn reader(&'static self) -> Box<dyn LineReader> {
        Box::new(BlockReader { form: self, open: Fields::default(), span: Span::default(), text_open: false })
    }
}

struct BlockReader {
    form: &'static BlockForm,
    open: Fields,
    span: Span,
    /// The last line was the text of the record or went on with it.
    text_open: bool,
}

impl BlockReader {
    /// Keeps the record that is open, at the place where it stands.
    fn close(&mut self, sink: &mut Sink<'_>) {
        self.text_open = false;
        let fields = std::mem::take(&mut self.open);
        if !self.form.essential.iter().all(|key| fields.has(key)) {
            return;
        }
        if let Ok((stamp, entry)) = (self.form.entry)(&fields) {
            let here = sink.span();
            sink.at(self.span);
            sink.record(None, stamp, Body::Sel(entry));
            sink.at(here);
        }
    }

    fn field(&mut self, key: &'static str, value: &str, sink: &mut Sink<'_>) -> Fate {
        if self.open.has(key) {
            self.close(sink);
        }
        if self.open.0.len() >= FIELDS_MAX {
            return Fate::Quarantined(Reason::BadShape);
        }
        let first = self.open.0.is_empty();
        if first {
            self.span = sink.span();
        }
        self.open.0.push((key, value.to_owned()));
        self.text_open = key == self.form.text_key;
        // The last field decides: what cannot be read is told where it stands.
        if self.form.essential.iter().all(|essential| self.open.has(essential))
            && self.form.essential.contains(&key)
            && let Err(field) = (self.form.entry)(&self.open)
        {
            return Fate::Quarantined(Reason::BadField(field));
        }
        self.goes_on(first, sink)
    }

    /// Books a line of the block; only the first counts as a record.
    fn goes_on(&mut self, first: bool, sink: &mut Sink<'_>) -> Fate {
        let here = sink.span();
        self.span.len = (here.offset + here.len).saturating_sub(self.span.offset);
        if !first {
            sink.same_record();
        }
        Fate::Parsed
    }
}

impl LineReader for BlockReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        match self.form.look_at(&line) {
            Line::Row(row) => {
                self.close(sink);
                let (stamp, entry) = *row;
                sink.record(None, stamp, Body::Sel(entry));
                Fate::Parsed
            }
            Line::Field(key, value) => self.field(key, value, sink),
            Line::Ruler => {
                self.close(sink);
                Fate::Ignored("ruler")
            }
            Line::LeftOut(rule) => Fate::Ignored(rule),
            Line::OtherField if self.text_open => self.more_text(line.trim(), sink),
            Line::OtherField if !self.open.0.is_empty() => Fate::Ignored("further-field"),
            Line::Text(text) if self.text_open => self.more_text(text, sink),
            Line::Text(_) | Line::OtherField if line.trim().is_empty() => Fate::Ignored("blank-line"),
            Line::Text(_) | Line::OtherField => Fate::Quarantined(Reason::BadShape),
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.close(sink);
        oldest_first(&mut sink.records, Vec::new());
    }
}

impl BlockReader {
    /// A text that was wrapped goes on.
    fn more_text(&mut self, text: &str, sink: &mut Sink<'_>) -> Fate {
        let Some((_, value)) = self.open.0.last_mut() else { return Fate::Quarantined(Reason::BadShape) };
        if value.len() + text.len() > TEXT_CHARS_MAX {
            return Fate::Quarantined(Reason::TooLong);
        }
        value.push(' ');
        value.push_str(text);
        self.goes_on(false, sink)
    }
}
