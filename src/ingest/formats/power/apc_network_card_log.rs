//! What APC's network management cards and PowerChute keep: `event.txt` (what happened) and `data.txt` (values).
//!
//! Time:   the card's own clock, in the site's zone.
//! Units:  none is kept; the values are the UPS's load in percent and volts.
//! Spec:   APC "Network Management Card" user guides, "How to retrieve log files".
//! Loses:  values, the code of an event, events that no signature asks for.
//! Not handled: logs in other languages than English.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::ups_events::{self, APCUPSD_MAINS_BACK, APCUPSD_ON_BATTERY};
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct ApcNetworkCardLog;

impl Format for ApcNetworkCardLog {
    fn id(&self) -> &'static str {
        "apc-network-card-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "event.txt and data.txt of APC network cards and PowerChute"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("\t") {
            return Fit::No;
        }
        let text = head.text();
        let own = |line: &str| Piece::of(line.trim_end_matches('\r')).is_some();
        let is_rows = |line: &&str| {
            matches!(Piece::of(line.trim_end_matches('\r')), Some(Piece::Event(..) | Piece::Values))
        };
        let speaks_of_apc = text.lines().take(60).any(|line| {
            matches!(Piece::of(line.trim_end_matches('\r')), Some(Piece::Header))
                || matches!(Piece::of(line.trim_end_matches('\r')), Some(Piece::Event(_, what)) if what.contains("UPS: ") || what.starts_with("UPS "))
        });
        let rows = text.lines().take(60).filter(is_rows).count();
        if speaks_of_apc && rows > 0 { super::fit_of_output(head, 1, own) } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<CardReader>::default())
    }

    fn is_of_a_host(&self) -> bool {
        false
    }
}

/// What a line is; cells stand between tabs.
enum Piece<'a> {
    /// Name, version and settings of the card, above the header.
    About,
    /// `Date  Time  Event` or `Date  Time  Vmin  Vmax …`
    Header,
    /// Time as written, and what happened.
    Event(String, &'a str),
    Values,
}

impl<'a> Piece<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let cells: Vec<&str> = line.split('\t').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        if let ["Date", "Time", next, ..] = cells.as_slice() {
            const HEADS: &[&str] =
                &["Event", "User", "Vmin", "Vin", "Vmax", "Vout", "Vbat", "Vmin1", "Vmin~"];
            return HEADS.contains(next).then_some(Self::Header);
        }
        if let [date, time, values @ ..] = cells.as_slice()
            && time.contains(':')
            && !values.is_empty()
            && written_time::read(&format!("{date} {time}"), DayFirst(true))
                .or_else(|| written_time::read(&format!("{date} {time}"), DayFirst(false)))
                .is_some()
        {
            if values.len() > 2 && values.iter().all(|value| value.parse::<f64>().is_ok()) {
                return Some(Self::Values);
            }
            // Newer cards name the user between the time and the event.
            let what = values.iter().copied().max_by_key(|value| value.len())?;
            return Some(Self::Event(format!("{date} {time}"), what));
        }
        const ABOUT: &[&str] = &[
            "American Power Conversion",
            "Schneider Electric",
            "APC ",
            "Network Management Card",
            "Smart-UPS",
            "Symmetra",
            "Name",
            "Contact",
            "Location",
            "User",
            "Up Time",
            "Date",
            "Time",
            "System",
            "Event Log",
            "Data Log",
            "(c) Copyright",
            "Copyright",
            "Silcon",
            "Matrix",
        ];
        let first = cells.first()?;
        (line.contains('\t')
            || ABOUT[..7].iter().any(|about| first.starts_with(about))
            || first.starts_with('('))
        .then(|| ABOUT.iter().any(|about| first.starts_with(about)))?
        .then_some(Self::About)
    }
}

#[derive(Default)]
struct CardReader {
    day_first: DayFirst,
}

impl LineReader for CardReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        match Piece::of(&text) {
            Some(Piece::About) => Fate::Ignored("about-the-card"),
            Some(Piece::Header) => Fate::Ignored("table-header"),
            Some(Piece::Values) => Fate::Ignored("values-of-a-ups"),
            Some(Piece::Event(time, what)) => {
                self.day_first.0 |= DayFirst::of(std::iter::once(time.as_str())).0;
                match written_time::read(&time, self.day_first) {
                    Some(stamp) => take(what, stamp, sink),
                    None => return Fate::Quarantined(Reason::BadField("time")),
                }
                Fate::Parsed
            }
            None => Fate::Quarantined(Reason::BadShape),
        }
    }
}

/// The cards' words for what apcupsd says in its own.
fn take(what: &str, stamp: Stamp, sink: &mut Sink<'_>) {
    let lower = what.to_lowercase();
    if lower.contains("no longer on battery") {
        ups_events::keep_like(APCUPSD_MAINS_BACK, what, None, stamp, sink);
    } else if lower.contains("on battery power") || lower.contains("switched to battery") {
        ups_events::keep_like(APCUPSD_ON_BATTERY, what, None, stamp, sink);
    } else {
        ups_events::keep("apcupsd", what, None, stamp, sink);
    }
}
