//! Tables that people export: CSV with any delimiter, JSON arrays of objects. Finds the header,
//! says by its columns what the table holds, and keeps where each row stands.

use std::collections::BTreeMap;

use serde_json::Value;

use super::column_words::{
    ATTRIBUTES, END, HOST, JOB, START_THEN_TIME, STATUS, SURELY_HOST, TICKET_HOSTS, TICKET_TIMES, TICKETS,
    TIME, TIME_THEN_START, WATTS, words_of,
};
use super::csv_rows::{CsvRow, CsvRows, Shape};
use super::foreign_headers::in_english;
use super::formats::SourceKind;
use super::list_kind;
use super::named_objects;
use super::power_columns::{self, PowerColumns};
use super::written_time::DayFirst;

/// What a column means to us; all others are extra columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Host,
    Start,
    End,
    Job,
    Status,
    Watts,
    Scope,
    What,
    Cause,
    IncidentKind,
    Planned,
    InServiceFrom,
    InServiceTo,
}

/// One row: cells by column, and its place in the source.
#[derive(Debug, Clone)]
pub struct Row {
    pub cells: Vec<String>,
    pub offset: usize,
    pub end: usize,
    pub line: u64,
}

/// A table with its header in normal form (lower case, words joined by `_`), in English where we know the word.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// The header is in a language whose dates put the day first.
    pub day_first: DayFirst,
    /// Bytes before the first row (comments and header).
    pub header_end: usize,
}

impl Table {
    fn name_columns(&mut self, header: &[String]) {
        for cell in header {
            let (name, is_foreign) = in_english(cell);
            self.columns.push(name);
            self.day_first.0 |= is_foreign;
        }
    }

    /// Index of the first column with that role, in a table of that kind.
    #[must_use]
    pub fn column(&self, role: Role, kind: SourceKind) -> Option<usize> {
        words_of(role, kind).find_map(|word| self.columns.iter().position(|column| column == word))
    }

    /// The cell of a row, trimmed; `None` if absent or empty.
    #[must_use]
    pub fn cell<'a>(&self, row: &'a Row, column: Option<usize>) -> Option<&'a str> {
        let text = row.cells.get(column?)?.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// Normal form of a header cell: `"Server Name"` → `server_name`, `BIOS-Version` → `bios_version`.
#[must_use]
pub fn normal(header: &str) -> String {
    let spaced: String = header
        .trim()
        .trim_start_matches('\u{feff}')
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_lowercase().next().unwrap_or(c) } else { ' ' })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join("_")
}

