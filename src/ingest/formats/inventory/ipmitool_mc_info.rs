//! What the BMC says of itself: `ipmitool mc info` (`bmc info`) and FreeIPMI's `bmc-info`.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   ipmitool lib/ipmi_mc.c (1.8.9 to 1.8.19), FreeIPMI bmc-info/bmc-info.c (0.8 to 1.6); IPMI v2.0 §20.1.
//! Loses:  ids, capabilities, channels, the auxiliary revision, whose meaning each maker keeps to itself.
//! Not handled: nothing known.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::key_value_text::{KeyTable, NO_KEYS};

pub struct IpmitoolMcInfo;

static KEYS: KeyTable = KeyTable {
    marks: &[
        "Device ID",
        "Device Revision",
        "Firmware Revision",
        "IPMI Version",
        "Manufacturer ID",
        "Product ID",
        "Device Available",
        "Provides Device SDRs",
        "Aux Firmware Rev Info",
        "Auxiliary Firmware Revision Information",
    ],
    marks_needed: 4,
    factors: &[("Firmware Revision", "bmc_version"), ("Manufacturer Name", "vendor")],
    first: "Device ID",
    ..NO_KEYS
};

impl Format for IpmitoolMcInfo {
    fn id(&self) -> &'static str {
        "ipmitool-mc-info"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "ipmitool mc info, bmc-info: firmware of the BMC"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        KEYS.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(KEYS.reader())
    }
}
