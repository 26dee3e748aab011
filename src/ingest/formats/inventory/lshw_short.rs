//! The table that `lshw -short` prints: path, device, class and description.
//!
//! Time:   none.
//! Units:  sizes in binary units as printed.
//! Spec:   lshw B.02.16 to B.02.20, src/core/print.cc.
//! Loses:  every device but the system, its memory and processors.
//! Not handled: `-businfo`; the version of the BIOS is not in this table.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::hardware_tree::{Node, Tree, printed_size};
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct LshwShort;

impl Format for LshwShort {
    fn id(&self) -> &'static str {
        "lshw-short"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "lshw -short: hardware as a table"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.text();
        if head.is_quoted() {
            return Fit::No;
        }
        let mut lines = text.lines().take(20);
        let header = lines.by_ref().any(|line| class_column(line).is_some());
        let rule = lines.next().is_some_and(|line| line.len() > 20 && line.bytes().all(|byte| byte == b'='));
        if header && rule { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Short { column: None, tree: Tree::default() }))
    }
}

/// Where the class stands, by the header.
fn class_column(line: &str) -> Option<usize> {
    let at = line.find(" Class ")? + 1;
    (line.starts_with("H/W path") && line.trim_end().ends_with("Description")).then_some(at)
}

struct Short {
    column: Option<usize>,
    tree: Tree,
}

impl LineReader for Short {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(column) = class_column(&text) {
            std::mem::take(&mut self.tree).keep(sink);
            self.column = Some(column);
            return Fate::Ignored("table-header");
        }
        if text.starts_with("WARNING:") || text.starts_with("===") || shell_prompt::host_of(&text).is_some() {
            return Fate::Ignored("around-the-table");
        }
        let Some(row) = self.column.and_then(|column| text.get(column..)) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let (class, description) = row.split_once(' ').unwrap_or((row, ""));
        let description = description.trim();
        let mut node = Node { class: class.to_owned(), product: description.to_owned(), ..Node::default() };
        if class == "processor" {
            node.id = "cpu".to_owned();
        } else if let Some(size) =
            description.strip_suffix("System Memory").or_else(|| description.strip_suffix("System memory"))
        {
            node.id = "memory".to_owned();
            node.size_bytes = printed_size(size);
        }
        self.tree.node(&node);
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        std::mem::take(&mut self.tree).keep(sink);
    }
}
