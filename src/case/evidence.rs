//! Gathers what bears on the incidents of a case out of all sources, each in its own format.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, BufRead};

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::model::{Report, SourceEntry};

use super::bundle::{Bundle, LeftOut, Origin, Piece, Rule};
use super::cut::{self, Excerpt, Groups, Owner, Pick, PickLines};
use super::export_fields::JOURNAL_EXPORT;
use super::sels::Sels;
use super::stretches::Stretches;
use super::windows::{self, Lines, Timed, Wanted};
use super::{Mark, Originals, Scope, companions, cover, names, words};

/// Most of one excerpt, and of all together.
const FILE_BYTES_MAX: usize = 8 << 20;
const BUNDLE_BYTES_MAX: usize = 96 << 20;
/// Excerpts that are cut in one pass: as many as the case has room for.
const AT_ONCE_MAX: usize = BUNDLE_BYTES_MAX / FILE_BYTES_MAX;
/// Files that are of one host alone are taken whole up to this size, where they have no times to cut by.
const WHOLE_BYTES_MAX: u64 = 1 << 20;
/// Lines that the header of a table may take, with what stands above it.
const HEADER_LINES_MAX: u64 = 40;
/// Spans farther apart go into files of their own where the log has no years: a reader could not tell otherwise.
const YEARLESS_GAP: TimeDelta = TimeDelta::days(270);
/// Clocks that were not set are in the first year of Unix time.
const FIRST_YEAR: i32 = 1970;

/// What excerpts of power series are called.
pub const POWER: &str = "power readings around each incident";

const UNREADABLE: &str = "the source could not be read again";
const NEIGHBOUR: &str = ", of a neighbour that went down in the same event";

/// Format whose records take several lines and are set apart by blank ones, and format whose records begin at the
/// margin.
const BY_BLANK_LINES: &str = "windows-event-list";
const BY_INDENT: &str = "linux-journal-verbose";
/// What `last` prints of boots, the newest first, and the words of the line at its end that dates the rows.
const LAST_TEXT: &str = "linux-last-text";
const LAST_BEGINS: &str = " begins ";

/// Gathers excerpts and words the cover page. Sources that cannot be opened or cut are listed with the reason, and
/// make no error.
#[must_use]
pub fn gather(report: &Report, scope: &Scope<'_>, originals: &dyn Originals) -> Bundle {
    let mut bundle = Bundle::new(scope.file_stem(), report.as_of);
    bundle.zone = originals.zone(None);
    let mut sources: Vec<&SourceEntry> = report.sources.iter().collect();
    sources.sort_by(|a, b| (&a.path, &a.digest).cmp(&(&b.path, &b.digest)));
    let mut last = None;
    for source in sources {
        let is_repeated = last.replace(&source.path) == Some(&source.path);
        if is_evidence(&source.kind) {
            Gatherer { report, scope, originals, source, is_repeated }.gather(&mut bundle);
        }
    }
    bundle.pieces.extend(companions::of(report, scope, originals, &bundle));
    bundle.pieces.sort_by(|a, b| (&a.place, &a.part, &a.bytes).cmp(&(&b.place, &b.part, &b.bytes)));
    bundle.sels = Sels::of(report, scope, &bundle.pieces);
    bundle.hosts = companions::host_rules(report, scope);
    bundle.notices = notices(scope, originals);
    bundle.cover = cover::of(report, scope, originals, &bundle);
    bundle
}

/// What is missing, and can be added before the case is sent.
fn notices(scope: &Scope<'_>, originals: &dyn Originals) -> Vec<String> {
    let unknown: Vec<String> =
        scope.hosts.iter().filter(|host| originals.serial(host).is_none()).cloned().collect();
    let mut notices = Vec::new();
    if !unknown.is_empty() {
        notices.push(format!(
            "no serial number of {}: give an inventory with a column `serial`, or output of dmidecode",
            words::listed(&unknown, 5)
        ));
    }
    let cut = scope.hosts_cut();
    let uncut = scope.hosts.iter().filter(|host| !cut.contains(host)).count();
    if uncut > 0 {
        notices.push(format!(
            "{} have no excerpts: only those with most incidents do",
            words::count(uncut, "machine")
        ));
    }
    notices
}

/// Backups, maintenance and catalogs of the whole fleet are nothing that a vendor looks into.
fn is_evidence(kind: &str) -> bool {
    ["sel", "log", "power", "boot", "inventory", "firmware", "incidents", "context"].contains(&kind)
}

