//! Whom a plain list of incidents speaks for, and from when to when.
//!
//! A list is taken to have been kept from its first row to its last. Where there is one, it speaks for the whole
//! fleet, because a host that never failed is in no row of it. Where there are several, each speaks for the hosts
//! that it names: a list of one site says nothing about the years of another.

use std::collections::{BTreeMap, BTreeSet};

use super::spans;

/// A file of incidents: the hosts that it names, and its first and last row, seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub path: String,
    pub hosts: BTreeSet<String>,
    pub from: i64,
    pub to: i64,
}

/// Lists that are one: kept on under another name, or about the same hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Paths, sorted.
    pub paths: Vec<String>,
    pub hosts: BTreeSet<String>,
    pub from: i64,
    pub to: i64,
}

/// All lists of a fleet, and who is covered when.
#[derive(Debug, Default)]
pub struct ListSpans {
    /// Sorted by their first row.
    pub kept: Vec<Kept>,
    /// Host that no list names → lists that it could be on, where an inventory says so.
    candidates: BTreeMap<String, Vec<usize>>,
}

impl ListSpans {
    /// Joins the lists that are one, and lays each out over `asked`, the span that a person named: it goes for every
    /// list but those that had ended before another one began, which nobody keeps any more. `inventories` are the
    /// hosts of each file that lists hosts.
    #[must_use]
    pub fn new(
        lists: Vec<List>,
        inventories: &[BTreeSet<String>],
        asked: (Option<i64>, Option<i64>),
    ) -> Self {
        let mut kept = joined(lists, inventories);
        let (first_end, last_start) =
            (kept.iter().map(|list| list.to).min(), kept.iter().map(|list| list.from).max());
        for list in &mut kept {
            if let Some(from) = asked.0.filter(|_| first_end.is_none_or(|end| end >= list.from)) {
                list.from = from;
            }
            if let Some(to) = asked.1.filter(|_| last_start.is_none_or(|start| start <= list.to)) {
                list.to = to;
            }
        }
        let candidates = candidates(&kept, inventories);
        Self { kept, candidates }
    }

    /// When an incident on this host would have stood in a list. A host that none of several lists names counts
    /// while all lists were kept that it could be on: those that share an inventory with it, else all.
    #[must_use]
    pub fn of(&self, host: &str) -> Vec<(i64, i64)> {
        if let [only] = self.kept.as_slice() {
            return vec![(only.from, only.to)];
        }
        let named = self.kept.iter().filter(|list| list.hosts.contains(host));
        let named: Vec<(i64, i64)> = named.map(|list| (list.from, list.to)).collect();
        if !named.is_empty() {
            return spans::join(named, 0);
        }
        let could: Vec<&Kept> = match self.candidates.get(host) {
            Some(some) => some.iter().map(|index| &self.kept[*index]).collect(),
            None => self.kept.iter().collect(),
        };
        let from = could.iter().map(|list| list.from).max();
        let to = could.iter().map(|list| list.to).min();
        from.zip(to).filter(|(from, to)| from < to).into_iter().collect()
    }

    /// Whether a list names the host, or there is only one.
    #[must_use]
    pub fn names(&self, host: &str) -> bool {
        self.kept.len() == 1 || self.kept.iter().any(|list| list.hosts.contains(host))
    }
}

/// Lists are one that name a host in common, whose paths differ in figures only (`2024.csv`, `2025.csv`), or that
/// follow one another and name hosts of one inventory.
fn joined(lists: Vec<List>, inventories: &[BTreeSet<String>]) -> Vec<Kept> {
    let mut kept: Vec<Kept> = Vec::new();
    for list in lists {
        let mut all = Kept { paths: vec![list.path], hosts: list.hosts, from: list.from, to: list.to };
        // What joins two may join with a third.
        while let Some(index) = kept.iter().position(|other| are_one(other, &all, inventories)) {
            let other = kept.swap_remove(index);
            all.paths.extend(other.paths);
            all.hosts.extend(other.hosts);
            all.from = all.from.min(other.from);
            all.to = all.to.max(other.to);
        }
        all.paths.sort();
        kept.push(all);
    }
    kept.sort_by(|a, b| (a.from, a.to, &a.paths).cmp(&(b.from, b.to, &b.paths)));
    kept
}

