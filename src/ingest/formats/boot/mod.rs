//! Boot history.

use super::Format;

pub mod journalctl_list_boots;
pub mod journalctl_list_boots_json;
pub mod linux_journal_binary;
pub mod linux_last_text;
pub mod linux_utmpdump_text;
pub mod linux_wtmp;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &journalctl_list_boots::JournalctlListBoots,
    &journalctl_list_boots_json::JournalctlListBootsJson,
    &linux_journal_binary::LinuxJournalBinary,
    &linux_last_text::LinuxLastText,
    &linux_utmpdump_text::LinuxUtmpdumpText,
    &linux_wtmp::LinuxWtmp,
];
