//! Incidents that somebody wrote down.

use super::Format;

pub mod incidents_csv;
pub mod incidents_json;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[&incidents_csv::IncidentsCsv, &incidents_json::IncidentsJson];
