//! What must be true of a folder of the collection, whatever has happened to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Path below the folder → content, without the account and the state.
pub type Files = BTreeMap<String, Vec<u8>>;

/// All files that are for analysis.
pub fn files(into: &Path) -> Files {
    let mut files = Files::new();
    for part in ["hosts", "site"] {
        add(&into.join(part), part, &mut files);
    }
    files
}

fn add(folder: &Path, name: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            add(&entry.path(), &name, files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

/// The lines of `collected.jsonl`, every one of which must be whole.
#[track_caller]
pub fn lines(into: &Path) -> Vec<Value> {
    let text = fs::read_to_string(into.join("collected.jsonl")).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is not whole");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// Checks that the account tells of every byte that is there, with the right checksum, and that every file consists
/// of whole records and lines.
///
/// A run that was killed between its line and its state has accounted for bytes that the next run accounts for
/// again; of lines about the same bytes, the last one holds.
#[track_caller]
pub fn check(into: &Path) {
    let files = files(into);
    let mut told: BTreeMap<String, BTreeMap<usize, (usize, String)>> = BTreeMap::new();
    for line in lines(into) {
        assert!(line["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{line}");
        for file in line["files"].as_array().into_iter().flatten() {
            let number = |key: &str| usize::try_from(file[key].as_u64().unwrap()).unwrap();
            let parts = told.entry(file["path"].as_str().unwrap().to_owned()).or_default();
            parts.retain(|from, _| *from < number("from"));
            parts.insert(number("from"), (number("bytes"), file["sha256"].as_str().unwrap().to_owned()));
        }
    }
    for (path, content) in &files {
        let mut end = 0;
        for (from, (bytes, sha256)) in told.get(path).unwrap_or_else(|| panic!("{path} is not accounted for"))
        {
            assert!(*from <= end, "{path}: nobody has accounted for bytes {end} to {from}");
            let part =
                content.get(*from..from + bytes).unwrap_or_else(|| panic!("{path} is shorter than told"));
            assert_eq!(*sha256, hexadecimal(&Sha256::digest(part)), "{path} from {from}");
            end = from + bytes;
        }
        assert_eq!(end, content.len(), "{path}: bytes that are not accounted for");
        check_whole(path, content);
    }
    let missing = told.keys().find(|path| !files.contains_key(*path));
    assert_eq!(missing, None, "it is accounted for, but not there");
}

/// Checks that a file consists of whole records and lines.
#[track_caller]
pub fn check_whole(path: &str, content: &[u8]) {
    let (_, name) = path.rsplit_once('/').unwrap();
    assert!(!name.starts_with('.'), "{path} was left behind");
    assert!(!content.is_empty(), "{path} is empty");
    if name == "sel.raw" {
        assert_eq!(content.len() % 16, 0, "{path} ends within a record");
    } else if name.ends_with(".jsonl") {
        assert!(content.ends_with(b"\n"), "{path} ends within a line");
        for line in content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            serde_json::from_slice::<Value>(line).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
    } else if name == "power.csv" {
        let headers = content.windows(10).filter(|part| part == b"time,host,").count();
        assert_eq!(headers, 1, "{path}");
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
