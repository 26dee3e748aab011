//! The systemd journal in its export format (`journalctl -o export`, streams of
//! systemd-journal-remote): `KEY=value` lines, values with line breaks by length, an empty line
//! between entries.
//!
//! Time:   `__REALTIME_TIMESTAMP`, microseconds of Unix time on the host's clock.
//! Units:  microseconds.
//! Spec:   systemd "Journal Export Formats".
//! Loses:  all fields but time, host, boot id, identifier, message and monotonic time.
//! Not handled: files of more than 256 MiB: what is behind is counted as too long.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::journal_entry::JournalEntry;
use crate::ingest::log_lines::LogTracker;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct LinuxJournalExport;

impl Format for LinuxJournalExport {
    fn id(&self) -> &'static str {
        "linux-journal-export"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "systemd journal in export format (journalctl -o export)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let mut rest: &[u8] = head;
        let mut lines = 0_usize;
        while let Some((field, behind)) = next_field(rest) {
            if field.key == "__REALTIME_TIMESTAMP" && field.value.iter().all(u8::is_ascii_digit) {
                return Fit::Sure;
            }
            lines += 1;
            rest = behind;
            // The stamp is among the first fields of an entry.
            if lines > 100 {
                break;
            }
        }
        Fit::No
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

struct Field<'a> {
    key: &'a str,
    value: &'a [u8],
}

/// Takes a field off the front. `None`: there is none, whole and well-formed; an empty line is a
/// field without a name.
fn next_field(content: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let newline = memchr::memchr(b'\n', content)?;
    let line = &content[..newline];
    let rest = &content[newline + 1..];
    if line.iter().all(|byte| *byte == b'\r') {
        return Some((Field { key: "", value: b"" }, rest));
    }
    let name_end = memchr::memchr(b'=', line).unwrap_or(line.len());
    let name = &line[..name_end];
    let is_name = !name.is_empty()
        && name.len() <= 64
        && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    let key = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    if name_end < line.len() {
        return Some((Field { key, value: &line[name_end + 1..] }, rest));
    }
    // The name alone: eight bytes of length, little-endian, the value, a line break.
    let (length, data) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let value = data.get(..length)?;
    let rest = data.get(length..)?.strip_prefix(b"\n")?;
    Some((Field { key, value }, rest))
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let mut tracker = LogTracker::default();
    let mut entry = JournalEntry::default();
    let (mut start, mut at) = (0, 0);
    while at < content.len() {
        match next_field(&content[at..]) {
            Some((field, behind)) => {
                let end = content.len() - behind.len();
                if !field.key.is_empty() {
                    entry.note(field.key, &String::from_utf8_lossy(field.value));
                }
                at = end;
                if field.key.is_empty() || at == content.len() {
                    close(&content[start..at], &mut entry, &mut tracker, sink);
                    start = at;
                }
            }
            None => {
                close(&content[start..at], &mut entry, &mut tracker, sink);
                let rest = &content[at..];
                let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
                let reason = if end == rest.len() { Reason::Truncated } else { Reason::BadShape };
                sink.claim(&rest[..end], 0, Fate::Quarantined(reason));
                at += end;
                start = at;
            }
        }
    }
}

/// Books the piece of an entry that has come to its end.
fn close(piece: &[u8], entry: &mut JournalEntry, tracker: &mut LogTracker, sink: &mut Sink<'_>) {
    if piece.is_empty() {
        return;
    }
    let entry = std::mem::take(entry);
    if entry.is_empty() {
        sink.claim(piece, 0, Fate::Ignored("blank-line"));
    } else if entry
        .realtime_micros
        .is_some_and(|micros| chrono::DateTime::from_timestamp_micros(micros).is_some())
    {
        sink.claim(piece, 0, Fate::Parsed);
        entry.take(tracker, sink);
    } else {
        sink.claim(piece, 0, Fate::Quarantined(Reason::BadField("__REALTIME_TIMESTAMP")));
    }
}
