//! Sorts the resolved records of all sources into one history per host.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};

use super::event::Event;
use super::gap::BMC_RESTART;
use super::history::{History, HistoryMark, LogRun, StartSign};
use crate::clock::SourceTimes;
use crate::knowledge::{Class, Knowledge};
use crate::model::record::{Body, BootMark, LogLine, Record, SelEntry, SourceFacts};
use crate::model::{Moment, Stamp};

/// Signatures that the log readers give by themselves.
const NUL_BYTES: &str = "nul-bytes-in-log";
const LAST_LINES: &str = "last-line-before-boot";
const NEW_BOOT_ID: &str = "new-boot-id";
const UPTIME_RESTARTED: &str = "uptime-restarted";
const KERNEL_START: &str = "kernel-start";

/// Who a source's records belong to, as decided before.
pub trait Hosts {
    /// The host of a record of source `index` that names `written`.
    fn host(&self, index: usize, written: Option<&str>) -> Option<String>;
}

/// Builds the histories. `sources` and `times` are parallel.
#[must_use]
pub fn assemble(
    sources: &[SourceFacts],
    times: &[SourceTimes],
    hosts: &dyn Hosts,
    knowledge: &Knowledge,
) -> BTreeMap<String, History> {
    let mut histories: BTreeMap<String, History> = BTreeMap::new();
    for (index, (source, times)) in sources.iter().zip(times).enumerate() {
        for (place, (record, moment)) in source.records.iter().zip(&times.records).enumerate() {
            let Some(host) = hosts.host(index, record.host.as_deref()) else { continue };
            let history = history_of(&mut histories, &host);
            match (&record.body, moment) {
                (Body::Sel(entry), _) => {
                    take_sel(source, place, entry, *moment, knowledge, history);
                }
                (Body::Log(line), Some(moment)) => {
                    take_line(source, record, line, *moment, knowledge, history)
                }
                (Body::Boot(mark), Some(moment)) => take_mark(source, record, *mark, *moment, history),
                _ => {}
            }
            note_kind(&source.kind, history);
        }
        for (run, span) in source.activity.iter().zip(&times.runs) {
            let (Some(host), Some((from, to))) = (hosts.host(index, run.host.as_deref()), span) else {
                continue;
            };
            let history = history_of(&mut histories, &host);
            history.runs.push(LogRun { from: *from, to: (*to).max(*from), is_read: run.lines > 0 });
            note_kind(&source.kind, history);
        }
        if source.kind == "sel"
            && let Some(host) = hosts.host(index, None)
        {
            note_kind("sel", history_of(&mut histories, &host));
        }
    }
    for history in histories.values_mut() {
        history.sort();
    }
    histories
}

/// The history of a host, made if need be.
fn history_of<'a>(histories: &'a mut BTreeMap<String, History>, host: &str) -> &'a mut History {
    if !histories.contains_key(host) {
        histories.insert(host.to_owned(), History { host: host.to_owned(), ..History::default() });
    }
    histories.entry(host.to_owned()).or_default()
}

fn note_kind(kind: &str, history: &mut History) {
    if !history.kinds.iter().any(|known| known == kind) {
        history.kinds.push(kind.to_owned());
    }
}

/// Line number in text sources, byte offset in binary ones.
fn place_of(record: &Record) -> u64 {
    if record.span.line > 0 { record.span.line } else { record.span.offset }
}

