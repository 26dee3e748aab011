//! The boots in a journal, as `journalctl --list-boots -o json` prints them.
//!
//! Time:   microseconds of Unix time on the host's clock.
//! Units:  microseconds.
//! Spec:   journalctl(1) of newer systemd: one array of objects `index`, `boot_id`,
//!         `first_entry`, `last_entry`.
//! Loses:  the index. The list does not say how a boot ended, only when its last entry was written.
//! Not handled: –

use chrono::DateTime;
use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::journal_boots::{JournalBoots, ListedBoot, is_boot_id};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::Span;

pub struct JournalctlListBootsJson;

impl Format for JournalctlListBootsJson {
    fn id(&self) -> &'static str {
        "journalctl-list-boots-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Boot
    }

    fn title(&self) -> &'static str {
        "boots in a journal as JSON (journalctl --list-boots -o json)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let has = |key: &str| memchr::memmem::find(head, key.as_bytes()).is_some();
        let is_array = head.trim_ascii_start().starts_with(b"[");
        let fits = is_array && has("\"boot_id\"") && has("\"first_entry\"") && has("\"last_entry\"");
        if fits { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let Ok(rows) = serde_json::from_slice::<Vec<Value>>(content) else {
        sink.claim(content, 1, Fate::Quarantined(Reason::BadShape));
        return;
    };
    // The list is one value; what counts as records are its rows.
    sink.at(Span { offset: 0, len: content.len() as u64, line: 1 });
    let mut boots = JournalBoots::default();
    for row in &rows {
        let time = |key: &str| {
            let micros = row.get(key)?.as_i64()?;
            DateTime::from_timestamp_micros(micros).map(Stamp::Zoned)
        };
        let id = row.get("boot_id").and_then(Value::as_str).filter(|id| is_boot_id(id));
        if let (Some(id), Some(first), Some(last)) = (id, time("first_entry"), time("last_entry")) {
            boots.take(&ListedBoot { id, first, last }, sink);
            sink.understood += 1;
        }
    }
    let fate =
        if sink.understood > 0 { Fate::Parsed } else { Fate::Quarantined(Reason::BadField("first_entry")) };
    sink.account.book(content, fate);
}
