//! Says which host a source and its records belong to.
//!
//! In this order: what the configuration says; the name that stands in the records; a part of the
//! path or the stem of the file name that is a host known from elsewhere; and, where nothing is
//! known of the fleet, the folder or stem that looks like a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::formats::inventory::coroner_collected;
use super::formats::{self, Format};
use super::place_names;
use crate::config::Config;
use crate::model::record::{Body, FirmwareState, Record, SourceFacts};

/// Hosts of a run, and how sources came by theirs.
#[derive(Debug, Clone, Default)]
pub struct Attribution {
    /// Canonical names, sorted.
    pub hosts: BTreeSet<String>,
    /// Hosts that an inventory lists.
    pub inventory: BTreeSet<String>,
    /// Per source: its host, if it has just one.
    pub source_host: Vec<Option<String>>,
    /// Sources whose host was guessed from their place alone.
    pub guessed: Vec<String>,
    /// Sources of a host's own kind that no host could be found for.
    pub homeless: Vec<String>,
    /// Inventory hosts that are listed more than once.
    pub repeated: BTreeSet<String>,
    /// Sources whose records name one host and whose place names another: (path, records, place).
    pub disputed: Vec<(String, String, String)>,
    /// Sources with the same content under different hosts: (path, path).
    pub same_content: Vec<(String, String)>,
    /// Sources whose content another one of the same host has, too: (index of the copy, of the other).
    pub copies: Vec<(usize, usize)>,
    /// Sources that a collection got from a host itself, by index.
    pub collected: BTreeMap<usize, String>,
    /// Roots of trees of one host, and the host that a file in the tree names. The longest root first.
    trees: Vec<(String, String)>,
    aliases: BTreeMap<String, String>,
}

impl Attribution {
    /// The canonical name of a host as some source writes it.
    #[must_use]
    pub fn canonical(&self, name: &str) -> Option<String> {
        let key = name.trim().trim_end_matches('.').to_lowercase();
        if let Some(known) = self.aliases.get(&key) {
            return Some(known.clone());
        }
        let short = key.split('.').next().unwrap_or(&key);
        self.aliases.get(short).cloned()
    }
}

/// Finds the hosts of all sources.
#[must_use]
pub fn attribute(sources: &[SourceFacts], config: &Config) -> Attribution {
    let mut found = Attribution::default();
    note_collected(sources, config, &mut found);
    note_inventory(sources, &mut found);
    note_serials(sources, &|_, _| None, &mut found);
    note_named(sources, config, &mut found);
    note_trees(sources, &mut found);
    note_serials(sources, &|source, found| nameless_owner(source, config, found), &mut found);
    for (index, source) in sources.iter().enumerate() {
        let host = match found.collected.get(&index) {
            Some(host) => Some(host.clone()),
            None => host_of_source(source, config, &mut found),
        };
        if let Some(host) = &host {
            let known = remember(host, &mut found);
            if source.kind == "inventory" && !is_account(source) {
                found.inventory.insert(known);
            }
        }
        found.source_host.push(host);
    }
    note_same_content(sources, &mut found);
    found
}

fn remember(name: &str, found: &mut Attribution) -> String {
    if let Some(known) = found.canonical(name) {
        return known;
    }
    let canonical = name.trim().trim_end_matches('.').to_lowercase();
    found.aliases.insert(canonical.clone(), canonical.clone());
    found.hosts.insert(canonical.clone());
    canonical
}

fn is_account(source: &SourceFacts) -> bool {
    source.format.as_deref() == Some(coroner_collected::ID)
}

/// What a collection got from a host is that host's, by whatever name it calls itself: a host may not speak for
/// another. Log files that it was asked for may hold the lines of others and keep their names; what the
/// configuration says of a file comes first.
fn note_collected(sources: &[SourceFacts], config: &Config, found: &mut Attribution) {
    let mut trees = Vec::new();
    for account in sources.iter().filter(|source| is_account(source)) {
        let root = account.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let hosts: BTreeSet<&str> =
            account.records.iter().filter_map(|record| record.host.as_deref()).collect();
        for host in hosts {
            let known = remember(host, found);
            found.inventory.insert(known.clone());
            trees.push((format!("{root}hosts/{host}/"), known));
        }
    }
    for (index, source) in sources.iter().enumerate() {
        let Some((tree, host)) = trees.iter().find(|(tree, _)| source.path.starts_with(tree)) else {
            continue;
        };
        let below = &source.path[tree.len()..];
        let is_own = ["ipmi/", "redfish/", "ssh/"].iter().any(|means| below.starts_with(means));
        let is_given_away = config.host_of(&source.path).is_some();
        if is_own && !below.starts_with("ssh/files/") && !is_given_away {
            found.collected.insert(index, host.clone());
        }
    }
    found.trees.append(&mut trees);
}

