//! From resolved records to the fleet's story: histories, boots, incidents, exposure.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use rayon::prelude::*;

use super::devices;
use super::lists::{self, Lists};
use super::sightings::{self, Shown};
use super::{Options, Owners};
use crate::clock::{self, Clocks};
use crate::config::Config;
use crate::exposure::coverage;
use crate::exposure::list_spans::ListSpans;
use crate::exposure::spans;
use crate::exposure::study::{self, DeclaredChange, HostInput, Run};
use crate::ingest::attribution::Attribution;
use crate::ingest::written_time::{self, DayFirst};
use crate::knowledge::Knowledge;
use crate::model::record::{Body, SourceFacts};
use crate::model::report::{Coverage, FactorChange, NamedSpan, PowerPoint, Seen};
use crate::model::{Boot, Cause, Factors, Incident, Stamp, Study};
use crate::timeline::assemble::{Hosts, assemble, note_dark_spans};
use crate::timeline::factors::FactorLine;
use crate::timeline::incidents::{HostStory, reconstruct};
use crate::timeline::known_causes::{self, Device, JobSpan};
use crate::timeline::planned::{Window, open_window, scope_matches};
use crate::timeline::{History, clusters, inherit};

/// The fleet, told.
pub struct Fleet {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub study: Study,
    pub boots: Vec<Boot>,
    pub incidents: Vec<Incident>,
    pub coverage: Vec<Coverage>,
    pub spans: Vec<NamedSpan>,
    pub changes: Vec<FactorChange>,
    pub power: BTreeMap<String, Vec<PowerPoint>>,
    pub windows: Vec<Window>,
    pub stories: BTreeMap<String, HostStory>,
    pub histories: BTreeMap<String, History>,
    pub jobs_without_host: BTreeSet<String>,
    /// Ids of incidents before or after the span that the report speaks of.
    pub outside: Vec<String>,
    /// When each host is covered by a list of incidents.
    pub list_spans: ListSpans,
    /// What lists of incidents lack: see [`Lists`].
    pub undated: Vec<(String, usize)>,
    pub dates_only: Vec<(String, usize)>,
    /// Names of declared changes of which no host is known.
    pub unmatched_changes: Vec<String>,
    last_factors: BTreeMap<String, Factors>,
}

