//! Windows event logs as a table: the Event Viewer's export, `Get-WinEvent` and `Get-EventLog` with `Export-Csv`.
//!
//! `Level,Date and Time,Source,Event ID,Task Category`, the message in a cell that the header has no name for;
//! `"TimeCreated","Id","LevelDisplayName","ProviderName","MachineName","Message"`
//!
//! Time:   local time of the machine that exports, in the order of its language: month first unless a day above
//!         12 says otherwise.
//! Units:  none.
//! Spec:   Event Viewer's `Save All Events As`; System.Diagnostics.Eventing.Reader.EventLogRecord.
//! Loses:  levels, categories, users; messages beyond their first 600 characters.
//! Not handled: headers in other languages than English, German, French and Spanish.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::sheet::Sheet;
use crate::ingest::windows_events::{self, Events, ID, LEVEL, MACHINE, MESSAGE, SOURCE, TIME, Written};

pub struct WindowsEventCsv;

impl Format for WindowsEventCsv {
    fn id(&self) -> &'static str {
        "windows-event-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "Windows event log as a table (Event Viewer, Get-WinEvent)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(sheet) = Sheet::find(head, is_header) else { return Fit::No };
        let mostly = |names: &[&str], is_own: &dyn Fn(&str) -> bool| {
            let cells = sheet.sample(head, names);
            !cells.is_empty() && cells.iter().filter(|cell| is_own(cell)).count() * 2 >= cells.len()
        };
        let dated = mostly(TIME, &windows_events::is_time);
        let numbered = mostly(ID, &|cell| windows_events::number(cell).is_some());
        if dated && numbered { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn is_header(columns: &[String]) -> bool {
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    let of_windows = has(&["timecreated", "providername"]) || (has(SOURCE) && has(LEVEL) && !has(&["id"]));
    has(TIME) && has(ID) && of_windows && (has(SOURCE) || has(MESSAGE))
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let Some(sheet) = Sheet::find(content, is_header) else { return };
    let day_first = sheet.day_first(content, TIME);
    let mut events = Events::default();
    sheet.rows(content, sink, |cells, sink| {
        let message = cells.get(MESSAGE);
        let message = if message.is_empty() { cells.beyond_the_header() } else { message };
        let written = Written {
            time: &cells.get(TIME),
            id: &cells.get(ID),
            source: &cells.get(SOURCE),
            machine: &cells.get(MACHINE),
            message: &message,
        };
        events.take(&written, day_first, sink)
    });
    events.keep(sink);
}
