//! Every byte has one fate, whatever the bytes are.

use std::collections::BTreeMap;
use std::io::Cursor;

use coroner::ingest::drive::read_watched_bytes;
use coroner::ingest::formats::{Format, Head, Reader};
use coroner::ingest::lines;
use coroner::ingest::prefilter::Watch;
use coroner::ingest::sink::Sink;
use coroner::ingest::stream::{Steps, Stream};
use coroner::ledger::{Fate, Reason};
use coroner::model::ledger::Quote;
use coroner::model::record::{Record, SourceId};

/// Bytes that a format sees of the head.
const HEAD_BYTES: usize = 64 * 1024;
/// Of so many lengths of an input one has it recognised, too.
const FIT_EVERY: usize = 16;
/// Records that a source may give whatever its size: some are about the source as a whole.
const RECORDS_OF_NOTHING: usize = 64;
/// Times that an event of a calendar returns at most.
const RETURNS_MAX: usize = 4000;
/// Hosts whose common output stands in a text once, below the names of them all, at most.
const FOLDED_HOSTS_MAX: usize = 256;
/// Characters that a quoted piece may take, each of which may be shown as `\u{10ffff}`.
const QUOTE_CHARS_MAX: usize = 160 * 10;

/// What a reader made of some bytes.
pub struct Outcome<'a> {
    pub sink: Sink<'a>,
    /// Bytes that it said nothing about, at the end.
    pub left_over: u64,
}

/// Opens the bytes as that format, whether or not it would be recognised. A panic of the reader goes on
/// to the caller.
pub fn read_as<'a>(format: &dyn Format, content: &[u8], watch: &Watch<'a>) -> Outcome<'a> {
    let mut sink = Sink::new(SourceId(0), watch.interest);
    let stream = || Stream::new(Box::new(Cursor::new(content.to_vec())));
    match format.open() {
        Reader::Lines(mut reader) => {
            lines::drive(&mut stream(), &watch.prefilter, reader.as_mut(), &mut sink);
        }
        Reader::Whole(parse) => parse(content, &mut sink),
        Reader::Rows(parse) => parse(&mut Steps::new(&mut stream()), &mut sink),
        Reader::Stream(parse) => parse(&mut Steps::new(&mut stream()), &mut sink),
    }
    let cursor = sink.account.cursor();
    let len = content.len() as u64;
    assert!(cursor <= len, "{}: {cursor} bytes were booked of {len}", format.id());
    sink.account.book_counted(b"", len - cursor, Fate::Quarantined(Reason::Unclaimed));
    Outcome { sink, left_over: len - cursor }
}

/// Opens the bytes as that format and checks what it says of them.
pub fn check_as(format: &dyn Format, content: &[u8]) {
    // Recognition is asked of some inputs only, and has a target of its own: it would take most of the time.
    if content.len().is_multiple_of(FIT_EVERY) {
        let head = &content[..content.len().min(HEAD_BYTES)];
        let size = content.len().is_multiple_of(2 * FIT_EVERY).then_some(content.len() as u64);
        let _ = format.fit(&Head::new(head, size));
    }
    let Outcome { sink, left_over } = read_as(format, content, super::watch());
    let whole = matches!(format.open(), Reader::Lines(_));
    assert!(!whole || left_over == 0, "{}: a reader of lines leaves nothing over", format.id());
    let amounts = Amounts {
        bytes: content.len() as u64,
        parsed: sink.account.parsed(),
        ignored: sink.account.ignored(),
        quarantined: sink.account.quarantined(),
    };
    check_size(sink.records.len() + sink.activity.len() + sink.power.len(), content);
    let (reasons, quoted) = sink.account.into_details();
    amounts.check(&reasons, &quoted, &sink.records);
}

/// Reads the bytes as any source is read: recognised, driven, and a reader's panic caught and booked.
pub fn check_recognised(content: &[u8]) {
    let facts = read_watched_bytes(SourceId(0), "some-file", content, super::watch());
    let (bytes, parsed, ignored, quarantined) = (facts.bytes, facts.parsed, facts.ignored, facts.quarantined);
    assert_eq!(bytes, content.len() as u64, "{:?} {:?}", facts.format, facts.reasons);
    check_size(facts.records.len() + facts.activity.len() + facts.power.len(), content);
    let amounts = Amounts { bytes, parsed, ignored, quarantined };
    amounts.check(&facts.reasons, &facts.quoted, &facts.records);
}

/// A source gives no more than its bytes can say; a rule by which an event of a calendar returns says much, and so
/// does a line that is told of many hosts at once.
fn check_size(items: usize, content: &[u8]) {
    let rules = content.windows(5).filter(|word| word.eq_ignore_ascii_case(b"rrule")).count();
    let folded = content.windows(4).any(|word| word == b"----") && content.contains(&b'[');
    let hosts = if folded { FOLDED_HOSTS_MAX } else { 1 };
    let allowed = content.len() * hosts + RECORDS_OF_NOTHING + rules * RETURNS_MAX;
    assert!(items <= allowed, "{items} items out of {} bytes with {rules} rules", content.len());
}

struct Amounts {
    bytes: u64,
    parsed: u64,
    ignored: u64,
    quarantined: u64,
}

impl Amounts {
    fn check(&self, reasons: &BTreeMap<String, u64>, quoted: &[Quote], records: &[Record]) {
        assert_eq!(self.parsed + self.ignored + self.quarantined, self.bytes, "{reasons:?}");
        let named: u64 = reasons.values().sum();
        assert_eq!(named, self.ignored + self.quarantined, "every byte left out has a reason: {reasons:?}");
        assert!(!reasons.contains_key("reader panicked"), "{quoted:?}");
        for Record { span, .. } in records {
            let end = span.offset.checked_add(span.len);
            assert!(end.is_some_and(|end| end <= self.bytes), "{span:?} of {} bytes", self.bytes);
        }
        for Quote { offset, len, text, .. } in quoted {
            assert!(offset + len <= self.bytes, "{offset} {len} of {} bytes", self.bytes);
            assert!(!text.chars().any(char::is_control), "{text:?}");
            assert!(text.chars().count() <= QUOTE_CHARS_MAX, "{text}");
        }
    }
}
