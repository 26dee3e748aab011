//! SEL as `ipmiutil sel` prints it, in columns or (`-c`) with `|` between them.
//!
//! `0002 03/14/25 02:05:31 MAJ BMC  Power Supply #b1 AC Lost 6f [03 ff ff]`
//!
//! Time:   the BMC's clock, which the tool takes for local time; month first.
//! Units:  none; readings of thresholds are left as the raw numbers that they are printed as.
//! Spec:   ipmiutil 2.x and 3.x, `ievents.c`; meanings IPMI v2.0 §42.2 table 42-3.
//! Loses:  severity, who generated the event.
//! Not handled: records of other types than 02h are kept as bytes in text.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::written::read_stamp;
use crate::ingest::written_time::DayFirst;
use crate::ipmi::event_from_text;
use crate::ipmi::sensor_type::sensor_type_code;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};

pub struct IpmiutilSelText;

impl Format for IpmiutilSelText {
    fn id(&self) -> &'static str {
        "ipmiutil-sel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, text (ipmiutil sel)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let (mut own, mut other) = (0_usize, 0_usize);
        for line in head.split(|&byte| byte == b'\n').take(400) {
            let line = String::from_utf8_lossy(line);
            if is_header(&line) || Row::of(&line).is_some() {
                own += 1;
            } else if !line.trim().is_empty() && beside(&line).is_none() {
                other += 1;
            }
        }
        if own > 0 && own >= 4 * other.saturating_sub(1) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(SelReader))
    }
}

/// `RecId Date/Time_______ SEV Src_ Evt_Type___ …`
fn is_header(line: &str) -> bool {
    line.trim_start().starts_with("RecId") && line.contains("SEV") && line.contains("Evt_detail")
}

/// What the tool says around the rows; the rule by which it is left out.
fn beside(line: &str) -> Option<&'static str> {
    let line = line.trim();
    let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    if starts(&[
        "ipmiutil ",
        "isel",
        "ievents",
        "showsel",
        "-- BMC version",
        "Connecting to node",
        "Showing SEL Time",
    ]) {
        Some("tool-message")
    } else if starts(&["SEL Ver ", "SEL Time UTC", "SEL is ", "SEL Size"]) {
        Some("sel-info-block")
    } else {
        None
    }
}

/// A row, taken apart.
struct Row {
    stamp: Stamp,
    entry: SelEntry,
}

const SEVERITIES: &[&str] = &["INF", "MIN", "MAJ", "CRT"];

impl Row {
    fn of(line: &str) -> Option<Self> {
        let (id, rest) = line.trim().split_once([' ', '|'])?;
        let record_id = u32::from_str_radix(id, 16).ok().filter(|_| id.len() == 4)?;
        let entry = SelEntry { record_id: Some(record_id), ..SelEntry::default() };
        // `0007 Type02 INF 00 …`: a record of another type.
        if let Some(other) = rest.trim_start().strip_prefix("Type") {
            let record_type = u8::from_str_radix(other.get(..2)?, 16).ok()?;
            let (severity, bytes) = other.get(2..)?.trim_start().split_once(' ')?;
            let known = SEVERITIES.contains(&severity);
            let entry = SelEntry { record_type: Some(record_type), text: bytes.trim().to_owned(), ..entry };
            return known.then_some(Self { stamp: Stamp::Missing, entry });
        }
        let rest = rest.trim_start_matches([' ', '|']);
        let (date, rest) = rest.split_once(' ')?;
        let (clock, rest) = rest.trim_start().split_once([' ', '|'])?;
        let rest = rest.trim_start_matches([' ', '|']);
        let (severity, rest) = rest.split_once([' ', '|'])?;
        if !SEVERITIES.contains(&severity) || clock.matches(':').count() != 2 {
            return None;
        }
        let stamp = read_stamp(&format!("{date} {clock}"), DayFirst(false))?;
        let (_source, rest) = rest.trim_start_matches([' ', '|']).split_once([' ', '|'])?;
        Some(Self { stamp, entry: event(rest, entry)? })
    }
}

/// `Power Supply #b1 PS1 Status AC Lost 6f [03 ff ff]`; with `-c` bars stand between the parts.
fn event(rest: &str, mut entry: SelEntry) -> Option<SelEntry> {
    let (kind, rest) = rest.split_once('#')?;
    let number = u8::from_str_radix(rest.get(..2)?, 16).ok()?;
    entry.sensor_type = sensor_type_code(kind.trim_matches([' ', '|']));
    entry.sensor = format!("#0x{number:02x}");
    let rest = rest.get(2..)?.trim_matches([' ', '|']);
    let rest = match trigger_and_data(rest) {
        Some((text, trigger, data)) => {
            entry.event_type = Some(trigger & 0x7f);
            entry.asserted = Some(trigger & 0x80 == 0);
            entry.event_offset = Some(data[0] & 0x0f);
            entry.event_data = Some(data);
            text
        }
        None => rest,
    };
    rest.trim_matches([' ', '|']).clone_into(&mut entry.text);
    if entry.event_type.is_none()
        && let Some((event_type, offset)) = event_from_text(entry.sensor_type, &entry.text)
    {
        entry.event_type = Some(event_type);
        entry.event_offset = Some(offset);
    }
    Some(entry)
}

/// The text before `6f [03 ff ff]`, and those bytes.
fn trigger_and_data(rest: &str) -> Option<(&str, u8, [u8; 3])> {
    let (before, data) = rest.strip_suffix(']')?.rsplit_once(" [")?;
    let (text, trigger) = before.rsplit_once(' ').unwrap_or(("", before));
    let trigger = u8::from_str_radix(trigger, 16).ok().filter(|_| trigger.len() == 2)?;
    let mut bytes = data.split(' ').map(|byte| u8::from_str_radix(byte, 16));
    let data = [bytes.next()?.ok()?, bytes.next()?.ok()?, bytes.next()?.ok()?];
    bytes.next().is_none().then_some((text, trigger, data))
}

struct SelReader;

impl LineReader for SelReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        if let Some(row) = Row::of(&line) {
            sink.record(None, row.stamp, Body::Sel(row.entry));
            return Fate::Parsed;
        }
        match beside(&line) {
            _ if line.trim().is_empty() => Fate::Ignored("blank-line"),
            _ if is_header(&line) => Fate::Ignored("table-header"),
            Some(rule) => Fate::Ignored(rule),
            None => Fate::Quarantined(Reason::BadShape),
        }
    }
}