fn note_inventory(sources: &[SourceFacts], found: &mut Attribution) {
    for (index, source) in sources.iter().enumerate() {
        if source.kind != "inventory" || is_account(source) || found.collected.contains_key(&index) {
            continue;
        }
        let mut in_source = BTreeSet::new();
        for record in &source.records {
            let Some(name) = &record.host else { continue };
            let short = name.trim().to_lowercase();
            // An inventory of full names gives short aliases, where they are unambiguous.
            let canonical = remember(&short, found);
            if let Some((first, _)) = short.split_once('.') {
                found.aliases.entry(first.to_owned()).or_insert_with(|| canonical.clone());
            }
            if !in_source.insert(canonical.clone()) {
                found.repeated.insert(canonical.clone());
            }
            found.inventory.insert(canonical);
        }
    }
}

/// Trees in which a file says whose they are, such as the `etc/hostname` of a sosreport. Where such
/// files of one tree differ in more than the domain, none is believed.
fn note_trees(sources: &[SourceFacts], found: &mut Attribution) {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in sources {
        let named = source.records.iter().find_map(|record| record.host.as_deref());
        if let (Some(tree), Some(name)) = (place_names::tree_named_by(&source.path), named) {
            names.entry(tree).or_default().insert(name);
        }
    }
    for (tree, names) in names {
        let short = |name: &str| name.split('.').next().unwrap_or(name).to_lowercase();
        let shortest = names.iter().min_by_key(|name| name.len());
        if let Some(name) = shortest.filter(|name| names.iter().all(|other| short(other) == short(name))) {
            let host = remember(name, found);
            found.trees.push((tree.to_owned(), host));
        }
    }
    found.trees.sort_by_key(|(tree, _)| std::cmp::Reverse(tree.len()));
}

/// Serial numbers and service tags are names of a host, too: management controllers and vendors' collections
/// know no other. One that two hosts have, or that is the name of a host, names nobody.
///
/// Controllers that call themselves by it may write logs, so whoever names the machine beside its number is heard
/// before those; `nameless` says whose a source is that does not.
fn note_serials(
    sources: &[SourceFacts],
    nameless: &dyn Fn(&SourceFacts, &Attribution) -> Option<String>,
    found: &mut Attribution,
) {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        let collected = found.collected.get(&index).cloned();
        let serials = source.records.iter().filter_map(|record| match &record.body {
            Body::Inventory(fact) => Some((record.host.as_deref(), fact.serial.as_deref()?)),
            _ => None,
        });
        for (host, serial) in serials {
            let named = || host.map(str::to_owned).or_else(|| nameless(source, found));
            let owner = collected.clone().or_else(named);
            let Some(owner) = owner.filter(|_| is_serial(serial)) else { continue };
            let owner = found.canonical(&owner).unwrap_or_else(|| owner.to_lowercase());
            owners.entry(serial.to_lowercase()).or_default().insert(owner);
        }
    }
    for (serial, owners) in owners {
        let Some(owner) = owners.first().filter(|_| owners.len() == 1) else { continue };
        // What controllers call themselves unless somebody gives them a name.
        for name in
            [serial.clone(), format!("idrac-{serial}"), format!("ilo{serial}"), format!("ilo-{serial}")]
        {
            found.aliases.entry(name).or_insert_with(|| owner.clone());
        }
    }
}

/// Whose a source is that names nobody, by its place alone.
fn nameless_owner(source: &SourceFacts, config: &Config, found: &Attribution) -> Option<String> {
    if source.records.iter().any(|record| record.host.is_some()) {
        return None;
    }
    let given = config.host_of(&source.path).map(str::to_owned);
    let by_tree = || {
        let tree = found.trees.iter().find(|(tree, _)| source.path.starts_with(tree));
        tree.map(|(_, host)| host.clone())
    };
    given
        .or_else(by_tree)
        .or_else(|| known_place(&source.path, found))
        .or_else(|| place_names::guess(&source.path))
}

