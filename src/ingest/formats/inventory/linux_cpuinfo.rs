//! `/proc/cpuinfo`: the processors, with the revision of their microcode.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   Linux kernel, arch/x86/kernel/cpu/proc.c; other architectures have keys of their own.
//! Loses:  all but the first processor's model, signature and microcode; flags and clock rates.
//! Not handled: processors of architectures that name no model (ARM).

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::key_value_text::{KeyTable, NO_KEYS};

pub struct LinuxCpuinfo;

static KEYS: KeyTable = KeyTable {
    marks: &[
        "processor",
        "vendor_id",
        "cpu family",
        "model name",
        "stepping",
        "microcode",
        "physical id",
        "siblings",
        "core id",
        "cpuid level",
        "bogomips",
        "clflush size",
        "address sizes",
        "CPU implementer",
        "CPU architecture",
        "CPU part",
    ],
    marks_needed: 4,
    factors: &[("model name", "cpu_model"), ("microcode", "microcode")],
    cpuid: [&["cpu family"], &["model"], &["stepping"]],
    ..NO_KEYS
};

impl Format for LinuxCpuinfo {
    fn id(&self) -> &'static str {
        "linux-cpuinfo"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "/proc/cpuinfo: processors and microcode"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        KEYS.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(KEYS.reader())
    }
}
