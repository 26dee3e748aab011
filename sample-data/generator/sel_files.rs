//! Writes SEL entries as ipmitool, FreeIPMI or the raw records show them.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use crate::fleet::{Host, SelForm, SelStyle};
use crate::sel_story::{Body, Entry};

/// The file of a host's SEL: name and bytes.
pub fn file(host: &Host, entries: &[Entry], style: SelStyle) -> (&'static str, Vec<u8>) {
    match style.form {
        SelForm::Raw => ("sel.bin", raw(host, entries)),
        SelForm::List | SelForm::Elist => ("sel.txt", tool(host, entries, style)),
        SelForm::FreeTable => ("sel.txt", free_table(host, entries, style)),
        SelForm::FreeCsv => ("sel.csv", free_csv(host, entries, style)),
    }
}

/// Below this a stamp counts from the start of the controller, not from 1970 (IPMI 2.0, section 37).
const PRE_INIT: u32 = 0x2000_0000;

fn wall(stamp: u32) -> NaiveDateTime {
    DateTime::<Utc>::from_timestamp(i64::from(stamp), 0).unwrap_or_default().naive_utc()
}

/// A log that dropped its oldest records does not start at one.
fn first_id(host: &Host) -> usize {
    1 + host.gear.sel_keep.map_or(0, |keep| keep * 7)
}

/// Sixteen bytes a record, as `ipmitool sel writeraw` saves them.
fn raw(host: &Host, entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * 16);
    for (nth, entry) in entries.iter().enumerate() {
        let id = (first_id(host) + nth) as u16;
        let stamp = host.gear.clock.stamp(entry.at).to_le_bytes();
        bytes.extend(id.to_le_bytes());
        match &entry.body {
            Body::Event { sort, number, data2, data3, asserted, .. } => {
                let threshold = sort.event_type == 1;
                let mut data1 = sort.offset;
                if *data2 != 0xff {
                    data1 |= if threshold { 0x40 } else { 0xc0 };
                }
                if *data3 != 0xff {
                    data1 |= if threshold { 0x10 } else { 0x30 };
                }
                // A panic comes from the kernel (0x41: system software), all else from the controller.
                let generator: u16 = if *number == 0 { 0x41 } else { 0x20 };
                bytes.push(0x02);
                bytes.extend(stamp);
                bytes.extend(generator.to_le_bytes());
                let direction = if *asserted { 0 } else { 0x80 };
                bytes.extend([
                    4,
                    sort.sensor_type,
                    *number,
                    sort.event_type | direction,
                    data1,
                    *data2,
                    *data3,
                ]);
            }
            Body::OemStamped { kind, maker, data } => {
                bytes.push(*kind);
                bytes.extend(stamp);
                bytes.extend(maker);
                bytes.extend(data);
            }
            Body::Oem { kind, data } => {
                bytes.push(*kind);
                bytes.extend(data);
            }
        }
    }
    bytes
}

/// `ipmitool sel list` and `sel elist`.
fn tool(host: &Host, entries: &[Entry], style: SelStyle) -> Vec<u8> {
    let mut text = String::new();
    for (nth, entry) in entries.iter().enumerate() {
        let id = first_id(host) + nth;
        let stamp = host.gear.clock.stamp(entry.at);
        let when = match (stamp < PRE_INIT, style.old_tool) {
            (true, _) => format!(" Pre-Init  |{stamp:010}"),
            (false, true) => wall(stamp).format("%m/%d/%Y | %H:%M:%S").to_string(),
            (false, false) if style.station.is_some() => {
                let zone = style.station.unwrap_or(Tz::UTC);
                let local = wall(stamp).and_utc().with_timezone(&zone);
                local.format("%m/%d/%y | %H:%M:%S %Z").to_string()
            }
            (false, false) => wall(stamp).format("%m/%d/%y | %H:%M:%S UTC").to_string(),
        };
        let line = match &entry.body {
            Body::Event { sort, name, number, data2, data3, asserted } => {
                let sensor = match (style.form, *number) {
                    (_, 0) => sort.tool_type.to_string(),
                    (SelForm::Elist, _) => format!("{} {name}", sort.tool_type),
                    _ => format!("{} #0x{number:02x}", sort.tool_type),
                };
                let direction = if *asserted { "Asserted" } else { "Deasserted" };
                let mut line = format!("{id:4x} | {when} | {sensor} | {} | {direction}", sort.tool);
                if style.form == SelForm::Elist && sort.event_type == 1 {
                    let sign = if sort.sensor_type == 1 { '>' } else { '<' };
                    let (unit, scale) = if sort.sensor_type == 1 { ("degrees C", 1) } else { ("RPM", 120) };
                    let (reading, limit) = (u32::from(*data2) * scale, u32::from(*data3) * scale);
                    line.push_str(&format!(" | Reading {reading} {sign} Threshold {limit} {unit}"));
                }
                line
            }
            Body::OemStamped { kind, maker, data } => {
                let hex: String = data.iter().map(|b| format!("{b:02x}")).collect();
                let [a, b, c] = maker;
                format!("{id:4x} | {when} | OEM record {kind:02x} | {c:02x}{b:02x}{a:02x} | {hex}")
            }
            Body::Oem { kind: 0xf0, data } => {
                let part: String =
                    data[2..].iter().take_while(|b| **b != 0).map(|b| char::from(*b)).collect();
                format!("{id:4x} | Linux kernel panic: {part}")
            }
            Body::Oem { kind, data } => {
                let hex: String = data.iter().map(|b| format!("{b:02x}")).collect();
                format!("{id:4x} | OEM record {kind:02x} | {hex}")
            }
        };
        text.push_str(&line);
        text.push('\n');
    }
    text.into_bytes()
}

