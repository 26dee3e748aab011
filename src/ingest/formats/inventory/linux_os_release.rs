//! `/etc/os-release`, and `/etc/lsb-release`: the operating system.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   os-release(5); lsb-release as Debian's and Ubuntu's base-files write it.
//! Loses:  addresses, colours, variants.
//! Not handled: `/etc/redhat-release`, a line without a key.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::key_value_text::{KeyTable, NO_KEYS};

pub struct LinuxOsRelease;

static KEYS: KeyTable = KeyTable {
    separator: '=',
    marks: &[
        "PRETTY_NAME",
        "NAME",
        "ID",
        "ID_LIKE",
        "VERSION_ID",
        "VERSION_CODENAME",
        "HOME_URL",
        "BUG_REPORT_URL",
        "ANSI_COLOR",
        "CPE_NAME",
        "PLATFORM_ID",
        "DISTRIB_ID",
        "DISTRIB_RELEASE",
        "DISTRIB_DESCRIPTION",
    ],
    marks_needed: 3,
    factors: &[("PRETTY_NAME", "os"), ("DISTRIB_DESCRIPTION", "os")],
    ..NO_KEYS
};

impl Format for LinuxOsRelease {
    fn id(&self) -> &'static str {
        "linux-os-release"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "/etc/os-release: operating system"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        KEYS.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(KEYS.reader())
    }
}
