//! The readers, family by family. A format that is added to the register is in one without further ado.

use std::collections::BTreeMap;

use coroner::ingest::formats::{self, Format, SourceKind};

use super::balance::{check_as, check_recognised};
use super::{Target, seeds};

/// Most readers are in every state that they have after a few dozen lines.
const BYTES_MAX: usize = 4096;
/// The head of a journal alone takes hundreds of bytes.
const JOURNAL_BYTES_MAX: usize = 8192;

/// How long most inputs of a family are: a few lines, a small document, four records of `wtmp`.
fn bytes_usual(family: &str) -> usize {
    match family {
        "journal" => 2048,
        "boot-history" => 1600,
        "inventory-json" | "firmware" | "vendor-logs" | "power" => 800,
        _ => 480,
    }
}

/// Which formats are fuzzed together.
fn family(format: &dyn Format) -> &'static str {
    let id = format.id();
    match format.kind() {
        _ if id.contains("journal") && !id.contains("list-boots") => "journal",
        SourceKind::Sel if id == "ipmi-sel-raw" => "sel-raw",
        SourceKind::Sel if id == "ipmitool-sel-text" || id == "freeipmi-sel-text" => "sel-text",
        SourceKind::Sel => "vendor-logs",
        SourceKind::Log if id.starts_with("syslog") => "syslog",
        SourceKind::Log => "kernel-text",
        SourceKind::Boot => "boot-history",
        _ if id.ends_with("-csv") => "tables",
        SourceKind::Power => "power",
        SourceKind::Backup => "backups",
        SourceKind::Inventory if id.ends_with("-json") || id.contains("facts") || id.contains("redfish") => {
            "inventory-json"
        }
        SourceKind::Inventory => "inventory-text",
        SourceKind::Firmware => "firmware",
        SourceKind::Maintenance | SourceKind::Incidents => "lists",
        SourceKind::Context => "context",
    }
}

/// The first byte of an input says as which format of the family the rest is opened.
fn check(family: &[&'static dyn Format], input: &[u8]) {
    if let Some((choice, content)) = input.split_first() {
        check_as(family[usize::from(*choice) % family.len()], content);
    }
}

pub fn all() -> Vec<Target> {
    let mut families: BTreeMap<&'static str, Vec<&'static dyn Format>> = BTreeMap::new();
    for format in formats::all() {
        families.entry(family(format)).or_default().push(format);
    }
    let mut all: Vec<Target> = families.into_iter().map(|(name, formats)| of_family(name, formats)).collect();
    let mut every: Vec<Vec<u8>> = formats::all().flat_map(|format| seeds::of_format(format.id())).collect();
    every.extend(seeds::of_no_format());
    all.push(Target {
        name: "recognition",
        seeds: every,
        lines_from: Some(0),
        bytes_usual: bytes_usual("recognition"),
        bytes_max: BYTES_MAX,
        check: Box::new(check_recognised),
    });
    all
}

fn of_family(name: &'static str, formats: Vec<&'static dyn Format>) -> Target {
    assert!(formats.len() <= 256, "{name}: one byte tells no more than 256 formats apart");
    let mut seeds = Vec::new();
    for (choice, format) in (0..=u8::MAX).zip(&formats) {
        for fixture in seeds::of_format(format.id()) {
            seeds.push([&[choice], fixture.as_slice()].concat());
        }
    }
    let bytes_max = if name == "journal" { JOURNAL_BYTES_MAX } else { BYTES_MAX };
    Target {
        name,
        seeds,
        lines_from: Some(1),
        bytes_usual: bytes_usual(name),
        bytes_max,
        check: Box::new(move |input| check(&formats, input)),
    }
}
