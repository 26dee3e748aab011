//! The register of formats: one file and one row each. A reader says what stands in the source; it
//! neither resolves times nor judges what they mean.

use crate::ledger::{Fate, Reason};

use super::sink::Sink;
use super::table::{self, Role, Row, Table};
use super::written_time::DayFirst;
use crate::model::record::Span;

pub mod backup_csv;
pub mod freeipmi_sel_text;
pub mod incidents_csv;
pub mod incidents_json;
pub mod inventory_csv;
pub mod inventory_json;
pub mod ipmi_sel_raw;
pub mod ipmitool_sel_text;
pub mod linux_dmesg_text;
pub mod linux_journal_json;
pub mod linux_wtmp;
pub mod maintenance_csv;
pub mod power_csv;
pub mod syslog_rfc3164;
pub mod syslog_rfc3339;

/// How well a format fits the head of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    No,
    /// Could be it, if nothing else is surer.
    Maybe,
    /// A table whose columns have the right names; a format of its own that looks like a table is surer.
    Likely,
    Sure,
}

/// What kind of thing a source holds, as `coroner formats` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    Sel,
    Power,
    Log,
    Boot,
    Backup,
    Inventory,
    Maintenance,
    Incidents,
    Context,
}

impl SourceKind {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sel => "sel",
            Self::Power => "power",
            Self::Log => "log",
            Self::Boot => "boot",
            Self::Backup => "backup",
            Self::Inventory => "inventory",
            Self::Maintenance => "maintenance",
            Self::Incidents => "incidents",
            Self::Context => "context",
        }
    }
}

