//! What the machines are.

use super::Format;

pub mod inventory_csv;
pub mod inventory_json;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[&inventory_csv::InventoryCsv, &inventory_json::InventoryJson];
