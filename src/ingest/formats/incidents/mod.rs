//! Incidents that somebody wrote down.

use super::Format;

pub mod failures_by_place_csv;
pub mod incidents_csv;
pub mod incidents_headless;
pub mod incidents_json;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &failures_by_place_csv::FailuresByPlaceCsv,
    &incidents_csv::IncidentsCsv,
    &incidents_headless::IncidentsHeadless,
    &incidents_json::IncidentsJson,
];
