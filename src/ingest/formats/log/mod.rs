//! Kernel and system logs.

use super::Format;

pub mod linux_dmesg_text;
pub mod linux_journal_json;
pub mod linux_journal_monotonic;
pub mod linux_kernel_text;
pub mod syslog_rfc3164;
pub mod syslog_rfc3339;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &linux_dmesg_text::LinuxDmesgText,
    &linux_journal_json::LinuxJournalJson,
    &linux_journal_monotonic::LinuxJournalMonotonic,
    &linux_kernel_text::LinuxKernelText,
    &syslog_rfc3164::SyslogRfc3164,
    &syslog_rfc3339::SyslogRfc3339,
];

/// Takes a syslog priority (`<34>`) off the front of a line.
fn strip_priority(line: &str) -> &str {
    let Some(inner) = line.strip_prefix('<') else { return line };
    match inner.split_once('>') {
        Some((number, rest)) if number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => line,
    }
}
