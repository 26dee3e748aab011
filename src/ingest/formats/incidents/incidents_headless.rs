//! A list of hosts and times without a header: `kvm07;2025-03-01 02:03`, perhaps with a cause behind.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; each line has one cell that is a time, or a date and a time of day, and one that has
//!         the shape of a host's name.
//! Loses:  nothing; what is neither host nor time is the cause.
//! Not handled: a cause where nothing but blanks stands between the cells, hosts whose names have no
//!         number in them.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::row_times;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, ListedIncident};

pub struct IncidentsHeadless;

impl Format for IncidentsHeadless {
    fn id(&self) -> &'static str {
        "incidents-headless"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Incidents
    }

    fn title(&self) -> &'static str {
        "a list of hosts and times without a header"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Ok(text) = std::str::from_utf8(head) else { return Fit::No };
        let complete = if head.is_whole() { text.len() } else { text.rfind('\n').map_or(0, |at| at + 1) };
        let lines: Vec<&str> =
            text[..complete].lines().filter(|line| !is_passed_over(line)).take(60).collect();
        let is_entry =
            |line: &&str| [false, true].iter().any(|day| Entry::of(line, DayFirst(*day)).is_some());
        if !lines.first().is_some_and(is_entry) || head.csv_list_kind().is_some() {
            return Fit::No;
        }
        let day_first = DayFirst::of(lines.iter().flat_map(|line| cells(line)));
        let entries: Vec<Entry<'_>> = lines.iter().filter_map(|line| Entry::of(line, day_first)).collect();
        // A list has the same cells in the same order; prose and logs that happen to fit have not.
        let ordered = entries.windows(2).all(|pair| pair[0].host_first == pair[1].host_first);
        if !entries.is_empty() && entries.len() == lines.len() && ordered { Fit::Likely } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn is_passed_over(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Cells apart by the first of these that the line has.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim().trim_start_matches('\u{feff}');
    let delimiter = ['\t', ';', '|', ','].into_iter().find(|delimiter| line.contains(*delimiter));
    let line = if delimiter == Some('|') { line.trim_matches('|') } else { line };
    match delimiter {
        Some(delimiter) => line.split(delimiter).map(|cell| cell.trim().trim_matches('"')).collect(),
        None => cells_by_blanks(line),
    }
}

/// A host and a time with nothing but blanks between them; more words than these are prose or a log.
fn cells_by_blanks(line: &str) -> Vec<&str> {
    let host_first = line.split_once(char::is_whitespace).filter(|(host, _)| is_host(host));
    let pair = host_first.or_else(|| line.rsplit_once(char::is_whitespace).filter(|(_, host)| is_host(host)));
    pair.map_or_else(|| vec![line], |(first, second)| vec![first.trim(), second.trim()])
}

struct Entry<'a> {
    host: &'a str,
    at: Stamp,
    cause: Option<String>,
    host_first: bool,
}

impl<'a> Entry<'a> {
    fn of(line: &'a str, day_first: DayFirst) -> Option<Self> {
        let cells = cells(line);
        if !(2..=4).contains(&cells.len()) {
            return None;
        }
        let host_at = cells.iter().position(|cell| is_host(cell))?;
        let mut at = None;
        let mut rest: Vec<&str> = Vec::new();
        let mut skip = None;
        for (index, cell) in cells.iter().enumerate().filter(|(index, _)| *index != host_at) {
            if skip == Some(index) {
                continue;
            }
            let clock = cells.get(index + 1).filter(|next| is_clock(next) && !cell.contains(':'));
            let joined = clock.map(|clock| format!("{cell} {clock}"));
            let written = joined.as_deref().unwrap_or(cell);
            match row_times::read(written, day_first).filter(row_times::is_a_date) {
                // Two times are a span, and that is a window or a run.
                Some(_) if at.is_some() => return None,
                Some(stamp) if written.len() >= 8 => {
                    at = Some((index, stamp));
                    skip = clock.map(|_| index + 1);
                }
                _ => rest.push(cell),
            }
        }
        let (time_at, stamp) = at?;
        if rest.iter().any(|cell| cell.parse::<f64>().is_ok()) || rest.len() > 1 {
            // A number beside host and time is a measurement.
            return None;
        }
        let cause = rest.first().filter(|cell| !cell.is_empty()).map(|cell| (*cell).to_owned());
        Some(Self { host: cells[host_at], at: stamp, cause, host_first: host_at < time_at })
    }
}

fn is_clock(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    (3..=6).contains(&digits)
        && cell.contains(':')
        && cell.len() <= 11
        && row_times::read(&format!("2020-01-01 {cell}"), DayFirst(false)).is_some()
}

/// Letters and a number in one word, or a full name with domain.
fn is_host(cell: &str) -> bool {
    let named = cell.len() <= 253
        && cell.starts_with(|c: char| c.is_ascii_alphabetic())
        && cell.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let numbered = cell.chars().any(|c| c.is_ascii_digit());
    let full = cell.matches('.').count() >= 2 && !cell.ends_with('.');
    let is_package = [".x86_64", ".noarch", ".i686", ".aarch64", ".ppc64le", ".s390x", ".rpm", ".deb"]
        .iter()
        .any(|end| cell.ends_with(end));
    named && (numbered || full) && !is_package
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let text = String::from_utf8_lossy(content);
    let day_first = DayFirst::of(text.lines().filter(|line| !is_passed_over(line)).flat_map(cells));
    let mut reader = ListReader { day_first };
    let mut line = 0;
    for piece in content.split_inclusive(|byte| *byte == b'\n') {
        line += 1;
        let span =
            crate::model::record::Span { offset: sink.account.cursor(), len: piece.len() as u64, line };
        sink.at(span);
        let fate = reader.line(piece.trim_ascii_end(), sink);
        sink.claim(piece, line, fate);
    }
}

struct ListReader {
    day_first: DayFirst,
}

impl LineReader for ListReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if is_passed_over(&text) {
            return Fate::Ignored("blank-or-comment");
        }
        let Some(entry) = Entry::of(&text, self.day_first) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let listed = ListedIncident {
            cause: entry.cause,
            kind: None,
            planned: None,
            back: None,
            text: text.trim().to_owned(),
        };
        sink.record(Some(entry.host.to_owned()), entry.at, Body::Listed(listed));
        Fate::Parsed
    }
}
