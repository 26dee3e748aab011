//! Boot and login history in binary (`/var/log/wtmp`, `/run/utmp`, `/var/log/btmp`).
//!
//! Time:   seconds and microseconds of Unix time on the host's clock.
//! Units:  seconds, microseconds.
//! Spec:   utmp(5); glibc's `struct utmp` is 384 bytes where its time is two 32-bit words (x86, x86-64,
//!         riscv64, ppc64 and most others) and 400 bytes where it is two 64-bit words (arm64 and a
//!         few others, all of musl), in the byte order of the machine. Marks are told as sysvinit's and
//!         util-linux's last(1) do: by the type, and by `reboot` or `shutdown` on a line `~`.
//! Loses:  logins. They are no sign of life either: nobody logs in for weeks, and that is no silence.
//! Not handled: the utmpx files of the BSDs and macOS; the wtmpdb database (SQLite).

use chrono::DateTime;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::login_records::{LoginRecord, LoginRecords};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct LinuxWtmp;

impl Format for LinuxWtmp {
    fn id(&self) -> &'static str {
        "linux-wtmp"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Boot
    }

    fn title(&self) -> &'static str {
        "boot and login history, binary (wtmp)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if layout_of(head).is_some() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// Where the fields of a record are.
#[derive(Clone, Copy)]
struct Layout {
    size: usize,
    wide_time: bool,
    big_endian: bool,
}

/// Offsets common to all layouts: process, line and user name; and the time by layout.
const PROCESS_OFFSET: usize = 4;
const LINE_OFFSET: usize = 8;
const USER_OFFSET: usize = 44;
const NAME_BYTES: usize = 32;
const NARROW_TIME_OFFSET: usize = 340;
const WIDE_TIME_OFFSET: usize = 344;

/// Records looked at to recognise a layout.
const RECORDS_SNIFFED: usize = 40;

/// The layout by which most of the first records are sound, if that is most of them.
fn layout_of(head: &[u8]) -> Option<Layout> {
    let layouts = [(384, false), (400, true)];
    layouts
        .into_iter()
        .flat_map(|(size, wide_time)| [false, true].map(|big_endian| Layout { size, wide_time, big_endian }))
        .filter_map(|layout| Some((dated_records(head, layout)?, layout)))
        .max_by_key(|(dated, layout)| (*dated, std::cmp::Reverse(layout.size)))
        .map(|(_, layout)| layout)
}

/// So many sound records at the front are enough: what follows may be shifted by a write cut short.
const RECORDS_SURE: usize = 3;

/// Records with a date; `None` if there are none, or if more than one in five of the first is no record.
fn dated_records(head: &[u8], layout: Layout) -> Option<usize> {
    let mut dated = 0;
    let mut broken = 0;
    let mut dated_at_front = 0;
    for bytes in head.chunks_exact(layout.size).take(RECORDS_SNIFFED) {
        match Record::read(bytes, layout) {
            Some(record) => {
                dated += usize::from(record.seconds >= YEAR_1990);
                dated_at_front = if broken == 0 { dated } else { dated_at_front };
            }
            None => broken += usize::from(bytes.iter().any(|byte| *byte != 0)),
        }
    }
    (dated > 0 && (broken * 4 <= dated || dated_at_front >= RECORDS_SURE)).then_some(dated)
}

const YEAR_1990: i64 = 631_152_000;
const YEAR_2100: i64 = 4_102_444_800;
/// A clock that was never set counts from 1970; it does not count for longer than this, seconds.
const UNSET_CLOCK: std::ops::Range<i64> = 0..400_000_000;

/// The fields of one record that matter here.
struct Record<'a> {
    seconds: i64,
    micros: i64,
    login: LoginRecord<'a>,
}

