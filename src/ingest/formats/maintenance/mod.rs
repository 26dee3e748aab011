//! Planned work.

use super::Format;

pub mod maintenance_csv;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[&maintenance_csv::MaintenanceCsv];
