//! The tree of hardware from `lshw -json`, as one object, as an array, or as objects that only commas part,
//! which older versions print.
//!
//! Time:   none.
//! Units:  bytes.
//! Spec:   lshw B.02.16 to B.02.20, src/core/hw.cc.
//! Loses:  every device but the system, its firmware, memory and processors.
//! Not handled: `-class` without the system: it names no model.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::hardware_tree::{Node, Tree};
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct LshwJson;

impl Format for LshwJson {
    fn id(&self) -> &'static str {
        "lshw-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "lshw -json: the tree of hardware"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let of_lshw = json.together(
            &["id", "class", "claimed", "handle", "physid", "configuration", "capabilities", "description"],
            1,
        );
        let named = json.together(&["id", "class"], 1) == 2;
        let probed = json.together(&["claimed", "handle", "physid", "businfo"], 1) >= 1;
        if of_lshw >= 4 && named && probed { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &[], sink, take))
    }
}

fn take(value: &Value, sink: &mut Sink<'_>) -> Fate {
    let mut tree = Tree::default();
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        tree.node(&read_node(node));
        // Last in, first out: the first child is looked at first, so that the first processor counts.
        open.extend(node.get("children").and_then(Value::as_array).into_iter().flatten().rev());
    }
    tree.facts.keep(sink)
}

fn read_node(value: &Value) -> Node {
    let text = |pointer: &str| text_at(value, pointer).unwrap_or_default();
    Node {
        id: text("/id"),
        class: text("/class"),
        description: text("/description"),
        product: text("/product"),
        vendor: text("/vendor"),
        version: text("/version"),
        date: text("/date"),
        size_bytes: value.get("size").and_then(Value::as_u64).unwrap_or(0),
        microcode: text("/configuration/microcode"),
    }
}
