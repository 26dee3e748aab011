//! The log of NUT's `upslog`: a line of values every few seconds, in the default or another layout.
//!
//! Time:   that of the machine it runs on, in the site's zone unless an offset is written.
//! Units:  none is kept.
//! Spec:   NUT sources (`clients/upslog.c`, `upslog(8)`), versions 1.4 to 2.8.
//! Loses:  charge, load, voltages and temperature: they are the UPS's, not a host's.
//! Not handled: layouts without a time at the front or without `ups.status`.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::ups_events::{NutStatus, is_nut_status};
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct NutUpslog;

impl Format for NutUpslog {
    fn id(&self) -> &'static str {
        "nut-upslog"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "values of a UPS over time: NUT upslog"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let shows_mains =
            head.first_lines(80).any(|line| values(line).is_some_and(|(_, status)| is_of_mains(status)));
        if shows_mains { super::fit_of_output(head, 1, |line| values(line).is_some()) } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<UpslogReader>::default())
    }

    fn is_of_a_host(&self) -> bool {
        false
    }
}

/// On line or on battery: words that hardly anything else writes, where `TEST` and `OFF` are everybody's.
fn is_of_mains(status: &str) -> bool {
    status.split([' ', '+']).any(|word| matches!(word, "OL" | "OB"))
}

/// Time and status of `20250301 120000 100.0 230.1 15.0 [OL] 25.0 50.0`. Everything but the time, a host and the
/// status is a number or `NA`; the status is empty where the UPS did not answer.
fn values(line: &str) -> Option<(Stamp, &str)> {
    let (stamp, rest) = time_at_front(line)?;
    let (before, status, behind) =
        match rest.split_once('[').and_then(|(before, tail)| Some((before, tail.split_once(']')?))) {
            Some((before, (status, behind))) => (before, status.trim(), behind),
            None => bare_status(rest)?,
        };
    let is_value = |word: &str| {
        let word = word.trim_matches(|c: char| matches!(c, ',' | ';' | '"' | '%' | 'V' | 'C' | 'W'));
        word.is_empty()
            || matches!(word, "NA" | "N/A" | "-")
            || word.parse::<f64>().is_ok()
            || word.contains('@')
    };
    let words = before.split_whitespace().chain(behind.split_whitespace());
    let (good, all) = words.fold((0, 0), |(good, all), word| (good + usize::from(is_value(word)), all + 1));
    let no_status = matches!(status, "NA" | "");
    // A label or the name of the UPS may stand between the values.
    let fits = good * 2 >= all && all >= 1 && (is_nut_status(status) || no_status && good == all);
    fits.then_some((stamp, if no_status { "" } else { status }))
}

fn time_at_front(line: &str) -> Option<(Stamp, &str)> {
    let line = line.trim();
    let bytes = line.as_bytes();
    let digits =
        |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    if digits(0, 8) && bytes.get(8) == Some(&b' ') && digits(9, 15) && bytes.get(15) == Some(&b' ') {
        let clock = format!("{} {}:{}:{}", &line[..8], &line[9..11], &line[11..13], &line[13..15]);
        return Some((written_time::read(&clock, DayFirst::default())?, &line[15..]));
    }
    // A date and a time of day, or both in one word.
    let ends: Vec<usize> = line.match_indices([' ', ',', '\t', ';']).map(|(at, _)| at).take(2).collect();
    ends.iter().rev().find_map(|end| {
        let (time, rest) = line.split_at(*end);
        let time = time.replace([',', ';', '\t'], " ");
        let has_clock = time.contains(':');
        Some((written_time::read(&time, DayFirst::default()).filter(|_| has_clock)?, rest))
    })
}

/// The first words of a status that stands without brackets.
fn bare_status(rest: &str) -> Option<(&str, &str, &str)> {
    let mut from = None;
    let mut to = 0;
    let mut at = 0;
    for word in rest.split([' ', ',', '\t', ';', '"']) {
        let start = at;
        at += word.len() + 1;
        if is_nut_status(word) {
            from.get_or_insert(start);
            to = start + word.len();
        } else if from.is_some() {
            break;
        }
    }
    let from = from?;
    is_of_mains(&rest[from..to]).then(|| (&rest[..from], &rest[from..to], &rest[to..]))
}

#[derive(Default)]
struct UpslogReader {
    status: NutStatus,
}

impl LineReader for UpslogReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let Some((stamp, status)) = values(&text) else { return Fate::Quarantined(Reason::BadShape) };
        self.status.take(status, "upslog", &text, stamp, sink);
        Fate::Parsed
    }
}
