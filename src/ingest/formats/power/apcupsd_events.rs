//! The events of apcupsd (`/var/log/apcupsd.events`).
//!
//! Time:   with its offset as versions since 3.14 write it; before, that of the machine it runs on, in the
//!         site's zone unless it says UTC.
//! Units:  none.
//! Spec:   apcupsd sources (`src/action.c`, `src/lib/apclog.c`), versions 3.8 to 3.14.
//! Loses:  events that no signature asks for.
//! Not handled: letters for a zone (`PDT`) other than UTC.

use crate::ingest::captured::date_line;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::ups_events;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct ApcupsdEvents;

impl Format for ApcupsdEvents {
    fn id(&self) -> &'static str {
        "apcupsd-events"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "events of a UPS: apcupsd.events"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says_one_of(WORDS) {
            return Fit::No;
        }
        let speaks_of_a_ups = head
            .text()
            .split('\n')
            .any(|line| event(line).is_some_and(|(_, text)| WORDS.iter().any(|word| text.contains(word))));
        let fit = super::fit_of_output(head, 1, |line| event(line).is_some());
        if speaks_of_a_ups { fit } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(EventsReader))
    }

    fn is_of_a_host(&self) -> bool {
        false
    }
}

/// What no other log of that shape has.
const WORDS: &[&str] = &[
    "apcupsd ",
    "Power failure.",
    "Running on UPS batteries",
    "UPS batteries",
    "Battery power exhausted",
    "Communications with UPS",
    "UPS Self Test",
    "UPS battery must be replaced",
    "UPS running on mains",
];

/// Time and text of `2016-09-01 17:24:16 +0200  Power failure.`: two blanks stand between them.
fn event(line: &str) -> Option<(Stamp, &str)> {
    // `Jun  7` has two blanks as well, so that the last fitting pair counts.
    let starts_with_digit = line.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let starts_with_day = line.get(..4).is_some_and(|day| day.ends_with(' '));
    if !starts_with_digit && !starts_with_day {
        return None;
    }
    line.match_indices("  ").take(4).find_map(|(at, _)| {
        let stamp = date_line(&line[..at]).filter(|_| at >= 16)?;
        let text = line[at..].trim();
        (!text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit())).then_some((stamp, text))
    })
}

struct EventsReader;

impl LineReader for EventsReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some((stamp, text)) = event(&text) else { return Fate::Quarantined(Reason::BadShape) };
        ups_events::keep("apcupsd", text, None, stamp, sink);
        Fate::Parsed
    }
}
