//! Hardware and alert logs as Dell's OpenManage prints them (`omreport system esmlog`, `alertlog`).
//!
//! `Date and Time : Fri Apr 22 15:42:11 2011` within a block that starts with `Severity      : Critical`
//!
//! Time:   of `esmlog` the controller's clock, zone not written; of `alertlog` the host's. A time of
//!         dashes was never set.
//! Units:  none.
//! Spec:   Dell OpenManage Server Administrator CLI guide, 5 to 11, format `lst`.
//! Loses:  severity.
//! Not handled: formats `xml`, `cdv` and `tbl`; `ssv` is read as a table.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::vendor_log::blocks::{BlockForm, Fields};
use crate::ingest::vendor_log::written::{leading_message_id, read_stamp};
use crate::ingest::written_time::DayFirst;
use crate::model::Stamp;
use crate::model::record::SelEntry;

pub struct DellOmreportLogText;

impl Format for DellOmreportLogText {
    fn id(&self) -> &'static str {
        "dell-omreport-log-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "hardware or alert log, text (Dell omreport system esmlog, alertlog)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        FORM.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(FORM.reader())
    }
}

static FORM: BlockForm = BlockForm {
    separator: ':',
    keys: &["Severity", "ID", "Date and Time", "Category", "Description"],
    essential: &["Severity", "Date and Time", "Description"],
    text_key: "Description",
    left_out,
    row: |_| None,
    entry,
};

fn left_out(line: &str) -> Option<&'static str> {
    const TITLES: &[&str] =
        &["ESM Log", "Embedded System Management", "Hardware Log", "Alert Log", "Displaying "];
    if TITLES.iter().any(|start| line.starts_with(start)) || line.starts_with("Health") {
        return Some("title-of-the-log");
    }
    let names_tool = line.split_whitespace().take(3).any(|word| word.ends_with("omreport"));
    names_tool.then_some("command-echo")
}

fn entry(fields: &Fields) -> Result<(Stamp, SelEntry), &'static str> {
    let written = fields.get("Date and Time").unwrap_or_default();
    let stamp = read_stamp(written, DayFirst(false)).ok_or("date or time")?;
    let text = fields.get("Description").unwrap_or_default();
    // Only alerts have an id and a category, and the host's clock.
    let id = fields.get("ID");
    let stamp = match (id, stamp) {
        (Some(_), Stamp::Bmc(at)) => Stamp::Local(at),
        (_, stamp) => stamp,
    };
    let entry = SelEntry {
        sensor: fields.get("Category").unwrap_or_default().to_owned(),
        text: text.to_owned(),
        message_id: id.or_else(|| leading_message_id(text)).map(str::to_owned),
        ..SelEntry::default()
    };
    Ok((stamp, entry))
}
