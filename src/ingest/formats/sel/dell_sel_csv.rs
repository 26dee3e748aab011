//! SEL or hardware log as iDRAC's web interface and `omreport -fmt ssv` export it: a table.
//!
//! `Severity,Date/Time,Description`
//!
//! Time:   the controller's clock, zone not written; month first unless a day above 12 says otherwise.
//! Units:  none.
//! Spec:   Dell iDRAC 6 to 9 user's guides (export of the system event log); OMSA CLI guide, `ssv`.
//! Loses:  severity, category.
//! Not handled: exports without a header.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::sheet::Sheet;
use crate::ingest::vendor_log::written::{is_message_id, leading_message_id, read_stamp};
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, SelEntry};

pub struct DellSelCsv;

impl Format for DellSelCsv {
    fn id(&self) -> &'static str {
        "dell-sel-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log of an iDRAC, table (web export, omreport ssv)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if Sheet::find_in(head.headers(), is_header).is_some() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

const TIME: &[&str] = &["date_time", "date_and_time"];
const TEXT: &[&str] = &["description", "message"];
const ID: &[&str] = &["message_id", "messageid"];
const RECORD: &[&str] = &["record", "record_id", "seqnumber", "sequence_number", "id"];

/// A time in words that only Dell uses for a column, a severity, a text, and nothing that is not a log's.
fn is_header(columns: &[String]) -> bool {
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    let known = |column: &String| {
        let column = column.as_str();
        [
            TIME,
            TEXT,
            ID,
            RECORD,
            &["severity", "source", "category", "health", "log_type", "fqdd", "comment", ""],
        ]
        .iter()
        .any(|names| names.contains(&column))
    };
    has(TIME) && has(TEXT) && has(&["severity"]) && columns.iter().all(known)
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let Some(sheet) = Sheet::find(content, is_header) else { return };
    let day_first = sheet.day_first(content, TIME);
    sheet.rows(content, sink, |cells, sink| {
        let Some(stamp) = read_stamp(&cells.get(TIME), day_first) else {
            return Fate::Quarantined(Reason::BadField("date or time"));
        };
        let text = cells.get(TEXT);
        let id = Some(cells.get(ID)).filter(|id| is_message_id(id));
        let entry = SelEntry {
            record_id: cells.get(RECORD).parse().ok(),
            sensor: cells.get(&["fqdd"]),
            message_id: id.or_else(|| leading_message_id(&text).map(str::to_owned)),
            text,
            ..SelEntry::default()
        };
        sink.record(None, stamp, Body::Sel(entry));
        Fate::Parsed
    });
    oldest_first(&mut sink.records, Vec::new());
}