/// What to do with a source for one host.
enum Plan<'a> {
    Cut(Cut<'a>),
    Leave(&'static str),
}

struct Cut<'a> {
    pick: Pick<'a>,
    part: Option<String>,
    year: Option<i32>,
    /// Lines that bear on the case are not even picked.
    shortened: bool,
}

impl<'a> Plan<'a> {
    fn cut(pick: Pick<'a>) -> Self {
        Self::Cut(Cut { pick, part: None, year: None, shortened: false })
    }
}

struct Gatherer<'a> {
    report: &'a Report,
    scope: &'a Scope<'a>,
    originals: &'a dyn Originals,
    source: &'a SourceEntry,
    /// Another source has the same path: members of an archive can, and cannot be told apart when they are opened again.
    is_repeated: bool,
}

impl Gatherer<'_> {
    fn gather(&self, bundle: &mut Bundle) {
        let hosts = self.scope.hosts_cut();
        let is_others = self.source.host.as_ref().is_some_and(|host| !hosts.contains(host));
        if is_others || self.source.format.is_none() {
            return;
        }
        let mut marks = self.originals.marks(&self.source.path);
        marks.sort_by(|a, b| (a.line, a.offset, &a.host, a.at).cmp(&(b.line, b.offset, &b.host, b.at)));
        let timed = Timed::of(&marks);
        let named: BTreeSet<&String> = marks.iter().filter_map(|mark| mark.host.as_ref()).collect();
        let is_shared = named.len() > 1 || (self.source.host.is_none() && named.is_empty());
        let mut picked: Vec<(&str, Cut<'_>)> = Vec::new();
        for host in hosts {
            let is_own = self.source.host.as_ref() == Some(host) || named.contains(host);
            if is_own && self.is_repeated {
                self.leave(host, "another source has the same path", bundle);
            } else if is_own {
                for plan in self.plans(host, (&marks, &timed), is_shared) {
                    match plan {
                        Plan::Cut(cut) => picked.push((host, cut)),
                        Plan::Leave(why) => self.leave(host, why, bundle),
                    }
                }
            }
        }
        self.carry_out(picked, bundle);
    }

    /// Cuts what was picked. Lines of several hosts are cut in one pass, or in as few as memory allows.
    fn carry_out(&self, picked: Vec<(&str, Cut<'_>)>, bundle: &mut Bundle) {
        let mut of_lines = Vec::new();
        for (host, cut) in picked {
            if matches!(cut.pick, Pick::Lines(_)) {
                of_lines.push((host, cut));
            } else {
                match self.read(&mut |stream| cut::cut(stream, &cut.pick, FILE_BYTES_MAX)) {
                    Ok(excerpt) => self.put(host, cut, excerpt, bundle),
                    Err(why) => self.leave(host, why, bundle),
                }
            }
        }
        let mut of_lines = of_lines.into_iter().peekable();
        while of_lines.peek().is_some() {
            let pass: Vec<(&str, Cut<'_>)> = of_lines.by_ref().take(AT_ONCE_MAX).collect();
            let picks = pass.iter().filter_map(|(_, cut)| match &cut.pick {
                Pick::Lines(pick) => Some(pick),
                Pick::Whole | Pick::Bytes(_) => None,
            });
            let picks: Vec<&PickLines<'_>> = picks.collect();
            match self.read(&mut |stream| cut::cut_lines(stream, &picks, FILE_BYTES_MAX)) {
                Ok(excerpts) => {
                    for ((host, cut), excerpt) in pass.into_iter().zip(excerpts) {
                        self.put(host, cut, excerpt, bundle);
                    }
                }
                Err(why) => pass.iter().for_each(|(host, _)| self.leave(host, why, bundle)),
            }
        }
    }

    /// What is made of the source's bytes, or why nothing is.
    fn read<T>(&self, make: &mut dyn FnMut(&mut dyn BufRead) -> io::Result<T>) -> Result<T, &'static str> {
        match self.originals.open(&self.source.path) {
            Ok(Some(mut stream)) => make(&mut stream).map_err(|_| UNREADABLE),
            Ok(None) => Err("the source is not there any more"),
            Err(_) => Err(UNREADABLE),
        }
    }

    fn plans<'b>(&self, host: &'b str, (marks, timed): (&[Mark], &Timed), is_shared: bool) -> Vec<Plan<'b>> {
        let source = self.source;
        let own: Vec<&Mark> =
            marks.iter().filter(|mark| mark.host.as_deref().is_none_or(|of| of == host)).collect();
        let whole = |limit: u64| match (is_shared, source.bytes <= limit) {
            (true, _) => Plan::Leave("one document about several hosts, which cannot be cut"),
            (_, false) => Plan::Leave("too large to be taken whole, and without times to cut by"),
            _ => Plan::cut(Pick::Whole),
        };
        if is_document(source.format.as_deref().unwrap_or_default()) {
            return vec![whole(FILE_BYTES_MAX as u64)];
        }
        let has_lines = own.iter().any(|mark| mark.line > 0);
        match source.kind.as_str() {
            "sel" if !is_shared => vec![whole(FILE_BYTES_MAX as u64)],
            "log" if has_lines => self.log(host, (marks, timed), &own, is_shared),
            "log" if own.is_empty() => vec![],
            "log" if source.format.as_deref() == Some(JOURNAL_EXPORT) => self.entries(host, marks, is_shared),
            "log" => vec![Plan::Leave("a binary log, of which no piece can be read by itself")],
            "power" if has_lines && own.len() > 1 => self.readings(host, marks, &own, is_shared),
            "sel" | "boot" | "incidents" if !own.is_empty() => self.records(host, marks, &own, is_shared),
            "inventory" if is_shared && has_lines => vec![],
            "power" | "inventory" | "firmware" if !is_shared => vec![whole(WHOLE_BYTES_MAX)],
            _ => vec![],
        }
    }

    /// Log lines around incidents and starts.
    fn log<'b>(
        &self,
        host: &'b str,
        (marks, timed): (&[Mark], &Timed),
        own: &[&Mark],
        is_shared: bool,
    ) -> Vec<Plan<'b>> {
        let mut wanted = self.wanted(host);
        wanted.extend(timed.sparse(self.scope.of_host(host).map(windows::of_rhythm)));
        // Marks are sorted by line.
        let first_at = |lines: Lines| {
            let from = own.partition_point(|mark| mark.line < lines.0);
            let inside = own[from..].iter().take_while(|mark| mark.line <= lines.1);
            inside.filter_map(|mark| mark.at).min()
        };
        let (lines, shortened) = timed.lines(&wanted);
        let mut lines: Vec<(Lines, DateTime<Utc>)> =
            lines.into_iter().filter_map(|lines| Some((lines, first_at(lines)?))).collect();
        lines.dedup();
        let yearless = self.originals.is_yearless(&self.source.path);
        let mut parts: Vec<Vec<(Lines, DateTime<Utc>)>> = Vec::new();
        for piece in lines {
            let far = |before: &Vec<(Lines, DateTime<Utc>)>| {
                before.last().is_some_and(|(_, at)| (piece.1 - *at).abs() > YEARLESS_GAP)
            };
            match parts.last_mut() {
                Some(before) if !(yearless && far(before)) => before.push(piece),
                _ => parts.push(vec![piece]),
            }
        }
        let several = parts.len() > 1;
        let header = if self.source.format.as_deref().is_some_and(|format| format.contains("csv")) {
            header(marks)
        } else {
            0
        };
        parts
            .into_iter()
            .enumerate()
            .map(|(number, part)| {
                let lines: Vec<Lines> = part.iter().map(|(lines, _)| *lines).collect();
                Plan::Cut(Cut {
                    year: yearless.then(|| self.local_year(part[0].1)),
                    part: several.then(|| format!("part-{}", number + 1)),
                    pick: Pick::Lines(PickLines {
                        header,
                        only: is_shared.then(|| owner(host, marks, &lines)),
                        lines,
                        groups: match self.source.format.as_deref() {
                            Some(BY_BLANK_LINES) => Groups::ByBlankLines,
                            Some(BY_INDENT) => Groups::ByIndent,
                            _ => Groups::None,
                        },
                        footer: None,
                    }),
                    shortened,
                })
            })
            .collect()
    }

    /// The year that the log would write, on the clocks of the site.
    fn local_year(&self, at: DateTime<Utc>) -> i32 {
        let offset = TimeDelta::seconds(i64::from(words::site_offset(self.report, at)));
        at.checked_add_signed(offset).unwrap_or(at).year()
    }

    /// Spans of the log that are wanted of a host.
    fn wanted(&self, host: &str) -> Vec<Wanted> {
        let incidents = self.scope.of_host(host);
        let mut wanted: Vec<Wanted> = incidents.clone().map(windows::of_incident).collect();
        wanted.extend(incidents.filter_map(windows::of_return));
        let boots = self.report.boots.iter().filter(|boot| boot.host == host && boot.start_seen);
        wanted.extend(boots.map(windows::of_boot));
        wanted
    }

    /// Readings around incidents, below the header of their table.
    fn readings<'b>(&self, host: &'b str, marks: &[Mark], own: &[&Mark], is_shared: bool) -> Vec<Plan<'b>> {
        let wanted: Vec<Wanted> = self.scope.of_host(host).map(windows::of_power).collect();
        let inside = |at: DateTime<Utc>| wanted.iter().any(|span| at >= span.from && at <= span.to);
        let rows = own.iter().filter(|mark| mark.line > 0 && mark.at.is_some_and(inside));
        let lines = windows::joined(rows.map(|mark| (mark.line, mark.line)).collect());
        if lines.is_empty() {
            return vec![];
        }
        let only = is_shared.then(|| owner(host, marks, &lines));
        vec![Plan::cut(Pick::Lines(PickLines {
            header: header(marks),
            lines,
            only,
            groups: Groups::None,
            footer: None,
        }))]
    }

    /// All records of the host, whatever their time: boot history, rows of a list.
    fn records<'b>(&self, host: &'b str, marks: &[Mark], own: &[&Mark], is_shared: bool) -> Vec<Plan<'b>> {
        let is_last = self.source.format.as_deref() == Some(LAST_TEXT);
        let lines: Vec<Lines> =
            own.iter().filter(|mark| mark.line > 0).map(|mark| (mark.line, mark.line)).collect();
        let pick = if lines.is_empty() {
            let mut spans: Vec<(u64, u64)> = own
                .iter()
                .filter(|mark| mark.len > 0)
                .map(|mark| (mark.offset, mark.offset.saturating_add(mark.len)))
                .collect();
            spans.sort_unstable();
            spans.dedup();
            Pick::Bytes(spans)
        } else {
            let lines = windows::joined(lines);
            let only = is_shared.then(|| owner(host, marks, &lines));
            let footer = is_last.then_some(LAST_BEGINS);
            Pick::Lines(PickLines { header: header(marks), lines, only, groups: Groups::None, footer })
        };
        // Years are counted from the oldest row, which stands last in what `last` prints.
        let dated =
            own.iter().filter_map(|mark| Some((mark.line, mark.at.filter(|at| at.year() > FIRST_YEAR)?)));
        let oldest = if is_last {
            dated.min_by_key(|(line, at)| (Reverse(*line), *at))
        } else {
            dated.min_by_key(|(line, at)| (*line, *at))
        };
        let yearless = self.source.kind == "boot" && self.originals.is_yearless(&self.source.path);
        let year = oldest.filter(|_| yearless).map(|(_, at)| self.local_year(at));
        vec![Plan::Cut(Cut { pick, part: None, year, shortened: false })]
    }

    /// Entries of a journal without lines, around incidents and starts.
    fn entries<'b>(&self, host: &str, marks: &[Mark], is_shared: bool) -> Vec<Plan<'b>> {
        let rhythm = self.scope.of_host(host).map(windows::of_rhythm);
        let all = Stretches::of(marks, self.source);
        let (bytes, shortened) =
            all.wanted(host, is_shared, self.wanted(host), rhythm, FILE_BYTES_MAX as u64);
        if bytes.is_empty() {
            return vec![];
        }
        vec![Plan::Cut(Cut { pick: Pick::Bytes(bytes), part: None, year: None, shortened })]
    }

    fn leave(&self, host: &str, why: &str, bundle: &mut Bundle) {
        let (source, host) = (self.source.path.clone(), host.to_owned());
        bundle.left_out.push(LeftOut { source, host, why: why.to_owned() });
    }

    fn put(&self, host: &str, cut: Cut<'_>, excerpt: Excerpt, bundle: &mut Bundle) {
        let Cut { pick, part, year, shortened } = cut;
        if excerpt.bytes.is_empty() {
            if excerpt.shortened {
                self.leave(host, "too large, whole or each piece of it", bundle);
            }
            return;
        }
        if bundle.size_bytes() + excerpt.bytes.len() > BUNDLE_BYTES_MAX {
            return self.leave(host, "the case file would become too large", bundle);
        }
        let is_text = is_text(&excerpt.bytes);
        let mut place = vec!["evidence".to_owned(), "hosts".to_owned(), host.to_owned()];
        place.push(names::of_source(&self.source.path));
        let rule = Rule { host: host.to_owned(), zone: self.originals.zone(Some(&self.source.path)), year };
        bundle.pieces.push(Piece {
            place,
            part,
            is_text,
            records: Vec::new(),
            what: {
                let what = what(&self.source.kind, matches!(pick, Pick::Whole));
                let of = if self.scope.is_witness(host) { NEIGHBOUR } else { "" };
                format!("{what}{of}")
            },
            origin: Some(origin(self.source, &pick, &excerpt, shortened)),
            rule: Some(rule),
            bytes: excerpt.bytes,
        });
        if self.source.kind == "sel" {
            bundle.pieces.extend(companions::decoded(host, &self.source.path, self.originals));
        }
    }
}

