//! Entries that a log only gives links to, fetched one by one.

use super::LogPages;
use crate::collect::causes::with_causes;
use crate::collect::redfish::client::{Client, GetError};
use crate::collect::redfish::entry::{Entry, Order};

impl LogPages<'_> {
    /// Gets entries one by one that the log only gives links to, the newest first.
    pub(super) fn single_entries(&mut self, client: &mut Client<'_>) -> Result<(), GetError> {
        let mut links = std::mem::take(&mut self.links);
        let number = |link: &String| {
            link.trim_end_matches('/').rsplit('/').next().and_then(|id| id.parse::<u64>().ok())
        };
        let numbered = links.iter().all(|link| number(link).is_some());
        if links.is_empty() {
            return Ok(());
        }
        if numbered {
            links.sort_by_key(|link| std::cmp::Reverse(number(link)));
            links.dedup();
            self.order_of_links = Some(Order::NewestFirst);
        }
        let excess = links.len().saturating_sub(client.limits.single_entries_max);
        if excess > 0 {
            self.problem(self.log, format!("{excess} more entries would have to be fetched one by one"));
        }
        let complete = std::mem::replace(&mut self.whole, false);
        let mut intact = complete && excess == 0;
        for target in links.iter().take(client.limits.single_entries_max) {
            let answer = match client.get(target, client.limits.resource_bytes_max) {
                Ok(answer) => answer,
                // Deleted since.
                Err(GetError::Status { status: 404 | 410, .. }) => continue,
                Err(error @ (GetError::Status { .. } | GetError::NotJson(_) | GetError::Elsewhere(_))) => {
                    self.problem(target, with_causes(&error));
                    intact = false;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Ok(entry) = Entry::of(self.log, &answer.text) else {
                self.problem(target, "the entry is nothing but a link".to_owned());
                continue;
            };
            let of_mark = self.is_of_mark(&entry);
            let (_, new) = self.take(entry);
            // Numbers that went round do not tell what is newer: then the times do not fall.
            if numbered && of_mark && !new && self.times_fall() {
                self.shortened = true;
                break;
            }
        }
        self.whole = intact;
        Ok(())
    }

    fn times_fall(&self) -> bool {
        let times: Vec<i64> = self.places.iter().filter_map(|place| place.time).collect();
        times.is_sorted_by(|a, b| a >= b)
    }
}
