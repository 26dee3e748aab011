//! Reads a line by itself, as the file of its format that it stands for.

use super::Interest;
use super::drive::read_bytes;
use crate::model::record::{Record, SourceId};

/// The records of one line (or one record) of a format.
///
/// # Errors
/// In words, if it is taken for another format or not understood.
pub fn records(format: &str, text: &str, interest: &dyn Interest) -> Result<Vec<Record>, String> {
    let facts = read_bytes(SourceId(0), "sample", format!("{text}\n").as_bytes(), interest);
    if facts.format.as_deref() != Some(format) {
        let taken = facts.format.as_deref().unwrap_or("no format");
        return Err(format!("taken for {taken}: {}", facts.reason));
    }
    if facts.understood != 1 || facts.quarantined > 0 {
        return Err(format!("{} records understood, {:?}", facts.understood, facts.reasons));
    }
    Ok(facts.records)
}
