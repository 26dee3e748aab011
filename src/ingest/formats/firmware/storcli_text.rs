//! `storcli /c0 show`, `show all` and `perccli` as text: RAID controllers.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   StorCLI reference manual (Broadcom), PERCCLI reference guide (Dell).
//! Loses:  drives (the tables name no firmware), policies, states, serial numbers.
//! Not handled: the details of drives (`/call/eall/sall show all`) as text.

use crate::ingest::firmware_items;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::key_value_text::split;
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ledger::Fate;
use crate::model::record::{FirmwareItem, Part};

pub struct StorcliText;

impl Format for StorcliText {
    fn id(&self) -> &'static str {
        "storcli-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "storcli, perccli: RAID controllers"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("CLI Version") {
            return Fit::No;
        }
        let text = head.text();
        if head.is_quoted() {
            return Fit::No;
        }
        let has = |names: &[&str]| {
            text.lines().any(|line| split(line, '=').is_some_and(|(key, _)| names.contains(&key)))
        };
        let begins = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .take(5)
            .any(|line| line.starts_with("CLI Version"));
        let own = begins && has(&["Controller"]) && has(&["FW Version", "Firmware Version"]);
        if own { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Controllers::default()))
    }
}

#[derive(Default)]
struct Controllers {
    host: Option<String>,
    item: FirmwareItem,
}

impl LineReader for Controllers {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(host) = shell_prompt::host_of(&text) {
            self.end_of_controller(sink);
            self.host = Some(host.to_owned());
            return Fate::Ignored("shell-prompt");
        }
        let Some((key, value)) = split(&text, '=').filter(|(key, _)| !key.contains('|')) else {
            return Fate::Ignored("heading-or-table");
        };
        match key {
            "CLI Version" => self.end_of_controller(sink),
            "Controller" => self.item.place = Some(format!("/c{value}")),
            "Product Name" | "Model" => value.clone_into(&mut self.item.component),
            "FW Version" | "Firmware Version" => value.clone_into(&mut self.item.version),
            _ => {}
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.end_of_controller(sink);
    }
}

impl Controllers {
    fn end_of_controller(&mut self, sink: &mut Sink<'_>) {
        let item = std::mem::take(&mut self.item);
        if !item.component.is_empty() && !item.version.is_empty() {
            let item = FirmwareItem { part: Part::StorageController, ..item };
            firmware_items::keep(self.host.as_deref(), item, sink);
        }
    }
}