fn are_one(a: &Kept, b: &Kept, inventories: &[BTreeSet<String>]) -> bool {
    let share = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let (few, many) = if one.len() < other.len() { (one, other) } else { (other, one) };
        few.iter().any(|host| many.contains(host))
    };
    let series = |path: &String| path.replace(|letter: char| letter.is_ascii_digit(), "");
    share(&a.hosts, &b.hosts)
        || a.paths.iter().any(|one| b.paths.iter().any(|other| series(one) == series(other)))
        || ((a.to < b.from || b.to < a.from)
            && inventories.iter().any(|hosts| share(hosts, &a.hosts) && share(hosts, &b.hosts)))
}

fn candidates(kept: &[Kept], inventories: &[BTreeSet<String>]) -> BTreeMap<String, Vec<usize>> {
    let mut found: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    if kept.len() < 2 {
        return BTreeMap::new();
    }
    for hosts in inventories {
        let near: Vec<usize> = (0..kept.len())
            .filter(|index| hosts.iter().any(|host| kept[*index].hosts.contains(host)))
            .collect();
        if near.is_empty() {
            continue;
        }
        for host in hosts {
            found.entry(host.clone()).or_default().extend(near.iter().copied());
        }
    }
    found.into_iter().map(|(host, lists)| (host, lists.into_iter().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn list(path: &str, names: &[&str], from: i64, to: i64) -> List {
        List { path: path.to_owned(), hosts: hosts(names), from, to }
    }

    const NOBODY_ASKED: (Option<i64>, Option<i64>) = (None, None);

    #[test]
    fn one_list_speaks_for_all_hosts() {
        let spans = ListSpans::new(vec![list("a.csv", &["k1"], 10, 90)], &[], NOBODY_ASKED);
        assert_eq!(spans.of("k1"), [(10, 90)]);
        assert_eq!(spans.of("never-failed"), [(10, 90)]);
    }

    #[test]
    fn lists_of_two_sites_speak_for_their_own_hosts() {
        let lists = vec![list("old.csv", &["k1"], 0, 100), list("new.csv", &["z1"], 60, 300)];
        let sites = [hosts(&["k1", "k2"]), hosts(&["z1", "z2"])];
        let spans = ListSpans::new(lists, &sites, NOBODY_ASKED);
        assert_eq!(spans.of("k1"), [(0, 100)]);
        assert_eq!(spans.of("k2"), [(0, 100)], "the inventory of a site says whose list it is");
        assert_eq!(spans.of("z2"), [(60, 300)]);
        assert_eq!(spans.of("of-no-inventory"), [(60, 100)], "while both were kept");
    }

    #[test]
    fn lists_of_times_apart_leave_a_host_of_neither_without_time() {
        let lists = vec![list("old.csv", &["k1"], 0, 100), list("new.csv", &["z1"], 200, 300)];
        assert!(ListSpans::new(lists, &[], NOBODY_ASKED).of("other").is_empty());
    }

    #[test]
    fn a_list_that_goes_on_in_another_file_is_one() {
        let same_host = vec![list("a.csv", &["k1", "k2"], 0, 10), list("b.csv", &["k2", "k3"], 20, 30)];
        assert_eq!(ListSpans::new(same_host, &[], NOBODY_ASKED).of("k1"), [(0, 30)]);
        let years = vec![list("i-2024.csv", &["k1"], 0, 10), list("i-2025.csv", &["k2"], 20, 30)];
        assert_eq!(ListSpans::new(years, &[], NOBODY_ASKED).of("k9"), [(0, 30)]);
        let follow = || vec![list("old.csv", &["k1"], 0, 10), list("tickets.csv", &["k2"], 20, 30)];
        let fleet = [hosts(&["k1", "k2", "k3"])];
        assert_eq!(ListSpans::new(follow(), &fleet, NOBODY_ASKED).of("k3"), [(0, 30)]);
        assert_eq!(ListSpans::new(follow(), &[], NOBODY_ASKED).kept.len(), 2);
    }

    #[test]
    fn a_span_that_is_asked_for_goes_for_lists_that_are_still_kept() {
        let lists = vec![
            list("gone.csv", &["k1"], 0, 100),
            list("north.csv", &["n1"], 200, 300),
            list("south.csv", &["s1"], 250, 320),
        ];
        let spans = ListSpans::new(lists, &[], (Some(-50), Some(900)));
        assert_eq!(spans.of("k1"), [(-50, 100)]);
        assert_eq!(spans.of("n1"), [(200, 900)]);
        assert_eq!(spans.of("s1"), [(250, 900)]);
    }
}
