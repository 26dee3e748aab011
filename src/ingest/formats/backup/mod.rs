//! Logs and lists of backup jobs.

use super::Format;

pub mod backup_csv;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[&backup_csv::BackupCsv];
