//! What `lscpu` prints of the processors, in English or German.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   util-linux, sys-utils/lscpu.c (2.19 to 2.40); the names of lines moved between versions.
//! Loses:  caches, NUMA nodes, flags, vulnerabilities.
//! Not handled: other languages; `lscpu -p` and `-e`, which list single processors.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::key_value_text::{KeyTable, NO_KEYS};

pub struct LinuxLscpuText;

static KEYS: KeyTable = KeyTable {
    marks: &[
        "Architecture",
        "Architektur",
        "CPU op-mode(s)",
        "CPU Operationsmodus",
        "CPU(s)",
        "On-line CPU(s) list",
        "Thread(s) per core",
        "Thread(s) pro Kern",
        "Core(s) per socket",
        "Kern(e) pro Socket",
        "Model name",
        "Modellname",
        "Vendor ID",
        "Anbieterkennung",
        "CPU family",
        "Prozessorfamilie",
        "Stepping",
        "NUMA node(s)",
    ],
    marks_needed: 4,
    factors: &[("Model name", "cpu_model"), ("Modellname", "cpu_model")],
    cpuid: [&["CPU family", "Prozessorfamilie"], &["Model", "Modell"], &["Stepping"]],
    first: "Architecture",
    ..NO_KEYS
};

impl Format for LinuxLscpuText {
    fn id(&self) -> &'static str {
        "linux-lscpu-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "lscpu: processors"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        KEYS.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(KEYS.reader())
    }
}