impl<'a> Record<'a> {
    /// Reads a record; `None` if the bytes cannot be one: unknown type, unprintable names, or a time
    /// outside 1990 to 2100 that is not of an unset clock either. A record of zeros is none.
    fn read(bytes: &'a [u8], layout: Layout) -> Option<Self> {
        if bytes.len() < layout.size || bytes[..layout.size].iter().all(|byte| *byte == 0) {
            return None;
        }
        let word = |at: usize| {
            let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            if layout.big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        let long = |at: usize| {
            let (first, second) = (i64::from(word(at)), i64::from(word(at + 4)));
            if layout.big_endian { first << 32 | second } else { second << 32 | first }
        };
        let (seconds, micros) = if layout.wide_time {
            (long(WIDE_TIME_OFFSET), long(WIDE_TIME_OFFSET + 8))
        } else {
            (i64::from(word(NARROW_TIME_OFFSET)), i64::from(word(NARROW_TIME_OFFSET + 4)))
        };
        let login = LoginRecord {
            kind: read_kind(bytes, layout),
            process: word(PROCESS_OFFSET),
            line: name(&bytes[LINE_OFFSET..LINE_OFFSET + NAME_BYTES]),
            user: name(&bytes[USER_OFFSET..USER_OFFSET + NAME_BYTES]),
        };
        let micros = if (0..1_000_000).contains(&micros) { micros } else { 0 };
        let plausible = (YEAR_1990..YEAR_2100).contains(&seconds) || UNSET_CLOCK.contains(&seconds);
        // A failed login (btmp) records what was typed; the line is the system's own word.
        let printable = !login.line.iter().any(u8::is_ascii_control);
        ((0..=9).contains(&login.kind) && plausible && printable).then_some(Self { seconds, micros, login })
    }
}

/// Up to the first NUL.
fn name(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

fn read_kind(bytes: &[u8], layout: Layout) -> i16 {
    let short = [bytes[0], bytes[1]];
    if layout.big_endian {
        // The type is a short at the front; some writers use a whole word.
        let short = i16::from_be_bytes(short);
        if short == 0 { i16::from_be_bytes([bytes[2], bytes[3]]) } else { short }
    } else {
        i16::from_le_bytes(short)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let Some(layout) = layout_of(content) else { return };
    let mut records = LoginRecords::default();
    let mut at = 0;
    while at < content.len() {
        let bytes = &content[at..content.len().min(at + layout.size)];
        // What is left of a record that was cut short can look like one without a date.
        let record = Record::read(bytes, layout)
            .filter(|record| record.seconds >= YEAR_1990 || next_record(&content[at..], layout).is_none());
        let Some(record) = record else {
            at += pass_no_record(content, at, layout, sink);
            continue;
        };
        at += layout.size;
        sink.claim(bytes, 0, Fate::Parsed);
        if let Some(time) = DateTime::from_timestamp_micros(record.seconds * 1_000_000 + record.micros) {
            records.take(record.login, Stamp::Zoned(time), sink);
        }
    }
    records.close(sink);
}

/// Books what is no record and returns its length: up to the next record, which need not stand at a
/// multiple of the size where a write was cut short.
fn pass_no_record(content: &[u8], at: usize, layout: Layout, sink: &mut Sink<'_>) -> usize {
    let rest = &content[at..];
    if rest.len() < layout.size {
        let zero = rest.iter().all(|byte| *byte == 0);
        let fate = if zero { Fate::Ignored("zero-padding") } else { Fate::Quarantined(Reason::Truncated) };
        sink.claim(rest, 0, fate);
        return rest.len();
    }
    if rest[..layout.size].iter().all(|byte| *byte == 0) {
        sink.claim(&rest[..layout.size], 0, Fate::Ignored("empty-record"));
        return layout.size;
    }
    let len = next_record(rest, layout).unwrap_or(layout.size);
    sink.claim(&rest[..len], 0, Fate::Quarantined(Reason::BadShape));
    len
}

/// Where within one record's length the next dated records begin, if not at a multiple of it.
fn next_record(rest: &[u8], layout: Layout) -> Option<usize> {
    let is_dated =
        |bytes: &[u8]| Record::read(bytes, layout).is_some_and(|record| record.seconds >= YEAR_1990);
    (1..layout.size.min(rest.len())).find(|shift| {
        let (from, to) = rest[*shift..].split_at_checked(layout.size).unwrap_or_default();
        is_dated(from) && (to.is_empty() || is_dated(to))
    })
}
