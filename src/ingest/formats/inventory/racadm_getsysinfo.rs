//! `racadm getsysinfo`: model, BIOS, iDRAC and host name of a Dell server.
//!
//! Time:   none that counts (the iDRAC's clock stands beside no other).
//! Units:  none.
//! Spec:   RACADM CLI guide for iDRAC6 to iDRAC9, subcommand getsysinfo.
//! Loses:  addresses, watchdog settings.
//! Not handled: the one of a chassis controller (CMC), which tells of no host.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::key_value_text::{KeyTable, NO_KEYS};

pub struct RacadmGetsysinfo;

static KEYS: KeyTable = KeyTable {
    separator: '=',
    marks: &[
        "RAC Date/Time",
        "Firmware Build",
        "Last Firmware Update",
        "System Model",
        "System BIOS Version",
        "Service Tag",
        "Express Svc Code",
        "DNS RAC Name",
        "BMC Firmware Version",
    ],
    marks_needed: 3,
    host: &["Host Name"],
    bios_version: &["System BIOS Version"],
    serial: &["Service Tag", "Svc Tag"],
    factors: &[("System Model", "model"), ("Firmware Version", "bmc_version"), ("OS Name", "os")],
    first: "RAC Date/Time",
    ..NO_KEYS
};

impl Format for RacadmGetsysinfo {
    fn id(&self) -> &'static str {
        "racadm-getsysinfo"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "racadm getsysinfo: Dell server"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        KEYS.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(KEYS.reader())
    }
}
