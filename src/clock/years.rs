//! Years for year-less logs, from order, neighbours and file names; never from today's date.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::rotation::{self, Part};
use super::{Owner, SelHint, SourceView, Window};
use crate::config::Config;
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};
use crate::model::stamp::date_in;

/// The time in `… setting system clock to 2025-03-01T01:03:04 UTC (1740790984)`.
#[must_use]
pub fn clock_line(text: &str) -> Option<DateTime<Utc>> {
    let (_, rest) = text.split_once("setting system clock to ")?;
    let epoch = rest.rsplit_once('(')?.1.trim_end_matches(')');
    DateTime::from_timestamp(epoch.parse().ok()?, 0).filter(|at| at.year() > 2001)
}

/// A log: its host, and its path without the marks of rotation.
type LogName<'a> = (Option<&'a str>, String);

/// What tells of years beside the logs themselves.
pub struct Told<'a> {
    /// The span of all times that carry a year.
    pub window: Window,
    /// The span that somebody asked about.
    pub asked: Window,
    pub config: &'a Config,
}

/// For each source, the year of wrap 0 of its year-less stamps, if it has any.
pub fn resolve(
    sources: &[SourceView<'_>],
    told: &Told<'_>,
    hint: &dyn Fn(&SelEntry) -> SelHint,
    owner: &Owner<'_>,
) -> Vec<Option<i32>> {
    let mut logs: BTreeMap<LogName<'_>, Vec<(Part, usize)>> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        if first_yearless(source).is_some() {
            let (base, part) = rotation::split(source.path);
            logs.entry((source.host, base)).or_default().push((part, index));
        }
    }
    let anchors = dated_boots(sources, hint, owner);
    let mut bases = vec![None; sources.len()];
    for parts in logs.values_mut() {
        parts.sort();
        let members = chain(parts, sources);
        let configured = members.iter().find_map(|member| {
            told.config.year_of(sources[member.source].path).map(|year| year - member.wraps_before)
        });
        if let Some(year) = configured.or_else(|| best_year(&members, sources, told, &anchors, owner)) {
            for member in &members {
                bases[member.source] = Some(year + member.wraps_before);
            }
        }
    }
    bases
}

/// A part of a log, with the number of new years between the log's first line and its own.
struct Member {
    source: usize,
    part: Part,
    wraps_before: i32,
}

/// The first and last year-less times of a source. Boot histories have no runs of lines; their records
/// stand in order of time.
fn first_yearless(source: &SourceView<'_>) -> Option<Stamp> {
    let runs = source.runs.iter().map(|run| run.first);
    runs.chain(source.records.iter().map(|record| record.stamp)).find(is_yearless)
}

fn last_yearless(source: &SourceView<'_>) -> Option<Stamp> {
    let runs = source.runs.iter().rev().map(|run| run.last);
    runs.chain(source.records.iter().rev().map(|record| record.stamp)).find(is_yearless)
}

/// Whether a source has times without a year.
pub fn has_yearless(source: &SourceView<'_>) -> bool {
    first_yearless(source).is_some()
}

fn is_yearless(stamp: &Stamp) -> bool {
    matches!(stamp, Stamp::Yearless { .. })
}

/// Steps back in the year that make a new year rather than an overlap of two parts, in days.
const NEW_YEAR_DAYS: i32 = 60;

