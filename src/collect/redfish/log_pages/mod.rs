//! Reads what is new in one log, with as few requests as is safe.
//!
//! A log is paged (DSP0266: `Members@odata.nextLink`, `$skip`), shifts while it is read, and may give
//! links only. What is new is told by the identities of the entries; the mark of the last complete reading
//! tells where to stop (newest first) or where to start (oldest first). Without a mark, or when the log is not
//! what the mark says, everything is read.

mod outcome;
mod single_entries;

use std::collections::HashSet;

use super::client::{Client, GetError};
use super::entry::{Entry, Identity, Link, Order, Place};
use super::link;
use super::page::Page;
use super::reading::{Keeper, LogMark};

/// Pages of one log. The largest log known, an iDRAC's lifecycle log, has 10,000 pages of 50 at most.
const PAGES_MAX: usize = 20_000;

/// One log while it is read.
pub(super) struct LogPages<'l> {
    log: &'l str,
    keeper: &'l dyn Keeper,
    mark: Option<LogMark>,
    /// Query option that makes the service send entries instead of links.
    expand: Option<&'l str>,
    /// Whether that option is needed, and works.
    pub expanded: Option<bool>,
    seen: HashSet<Identity>,
    places: Vec<Place>,
    fresh: Vec<Entry>,
    links: Vec<String>,
    asked: HashSet<String>,
    /// Position behind the last member read, counted from the start of the log.
    end: u64,
    first_count: Option<u64>,
    last_count: Option<u64>,
    pages: usize,
    /// An entry of the mark was met, so that the log is still the one that was marked.
    mark_met: bool,
    /// Stopped early or started late, as the mark allowed.
    shortened: bool,
    whole: bool,
    order_of_links: Option<Order>,
    pub problems: Vec<(String, String)>,
}

/// What a page said.
struct Step {
    next: Option<String>,
    /// The page holds an entry of the mark, and from there on nothing new.
    reached_mark: bool,
    added: usize,
}

impl<'l> LogPages<'l> {
    pub fn new(log: &'l str, keeper: &'l dyn Keeper, expand: Option<&'l str>) -> Self {
        Self {
            log,
            keeper,
            mark: keeper.mark(log).filter(|mark| !mark.newest.is_empty()),
            expand,
            expanded: None,
            seen: HashSet::new(),
            places: Vec::new(),
            fresh: Vec::new(),
            links: Vec::new(),
            asked: HashSet::new(),
            end: 0,
            first_count: None,
            last_count: None,
            pages: 0,
            mark_met: false,
            shortened: false,
            whole: false,
            order_of_links: None,
            problems: Vec::new(),
        }
    }

    /// Reads the log. What was read before an error is kept for [`Self::outcome`].
    pub fn read(&mut self, client: &mut Client<'_>, entries: &str) -> Result<(), GetError> {
        self.pass(client, entries)?;
        if self.lacks_entries() {
            // Entries that were deleted meanwhile moved others from the next page to one that was read already.
            let before = std::mem::take(&mut self.fresh);
            self.start_over();
            let again = self.pass(client, entries);
            let lost = before.into_iter().filter(|entry| !self.seen.contains(&entry.identity));
            let older: Vec<Entry> = lost.collect();
            let place = if self.order() == Some(Order::NewestFirst) { self.fresh.len() } else { 0 };
            self.fresh.splice(place..place, older);
            again?;
        }
        let unread = self.lacks_entries();
        if unread {
            let (read, count) = (self.places.len(), self.first_count.unwrap_or_default());
            self.problem(entries, format!("{read} of {count} entries could be read"));
        }
        self.whole = !unread;
        self.single_entries(client)
    }

    fn start_over(&mut self) {
        self.seen.clear();
        self.places.clear();
        self.links.clear();
        self.asked.clear();
        (self.end, self.pages, self.first_count, self.mark_met) = (0, 0, None, false);
    }

    /// Whether a reading of several pages did not meet as many entries as there were when it began.
    fn lacks_entries(&self) -> bool {
        let met = (self.places.len() + self.links.len()) as u64;
        !self.shortened && self.pages > 1 && self.first_count.is_some_and(|count| met < count)
    }

    fn pass(&mut self, client: &mut Client<'_>, entries: &str) -> Result<(), GetError> {
        let mut step = self.first_page(client, entries)?;
        if let Some(later) = self.jump(client, entries, &step)? {
            step = later;
        }
        loop {
            if step.reached_mark && self.order() == Some(Order::NewestFirst) {
                self.shortened = true;
                return Ok(());
            }
            let unread = step.added > 0 && self.last_count.is_some_and(|count| count > self.end);
            let next = match step.next {
                Some(next) => next,
                // No link to a next page, and yet there is more.
                None if unread => link::with_option(entries, &format!("$skip={}", self.end)),
                None => return Ok(()),
            };
            if self.pages >= PAGES_MAX || self.asked.contains(&link::key(&next)) {
                self.problem(&next, "the pages of the log have no end".to_owned());
                return Ok(());
            }
            step = self.page(client, &next)?;
        }
    }

