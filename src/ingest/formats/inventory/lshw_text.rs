//! The tree of hardware as `lshw` prints it by default, one indented block a device.
//!
//! Time:   none.
//! Units:  sizes in binary units as printed.
//! Spec:   lshw B.02.16 to B.02.20, src/core/print.cc.
//! Loses:  every device but the system, its firmware, memory and processors.
//! Not handled: `-businfo`.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::hardware_tree::{Node, Tree, printed_size};
use crate::ingest::key_value_text::split;
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct LshwText;

impl Format for LshwText {
    fn id(&self) -> &'static str {
        "lshw-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "lshw: the tree of hardware as text"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.text();
        if head.is_quoted() {
            return Fit::No;
        }
        let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(120);
        let nodes = lines().filter(|line| node_of(line).is_some()).count();
        if nodes == 0 {
            return Fit::No;
        }
        let fields = lines().filter(|line| line.starts_with("    ") && split(line, ':').is_some()).count();
        let known =
            ["description", "product", "vendor", "physical id", "capabilities", "configuration", "bus info"];
        let own =
            lines().filter(|line| split(line, ':').is_some_and(|(key, _)| known.contains(&key))).count();
        if own >= 2 && (nodes + fields) * 10 >= lines().count() * 7 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Lshw { tree: Tree::default(), node: Node::default() }))
    }
}

/// The id of the device in `     *-cpu:0 DISABLED`.
fn node_of(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("*-")?;
    let id = rest.split_whitespace().next()?;
    id.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(id)
}

struct Lshw {
    tree: Tree,
    node: Node,
}

impl LineReader for Lshw {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if text.starts_with("WARNING:") || shell_prompt::host_of(&text).is_some() {
            return Fate::Ignored("around-the-tree");
        }
        if let Some(id) = node_of(&text) {
            self.end_of_node();
            // Text names no classes; the ids that matter say it.
            let class = match id.split(':').next().unwrap_or_default() {
                "cpu" => "processor",
                "memory" => "memory",
                _ => "",
            };
            self.node = Node { id: id.to_owned(), class: class.to_owned(), ..Node::default() };
            return Fate::Parsed;
        }
        if !text.starts_with(' ') {
            if text.split_whitespace().count() != 1 {
                return Fate::Quarantined(Reason::BadShape);
            }
            self.end_of_node();
            std::mem::take(&mut self.tree).keep(sink);
            self.node = Node { id: text.trim().to_owned(), class: "system".to_owned(), ..Node::default() };
            return Fate::Parsed;
        }
        let Some((key, value)) = split(&text, ':') else { return Fate::Quarantined(Reason::BadShape) };
        let slot = match key {
            "description" => &mut self.node.description,
            "product" => &mut self.node.product,
            "vendor" => &mut self.node.vendor,
            "version" => &mut self.node.version,
            "date" => &mut self.node.date,
            "size" => {
                self.node.size_bytes = printed_size(value);
                return Fate::Parsed;
            }
            "configuration" => {
                let microcode = value.split_whitespace().find_map(|word| word.strip_prefix("microcode="));
                self.node.microcode = microcode.unwrap_or_default().to_owned();
                return Fate::Parsed;
            }
            _ => return Fate::Parsed,
        };
        *slot = value.to_owned();
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.end_of_node();
        std::mem::take(&mut self.tree).keep(sink);
    }
}

impl Lshw {
    fn end_of_node(&mut self) {
        let node = std::mem::take(&mut self.node);
        if !node.id.is_empty() {
            self.tree.node(&node);
        }
    }
}
