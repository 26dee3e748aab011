//! Integrated Management Log or event log of HPE's iLO as its web interface exports it: a table, newest
//! entry first.
//!
//! `"ID","Severity","Class","Last Update","Initial Update","Count","Description"`
//!
//! Time:   the controller's clock, zone not written, no seconds, month first unless a day above 12
//!         says otherwise; `[NOT SET]` is no time.
//! Units:  none.
//! Spec:   HPE iLO 3 to 6 user guides (event log, integrated management log).
//! Loses:  severity, category; all but the first and the last of counted repeats.
//! Not handled: exports of other columns than these.

use super::hpe_iml_text::keep;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::sheet::{Headers, Sheet};
use crate::ingest::vendor_log::written::read_stamp;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::SelEntry;

pub struct HpeImlCsv;

impl Format for HpeImlCsv {
    fn id(&self) -> &'static str {
        "hpe-iml-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "integrated management log of an HPE iLO, table (web export)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if sheet_of(head, head.headers()).is_some() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

const LAST: &[&str] = &["last_update", "last_updated"];
const FIRST: &[&str] = &["initial_update", "initial_time"];

fn is_header(columns: &[String]) -> bool {
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    has(LAST) && (has(&["count"]) || has(FIRST)) && has(&["description"]) && has(&["severity", "class"])
}

/// Cells up to the count, with a severity before them and a text behind.
const CELLS_MIN: usize = 5;

fn sheet_of(content: &[u8], headers: &Headers) -> Option<Sheet> {
    Sheet::find_in(headers, is_header).or_else(|| Sheet::without_header(content, CELLS_MIN, columns_of))
}

const SEVERITIES: &[&str] =
    &["informational", "information", "caution", "critical", "repaired", "ok", "warning"];

/// The columns of an excerpt without a header, by a row: two times in minutes (or none that was set), a
/// count behind them, and a severity before.
fn columns_of(cells: &[String]) -> Option<Vec<&'static str>> {
    let is_time = |cell: &String| {
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        cell == "[NOT SET]" || (cell.len() == 16 && digits == 12 && cell.contains('/') && cell.contains(':'))
    };
    let last = cells.windows(3).position(|three| {
        is_time(&three[0]) && is_time(&three[1]) && three[2].bytes().all(|byte| byte.is_ascii_digit())
    })?;
    let set = cells[last..last + 2].iter().any(|cell| cell != "[NOT SET]");
    let severity = cells[..last]
        .iter()
        .position(|cell| SEVERITIES.contains(&cell.to_ascii_lowercase().as_str()))
        .filter(|_| set)?;
    let mut columns: Vec<&'static str> = vec![""; cells.len()];
    columns[..severity].fill("id");
    columns[severity..last].fill("class");
    columns[severity] = "severity";
    columns[last] = "last_update";
    columns[last + 1] = "initial_update";
    columns[last + 2] = "count";
    *columns.get_mut(last + 3)? = "description";
    Some(columns)
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let Some(sheet) = sheet_of(content, &Headers::of(content)) else { return };
    let day_first = sheet.day_first(content, LAST);
    let mut repeats = Vec::new();
    sheet.rows(content, sink, |cells, sink| {
        // A column that an export does not have is a time that was not set.
        let time = |names: &[&str]| {
            let written = cells.get(names);
            if written.is_empty() { Some(Stamp::Missing) } else { read_stamp(&written, day_first) }
        };
        let (Some(first), Some(last)) = (time(FIRST), time(LAST)) else {
            return Fate::Quarantined(Reason::BadField("date or time"));
        };
        let entry = SelEntry {
            record_id: cells.get(&["id", "number"]).parse().ok(),
            sensor: cells.get(&["class", "category"]),
            text: cells.get(&["description"]),
            ..SelEntry::default()
        };
        let several = cells.get(&["count"]).parse::<u64>().is_ok_and(|count| count > 1);
        let repaired = cells.get(&["severity"]).eq_ignore_ascii_case("repaired");
        keep(entry, first, last, several && !repaired, &mut repeats, sink);
        Fate::Parsed
    });
    oldest_first(&mut sink.records, repeats);
}
