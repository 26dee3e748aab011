//! What came of reading a log: its new entries, the mark for the next time, and what happened since the last.

use super::LogPages;
use crate::collect::redfish::entry::{Entry, Order, Place};
use crate::collect::redfish::reading::{LogChange, LogMark};

/// Entries that a mark holds: some of them may be deleted or changed without the mark being lost.
const MARK_ENTRIES: usize = 8;
/// What came of a log.
pub struct LogOutcome {
    /// New entries, oldest first where the order is known.
    pub fresh: Vec<Entry>,
    pub entries: u64,
    pub order: Option<Order>,
    pub mark: Option<LogMark>,
    pub change: Option<LogChange>,
}

impl LogPages<'_> {
    /// What came of it. `done`: whether [`Self::read`] came to its end.
    pub fn outcome(mut self, done: bool) -> LogOutcome {
        let order = self.order();
        let whole = done && self.whole;
        if order == Some(Order::NewestFirst) {
            self.fresh.reverse();
        }
        let entries = self.last_count.unwrap_or(self.end);
        let change = self.mark.as_ref().filter(|_| whole && !self.mark_met).map(|mark| self.change(mark));
        let mark = whole.then(|| self.new_mark(order, entries));
        LogOutcome { fresh: self.fresh, entries, order, mark, change }
    }

    fn new_mark(&self, order: Option<Order>, entries: u64) -> LogMark {
        let lasting = |place: &Place| place.lasting;
        let newest = match order {
            Some(Order::NewestFirst) => self.places.iter().take(MARK_ENTRIES).map(lasting).collect(),
            Some(Order::OldestFirst) => self.places.iter().rev().take(MARK_ENTRIES).map(lasting).collect(),
            // Nothing shortens the reading of a log without order; but that it was cleared should be seen.
            None => self.places.iter().take(MARK_ENTRIES).map(lasting).collect(),
        };
        let before = self.mark.as_ref().filter(|_| self.mark_met).and_then(|mark| mark.highest_id);
        let highest_id = self.places.iter().filter_map(|place| place.number).chain(before).max();
        LogMark { entries, newest, highest_id }
    }

    /// What happened to a log in which nothing of the mark is left.
    fn change(&self, mark: &LogMark) -> LogChange {
        let lowest = self.places.iter().filter_map(|place| place.number).min();
        match (mark.highest_id, lowest) {
            // Ids start anew in a log that was cleared, and go on in one that overwrites itself.
            (Some(highest), Some(lowest)) if lowest > highest.saturating_add(1) => {
                LogChange::Overrun { missed: lowest - highest - 1 }
            }
            _ => LogChange::Cleared,
        }
    }
}
