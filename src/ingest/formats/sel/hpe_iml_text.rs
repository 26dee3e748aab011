//! Integrated Management Log as HPE's `hplog -v` and `hpasmcli -s "show iml"` print it: a line with times,
//! then a line with the text.
//!
//! `0042 Critical       04:07  11/05/2018 04:07  11/05/2018 0001`, then `LOG: ...`;
//! `Event: 42 Added: 11/05/2018 04:07`, then `CRITICAL: ...`
//!
//! Time:   the controller's clock, zone not written, no seconds, month first.
//! Units:  none.
//! Spec:   manuals of hp-health 8 to 10 (`hplog`, `hpasmcli`).
//! Loses:  severity; all but the first and the last of counted repeats.
//! Not handled: what `hplog` prints of fans, temperatures and power supplies.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::written::read_stamp;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, Record, SelEntry, Span};

pub struct HpeImlText;

impl Format for HpeImlText {
    fn id(&self) -> &'static str {
        "hpe-iml-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "integrated management log of an HPE server, text (hplog -v, hpasmcli)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let (mut heads, mut texts, mut other) = (0_usize, 0_usize, 0_usize);
        let mut behind_head = false;
        let lines = head.first_lines(400);
        let mut left = lines.len();
        for line in lines {
            left -= 1;
            let line = line.trim();
            let is_head = EntryHead::of(line).is_some();
            if is_head {
                heads += 1;
            } else if behind_head || line.starts_with("LOG:") {
                texts += 1;
            } else if !line.is_empty() && left_out(line).is_none() {
                other += 1;
            }
            behind_head = is_head;
            // However many are left, they cannot make up for it.
            if heads + texts + left < 4 * other {
                return Fit::No;
            }
        }
        if heads > 0 && texts > 0 && heads + texts >= 4 * other { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(ImlReader::default()))
    }
}

/// Keeps an entry at its first time (else its last), and once more at its last if it came several times.
pub(super) fn keep(
    entry: SelEntry,
    first: Stamp,
    last: Stamp,
    several: bool,
    repeats: &mut Vec<Record>,
    sink: &mut Sink<'_>,
) {
    let stamp = if first == Stamp::Missing { last } else { first };
    if several && last != stamp && last != Stamp::Missing {
        let body = Body::Sel(entry.clone());
        repeats.push(Record { source: sink.source, span: sink.span(), host: None, stamp: last, body });
    }
    sink.record(None, stamp, Body::Sel(entry));
}

/// The first line of an entry.
struct EntryHead {
    record_id: Option<u32>,
    first: Stamp,
    last: Stamp,
    several: bool,
}

impl EntryHead {
    fn of(line: &str) -> Option<Self> {
        if let Some(rest) = line.strip_prefix("Event:") {
            let (id, times) = rest.split_once("Added:")?;
            let (first, last) = times.split_once("Updated:").unwrap_or((times, ""));
            let first = read_stamp(first, DayFirst(false))?;
            let last = read_stamp(last, DayFirst(false)).unwrap_or(first);
            return Some(Self { record_id: id.trim().parse().ok(), first, last, several: false });
        }
        if !line.starts_with(|c: char| c.is_ascii_digit() || c.is_whitespace()) {
            return None;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [id, severity, rest @ .., count] = words.as_slice() else { return None };
        let digits = |word: &str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(id) || !digits(count) || !severity.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let dates: Vec<&str> = rest.iter().copied().filter(|word| word.contains('/')).collect();
        let clocks: Vec<&str> = rest.iter().copied().filter(|word| word.contains(':')).collect();
        let at = |index: usize| match (dates.get(index), clocks.get(index)) {
            (Some(date), Some(clock)) => read_stamp(&format!("{date} {clock}"), DayFirst(false)),
            _ => None,
        };
        // Times that were never set are no dates.
        let unset = rest.iter().any(|word| word.starts_with('[') || word.starts_with("--"));
        let first = at(0).or(unset.then_some(Stamp::Missing))?;
        let last = at(1).or(unset.then_some(Stamp::Missing))?;
        let repaired = severity.eq_ignore_ascii_case("repaired");
        let several = count.parse::<u64>().is_ok_and(|count| count > 1) && !repaired;
        Some(Self { record_id: id.parse().ok(), first, last, several })
    }
}

/// Lines beside the log; the rule by which they are left out.
fn left_out(line: &str) -> Option<&'static str> {
    if line.starts_with("ID ") && line.contains("Severity") {
        return Some("table-header");
    }
    if line.len() >= 4 && line.chars().all(|c| c == '-') {
        return Some("ruler");
    }
    if line.starts_with("hplog:") || line.starts_with("hpasmcli>") || line.contains("log is empty") {
        return Some("tool-message");
    }
    let may_name_tool = line.contains("hplog") || line.contains("hpasmcli");
    let names_tool = may_name_tool
        && line.split_whitespace().any(|word| {
            let word = word.trim_start_matches(['$', '#']);
            matches!(word, "hplog" | "hpasmcli") || word.ends_with("/hplog") || word.ends_with("/hpasmcli")
        });
    names_tool.then_some("command-echo")
}

/// The words that stand before the text of `hpasmcli`.
const SEVERITIES: &[&str] =
    &["INFO", "INFORMATION", "INFORMATIONAL", "CAUTION", "CRITICAL", "REPAIRED", "LOG"];

/// The text without `LOG:` or `CAUTION:` in front.
fn text_of(line: &str) -> &str {
    match line.split_once(':') {
        Some((word, text)) if SEVERITIES.contains(&word.trim()) => text.trim(),
        _ => line,
    }
}

#[derive(Default)]
struct ImlReader {
    open: Option<(EntryHead, Span)>,
    repeats: Vec<Record>,
}

impl ImlReader {
    fn text(&mut self, line: &str, sink: &mut Sink<'_>) -> Fate {
        let Some((head, mut span)) = self.open.take() else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let here = sink.span();
        span.len = (here.offset + here.len).saturating_sub(span.offset);
        sink.at(span);
        let entry =
            SelEntry { record_id: head.record_id, text: text_of(line).to_owned(), ..SelEntry::default() };
        keep(entry, head.first, head.last, head.several, &mut self.repeats, sink);
        sink.at(here);
        sink.same_record();
        Fate::Parsed
    }
}

impl LineReader for ImlReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if line.is_empty() {
            return Fate::Ignored("blank-line");
        }
        if let Some(head) = EntryHead::of(line) {
            self.open = Some((head, sink.span()));
            return Fate::Parsed;
        }
        if self.open.is_some() {
            return self.text(line, sink);
        }
        match left_out(line) {
            Some(rule) => Fate::Ignored(rule),
            None => Fate::Quarantined(Reason::BadShape),
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        oldest_first(&mut sink.records, std::mem::take(&mut self.repeats));
    }
}
