//! The inventory as JSON: an array of objects, or a map of host → object; a host and its attributes.
//!
//! Time:   none, but for dates in and out of service.
//! Units:  none.
//! Spec:   none; columns by their usual names, every further column is a factor under its own name.
//! Loses:  addresses and remarks.
//! Not handled: several values in one cell.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table_rows::json_rows;

pub struct InventoryJson;

impl Format for InventoryJson {
    fn id(&self) -> &'static str {
        "inventory-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "inventory as JSON: objects with a host and its attributes"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.json_kind() {
            Some(SourceKind::Inventory) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    json_rows(content, SourceKind::Inventory, sink, super::inventory_csv::fact);
}