/// What a table of these columns holds, or `None` if it is no table of ours. `looks_like_time` says
/// for a column whether its first values are times.
#[must_use]
pub fn classify(columns: &[String], is_time: &dyn Fn(usize) -> bool) -> Option<SourceKind> {
    let has = |words: &[&str]| columns.iter().any(|column| words.contains(&column.as_str()));
    let time_in = |words: &[&str]| {
        columns.iter().enumerate().any(|(index, column)| words.contains(&column.as_str()) && is_time(index))
    };
    let any_time = time_in(TIME) || time_in(START_THEN_TIME);
    let both_ends = time_in(START_THEN_TIME) && has(END);
    let has_host = has(HOST);
    if any_time && has(WATTS) {
        return Some(SourceKind::Power);
    }
    let backup_words = [
        "job",
        "job_name",
        "jobname",
        "backup",
        "backup_job",
        "backup_type",
        "client",
        "policy",
        "bytes",
        "size_gb",
        "gb",
        "transferred",
        "vm",
        "vm_name",
        "guest",
        "vmid",
        "level",
        "size",
        "backup_name",
        "repository",
    ];
    let work_words = [
        "scope",
        "hosts",
        "servers",
        "machines",
        "nodes",
        "change",
        "ticket",
        "window_start",
        "affected",
        "affected_hosts",
        "systems",
        "change_id",
        "what",
        "description",
        "summary",
        "title",
        "planned_start",
        "scheduled_start",
        "targets",
        "ci",
        "reason",
        "activity",
        "work",
        "purpose",
        "note",
        "notes",
        "comment",
        "rack",
    ];
    if both_ends && has(&backup_words) && (has_host || has(JOB)) && !has(&["cause", "root_cause"]) {
        return Some(SourceKind::Backup);
    }
    let incident_words = [
        "cause",
        "root_cause",
        "downtime",
        "downtime_s",
        "failure_type",
        "failure",
        "incident",
        "failed_at",
        "down_at",
        "prob_started",
        "problem_started",
        "back_at",
        "down_time",
        "fault",
        "outage",
        "diagnosis",
        "restored",
        "recovered",
        "event_type",
    ];
    if any_time && has_host && has(&incident_words) {
        return Some(SourceKind::Incidents);
    }
    if !both_ends && time_in(TICKET_TIMES) && has(TICKETS) && (has_host || has(TICKET_HOSTS)) {
        return Some(SourceKind::Incidents);
    }
    if both_ends && has(&work_words) {
        return Some(SourceKind::Maintenance);
    }
    if both_ends && has_host && has(STATUS) {
        return Some(SourceKind::Backup);
    }
    if both_ends && has_host {
        return Some(SourceKind::Maintenance);
    }
    if time_in(TIME_THEN_START) && has_host && columns.len() <= 8 {
        return Some(SourceKind::Incidents);
    }
    let has_hostlike = columns.iter().any(|column| SURELY_HOST.contains(&column.as_str()));
    let has_attribute = has(ATTRIBUTES);
    let is_inventory = has_host && columns.len() >= 2 && (has_hostlike || has_attribute);
    (is_inventory && !list_kind::is_of_people_or_ports(columns)).then_some(SourceKind::Inventory)
}

/// Delimiters tried, in order of preference on a tie.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows looked at to tell which columns are times.
const ROWS_SNIFFED: usize = 12;

/// Finds the delimiter and header of a CSV: the first line that is no comment and has at least two
/// cells, which are names and not numbers or times.
#[must_use]
pub fn sniff_csv(head: &[u8]) -> Option<(u8, usize)> {
    // A few NUL bytes are damage to single rows; many are no text.
    if head.iter().filter(|byte| **byte == 0).count() * 100 > head.len() {
        return None;
    }
    let mut offset = 0;
    for line in head.split_inclusive(|byte| *byte == b'\n').take(20) {
        let text = std::str::from_utf8(line).ok()?.trim();
        if text.is_empty() || text.starts_with('#') || is_separator_line(text) {
            offset += line.len();
            continue;
        }
        let delimiter = *DELIMITERS.iter().max_by_key(|delimiter| {
            (cells_of(text.as_bytes(), **delimiter).len(), std::cmp::Reverse(**delimiter))
        })?;
        let cells = cells_of(text.as_bytes(), delimiter);
        return (cells.len() >= 2 && is_header(&cells)).then_some((delimiter, offset));
    }
    None
}

/// `sep=;`, which spreadsheets write before the header.
fn is_separator_line(text: &str) -> bool {
    let bare = text.trim_start_matches('\u{feff}').trim_matches('"');
    bare.len() <= 5 && bare.starts_with("sep=")
}

/// Whether cells are names. Beside a column that surely names hosts a few odd ones (`temp > 80`) are let
/// pass: they must not cost the whole table.
fn is_header(cells: &[String]) -> bool {
    let odd = cells.iter().filter(|cell| !is_header_cell(cell)).count();
    let names_hosts = || cells.iter().any(|cell| HOST.contains(&in_english(cell).0.as_str()));
    odd == 0 || (odd * 3 <= cells.len() && names_hosts()) || names_series(cells)
}

/// A time, and series as Prometheus names them: `metric{label="value"}`.
fn names_series(cells: &[String]) -> bool {
    let is_series =
        |cell: &String| cell.contains("=\"") && cell.trim_end().ends_with('}') && cell.len() <= 400;
    cells.split_first().is_some_and(|(time, series)| {
        TIME.contains(&normal(time).as_str()) && !series.is_empty() && series.iter().all(is_series)
    })
}

