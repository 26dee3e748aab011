//! Boot history.

use super::Format;

pub mod linux_journal_binary;
pub mod linux_last_text;
pub mod linux_wtmp;

/// The register of these formats.
pub static ALL: &[&dyn Format] =
    &[&linux_journal_binary::LinuxJournalBinary, &linux_last_text::LinuxLastText, &linux_wtmp::LinuxWtmp];
