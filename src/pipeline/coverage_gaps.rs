//! Silences of sources, in words: those that hosts share are one finding, and so are the many short ones.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::sightings::{NO_LONGER_THERE, NOT_YET_THERE};
use crate::model::report::Coverage;

/// Silences of several hosts that begin and end within this are one event, seconds.
const TOGETHER_S: i64 = 36 * 3_600;
/// Statements of their own for each class of source; the rest is one statement.
const STATEMENTS_MAX: usize = 5;
/// A class that this share of the hosts has is missed on the others.
const COMMON_SHARE: f64 = 0.8;
const COMMON_HOSTS_MIN: usize = 5;
/// Classes that are missed. A host without a SEL is told of elsewhere; boot histories are in the logs, too.
const MISSED: [&str; 3] = ["log", "power", "backup"];

/// A statement and the hosts that it is about.
pub struct Gap {
    pub id: &'static str,
    pub severity: &'static str,
    pub statement: String,
    pub hosts: Vec<String>,
}

/// Silences that began and ended together.
struct Group<'a> {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    hosts: BTreeSet<&'a str>,
    notes: BTreeSet<&'a str>,
}

impl Group<'_> {
    fn days(&self) -> i64 {
        ((self.to - self.from).num_seconds() + 43_200) / 86_400
    }

    /// Host-days that nobody saw.
    fn weight(&self) -> i64 {
        (self.to - self.from).num_seconds().saturating_mul(self.hosts.len() as i64)
    }
}

/// All statements, class by class. `shorten` puts the first few of a list into words.
pub fn find(coverage: &[Coverage], shorten: fn(&[&str]) -> String) -> Vec<Gap> {
    let mut out = Vec::new();
    for class in ["log", "sel", "power", "boot", "backup"] {
        let mut groups = groups(coverage, class);
        let rest = groups.split_off(groups.len().min(STATEMENTS_MAX));
        out.extend(groups.iter().map(|group| one(class, group, shorten)));
        out.extend(many(class, &rest, shorten));
    }
    for (note, words) in [
        (NOT_YET_THERE, "begin later than the data of most others, as if they were put into service then"),
        (NO_LONGER_THERE, "end before the data of most others, as if they were taken out of service then"),
    ] {
        out.extend(whole_hosts(coverage, note, words, shorten));
    }
    out.extend(MISSED.into_iter().filter_map(|class| missed(coverage, class, shorten)));
    out
}

/// Groups of a class, the heaviest first.
fn groups<'a>(coverage: &'a [Coverage], class: &str) -> Vec<Group<'a>> {
    let mut silences: Vec<(DateTime<Utc>, DateTime<Utc>, &str, &str)> = Vec::new();
    for host in coverage {
        for seen in host.seen.iter().filter(|seen| seen.class == class) {
            let untold = seen.silences.iter().filter(|silence| !silence.told);
            silences.extend(untold.map(|s| (s.from, s.to, host.host.as_str(), s.note.as_str())));
        }
    }
    silences.sort_unstable();
    let mut groups: Vec<Group<'a>> = Vec::new();
    // Open groups by day of their end: only these can be near.
    let mut by_end: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (from, to, host, note) in silences {
        let day = to.timestamp().div_euclid(TOGETHER_S);
        let near = |group: &Group<'_>| {
            (from - group.from).num_seconds() <= TOGETHER_S
                && (to - group.to).num_seconds().abs() <= TOGETHER_S
                && !group.hosts.contains(host)
        };
        let candidates = by_end.range(day - 1..=day + 1).flat_map(|(_, places)| places.iter().rev());
        match candidates.copied().find(|place| near(&groups[*place])) {
            Some(place) => {
                groups[place].hosts.insert(host);
                groups[place].notes.insert(note);
            }
            None => {
                by_end.entry(day).or_default().push(groups.len());
                groups.push(Group { from, to, hosts: [host].into(), notes: [note].into() });
            }
        }
    }
    groups.sort_by_key(|group| (Reverse(group.weight()), group.from, group.hosts.first().copied()));
    groups
}

/// What of a host fell silent.
fn what(class: &str) -> &'static str {
    match class {
        "log" => "log",
        "sel" => "BMC (its SEL)",
        "power" => "power readings",
        "boot" => "boot history",
        _ => "backup runs",
    }
}

fn one(class: &str, group: &Group<'_>, shorten: fn(&[&str]) -> String) -> Gap {
    let hosts: Vec<&str> = group.hosts.iter().copied().collect();
    let (from, to) = (group.from.format("%Y-%m-%d"), group.to.format("%Y-%m-%d"));
    let span = match group.days() {
        0 | 1 => format!(
            "{} hours ({} to {} UTC)",
            (group.to - group.from).num_hours(),
            group.from.format("%Y-%m-%d %H:%M"),
            group.to.format("%Y-%m-%d %H:%M")
        ),
        days => format!("{days} days ({from} to {to})"),
    };
    let mut statement = match hosts.as_slice() {
        [host] => format!("we saw nothing of {host}'s {} for {span}", what(class)),
        several => format!(
            "we saw nothing of the {} of {} hosts for about {span}: {}",
            what(class).replace("its", "their"),
            several.len(),
            shorten(several)
        ),
    };
    let notes: Vec<&str> = group.notes.iter().copied().filter(|note| !note.is_empty()).collect();
    if let [note] = notes.as_slice() {
        statement.push_str(&format!("; {note}"));
    }
    let hosts = hosts.into_iter().map(str::to_owned).collect();
    Gap { id: "coverage-gap", severity: "notice", statement, hosts }
}

