//! Finds sources, recognises them by content, and drives their readers.

pub mod attribution;
mod column_words;
pub mod decompress;
pub mod discover;
pub mod drive;
pub mod formats;
pub mod log_lines;
pub mod recognise;
pub mod sample;
pub mod sink;
pub mod table;
pub mod table_rows;
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

/// Reads all found files, in parallel, and returns them in the order given. `progress` is called
/// once per file read.
pub fn read_all(found: &[Found], interest: &dyn Interest, progress: &(dyn Fn() + Sync)) -> Vec<SourceFacts> {
    found
        .par_iter()
        .enumerate()
        .map(|(index, found)| {
            let source = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
            let parsed = drive::read_source(source, found, interest);
            progress();
            parsed
        })
        .collect()
}
