//! Failures of parts that are known by their place: time, rack, enclosure, slot.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; columns by the names of places. A table of places and times alone is taken, one that
//!         measures something is not.
//! Loses:  the slot, but for its text: the host is the innermost place that holds machines or drives.
//! Not handled: what failed, where no column says it.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::row_times;
use crate::ingest::sink::Sink;
use crate::ingest::table::{self, Role, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, ListedIncident};

pub struct FailuresByPlaceCsv;

impl Format for FailuresByPlaceCsv {
    fn id(&self) -> &'static str {
        "failures-by-place-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Incidents
    }

    fn title(&self) -> &'static str {
        "failures of parts by their place: time, rack, enclosure, slot"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if head.csv_list_kind().is_some() {
            return Fit::No;
        }
        let places = table::read_csv(head, ROWS).and_then(|table| Places::of(&table));
        if places.is_some() { Fit::Likely } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// Rows looked at to tell which columns are what.
const ROWS: usize = 40;
/// Places that hold machines or drives, from the outside in.
const OUTER: &[&str] = &[
    "site",
    "datacenter",
    "hall",
    "room",
    "aisle",
    "row",
    "rack",
    "cabinet",
    "cluster",
    "ssc",
    "ssu",
    "frame",
    "midplane",
    "cage",
    "chassis",
    "enclosure",
    "jbod",
    "drawer",
    "shelf",
    "tray",
];
/// Places inside those.
const INNER: &[&str] = &[
    "slot",
    "bay",
    "bin",
    "position",
    "disk",
    "drive",
    "unit",
    "u",
    "blade",
    "board",
    "card",
    "module",
    "controller",
];
/// What lists of failures say beside time and place.
const ABOUT: &[&str] = &[
    "failure",
    "error",
    "cause",
    "reason",
    "event",
    "component",
    "part",
    "type",
    "model",
    "vendor",
    "serial",
];
const TIMES: &[&str] =
    &["timestamp", "time", "date", "datetime", "failure_time", "event_time", "failed_at", "when"];

/// Which columns name the time and the places.
struct Places {
    time: usize,
    /// Column and the word for the place, from the outside in.
    outer: Vec<(usize, &'static str)>,
}

impl Places {
    fn of(table: &Table) -> Option<Self> {
        let time = TIMES.iter().find_map(|name| table.columns.iter().position(|column| column == name))?;
        let dated = table.rows.iter().all(|row| {
            table.cell(row, Some(time)).and_then(|text| row_times::read(text, DayFirst(false))).is_some()
        });
        // One column a place: the first of its name that is no detail of it (`unique enclosure`).
        let outer: Vec<(usize, &'static str)> =
            OUTER.iter().filter_map(|word| Some((column_of(table, word)?, *word))).collect();
        let inner = INNER.iter().any(|word| column_of(table, word).is_some());
        let others = (0..table.columns.len()).filter(|at| *at != time);
        let plain = others.clone().all(|at| is_a_place(table, at));
        (dated
            && !table.rows.is_empty()
            && !outer.is_empty()
            && inner
            && outer.len() + usize::from(inner) >= 2
            && plain)
            .then_some(Self { time, outer })
    }
}

fn column_of(table: &Table, word: &str) -> Option<usize> {
    let exact = table.columns.iter().position(|column| column == word);
    exact.or_else(|| {
        let last = ["id", "no", "number", "num", "name"];
        table.columns.iter().position(|column| {
            column
                .strip_prefix(word)
                .and_then(|rest| rest.strip_prefix('_'))
                .is_some_and(|rest| last.contains(&rest))
        })
    })
}

/// A column of places, or a running number without a name; its cells are short and measure nothing.
fn is_a_place(table: &Table, at: usize) -> bool {
    let name = table.columns.get(at).map_or("", String::as_str);
    let mut words = name.split('_');
    let known = name.is_empty()
        || matches!(name, "index" | "id" | "unnamed_0")
        || words.clone().any(|word| OUTER.contains(&word) || INNER.contains(&word));
    if !known && words.any(|word| ABOUT.contains(&word)) {
        return true;
    }
    known
        && table.rows.iter().all(|row| {
            let cell = row.cells.get(at).map_or("", String::as_str).trim();
            cell.len() <= 24
                && cell.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        })
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let head = &content[..content.len().min(64 * 1024)];
    let Some(places) = table::read_csv(head, ROWS).and_then(|table| Places::of(&table)) else { return };
    table_rows(content, SourceKind::Incidents, sink, |table, row, day_first, sink| {
        let time = table.cell(row, Some(places.time)).and_then(|text| row_times::read(text, day_first));
        let Some(stamp) = time else { return Fate::Quarantined(Reason::BadField("time")) };
        let named: Vec<String> = places
            .outer
            .iter()
            .filter_map(|(at, word)| Some(format!("{word}{}", table.cell(row, Some(*at))?)))
            .collect();
        if named.is_empty() {
            return Fate::Quarantined(Reason::BadField("place"));
        }
        let cause = table.cell(row, table.column(Role::Cause, SourceKind::Incidents)).map(str::to_owned);
        let listed =
            ListedIncident { cause, kind: None, planned: None, back: None, text: row.cells.join(", ") };
        sink.record(Some(named.join("-")), stamp, Body::Listed(listed));
        Fate::Parsed
    });
}
