//! SEL as Dell's `racadm getsel` prints it, and the log of the controller itself (`getraclog`).
//!
//! `Date/Time:   11/05/2013 06:43:36` within a block that starts with `Record:      1`
//!
//! Time:   the controller's clock, zone not written, month first; "System Boot" stands for no time.
//! Units:  none.
//! Spec:   Dell RACADM CLI reference, iDRAC 6 to 9, CMC: `getsel`, `getsel -o`, `-E` (raw bytes behind each
//!         record), `getraclog`.
//! Loses:  severity and source; times of `getraclog` without a year.
//! Not handled: `-A`, which leaves the keys out.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::vendor_log::blocks::{BlockForm, Fields, RAW};
use crate::ingest::vendor_log::written::{add_raw, leading_message_id, read_raw, read_stamp};
use crate::ingest::written_time::DayFirst;
use crate::model::Stamp;
use crate::model::record::SelEntry;

pub struct DellRacadmGetselText;

impl Format for DellRacadmGetselText {
    fn id(&self) -> &'static str {
        "dell-racadm-getsel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log of an iDRAC, text (racadm getsel)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        FORM.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(FORM.reader())
    }
}

static FORM: BlockForm = BlockForm {
    separator: ':',
    keys: &["Record", "Date/Time", "Source", "Severity", "Description"],
    essential: &["Record", "Date/Time", "Description"],
    text_key: "Description",
    left_out: racadm_message,
    row,
    entry,
};

/// What `racadm` says beside its answer; the rule by which such a line is left out.
pub(super) fn racadm_message(line: &str) -> Option<&'static str> {
    const MESSAGES: &[&str] = &[
        "Security Alert:",
        "Continuing execution",
        "Total Records",
        "Total records",
        "Number of records",
        "ERROR:",
        "RAC9",
        "SEL records:",
        "Connection to ",
        "Authorized ",
    ];
    const PROMPTS: &[&str] = &["/admin1->", "racadm>>", "racadm>", "$ ", "# ", "C:\\"];
    if MESSAGES.iter().any(|start| line.starts_with(start)) || line.starts_with("SEL is empty") {
        return Some("racadm-message");
    }
    let is_echo = PROMPTS.iter().any(|start| line.starts_with(start))
        || line.split_whitespace().take(2).any(|word| word == "racadm" || word.ends_with("/racadm"));
    is_echo.then_some("command-echo")
}

/// Severities as Dell words them.
const SEVERITIES: &[&str] =
    &["ok", "normal", "informational", "information", "non-critical", "noncritical", "warning", "critical"];

/// `1 11/05/2013 06:43:36 system Ok Log cleared.`, the form of `-o`.
fn row(line: &str) -> Option<(Stamp, SelEntry)> {
    let mut entry = SelEntry::default();
    let (first, behind) = next_word(line);
    let (date, rest) = match first.parse::<u32>() {
        Ok(id) => {
            entry.record_id = Some(id);
            next_word(behind)
        }
        Err(_) => (first, behind),
    };
    let (time, mut rest) = next_word(rest);
    if !date.contains('/') || !time.contains(':') {
        return None;
    }
    let stamp = read_stamp(&format!("{date} {time}"), DayFirst(false))?;
    // A source of one or two words stands before the severity.
    for _ in 0..3 {
        let (word, behind) = next_word(rest);
        rest = behind;
        if SEVERITIES.contains(&word.to_ascii_lowercase().as_str()) {
            entry.text = rest.to_owned();
            return (!rest.is_empty()).then_some((stamp, entry));
        }
    }
    None
}

fn next_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

fn entry(fields: &Fields) -> Result<(Stamp, SelEntry), &'static str> {
    let written = fields.get("Date/Time").unwrap_or_default();
    let stamp = match read_stamp(written, DayFirst(false)) {
        Some(stamp) => stamp,
        // `Dec  8 08:21:01`: a log of the controller writes no year.
        None if written.split_whitespace().count() == 3 => Stamp::Missing,
        None => return Err("date or time"),
    };
    let text = fields.get("Description").unwrap_or_default();
    let mut entry = SelEntry {
        record_id: fields.get("Record").and_then(|id| id.parse().ok()),
        text: text.to_owned(),
        message_id: leading_message_id(text).map(str::to_owned),
        ..SelEntry::default()
    };
    if let Some(raw) = fields.get(RAW).and_then(read_raw) {
        add_raw(&mut entry, raw);
    }
    Ok((stamp, entry))
}
