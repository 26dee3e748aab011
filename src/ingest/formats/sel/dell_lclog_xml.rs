//! Lifecycle log as an iDRAC exports it (`racadm lclog export`, the web interface, a support collection).
//!
//! `<Event AgentID="RACLOG" Severity="Critical" Timestamp="2014-08-12T01:17:43-0500" Sequence="192">`
//!
//! Time:   with its offset as written, else the controller's clock.
//! Units:  none.
//! Spec:   Dell Lifecycle Controller, `LCLogEvents` of iDRAC 7 to 9.
//! Loses:  category, severity, agent, arguments (they stand in the message), comments.
//! Not handled: encodings other than UTF-8.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::written::{add_raw, read_raw, read_stamp};
use crate::ingest::vendor_log::xml_events::{Parts, xml_events};
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, SelEntry};

pub struct DellLclogXml;

impl Format for DellLclogXml {
    fn id(&self) -> &'static str {
        "dell-lclog-xml"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "lifecycle log of an iDRAC, XML (racadm lclog export)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if head.says("<LCLogEvents") && head.is_xml() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    xml_events(content, "Event", sink, take);
    oldest_first(&mut sink.records, Vec::new());
}

fn take(parts: &Parts, sink: &mut Sink<'_>) -> Fate {
    let part = |name: &str| parts.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let Some(stamp) = part("timestamp").and_then(|text| read_stamp(text, DayFirst(false))) else {
        return Fate::Quarantined(Reason::BadField("time"));
    };
    let mut entry = SelEntry {
        record_id: part("sequence").or_else(|| part("seqnumber")).and_then(|id| id.parse().ok()),
        sensor: part("fqdd").unwrap_or_default().to_owned(),
        text: part("message").unwrap_or_default().to_owned(),
        message_id: part("messageid").map(str::to_owned),
        ..SelEntry::default()
    };
    if let Some(raw) = part("raweventdata").and_then(read_raw) {
        add_raw(&mut entry, raw);
    }
    sink.record(None, stamp, Body::Sel(entry));
    Fate::Parsed
}