fn is_header_cell(cell: &str) -> bool {
    let cell = cell.trim().trim_start_matches('\u{feff}');
    cell.chars().count() <= 48
        && (cell.is_empty() || cell.chars().any(char::is_alphabetic))
        && !cell.contains(['{', '}', '<', '>', '='])
        // `client: 192.0.2.1` is a part of a message.
        && !cell.contains(": ")
        && super::written_time::read(cell, DayFirst(false)).is_none()
}

fn cells_of(mut line: &[u8], delimiter: u8) -> Vec<String> {
    let mut row = CsvRow::default();
    CsvRows::new(&mut line, delimiter).next_into(&mut row);
    row.cells
}

/// Reads the header and the first `rows_max` rows of a CSV. `None` if it has no header.
#[must_use]
pub fn read_csv(content: &[u8], rows_max: usize) -> Option<Table> {
    let (delimiter, start) = sniff_csv(&content[..content.len().min(64 * 1024)])?;
    let mut body = content.get(start..)?;
    let mut rows = CsvRows::new(&mut body, delimiter);
    let mut row = CsvRow::default();
    let mut table = Table { header_end: start, ..Table::default() };
    let mut offset = start;
    let line_before = content[..start].iter().filter(|byte| **byte == b'\n').count() as u64;
    while (table.columns.is_empty() || table.rows.len() < rows_max)
        && let Some(shape) = rows.next_into(&mut row)
    {
        let end = offset + row.bytes.len();
        if table.columns.is_empty() {
            table.name_columns(&row.cells);
            table.header_end = end;
        } else if shape == Shape::Row {
            let cells = std::mem::take(&mut row.cells);
            table.rows.push(Row { cells, offset, end, line: line_before + row.line });
        }
        offset = end;
    }
    (!table.columns.is_empty()).then_some(table)
}

/// Reads JSON rows: an array of objects, an object with one such array, a map of name → object, or
/// objects one after the other.
#[must_use]
pub fn read_json(content: &[u8]) -> Option<Table> {
    let mut objects: Vec<(Option<String>, BTreeMap<String, String>)> = Vec::new();
    for value in serde_json::Deserializer::from_slice(content).into_iter::<Value>() {
        collect_objects(value.ok()?, &mut objects);
    }
    let mut columns: Vec<String> = Vec::new();
    let named = objects.iter().any(|(name, _)| name.is_some());
    if named {
        columns.push("host".to_owned());
    }
    for (_, object) in &objects {
        for key in object.keys() {
            if !columns.contains(key) {
                columns.push(key.clone());
            }
        }
    }
    let end = content.len();
    let rows = objects
        .into_iter()
        .map(|(name, object)| {
            let cells = columns
                .iter()
                .enumerate()
                .map(|(index, column)| match (&name, named && index == 0) {
                    (Some(name), true) => name.clone(),
                    _ => object.get(column).cloned().unwrap_or_default(),
                })
                .collect();
            Row { cells, offset: 0, end, line: 1 }
        })
        .collect();
    let mut table = Table { rows, ..Table::default() };
    table.name_columns(&columns);
    (!columns.is_empty()).then_some(table)
}

type NamedObject = (Option<String>, BTreeMap<String, String>);

fn collect_objects(value: Value, objects: &mut Vec<NamedObject>) {
    match value {
        Value::Array(items) => {
            for item in items {
                if let Value::Object(_) = item {
                    objects.push((None, flat(item)));
                }
            }
        }
        Value::Object(map) => {
            let named = named_objects::rows(&map);
            let list = map.values().find(|inner| {
                inner.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_object))
            });
            if let Some(rows) = named {
                for (name, row) in rows {
                    objects.push((Some(name.clone()), flat(Value::Object(row.clone()))));
                }
            } else if let Some(list) = list {
                collect_objects(list.clone(), objects);
            } else {
                objects.push((None, flat(Value::Object(map))));
            }
        }
        _ => {}
    }
}

