//! The facts that `ingest` writes: sources and their records, as read, before any clock is
//! corrected. Several runs over parts of a fleet may write into one folder; the same source read
//! twice counts once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, NamedFrom, Series};
use twox_hash::XxHash3_128;

use super::table::{self, FactsError, texts};
use crate::model::record::{Activity, PowerSample, Record, SourceFacts};

/// Every file of this kind starts with this; the rest is a digest of what it holds.
const PREFIX: &str = "sources-";

/// Writes the sources into `folder`, one file per call. Returns the file's path.
pub fn write(folder: &Path, sources: &[SourceFacts]) -> Result<PathBuf, FactsError> {
    std::fs::create_dir_all(folder)
        .map_err(|source| FactsError::File { path: folder.to_path_buf(), source })?;
    let path = folder.join(format!("{PREFIX}{}.parquet", digest(sources)));
    let mut kinds: Vec<&str> = Vec::new();
    let mut numbers: Vec<u32> = Vec::new();
    let mut bodies: Vec<String> = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let mut push = |kind: &'static str, body: String| {
            kinds.push(kind);
            numbers.push(number);
            bodies.push(body);
        };
        let bare =
            SourceFacts { records: Vec::new(), activity: Vec::new(), power: Vec::new(), ..source.clone() };
        push("source", json(&bare));
        for record in &source.records {
            push("record", json(record));
        }
        for run in &source.activity {
            push("activity", json(run));
        }
        for sample in &source.power {
            push("power", json(sample));
        }
    }
    let columns = vec![
        Column::from(Series::new("kind".into(), kinds)),
        Column::from(Series::new("source".into(), numbers)),
        Column::from(Series::new("body".into(), bodies)),
    ];
    table::write(&path, columns)?;
    Ok(path)
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data always has a JSON form")
}

/// Names a set of sources by what it holds, so that writing it again replaces itself.
fn digest(sources: &[SourceFacts]) -> String {
    let mut hash = XxHash3_128::new();
    for source in sources {
        hash.write(source.path.as_bytes());
        hash.write(&[0]);
        hash.write(source.digest.as_bytes());
        hash.write(&[0]);
    }
    format!("{:032x}", hash.finish_128()).chars().take(16).collect()
}

/// Reads all sources of a folder of facts, sorted by path, each once.
pub fn read(folder: &Path) -> Result<Vec<SourceFacts>, FactsError> {
    let entries = std::fs::read_dir(folder)
        .map_err(|source| FactsError::File { path: folder.to_path_buf(), source })?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name.starts_with(PREFIX) && name.ends_with(".parquet")
        })
        .collect();
    files.sort();
    let mut sources: BTreeMap<(String, String), SourceFacts> = BTreeMap::new();
    for file in files {
        for source in read_file(&file)? {
            sources.entry((source.path.clone(), source.digest.clone())).or_insert(source);
        }
    }
    Ok(sources.into_values().collect())
}

fn read_file(path: &Path) -> Result<Vec<SourceFacts>, FactsError> {
    let frame = table::read(path)?;
    let kinds = texts(&frame, path, "kind")?;
    let bodies = texts(&frame, path, "body")?;
    let mut sources: Vec<SourceFacts> = Vec::new();
    for (kind, body) in kinds.iter().zip(&bodies) {
        let shape = |error: serde_json::Error| FactsError::Shape {
            path: path.to_path_buf(),
            what: error.to_string(),
        };
        if kind == "source" {
            sources.push(serde_json::from_str(body).map_err(shape)?);
            continue;
        }
        let Some(source) = sources.last_mut() else {
            return Err(FactsError::Shape {
                path: path.to_path_buf(),
                what: "no source before its rows".to_owned(),
            });
        };
        match kind.as_str() {
            "record" => source.records.push(serde_json::from_str::<Record>(body).map_err(shape)?),
            "activity" => source.activity.push(serde_json::from_str::<Activity>(body).map_err(shape)?),
            "power" => source.power.push(serde_json::from_str::<PowerSample>(body).map_err(shape)?),
            other => {
                let what = format!("unknown row kind `{other}`");
                return Err(FactsError::Shape { path: path.to_path_buf(), what });
            }
        }
    }
    Ok(sources)
}
