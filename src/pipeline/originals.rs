//! What was read, open to be read again: whoever cuts excerpts asks where in a source a time is.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};
use std::path::PathBuf;

use super::Owners;
use crate::case::{Decoded, Mark, Originals};
use crate::clock::Clocks;
use crate::config::Config;
use crate::ingest::attribution::Attribution;
use crate::ingest::discover::{Found, discover};
use crate::ingest::reread;
use crate::ipmi::event_text::ipmitool_line;
use crate::ipmi::sel_record;
use crate::model::record::{Body, Record, SourceFacts};
use crate::model::{Moment, Stamp};
use crate::timeline::assemble::Hosts as _;

/// The sources of a run and their times. Their bytes are read again from where they lay.
pub struct Kept {
    sources: BTreeMap<String, KeptSource>,
    serials: BTreeMap<String, String>,
    /// How records spell hosts, and which host each means; a spelling that means none of the fleet stands for itself.
    spellings: BTreeMap<String, String>,
    /// All serial numbers that inventories tell, whosever they are.
    all_serials: BTreeSet<String>,
    site_zone: Option<String>,
    found: Vec<Found>,
}

struct KeptSource {
    marks: Vec<Mark>,
    decoded: Vec<Decoded>,
    zone: Option<String>,
    yearless: bool,
}

impl Kept {
    pub(super) fn of(
        sources: &[SourceFacts],
        attribution: &Attribution,
        clocks: &Clocks,
        config: &Config,
        files: &[PathBuf],
    ) -> Self {
        let owners = Owners(attribution);
        let mut kept = BTreeMap::new();
        let mut serials = BTreeMap::new();
        let (mut spellings, mut all_serials) = (BTreeMap::new(), BTreeSet::new());
        for (index, (source, times)) in sources.iter().zip(&clocks.sources).enumerate() {
            let host_of = |record: &Record| owners.host(index, record.host.as_deref());
            let records = source.records.iter().zip(&times.records);
            let mut marks: Vec<Mark> =
                records.map(|(record, moment)| mark(record, host_of(record), *moment)).collect();
            for (run, span) in source.activity.iter().zip(&times.runs) {
                marks.extend(span.filter(|_| run.lines > 0).map(|(_, last)| Mark {
                    host: owners.host(index, run.host.as_deref()),
                    offset: 0,
                    len: 0,
                    line: run.last_line,
                    at: Some(last),
                }));
            }
            for record in &source.records {
                if let Some(name) = &record.host
                    && !spellings.contains_key(name)
                {
                    let host = attribution.canonical(name).unwrap_or_else(|| name.clone());
                    spellings.insert(name.clone(), host);
                }
                if let Body::Inventory(fact) = &record.body
                    && let Some(serial) = &fact.serial
                {
                    all_serials.insert(serial.clone());
                    if let Some(host) = host_of(record) {
                        serials.entry(host).or_insert_with(|| serial.clone());
                    }
                }
            }
            let host = attribution.source_host.get(index).and_then(Option::as_deref);
            let entry = KeptSource {
                marks,
                decoded: source.records.iter().filter_map(decoded).collect(),
                zone: config.zone_of(&source.path, host).map(|zone| zone.name().to_owned()),
                yearless: source.records.iter().any(|it| matches!(it.stamp, Stamp::Yearless { .. })),
            };
            match kept.entry(source.path.clone()) {
                Entry::Vacant(place) => {
                    place.insert(entry);
                }
                // Members of an archive with one path: which of them would be opened again is not sure.
                Entry::Occupied(mut other) => other.get_mut().marks.clear(),
            }
        }
        let site_zone = clocks.site_zone.map(|zone| zone.name().to_owned());
        Self { sources: kept, serials, spellings, all_serials, site_zone, found: discover(files).0 }
    }

    /// How records spell hosts → the host that is meant.
    #[must_use]
    pub fn spellings(&self) -> &BTreeMap<String, String> {
        &self.spellings
    }

    /// The serial numbers of all machines that an inventory lists.
    #[must_use]
    pub fn serials(&self) -> &BTreeSet<String> {
        &self.all_serials
    }
}

fn mark(record: &Record, host: Option<String>, moment: Option<Moment>) -> Mark {
    let span = record.span;
    Mark { host, offset: span.offset, len: span.len, line: span.line, at: moment.map(|moment| moment.best) }
}

fn decoded(record: &Record) -> Option<Decoded> {
    match &record.body {
        Body::Sel(entry) => entry.raw.map(decoded_record),
        _ => None,
    }
}

/// A SEL record in the words of `ipmitool`.
#[must_use]
pub fn decoded_record(raw: [u8; 16]) -> Decoded {
    Decoded { raw, text: ipmitool_line(&sel_record::decode(&raw)) }
}

impl Originals for Kept {
    fn open(&self, source: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        Ok(reread::open(&self.found, source)?.map(|stream| Box::new(stream) as Box<dyn BufRead>))
    }

    fn marks(&self, source: &str) -> Vec<Mark> {
        self.sources.get(source).map(|kept| kept.marks.clone()).unwrap_or_default()
    }

    fn decoded(&self, source: &str) -> Vec<Decoded> {
        self.sources.get(source).map(|kept| kept.decoded.clone()).unwrap_or_default()
    }

    fn serial(&self, host: &str) -> Option<String> {
        self.serials.get(host).cloned()
    }

    fn zone(&self, source: Option<&str>) -> Option<String> {
        match source {
            None => self.site_zone.clone(),
            Some(source) => self.sources.get(source)?.zone.clone(),
        }
    }

    fn is_yearless(&self, source: &str) -> bool {
        self.sources.get(source).is_some_and(|kept| kept.yearless)
    }
}
