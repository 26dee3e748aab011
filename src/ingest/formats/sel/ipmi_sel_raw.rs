//! Raw SEL dump: 16-byte records back to back (`ipmitool sel writeraw`).
//!
//! Time:   the BMC's clock, zone unknown; up to 20000000h it counts from the initialisation of the
//!         log, FFFFFFFFh is unspecified (§37); records E0h to FFh have none.
//! Units:  none.
//! Spec:   IPMI v2.0 rev 1.1 §32.1 table 32-1; meanings §42.2 table 42-3.
//! Loses:  nothing that is in the dump; sensor names live in the SDR and are not in it.
//! Not handled: what manufacturers mean by OEM records and OEM event data, beyond keeping the bytes.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ipmi::sel_record::{OEM_TIMESTAMPED, SYSTEM_EVENT};
use crate::ipmi::{self, SelRecord, SelTime};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};

pub struct IpmiSelRaw;

/// Size of a record (table 32-1).
const RECORD_BYTES: usize = 16;
/// Records of the head that are looked at to recognise a dump.
const RECORDS_LOOKED_AT: usize = 256;

impl Format for IpmiSelRaw {
    fn id(&self) -> &'static str {
        "ipmi-sel-raw"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, raw records (ipmitool sel writeraw)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let (records, _) = head.as_chunks::<RECORD_BYTES>();
        let records = &records[..records.len().min(RECORDS_LOOKED_AT)];
        let (mut used, mut odd) = (Vec::new(), 0_usize);
        for record in records.iter().filter(|raw| !is_unused(raw)).map(ipmi::decode) {
            odd += usize::from(!is_plausible(&record));
            used.push(record);
            if odd > ODD_IN_SHORT_LOGS && odd * 20 > records.len() {
                return Fit::No;
            }
        }
        let events = used.iter().filter(|record| is_system_event(record)).count();
        // One record in twenty may be odd; text and other binaries have hardly one that is not. In a short log some
        // more may be, if the ids count up from one record to the next, which nothing else does by chance.
        let few = odd * 20 <= used.len();
        let some = events > odd && ids_count_up(&used);
        if used.is_empty() || !(few || some) || !ids_rise(&used) {
            Fit::No
        } else if events > 0 {
            Fit::Sure
        } else {
            // OEM records alone have no structure beyond their type and rising ids.
            Fit::Maybe
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// A slot of the log's memory that holds no record.
fn is_unused(raw: &[u8; RECORD_BYTES]) -> bool {
    raw.iter().all(|&byte| byte == 0) || raw.iter().all(|&byte| byte == 0xff)
}

/// Revision, sensor type and event type are ones that table 32-1, 42-3 and 42-1 define.
fn is_event_shaped(record: &SelRecord) -> bool {
    matches!(record.evm_rev, 3 | 4)
        && matches!(record.sensor_type, 0x01..=0x2c | 0xc0..=0xff)
        && matches!(record.event_type, 0x01..=0x0c | 0x6f..=0x7f)
}

fn is_system_event(record: &SelRecord) -> bool {
    record.record_type == SYSTEM_EVENT && is_event_shaped(record)
}

fn is_plausible(record: &SelRecord) -> bool {
    let id_is_possible = !matches!(record.record_id, 0 | 0xffff);
    id_is_possible && (is_system_event(record) || record.record_type >= OEM_TIMESTAMPED)
}

/// Records of short logs that may be odd.
const ODD_IN_SHORT_LOGS: usize = 8;

/// Each id is one more than the one before.
fn ids_count_up(records: &[SelRecord]) -> bool {
    records.windows(2).all(|pair| pair[0].record_id.checked_add(1) == Some(pair[1].record_id))
}

/// Ids rise; they may start over once in a while, where the log was full or cleared.
fn ids_rise(records: &[SelRecord]) -> bool {
    let pairs = records.windows(2);
    let rising = pairs.clone().filter(|pair| pair[1].record_id > pair[0].record_id).count();
    rising * 10 >= pairs.len() * 9 || pairs.len() - rising <= 1
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let (records, rest) = content.as_chunks::<RECORD_BYTES>();
    sink.records.reserve(records.len());
    for raw in records {
        if is_unused(raw) {
            sink.claim(raw, 0, Fate::Ignored("unused-record-slot"));
            continue;
        }
        let record = ipmi::decode(raw);
        // Other types are reserved: without the shape of an event their layout is unknown.
        if record.is_oem() || record.record_type == SYSTEM_EVENT || is_event_shaped(&record) {
            sink.claim(raw, 0, Fate::Parsed);
            sink.record(None, stamp_of(record.time), Body::Sel(entry_of(&record)));
        } else {
            sink.claim(raw, 0, Fate::Quarantined(Reason::BadField("record type")));
        }
    }
    if !rest.is_empty() {
        sink.claim(rest, 0, Fate::Quarantined(Reason::Truncated));
    }
}

/// The stamp of a record's time.
pub(super) fn stamp_of(time: SelTime) -> Stamp {
    match time {
        SelTime::At(_) => time.date_time().map_or(Stamp::Missing, Stamp::Bmc),
        SelTime::PreInit(seconds) => Stamp::SinceBmcInit { seconds },
        SelTime::Unspecified | SelTime::None => Stamp::Missing,
    }
}

/// The entry for a record whose bytes are known.
pub(super) fn entry_of(record: &SelRecord) -> SelEntry {
    let event = !record.is_oem();
    SelEntry {
        record_id: Some(u32::from(record.record_id)),
        record_type: Some(record.record_type),
        sensor_type: event.then_some(record.sensor_type),
        sensor: ipmi::sensor_text(record),
        event_type: event.then_some(record.event_type),
        event_offset: event.then(|| record.offset()),
        asserted: event.then_some(!record.deasserted),
        event_data: event.then_some(record.event_data),
        text: ipmi::event_text(record),
        raw: Some(record.raw),
        message_id: None,
    }
}
