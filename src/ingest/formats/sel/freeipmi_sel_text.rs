//! SEL as FreeIPMI's `ipmi-sel` prints it.
//!
//! `8    | Oct-01-2024 | 09:26:41 | Status | Power Supply | Power Supply input lost (AC/DC)`
//!
//! Time:   the BMC's clock as it is, unless options of `ipmi-sel` shifted it; `PostInit` counts from
//!         the initialisation of the log, and its seconds are not printed.
//! Units:  readings as printed.
//! Spec:   output of `ipmi-sel` 0.8 to 1.6: default, `-v`, `--output-event-state`,
//!         `--comma-separated-output`, `--legacy-output`, `--hex-dump`, host prefixes of several hosts;
//!         meanings IPMI v2.0 §42.2 table 42-3.
//! Loses:  the state column, which is FreeIPMI's opinion; of `--info` all but how full the log is.
//! Not handled: month names other than English; lists of hosts with two brackets.

use super::ipmi_sel_raw::{entry_of, stamp_of};
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::sel_state::SelState;
use crate::ingest::vendor_log::written::on_bmc_clock;
use crate::ipmi::sel_record::LINUX_PANIC;
use crate::ipmi::sensor_type::sensor_type_code;
use crate::ipmi::{self, column_time, event_from_text, sensor_type_from_text};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};

pub struct FreeipmiSelText;

/// Lines of the head that are looked at to recognise the format.
const LINES_LOOKED_AT: usize = 400;

impl Format for FreeipmiSelText {
    fn id(&self) -> &'static str {
        "freeipmi-sel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, text (FreeIPMI ipmi-sel)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let mut layout = None;
        let (mut sure, mut other) = (0_usize, 0_usize);
        let lines = head.first_lines(LINES_LOOKED_AT);
        let mut left = lines.len();
        for line in lines {
            left -= 1;
            if line.trim().is_empty() {
                continue;
            }
            match with_host(line, |line| Said::of(line, layout.as_ref())) {
                Some((_, Said::Header(found))) => {
                    layout = Some(found);
                    sure += 1;
                }
                Some((_, Said::Row(_) | Said::HexDump(_) | Said::InfoTitle)) => sure += 1,
                Some((_, Said::Ignored(_) | Said::Broken(_))) => {}
                None => other += 1,
            }
            if sure + left + 1 < other {
                return Fit::No;
            }
        }
        // The last line of the head may be cut.
        if sure > 0 && sure >= other.saturating_sub(1) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(SelReader::default()))
    }
}

/// Rules by which lines are left out.
const SEL_INFO: &str = "sel-info-block";
const TOOL_MESSAGE: &str = "freeipmi-message";
const HOST_BANNER: &str = "host-banner";
const COMMAND_ECHO: &str = "command-echo";

/// First line of `ipmi-sel --info`, up to the colon, and those that follow.
const SEL_INFO_TITLE: &str = "SEL version";
const SEL_INFO_KEYS: &[&str] = &[
    SEL_INFO_TITLE,
    "Number of log entries",
    "Free space remaining",
    "Recent addition timestamp",
    "Recent erase timestamp",
    "Get SEL Allocation Information Command",
    "Reserve SEL Command",
    "Partial Add SEL Entry Command",
    "Delete SEL Command",
    "Events dropped due to lack of space",
    "Number of possible allocation units",
    "Allocation unit size",
    "Number of free allocation units",
    "Largest free block",
    "Maximum record size",
];

/// Keys of `--info` that are kept, and their names in the text.
const SEL_STATE: &[(&str, &str)] = &[
    ("Number of log entries", "entries"),
    ("Free space remaining", "free"),
    ("Events dropped due to lack of space", "overflow"),
    ("Recent addition timestamp", "last added"),
    ("Recent erase timestamp", "last deleted"),
];

