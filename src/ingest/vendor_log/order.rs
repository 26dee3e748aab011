//! Puts the entries of a log in the order in which they were written.
//!
//! Many controllers show the newest entry first, and the clock of a controller is judged by the order of
//! its entries: read as they stand, each would look like a clock that was set back.

use std::cmp::Ordering;

use crate::ingest::written_time::steady_seconds;
use crate::model::Stamp;
use crate::model::record::{Body, Record};

/// Turns `records` round if the newest comes first, and puts `repeats` (last occurrences of entries that
/// are counted and not repeated) where their times belong.
pub fn oldest_first(records: &mut Vec<Record>, mut repeats: Vec<Record>) {
    let by_time = direction(records.iter().filter_map(|record| set_seconds(&record.stamp)));
    let direction = by_time.then_with(|| direction(records.iter().filter_map(record_id)));
    if direction == Ordering::Less {
        records.reverse();
    }
    if repeats.is_empty() {
        return;
    }
    repeats.sort_by_key(|record| set_seconds(&record.stamp));
    let mut repeats = repeats.into_iter().peekable();
    let mut merged = Vec::with_capacity(records.len() + repeats.len());
    for record in records.drain(..) {
        if let Some(now) = set_seconds(&record.stamp) {
            while let Some(repeat) = repeats.next_if(|r| set_seconds(&r.stamp).is_none_or(|at| at < now)) {
                merged.push(repeat);
            }
        }
        merged.push(record);
    }
    merged.extend(repeats);
    *records = merged;
}

/// `Less` if most steps between neighbours go down, `Greater` if most go up.
fn direction(values: impl Iterator<Item = i64>) -> Ordering {
    let values: Vec<i64> = values.collect();
    let count = |wanted: Ordering| values.windows(2).filter(|pair| pair[1].cmp(&pair[0]) == wanted).count();
    count(Ordering::Greater).cmp(&count(Ordering::Less))
}

fn record_id(record: &Record) -> Option<i64> {
    match &record.body {
        Body::Sel(entry) => entry.record_id.map(i64::from),
        _ => None,
    }
}

/// Seconds on one scale, of a clock that had been set.
fn set_seconds(stamp: &Stamp) -> Option<i64> {
    match stamp {
        Stamp::Zoned(_) | Stamp::Local(_) | Stamp::Bmc(_) => steady_seconds(stamp),
        _ => None,
    }
}
