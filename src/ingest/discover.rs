//! Finds the files below the given paths, in a fixed order.

use std::fs;
use std::path::{Path, PathBuf};

/// A file to read, or something that is left out with a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// The path as the report shows it: relative to what was asked for, `/` between parts, bytes
    /// that are not UTF-8 escaped.
    pub shown: String,
    pub state: FoundState,
    /// When it was last written, seconds of Unix time, where that is known before it is read.
    pub modified: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundState {
    Readable,
    /// Not read: why, in words.
    LeftOut(String),
}

/// A path that was asked for and cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", path.display())]
pub struct MissingPath {
    pub path: PathBuf,
    #[source]
    pub source: std::io::Error,
}

/// Walks `paths`. Files come sorted by shown path, each once. Symbolic links to folders are not
/// followed, so loops cannot occur; sockets, pipes and devices are left out with a reason.
pub fn discover(paths: &[PathBuf]) -> (Vec<Found>, Vec<MissingPath>) {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => walk(path, path, &mut found),
            Ok(meta) => found.push(entry(path, shown_alone(path), &meta)),
            Err(source) => missing.push(MissingPath { path: path.clone(), source }),
        }
    }
    found.sort_by(|a, b| a.shown.cmp(&b.shown).then_with(|| a.path.cmp(&b.path)));
    found.dedup_by(|a, b| same_file(&a.path, &b.path));
    (found, missing)
}

fn same_file(a: &Path, b: &Path) -> bool {
    a == b || matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Found>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            found.push(left_out(folder, shown(root, folder), format!("folder cannot be listed: {error}")));
            return;
        }
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let shown = shown(root, &path);
        let is_link = fs::symlink_metadata(&path).is_ok_and(|meta| meta.file_type().is_symlink());
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() && is_link => {
                found.push(left_out(&path, shown, "symbolic link to a folder".to_owned()));
            }
            Ok(meta) if meta.is_dir() => {
                if !is_own_output(&path) {
                    walk(root, &path, found);
                }
            }
            Ok(meta) => found.push(entry(&path, shown, &meta)),
            Err(error) => found.push(left_out(&path, shown, format!("cannot be opened: {error}"))),
        }
    }
}

/// A folder that an earlier run wrote: its files are conclusions, not evidence.
fn is_own_output(folder: &Path) -> bool {
    folder.join("findings.json").is_file() && folder.join("report.html").is_file()
}

fn entry(path: &Path, shown: String, meta: &fs::Metadata) -> Found {
    if meta.is_file() {
        Found { path: path.to_path_buf(), shown, state: FoundState::Readable, modified: None }
    } else {
        left_out(path, shown, "not a regular file".to_owned())
    }
}

fn left_out(path: &Path, shown: String, why: String) -> Found {
    Found { path: path.to_path_buf(), shown, state: FoundState::LeftOut(why), modified: None }
}

fn shown(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<String> = relative
        .components()
        .map(|part| crate::ledger::printable(part.as_os_str().as_encoded_bytes(), 255))
        .collect();
    parts.join("/")
}

fn shown_alone(path: &Path) -> String {
    match path.file_name() {
        Some(name) => crate::ledger::printable(name.as_encoded_bytes(), 255),
        None => crate::ledger::printable(path.as_os_str().as_encoded_bytes(), 255),
    }
}
