//! What the sources together say of the fleet's span of time and of the site's zone.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use super::{Owner, SourceView, is_os_boot, resolve_stamp};
use crate::model::Stamp;
use crate::model::record::Body;

/// The span of the fleet: the middle 98 % of all times that carry a year. Maintenance plans, inventories
/// and what collections noted are left out, as they may be of any time.
pub fn window(sources: &[SourceView<'_>]) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let mut times: Vec<i64> = Vec::new();
    for source in sources {
        let of_records = source.records.iter().filter(|record| {
            !matches!(
                record.body,
                Body::Maintenance(_) | Body::Inventory(_) | Body::Firmware(_) | Body::Collected(_)
            )
        });
        let stamps = of_records
            .map(|record| record.stamp)
            .chain(source.runs.iter().flat_map(|run| [run.first, run.last]));
        times.extend(stamps.filter_map(|stamp| dated(&stamp)));
    }
    if times.is_empty() {
        return None;
    }
    times.sort_unstable();
    // A mistyped year is no part of the story.
    let middle = times[times.len() / 2];
    times.retain(|time| (time - middle).abs() <= SPAN_SECONDS_MAX / 2);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let trim = if times.len() < 100 { 0.0 } else { 0.01 };
    let (low, high) = (at(trim), at(1.0 - trim));
    // What was trimmed belongs to the span if it is near.
    let slack = (high - low) / 10 + 30 * 86_400;
    let from = times.iter().copied().find(|time| *time >= low - slack).unwrap_or(low);
    let to = times.iter().rev().copied().find(|time| *time <= high + slack).unwrap_or(high);
    Some((DateTime::from_timestamp(from, 0)?, DateTime::from_timestamp(to, 0)?))
}

/// The longest span that a fleet's sources are believed to tell of: ten years.
const SPAN_SECONDS_MAX: i64 = 10 * 366 * 86_400;

/// Seconds of a stamp that carries a year; a BMC that counts from its epoch does not.
fn dated(stamp: &Stamp) -> Option<i64> {
    match *stamp {
        Stamp::Zoned(at) if (2004..=2400).contains(&at.year()) => Some(at.timestamp()),
        Stamp::Local(at) | Stamp::Bmc(at) if (2004..=2400).contains(&at.year()) => {
            Some(at.and_utc().timestamp())
        }
        _ => None,
    }
}

/// Zones tried where no configuration names one, most common first.
const CANDIDATES: [Tz; 14] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::Europe__Helsinki,
    Tz::Asia__Kolkata,
    Tz::Asia__Shanghai,
    Tz::Asia__Tokyo,
    Tz::Australia__Sydney,
    Tz::America__Sao_Paulo,
    Tz::Europe__Moscow,
];

/// A local boot and a zoned one closer than this are the same boot.
const SAME_BOOT_SECONDS: i64 = 180;

/// The zone under which boots in local time agree with the same hosts' boots in absolute time, or
/// with the hardware clock that the kernel printed (kept in UTC). UTC where nothing tells.
pub fn infer_zone(sources: &[SourceView<'_>], bases: &[Option<i32>], owner: &Owner<'_>) -> (Tz, String) {
    let mut absolute: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for source in sources {
        for record in source.records {
            if let (Stamp::Zoned(at), true) = (record.stamp, is_os_boot(record))
                && let Some(host) = owner(record, source)
            {
                absolute.entry(host).or_default().push(at.timestamp());
            }
        }
    }
    let mut votes = [0_u32; CANDIDATES.len()];
    let mut voters = 0_u32;
    for (source, base) in sources.iter().zip(bases) {
        for record in source.records {
            if !matches!(record.stamp, Stamp::Local(_) | Stamp::Yearless { .. }) {
                continue;
            }
            let host = owner(record, source);
            let printed = match &record.body {
                Body::Log(line) => super::years::clock_line(&line.text).map(|at| at.timestamp()),
                _ => None,
            };
            let known: Vec<i64> = match (printed, host.and_then(|host| absolute.get(&host))) {
                (Some(at), _) => vec![at],
                (None, Some(boots)) if is_os_boot(record) => boots.clone(),
                _ => continue,
            };
            let mut voted = false;
            for (zone, vote) in CANDIDATES.iter().zip(votes.iter_mut()) {
                let Some(moment) = resolve_stamp(&record.stamp, *zone, *base) else { continue };
                let at = moment.best.timestamp();
                if known.iter().any(|boot| (boot - at).abs() < SAME_BOOT_SECONDS) {
                    *vote += 1;
                    voted = true;
                }
            }
            voters += u32::from(voted);
        }
    }
    let best = votes.iter().copied().max().unwrap_or(0);
    if best == 0 {
        return (Tz::UTC, "UTC assumed: nothing in the data tells".to_owned());
    }
    let index = votes.iter().position(|vote| *vote == best).unwrap_or(0);
    let zone = CANDIDATES[index];
    (zone, format!("{} inferred: {best} of {voters} boots agree with absolute times", zone.name()))
}

/// Seconds east of UTC in a zone at a time.
#[must_use]
pub fn offset_at(zone: Tz, at: DateTime<Utc>) -> i32 {
    use chrono::Offset;
    at.with_timezone(&zone).offset().fix().local_minus_utc()
}

/// Used by the BMC alignment: naive seconds of a zone to UTC seconds.
#[must_use]
pub fn to_utc(zone: Tz, naive_seconds: i64) -> Option<i64> {
    let naive = DateTime::from_timestamp(naive_seconds, 0)?.naive_utc();
    super::local(naive, zone).map(|moment| moment.best.timestamp())
}