/// Beginnings of what FreeIPMI says beside the log.
const TOOL_MESSAGES: &[&str] =
    &["Caching SDR", "Fetching record", "Flushing cache", "Removing ", "ipmi-sel:", "ipmi_", "ipmi-detect"];

/// Endings of its errors, which begin with the name of the host.
const TOOL_ERRORS: &[&str] = &[
    "connection timeout",
    "session timeout",
    "BMC busy",
    "authentication type unavailable for attempted privilege level",
    "password invalid",
    "username invalid",
    "internal IPMI error",
    "driver timeout",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Date,
    Time,
    /// Date and time in one.
    Timestamp,
    Name,
    Type,
    Direction,
    Event,
    /// State, manufacturer and others that are not kept.
    Other,
}

impl Column {
    fn of(title: &str) -> Self {
        // The longest of these has as many letters.
        if title.len() > "event offset string".len() {
            return Self::Other;
        }
        match title.to_ascii_lowercase().replace('_', " ").as_str() {
            "id" | "record id" => Self::Id,
            "date" => Self::Date,
            "time" => Self::Time,
            "timestamp" => Self::Timestamp,
            "name" | "sensor name" => Self::Name,
            "type" | "sensor type" | "group" | "sensor group" => Self::Type,
            "event direction" | "direction" => Self::Direction,
            "event" | "sensor event" | "event message" | "event offset string" => Self::Event,
            _ => Self::Other,
        }
    }
}

/// The columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layout {
    delimiter: char,
    columns: Vec<Column>,
}

impl Layout {
    fn of_header(line: &str) -> Option<Self> {
        let delimiter = if line.contains('|') { '|' } else { ',' };
        let mut titles = line.split(delimiter).map(str::trim);
        // `ID` or `Record ID`; of most lines the length tells that it is neither.
        if titles.next().is_none_or(|first| !matches!(first.len(), 2 | 9) || Column::of(first) != Column::Id)
        {
            return None;
        }
        let columns: Vec<Column> = std::iter::once(Column::Id).chain(titles.map(Column::of)).collect();
        let has = |wanted: Column| columns.contains(&wanted);
        let is_sel = (has(Column::Date) && has(Column::Time) || has(Column::Timestamp))
            && has(Column::Name)
            && has(Column::Event);
        is_sel.then_some(Self { delimiter, columns })
    }

    /// The layout of a row that no header explains, by its width and words.
    fn of_row(line: &str) -> Option<Self> {
        let delimiter = if line.contains('|') { '|' } else { ',' };
        let mut columns = vec![Column::Id, Column::Date, Column::Time, Column::Name, Column::Type];
        for field in line.split(delimiter).map(str::trim).skip(columns.len()) {
            match field {
                "Nominal" | "Warning" | "Critical" | "N/A" if columns.len() == 5 => {
                    columns.push(Column::Other)
                }
                "Assertion Event" | "Deassertion Event" => columns.push(Column::Direction),
                _ => {
                    columns.push(Column::Event);
                    return Some(Self { delimiter, columns });
                }
            }
        }
        None
    }
}