/// Whether it tells machines apart: long enough, of letters and digits, and not the like of `System Serial Number`.
fn is_serial(text: &str) -> bool {
    (5..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Names that stand in the records of logs, backups and lists. Log lines on one's own host may name
/// it `localhost`, which is nobody.
fn note_named(sources: &[SourceFacts], config: &Config, found: &mut Attribution) {
    for name in config.host.keys() {
        remember(name, found);
    }
    for (index, source) in sources.iter().enumerate() {
        if found.collected.contains_key(&index) {
            continue;
        }
        let names: BTreeSet<&String> = source
            .records
            .iter()
            .filter(|record| {
                !matches!(
                    record.body,
                    Body::Inventory(_)
                        | Body::Firmware(_)
                        | Body::Maintenance(_)
                        | Body::Job(_)
                        | Body::Collected(_)
                )
            })
            .filter_map(|record| record.host.as_ref())
            .chain(source.activity.iter().filter_map(|run| run.host.as_ref()))
            .collect();
        if source.kind == "power" {
            continue;
        }
        for name in names {
            if is_name(name) {
                remember(name, found);
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    place_names::is_a_host(&lower) && !lower.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        || found_number(name)
}

/// Node numbers are names, too.
fn found_number(name: &str) -> bool {
    !name.is_empty() && name.len() <= 8 && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn host_of_source(source: &SourceFacts, config: &Config, found: &mut Attribution) -> Option<String> {
    if !belongs_to_one_host(&source.kind) && !speaks_of_a_nameless_host(source) {
        return place_of_own_backups(source, config, found);
    }
    if let Some(host) = config.host_of(&source.path) {
        return Some(remember(host, found));
    }
    let by_tree =
        found.trees.iter().find(|(tree, _)| source.path.starts_with(tree)).map(|(_, host)| host.clone());
    let by_place = by_tree.or_else(|| known_place(&source.path, found));
    let named = named_hosts(source, found);
    if named.len() == 1 {
        let by_record = named.into_iter().next()?;
        if let Some(place) = by_place
            && place != by_record
        {
            found.disputed.push((source.path.clone(), by_record.clone(), place));
        }
        return Some(by_record);
    }
    if named.len() > 1 {
        return None;
    }
    if by_place.is_some() {
        return by_place;
    }
    let format = source.format.as_deref()?;
    // The place of what a UPS wrote would make the UPS a machine of the fleet.
    let is_of_a_host = formats::by_id(format).is_none_or(Format::is_of_a_host);
    let guess = if is_of_a_host { place_names::guess(&source.path) } else { None };
    match &guess {
        Some(_) => found.guessed.push(source.path.clone()),
        None => found.homeless.push(source.path.clone()),
    }
    guess
}

/// A log of backups that names nobody (restic, duplicity, a job's own log) is about the machine that it
/// was collected from. Nothing is guessed here: most logs of backups are of a server that saves others.
fn place_of_own_backups(source: &SourceFacts, config: &Config, found: &mut Attribution) -> Option<String> {
    let nameless = !source.records.is_empty() && source.records.iter().all(|record| record.host.is_none());
    if source.kind != "backup" || !nameless {
        return None;
    }
    match config.host_of(&source.path) {
        Some(host) => Some(remember(host, found)),
        None => known_place(&source.path, found),
    }
}

fn belongs_to_one_host(kind: &str) -> bool {
    matches!(kind, "sel" | "log" | "boot" | "power")
}

/// What a host said of itself (`dmidecode`, a BMC's resource) often leaves out its name. A vendor's offers
/// are nobody's.
fn speaks_of_a_nameless_host(source: &SourceFacts) -> bool {
    let of_a_host = |body: &Body| match body {
        Body::Inventory(_) => true,
        Body::Firmware(item) => item.state != FirmwareState::Offered,
        _ => false,
    };
    matches!(source.kind.as_str(), "inventory" | "firmware")
        && source.records.iter().any(|record| record.host.is_none() && of_a_host(&record.body))
}

fn named_hosts(source: &SourceFacts, found: &Attribution) -> BTreeSet<String> {
    source
        .records
        .iter()
        .filter_map(|record| record.host.as_ref())
        .chain(source.activity.iter().filter_map(|run| run.host.as_ref()))
        .chain(source.power.iter().filter_map(|sample| sample.host.as_ref()))
        .filter_map(|name| found.canonical(name))
        .collect()
}

fn known_place(path: &str, found: &Attribution) -> Option<String> {
    place_names::known(path, &|name| found.aliases.get(name).cloned())
}

fn note_same_content(sources: &[SourceFacts], found: &mut Attribution) {
    let mut by_hash: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        if source.bytes == 0 || source.format.is_none() {
            continue;
        }
        match by_hash.get(&(source.digest.as_str(), source.format.as_deref())) {
            Some(&first) if found.source_host[first] == found.source_host[index] => {
                // Two files can be made to have one digest, but a copy that says nothing else is not missed.
                if say_the_same(&sources[first], source) {
                    found.copies.push((index, first));
                }
            }
            Some(&first) if belongs_to_one_host(&source.kind) => {
                found.same_content.push((sources[first].path.clone(), source.path.clone()));
            }
            Some(_) => {}
            None => {
                by_hash.insert((&source.digest, source.format.as_deref()), index);
            }
        }
    }
}

fn say_the_same(one: &SourceFacts, other: &SourceFacts) -> bool {
    let same_record = |(one, other): (&Record, &Record)| {
        one.span == other.span && one.host == other.host && one.stamp == other.stamp && one.body == other.body
    };
    one.bytes == other.bytes
        && one.reasons == other.reasons
        && one.activity == other.activity
        && one.power == other.power
        && one.records.len() == other.records.len()
        && one.records.iter().zip(&other.records).all(same_record)
}
