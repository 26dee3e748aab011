//! Boot history.

use super::Format;

pub mod linux_wtmp;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[&linux_wtmp::LinuxWtmp];