/// An object as column → text; nested objects as `outer_inner`, lists joined by commas.
fn flat(value: Value) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    if let Value::Object(map) = value {
        for (key, inner) in map {
            let key = normal(&key);
            match inner {
                Value::Object(_) => {
                    for (sub, text) in flat(inner) {
                        out.insert(format!("{key}_{sub}"), text);
                    }
                }
                Value::Array(items) => {
                    let parts: Vec<String> = items.iter().map(scalar).collect();
                    out.insert(key, parts.join(","));
                }
                other => {
                    out.insert(key, scalar(&other));
                }
            }
        }
    }
    out
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What the table holds, looking at its first rows for times.
#[must_use]
pub fn kind_of(table: &Table) -> Option<SourceKind> {
    let is_time = |column: usize| {
        let values = || table.rows.iter().take(ROWS_SNIFFED).filter_map(|row| row.cells.get(column));
        let written = DayFirst::of(values().map(String::as_str));
        let day_first = DayFirst(written.0 || table.day_first.0);
        let filled = values().filter(|cell| !cell.trim().is_empty()).count();
        let times = values().filter(|cell| super::written_time::read(cell, day_first).is_some()).count();
        times > 0 && times * 2 >= filled
    };
    classify(&table.columns, &is_time)
}

/// The kind of the CSV that starts with `head`, whose last line may be cut.
#[must_use]
pub fn csv_kind(head: &[u8]) -> Option<SourceKind> {
    let table = read_csv(head, ROWS_SNIFFED)?;
    let of_itself = kind_of(&table);
    // A list of incidents, jobs or work stays one if it has a column of watts, too; a host, a time and
    // watts alone are readings.
    let is_list = match of_itself {
        Some(SourceKind::Backup | SourceKind::Maintenance) => !is_tall(&table),
        Some(SourceKind::Incidents) => !is_tall(&table) && list_kind::names_a_cause(&table),
        _ => false,
    };
    if !is_list && power_columns(head).is_some() {
        return Some(SourceKind::Power);
    }
    of_itself.filter(|kind| *kind != SourceKind::Power)
}

/// A time, a host, a quantity and its value look like a list of incidents.
fn is_tall(table: &Table) -> bool {
    table.columns.iter().any(|column| ["value", "reading"].contains(&column.as_str()))
}

/// The columns of the table of power that starts with `head`; `None` if it is none.
#[must_use]
pub fn power_columns(head: &[u8]) -> Option<PowerColumns> {
    let (delimiter, start) = sniff_csv(head)?;
    let mut body = head.get(start..)?;
    let mut rows = CsvRows::new(&mut body, delimiter);
    let mut row = CsvRow::default();
    rows.next_into(&mut row)?;
    let header = std::mem::take(&mut row.cells);
    let mut sample = Vec::new();
    while sample.len() < ROWS_SNIFFED
        && let Some(shape) = rows.next_into(&mut row)
    {
        if shape == Shape::Row {
            sample.push(std::mem::take(&mut row.cells));
        }
    }
    power_columns::find(&header, &sample, delimiter != b',')
}

/// The kind of the JSON table that starts with `head`.
#[must_use]
pub fn json_kind(head: &[u8], is_whole: bool) -> Option<SourceKind> {
    let text = head.trim_ascii_start();
    if !text.starts_with(b"[") && !text.starts_with(b"{") {
        return None;
    }
    let table = if is_whole { read_json(head) } else { read_json(&first_object(text)?) }?;
    if table.columns.iter().any(|column| column == "odata_id" || column == "odata_type") {
        // A Redfish resource is not a table of ours.
        return None;
    }
    kind_of(&table)
}

/// The first row object inside a cut JSON text.
fn first_object(text: &[u8]) -> Option<Vec<u8>> {
    let open = text.windows(2).position(|pair| pair[0] == b'[').map(|at| at + 1).unwrap_or(0);
    let value = serde_json::Deserializer::from_slice(&text[open..]).into_iter::<Value>().next()?.ok()?;
    serde_json::to_vec(&value).ok()
}
