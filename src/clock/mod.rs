//! Turns stamps as written into moments. The only home of time zones, BMC offsets, drift and the
//! guessing of years; never looks at today's date.

mod bmc;
pub mod rotation;
mod site;
mod years;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::config::Config;
use crate::model::record::{Activity, Body, BootMark, Record, SelEntry};
use crate::model::{Moment, Stamp};

pub use bmc::{Alignment, align};

/// What the clock needs to know of a source.
#[derive(Debug, Clone)]
pub struct SourceView<'a> {
    pub path: &'a str,
    pub host: Option<&'a str>,
    /// Whether all of it is of that host, whatever its records say.
    pub is_of_host_alone: bool,
    pub records: &'a [Record],
    /// Runs of activity, in line order.
    pub runs: &'a [Activity],
    /// Modification time of the file, seconds of Unix time.
    pub modified: Option<i64>,
    pub is_sel: bool,
}

/// What a SEL entry means to the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelHint {
    /// Happens within minutes of a start of the operating system.
    BootSign,
    /// Often happens within minutes of a start, but need not.
    NearBoot,
    Other,
}

/// Resolved times of one source, parallel to its records and runs.
#[derive(Debug, Clone, Default)]
pub struct SourceTimes {
    pub records: Vec<Option<Moment>>,
    pub runs: Vec<Option<(DateTime<Utc>, DateTime<Utc>)>>,
    /// Source clock minus UTC in seconds, and ± seconds.
    pub offset_s: Option<f64>,
    pub uncertainty_s: Option<f64>,
    pub note: String,
    /// What the stamps of the source are read with.
    pub reads: Reads,
    /// Records and runs whose time lay far outside the fleet's and was placed by order.
    pub implausible: u32,
    /// Its times have no year, and nothing tells it: none of them is used.
    pub without_year: bool,
}

/// What the host's own stamps in a source are read with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reads {
    zone: Option<Tz>,
    /// The year of the first of the stamps that have none.
    base_year: Option<i32>,
    /// When the kernel started from which the stamps count, seconds of Unix time.
    kernel_start: Option<i64>,
}

impl Reads {
    /// When a further line of the source was written.
    #[must_use]
    pub fn moment(&self, stamp: &Stamp) -> Option<DateTime<Utc>> {
        if let Stamp::SinceBoot { micros } = *stamp {
            return DateTime::from_timestamp(self.kernel_start?.checked_add(seconds(micros))?, 0);
        }
        resolve_stamp(stamp, self.zone?, self.base_year).map(|moment| moment.best)
    }
}

/// The resolved clocks of a run.
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    pub sources: Vec<SourceTimes>,
    /// Zone of all times written without one, and why.
    pub site_zone: Option<Tz>,
    pub site_note: String,
    /// First and last plausible time of the fleet.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// A span of time.
pub type Window = Option<(DateTime<Utc>, DateTime<Utc>)>;

