//! Power readings and what power supplies say.

use super::Format;

pub mod power_csv;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[&power_csv::PowerCsv];
