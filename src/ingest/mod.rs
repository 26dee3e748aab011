//! Finds sources, recognises them by content, and drives their readers.

pub mod attribution;
mod column_words;
pub mod decompress;
pub mod discover;
pub mod drive;
pub mod formats;
pub mod log_lines;
pub mod place_names;
pub mod reading;
pub mod recognise;
pub mod sink;
pub mod table;
pub mod table_rows;
pub mod unpack;
pub mod written_time;

use rayon::prelude::*;

use crate::model::record::{SourceFacts, SourceId};
use discover::Found;

/// Says which signatures a log line matches. Handed in by the pipeline, so that readers need not
/// know the knowledge base.
pub trait Interest: Sync {
    /// Ids of the signatures that `text`, written by `program`, matches. Empty for most lines.
    fn signatures(&self, program: &str, text: &str) -> Vec<String>;
}

/// Reads all found files, in parallel, and returns their sources sorted by shown path: one for each
/// file, and one for each member of an archive. `progress` is called once per file read.
pub fn read_all(found: &[Found], interest: &dyn Interest, progress: &(dyn Fn() + Sync)) -> Vec<SourceFacts> {
    let read: Vec<Vec<SourceFacts>> = found
        .par_iter()
        .map(|found| {
            let read = reading::read_found(found, interest);
            progress();
            read
        })
        .collect();
    let mut sources: Vec<SourceFacts> = read.into_iter().flatten().collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    for (index, source) in sources.iter_mut().enumerate() {
        let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        source.records.iter_mut().for_each(|record| record.source = id);
    }
    sources
}
