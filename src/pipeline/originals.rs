//! What was read, open to be read again: whoever cuts excerpts asks where in a source a time is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
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
                if let Body::Inventory(fact) = &record.body
                    && let Some((host, serial)) = host_of(record).zip(fact.serial.clone())
                {
                    serials.entry(host).or_insert(serial);
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
        Self { sources: kept, serials, site_zone, found: discover(files).0 }
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
