//! Puts entries together from the data objects that stood before them.

use std::collections::{HashMap, VecDeque};

use super::header::le64;
use super::object::{ENTRY_ITEMS_OFFSET, Packing, item_bytes, payload_offset};
use super::packed;
use crate::ingest::kernel_stamp;
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

/// Text kept of one message.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// Text of all messages that are remembered. An entry repeats a message by referring to where it
/// first stood, which may be far back.
const REMEMBERED_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Values of other fields that are remembered, and the longest of them: names of programs and hosts.
const NAMES_MAX: usize = 200_000;
const NAME_BYTES_MAX: usize = 256;

/// What a message costs beside its text.
const MESSAGE_OVERHEAD_BYTES: usize = 96;

/// A field that is read, and its value.
enum Field {
    Message { text: Box<str>, kept: bool },
    Identifier(Box<str>),
    Command(Box<str>),
    Host(Box<str>),
    FromKernel,
}

/// The data objects seen so far that matter, and the lines made of them.
pub struct Entries {
    compact: bool,
    fields: HashMap<u64, Field>,
    /// Offsets of the messages in `fields`, the oldest first.
    messages: VecDeque<u64>,
    remembered_bytes: usize,
    names: usize,
    boot: ([u8; 16], String),
    tracker: LogTracker,
}

/// Offsets in an entry object.
const SEQUENCE_OFFSET: usize = 16;
const REALTIME_OFFSET: usize = 24;
const MONOTONIC_OFFSET: usize = 32;
const BOOT_ID_OFFSET: usize = 40;
/// journald takes later times for damage, too (the year 3111).
const REALTIME_MICROS_MAX: u64 = 1 << 55;

impl Entries {
    pub fn new(compact: bool) -> Self {
        Self {
            compact,
            fields: HashMap::new(),
            messages: VecDeque::new(),
            remembered_bytes: 0,
            names: 0,
            boot: ([0; 16], String::new()),
            tracker: LogTracker::default(),
        }
    }

