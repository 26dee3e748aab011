//! Events in XML: elements with attributes and one level of elements with text inside.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::record::Span;

/// Characters kept of the text of an element.
const TEXT_CHARS_MAX: usize = 16 * 1024;
/// Attributes and elements of an event that are looked at.
const PARTS_MAX: usize = 64;

/// Attributes and elements of an event: name in lower case → text.
pub type Parts = BTreeMap<String, String>;

/// Calls `each` with every element called `name` (in any case) and books it by the answer. What stands
/// around the events is understood. A fault of the XML ends the reading; the rest is quarantined.
pub fn xml_events(
    content: &[u8],
    name: &str,
    sink: &mut Sink<'_>,
    mut each: impl FnMut(&Parts, &mut Sink<'_>) -> Fate,
) {
    let mut reader = Reader::from_reader(content);
    let position = |reader: &Reader<&[u8]>| {
        usize::try_from(reader.buffer_position()).unwrap_or(content.len()).min(content.len())
    };
    let mut booking = Booking { content, booked: 0, line: 1 };
    let mut open: Option<(usize, Parts)> = None;
    let mut child: Option<String> = None;
    loop {
        let start = position(&reader);
        match reader.read_event() {
            Ok(Event::Empty(tag)) if open.is_none() && is_called(&tag, name) => {
                let parts = attributes(&tag);
                booking.claim(start, position(&reader), &parts, sink, &mut each);
            }
            Ok(Event::Start(tag)) if open.is_none() && is_called(&tag, name) => {
                open = Some((start, attributes(&tag)));
            }
            Ok(Event::Start(tag)) if open.is_some() => {
                child = Some(String::from_utf8_lossy(tag.local_name().as_ref()).to_ascii_lowercase());
            }
            Ok(Event::Text(text)) => {
                let decoded = String::from_utf8_lossy(&text);
                add(&mut open, child.as_deref(), &decoded);
            }
            Ok(Event::CData(text)) => add(&mut open, child.as_deref(), &String::from_utf8_lossy(&text)),
            Ok(Event::GeneralRef(entity)) => {
                let text = format!("&{};", String::from_utf8_lossy(&entity));
                let text = quick_xml::escape::unescape(&text).map_or(String::new(), |text| text.into_owned());
                add(&mut open, child.as_deref(), &text);
            }
            Ok(Event::End(tag)) => {
                child = None;
                let is_end = tag.local_name().as_ref().eq_ignore_ascii_case(name.as_bytes());
                if is_end && let Some((start, parts)) = open.take() {
                    booking.claim(start, position(&reader), &parts, sink, &mut each);
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(0).min(content.len());
                booking.broken(at, &error.to_string(), sink);
                return;
            }
        }
    }
    if open.is_some() {
        booking.broken(content.len(), "the text ends inside an event", sink);
    } else {
        booking.frame(content.len(), sink);
    }
}

fn is_called(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.local_name().as_ref().eq_ignore_ascii_case(name.as_bytes())
}

fn attributes(tag: &BytesStart<'_>) -> Parts {
    tag.attributes()
        .with_checks(false)
        .flatten()
        .take(PARTS_MAX)
        .map(|attribute| {
            let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).to_ascii_lowercase();
            let raw = String::from_utf8_lossy(&attribute.value).into_owned();
            let text =
                quick_xml::escape::unescape(&raw).map_or_else(|_| raw.clone(), |text| text.into_owned());
            (name, text)
        })
        .collect()
}

/// Adds text to the element that is open in an event.
fn add(open: &mut Option<(usize, Parts)>, child: Option<&str>, text: &str) {
    let (Some((_, parts)), Some(child)) = (open.as_mut(), child) else { return };
    if parts.len() >= PARTS_MAX && !parts.contains_key(child) {
        return;
    }
    let known = parts.entry(child.to_owned()).or_default();
    if known.len() + text.len() <= TEXT_CHARS_MAX {
        known.push_str(text);
    }
}

struct Booking<'c> {
    content: &'c [u8],
    booked: usize,
    line: u64,
}

impl Booking<'_> {
    fn frame(&mut self, end: usize, sink: &mut Sink<'_>) {
        if end > self.booked {
            let piece = &self.content[self.booked..end];
            sink.account.at_line(self.line);
            sink.account.book(piece, Fate::Parsed);
            self.pass(end);
        }
    }

    fn pass(&mut self, end: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.content[self.booked..end]).count() as u64;
        self.booked = end;
    }

    fn claim(
        &mut self,
        start: usize,
        end: usize,
        parts: &Parts,
        sink: &mut Sink<'_>,
        each: &mut impl FnMut(&Parts, &mut Sink<'_>) -> Fate,
    ) {
        self.frame(start, sink);
        sink.at(Span { offset: self.booked as u64, len: (end - self.booked) as u64, line: self.line });
        let fate = each(parts, sink);
        sink.claim(&self.content[self.booked..end], self.line, fate);
        self.pass(end);
    }

    fn broken(&mut self, at: usize, why: &str, sink: &mut Sink<'_>) {
        let line = self.line
            + memchr::memchr_iter(b'\n', &self.content[self.booked..at.max(self.booked)]).count() as u64;
        let cut = at >= self.content.len();
        let reason = if cut { Reason::Truncated } else { Reason::BadField("XML") };
        let quote = format!("broken XML at line {line}: {why}");
        let len = (self.content.len() - self.booked) as u64;
        sink.at(Span { offset: self.booked as u64, len, line });
        sink.account.book_counted(quote.as_bytes(), len, Fate::Quarantined(reason));
    }
}
