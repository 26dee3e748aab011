//! What `lscpu --json` prints of the processors.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   util-linux, sys-utils/lscpu.c (2.30 to 2.40): a flat list of fields, later nested in `children`.
//! Loses:  caches, NUMA nodes, flags, vulnerabilities.
//! Not handled: `lscpu -e --json`, which lists single processors.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::HostFacts;
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct LinuxLscpuJson;

impl Format for LinuxLscpuJson {
    fn id(&self) -> &'static str {
        "linux-lscpu-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "lscpu --json: processors"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let fields = json.together(&["field", "data"], 2) == 2;
        if json.together(&["lscpu"], 0) == 1 && fields { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &[], sink, take))
    }
}

fn take(value: &Value, sink: &mut Sink<'_>) -> Fate {
    let mut facts = HostFacts::default();
    let mut numbers: [Option<u32>; 3] = [None; 3];
    let mut open: Vec<&Value> =
        value.get("lscpu").and_then(Value::as_array).into_iter().flatten().rev().collect();
    while let Some(field) = open.pop() {
        let name = text_at(field, "/field").unwrap_or_default();
        let data = text_at(field, "/data").unwrap_or_default();
        match name.trim_end_matches(':') {
            "Model name" => facts.put("cpu_model", &data),
            "CPU family" => numbers[0] = data.parse().ok(),
            "Model" => numbers[1] = data.parse().ok(),
            "Stepping" => numbers[2] = data.parse().ok(),
            _ => {}
        }
        open.extend(field.get("children").and_then(Value::as_array).into_iter().flatten().rev());
    }
    if let [Some(family), Some(model), Some(stepping)] = numbers {
        facts.put_cpuid(family, model, stepping);
    }
    facts.keep(sink)
}