/// The columns of FreeIPMI's `ipmi-sel`.
fn free_rows(host: &Host, entries: &[Entry]) -> Vec<[String; 8]> {
    let mut rows = Vec::new();
    for (nth, entry) in entries.iter().enumerate() {
        let stamp = host.gear.clock.stamp(entry.at);
        let (date, time) = if stamp < PRE_INIT {
            ("PostInit".to_string(), "PostInit".to_string())
        } else {
            (wall(stamp).format("%b-%d-%Y").to_string(), wall(stamp).format("%H:%M:%S").to_string())
        };
        let id = (first_id(host) + nth).to_string();
        match &entry.body {
            Body::Event { sort, name, number, data2, data3, asserted } => {
                let mut event = sort.free.to_string();
                if sort.sensor_type == 0x23 && *data2 != 0xff {
                    event.push_str(" ; Interrupt type = None ; Timer use at expiration = SMS/OS");
                } else if sort.sensor_type == 0x1d && *data2 == 1 {
                    event.push_str(" ; Restart cause = Chassis Control command");
                } else if sort.event_type == 1 {
                    let unit = if sort.sensor_type == 1 { "C" } else { "RPM" };
                    let scale = if sort.sensor_type == 1 { 1 } else { 120 };
                    let (reading, limit) = (u32::from(*data2) * scale, u32::from(*data3) * scale);
                    event.push_str(&format!(
                        " ; Sensor Reading = {reading}.00 {unit} ; Threshold = {limit}.00 {unit}"
                    ));
                } else if *data3 != 0xff && sort.sensor_type == 0x0c {
                    event.push_str(&format!(" ; OEM Event Data3 code = {data3:02X}h"));
                }
                let direction = if *asserted { "Assertion Event" } else { "Deassertion Event" };
                let name = if *number == 0 { "OS Critical Stop #0" } else { name };
                let cells = [sort.free_type, sort.state, direction].map(str::to_string);
                let [kind, state, direction] = cells;
                rows.push([id, date, time, name.to_string(), kind, state, direction, event]);
            }
            Body::OemStamped { maker, data, .. } => {
                let hex: Vec<String> = data.iter().map(|b| format!("{b:02X}h")).collect();
                let id_of_maker = u32::from(maker[0]) | u32::from(maker[1]) << 8 | u32::from(maker[2]) << 16;
                let event = format!("Manufacturer ID = {id_of_maker} ; OEM defined = {}", hex.join(" "));
                rows.push([
                    id,
                    date,
                    time,
                    "N/A".into(),
                    "OEM Reserved".into(),
                    "N/A".into(),
                    "N/A".into(),
                    event,
                ]);
            }
            Body::Oem { data, .. } => {
                let hex: Vec<String> = data.iter().map(|b| format!("{b:02X}h")).collect();
                let event = format!("OEM defined = {}", hex.join(" "));
                rows.push([
                    id,
                    "N/A".into(),
                    "N/A".into(),
                    "N/A".into(),
                    "OEM Reserved".into(),
                    "N/A".into(),
                    "N/A".into(),
                    event,
                ]);
            }
        }
    }
    rows
}

const HEAD: [&str; 8] = ["ID", "Date", "Time", "Name", "Type", "State", "Event Direction", "Event"];

/// The state only on request, the direction only with `-v`: without it a record of the end of an event looks
/// like one of its beginning.
fn columns(style: SelStyle) -> impl Iterator<Item = usize> {
    (0..8).filter(move |c| (*c != 5 || style.state_column) && (*c != 6 || !style.old_tool))
}

fn free_table(host: &Host, entries: &[Entry], style: SelStyle) -> Vec<u8> {
    let rows = free_rows(host, entries);
    let mut widths = HEAD.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    let mut text = String::new();
    let head = HEAD.map(str::to_string);
    for row in std::iter::once(&head).chain(&rows) {
        let shown = columns(style);
        let cells: Vec<String> = shown
            .map(|c| if c == 7 { row[c].clone() } else { format!("{:<1$}", row[c], widths[c]) })
            .collect();
        text.push_str(&cells.join(" | "));
        text.push('\n');
    }
    text.into_bytes()
}

fn free_csv(host: &Host, entries: &[Entry], style: SelStyle) -> Vec<u8> {
    let mut text = String::new();
    let head = HEAD.map(str::to_string);
    for row in std::iter::once(&head).chain(&free_rows(host, entries)) {
        let shown = columns(style);
        let cells: Vec<String> = shown.map(|c| row[c].replace(',', ";")).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text.into_bytes()
}