/// What a line says.
enum Said {
    Header(Layout),
    Row(Box<(Stamp, SelEntry)>),
    HexDump([u8; 16]),
    InfoTitle,
    Ignored(&'static str),
    Broken(&'static str),
}

impl Said {
    /// `None`: nothing that FreeIPMI writes.
    fn of(line: &str, layout: Option<&Layout>) -> Option<Self> {
        let line = line.trim();
        if let Some(layout) = Layout::of_header(line) {
            return Some(Self::Header(layout));
        }
        if let Some(row) = table_row(line, layout) {
            return Some(row);
        }
        if let Some(raw) = hex_dump(line) {
            return Some(Self::HexDump(raw));
        }
        if let Some(row) = legacy_row(line) {
            return Some(Self::Row(Box::new(row)));
        }
        let key = line.split_once(':').map_or("", |(key, _)| key.trim());
        if key == SEL_INFO_TITLE {
            return Some(Self::InfoTitle);
        }
        let rule = if SEL_INFO_KEYS.contains(&key) {
            SEL_INFO
        } else if line.len() >= 4 && line.chars().all(|c| c == '-') {
            HOST_BANNER
        } else if TOOL_MESSAGES.iter().any(|start| line.starts_with(start))
            || TOOL_ERRORS.iter().any(|end| line.ends_with(end))
        {
            TOOL_MESSAGE
        } else if line.contains("ipmi-sel")
            && line.split_whitespace().any(|word| word == "ipmi-sel" || word.ends_with("/ipmi-sel"))
        {
            COMMAND_ECHO
        } else {
            return None;
        };
        Some(Self::Ignored(rule))
    }
}

/// Tries the line as it is, then behind the "host: " of output for several hosts.
fn with_host(line: &str, mut read: impl FnMut(&str) -> Option<Said>) -> Option<(Option<String>, Said)> {
    if let Some(said) = read(line) {
        return Some((None, said));
    }
    let (host, rest) = line.trim_start().split_once(": ")?;
    // A port may follow the name.
    let host = host.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':').unwrap_or(host);
    let is_name = !host.is_empty()
        && host.len() <= 253
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if !is_name {
        return None;
    }
    read(rest).map(|said| (Some(host.to_owned()), said))
}

fn table_row(line: &str, layout: Option<&Layout>) -> Option<Said> {
    let delimiter = if line.contains('|') { '|' } else { ',' };
    let (id, _) = line.split_once(delimiter)?;
    let id: u32 = id.trim().parse().ok()?;
    let inferred;
    let layout = match layout.filter(|layout| layout.delimiter == delimiter) {
        Some(layout) => layout,
        None => {
            inferred = Layout::of_row(line)?;
            &inferred
        }
    };
    // The event comes last and may have the delimiter in it.
    let fields: Vec<&str> = line.splitn(layout.columns.len(), delimiter).map(str::trim).collect();
    let field = |wanted: Column| {
        layout.columns.iter().position(|column| *column == wanted).and_then(|at| fields.get(at).copied())
    };
    let stamp = match (field(Column::Date), field(Column::Time), field(Column::Timestamp)) {
        (Some(date), Some(time), _) => read_stamp(date, time),
        (_, _, Some(both)) => both.split_once(' ').and_then(|(date, time)| read_stamp(date, time)),
        _ => None,
    };
    let Some(stamp) = stamp else {
        // Pipes with a number in front are common; only under a header it is our row.
        return (delimiter == '|' && fields.len() == layout.columns.len() && fields.len() >= 6)
            .then_some(Said::Broken("date or time"));
    };
    if fields.len() < layout.columns.len() {
        return Some(Said::Broken("columns"));
    }
    let mut entry = SelEntry { record_id: Some(id), ..SelEntry::default() };
    entry.sensor_type = field(Column::Type).and_then(sensor_type_code);
    field(Column::Name).and_then(available).unwrap_or_default().clone_into(&mut entry.sensor);
    entry.asserted = match field(Column::Direction) {
        Some("Assertion Event") => Some(true),
        Some("Deassertion Event") => Some(false),
        _ => None,
    };
    fill_event(&mut entry, field(Column::Event).and_then(available).unwrap_or_default());
    Some(Said::Row(Box::new((stamp, entry))))
}

fn available(field: &str) -> Option<&str> {
    (field != "N/A").then_some(field)
}

fn fill_event(entry: &mut SelEntry, event: &str) {
    event.clone_into(&mut entry.text);
    if let Some((record_type, bytes)) = oem_record(event) {
        entry.record_type = record_type;
        if let (Some(LINUX_PANIC), [_, _, text @ ..]) = (record_type, bytes.as_slice()) {
            let text = String::from_utf8_lossy(text);
            entry.text = format!("Linux kernel panic: {}", text.trim_matches(['\0', ' ', '\n']));
        }
    } else if let Some((event_type, offset)) = event_from_text(entry.sensor_type, event) {
        entry.event_type = Some(event_type);
        entry.event_offset = Some(offset);
    }
}

/// `OEM defined (Record Type = F0h) = 20h 00h 46h …`: the record type, which only `-vv` prints, and the
/// bytes.
fn oem_record(event: &str) -> Option<(Option<u8>, Vec<u8>)> {
    let rest = event.split(" ; ").find_map(|part| part.strip_prefix("OEM defined"))?;
    let (about, bytes) = rest.rsplit_once(" = ")?;
    let hex = |text: &str| u8::from_str_radix(text.strip_suffix('h')?, 16).ok();
    let record_type = about.trim().strip_prefix("(Record Type = ").and_then(|t| hex(t.strip_suffix(')')?));
    let bytes: Option<Vec<u8>> = bytes.split_whitespace().map(hex).collect();
    bytes.map(|bytes| (record_type, bytes))
}

/// `Oct-01-2024` and `09:26:41`, or the words that stand for no time. `None`: neither.
fn read_stamp(date: &str, time: &str) -> Option<Stamp> {
    match (date, time) {
        ("PostInit" | "PreInit" | "Unspec." | "N/A", _) => Some(Stamp::Missing),
        _ => column_time::read_named_month(date, time).map(on_bmc_clock),
    }
}

/// `1:14-Nov-2023 22:13:20:Power Supply #66:Power Supply input lost (AC/DC)`
fn legacy_row(line: &str) -> Option<(Stamp, SelEntry)> {
    let (id, rest) = line.split_once(':')?;
    let record_id = Some(id.parse().ok()?);
    let (date, rest) = rest.split_once(' ')?;
    let (stamp, rest) = if date.contains('-') {
        let mut parts = rest.splitn(4, ':');
        let time = [parts.next()?, parts.next()?, parts.next()?].join(":");
        (read_stamp(date, &time)?, parts.next()?)
    } else {
        let (time, rest) = rest.split_once(':')?;
        (read_stamp(date, time)?, rest)
    };
    let mut entry = SelEntry { record_id, ..SelEntry::default() };
    let (sensor, event) = rest.split_once(':')?;
    if let Some((code, name)) = sensor_type_from_text(sensor) {
        entry.sensor_type = Some(code);
        name.clone_into(&mut entry.sensor);
    } else {
        sensor.clone_into(&mut entry.sensor);
    }
    // Event data follows the event behind another colon, which events can also have in them.
    fill_event(&mut entry, event);
    if entry.event_type.is_none()
        && let Some((event_type, offset)) =
            event.split_once(':').and_then(|(head, _)| event_from_text(entry.sensor_type, head))
    {
        entry.event_type = Some(event_type);
        entry.event_offset = Some(offset);
    }
    Some((stamp, entry))
}

/// `RID:[01][00] RT:[02] TS:[00][F1][53][65] GID:[20][00] …`: all 16 bytes. They come as the BMC sends
/// them; the manufacturer is turned round to stand as in a dump of `ipmitool sel writeraw`, so that
/// the same record reads the same from both.
fn hex_dump(line: &str) -> Option<[u8; 16]> {
    let mut cells = line.strip_prefix("RID:")?.split('[').skip(1);
    let mut raw = [0; 16];
    for byte in &mut raw {
        let (digits, _) = cells.next()?.split_once(']')?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    if ipmi::decode(&raw).manufacturer_bytes().is_some() {
        raw[7..10].reverse();
    }
    cells.next().is_none().then_some(raw)
}

#[derive(Default)]
struct SelReader {
    layout: Option<Layout>,
    /// The line before was the upper rule of a host banner.
    banner: bool,
    /// The hosts that a banner names together, beyond the first.
    more_hosts: Vec<String>,
    /// Entries that were copied to them.
    copies: usize,
    /// The blocks of `--info`, in which the state of the log is told.
    states: Vec<SelState>,
}

impl SelReader {
    /// The name between the rules of `--buffer-output` holds for what follows.
    fn banner_line(&mut self, line: &str, sink: &mut Sink<'_>) -> Fate {
        let hosts = if std::mem::take(&mut self.banner) { hosts_of(line.trim()) } else { None };
        let Some(mut hosts) = hosts else { return Fate::Quarantined(Reason::BadShape) };
        self.more_hosts = hosts.split_off(1);
        sink.header_host = hosts.pop();
        Fate::Parsed
    }
}

impl SelReader {
    /// A line of `--info`: what tells how full the log is and how far it goes back is kept.
    fn info(&mut self, line: &str, sink: &mut Sink<'_>) -> Fate {
        let found = SEL_STATE.iter().find_map(|(key, name)| Some((*name, line.split_once(key)?.1)));
        let (Some((name, value)), Some(state)) = (found, self.states.last_mut()) else {
            return Fate::Ignored(SEL_INFO);
        };
        if !state.is_empty() {
            sink.same_record();
        }
        state.add(name, value.trim_start_matches([' ', ':']).trim_end(), sink);
        Fate::Parsed
    }
}

impl LineReader for SelReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        if line.trim().is_empty() {
            return Fate::Ignored("blank-line");
        }
        let Some((host, said)) = with_host(&line, |line| Said::of(line, self.layout.as_ref())) else {
            return self.banner_line(&line, sink);
        };
        self.banner = matches!(said, Said::Ignored(HOST_BANNER));
        match said {
            Said::Header(layout) => {
                self.layout = Some(layout);
                Fate::Parsed
            }
            Said::Row(row) => {
                let (stamp, entry) = *row;
                self.copies += self.more_hosts.len();
                if self.copies > COPIES_MAX {
                    return Fate::Quarantined(Reason::TooLong);
                }
                for other in &self.more_hosts {
                    sink.record(Some(other.clone()), stamp, Body::Sel(entry.clone()));
                }
                sink.record(host, stamp, Body::Sel(entry));
                Fate::Parsed
            }
            Said::HexDump(raw) => {
                let record = ipmi::decode(&raw);
                sink.record(host, stamp_of(record.time), Body::Sel(entry_of(&record)));
                Fate::Parsed
            }
            Said::InfoTitle => {
                self.states.push(SelState::starting(sink.span(), host));
                Fate::Ignored(SEL_INFO)
            }
            Said::Ignored(SEL_INFO) => self.info(&line, sink),
            Said::Ignored(rule) => Fate::Ignored(rule),
            Said::Broken(field) => Fate::Quarantined(Reason::BadField(field)),
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        for state in std::mem::take(&mut self.states) {
            state.keep(sink);
        }
    }
}

/// Hosts that one banner may name: each takes a copy of the entries below.
const HOSTS_MAX: usize = 256;
/// Copies of entries for further hosts that one source may ask for.
const COPIES_MAX: usize = 200_000;

/// The hosts of a banner: `node05`, or those with the same output under `--consolidate-output`:
/// `node[01-04,7]`.
fn hosts_of(banner: &str) -> Option<Vec<String>> {
    let is_name =
        |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let Some((start, rest)) = banner.split_once('[') else {
        return (is_name(banner) && !banner.is_empty()).then(|| vec![banner.to_owned()]);
    };
    let (ranges, end) = rest.split_once(']')?;
    if !is_name(start) || !is_name(end) {
        return None;
    }
    let mut hosts = Vec::new();
    for range in ranges.split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (from, to): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if to < from || to - from >= HOSTS_MAX - hosts.len() {
            return None;
        }
        let width = first.len();
        hosts.extend((from..=to).map(|number| format!("{start}{number:0width$}{end}")));
    }
    (!hosts.is_empty()).then_some(hosts)
}
