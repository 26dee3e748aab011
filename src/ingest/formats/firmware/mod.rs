//! Versions of firmware, installed and on offer.

use super::Format;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[];
