//! Lift: share of the incidents over share of the host-time.

use super::super::bits::Bits;
use super::atoms::Entry;

pub struct Lifted {
    pub lift: f64,
    pub members: Bits,
}

/// Entries with enough incidents, the highest lift first.
pub fn by_lift<'a>(entries: impl Iterator<Item = &'a Entry>, incidents: f64, support: f64) -> Vec<Lifted> {
    let mut list: Vec<(f64, &Entry)> = entries
        .map(|entry| (entry.cases.count() as f64, entry))
        .filter(|(count, _)| *count >= support)
        .map(|(count, entry)| (count / incidents / entry.share, entry))
        .collect();
    list.sort_by(|a, b| b.0.total_cmp(&a.0));
    list.into_iter()
        .take(super::ENTRIES)
        .map(|(lift, entry)| Lifted { lift, members: entry.points.clone() })
        .collect()
}