fn take_line(
    source: &SourceFacts,
    record: &Record,
    line: &LogLine,
    moment: Moment,
    knowledge: &Knowledge,
    history: &mut History,
) {
    let text = if line.program.is_empty() || line.program == "kernel" {
        line.text.clone()
    } else {
        format!("{}: {}", line.program, line.text)
    };
    for id in &line.signatures {
        let is_start = [KERNEL_START, NEW_BOOT_ID, UPTIME_RESTARTED].contains(&id.as_str());
        if is_start {
            history.starts.push(StartSign {
                at: moment.best,
                source: source.path.clone(),
                line_or_offset: place_of(record),
                text: line.text.clone(),
            });
        }
        let (class, cause) = match id.as_str() {
            NUL_BYTES => (Class::Unclean, None),
            NEW_BOOT_ID | UPTIME_RESTARTED => (Class::BootStart, None),
            LAST_LINES => (Class::Version, None),
            _ => match knowledge.by_id(id) {
                Some(signature) => (signature.class, signature.cause),
                None => continue,
            },
        };
        let text = match id.as_str() {
            NUL_BYTES => format!("NUL bytes before: {text}"),
            _ if matches!(class, Class::BootStart | Class::Version | Class::Operator) => line.text.clone(),
            _ => text.clone(),
        };
        let event = Event {
            at: moment,
            class,
            signature: id.clone(),
            cause,
            text,
            source: source.path.clone(),
            line_or_offset: place_of(record),
            by_bmc: false,
            sensor: String::new(),
            order: record.span.offset,
        };
        if id == LAST_LINES {
            history.last_lines.push(event);
        } else {
            history.events.push(event);
        }
    }
}

fn take_sel(
    source: &SourceFacts,
    place: usize,
    entry: &SelEntry,
    moment: Option<Moment>,
    knowledge: &Knowledge,
    history: &mut History,
) {
    if let Some(fragment) = panic_fragment(entry)
        && continues_panic(source, fragment, history)
    {
        return;
    }
    let Some(moment) = moment else { return };
    let Some(record) = source.records.get(place) else { return };
    let before = place.checked_sub(1).and_then(|before| source.records.get(before));
    let span = history.sel.get_or_insert((moment.best, moment.best));
    span.0 = span.0.min(moment.best);
    span.1 = span.1.max(moment.best);
    if before.is_none() && entry.record_id.is_some_and(|id| id > 1) {
        history.sel_incomplete = true;
    }
    let base = Event {
        at: moment,
        class: Class::Version,
        signature: String::new(),
        cause: None,
        text: words(entry),
        source: source.path.clone(),
        line_or_offset: place_of(record),
        by_bmc: true,
        sensor: entry.sensor.clone(),
        // Readers put entries in the order of their times; a log may show the newest first.
        order: place as u64,
    };
    if clock_unset(record.stamp) && before.is_some_and(|record| !clock_unset(record.stamp)) {
        let text = format!("the BMC's clock started over: {}", base.text);
        history.events.push(Event {
            class: Class::PowerRestored,
            signature: BMC_RESTART.to_owned(),
            text,
            ..base.clone()
        });
    }
    for id in knowledge.sel_entry(entry) {
        let Some(signature) = knowledge.by_id(&id) else { continue };
        history.sel_incomplete |= signature.class == Class::LogCleared;
        history.events.push(Event {
            class: signature.class,
            signature: id,
            cause: signature.cause,
            ..base.clone()
        });
    }
}

/// Signature of a panic that the kernel wrote to the SEL.
const PANIC_IN_SEL: &str = "kernel-panic-sel";
/// Record type under which Linux writes the text of a panic, eleven characters at a time
/// (drivers/char/ipmi/ipmi_msghandler.c).
const PANIC_RECORD: u8 = 0xf0;
/// What tools print before the eleven characters.
const PANIC_PREFIX: &str = "Linux kernel panic: ";

/// The part of a panic's text that a record carries.
fn panic_fragment(entry: &SelEntry) -> Option<String> {
    if entry.record_type != Some(PANIC_RECORD) {
        return None;
    }
    if let Some(raw) = entry.raw {
        let text = raw[5..].split(|byte| *byte == 0).next().unwrap_or_default();
        return Some(String::from_utf8_lossy(text).into_owned());
    }
    Some(entry.text.strip_prefix(PANIC_PREFIX).unwrap_or(&entry.text).to_owned())
}