fn chain(parts: &[(Part, usize)], sources: &[SourceView<'_>]) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    let mut before: Option<(u8, u8, i32)> = None;
    for (part, source) in parts {
        let Some(Stamp::Yearless { month, day, .. }) = first_yearless(&sources[*source]) else { continue };
        let mut wraps_before = 0;
        if let Some((last_month, last_day, wraps)) = before {
            let step = (i32::from(month) - i32::from(last_month)) * 31 + i32::from(day) - i32::from(last_day);
            wraps_before = wraps + i32::from(step < -NEW_YEAR_DAYS);
        }
        if let Some(Stamp::Yearless { wraps, month, day, .. }) = last_yearless(&sources[*source]) {
            before = Some((month, day, wraps_before + i32::from(wraps)));
        }
        members.push(Member { source: *source, part: *part, wraps_before });
    }
    members
}

/// Boots per host that other sources date with a year, seconds.
fn dated_boots(
    sources: &[SourceView<'_>],
    hint: &dyn Fn(&SelEntry) -> SelHint,
    owner: &Owner<'_>,
) -> BTreeMap<String, Vec<i64>> {
    let mut boots: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for source in sources {
        for record in source.records {
            let Some(host) = owner(record, source) else { continue };
            let at = match (&record.body, record.stamp) {
                (Body::Sel(entry), Stamp::Bmc(at)) if hint(entry) == SelHint::BootSign => {
                    at.and_utc().timestamp()
                }
                (_, Stamp::Zoned(at)) if super::is_os_boot(record) => at.timestamp(),
                (_, Stamp::Local(at)) if super::is_os_boot(record) => at.and_utc().timestamp(),
                _ => continue,
            };
            boots.entry(host).or_default().push(at);
        }
    }
    for times in boots.values_mut() {
        times.sort_unstable();
    }
    boots
}

/// The year of the log's first line that fits best: the kernel's own word on the clock, then dated
/// boots of the same host, the date in the file name, the fleet's span, the span that was asked for, the
/// file's own time.
fn best_year(
    members: &[Member],
    sources: &[SourceView<'_>],
    told: &Told<'_>,
    anchors: &BTreeMap<String, Vec<i64>>,
    owner: &Owner<'_>,
) -> Option<i32> {
    let mut candidates: Vec<i32> = Vec::new();
    if let Some((from, to)) = told.window {
        candidates.extend(from.year() - 2..=to.year() + 1);
    }
    let asked = only_year_within(members, sources, told.asked);
    candidates.extend(asked);
    for member in members {
        let source = &sources[member.source];
        if let Some(modified) = written(source).and_then(|at| DateTime::from_timestamp(at, 0)) {
            candidates.extend(modified.year() - member.wraps_before - 2..=modified.year());
        }
        if let Part::Dated(date) = member.part {
            let year = i32::try_from(date / 10_000).unwrap_or(0);
            candidates.extend(year - member.wraps_before - 1..=year);
        }
        for record in source.records {
            if let Body::Log(line) = &record.body
                && let Some(at) = clock_line(&line.text)
            {
                candidates.extend(at.year() - 2..=at.year());
            }
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    let scored = candidates.into_iter().map(|year| {
        let score: i64 = members
            .iter()
            .map(|member| score(member, year, &sources[member.source], told.window, anchors, owner))
            .sum();
        (score + if asked == Some(year) { ASKED_FOR } else { 0 }, year)
    });
    scored.max().map(|(_, year)| year)
}

/// Points for the only year in which a log is of the span that was asked for: more than a file's own time
/// has, which any copy changes, and less than what the data say.
const ASKED_FOR: i64 = 20;

/// The year of the log's first line, if the log lies in the span in that year only.
fn only_year_within(members: &[Member], sources: &[SourceView<'_>], asked: Window) -> Option<i32> {
    let (from, to) = asked?;
    let (first, last) = (members.first()?, members.last()?);
    let begin = first_yearless(&sources[first.source])?;
    let end = last_yearless(&sources[last.source])?;
    let mut years = (from.year().saturating_sub(2)..=to.year()).filter(|year| {
        let begins = seconds_in(&begin, year + first.wraps_before);
        let ends = seconds_in(&end, year + last.wraps_before);
        // Times of any zone are within a day of UTC.
        begins.zip(ends).is_some_and(|(begins, ends)| {
            begins <= to.timestamp() + DAY && ends >= from.timestamp() - DAY && begins <= ends
        })
    });
    years.next().filter(|_| years.next().is_none())
}

/// Seconds of a year-less stamp, where the year of wrap 0 is `base`.
fn seconds_in(stamp: &Stamp, base: i32) -> Option<i64> {
    let Stamp::Yearless { wraps, month, day, second_of_day } = *stamp else { return None };
    let date = date_in(base + i32::from(wraps), month, day)?;
    Some(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() + i64::from(second_of_day))
}

/// When a file was last written, where that can be true: a clock that was not set, and tools that keep no
/// times, write the beginning of their epoch.
fn written(source: &SourceView<'_>) -> Option<i64> {
    source.modified.filter(|at| *at > FIRST_WRITTEN)
}

/// 1995-01-01: no machine whose log is read was there before.
const FIRST_WRITTEN: i64 = 788_918_400;

fn score(
    member: &Member,
    first_year: i32,
    source: &SourceView<'_>,
    window: Window,
    anchors: &BTreeMap<String, Vec<i64>>,
    owner: &Owner<'_>,
) -> i64 {
    let base = first_year + member.wraps_before;
    let at = |stamp: &Stamp| seconds_in(stamp, base);
    let mut score = 0;
    for record in source.records {
        let Some(written) = at(&record.stamp) else { continue };
        if let Body::Log(line) = &record.body
            && let Some(printed) = clock_line(&line.text)
        {
            score += if (printed.timestamp() - written).abs() < DAY { 1000 } else { -200 };
        }
        if super::is_os_boot(record)
            && let Some(dated) = owner(record, source).and_then(|host| anchors.get(&host))
        {
            score += nearness(dated, written);
        }
    }
    let Some((first, last)) =
        first_yearless(source).and_then(|s| at(&s)).zip(last_yearless(source).and_then(|s| at(&s)))
    else {
        return score;
    };
    if let Part::Dated(date) = member.part
        && let Some(rotated) =
            NaiveDate::from_ymd_opt(i32::try_from(date / 10_000).unwrap_or(0), date / 100 % 100, date % 100)
    {
        let rotated = rotated.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        score += if (-2 * DAY..200 * DAY).contains(&(rotated - last)) { 300 } else { -300 };
    }
    if let Some((from, to)) = window {
        let inside = last.min(to.timestamp() + DAY) - first.max(from.timestamp() - DAY);
        let length = (last - first).max(1);
        score += (inside.max(0) * 40 / length).min(40);
    }
    if let Some(modified) = written(source)
        && (-DAY..370 * DAY).contains(&(modified - last))
    {
        score += 2;
    }
    score
}

const DAY: i64 = 86_400;

/// Points for a boot that a dated source shows, too: the same day counts, the same minutes count more.
fn nearness(dated: &[i64], written: i64) -> i64 {
    let index = dated.partition_point(|at| *at < written);
    let gap = [index.checked_sub(1), Some(index)]
        .into_iter()
        .flatten()
        .filter_map(|index| dated.get(index))
        .map(|at| (at - written).abs())
        .min()
        .unwrap_or(i64::MAX);
    match gap {
        0..=900 => 40,
        901..=100_000 => 12,
        _ => 0,
    }
}
