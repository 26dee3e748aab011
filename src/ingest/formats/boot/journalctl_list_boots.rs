//! The boots in a journal, as `journalctl --list-boots` prints them.
//!
//! Time:   local time of whoever printed it, with the zone; of an abbreviation of several meanings
//!         (`IST`) only the local time.
//! Units:  –
//! Spec:   journalctl(1): index, boot id, times of the first and last entry; older versions join them
//!         by a dash, newer ones print columns under a header.
//! Loses:  the index. The list does not say how a boot ended, only when its last entry was written.
//! Not handled: times from before a wrong hardware clock was set; they are read as printed.

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::journal_boots::{JournalBoots, ListedBoot, is_boot_id};
use crate::ingest::sink::Sink;
use crate::ingest::tool_time::PrintedTime;
use crate::ledger::{Fate, Reason};

pub struct JournalctlListBoots;

impl Format for JournalctlListBoots {
    fn id(&self) -> &'static str {
        "journalctl-list-boots"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Boot
    }

    fn title(&self) -> &'static str {
        "boots in a journal (journalctl --list-boots)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| is_header(line) || read_row(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(ListReader::default()))
    }
}

#[derive(Default)]
struct ListReader {
    boots: JournalBoots,
}

impl LineReader for ListReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        if is_header(&line) {
            return Fate::Ignored("header");
        }
        let Some((id, first, last)) = read_row(&line) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        match (first.stamp(), last.stamp()) {
            (Some(first), Some(last)) => {
                self.boots.take(&ListedBoot { id: &id, first, last }, sink);
                Fate::Parsed
            }
            _ => Fate::Quarantined(Reason::BadField("time")),
        }
    }
}

fn is_header(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next() == Some("IDX") && words.next() == Some("BOOT")
}

/// ` -1 <id> Sat 2025-03-01 02:03:04 UTC—Sat 2025-03-01 04:05:06 UTC`.
fn read_row(line: &str) -> Option<(String, PrintedTime, PrintedTime)> {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '—' | '–');
    line.split(is_gap).find(|word| !word.is_empty())?.parse::<i32>().ok()?;
    let joined = line.replace(['—', '–'], " ");
    let words: Vec<&str> = joined.split_whitespace().collect();
    let (index, id) = (words.first()?, words.get(1)?);
    index.parse::<i32>().ok().filter(|_| is_boot_id(id))?;
    let (first, used) = PrintedTime::read(words.get(2..)?)?;
    let rest = &words[2 + used..];
    let (last, used) = PrintedTime::read(rest)?;
    (used == rest.len()).then(|| ((*id).to_owned(), first, last))
}
