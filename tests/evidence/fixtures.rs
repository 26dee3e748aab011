//! The files under `tests/fixtures`.

#![allow(dead_code, reason = "every test uses a part of this only")]

use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder below `tests/fixtures`, sorted: shown path and content.
pub fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<PathBuf> = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => Vec::new(),
    };
    paths.sort();
    let shown = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    paths.iter().map(|path| (shown(path), fs::read(path).unwrap())).collect()
}

/// The fixtures that a format should take.
pub fn fixtures_of(format: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = fixtures(&format!("formats/{format}"));
    found.extend(fixtures(&format!("sel/{format}")));
    found
}
