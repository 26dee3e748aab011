//! Lists of incidents that somebody wrote down, as incidents.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc};

use super::Owners;
use crate::clock::Clocks;
use crate::exposure::list_spans::List;
use crate::model::record::{Body, SourceFacts};
use crate::model::{Cause, Evidence, Factors, Incident, Stamp, Supports};
use crate::timeline::assemble::Hosts;
use crate::timeline::listed;

use super::stories::second_moment;

/// Incidents from lists, and what the lists lack.
#[derive(Debug, Default)]
pub struct Lists {
    pub incidents: Vec<Incident>,
    /// Per file with dated rows, whom it names and its span.
    pub kept: Vec<List>,
    /// Per file, rows whose time cannot be one.
    pub undated: Vec<(String, usize)>,
    /// Per file that has dates and no times of day, its rows.
    pub dates_only: Vec<(String, usize)>,
}

/// Reads the lists of incidents among the sources.
pub fn read(sources: &[SourceFacts], clocks: &Clocks, owners: &Owners<'_>) -> Lists {
    let zone = clocks.site_zone.unwrap_or(chrono_tz::Tz::UTC);
    let mut lists = Lists::default();
    for (index, (source, times)) in sources.iter().zip(&clocks.sources).enumerate() {
        let dates_only = has_dates_only(source);
        let (mut undated, mut all) = (0, 0);
        let first = lists.incidents.len();
        for (record, moment) in source.records.iter().zip(&times.records) {
            let Body::Listed(entry) = &record.body else { continue };
            all += 1;
            let Some(moment) = moment.as_ref().filter(|moment| is_dated(moment.best)) else {
                undated += 1;
                continue;
            };
            let Some(host) = owners.host(index, record.host.as_deref()) else { continue };
            let cause = entry.cause.as_deref().and_then(listed::cause_of);
            let planned_cause = matches!(cause, Some(Cause::Maintenance | Cause::Clean));
            let planned = entry.planned.unwrap_or(planned_cause);
            let cause = match (cause, planned) {
                (Some(cause), _) => cause,
                (None, true) => Cause::Maintenance,
                (None, false) => Cause::Unexplained,
            };
            let back_at = second_moment(entry.back.as_ref(), zone).filter(|back| *back >= moment.best);
            let words = entry.cause.clone().unwrap_or_default();
            lists.incidents.push(Incident {
                id: format!("{host}@{}", moment.best.format("%Y%m%dT%H%M%SZ")),
                host,
                at: moment.best,
                at_earliest: moment.earliest,
                at_latest: if dates_only { moment.best + TimeDelta::days(1) } else { moment.latest },
                back_at,
                downtime_s: back_at.map(|back| (back - moment.best).num_seconds() as f64),
                kind: listed::kind_of(entry.kind.as_deref()),
                planned,
                cause,
                confidence: if entry.cause.is_some() { 0.8 } else { 0.6 },
                cluster: None,
                factors: Factors::default(),
                evidence: vec![Evidence {
                    source: source.path.clone(),
                    line_or_offset: record.span.line,
                    at: Some(moment.best),
                    text: entry.text.clone(),
                    supports: Supports::For,
                }],
                reason: if words.is_empty() {
                    "listed, without a cause".to_owned()
                } else {
                    format!("listed as: {words}")
                },
                signatures: Vec::new(),
                boot_started: None,
                actor: None,
                inherited_from: None,
                known_causes: Vec::new(),
            });
        }
        lists.kept.extend(span_of(&source.path, &lists.incidents[first..]));
        if undated > 0 {
            lists.undated.push((source.path.clone(), undated));
        }
        if dates_only {
            lists.dates_only.push((source.path.clone(), all));
        }
    }
    lists
}

/// Whom the rows of one file name, and its first and last row.
fn span_of(path: &str, rows: &[Incident]) -> Option<List> {
    let times = || rows.iter().map(|row| row.at.timestamp());
    let (from, to) = times().min().zip(times().max())?;
    let hosts: BTreeSet<String> = rows.iter().map(|row| row.host.clone()).collect();
    Some(List { path: path.to_owned(), hosts, from, to })
}

/// Hosts of each file that lists hosts, for [`crate::exposure::list_spans::ListSpans`].
pub fn inventories(sources: &[SourceFacts], owners: &Owners<'_>) -> Vec<BTreeSet<String>> {
    let of_source = |(index, source): (usize, &SourceFacts)| -> BTreeSet<String> {
        let rows = source.records.iter().filter(|record| matches!(record.body, Body::Inventory(_)));
        rows.filter_map(|record| owners.host(index, record.host.as_deref())).collect()
    };
    // A file of one host says nothing about the company that it keeps.
    sources.iter().enumerate().map(of_source).filter(|hosts| hosts.len() > 1).collect()
}

/// Whether a list was kept by date: no time of day in it is other than midnight.
fn has_dates_only(source: &SourceFacts) -> bool {
    let mut listed = source.records.iter().filter(|record| matches!(record.body, Body::Listed(_))).peekable();
    listed.peek().is_some()
        && listed.all(|record| match record.stamp {
            Stamp::Zoned(at) => at.time() == NaiveTime::MIN,
            Stamp::Local(at) => at.time() == NaiveTime::MIN,
            _ => false,
        })
}

/// Whether a written time can be one: in years in which servers failed and somebody wrote it down.
pub fn is_dated(at: DateTime<Utc>) -> bool {
    (1980..2200).contains(&at.year())
}