    /// The first page. Where it has links only, tries to get the entries themselves.
    fn first_page(&mut self, client: &mut Client<'_>, entries: &str) -> Result<Step, GetError> {
        let step = self.page(client, entries)?;
        let Some(option) = self.expand.filter(|_| self.links.len() > 1 && self.expanded.is_none()) else {
            return Ok(step);
        };
        let (links, end) = (std::mem::take(&mut self.links), std::mem::take(&mut self.end));
        match self.page(client, &link::with_option(entries, option)) {
            Ok(step) if self.links.is_empty() => {
                self.expanded = Some(true);
                return Ok(step);
            }
            Ok(_) | Err(GetError::Status { .. } | GetError::NotJson(_)) => {}
            Err(error) => return Err(error),
        }
        self.expanded = Some(false);
        (self.links, self.end) = (links, end);
        Ok(step)
    }

    /// Of a log that begins with its oldest entries, skips those that the mark covers. Whether the service
    /// understood, and the log is still the same, shows by the entries of the mark, which must be met again.
    fn jump(
        &mut self,
        client: &mut Client<'_>,
        entries: &str,
        first: &Step,
    ) -> Result<Option<Step>, GetError> {
        let Some(mark) = &self.mark else { return Ok(None) };
        let skip = mark.entries.saturating_sub(mark.newest.len() as u64);
        let pays = first.next.is_some() && skip > self.end && self.links.is_empty();
        if !pays || self.order() != Some(Order::OldestFirst) {
            return Ok(None);
        }
        let (places, fresh, seen) = (self.places.len(), self.fresh.len(), self.seen.clone());
        let end = std::mem::replace(&mut self.end, skip);
        let met_before = std::mem::replace(&mut self.mark_met, false);
        let step = match self.page(client, &link::with_option(entries, &format!("$skip={skip}"))) {
            Ok(step) => step,
            Err(GetError::Status { .. } | GetError::NotJson(_)) => {
                Step { next: None, reached_mark: false, added: 0 }
            }
            Err(error) => return Err(error),
        };
        if self.mark_met {
            self.shortened = true;
            return Ok(Some(step));
        }
        self.mark_met = met_before;
        self.end = end;
        self.places.truncate(places);
        self.fresh.truncate(fresh);
        self.seen = seen;
        self.asked.clear();
        Ok(None)
    }

    fn page(&mut self, client: &mut Client<'_>, path: &str) -> Result<Step, GetError> {
        self.asked.insert(link::key(path));
        let mut path = path.to_owned();
        if let Some(option) = self.expand.filter(|_| self.expanded == Some(true)) {
            // The link to the next page may have lost the option.
            if !path.contains("expand=") {
                path = link::with_option(&path, option);
            }
        }
        self.pages += 1;
        let answer = client.get(&path, client.limits.page_bytes_max)?;
        let page = Page::of(&answer.text).map_err(GetError::NotJson)?;
        self.first_count = self.first_count.or(page.count);
        self.last_count = page.count.or(self.last_count);
        self.end += page.members.len() as u64;
        let mut step = Step { next: page.next, reached_mark: false, added: 0 };
        for json in page.members {
            match Entry::of(self.log, json) {
                Ok(entry) => {
                    let of_mark = self.is_of_mark(&entry);
                    let (added, new) = self.take(entry);
                    step.added += usize::from(added);
                    step.reached_mark = !new && (step.reached_mark || of_mark);
                }
                Err(Link(target)) => {
                    step.added += 1;
                    self.links.push(target);
                }
            }
        }
        Ok(step)
    }

    fn is_of_mark(&self, entry: &Entry) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.newest.contains(&entry.place.lasting))
    }

    /// Takes an entry: whether it was not met before, and whether it is not kept yet.
    fn take(&mut self, entry: Entry) -> (bool, bool) {
        self.mark_met |= self.is_of_mark(&entry);
        if !self.seen.insert(entry.identity) {
            return (false, false);
        }
        self.places.push(entry.place);
        let new = !self.keeper.knows(self.log, &entry.identity);
        if new {
            self.fresh.push(entry);
        }
        (true, new)
    }

    fn order(&self) -> Option<Order> {
        self.order_of_links.or_else(|| Order::of(&self.places))
    }

    fn problem(&mut self, path: &str, message: String) {
        self.problems.push((path.to_owned(), message));
    }
}
