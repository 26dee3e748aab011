//! Inputs to start from: the fixtures of the tests.

use std::fs;
use std::path::{Path, PathBuf};

/// `tests/fixtures` of coroner, seen from its own package or from the one of the fuzz targets.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = package.join("tests/fixtures");
    if own.is_dir() { own } else { package.join("../tests/fixtures") }
}

/// The files directly below a folder of fixtures, sorted.
fn folder(name: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(root().join(name)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

/// The fixtures that a format takes.
pub fn of_format(id: &str) -> Vec<Vec<u8>> {
    [folder(&format!("formats/{id}")), folder(&format!("sel/{id}"))].concat()
}

/// The fixtures that no format takes.
pub fn of_no_format() -> Vec<Vec<u8>> {
    [folder("formats/none"), folder("sel/none")].concat()
}