fn many(class: &str, groups: &[Group<'_>], shorten: fn(&[&str]) -> String) -> Option<Gap> {
    let longest = groups.iter().max_by_key(|group| (group.days(), Reverse(group.from)))?;
    let hosts: BTreeSet<&str> = groups.iter().flat_map(|group| group.hosts.iter().copied()).collect();
    let hosts: Vec<&str> = hosts.into_iter().collect();
    let statement = format!(
        "we saw nothing of the {} for longer than usual {} more times on {}, at most {} days (from {}): {}",
        what(class).replace("its", "their"),
        groups.iter().map(|group| group.hosts.len()).sum::<usize>(),
        if hosts.len() == 1 { "1 host".to_owned() } else { format!("{} hosts", hosts.len()) },
        longest.days(),
        longest.from.format("%Y-%m-%d"),
        shorten(&hosts)
    );
    let hosts = hosts.into_iter().map(str::to_owned).collect();
    Some(Gap { id: "coverage-gap", severity: "notice", statement, hosts })
}

/// Hosts of which nothing at all was seen at one end of the data.
fn whole_hosts(
    coverage: &[Coverage],
    note: &str,
    words: &str,
    shorten: fn(&[&str]) -> String,
) -> Option<Gap> {
    let is_so = |host: &&Coverage| {
        host.seen.iter().flat_map(|seen| &seen.silences).any(|silence| silence.note == note)
    };
    let hosts: Vec<&str> = coverage.iter().filter(is_so).map(|host| host.host.as_str()).collect();
    if hosts.is_empty() {
        return None;
    }
    let count = if hosts.len() == 1 { "1 host".to_owned() } else { format!("{} hosts", hosts.len()) };
    let statement = format!("all sources of {count} {words}: {}", shorten(&hosts));
    let hosts = hosts.into_iter().map(str::to_owned).collect();
    Some(Gap { id: "coverage-part-of-the-time", severity: "info", statement, hosts })
}

/// Hosts without a class of source that nearly all others have.
fn missed(coverage: &[Coverage], class: &str, shorten: fn(&[&str]) -> String) -> Option<Gap> {
    let known: Vec<&Coverage> = coverage.iter().filter(|host| !host.seen.is_empty()).collect();
    let has = |host: &Coverage| host.seen.iter().any(|seen| seen.class == class);
    let without: Vec<&str> = known.iter().filter(|host| !has(host)).map(|host| host.host.as_str()).collect();
    let with = known.len() - without.len();
    if without.is_empty() || with < COMMON_HOSTS_MIN || (with as f64) < COMMON_SHARE * known.len() as f64 {
        return None;
    }
    let what = match class {
        "log" => "a log",
        "power" => "power readings",
        _ => "backup runs",
    };
    let statement = format!(
        "{} without {what}, which {with} of {} have: {}",
        if without.len() == 1 { "1 host".to_owned() } else { format!("{} hosts", without.len()) },
        known.len(),
        shorten(&without)
    );
    let hosts = without.into_iter().map(str::to_owned).collect();
    Some(Gap { id: "coverage-missing", severity: "info", statement, hosts })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::model::report::{Seen, Silence};

    fn host(name: String, class: &str, silences: &[(i64, i64)]) -> Coverage {
        let begin: DateTime<Utc> = "2025-01-01T00:00:00Z".parse().unwrap();
        let hour = |hours| begin + TimeDelta::hours(hours);
        let silences = silences
            .iter()
            .map(|(from, to)| Silence { from: hour(*from), to: hour(*to), note: String::new(), told: false })
            .collect();
        let seen = Seen { class: class.to_owned(), spans: vec![(hour(0), hour(9000))], silences };
        Coverage { host: name, observed: Vec::new(), kinds: Vec::new(), seen: vec![seen] }
    }

    fn first(list: &[&str]) -> String {
        list[0].to_owned()
    }

    #[test]
    fn what_hosts_share_is_one_statement() {
        let fleet: Vec<Coverage> =
            (0..1_000).map(|n| host(format!("n{n:04}"), "sel", &[(744 + n % 5, 1248 + n % 7)])).collect();
        let gaps = find(&fleet, first);
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].hosts.len(), 1_000);
        let expected = "we saw nothing of the BMC (their SEL) of 1000 hosts for about 21 days (2025-02-01 to 2025-02-22): n0000";
        assert_eq!(gaps[0].statement, expected);
    }

    #[test]
    fn many_silences_of_their_own_are_few_statements() {
        let fleet: Vec<Coverage> =
            (0..1_000).map(|n| host(format!("n{n:04}"), "power", &[(n * 8, n * 8 + 200 + n)])).collect();
        let gaps = find(&fleet, first);
        assert!(gaps.len() <= STATEMENTS_MAX + 1, "{}", gaps.len());
        let hosts: BTreeSet<&String> = gaps.iter().flat_map(|gap| &gap.hosts).collect();
        assert_eq!(hosts.len(), 1_000, "none is left out");
    }

    #[test]
    fn a_class_that_nearly_all_have_is_missed_on_the_others() {
        let mut fleet: Vec<Coverage> = (0..9).map(|n| host(format!("n{n}"), "power", &[])).collect();
        fleet.push(host("n9".to_owned(), "sel", &[]));
        let gaps = find(&fleet, first);
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].statement, "1 host without power readings, which 9 of 10 have: n9");
        assert!(find(&fleet[6..], first).is_empty(), "three others are no measure");
    }
}
