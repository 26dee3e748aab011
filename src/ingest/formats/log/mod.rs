//! Kernel and system logs.

use super::Format;

pub mod clock_only_log;
pub mod hpc_alert_log;
pub mod linux_audit_log;
pub mod linux_boot_log;
pub mod linux_dmesg_json;
pub mod linux_dmesg_text;
pub mod linux_journal_export;
pub mod linux_journal_json;
pub mod linux_journal_monotonic;
pub mod linux_journal_verbose;
pub mod linux_kernel_text;
pub mod linux_kmsg_records;
pub mod mcelog_text;
pub mod rasdaemon_text;
pub mod syslog_rfc3164;
pub mod syslog_rfc3339;
pub mod windows_event_csv;
pub mod windows_event_list;
pub mod xen_console_text;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &clock_only_log::ClockOnlyLog,
    &hpc_alert_log::HpcAlertLog,
    &linux_audit_log::LinuxAuditLog,
    &linux_boot_log::LinuxBootLog,
    &linux_dmesg_json::LinuxDmesgJson,
    &linux_kmsg_records::LinuxKmsgRecords,
    &linux_dmesg_text::LinuxDmesgText,
    &linux_journal_export::LinuxJournalExport,
    &linux_journal_json::LinuxJournalJson,
    &linux_journal_monotonic::LinuxJournalMonotonic,
    &linux_journal_verbose::LinuxJournalVerbose,
    &linux_kernel_text::LinuxKernelText,
    &mcelog_text::McelogText,
    &rasdaemon_text::RasdaemonText,
    &syslog_rfc3164::SyslogRfc3164,
    &syslog_rfc3339::SyslogRfc3339,
    &windows_event_csv::WindowsEventCsv,
    &windows_event_list::WindowsEventList,
    &xen_console_text::XenConsoleText,
];
