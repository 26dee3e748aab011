//! Every format: fixtures that it takes, and files that are none.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use coroner::ingest::drive::read_bytes;
use coroner::ingest::formats::{self, Fit, Format, Head};
use coroner::knowledge::Knowledge;
use coroner::model::record::{Body, SourceFacts, SourceId};

mod backup;
mod boot;
mod firmware;
#[path = "../evidence/fixtures.rs"]
mod fixtures;
mod incidents;
mod inventory;
mod journal_writer;
mod log;
mod maintenance;
mod power;
mod sel;
mod wtmp_writer;

use fixtures::{fixtures, fixtures_of};

fn take(path: &str, content: &[u8]) -> SourceFacts {
    static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::shipped().unwrap());
    read_bytes(SourceId(0), path, content, &*KNOWLEDGE)
}

/// Reads one fixture by its path below `tests/fixtures`.
fn take_fixture(path: &str) -> SourceFacts {
    let (folder, _) = path.rsplit_once('/').unwrap();
    let found = fixtures(folder).into_iter().find(|(name, _)| name == path).unwrap();
    take(path, &found.1)
}

fn fit(format: &dyn Format, content: &[u8]) -> Fit {
    format.fit(&Head::new(&content[..content.len().min(64 * 1024)], Some(content.len() as u64)))
}

#[test]
fn every_format_of_the_register_has_a_fixture() {
    for format in formats::all() {
        assert!(!fixtures_of(format.id()).is_empty(), "no fixture for {}", format.id());
    }
}

#[test]
fn every_fixture_folder_is_a_format_of_the_register() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    for folder in std::fs::read_dir(root).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(name == "none" || formats::by_id(&name).is_some(), "{name} is no format");
    }
}

#[test]
fn every_fixture_is_taken_by_its_own_format() {
    for format in formats::all() {
        for (path, content) in fixtures_of(format.id()) {
            let facts = take(&path, &content);
            assert_eq!(facts.format.as_deref(), Some(format.id()), "{path}: {}", facts.reason);
            assert_eq!(facts.kind, format.kind().word());
        }
    }
}

#[test]
fn no_content_is_surely_of_two_formats() {
    let ids = formats::all().map(|format| format.id());
    let all = ids.flat_map(fixtures_of).chain(fixtures("formats/none")).chain(fixtures("sel/none"));
    for (path, content) in all {
        let fits: Vec<(&str, Fit)> = formats::all()
            .map(|format| (format.id(), fit(format, &content)))
            .filter(|(_, fit)| *fit != Fit::No)
            .collect();
        assert!(fits.iter().filter(|(_, fit)| *fit == Fit::Sure).count() <= 1, "{path}: {fits:?}");
        assert!(fits.iter().filter(|(_, fit)| *fit == Fit::Likely).count() <= 1, "{path}: {fits:?}");
    }
}

#[test]
fn what_is_of_no_format_is_taken_by_none_and_left_out_with_a_reason() {
    for (path, content) in fixtures("formats/none") {
        let facts = take(&path, &content);
        assert_eq!(facts.format, None, "{path}");
        assert!(
            !facts.reason.is_empty() && !facts.reason.starts_with("ambiguous"),
            "{path}: {}",
            facts.reason
        );
        assert_eq!((facts.kind.as_str(), facts.ignored), ("context", content.len() as u64), "{path}");
    }
}

#[test]
fn the_name_of_a_file_does_not_matter() {
    for format in formats::all() {
        for (path, content) in fixtures_of(format.id()) {
            for name in ["x", "kern.log", "inventory.csv", "sel.bin"] {
                assert_eq!(take(name, &content).format.as_deref(), Some(format.id()), "{path} as {name}");
            }
        }
    }
}

#[test]
fn line_endings_of_windows_and_a_missing_last_one_change_nothing() {
    for id in ["syslog-rfc3164", "syslog-rfc3339", "linux-dmesg-text", "incidents-csv", "inventory-csv"] {
        for (path, content) in fixtures_of(id) {
            let plain = take(&path, &content);
            let Ok(text) = String::from_utf8(content) else { continue };
            for changed in [text.replace('\n', "\r\n"), text.trim_end().to_owned()] {
                let facts = take(&path, changed.as_bytes());
                assert_eq!(facts.format.as_deref(), Some(id), "{path}");
                assert_eq!(facts.understood, plain.understood, "{path}");
                let bodies = |facts: &SourceFacts| -> Vec<Body> {
                    facts.records.iter().map(|record| record.body.clone()).collect()
                };
                assert_eq!(bodies(&facts), bodies(&plain), "{path}");
            }
        }
    }
}

/// File → records understood, records kept.
type Counts = &'static [(&'static str, u64, usize)];

/// One list per kind, beside the tests of that kind.
const COUNTS: &[Counts] = &[
    sel::COUNTS,
    log::COUNTS,
    boot::COUNTS,
    power::COUNTS,
    backup::COUNTS,
    inventory::COUNTS,
    firmware::COUNTS,
    maintenance::COUNTS,
    incidents::COUNTS,
];

#[test]
fn records_are_counted_and_nothing_of_a_good_file_is_quarantined() {
    let mut found: BTreeMap<String, (u64, usize)> = BTreeMap::new();
    for format in formats::all() {
        for (path, content) in fixtures(&format!("formats/{}", format.id())) {
            let facts = take(&path, &content);
            assert_eq!(facts.quarantined, 0, "{path}: {:?}", facts.quoted);
            found.insert(path, (facts.understood, facts.records.len()));
        }
    }
    let expected: BTreeMap<String, (u64, usize)> = COUNTS
        .iter()
        .copied()
        .flatten()
        .map(|(path, understood, kept)| ((*path).to_owned(), (*understood, *kept)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn titles_and_ids_are_fit_for_a_list() {
    for format in formats::all() {
        let (id, title) = (format.id(), format.title());
        assert!(
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        assert!(!title.is_empty() && !title.contains('\n') && title.len() <= 80, "{id}: {title}");
    }
}
