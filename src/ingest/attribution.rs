//! Says which host a source and its records belong to.
//!
//! In this order: what the configuration says; the name that stands in the records; a part of the
//! path or the stem of the file name that is a host known from elsewhere; and, where nothing is
//! known of the fleet, the folder or stem that looks like a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::model::record::{Body, SourceFacts};

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

/// Words in paths that are never a host, unless an inventory says so.
const PLACES: &[&str] = &[
    "hosts",
    "host",
    "logs",
    "log",
    "var",
    "sel",
    "sels",
    "kern",
    "kernel",
    "syslog",
    "messages",
    "dmesg",
    "wtmp",
    "power",
    "backup",
    "backups",
    "inventory",
    "maintenance",
    "incidents",
    "central",
    "bmc",
    "ipmi",
    "journal",
    "data",
    "raw",
    "sample",
    "samples",
    "files",
    "tmp",
    "auth",
    "daemon",
    "events",
    "boot",
    "last",
    "fleet",
    "nodes",
    "servers",
    "archive",
    "old",
    "new",
    "idrac",
    "remote",
    "current",
    "collected",
];

/// Finds the hosts of all sources.
#[must_use]
pub fn attribute(sources: &[SourceFacts], config: &Config) -> Attribution {
    let mut found = Attribution::default();
    note_inventory(sources, &mut found);
    note_named(sources, config, &mut found);
    for source in sources {
        let host = host_of_source(source, config, &mut found);
        if let Some(host) = &host {
            remember(host, &mut found);
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

fn note_inventory(sources: &[SourceFacts], found: &mut Attribution) {
    for source in sources.iter().filter(|source| source.kind == "inventory") {
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

/// Names that stand in the records of logs, backups and lists. Log lines on one's own host may name
/// it `localhost`, which is nobody.
fn note_named(sources: &[SourceFacts], config: &Config, found: &mut Attribution) {
    for name in config.host.keys() {
        remember(name, found);
    }
    for source in sources {
        let names: BTreeSet<&String> = source
            .records
            .iter()
            .filter(|record| !matches!(record.body, Body::Inventory(_) | Body::Maintenance(_) | Body::Job(_)))
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
    !matches!(lower.as_str(), "localhost" | "localhost.localdomain" | "-" | "" | "none" | "kernel")
        && name.len() <= 253
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
        && !lower.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        || found_number(name)
}

/// Node numbers are names, too.
fn found_number(name: &str) -> bool {
    !name.is_empty() && name.len() <= 8 && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn host_of_source(source: &SourceFacts, config: &Config, found: &mut Attribution) -> Option<String> {
    if !belongs_to_one_host(&source.kind) {
        return place_of_own_backups(source, config, found);
    }
    if let Some(host) = config.host_of(&source.path) {
        return Some(remember(host, found));
    }
    let by_place = known_place(&source.path, found);
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
    source.format.as_ref()?;
    let guess = guessed_place(&source.path);
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

/// Parts of a path from the file up: the stem first, then folders from the innermost.
fn parts(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.split('/').rev().map(str::to_lowercase).collect();
    if let Some(file) = parts.first_mut() {
        for ending in [".gz", ".bz2", ".xz", ".zst"] {
            if let Some(bare) = file.strip_suffix(ending) {
                *file = bare.to_owned();
            }
        }
    }
    parts
}

fn known_place(path: &str, found: &Attribution) -> Option<String> {
    for part in parts(path) {
        if let Some(host) = found.canonical(&part).filter(|_| found.aliases.contains_key(&part)) {
            return Some(host);
        }
        // Stems and pieces: `kvm07.sel.txt`, `sel-kvm07.txt`, `kvm07_sel.bin`.
        let mut pieces: Vec<&str> = part.split(['.', '_']).collect();
        pieces.extend(part.split('.').next());
        let stem = part.split('.').next().unwrap_or(&part);
        for (index, _) in stem.match_indices(['-', '_']) {
            pieces.push(&stem[..index]);
            pieces.push(&stem[index + 1..]);
        }
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        if let Some(host) = pieces.into_iter().find_map(|piece| found.aliases.get(piece)) {
            return Some(host.clone());
        }
    }
    None
}

/// A stem or folder that is none of the usual words; with a digit in it, or the innermost folder.
fn guessed_place(path: &str) -> Option<String> {
    let parts = parts(path);
    let candidates: Vec<String> = parts
        .iter()
        .enumerate()
        .map(
            |(index, part)| {
                if index == 0 { part.split('.').next().unwrap_or(part).to_owned() } else { part.clone() }
            },
        )
        .filter(|part| !PLACES.contains(&part.as_str()) && is_name(part) && !part.is_empty())
        .filter(|part| !PLACES.iter().any(|place| part.split(['-', '_']).any(|piece| piece == *place)))
        .collect();
    let with_digit = candidates
        .iter()
        .find(|part| part.chars().any(|c| c.is_ascii_digit()) && part.chars().any(char::is_alphabetic));
    with_digit
        .cloned()
        .or_else(|| parts.get(1).and_then(|folder| candidates.iter().find(|part| *part == folder)).cloned())
}

fn note_same_content(sources: &[SourceFacts], found: &mut Attribution) {
    let mut by_hash: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        if source.bytes == 0 || source.format.is_none() || !belongs_to_one_host(&source.kind) {
            continue;
        }
        match by_hash.get(source.sha256.as_str()) {
            Some(&first) if found.source_host[first] != found.source_host[index] => {
                found.same_content.push((sources[first].path.clone(), source.path.clone()));
            }
            Some(_) => {}
            None => {
                by_hash.insert(&source.sha256, index);
            }
        }
    }
}
