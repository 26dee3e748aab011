//! `hpasmcli -s "show server"`: model, ROM and processors of an HPE server.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   hpasmcli(4), HPE hp-health and hp-ams packages.
//! Loses:  addresses, caches, slots.
//! Not handled: other `show` commands.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::key_value_text::{KeyTable, NO_KEYS};

pub struct HpasmcliShowServer;

static KEYS: KeyTable = KeyTable {
    marks: &["System", "Serial No.", "ROM version", "iLo present", "Embedded NICs", "UEFI Support"],
    marks_needed: 3,
    bios_version: &["ROM version"],
    serial: &["Serial No."],
    factors: &[("System", "model"), ("Name", "cpu_model")],
    first: "System",
    ..NO_KEYS
};

impl Format for HpasmcliShowServer {
    fn id(&self) -> &'static str {
        "hpasmcli-show-server"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "hpasmcli show server: HPE server"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        KEYS.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(KEYS.reader())
    }
}