/// Appends a fragment to the panic that the record before began, if there is one: the records have no
/// time of their own and follow it directly.
fn continues_panic(source: &SourceFacts, fragment: String, history: &mut History) -> bool {
    let last = history.events.iter_mut().rev().find(|event| event.source == source.path);
    let Some(panic) = last.filter(|event| event.signature == PANIC_IN_SEL) else { return false };
    if !panic.text.contains(PANIC_TEXT) {
        panic.text.push_str(PANIC_TEXT);
    }
    panic.text.push_str(&fragment);
    true
}

/// Stands between a panic's record and its text.
const PANIC_TEXT: &str = ", saying: ";

/// Whether a stamp is of a BMC clock that nobody had set (it counts from its start or its epoch).
fn clock_unset(stamp: Stamp) -> bool {
    match stamp {
        Stamp::SinceBmcInit { .. } => true,
        Stamp::Bmc(at) => at.year() < 2004,
        _ => false,
    }
}

fn words(entry: &SelEntry) -> String {
    let direction = match entry.asserted {
        Some(true) => " (asserted)",
        Some(false) => " (deasserted)",
        None => "",
    };
    let id = match &entry.message_id {
        Some(id) if !entry.text.contains(id.as_str()) => format!("{id}: "),
        _ => String::new(),
    };
    if entry.sensor.is_empty() {
        return format!("{id}{}{direction}", entry.text);
    }
    format!("{id}{}: {}{direction}", entry.sensor, entry.text)
}

fn take_mark(source: &SourceFacts, record: &Record, mark: BootMark, moment: Moment, history: &mut History) {
    match mark {
        BootMark::Boot => {
            history.marks.push(HistoryMark { at: moment.best, is_boot: true });
            history.starts.push(StartSign {
                at: moment.best,
                source: source.path.clone(),
                line_or_offset: place_of(record),
                text: "boot record".to_owned(),
            });
        }
        // No mark of the boot history: the source does not say which boots were shut down.
        BootMark::Start => history.starts.push(StartSign {
            at: moment.best,
            source: source.path.clone(),
            line_or_offset: place_of(record),
            text: "listed as a start".to_owned(),
        }),
        BootMark::Shutdown => history.marks.push(HistoryMark { at: moment.best, is_boot: false }),
        BootMark::ClockOld | BootMark::ClockNew => {}
    }
}

/// Readings of a meter below this share of the host's median are a machine that is off.
const DARK_SHARE: f64 = 0.12;

/// Notes from a host's power readings (sorted) when the machine drew (next to) nothing.
pub fn note_dark_spans(history: &mut History, readings: &[(DateTime<Utc>, f64)]) {
    let (Some(first), Some(last)) = (readings.first(), readings.last()) else { return };
    history.power = Some((first.0, last.0));
    note_kind("power", history);
    let mut watts: Vec<f64> = readings.iter().map(|reading| reading.1).collect();
    watts.sort_by(f64::total_cmp);
    let median = watts[watts.len() / 2];
    if median < 20.0 {
        return;
    }
    let mut intervals: Vec<i64> =
        readings.windows(2).map(|pair| (pair[1].0 - pair[0].0).num_seconds()).collect();
    intervals.sort_unstable();
    history.meter_interval_s = intervals.get(intervals.len() / 2).copied().unwrap_or(0);
    let mut lit = readings[0].0;
    let mut was_dark = false;
    for (index, (at, watts)) in readings.iter().enumerate() {
        let before = index.checked_sub(1).map_or(*at, |before| readings[before].0);
        if (*at - before).num_seconds() > history.meter_interval_s * 5 / 2 {
            history.unmetered.push((before, *at));
        }
        if *watts < median * DARK_SHARE {
            was_dark = true;
            continue;
        }
        if was_dark {
            history.dark.push((lit, *at));
            was_dark = false;
        }
        lit = *at;
    }
    if was_dark {
        history.dark.push((lit, last.0));
    }
}