fn origin(source: &SourceEntry, pick: &Pick<'_>, excerpt: &Excerpt, shortened: bool) -> Origin {
    Origin {
        source: source.path.clone(),
        format: source.format.clone().unwrap_or_default(),
        unit: match pick {
            Pick::Whole => "whole",
            Pick::Lines(_) => "lines",
            Pick::Bytes(_) => "bytes",
        },
        taken: if matches!(pick, Pick::Whole) { vec![] } else { excerpt.taken.clone() },
        sha256: Some(excerpt.original_sha256.clone()),
        bytes: excerpt.original_bytes,
        shortened: shortened || excerpt.shortened,
        is_sel: source.kind == "sel",
    }
}

/// Formats that are one document, of which no line stands by itself.
fn is_document(format: &str) -> bool {
    let by_lines = ["linux-journal-json", "coroner-collected"];
    let marks = ["json", "xml", "redfish"];
    !by_lines.contains(&format) && marks.iter().any(|mark| format.contains(mark))
}

/// Lines above the first record: the header of a table, if they are few.
fn header(marks: &[Mark]) -> u64 {
    let first = marks.iter().map(|mark| mark.line).filter(|line| *line > 0).min().unwrap_or(1);
    let above = first - 1;
    if above <= HEADER_LINES_MAX { above } else { 0 }
}

