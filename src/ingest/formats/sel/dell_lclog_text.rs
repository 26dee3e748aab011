//! Lifecycle log as Dell's `racadm lclog view` prints it.
//!
//! `Message ID      = SYS1003` within a block that starts with `SeqNumber       = 192`
//!
//! Time:   the controller's clock, zone not written, year first.
//! Units:  none.
//! Spec:   Dell RACADM CLI reference, iDRAC 7 to 9: `lclog view`.
//! Loses:  category, severity, agent, arguments (they stand in the message), comments.
//! Not handled: `lclog viewconfigresult`, which tells of jobs.

use super::dell_racadm_getsel_text::racadm_message;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::vendor_log::blocks::{BlockForm, Fields, RAW};
use crate::ingest::vendor_log::written::{add_raw, read_raw, read_stamp};
use crate::ingest::written_time::DayFirst;
use crate::model::Stamp;
use crate::model::record::SelEntry;

pub struct DellLclogText;

impl Format for DellLclogText {
    fn id(&self) -> &'static str {
        "dell-lclog-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "lifecycle log of an iDRAC, text (racadm lclog view)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        FORM.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(FORM.reader())
    }
}

static FORM: BlockForm = BlockForm {
    separator: '=',
    keys: &[
        "SeqNumber",
        "Sequence Number",
        "Message ID",
        "MessageID",
        "Category",
        "AgentID",
        "Agent ID",
        "Severity",
        "Timestamp",
        "Message",
        "FQDD",
        "RawEventData",
        "Raw Event Data",
        "Comment",
    ],
    essential: &["Timestamp", "Message", "Severity"],
    text_key: "Message",
    left_out: racadm_message,
    row: |_| None,
    entry,
};

fn entry(fields: &Fields) -> Result<(Stamp, SelEntry), &'static str> {
    let written = fields.get("Timestamp").unwrap_or_default();
    let stamp = read_stamp(written, DayFirst(false)).ok_or("date or time")?;
    let either = |one: &str, other: &str| fields.get(one).or_else(|| fields.get(other)).map(str::to_owned);
    let mut entry = SelEntry {
        record_id: either("SeqNumber", "Sequence Number").and_then(|id| id.parse().ok()),
        sensor: fields.get("FQDD").unwrap_or_default().to_owned(),
        text: fields.get("Message").unwrap_or_default().to_owned(),
        message_id: either("Message ID", "MessageID"),
        ..SelEntry::default()
    };
    let raw = either("RawEventData", "Raw Event Data").or_else(|| fields.get(RAW).map(str::to_owned));
    if let Some(raw) = raw.as_deref().and_then(read_raw) {
        add_raw(&mut entry, raw);
    }
    Ok((stamp, entry))
}
