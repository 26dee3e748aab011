//! Kernel and system logs: what stands in the fixtures is what is read.

use super::Counts;

pub const COUNTS: Counts = &[
    ("formats/linux-dmesg-text/decoded-with-callers.txt", 4, 2),
    ("formats/linux-dmesg-text/deltas.txt", 3, 3),
    ("formats/linux-dmesg-text/iso.txt", 3, 2),
    ("formats/linux-dmesg-text/pstore.txt", 3, 2),
    ("formats/linux-dmesg-text/relative.txt", 4, 2),
    ("formats/linux-dmesg-text/ring-buffer.txt", 7, 5),
    ("formats/linux-dmesg-text/serial-console.log", 11, 3),
    ("formats/linux-dmesg-text/with-dates.txt", 4, 2),
    ("formats/linux-journal-json/two-boots.json", 7, 8),
    ("formats/linux-journal-monotonic/short-delta.txt", 3, 5),
    ("formats/linux-journal-monotonic/short-monotonic.txt", 5, 5),
    ("formats/linux-kernel-text/dmesg-without-times.txt", 12, 1),
    ("formats/linux-kernel-text/oops.txt", 19, 2),
    ("formats/syslog-rfc3164/after-a-power-cut.log", 5, 3),
    ("formats/syslog-rfc3164/journalctl-short.txt", 4, 5),
    ("formats/syslog-rfc3164/kern.log", 6, 3),
    ("formats/syslog-rfc3164/relayed-and-foreign.log", 14, 1),
    ("formats/syslog-rfc3339/devices-and-daemons.log", 13, 3),
    ("formats/syslog-rfc3339/framed-rfc5424.log", 4, 2),
    ("formats/syslog-rfc3339/messages.log", 4, 3),
    ("formats/syslog-rfc3339/rfc5424.log", 4, 2),
];
