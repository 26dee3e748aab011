//! The systemd journal as journald writes it (`system.journal`, `*.journal~`).
//!
//! Time:   microseconds of Unix time on the host's clock; the kernel's uptime in microseconds.
//! Units:  microseconds, bytes.
//! Spec:   systemd "Journal File Format": regular and compact files, keyed and plain hashes, sealed
//!         files, payloads packed with xz, LZ4 or zstd.
//! Loses:  all fields but time, host, boot id, identifier, message and uptime; a message's text behind
//!         its first 16 KiB; the text of a message that nothing was kept of where an entry repeats it
//!         48 MiB of other messages later. Seals are not verified: what was changed by hand shows
//!         nowhere.
//! Not handled: messages of more than 64 KiB that are packed with LZ4.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::journal_file;

pub struct LinuxJournalBinary;

impl Format for LinuxJournalBinary {
    fn id(&self) -> &'static str {
        "linux-journal-binary"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Boot
    }

    fn title(&self) -> &'static str {
        "systemd journal, binary (*.journal)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if journal_file::is_journal(head) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Stream(journal_file::read)
    }
}