/// Tells the fleet's story.
pub fn tell(
    sources: &[SourceFacts],
    attribution: &Attribution,
    clocks: &Clocks,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> Fleet {
    let owners = Owners(attribution);
    let mut histories = assemble(sources, &clocks.sources, &owners, knowledge);
    let readings = power_readings(sources, clocks, &owners, config);
    for (host, readings) in &readings {
        let history = histories
            .entry(host.clone())
            .or_insert_with(|| History { host: host.clone(), ..History::default() });
        note_dark_spans(history, readings);
    }
    let windows = maintenance_windows(sources, clocks);
    let mut inventory = inventory(sources, &owners, attribution, config);
    let zone = clocks.site_zone.unwrap_or(chrono_tz::Tz::UTC);
    let devices = devices::of_hosts(sources, &owners, zone);
    devices::note(&mut inventory, &devices);
    let mut hosts: BTreeSet<String> = attribution.hosts.clone();
    hosts.extend(histories.keys().cloned());
    let Lists { incidents: listed, kept, undated, dates_only } = lists::read(sources, clocks, &owners);
    let (from, to) = fleet_span(&histories, &listed, clocks, options);
    let empty = Factors::default();
    let stories: BTreeMap<String, HostStory> = hosts
        .par_iter()
        .map(|host| {
            let known = inventory.get(host).unwrap_or(&empty);
            let story = match histories.get(host) {
                Some(history) => reconstruct(history, known, &windows, to),
                None => HostStory { factors: FactorLine::build(known, &[]), ..HostStory::default() },
            };
            (host.clone(), story)
        })
        .collect();
    let mut incidents: Vec<Incident> = stories.values().flat_map(|story| story.incidents.clone()).collect();
    add_listed(&mut incidents, listed, &stories, &windows);
    let outside: Vec<String> = incidents
        .iter()
        .filter(|incident| incident.at < from || incident.at > to)
        .map(|incident| incident.id.clone())
        .collect();
    incidents.retain(|incident| incident.at >= from && incident.at <= to);
    incidents.sort_by(|a, b| (a.at, &a.host, &a.id).cmp(&(b.at, &b.host, &b.id)));
    make_ids_unique(&mut incidents);
    inherit::times_from_neighbours(&mut incidents);
    inherit::guests_from_hosts(&mut incidents);
    incidents.sort_by(|a, b| (a.at, &a.host, &a.id).cmp(&(b.at, &b.host, &b.id)));
    clusters::mark(&mut incidents);
    inherit::members_from_clusters(&mut incidents);
    let middle = from + (to - from) / 2;
    let offset = (clock::site_offset(zone, middle), clock::site_offset_steps(zone, from, to));
    let asked = (options.from.map(|at| at.timestamp()), options.to.map(|at| at.timestamp()));
    let list_spans = ListSpans::new(kept, &lists::inventories(sources, &owners), asked);
    let service = in_service(sources, &owners, clocks);
    let inputs: Vec<HostInput<'_>> = stories
        .iter()
        .map(|(name, story)| {
            let history = histories.get(name);
            let mut watched =
                history.map(|history| coverage::watched(history, to.timestamp())).unwrap_or_default();
            watched.extend(list_spans.of(name));
            if let Some(span) = service.get(name) {
                watched = spans::clip(&spans::join(watched, 0), span.0, span.1);
            }
            HostInput { name, history, factors: &story.factors, boots: &story.boots, watched }
        })
        .collect();
    let (runs, jobs_without_host) = job_runs(sources, clocks, &owners, attribution);
    note_known_causes(&mut incidents, &histories, &runs, &devices, knowledge);
    let (changes, unmatched): (Vec<_>, Vec<_>) = declared_changes(config, clocks, &stories, to)
        .into_iter()
        .partition(|change| !change.hosts.is_empty());
    let unmatched_changes = unmatched.into_iter().map(|change| change.name).collect();
    let study =
        study::build(&inputs, &incidents, &runs, &changes, (from.timestamp(), to.timestamp()), offset);
    let seen = sightings::gather(&Shown {
        sources,
        clocks,
        owners: &owners,
        histories: &histories,
        stories: &stories,
        readings: &readings,
        runs: &runs,
        service: &service,
        incidents: &incidents,
        from,
        to,
    });
    let coverage = coverage_of(&inputs, seen, from, to);
    let power = power_around(&readings, &incidents);
    let last_factors =
        stories.iter().map(|(host, story)| (host.clone(), story.factors.at(to).clone())).collect();
    let changes = factor_changes(&stories, from, to);
    let spans = named_spans(&windows, &stories, from, to);
    let boots = stories.values().flat_map(|story| story.boots.clone()).collect();
    Fleet {
        from,
        to,
        study,
        boots,
        incidents,
        coverage,
        spans,
        changes,
        power,
        windows,
        stories,
        histories,
        jobs_without_host,
        outside,
        list_spans,
        undated,
        dates_only,
        unmatched_changes,
        last_factors,
    }
}

/// Usual length of a job whose end is not known, seconds.
const JOB_LENGTH_S: i64 = 3600;

/// Judges the known causes on every incident.
fn note_known_causes(
    incidents: &mut [Incident],
    histories: &BTreeMap<String, History>,
    runs: &[Run],
    devices: &BTreeMap<String, Vec<Device>>,
    knowledge: &Knowledge,
) {
    let mut jobs: BTreeMap<&str, Vec<JobSpan<'_>>> = BTreeMap::new();
    for run in runs {
        let end = run.end.unwrap_or(run.start + JOB_LENGTH_S);
        jobs.entry(&run.host).or_default().push(JobSpan { kind: &run.kind, start: run.start, end });
    }
    incidents.par_iter_mut().for_each(|incident| {
        let history = histories.get(&incident.host);
        let jobs = jobs.get(incident.host.as_str()).map(Vec::as_slice);
        let devices = devices.get(&incident.host).map_or(&[][..], Vec::as_slice);
        let found = known_causes::of_incident(incident, history, jobs, devices, knowledge);
        known_causes::note(incident, found);
    });
}

/// The span that the report speaks of: where hosts were seen at all, cut to what was asked for.
fn fleet_span(
    histories: &BTreeMap<String, History>,
    listed: &[Incident],
    clocks: &Clocks,
    options: &Options,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let spans: Vec<(DateTime<Utc>, DateTime<Utc>)> = histories.values().filter_map(History::span).collect();
    let plausible = |at: &DateTime<Utc>| {
        clocks.from.is_none_or(|from| *at >= from - TimeDelta::days(400))
            && clocks.to.is_none_or(|to| *at <= to + TimeDelta::days(1))
    };
    // What somebody wrote down is no matter of clocks.
    let written = || listed.iter().map(|incident| incident.at);
    let first = spans.iter().map(|span| span.0).filter(plausible).chain(written()).min();
    let last = spans.iter().map(|span| span.1).filter(plausible).chain(written()).max();
    let first = first.or(clocks.from).unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
    let last = last.or(clocks.to).unwrap_or(first);
    // A list ends where somebody says that it ends: a quiet time after the last incident leaves no row.
    let (from, to) = if listed.is_empty() {
        (options.from.map_or(first, |from| from.max(first)), options.to.map_or(last, |to| to.min(last)))
    } else {
        (options.from.unwrap_or(first), options.to.unwrap_or(last))
    };
    (from, to.max(from))
}

type Readings = BTreeMap<String, Vec<(DateTime<Utc>, f64)>>;

fn power_readings(
    sources: &[SourceFacts],
    clocks: &Clocks,
    owners: &Owners<'_>,
    config: &Config,
) -> Readings {
    let mut readings: Readings = BTreeMap::new();
    let site = clocks.site_zone.unwrap_or(chrono_tz::Tz::UTC);
    let ahead = bmc_offsets(sources, clocks, owners);
    for (index, source) in sources.iter().enumerate() {
        let zone = config.zone_of(&source.path, None).unwrap_or(site);
        for sample in &source.power {
            // A reading of a feed is no reading of a host.
            let named = sample.host.as_deref();
            let host = match named {
                Some(name) => owners.0.canonical(name),
                None => owners.host(index, None),
            };
            let Some(host) = host else { continue };
            let at = match sample.stamp {
                Stamp::Bmc(at) => ahead.get(&host).and_then(|ahead| at.and_utc().checked_sub_signed(*ahead)),
                stamp => second_moment(Some(&stamp), zone),
            };
            if let Some(at) = at {
                readings.entry(host).or_default().push((at, sample.watts));
            }
        }
    }
    for series in readings.values_mut() {
        series.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        series.dedup();
    }
    readings
}

/// How far the clock of each host's BMC is ahead of UTC, where its SEL told: a meter in the BMC goes by it, too.
fn bmc_offsets(sources: &[SourceFacts], clocks: &Clocks, owners: &Owners<'_>) -> BTreeMap<String, TimeDelta> {
    let mut ahead = BTreeMap::new();
    for (index, (source, times)) in sources.iter().zip(&clocks.sources).enumerate() {
        if source.kind == "sel"
            && let (Some(host), Some(seconds)) = (owners.host(index, None), times.offset_s)
        {
            ahead.entry(host).or_insert_with(|| TimeDelta::seconds(seconds.round() as i64));
        }
    }
    ahead
}

/// Points of the power series within six hours of an unplanned incident.
fn power_around(readings: &Readings, incidents: &[Incident]) -> BTreeMap<String, Vec<PowerPoint>> {
    let margin = TimeDelta::hours(6);
    let mut out: BTreeMap<String, Vec<PowerPoint>> = BTreeMap::new();
    for incident in incidents.iter().filter(|incident| !incident.planned) {
        let Some(series) = readings.get(&incident.host) else { continue };
        let start = series.partition_point(|(at, _)| *at < incident.at - margin);
        let near = series[start..].iter().take_while(|(at, _)| *at <= incident.at + margin);
        out.entry(incident.host.clone())
            .or_default()
            .extend(near.map(|(at, watts)| PowerPoint { at: *at, watts: *watts }));
    }
    for points in out.values_mut() {
        points.sort_by_key(|point| point.at);
        points.dedup_by_key(|point| point.at);
    }
    out.retain(|_, points| !points.is_empty());
    out
}

pub(super) fn second_moment(stamp: Option<&Stamp>, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
    stamp.and_then(|stamp| clock::moment_in(stamp, zone)).map(|moment| moment.best)
}

fn maintenance_windows(sources: &[SourceFacts], clocks: &Clocks) -> Vec<Window> {
    let zone = clocks.site_zone.unwrap_or(chrono_tz::Tz::UTC);
    let mut windows = Vec::new();
    for (source, times) in sources.iter().zip(&clocks.sources) {
        for (record, moment) in source.records.iter().zip(&times.records) {
            let (Body::Maintenance(window), Some(moment)) = (&record.body, moment) else { continue };
            let Some(to) = second_moment(window.end.as_ref(), zone) else { continue };
            windows.push(Window {
                from: moment.best,
                to,
                scope: window.scope.clone(),
                what: window.what.clone(),
            });
        }
    }
    windows.sort_by(|a, b| (a.from, a.to, &a.scope, &a.what).cmp(&(b.from, b.to, &b.scope, &b.what)));
    windows
}

fn inventory(
    sources: &[SourceFacts],
    owners: &Owners<'_>,
    attribution: &Attribution,
    config: &Config,
) -> BTreeMap<String, Factors> {
    let mut out: BTreeMap<String, Factors> = BTreeMap::new();
    let records = sources
        .iter()
        .enumerate()
        .flat_map(|(index, source)| source.records.iter().map(move |record| (index, record)));
    for (index, record) in records {
        if let (Body::Inventory(fact), Some(host)) =
            (&record.body, owners.host(index, record.host.as_deref()))
        {
            let factors = out.entry(host).or_insert_with(|| fact.factors.clone());
            if !Arc::ptr_eq(factors, &fact.factors) {
                let known = Arc::make_mut(factors);
                for (name, value) in fact.factors.iter() {
                    known.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }
    for (host, rule) in &config.host {
        if let Some(host) = attribution.canonical(host) {
            Arc::make_mut(out.entry(host).or_default()).extend(rule.factors.clone());
        }
    }
    out
}

/// In and out of service by the inventory, seconds.
fn in_service(sources: &[SourceFacts], owners: &Owners<'_>, clocks: &Clocks) -> BTreeMap<String, (i64, i64)> {
    let zone = clocks.site_zone.unwrap_or(chrono_tz::Tz::UTC);
    let mut out = BTreeMap::new();
    for record in sources.iter().flat_map(|source| &source.records) {
        let Body::Inventory(fact) = &record.body else { continue };
        let Some(host) = record.host.as_deref().and_then(|name| owners.0.canonical(name)) else { continue };
        let from = second_moment(fact.from.as_ref(), zone).map_or(i64::MIN / 2, |at| at.timestamp());
        let to = second_moment(fact.to.as_ref(), zone).map_or(i64::MAX / 2, |at| at.timestamp());
        if fact.from.is_some() || fact.to.is_some() {
            out.entry(host).or_insert((from, to.max(from)));
        }
    }
    out
}

/// A listed incident and a reconstructed one within this are the same.
const SAME_INCIDENT: TimeDelta = TimeDelta::minutes(30);

fn add_listed(
    incidents: &mut Vec<Incident>,
    listed: Vec<Incident>,
    stories: &BTreeMap<String, HostStory>,
    windows: &[Window],
) {
    let mut added: Vec<Incident> = Vec::new();
    let mut places: BTreeMap<(String, DateTime<Utc>), usize> = BTreeMap::new();
    for mut entry in listed {
        let same = incidents
            .iter_mut()
            .find(|known| known.host == entry.host && (known.at - entry.at).abs() <= SAME_INCIDENT);
        if let Some(known) = same {
            known.evidence.append(&mut entry.evidence);
            if matches!(known.cause, Cause::Unknown | Cause::Unexplained) && entry.cause != Cause::Unexplained
            {
                known.cause = entry.cause;
                known.planned = entry.planned;
                known.reason = entry.reason;
            }
            continue;
        }
        // The same row twice, or the same list under two names, is one incident.
        if let Some(twin) =
            places.get(&(entry.host.clone(), entry.at)).and_then(|place| added.get_mut(*place))
        {
            twin.evidence.append(&mut entry.evidence);
            continue;
        }
        places.insert((entry.host.clone(), entry.at), added.len());
        if let Some(story) = stories.get(&entry.host) {
            entry.factors = story.factors.at(entry.at).clone();
            let boots = story.boots.iter().filter(|boot| boot.start_seen && boot.started.best < entry.at);
            entry.boot_started = boots.map(|boot| boot.started.best).max();
        }
        if !entry.planned
            && entry.cause == Cause::Unexplained
            && open_window(windows, &entry.host, &entry.factors, entry.at).is_some()
        {
            entry.planned = true;
            entry.cause = Cause::Maintenance;
            entry.reason = "listed without a cause, inside an announced window".to_owned();
        }
        added.push(entry);
    }
    incidents.append(&mut added);
}

fn make_ids_unique(incidents: &mut [Incident]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for incident in incidents {
        let count = seen.entry(incident.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            incident.id = format!("{}-{count}", incident.id);
        }
    }
}

fn job_runs(
    sources: &[SourceFacts],
    clocks: &Clocks,
    owners: &Owners<'_>,
    attribution: &Attribution,
) -> (Vec<Run>, BTreeSet<String>) {
    let zone = clocks.site_zone.unwrap_or(chrono_tz::Tz::UTC);
    let mut runs = Vec::new();
    let mut without = BTreeSet::new();
    for (index, (source, times)) in sources.iter().zip(&clocks.sources).enumerate() {
        for (record, moment) in source.records.iter().zip(&times.records) {
            let (Body::Job(job), Some(moment)) = (&record.body, moment) else { continue };
            let named = record.host.as_deref().or(Some(job.job.as_str()));
            let host =
                named.and_then(|name| attribution.canonical(name)).or_else(|| owners.host(index, None));
            let Some(host) = host else {
                without.extend(record.host.clone());
                continue;
            };
            runs.push(Run {
                kind: job.kind.clone(),
                job: job.job.clone(),
                host,
                start: moment.best.timestamp(),
                end: second_moment(job.end.as_ref(), zone).map(|end| end.timestamp()),
            });
        }
    }
    (runs, without)
}

fn declared_changes(
    config: &Config,
    clocks: &Clocks,
    stories: &BTreeMap<String, HostStory>,
    to: DateTime<Utc>,
) -> Vec<DeclaredChange> {
    let zone = clocks.site_zone.unwrap_or(chrono_tz::Tz::UTC);
    let mut out = Vec::new();
    for change in &config.change {
        let stamp = written_time::read(&change.at, DayFirst(false));
        let Some(at) = second_moment(stamp.as_ref(), zone) else { continue };
        let hosts = stories
            .iter()
            .filter(|(host, story)| {
                let factors = story.factors.at(to);
                change.hosts.is_empty()
                    || change.hosts.iter().any(|scope| scope_matches(scope, host, factors))
            })
            .map(|(host, _)| host.clone())
            .collect();
        out.push(DeclaredChange { name: change.name.clone(), at: at.timestamp(), hosts });
    }
    out
}

fn coverage_of(
    inputs: &[HostInput<'_>],
    mut seen: BTreeMap<String, Vec<Seen>>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Coverage> {
    inputs
        .iter()
        .map(|input| {
            let joined =
                spans::clip(&spans::join(input.watched.clone(), 0), from.timestamp(), to.timestamp());
            let observed = joined
                .into_iter()
                .filter_map(|(from, to)| {
                    Some((DateTime::from_timestamp(from, 0)?, DateTime::from_timestamp(to, 0)?))
                })
                .collect();
            let kinds = input.history.map(|history| history.kinds.clone()).unwrap_or_default();
            let seen = seen.remove(input.name).unwrap_or_default();
            Coverage { host: input.name.to_owned(), observed, kinds, seen }
        })
        .collect()
}

fn factor_changes(
    stories: &BTreeMap<String, HostStory>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<FactorChange> {
    let mut out = Vec::new();
    for (host, story) in stories {
        for (at, factor, before, after) in story.factors.changes() {
            if at >= from && at <= to {
                out.push(FactorChange { host: host.clone(), at, factor, from: before, to: after });
            }
        }
    }
    out
}

/// Announced windows per host, for the charts.
fn named_spans(
    windows: &[Window],
    stories: &BTreeMap<String, HostStory>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<NamedSpan> {
    let mut out = Vec::new();
    for (host, story) in stories {
        for window in windows.iter().filter(|window| window.to >= from && window.from <= to) {
            if window.covers(host, story.factors.at(window.from)) {
                let name = "maintenance".to_owned();
                out.push(NamedSpan { host: host.clone(), name, from: window.from, to: window.to });
            }
        }
    }
    out
}

impl Fleet {
    /// Host-days in which an incident could have been seen and the host was up.
    #[must_use]
    pub fn host_days_observed(&self) -> f64 {
        let seconds: i64 = self.study.segments.iter().map(|segment| segment.to - segment.from).sum();
        (seconds as f64 / 86_400.0 * 1000.0).round() / 1000.0
    }

    /// Factor → value → hosts at the end of the data.
    #[must_use]
    pub fn factor_counts(&self) -> BTreeMap<String, BTreeMap<String, u32>> {
        let mut counts: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
        for factors in self.last_factors.values() {
            for (name, value) in factors.iter() {
                *counts.entry(name.clone()).or_default().entry(value.clone()).or_default() += 1;
            }
        }
        counts
    }

    #[must_use]
    pub fn host_factors(&self) -> BTreeMap<String, Factors> {
        self.last_factors.clone()
    }
}