/// Whose lines these are, which are sorted as the marks are.
fn owner<'a>(host: &'a str, marks: &[Mark], lines: &[Lines]) -> Owner<'a> {
    let is_inside = |line: u64| {
        let next = lines.get(lines.partition_point(|lines| lines.1 < line));
        next.is_some_and(|lines| lines.0 <= line)
    };
    let lines_of = |own: bool| {
        let marks = marks.iter().filter(|mark| is_inside(mark.line));
        let marks = marks.filter(|mark| mark.host.as_deref().is_some_and(|of| (of == host) == own));
        marks.map(|mark| mark.line).collect::<Vec<u64>>()
    };
    let mut names = vec![host];
    names.extend(host.split('.').next().filter(|short| *short != host && !short.is_empty()));
    Owner { own: lines_of(true), others: lines_of(false), names }
}

/// Text has next to no control characters.
pub fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    let bare = head.iter().filter(|byte| **byte < 32 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b));
    bare.count() * 10 <= head.len()
}

fn what(kind: &str, is_whole: bool) -> &'static str {
    match kind {
        "sel" if is_whole => "System Event Log or vendor log, complete",
        "sel" => "System Event Log or vendor log, the records of this machine",
        "log" => "system and kernel log, hours around each incident and minutes around each start",
        "power" => POWER,
        "boot" => "boot history",
        "incidents" => "incidents as they were written down",
        "inventory" => "attributes of the machine",
        "firmware" => "firmware of the machine",
        _ => "what else the source tells of the machine",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_what_stands_above_the_first_record() {
        let mark = |line| Mark { host: None, offset: 0, len: 1, line, at: None };
        assert_eq!(header(&[mark(2), mark(3)]), 1);
        assert_eq!(header(&[mark(9_000)]), 0);
        assert_eq!(header(&[]), 0);
    }

    #[test]
    fn documents_are_not_cut_by_lines() {
        assert!(is_document("redfish-log-entries") && is_document("lshw-xml") && is_document("netbox-json"));
        assert!(!is_document("linux-journal-json") && !is_document("syslog-rfc3164"));
    }
}
