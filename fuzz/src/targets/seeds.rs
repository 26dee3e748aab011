//! Inputs to start from: the fixtures of the tests.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

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

/// Pieces of one seed that are tried; what stands further behind is mostly more of the same.
const PIECES_MAX: usize = 24;

/// A seed cut to inputs of no more than `bytes_max`: at the ends of lines, each piece with what stands before the
/// lines and with the first of them, which can be the header of all.
pub fn pieces(seed: &[u8], lines_from: Option<usize>, bytes_max: usize) -> Vec<Vec<u8>> {
    if seed.len() <= bytes_max {
        return vec![seed.to_vec()];
    }
    let mut pieces = vec![seed[..bytes_max].to_vec()];
    let Some(lines_from) = lines_from else { return pieces };
    let (front, lines) = seed.split_at(lines_from);
    let first = lines.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let header = if first.len() * 2 <= bytes_max { first } else { b"" };
    let start = [front, header].concat();
    let mut piece = start.clone();
    for line in lines[header.len()..].split_inclusive(|byte| *byte == b'\n') {
        if piece.len() + line.len() > bytes_max && piece.len() > start.len() {
            pieces.push(std::mem::replace(&mut piece, start.clone()));
        }
        piece.extend_from_slice(line);
        piece.truncate(bytes_max);
    }
    pieces.push(piece);
    pieces.truncate(PIECES_MAX);
    pieces
        .extend(small_json(lines).map(|json| [front, &json].concat()).filter(|json| json.len() <= bytes_max));
    pieces
}

/// The same JSON with one element of each array and short texts: cut anywhere it would be none.
fn small_json(text: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(text).ok()?;
    shrink(&mut value);
    serde_json::to_vec(&value).ok()
}

fn shrink(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.truncate(1);
            items.iter_mut().for_each(shrink);
        }
        Value::Object(members) => members.values_mut().for_each(shrink),
        Value::String(text) => text.truncate(text.floor_char_boundary(40)),
        _ => {}
    }
}
