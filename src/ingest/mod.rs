//! Finds sources, recognises them by content, and drives their readers.

pub mod attribution;
mod column_words;
pub mod decompress;
pub mod discover;
pub mod drive;
pub mod formats;
mod journal_boots;
mod journal_file;
mod last_output;
pub mod lines;
pub mod log_lines;
mod login_records;
pub mod prefilter;
pub mod recognise;
pub mod repeated_hour;
pub mod second_look;
pub mod sink;
pub mod stream;
pub mod table;
pub mod table_rows;
mod tool_time;
pub mod written_time;

use rayon::prelude::*;

use crate::model::record::{SourceFacts, SourceId};
use discover::Found;
use prefilter::Prefilter;

/// Says which signatures a log line matches. Handed in by the pipeline, so that readers need not
/// know the knowledge base.
pub trait Interest: Sync {
    /// Pieces of text of which at least one stands in every line that has signatures.
    fn literals(&self) -> Vec<&[u8]>;

    /// Ids of the signatures that `text`, written by `program`, matches. Empty for most lines.
    fn signatures(&self, program: &str, text: &str) -> Vec<String>;

    /// Of a host's lines with the same signature, one in so many seconds is enough.
    fn once_in_seconds(&self) -> Option<i64> {
        None
    }

    /// Whether [`Interest::stretch`] ever answers.
    fn has_stretches(&self) -> bool {
        false
    }

    /// The number of a stretch of time of which all lines are to be kept, with that number for a
    /// signature: by the host as written (empty: none) and [`written_time::steady_seconds`].
    fn stretch(&self, _host: &[u8], _seconds: i64) -> Option<u32> {
        None
    }
}

/// Reads all found files, in parallel, and returns them in the order given. `progress` is called
/// once per file read.
pub fn read_all(found: &[Found], interest: &dyn Interest, progress: &(dyn Fn() + Sync)) -> Vec<SourceFacts> {
    let prefilter = Prefilter::of(interest);
    found
        .par_iter()
        .enumerate()
        .map(|(index, found)| {
            let source = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
            let parsed = drive::read_source(source, found, interest, &prefilter);
            progress();
            parsed
        })
        .collect()
}
