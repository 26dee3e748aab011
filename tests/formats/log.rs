//! Kernel and system logs: what stands in the fixtures is what is read.

use super::Counts;

pub const COUNTS: Counts = &[
    ("formats/linux-dmesg-text/ring-buffer.txt", 7, 5),
    ("formats/linux-dmesg-text/with-dates.txt", 4, 2),
    ("formats/linux-journal-json/two-boots.json", 7, 8),
    ("formats/syslog-rfc3164/after-a-power-cut.log", 5, 3),
    ("formats/syslog-rfc3164/journalctl-short.txt", 4, 5),
    ("formats/syslog-rfc3164/kern.log", 6, 3),
    ("formats/syslog-rfc3164/relayed-and-foreign.log", 14, 1),
    ("formats/syslog-rfc3339/devices-and-daemons.log", 13, 3),
    ("formats/syslog-rfc3339/framed-rfc5424.log", 4, 2),
    ("formats/syslog-rfc3339/messages.log", 4, 3),
    ("formats/syslog-rfc3339/rfc5424.log", 4, 2),
];
