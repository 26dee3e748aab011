//! What exports of Windows event logs have in common: which event it is, who wrote it, and lines of a log in order.

use super::log_lines::{LogTracker, SplitLine};
use super::row_times;
use super::sink::Sink;
use super::written_time::{DayFirst, steady_seconds};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::Span;

/// Names of properties and columns, in the languages of the Event Viewer.
pub const TIME: &[&str] = &[
    "timecreated",
    "time_created",
    "timegenerated",
    "time_generated",
    "date_and_time",
    "datum_und_uhrzeit",
    "date_et_heure",
    "fecha_y_hora",
    "datetime",
];
pub const ID: &[&str] = &[
    "event_id",
    "eventid",
    "id",
    "instanceid",
    "ereignis_id",
    "id_de_l_événement",
    "id_d_événement",
    "id_del_evento",
    "id_de_evento",
];
pub const SOURCE: &[&str] = &["providername", "provider_name", "provider", "source", "quelle", "origen"];
pub const MESSAGE: &[&str] = &["message", "description", "nachricht", "beschreibung"];
pub const MACHINE: &[&str] =
    &["machinename", "machine_name", "computer", "computername", "computer_name", "pscomputername"];
pub const LEVEL: &[&str] = &[
    "leveldisplayname",
    "level",
    "entrytype",
    "entry_type",
    "ebene",
    "niveau",
    "nivel",
    "task_category",
    "aufgabenkategorie",
    "catégorie_de_la_tâche",
    "categoría_de_la_tarea",
    "logname",
];

/// One event as it is written.
pub struct Written<'a> {
    pub time: &'a str,
    pub id: &'a str,
    pub source: &'a str,
    pub machine: &'a str,
    pub message: &'a str,
}

struct Event {
    span: Span,
    stamp: Stamp,
    host: Option<String>,
    program: String,
    text: String,
}

/// Collects events, which exports have newest first.
#[derive(Default)]
pub struct Events(Vec<Event>);

/// A message is kept up to here; what matters stands in front.
const MESSAGE_CHARS_MAX: usize = 600;

/// The time in an export. Windows puts marks of the direction of writing around numbers.
#[must_use]
pub fn time(text: &str, day_first: DayFirst) -> Option<Stamp> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\u{200e}' | '\u{200f}')).collect();
    row_times::read(&plain, day_first)
}

/// Whether a text is a time in either order of day and month.
#[must_use]
pub fn is_time(text: &str) -> bool {
    [false, true].into_iter().any(|day_first| time(text, DayFirst(day_first)).is_some())
}

/// The number of an event. `Get-EventLog` adds bits above the lowest sixteen to `InstanceId`.
#[must_use]
pub fn number(id: &str) -> Option<u32> {
    id.trim().parse::<u32>().ok().map(|id| id & 0xffff)
}

/// The source without what all of Microsoft's share; by the message where a table leaves the source out.
fn program(source: &str, message: &str) -> String {
    let bare = source.trim();
    let bare = bare.strip_prefix("Microsoft-Windows-").unwrap_or(bare);
    if !bare.is_empty() {
        return bare.replace(' ', "_");
    }
    let known = [
        ("The system has rebooted without cleanly", "Kernel-Power"),
        ("The previous system shutdown at", "EventLog"),
        ("The process ", "User32"),
    ];
    known.iter().find(|(start, _)| message.starts_with(start)).map_or("", |(_, program)| program).to_owned()
}

impl Events {
    /// Takes the event at the sink's current place.
    pub fn take(&mut self, written: &Written<'_>, day_first: DayFirst, sink: &Sink<'_>) -> Fate {
        let Some(stamp) = time(written.time, day_first) else {
            return Fate::Quarantined(Reason::BadField("time"));
        };
        let Some(id) = number(written.id) else { return Fate::Quarantined(Reason::BadField("event id")) };
        let message: String = written
            .message
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .take(MESSAGE_CHARS_MAX)
            .collect();
        let machine = written.machine.trim();
        self.0.push(Event {
            span: sink.span(),
            stamp,
            host: (!machine.is_empty()).then(|| machine.to_owned()),
            program: program(written.source, written.message),
            text: format!("Event {id}: {}", message.trim()).trim_end_matches([' ', ':']).to_owned(),
        });
        Fate::Parsed
    }

    /// Hands all of them on, the oldest first.
    pub fn keep(mut self, sink: &mut Sink<'_>) {
        self.0.sort_by_key(|event| steady_seconds(&event.stamp));
        let here = sink.span();
        let mut tracker = LogTracker::default();
        for event in &self.0 {
            sink.at(event.span);
            let line = SplitLine {
                stamp: event.stamp,
                host: event.host.as_deref(),
                program: &event.program,
                text: &event.text,
                boot_id: None,
                uptime_micros: None,
            };
            tracker.take(&line, sink);
        }
        sink.at(here);
    }
}
