//! Boot and login history in binary (`/var/log/wtmp`).
//!
//! Time:   seconds of Unix time on the host's clock.
//! Units:  seconds, microseconds.
//! Spec:   utmp(5); glibc's `struct utmp` is 384 bytes where time is two 32-bit words (x86, x86-64,
//!         most others) and 400 bytes where it is two 64-bit words (arm64, riscv64, s390x).
//! Loses:  logins. They are no sign of life either: nobody logs in for weeks, and that is no silence.
//! Not handled: the lastlog2/wtmpdb database.

use chrono::DateTime;

use crate::ingest::formats::{Fit, Format, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, BootMark};

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

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
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

/// Offsets common to all layouts: type, user name, and the time by layout.
const USER_OFFSET: usize = 44;
const LINE_OFFSET: usize = 8;
const NARROW_TIME_OFFSET: usize = 340;
const WIDE_TIME_OFFSET: usize = 344;

fn layout_of(head: &[u8]) -> Option<Layout> {
    let layouts = [(384, false), (400, true)];
    layouts
        .into_iter()
        .flat_map(|(size, wide_time)| [false, true].map(|big_endian| Layout { size, wide_time, big_endian }))
        .find(|layout| fits(head, *layout))
}

/// All whole records of the head (at most 40) have a known type, printable names and a time
/// between 1990 and 2100 or none; and at least one has a time.
fn fits(head: &[u8], layout: Layout) -> bool {
    let mut timed = 0;
    for record in head.chunks_exact(layout.size).take(40) {
        if record.iter().all(|byte| *byte == 0) {
            continue;
        }
        let kind = read_kind(record, layout);
        let seconds = read_seconds(record, layout);
        let clean = [LINE_OFFSET, USER_OFFSET].iter().all(|at| is_name(&record[*at..*at + 32]));
        let plausible =
            (631_152_000..4_102_444_800).contains(&seconds) || (0..400_000_000).contains(&seconds);
        if !(0..=9).contains(&kind) || !clean || !plausible {
            return false;
        }
        timed += usize::from(seconds > 631_152_000);
    }
    timed > 0
}

/// Printable up to the first NUL.
fn is_name(field: &[u8]) -> bool {
    field.iter().take_while(|byte| **byte != 0).all(|byte| !byte.is_ascii_control())
}

fn read_kind(record: &[u8], layout: Layout) -> i16 {
    let bytes = [record[0], record[1]];
    if layout.big_endian {
        // The type is a short at the front; some writers use a whole word.
        let short = i16::from_be_bytes(bytes);
        if short == 0 { i16::from_be_bytes([record[2], record[3]]) } else { short }
    } else {
        i16::from_le_bytes(bytes)
    }
}

fn read_seconds(record: &[u8], layout: Layout) -> i64 {
    if layout.wide_time {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&record[WIDE_TIME_OFFSET..WIDE_TIME_OFFSET + 8]);
        if layout.big_endian { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) }
    } else {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&record[NARROW_TIME_OFFSET..NARROW_TIME_OFFSET + 4]);
        i64::from(if layout.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

/// `ut_type` values, utmp(5).
const RUN_LVL: i16 = 1;
const BOOT_TIME: i16 = 2;
const NEW_TIME: i16 = 3;
const OLD_TIME: i16 = 4;

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let Some(layout) = layout_of(content) else { return };
    for record in content.chunks(layout.size) {
        if record.len() < layout.size {
            let zero = record.iter().all(|byte| *byte == 0);
            let fate =
                if zero { Fate::Ignored("zero-padding") } else { Fate::Quarantined(Reason::Truncated) };
            sink.claim(record, 0, fate);
            continue;
        }
        if record.iter().all(|byte| *byte == 0) {
            sink.claim(record, 0, Fate::Ignored("empty-record"));
            continue;
        }
        let kind = read_kind(record, layout);
        let Some(at) = DateTime::from_timestamp(read_seconds(record, layout), 0) else {
            sink.claim(record, 0, Fate::Quarantined(Reason::BadField("time")));
            continue;
        };
        if !(0..=9).contains(&kind) {
            sink.claim(record, 0, Fate::Quarantined(Reason::BadField("type")));
            continue;
        }
        sink.claim(record, 0, Fate::Parsed);
        let user = &record[USER_OFFSET..USER_OFFSET + 32];
        let mark = match kind {
            BOOT_TIME => Some(BootMark::Boot),
            RUN_LVL if user.starts_with(b"shutdown") => Some(BootMark::Shutdown),
            NEW_TIME => Some(BootMark::ClockNew),
            OLD_TIME => Some(BootMark::ClockOld),
            _ => None,
        };
        if let Some(mark) = mark {
            sink.record(None, Stamp::Zoned(at), Body::Boot(mark));
        }
    }
}
