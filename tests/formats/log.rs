//! Kernel and system logs: what stands in the fixtures is what is read.

use super::Counts;

pub const COUNTS: Counts = &[
    ("formats/linux-dmesg-text/ring-buffer.txt", 7, 5),
    ("formats/linux-dmesg-text/with-dates.txt", 4, 2),
    ("formats/linux-journal-json/two-boots.json", 7, 8),
    ("formats/syslog-rfc3164/journalctl-short.txt", 4, 4),
    ("formats/syslog-rfc3164/kern.log", 6, 3),
    ("formats/syslog-rfc3339/messages.log", 4, 3),
    ("formats/syslog-rfc3339/rfc5424.log", 4, 2),
];