/// Reads a source line by line, in bounded memory. `line` has no line ending; the driver books the
/// bytes by the fate that is returned. NUL runs are cut off before (see [`Sink::nul_before`]).
pub trait LineReader: Send {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate;
    /// Called once after the last line.
    fn finish(&mut self, _sink: &mut Sink<'_>) {}
}

/// How a format wants to be fed.
pub enum Reader {
    Lines(Box<dyn LineReader>),
    /// Small sources only: the whole (decompressed) content at once. Books by [`Sink::claim`]; what
    /// it leaves over is booked as unclaimed.
    Whole(fn(&[u8], &mut Sink<'_>)),
}

/// A format: how to recognise it by content and how to read it.
pub trait Format: Sync {
    /// Stable id, the file name with dashes.
    fn id(&self) -> &'static str;
    fn kind(&self) -> SourceKind;
    /// One line for `coroner formats`.
    fn title(&self) -> &'static str;
    /// `head` is the first 64 KiB (decompressed) at most, possibly cut inside a line; `size_bytes`
    /// the size of the whole, where known.
    fn fit(&self, head: &[u8], size_bytes: Option<u64>) -> Fit;
    fn open(&self) -> Reader;
}

/// Every format. Order is the order of `coroner formats`; recognition does not depend on it.
pub static ALL: &[&dyn Format] = &[
    &ipmi_sel_raw::IpmiSelRaw,
    &ipmitool_sel_text::IpmitoolSelText,
    &freeipmi_sel_text::FreeipmiSelText,
    &syslog_rfc3164::SyslogRfc3164,
    &syslog_rfc3339::SyslogRfc3339,
    &linux_journal_json::LinuxJournalJson,
    &linux_dmesg_text::LinuxDmesgText,
    &linux_wtmp::LinuxWtmp,
    &power_csv::PowerCsv,
    &backup_csv::BackupCsv,
    &inventory_csv::InventoryCsv,
    &inventory_json::InventoryJson,
    &maintenance_csv::MaintenanceCsv,
    &incidents_csv::IncidentsCsv,
    &incidents_json::IncidentsJson,
];

/// The format of that id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.id() == id)
}

/// Lines looked at to recognise a text format.
const LINES_SNIFFED: usize = 60;

/// Fit of a text format: sure if most of the first lines are its own, maybe if some are.
fn fit_by_lines(head: &[u8], is_own: impl Fn(&str) -> bool) -> Fit {
    let mut lines = 0_usize;
    let mut own = 0_usize;
    // The last line of a head may be cut, but a single line without an end is all there is.
    let last_newline = head.iter().rposition(|byte| *byte == b'\n').map_or(head.len(), |at| at + 1);
    for line in head[..last_newline].split(|byte| *byte == b'\n') {
        let start = line.iter().position(|byte| *byte != 0).unwrap_or(line.len());
        let text = String::from_utf8_lossy(&line[start..]);
        let text = text.trim_end_matches('\r');
        if text.trim().is_empty() {
            continue;
        }
        lines += 1;
        own += usize::from(is_own(text));
        if lines == LINES_SNIFFED {
            break;
        }
    }
    if own == 0 {
        Fit::No
    } else if own * 10 >= lines * 6 {
        Fit::Sure
    } else if own * 5 >= lines {
        Fit::Maybe
    } else {
        Fit::No
    }
}

/// Takes a syslog priority (`<34>`) off the front of a line.
fn strip_priority(line: &str) -> &str {
    let Some(inner) = line.strip_prefix('<') else { return line };
    match inner.split_once('>') {
        Some((number, rest)) if number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => line,
    }
}

/// Reads a CSV row by row and books each by the fate that `take` returns; what lies between rows
/// (comments, blank lines, the header) is booked as such.
fn table_rows(
    content: &[u8],
    kind: SourceKind,
    sink: &mut Sink<'_>,
    take: impl Fn(&Table, &Row, DayFirst, &mut Sink<'_>) -> Fate,
) {
    let Some(table) = table::read_csv(content, usize::MAX) else { return };
    let day_first = day_first_of(&table, kind);
    let header = content.get(..table.header_end).unwrap_or_default();
    sink.claim(header, 1, Fate::Ignored("table-header"));
    let mut end = table.header_end;
    for row in &table.rows {
        let start = row.offset.clamp(end, content.len());
        let stop = row.end.clamp(start, content.len());
        if start > end {
            sink.claim(&content[end..start], row.line, Fate::Ignored("blank-or-comment"));
        }
        sink.at(Span { offset: start as u64, len: (stop - start) as u64, line: row.line });
        let blank = row.cells.iter().all(|cell| cell.trim().is_empty());
        let fate = if blank { Fate::Ignored("blank-line") } else { take(&table, row, day_first, sink) };
        sink.claim(&content[start..stop], row.line, fate);
        end = stop;
    }
    if end < content.len() {
        let rest = &content[end..];
        let harmless = rest.split(|byte| *byte == b'\n').all(|line| {
            let line = line.trim_ascii();
            line.is_empty() || line.starts_with(b"#")
        });
        let fate =
            if harmless { Fate::Ignored("blank-or-comment") } else { Fate::Quarantined(Reason::BadShape) };
        sink.claim(rest, 0, fate);
    }
}

/// Reads JSON rows; the source is booked as a whole, because JSON has no rows of its own. A row
/// that cannot be used is quarantined by a share of the bytes.
fn json_rows(
    content: &[u8],
    kind: SourceKind,
    sink: &mut Sink<'_>,
    take: fn(&Table, &Row, DayFirst, &mut Sink<'_>) -> Result<(), Reason>,
) {
    let Some(table) = table::read_json(content) else { return };
    let day_first = day_first_of(&table, kind);
    sink.at(Span { offset: 0, len: content.len() as u64, line: 1 });
    let mut bad: Vec<(Reason, String)> = Vec::new();
    for row in &table.rows {
        match take(&table, row, day_first, sink) {
            Ok(()) => sink.understood += 1,
            Err(reason) => bad.push((reason, row.cells.join(", "))),
        }
    }
    let share = content.len() / table.rows.len().max(1);
    let mut left = content.len();
    for (reason, text) in bad {
        let len = share.min(left);
        left -= len;
        sink.account.book_counted(text.as_bytes(), len as u64, Fate::Quarantined(reason));
    }
    sink.account.book_counted(b"", left as u64, Fate::Parsed);
}

fn day_first_of(table: &Table, kind: SourceKind) -> DayFirst {
    let columns = [Role::Start, Role::End, Role::InServiceFrom].map(|role| table.column(role, kind));
    let cells = table
        .rows
        .iter()
        .flat_map(|row| columns.iter().filter_map(|column| row.cells.get((*column)?)).map(String::as_str));
    DayFirst::of(cells)
}