    /// Remembers a data object that stands at `offset`, if it is of a field that is read.
    pub fn note_data(&mut self, offset: u64, packing: Packing, object: &[u8]) -> Fate {
        let payload = object.get(payload_offset(self.compact)..).unwrap_or(&[]);
        if packing == Packing::None && !has_name(payload) {
            return Fate::Quarantined(Reason::BadField("name of a field"));
        }
        let bytes = match packed::unpack(payload, packing, is_read) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Fate::Parsed,
            Err(packed::BadPacking) => return Fate::Quarantined(Reason::BadCompression),
        };
        let Some(equals) = memchr::memchr(b'=', &bytes) else { return Fate::Parsed };
        let (name, value) = (&bytes[..equals], &bytes[equals + 1..]);
        let limit = if name == b"MESSAGE" { MESSAGE_BYTES_MAX } else { NAME_BYTES_MAX };
        let value: Box<str> = String::from_utf8_lossy(&value[..value.len().min(limit)]).into();
        let field = match name {
            b"MESSAGE" => {
                self.remember_message(offset, value);
                return Fate::Parsed;
            }
            b"SYSLOG_IDENTIFIER" => Field::Identifier(value),
            b"_COMM" => Field::Command(value),
            b"_HOSTNAME" => Field::Host(value),
            b"_TRANSPORT" if &*value == "kernel" => Field::FromKernel,
            _ => return Fate::Parsed,
        };
        if self.names < NAMES_MAX {
            self.names += 1;
            self.fields.insert(offset, field);
        }
        Fate::Parsed
    }

    fn remember_message(&mut self, offset: u64, text: Box<str>) {
        self.remembered_bytes += text.len() + MESSAGE_OVERHEAD_BYTES;
        self.fields.insert(offset, Field::Message { text, kept: false });
        self.messages.push_back(offset);
        while self.remembered_bytes > REMEMBERED_BYTES_MAX
            && let Some(oldest) = self.messages.pop_front()
        {
            // What once mattered will matter when it is said again: every boot repeats the kernel's
            // first line.
            if let Some(Field::Message { text, kept: false }) = self.fields.get(&oldest) {
                self.remembered_bytes -= text.len() + MESSAGE_OVERHEAD_BYTES;
                self.fields.remove(&oldest);
            }
        }
    }

    /// Reads an entry object and books `bytes`, which hold it with its padding.
    pub fn take(&mut self, object: &[u8], bytes: &[u8], sink: &mut Sink<'_>) {
        let realtime = le64(object, REALTIME_OFFSET);
        let at = i64::try_from(realtime)
            .ok()
            .filter(|_| (1..REALTIME_MICROS_MAX).contains(&realtime))
            .and_then(chrono::DateTime::from_timestamp_micros);
        let Some(at) = at else {
            sink.account.book(bytes, Fate::Quarantined(Reason::BadField("realtime")));
            return;
        };
        if le64(object, SEQUENCE_OFFSET) == 0 {
            sink.account.book(bytes, Fate::Quarantined(Reason::BadField("sequence number")));
            return;
        }
        sink.claim(bytes, 0, Fate::Parsed);
        self.note_boot(&object[BOOT_ID_OFFSET..BOOT_ID_OFFSET + 16]);
        let line = put_together(&self.fields, object, self.compact);
        let program =
            if line.from_kernel { "kernel" } else { line.identifier.or(line.command).unwrap_or("") };
        let text = line.message.map_or("", |(_, text)| text);
        let split = SplitLine {
            stamp: Stamp::Zoned(at),
            host: line.host,
            program,
            text: kernel_stamp::split_uptime(text).map_or(text, |(_, text)| text),
            boot_id: Some(&self.boot.1),
            uptime_micros: Some(le64(object, MONOTONIC_OFFSET)),
        };
        let before = sink.records.len();
        self.tracker.take(&split, sink);
        let message = line.message.map(|(offset, _)| offset);
        if sink.records.len() > before
            && let Some(Field::Message { kept, .. }) = message.and_then(|at| self.fields.get_mut(&at))
        {
            *kept = true;
        }
    }

    fn note_boot(&mut self, id: &[u8]) {
        if self.boot.1.is_empty() || self.boot.0 != id {
            self.boot.0.copy_from_slice(id);
            self.boot.1 = id.iter().map(|byte| format!("{byte:02x}")).collect();
        }
    }
}

fn put_together<'a>(fields: &'a HashMap<u64, Field>, object: &[u8], compact: bool) -> Line<'a> {
    let mut line = Line::default();
    for item in object[ENTRY_ITEMS_OFFSET..].chunks_exact(item_bytes(compact)) {
        let mut offset = [0; 8];
        let width = item.len().min(8);
        offset[..width].copy_from_slice(&item[..width]);
        let offset = u64::from_le_bytes(offset);
        match fields.get(&offset) {
            Some(Field::Message { text, .. }) => line.message = Some((offset, text)),
            Some(Field::Identifier(name)) => line.identifier = Some(name),
            Some(Field::Command(name)) => line.command = Some(name),
            Some(Field::Host(name)) => line.host = Some(name),
            Some(Field::FromKernel) => line.from_kernel = true,
            None => {}
        }
    }
    line
}

/// The fields of one entry.
#[derive(Default)]
struct Line<'a> {
    message: Option<(u64, &'a str)>,
    identifier: Option<&'a str>,
    command: Option<&'a str>,
    host: Option<&'a str>,
    from_kernel: bool,
}

/// Bytes of the name of a field, at most.
const FIELD_NAME_BYTES_MAX: usize = 64;

/// Whether a payload begins with a name and an equals sign.
fn has_name(payload: &[u8]) -> bool {
    let begin = &payload[..payload.len().min(FIELD_NAME_BYTES_MAX + 1)];
    let name = memchr::memchr(b'=', begin).map_or(&[][..], |at| &begin[..at]);
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

fn is_read(beginning: &[u8]) -> bool {
    const NAMES: [&[u8]; 5] = [b"MESSAGE=", b"SYSLOG_IDENTIFIER=", b"_COMM=", b"_HOSTNAME=", b"_TRANSPORT="];
    NAMES.iter().any(|name| beginning.starts_with(name))
}
