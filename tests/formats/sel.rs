//! System Event Logs: what stands in the fixtures is what is read.

use super::Counts;

pub const COUNTS: Counts = &[];
