//! Announced work.

use super::Format;

pub mod icalendar;
pub mod maintenance_csv;
pub mod maintenance_json;

/// The register of these formats.
pub static ALL: &[&dyn Format] =
    &[&icalendar::Icalendar, &maintenance_csv::MaintenanceCsv, &maintenance_json::MaintenanceJson];
