//! Announced work in a calendar (`.ics`).
//!
//! Time:   in the zone that the event names (IANA or Windows), in UTC, or floating, which is the site's
//!         time; days without hours are the site's days.
//! Units:  none.
//! Spec:   RFC 5545; RRULE by the crate `rrule`.
//! Loses:  alarms, attendees' answers, events that are no work on machines (`planned_words` says which).
//! Not handled: zones that only the calendar itself defines (taken as the site's time), returns beyond
//!         twenty years or 4000 of one event.

use std::collections::BTreeMap;

use crate::ingest::calendar::lines::{self, ContentLine};
use crate::ingest::calendar::recurrence;
use crate::ingest::calendar::times::{self, CalendarTime};
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::job_runs::later;
use crate::ingest::planned_words;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, MaintenanceWindow};

pub struct Icalendar;

impl Format for Icalendar {
    fn id(&self) -> &'static str {
        "icalendar"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Maintenance
    }

    fn title(&self) -> &'static str {
        "announced work in a calendar (iCalendar)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or(head).trim_ascii_end();
        if first.eq_ignore_ascii_case(b"BEGIN:VCALENDAR") { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// Windows of one calendar that are kept, and series that are expanded; more is no plan of a fleet.
const WINDOWS_MAX: usize = 50_000;
const SERIES_MAX: usize = 200;
/// Announced work that lasts longer is an appointment of another kind (a project, a holiday).
const LENGTH_MAX_SECONDS: i64 = 31 * 86_400;

/// What an event says, in the calendar's words.
#[derive(Default)]
struct Event {
    offset: usize,
    end_offset: usize,
    line: u64,
    uid: String,
    summary: String,
    place: String,
    more: String,
    start: Option<CalendarTime>,
    end: Option<CalendarTime>,
    duration: Option<chrono::TimeDelta>,
    rules: Vec<String>,
    added: Vec<CalendarTime>,
    excepted: Vec<CalendarTime>,
    replaces: Option<CalendarTime>,
    cancelled: bool,
    closed: bool,
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let events = events(&lines::split(content));
    // What replaces one occurrence of a series takes it out of the series.
    let mut replaced: BTreeMap<&str, Vec<CalendarTime>> = BTreeMap::new();
    for event in &events {
        if let Some(at) = event.replaces {
            replaced.entry(&event.uid).or_default().push(at);
        }
    }
    let mut at = 0;
    let mut budget = Budget { windows: WINDOWS_MAX, series: SERIES_MAX };
    for event in &events {
        claim_frame(&content[at..event.offset], sink);
        let gone = replaced.get(event.uid.as_str()).filter(|_| event.replaces.is_none());
        let piece = &content[event.offset..event.end_offset];
        let span = crate::model::record::Span {
            offset: event.offset as u64,
            len: piece.len() as u64,
            line: event.line,
        };
        sink.at(span);
        let fate = keep(event, gone.map_or(&[], Vec::as_slice), &mut budget, sink);
        sink.claim(piece, event.line, fate);
        at = event.end_offset;
    }
    claim_frame(&content[at..], sink);
}

fn claim_frame(piece: &[u8], sink: &mut Sink<'_>) {
    if !piece.is_empty() {
        sink.claim(piece, 0, Fate::Ignored("calendar-without-events"));
    }
}

struct Budget {
    windows: usize,
    series: usize,
}

/// The events of a calendar, in order. An event that is not closed ends where the next begins.
fn events(lines: &[ContentLine]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut open = false;
    let mut inner = 0_usize;
    for line in lines {
        let component = line.value.trim().to_ascii_uppercase();
        match (line.name.as_str(), component.as_str()) {
            ("BEGIN", "VEVENT") => {
                events.push(Event { offset: line.offset, line: line.line, ..Event::default() });
                (open, inner) = (true, 0);
            }
            ("END", "VEVENT") if open => {
                open = false;
                if let Some(event) = events.last_mut() {
                    (event.end_offset, event.closed) = (line.end, true);
                }
                continue;
            }
            // Alarms have texts and times of their own.
            ("BEGIN", _) if open => inner += 1,
            ("END", _) if open => inner = inner.saturating_sub(1),
            _ => {}
        }
        if let Some(event) = events.last_mut().filter(|_| open) {
            event.end_offset = line.end;
            if inner == 0 {
                event.take(line);
            }
        }
    }
    events
}

impl Event {
    fn take(&mut self, line: &ContentLine) {
        let one = || times::times_of(line).into_iter().next();
        match line.name.as_str() {
            "UID" => self.uid.clone_from(&line.value),
            "SUMMARY" => self.summary = lines::text(&line.value),
            "LOCATION" => self.place = lines::text(&line.value),
            "DESCRIPTION" | "COMMENT" => self.add(&lines::text(&line.value)),
            "RESOURCES" => self.add(&format!("Hosts: {}", lines::text(&line.value))),
            // Some calendars have machines as their resources.
            "ATTENDEE" if line.parameter("CUTYPE") == Some("RESOURCE") => {
                let name = line.parameter("CN").unwrap_or(&line.value).to_owned();
                self.add(&format!("Hosts: {name}"));
            }
            "CATEGORIES" => {
                let named = lines::text(&line.value);
                self.add(&named);
            }
            "DTSTART" => self.start = one(),
            "DTEND" => self.end = one(),
            "DURATION" => self.duration = times::duration(&line.value),
            "RRULE" => self.rules.push(line.value.trim().to_ascii_uppercase()),
            "RDATE" => self.added.extend(times::times_of(line)),
            "EXDATE" => self.excepted.extend(times::times_of(line)),
            "RECURRENCE-ID" => self.replaces = one(),
            "STATUS" => self.cancelled = line.value.trim().eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        self.more.push_str(text);
        self.more.push('\n');
    }

    /// How long it takes, in seconds of the clock that it is written by.
    fn length(&self, start: CalendarTime) -> i64 {
        let whole_day = i64::from(start.date_only) * 86_400;
        match (self.end, self.duration) {
            (Some(end), _) => crate::ingest::written_time::steady_seconds(&end.stamp())
                .zip(crate::ingest::written_time::steady_seconds(&start.stamp()))
                .map_or(whole_day, |(end, start)| end - start),
            (None, Some(duration)) => duration.num_seconds(),
            (None, None) => whole_day,
        }
    }
}

fn keep(event: &Event, replaced: &[CalendarTime], budget: &mut Budget, sink: &mut Sink<'_>) -> Fate {
    if !event.closed {
        return Fate::Quarantined(Reason::Truncated);
    }
    if event.cancelled {
        return Fate::Ignored("cancelled-event");
    }
    let Some(scope) = planned_words::scope_of(&event.summary, &event.place, &event.more) else {
        return Fate::Ignored("event-without-work-on-hosts");
    };
    let Some(start) = event.start else { return Fate::Quarantined(Reason::BadField("DTSTART")) };
    let length = event.length(start);
    if length < 0 {
        return Fate::Quarantined(Reason::BadField("end before start"));
    }
    if length > LENGTH_MAX_SECONDS {
        return Fate::Ignored("event-longer-than-a-month");
    }
    let excepted: Vec<CalendarTime> = event.excepted.iter().chain(replaced).copied().collect();
    if !event.rules.is_empty() {
        let Some(left) = budget.series.checked_sub(1) else {
            return Fate::Quarantined(Reason::BadField("more series than are expanded"));
        };
        budget.series = left;
    }
    let Some(starts) = recurrence::starts(start, &event.rules, &event.added, &excepted) else {
        return Fate::Quarantined(Reason::BadField("RRULE"));
    };
    let Some(left) = budget.windows.checked_sub(starts.len()) else {
        return Fate::Quarantined(Reason::BadField("more windows than are kept"));
    };
    budget.windows = left;
    for start in starts {
        let begin = start.stamp();
        let end = later(begin, length);
        let what = event.summary.trim().to_owned();
        sink.record(None, begin, Body::Maintenance(MaintenanceWindow { scope: scope.clone(), end, what }));
    }
    Fate::Parsed
}
