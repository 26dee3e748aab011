//! `racadm swinventory`: installed, available and previous versions of a Dell server's firmware.
//!
//! Time:   dates of installation in UTC (`…Z`) or without a zone, as the iDRAC writes them.
//! Units:  none.
//! Spec:   RACADM CLI guide for iDRAC7 to iDRAC9, subcommand swinventory.
//! Loses:  hashes, sub-device ids.
//! Not handled: nothing known.

use crate::ingest::firmware_items::{self, part_of};
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::key_value_text::split;
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::record::{FirmwareItem, FirmwareState, Part};

pub struct RacadmSwinventory;

impl Format for RacadmSwinventory {
    fn id(&self) -> &'static str {
        "racadm-swinventory"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "racadm swinventory: firmware of a Dell server"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !(head.says("ComponentType") && head.says("ElementName") && head.says("FQDD")) {
            return Fit::No;
        }
        let text = head.text();
        if head.is_quoted() {
            return Fit::No;
        }
        let has = |name: &str| text.lines().any(|line| split(line, '=').is_some_and(|(key, _)| key == name));
        let keys = has("ComponentType") && has("ElementName") && has("FQDD");
        let lines = || text.lines().filter(|line| !line.trim().is_empty());
        let shaped = lines().filter(|line| line.contains('=') || line.starts_with("---")).count();
        if keys && shaped * 3 >= lines().count() * 2 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Blocks::default()))
    }
}

#[derive(Default)]
struct Blocks {
    host: Option<String>,
    block: Block,
}

#[derive(Default)]
struct Block {
    item: FirmwareItem,
    versions: Vec<(FirmwareState, String)>,
}

impl LineReader for Blocks {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if text.starts_with("---") {
            self.end_of_block(sink);
            return Fate::Ignored("separator");
        }
        if let Some(host) = shell_prompt::host_of(text) {
            self.end_of_block(sink);
            self.host = Some(host.to_owned());
            return Fate::Ignored("shell-prompt");
        }
        if is_notice(text) {
            return Fate::Ignored("notice-of-the-tool");
        }
        let Some((key, value)) = split(text, '=') else { return Fate::Quarantined(Reason::BadShape) };
        if key == "ComponentType" {
            self.end_of_block(sink);
        }
        self.take(key, value);
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.end_of_block(sink);
    }
}

/// What racadm says around its answer.
fn is_notice(text: &str) -> bool {
    text.starts_with("Security Alert")
        || text.starts_with("Continuing execution")
        || text.starts_with("Certificate")
        || text.starts_with("RAC")
        || text.contains("racadm")
        || text.to_ascii_lowercase().contains("software inventory")
}

impl Blocks {
    fn take(&mut self, key: &str, value: &str) {
        let block = &mut self.block;
        let state = match key {
            "Current Version" | "Version" | "Installed Version" => FirmwareState::Installed,
            "Rollback Version" => FirmwareState::Rollback,
            "Available Version" => FirmwareState::Available,
            "ElementName" => {
                value.clone_into(&mut block.item.component);
                return;
            }
            "FQDD" => {
                block.item.place = Some(value.to_owned()).filter(|value| !value.is_empty());
                return;
            }
            "InstallationDate" => {
                block.item.installed = written_time::read(value, DayFirst(false));
                return;
            }
            _ => return,
        };
        if !value.is_empty() {
            block.versions.push((state, value.to_owned()));
        }
    }

    fn end_of_block(&mut self, sink: &mut Sink<'_>) {
        let Block { item, versions } = std::mem::take(&mut self.block);
        let part = match item.place.as_deref().map(part_of) {
            None | Some(Part::Other) => part_of(&item.component),
            Some(known) => known,
        };
        for (state, version) in versions {
            let item = FirmwareItem { part, version, state, ..item.clone() };
            firmware_items::keep(self.host.as_deref(), item, sink);
        }
    }
}
