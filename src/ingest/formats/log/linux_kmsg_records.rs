//! Kernel messages as records: `/dev/kmsg` and netconsole's extended form (`6,416,1758426,-;text`), with properties
//! of the device on lines of their own (` SUBSYSTEM=pci`).
//!
//! Time:   microseconds since the kernel started.
//! Units:  microseconds.
//! Spec:   Linux Documentation/ABI/testing/dev-kmsg and networking/netconsole.rst.
//! Loses:  priority, sequence number, caller, properties.
//! Not handled: fragments of one netconsole message that arrived out of order are taken each for itself.

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_lines::{LogTracker, SplitLine, split_tag};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct LinuxKmsgRecords;

impl Format for LinuxKmsgRecords {
    fn id(&self) -> &'static str {
        "linux-kmsg-records"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "kernel message records (/dev/kmsg, netconsole extended)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| split_record(line).is_some() || is_property(line))
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(KmsgReader::default()))
    }
}

struct Message<'a> {
    priority: u32,
    sequence: &'a str,
    micros: u64,
    /// Offset and length of the whole, where the message came in pieces.
    fragment: Option<(usize, usize)>,
    text: &'a str,
}

fn split_record(line: &str) -> Option<Message<'_>> {
    let (prefix, text) = line.split_once(';').filter(|(prefix, _)| prefix.len() <= 160)?;
    let mut fields = prefix.split(',').peekable();
    // netconsole can put the kernel's release first.
    if fields.peek()?.contains('.') {
        fields.next();
    }
    let priority = fields.next()?.parse().ok().filter(|priority| *priority < 1024 * 8)?;
    let sequence =
        fields.next().filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))?;
    let micros = fields.next()?.parse().ok()?;
    if !matches!(fields.next()?, "-" | "c" | "+") {
        return None;
    }
    let fragment = fields.find_map(|field| {
        let (offset, whole) = field.strip_prefix("ncfrag=")?.split_once('/')?;
        Some((offset.parse().ok()?, whole.parse().ok()?))
    });
    Some(Message { priority, sequence, micros, fragment, text })
}

/// ` KEY=value`, a property of the message before.
fn is_property(line: &str) -> bool {
    line.strip_prefix(' ').and_then(|inner| inner.split_once('=')).is_some_and(|(key, _)| {
        !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    })
}

#[derive(Default)]
struct KmsgReader {
    tracker: LogTracker,
    /// A message in pieces: its number and what has come of it.
    pieces: (String, String),
    messages: u64,
}

impl LineReader for KmsgReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let Some(message) = split_record(&text) else {
            return if is_property(&text) {
                Fate::Ignored("device-property")
            } else {
                Fate::Quarantined(Reason::BadShape)
            };
        };
        match message.fragment {
            Some((offset, whole)) => self.take_piece(&message, offset, whole, sink),
            None => self.take(&message, message.text, sink),
        }
        Fate::Parsed
    }

    /// Pieces were counted; messages are the records.
    fn finish(&mut self, sink: &mut Sink<'_>) {
        sink.understood = self.messages;
    }
}

impl KmsgReader {
    fn take_piece(&mut self, message: &Message<'_>, offset: usize, whole: usize, sink: &mut Sink<'_>) {
        if offset == 0 {
            self.pieces = (message.sequence.to_owned(), String::new());
        }
        if self.pieces.0 != message.sequence || self.pieces.1.len() != offset || whole > 64 * 1024 {
            self.take(message, message.text, sink);
            return;
        }
        self.pieces.1.push_str(message.text);
        if self.pieces.1.len() >= whole {
            let (_, joined) = std::mem::take(&mut self.pieces);
            self.take(message, &joined, sink);
        }
    }

    fn take(&mut self, message: &Message<'_>, text: &str, sink: &mut Sink<'_>) {
        self.messages += 1;
        let text = unescaped(text);
        // Facility 0 is the kernel; others wrote to the buffer with a tag.
        let (program, text) = if message.priority < 8 { ("kernel", text.as_str()) } else { split_tag(&text) };
        let split = SplitLine {
            stamp: Stamp::SinceBoot { micros: message.micros },
            host: None,
            program: if program.is_empty() { "-" } else { program },
            text,
            boot_id: None,
            uptime_micros: (message.priority < 8).then_some(message.micros),
        };
        self.tracker.take(&split, sink);
    }
}

/// `\x09` as the character that it stands for.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\\x") {
        plain.push_str(before);
        match behind.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if byte.is_ascii() => {
                plain.push(char::from(byte));
                rest = &behind[2..];
            }
            _ => {
                plain.push_str("\\x");
                rest = behind;
            }
        }
    }
    plain.push_str(rest);
    plain
}