/// Resolves the times of all sources.
pub fn resolve(
    sources: &[SourceView<'_>],
    config: &Config,
    hint: &dyn Fn(&SelEntry) -> SelHint,
    canonical: &dyn Fn(&str) -> Option<String>,
) -> Clocks {
    resolve_within(sources, config, None, hint, canonical)
}

/// As [`resolve`], for somebody who asks about a span of time: it may tell the year of a log that has none.
pub fn resolve_within(
    sources: &[SourceView<'_>],
    config: &Config,
    asked: Window,
    hint: &dyn Fn(&SelEntry) -> SelHint,
    canonical: &dyn Fn(&str) -> Option<String>,
) -> Clocks {
    let window = site::window(sources);
    let boots_of = |record: &Record, source: &SourceView<'_>| owner(record, source, canonical);
    let told = years::Told { window, asked, config };
    let bases = years::resolve(sources, &told, hint, &boots_of);
    let configured = config.timezone.as_ref().and_then(|name| name.parse::<Tz>().ok());
    let (site_zone, site_note) = match configured {
        Some(zone) => (zone, format!("{} by configuration", zone.name())),
        None => site::infer_zone(sources, &bases, &boots_of),
    };
    let mut clocks = Clocks {
        site_zone: Some(site_zone),
        site_note,
        from: window.map(|w| w.0),
        to: window.map(|w| w.1),
        ..Clocks::default()
    };
    for (index, source) in sources.iter().enumerate() {
        let zone = config.zone_of(source.path, source.host).unwrap_or(site_zone);
        clocks.sources.push(host_times(source, zone, bases.get(index).copied().flatten(), window));
    }
    clocks.to = clocks.to.map(|to| extended(to, &clocks.sources));
    let boots = os_boots(sources, &clocks, &boots_of);
    place_ring_buffers(sources, &boots, &mut clocks);
    place_sels(sources, &boots, site_zone, config, hint, &mut clocks);
    clocks
}

/// Logs without years go on after the last stamp that has one, if no longer gap lies between.
const GOES_ON_DAYS: i64 = 60;

fn extended(to: DateTime<Utc>, sources: &[SourceTimes]) -> DateTime<Utc> {
    let mut ends: Vec<DateTime<Utc>> =
        sources.iter().flat_map(|times| times.runs.iter().flatten().map(|run| run.1)).collect();
    ends.sort_unstable();
    ends.into_iter().fold(
        to,
        |to, end| {
            if end > to && end - to <= TimeDelta::days(GOES_ON_DAYS) { end } else { to }
        },
    )
}

/// The canonical name of the host of a record.
type Owner<'a> = dyn Fn(&Record, &SourceView<'_>) -> Option<String> + 'a;

fn owner(
    record: &Record,
    source: &SourceView<'_>,
    canonical: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    if source.is_of_host_alone {
        return source.host.map(str::to_owned);
    }
    record.host.as_deref().and_then(canonical).or_else(|| source.host.map(str::to_owned))
}

/// How far outside the fleet's own time a stamp may be before it is taken for a clock that was not
/// set yet.
const PLAUSIBLE_DAYS: i64 = 400;

fn host_times(
    source: &SourceView<'_>,
    zone: Tz,
    base_year: Option<i32>,
    window: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> SourceTimes {
    let plausible = |at: DateTime<Utc>| {
        window.is_none_or(|(from, to)| {
            at >= from - TimeDelta::days(PLAUSIBLE_DAYS) && at <= to + TimeDelta::days(PLAUSIBLE_DAYS)
        })
    };
    let reads = Reads { zone: Some(zone), base_year, kernel_start: None };
    let mut times = SourceTimes { reads, ..SourceTimes::default() };
    let mut naive = false;
    for record in source.records {
        naive |= matches!(record.stamp, Stamp::Local(_) | Stamp::Yearless { .. });
        let at = resolve_stamp(&record.stamp, zone, base_year);
        let keep = at
            .filter(|moment| plausible(moment.best) || !matches!(record.body, Body::Log(_) | Body::Boot(_)));
        times.implausible += u32::from(at.is_some() && keep.is_none());
        times.records.push(keep);
    }
    for run in source.runs {
        naive |= matches!(run.first, Stamp::Local(_) | Stamp::Yearless { .. });
        let place = |stamp: &Stamp| {
            resolve_stamp(stamp, zone, base_year).map(|moment| moment.best).filter(|at| plausible(*at))
        };
        times.runs.push(place(&run.first).zip(place(&run.last)));
    }
    fill_by_order(source, &mut times);
    times.without_year = base_year.is_none() && years::has_yearless(source);
    if times.without_year {
        times.note = "no year: the times have none, and nothing tells it; none of them is used".to_owned();
    } else if naive && !source.is_sel {
        let year = base_year.map_or(String::new(), |year| format!(", years counted from {year}"));
        times.note = format!("local time read as {}{year}", zone.name());
    }
    times
}

/// Gives log records that have no usable time that of what comes next in line order: a record or a
/// run of lines.
fn fill_by_order(source: &SourceView<'_>, times: &mut SourceTimes) {
    let runs: Vec<(u64, DateTime<Utc>)> = source
        .runs
        .iter()
        .zip(&times.runs)
        .filter_map(|(run, span)| Some((run.last_line, (*span)?.0)))
        .collect();
    let mut next: Option<Moment> = None;
    for (record, time) in source.records.iter().zip(times.records.iter_mut()).rev() {
        if time.is_some() {
            next = *time;
        } else if matches!(record.body, Body::Log(_)) && !matches!(record.stamp, Stamp::SinceBoot { .. }) {
            let run = runs.iter().find(|(last_line, _)| *last_line >= record.span.line);
            let run = run.map(|(_, from)| Moment::exact(*from));
            *time = match (next, run) {
                (Some(next), Some(run)) => Some(if run.best < next.best { run } else { next }),
                (next, run) => next.or(run),
            };
        }
    }
}

/// A stamp of a host's clock as a moment. BMC and uptime stamps need more and give `None`.
fn resolve_stamp(stamp: &Stamp, zone: Tz, base_year: Option<i32>) -> Option<Moment> {
    as_written(stamp, zone, base_year).filter(|moment| YEARS.contains(&moment.best.year()))
}

/// Years in which something can have happened; what is outside is a damaged field.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2400;

fn as_written(stamp: &Stamp, zone: Tz, base_year: Option<i32>) -> Option<Moment> {
    match *stamp {
        Stamp::Zoned(at) => Some(Moment::exact(at)),
        Stamp::Local(at) => local(at, zone),
        Stamp::Yearless { wraps, month, day, second_of_day } => {
            let date = crate::model::stamp::date_in(base_year? + i32::from(wraps), month, day)?;
            local(date.and_hms_opt(0, 0, 0)? + TimeDelta::seconds(i64::from(second_of_day)), zone)
        }
        Stamp::Bmc(_) | Stamp::SinceBmcInit { .. } | Stamp::SinceBoot { .. } | Stamp::Missing => None,
    }
}

/// A local time in a zone: of an hour that happens twice, both; of one that does not happen, the
/// time an hour on.
fn local(at: NaiveDateTime, zone: Tz) -> Option<Moment> {
    use chrono::offset::LocalResult;
    match zone.from_local_datetime(&at) {
        LocalResult::Single(moment) => Some(Moment::exact(moment.with_timezone(&Utc))),
        LocalResult::Ambiguous(first, second) => {
            let (first, second) = (first.with_timezone(&Utc), second.with_timezone(&Utc));
            Some(Moment { best: first, earliest: first, latest: second })
        }
        LocalResult::None => {
            let shifted = at.checked_add_signed(TimeDelta::hours(1))?;
            zone.from_local_datetime(&shifted)
                .earliest()
                .map(|moment| Moment::exact(moment.with_timezone(&Utc)))
        }
    }
}

/// Name of the signature that marks the start of a kernel.
const KERNEL_START: &str = "kernel-start";

/// Starts of the operating system per host, seconds of Unix time, sorted, near-duplicates merged.
fn os_boots(sources: &[SourceView<'_>], clocks: &Clocks, owner: &Owner<'_>) -> BTreeMap<String, Vec<i64>> {
    let mut boots: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (source, times) in sources.iter().zip(&clocks.sources) {
        for (record, moment) in source.records.iter().zip(&times.records) {
            let Some(moment) = moment else { continue };
            if is_os_boot(record)
                && let Some(host) = owner(record, source)
            {
                boots.entry(host).or_default().push(moment.best.timestamp());
            }
        }
    }
    for times in boots.values_mut() {
        times.sort_unstable();
        times.dedup_by(|later, earlier| *later - *earlier < 120);
    }
    boots
}

fn is_os_boot(record: &Record) -> bool {
    match &record.body {
        Body::Boot(mark) => matches!(mark, BootMark::Boot | BootMark::Start),
        Body::Log(line) => line
            .signatures
            .iter()
            .any(|id| [KERNEL_START, "new-boot-id", "uptime-restarted"].contains(&id.as_str())),
        _ => false,
    }
}

/// Ring buffers count from the kernel's start: the last boot of the host that other sources show,
/// or the hardware clock that the kernel printed.
fn place_ring_buffers(sources: &[SourceView<'_>], boots: &BTreeMap<String, Vec<i64>>, clocks: &mut Clocks) {
    for (source, times) in sources.iter().zip(clocks.sources.iter_mut()) {
        let uses_uptime = source.records.iter().any(|record| matches!(record.stamp, Stamp::SinceBoot { .. }))
            || source.runs.iter().any(|run| matches!(run.first, Stamp::SinceBoot { .. }));
        if !uses_uptime {
            continue;
        }
        let last_boot =
            source.host.and_then(|host| boots.get(host)).and_then(|starts| starts.last().copied());
        let printed = source.records.iter().find_map(|record| match (&record.body, record.stamp) {
            (Body::Log(line), Stamp::SinceBoot { micros }) => {
                years::clock_line(&line.text).map(|at| at.timestamp() - seconds(micros))
            }
            _ => None,
        });
        let Some(start) = printed.or(last_boot) else {
            times.note = "seconds since boot, and no boot to count from".to_owned();
            continue;
        };
        times.reads.kernel_start = Some(start);
        let place = |stamp: &Stamp| match *stamp {
            Stamp::SinceBoot { micros } => {
                DateTime::from_timestamp(start + seconds(micros), 0).filter(|at| YEARS.contains(&at.year()))
            }
            _ => None,
        };
        for (record, time) in source.records.iter().zip(times.records.iter_mut()) {
            if let Some(at) = place(&record.stamp) {
                *time = Some(Moment::around(at, TimeDelta::seconds(60)));
            }
        }
        for (lines, run) in source.runs.iter().zip(times.runs.iter_mut()) {
            *run = place(&lines.first).zip(place(&lines.last)).or(*run);
        }
        times.note = "seconds since boot, counted from the last boot that is known".to_owned();
    }
}

fn seconds(micros: u64) -> i64 {
    i64::try_from(micros / 1_000_000).unwrap_or(i64::MAX / 4)
}

fn place_sels(
    sources: &[SourceView<'_>],
    boots: &BTreeMap<String, Vec<i64>>,
    site_zone: Tz,
    config: &Config,
    hint: &dyn Fn(&SelEntry) -> SelHint,
    clocks: &mut Clocks,
) {
    let window = clocks.from.zip(clocks.to);
    let mut aligned: Vec<(usize, Alignment)> = Vec::new();
    let measured = measured_offsets(sources);
    for (index, source) in sources.iter().enumerate().filter(|(_, source)| source.is_sel) {
        let entries: Vec<bmc::Entry> =
            source.records.iter().filter_map(|record| bmc_entry(record, hint)).collect();
        let own = source.host.and_then(|host| boots.get(host)).map_or(&[][..], Vec::as_slice);
        let declared = source.host.and_then(|host| config.host.get(host)).and_then(|rule| rule.bmc_offset_s);
        let mut alignment = align(&entries, own, window, site_zone, declared);
        let own_clock = measured.iter().find(|(place, _)| source.path.contains(place.as_str()));
        let measured = own_clock.filter(|_| declared.is_none()).map(|(_, ahead)| *ahead);
        if let Some(measured) = measured.filter(|measured| alignment.may_be(*measured)) {
            alignment = align(&entries, own, window, site_zone, Some(measured.round() as i64));
            alignment.note = "the BMC's clock was read when its log was".to_owned();
        }
        aligned.push((index, alignment));
    }
    let typical = bmc::typical_offset(aligned.iter().map(|(_, alignment)| alignment));
    for (index, mut alignment) in aligned {
        alignment.assume_if_unknown(&typical);
        let source = &sources[index];
        let times = &mut clocks.sources[index];
        let is_entry = |record: &Record| matches!(record.body, Body::Sel(_));
        let mut moments = alignment.moments.iter();
        times.records = source
            .records
            .iter()
            .map(|record| if is_entry(record) { moments.next().copied().flatten() } else { None })
            .collect();
        times.offset_s = alignment.offset_s;
        times.uncertainty_s = alignment.uncertainty_s;
        times.note = alignment.note;
    }
}

/// Folder of a collection → how far the clock behind it was ahead whenever it was read, in seconds. A clock that was
/// found at several distances has been set in between, and tells nothing of the entries before.
fn measured_offsets(sources: &[SourceView<'_>]) -> BTreeMap<String, f64> {
    let mut measured: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for record in sources.iter().flat_map(|source| source.records) {
        if let (Body::Collected(note), Some(host)) = (&record.body, &record.host)
            && let Some(ahead) = note.clock_ahead_s
        {
            measured.entry(format!("hosts/{host}/{}/", note.source)).or_default().push(ahead);
        }
    }
    let steady = measured.into_iter().filter_map(|(place, mut offsets)| {
        offsets.sort_by(f64::total_cmp);
        let spread = offsets.last()? - offsets.first()?;
        (spread <= bmc::STEADY_SECONDS).then(|| (place, offsets[offsets.len() / 2]))
    });
    steady.collect()
}

fn bmc_entry(record: &Record, hint: &dyn Fn(&SelEntry) -> SelHint) -> Option<bmc::Entry> {
    let Body::Sel(entry) = &record.body else { return None };
    Some(bmc::Entry { stamp: record.stamp, hint: hint(entry) })
}

/// Seconds east of UTC in a zone at a time.
#[must_use]
pub fn site_offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    site::offset_at(zone, at)
}

/// Where a zone's offset changes between two times: (second, offset from then on). Empty if it does
/// not; else the first entry is the offset at `from`.
#[must_use]
pub fn site_offset_steps(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(i64, i32)> {
    let offset_at =
        |second: i64| DateTime::<Utc>::from_timestamp(second, 0).map_or(0, |at| site::offset_at(zone, at));
    let (from, to) = (from.timestamp(), to.timestamp());
    let mut steps = vec![(from, offset_at(from))];
    let mut day = from;
    while day < to {
        // No zone changes its clocks twice within a day.
        let (mut before, mut after) = (day, day + 86_400);
        let offset = offset_at(after);
        if offset != offset_at(before) {
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if offset_at(middle) == offset { after = middle } else { before = middle }
            }
            steps.push((after, offset));
        }
        day += 86_400;
    }
    if steps.len() > 1 { steps } else { Vec::new() }
}

/// A stamp that carries its year, as a moment; a time without a zone is of `zone`.
#[must_use]
pub fn moment_in(stamp: &Stamp, zone: Tz) -> Option<Moment> {
    resolve_stamp(stamp, zone, None)
}
