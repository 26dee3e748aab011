//! The tree of hardware from `lshw -xml`.
//!
//! Time:   none.
//! Units:  bytes.
//! Spec:   lshw B.02.16 to B.02.20, src/core/hw.cc.
//! Loses:  every device but the system, its firmware, memory and processors.
//! Not handled: encodings other than UTF-8, which lshw does not write.

use quick_xml::Reader as XmlReader;
use quick_xml::events::{BytesStart, Event};

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::hardware_tree::{Node, Tree};
use crate::ingest::sink::Sink;
use crate::ingest::xml_text::{attribute, book_broken, text_of};

pub struct LshwXml;

impl Format for LshwXml {
    fn id(&self) -> &'static str {
        "lshw-xml"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "lshw -xml: the tree of hardware"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = String::from_utf8_lossy(&head[..head.len().min(8 * 1024)]);
        let begins = text.trim_start().starts_with("<?xml")
            || text.trim_start().starts_with("<node ")
            || text.trim_start().starts_with("<list>");
        let own =
            text.contains("<node id=\"") && text.contains(" class=\"") && text.contains("<description>");
        if begins && own { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// Nodes inside each other that are followed.
const DEPTH_MAX: usize = 256;

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let mut xml = XmlReader::from_reader(content);
    let mut tree = Tree::default();
    let mut open: Vec<Node> = Vec::new();
    let mut element: Vec<u8> = Vec::new();
    loop {
        match xml.read_event() {
            Ok(Event::Start(tag)) => {
                element = tag.name().as_ref().to_vec();
                if element == b"node" && open.len() < DEPTH_MAX {
                    let of = |name| attribute(&tag, name).unwrap_or_default();
                    open.push(Node { id: of("id"), class: of("class"), ..Node::default() });
                }
            }
            Ok(Event::Empty(tag)) => note_setting(&tag, &mut open),
            Ok(Event::Text(text)) => note_text(&element, &text_of(&text), &mut open),
            Ok(Event::End(tag)) => {
                element.clear();
                if tag.name().as_ref() == b"node"
                    && let Some(node) = open.pop()
                {
                    tree.node(&node);
                }
            }
            Ok(Event::Eof) if open.is_empty() => break,
            Ok(Event::Eof) => {
                book_broken(content, content.len(), "ends inside an element", sink);
                return;
            }
            Ok(_) => {}
            Err(error) => {
                let at = usize::try_from(xml.error_position()).unwrap_or(content.len());
                book_broken(content, at, &error.to_string(), sink);
                return;
            }
        }
    }
    sink.at(crate::model::Span { offset: 0, len: content.len() as u64, line: 1 });
    let fate = tree.facts.keep(sink);
    sink.claim(content, 1, fate);
}

fn note_setting(tag: &BytesStart<'_>, open: &mut [Node]) {
    let microcode = attribute(tag, "id").is_some_and(|id| id == "microcode");
    if let (true, Some(node)) = (microcode, open.last_mut()) {
        node.microcode = attribute(tag, "value").unwrap_or_default();
    }
}

fn note_text(element: &[u8], text: &str, open: &mut [Node]) {
    let Some(node) = open.last_mut() else { return };
    match element {
        b"description" => text.clone_into(&mut node.description),
        b"product" => text.clone_into(&mut node.product),
        b"vendor" => text.clone_into(&mut node.vendor),
        b"version" => text.clone_into(&mut node.version),
        b"date" => text.clone_into(&mut node.date),
        b"size" => node.size_bytes = text.trim().parse().unwrap_or(0),
        _ => {}
    }
}
