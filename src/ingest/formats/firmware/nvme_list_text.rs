//! `nvme list`: NVMe drives with model and firmware.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   nvme-cli 1.3 to 2.8, nvme-print.c: columns are as wide as the rule below the header.
//! Loses:  serial numbers, sizes, namespaces.
//! Not handled: `-v`, which has three tables.

use crate::ingest::firmware_items;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::record::{FirmwareItem, Part};

pub struct NvmeListText;

impl Format for NvmeListText {
    fn id(&self) -> &'static str {
        "nvme-list-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "nvme list: NVMe drives and their firmware"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.text();
        if head.is_quoted() {
            return Fit::No;
        }
        let mut lines = text.lines().take(10);
        let header = lines.by_ref().any(is_header);
        if header && lines.next().is_some_and(|line| columns(line).is_some()) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(List { header: None, columns: Vec::new(), host: None }))
    }
}

fn is_header(line: &str) -> bool {
    line.starts_with("Node ") && line.contains(" Model ") && line.trim_end().ends_with("FW Rev")
}

/// Start and end of each column, by the rule of dashes.
fn columns(line: &str) -> Option<Vec<(usize, usize)>> {
    let line = line.trim_end();
    if !line.starts_with("---") || !line.bytes().all(|byte| matches!(byte, b'-' | b' ')) {
        return None;
    }
    let mut columns = Vec::new();
    let mut start = 0;
    for run in line.split(' ') {
        if !run.is_empty() {
            columns.push((start, start + run.len()));
        }
        start += run.len() + 1;
    }
    Some(columns)
}

struct List {
    header: Option<String>,
    columns: Vec<(usize, usize)>,
    host: Option<String>,
}

impl LineReader for List {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if is_header(&text) {
            self.header = Some(text.into_owned());
            return Fate::Ignored("table-header");
        }
        if let Some(columns) = columns(&text) {
            self.columns = columns;
            return Fate::Ignored("table-header");
        }
        if let Some(host) = shell_prompt::host_of(&text) {
            self.host = Some(host.to_owned());
            return Fate::Ignored("shell-prompt");
        }
        let cell = |name: &str| {
            let at = self.header.as_ref()?.find(name)?;
            let (start, end) = self.columns.iter().find(|(start, _)| *start == at)?;
            let end = if name == "FW Rev" { text.len() } else { *end };
            Some(text.get(*start..end.min(text.len()))?.trim().to_owned()).filter(|cell| !cell.is_empty())
        };
        let (Some(place), Some(component), Some(version)) = (cell("Node"), cell("Model"), cell("FW Rev"))
        else {
            return Fate::Quarantined(Reason::BadShape);
        };
        if !place.starts_with("/dev/") {
            return Fate::Quarantined(Reason::BadField("Node"));
        }
        let item = FirmwareItem {
            component,
            part: Part::Drive,
            place: Some(place),
            version,
            ..FirmwareItem::default()
        };
        firmware_items::keep(self.host.as_deref(), item, sink);
        Fate::Parsed
    }
}
