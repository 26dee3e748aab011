//! Puts the entries of a log in the order in which they were written.
//!
//! Many controllers show the newest entry first, and the clock of a controller is judged by the order of
//! its entries: read as they stand, each would look like a clock that was set back.

use crate::ingest::written_time::steady_seconds;
use crate::model::Stamp;
use crate::model::record::Record;

/// Turns `records` round if the newest comes first, and puts `repeats` (last occurrences of entries that
/// are counted and not repeated) where their times belong.
pub fn oldest_first(records: &mut Vec<Record>, mut repeats: Vec<Record>) {
    let times: Vec<i64> = records.iter().filter_map(|record| set_seconds(&record.stamp)).collect();
    let (mut rising, mut falling) = (0_usize, 0_usize);
    for pair in times.windows(2) {
        rising += usize::from(pair[1] > pair[0]);
        falling += usize::from(pair[1] < pair[0]);
    }
    if falling > rising {
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

/// Seconds on one scale, of a clock that had been set.
fn set_seconds(stamp: &Stamp) -> Option<i64> {
    match stamp {
        Stamp::Zoned(_) | Stamp::Local(_) | Stamp::Bmc(_) => steady_seconds(stamp),
        _ => None,
    }
}
