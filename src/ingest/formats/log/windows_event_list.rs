//! Windows event logs as PowerShell lists them: `Get-WinEvent … | Format-List`.
//!
//! Time:   local time of the machine that prints, in the order of its language: month first unless a day above 12
//!         says otherwise.
//! Units:  none.
//! Spec:   System.Diagnostics.Eventing.Reader.EventLogRecord; PowerShell's Format-List.
//! Loses:  levels, users; messages beyond their first 600 characters.
//! Not handled: `wevtutil qe /f:text`, and XML.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::property_list::{self, Properties};
use crate::ingest::sink::Sink;
use crate::ingest::windows_events::{self, Events, ID, MACHINE, MESSAGE, SOURCE, TIME, Written};
use crate::ingest::written_time::DayFirst;
use crate::ledger::Fate;

pub struct WindowsEventList;

impl Format for WindowsEventList {
    fn id(&self) -> &'static str {
        "windows-event-list"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "Windows event log as a list (Get-WinEvent | fl)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if property_list::fits(head, is_event) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn is_event(object: &Properties) -> bool {
    let dated = object.get(TIME).is_some_and(windows_events::is_time);
    let numbered = object.get(ID).is_some_and(|id| windows_events::number(id).is_some());
    dated && numbered && (object.get(MESSAGE).is_some() || object.get(SOURCE).is_some())
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let objects = property_list::objects(content);
    let day_first = DayFirst::of(objects.iter().filter_map(|object| object.get(TIME)));
    drop(objects);
    let mut events = Events::default();
    property_list::each(content, sink, |object, sink| {
        if object.get(TIME).is_none() {
            return Fate::Ignored("object-of-another-kind");
        }
        let text = |names: &[&str]| object.get(names).unwrap_or_default();
        let written = Written {
            time: text(TIME),
            id: text(ID),
            source: text(SOURCE),
            machine: text(MACHINE),
            message: text(MESSAGE),
        };
        events.take(&written, day_first, sink)
    });
    events.keep(sink);
}
