//! Finds sources, recognises them by content, and drives their readers.

pub mod attribution;
mod byte_bits;
pub mod calendar;
mod captured;
mod column_words;
pub mod console;
mod csv_rows;
pub mod decompress;
pub mod discover;
pub mod drive;
mod firmware_items;
mod foreign_headers;
pub mod formats;
mod hardware_tree;
pub mod head;
mod host_facts;
mod in_order;
pub mod job_runs;
mod journal_boots;
pub mod journal_entry;
mod journal_file;
mod json_head;
mod json_rows;
pub mod json_values;
pub mod kernel_stamp;
pub mod kernel_text;
mod key_value_text;
mod last_output;
pub mod lines;
pub mod list_kind;
pub mod log_header;
pub mod log_lines;
mod login_records;
mod masked_prefix;
pub mod month_names;
mod named_objects;
pub mod place_names;
pub mod planned_words;
mod power_columns;
mod power_header;
mod power_series;
pub mod prefilter;
mod property_list;
mod quiet_front;
pub mod quiet_lines;
mod quiet_message;
pub mod quiet_stretch;
mod quoted_output;
pub mod reading;
mod recent_hosts;
pub mod recognise;
mod redfish;
mod redfish_documents;
pub mod reread;
pub mod row_times;
pub mod sample;
pub mod second_look;
mod sensor_readings;
mod shell_prompt;
pub mod sink;
mod smbios;
mod stamp_mask;
pub mod stream;
mod supply_facts;
pub mod table;
pub mod table_rows;
pub mod terminal;
mod tool_time;
pub mod unpack;
mod unwritten_year;
mod ups_events;
pub mod utf16;
pub mod vendor_log;
mod watts;
mod wide_text;
mod windows_events;
pub mod written_duration;
pub mod written_time;
mod xml_text;

use rayon::prelude::*;

use crate::model::record::{SourceFacts, SourceId};
use discover::Found;
use prefilter::Watch;

/// What is said first of a source that could not be read to its end.
pub const STOPPED: &str = "reading stopped";

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

/// Reads all found files, in parallel, and returns their sources sorted by shown path: one for each
/// file, and one for each member of an archive. `progress` is called once per file read.
pub fn read_all(found: &[Found], interest: &dyn Interest, progress: &(dyn Fn() + Sync)) -> Vec<SourceFacts> {
    let watch = Watch::new(interest);
    let read: Vec<Vec<SourceFacts>> = found
        .par_iter()
        .map(|found| {
            let read = reading::read_found(found, &watch);
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
