//! Event log or Integrated Management Log as HPE's iLO answers in RIBCL (`GET_EVENT_LOG`, `hponcfg`).
//!
//! `<EVENT SEVERITY="Caution" CLASS="POST Message" LAST_UPDATE="04/04/2004 12:34" COUNT="1" DESCRIPTION="…"/>`
//!
//! Time:   the controller's clock, zone not written, no seconds, month first; `[NOT SET]` is no time.
//! Units:  none.
//! Spec:   HPE iLO scripting and command line guide, `GET_EVENT_LOG` and `GET_IML`.
//! Loses:  severity; all but the first and the last of counted repeats.
//! Not handled: other answers in the same file; they are passed over.

use super::hpe_iml_text::keep;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::written::read_stamp;
use crate::ingest::vendor_log::xml_events::xml_events;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::SelEntry;

pub struct HpeRibclLogXml;

impl Format for HpeRibclLogXml {
    fn id(&self) -> &'static str {
        "hpe-ribcl-log-xml"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "event log of an HPE iLO, XML (RIBCL GET_EVENT_LOG)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let is_log = head.says("<EVENT_LOG") && head.says("LAST_UPDATE");
        if is_log && head.is_xml() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let mut repeats = Vec::new();
    xml_events(content, "EVENT", sink, |parts, sink| {
        let part = |name: &str| parts.get(name).map_or("", |text| text.trim());
        let time = |name: &str| match part(name) {
            "" => Some(Stamp::Missing),
            written => read_stamp(written, DayFirst(false)),
        };
        let (Some(first), Some(last)) = (time("initial_update"), time("last_update")) else {
            return Fate::Quarantined(Reason::BadField("time"));
        };
        let entry = SelEntry {
            sensor: part("class").to_owned(),
            text: part("description").to_owned(),
            ..SelEntry::default()
        };
        let several = part("count").parse::<u64>().is_ok_and(|count| count > 1);
        let repaired = part("severity").eq_ignore_ascii_case("repaired");
        keep(entry, first, last, several && !repaired, &mut repeats, sink);
        Fate::Parsed
    });
    oldest_first(&mut sink.records, repeats);
}
