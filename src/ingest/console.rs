//! What stands between kernel messages where a serial console was captured.

/// A line of a console without a kernel's time.
#[derive(Debug, PartialEq, Eq)]
pub enum ConsoleLine<'a> {
    /// A status line of systemd as it starts and stops units: its words without the mark.
    Systemd(&'a str),
    /// The head that pstore puts on a part of a dump (`Panic#2 Part3`, `====1740790984.250000-D`).
    PstoreHeading,
    /// A prompt, a boot loader's or a program's output.
    Output,
}

/// Marks of systemd's status lines, `src/core/manager.c` and `src/core/job.c`.
const STATUS_MARKS: &[&str] =
    &["OK", "FAILED", "DEPEND", "TIME", "ABORT", "SKIP", "INFO", "WARN", "ASSERT", "UNSUPP"];
/// Lines of systemd about a job that has begun; they are set in by nine blanks.
const STATUS_VERBS: &[&str] = &[
    "Starting ",
    "Stopping ",
    "Mounting ",
    "Unmounting ",
    "Activating ",
    "Deactivating ",
    "Reloading ",
    "Set up ",
];

/// Tells what a line is, after escape sequences are gone.
#[must_use]
pub fn console_line(text: &str) -> ConsoleLine<'_> {
    if let Some(inner) = text.trim_start().strip_prefix('[')
        && let Some((mark, rest)) = inner.split_once("] ")
    {
        let mark = mark.trim();
        if STATUS_MARKS.contains(&mark)
            || !mark.is_empty() && mark.bytes().all(|byte| byte == b'*' || byte == b' ')
        {
            return ConsoleLine::Systemd(rest.trim());
        }
    }
    if let Some(job) = text.strip_prefix("         ")
        && STATUS_VERBS.iter().any(|verb| job.starts_with(verb))
    {
        return ConsoleLine::Systemd(job.trim_end());
    }
    if is_pstore_heading(text) { ConsoleLine::PstoreHeading } else { ConsoleLine::Output }
}

/// Why the kernel dumped, `kernel/printk/printk.c` (kmsg_dump_reason_str) and older names.
const PSTORE_REASONS: &[&str] =
    &["Panic", "Oops", "Emergency", "Shutdown", "Restart", "Halt", "Poweroff", "Kexec", "Unknown"];

fn is_pstore_heading(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(stamp) = text.strip_prefix("====") {
        let stamp = stamp.trim_end();
        let stamp = stamp.strip_suffix("-D").or_else(|| stamp.strip_suffix("-C")).unwrap_or(stamp);
        return stamp.split_once('.').is_some_and(|(seconds, fraction)| digits(seconds) && digits(fraction));
    }
    let Some((reason, rest)) = text.trim_end().split_once('#') else { return false };
    let Some((count, part)) = rest.split_once(" Part") else { return false };
    PSTORE_REASONS.contains(&reason) && digits(count) && digits(part)
}

/// Whether a line shows that this is a console and not a document: a boot loader, a prompt, a
/// terminal server, systemd's status.
#[must_use]
pub fn shows_console(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "U-Boot ",
        "U-Boot SPL",
        "iPXE",
        "GRUB",
        "ISOLINUX",
        "SYSLINUX",
        "SeaBIOS",
        "Booting from ",
        "Starting kernel ...",
        "EFI stub:",
        "Uncompressing Linux",
        "Escape character is '^]'",
        "[SOL Session operational",
        "Loading initial ramdisk",
        "Press any key to enter setup",
        "PXE",
        "Hit any key to stop autoboot",
    ];
    matches!(console_line(text), ConsoleLine::Systemd(_) | ConsoleLine::PstoreHeading)
        || WORDS.iter().any(|word| text.contains(word))
        || text.trim_end().ends_with(" login:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_systemd_pstore_and_the_rest() {
        for (line, expected) in [
            ("[  OK  ] Reached target Shutdown.", ConsoleLine::Systemd("Reached target Shutdown.")),
            ("[*     ] A start job is running", ConsoleLine::Systemd("A start job is running")),
            ("         Starting Network Service...", ConsoleLine::Systemd("Starting Network Service...")),
            ("Panic#2 Part13", ConsoleLine::PstoreHeading),
            ("====1740790984.250000-D", ConsoleLine::PstoreHeading),
            ("Oops#x Part1", ConsoleLine::Output),
            ("[] a", ConsoleLine::Output),
            ("root@kvm07:~# reboot", ConsoleLine::Output),
        ] {
            assert_eq!(console_line(line), expected, "{line}");
        }
    }
}
