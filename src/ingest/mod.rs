//! Finds sources, recognises them by content, and drives their readers.

pub mod attribution;
mod captured;
mod column_words;
pub mod console;
mod csv_rows;
pub mod decompress;
pub mod discover;
pub mod drive;
mod firmware_items;
pub mod formats;
mod hardware_tree;
mod host_facts;
mod journal_boots;
pub mod journal_entry;
mod journal_file;
mod json_head;
mod json_rows;
pub mod kernel_stamp;
pub mod kernel_text;
mod key_value_text;
mod last_output;
pub mod lines;
pub mod log_header;
pub mod log_lines;
mod login_records;
pub mod month_names;
pub mod prefilter;
mod quoted_output;
pub mod recognise;
mod redfish;
pub mod repeated_hour;
mod shell_prompt;
pub mod sink;
mod smbios;
pub mod stream;
pub mod table;
pub mod table_rows;
pub mod terminal;
mod tool_time;
pub mod utf16;
pub mod vendor_log;
mod wide_text;
mod power_columns;
mod power_header;
mod power_series;
mod redfish_documents;
mod sensor_readings;
mod supply_facts;
mod ups_events;
mod watts;
pub mod written_time;
mod xml_text;

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
