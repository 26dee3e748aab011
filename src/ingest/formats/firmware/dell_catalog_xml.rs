//! Dell's catalog of updates (`Catalog.xml`, `CatalogIndex` excluded): what the vendor offers, for which models,
//! and how urgent it is. Read component by component: the shipped file has 50 MB and more.
//!
//! Time:   `dateTime` of a component, with its offset.
//! Units:  none.
//! Spec:   Dell Repository Manager's catalog, schema 2.0 and 2.4, as UTF-16 or UTF-8, whatever is declared.
//! Loses:  paths, hashes, sizes, descriptions, bundles, operating systems.
//! Not handled: entities that a document type defines; catalogs of other vendors.

use memchr::memmem;
use quick_xml::Reader as XmlReader;
use quick_xml::events::{BytesStart, Event};

use crate::ingest::firmware_items::part_of;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::wide_text::Encoding;
use crate::ingest::written_time::{self, DayFirst};
use crate::ingest::xml_text::{attribute, text_of};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, FirmwareItem, FirmwareState, Part};

pub struct DellCatalogXml;

impl Format for DellCatalogXml {
    fn id(&self) -> &'static str {
        "dell-catalog-xml"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "Dell catalog: updates on offer"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = Encoding::of(head).text(head);
        let begins = text.trim_start().starts_with('<');
        let parts = ["<SoftwareComponent ", "<SoftwareBundle ", "<InventoryComponent "];
        let own = text.contains("<Manifest") && parts.iter().any(|part| text.contains(part));
        if begins && own { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let encoding = Encoding::of(content);
    let (begin, end) = (encoding.bytes_of("<SoftwareComponent"), encoding.bytes_of("</SoftwareComponent>"));
    let (begins, ends) = (memmem::Finder::new(&begin), memmem::Finder::new(&end));
    let (mut at, mut line) = (0, 1);
    while let Some(start) = begins.find(&content[at..]).map(|skip| at + skip) {
        around(&content[at..start], &mut line, sink);
        let stop = ends.find(&content[start..]).map(|skip| start + skip + end.len());
        let piece = &content[start..stop.unwrap_or(content.len())];
        sink.at(crate::model::Span { offset: start as u64, len: piece.len() as u64, line });
        let fate = match (stop, component(&encoding.text(piece))) {
            (None, _) => Fate::Quarantined(Reason::Truncated),
            (Some(_), Ok(item)) => {
                sink.record(None, Stamp::Missing, Body::Firmware(item));
                Fate::Parsed
            }
            (Some(_), Err(reason)) => Fate::Quarantined(reason),
        };
        sink.claim(piece, line, fate);
        line += newlines(piece);
        at = start + piece.len();
    }
    around(&content[at..], &mut line, sink);
}

/// Manifest, bundles and tools around the components.
fn around(piece: &[u8], line: &mut u64, sink: &mut Sink<'_>) {
    if !piece.is_empty() {
        sink.claim(piece, *line, Fate::Ignored("around-the-components"));
        *line += newlines(piece);
    }
}

fn newlines(piece: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', piece).count() as u64
}

/// What is gathered of a component while its elements pass by.
#[derive(Default)]
struct Component {
    item: FirmwareItem,
    kind: String,
    category: String,
    brand: String,
    named: bool,
}

fn component(text: &str) -> Result<FirmwareItem, Reason> {
    let mut xml = XmlReader::from_str(text);
    let mut component = Component {
        item: FirmwareItem { state: FirmwareState::Offered, ..FirmwareItem::default() },
        ..Component::default()
    };
    let mut path: Vec<Vec<u8>> = Vec::new();
    let mut words = String::new();
    loop {
        match xml.read_event().map_err(|_| Reason::BadShape)? {
            Event::Start(tag) => {
                component.open(&tag);
                path.push(tag.name().as_ref().to_vec());
                words.clear();
            }
            Event::Empty(tag) => component.open(&tag),
            Event::Text(text) => words.push_str(&text_of(&text)),
            Event::CData(text) => words.push_str(&String::from_utf8_lossy(&text)),
            Event::End(_) => {
                component.close(&path, words.trim());
                path.pop();
                words.clear();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if component.item.version.is_empty() {
        return Err(Reason::BadField("vendorVersion"));
    }
    component.item.part = component.part();
    Ok(component.item)
}

impl Component {
    fn open(&mut self, tag: &BytesStart<'_>) {
        let of = |name: &str| attribute(tag, name).filter(|value| !value.trim().is_empty());
        match tag.name().as_ref() {
            b"SoftwareComponent" => {
                self.item.version = of("vendorVersion").or_else(|| of("dellVersion")).unwrap_or_default();
                self.item.released = of("dateTime")
                    .or_else(|| of("releaseDate"))
                    .and_then(|text| written_time::read(&text, DayFirst(false)));
            }
            b"ComponentType" => self.kind = of("value").unwrap_or_default(),
            b"Device" => self.item.ids.extend(of("componentID")),
            b"Brand" => self.brand.clear(),
            // The catalog's own schema: 1 recommended, 2 urgent, 3 optional.
            b"Criticality" => {
                self.item.urgency = match of("value").as_deref() {
                    Some("1") => Some("Recommended".to_owned()),
                    Some("2") => Some("Urgent".to_owned()),
                    Some("3") => Some("Optional".to_owned()),
                    _ => None,
                };
            }
            _ => {}
        }
    }

    /// Takes the text of a `Display` by the element around it.
    fn close(&mut self, path: &[Vec<u8>], words: &str) {
        let [.., around, element] = path else { return };
        if element != b"Display" || words.is_empty() {
            return;
        }
        match around.as_slice() {
            b"Name" if !self.named => {
                self.named = true;
                words.clone_into(&mut self.item.component);
            }
            b"LUCategory" | b"Category" => self.category = format!("{} {words}", self.category),
            b"Brand" => words.clone_into(&mut self.brand),
            b"Model" => self.item.systems.push(format!("{} {words}", self.brand).trim().to_owned()),
            b"Criticality" if self.item.urgency.is_none() => {
                let word = words.split(['-', ' ']).next().unwrap_or(words);
                self.item.urgency = Some(word.to_owned());
            }
            _ => {}
        }
    }

    fn part(&self) -> Part {
        if self.kind == "BIOS" {
            return Part::Bios;
        }
        let category = self.category.to_lowercase();
        let of_category = [
            ("idrac", Part::Bmc),
            ("drive", Part::Drive),
            ("serial ata", Part::Drive),
            ("solid state", Part::Drive),
            ("raid", Part::StorageController),
            ("network", Part::Network),
            ("power supply", Part::PowerSupply),
        ];
        let known = of_category.into_iter().find(|(word, _)| category.contains(word));
        known.map_or_else(|| part_of(&self.item.component), |(_, part)| part)
    }
}
