//! `answers.jsonl`: what a BMC has answered to `coroner collect`, byte by byte. A line for each run.
//!
//! Time:   UTC, of the collector. The restart cause is that of the latest start, whenever that was.
//! Units:  none; power readings stand in the `power.csv` beside it.
//! Spec:   `collect::run`, which writes it; IPMI v2.0 §20.1, §28.2, §28.11.
//! Loses:  what the log and the power series beside it tell.
//! Not handled: nothing known.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ipmi::bmc_answers;
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, InventoryFact, LogLine};
use crate::model::{Factors, Stamp};

pub struct BmcAnswers;

impl Format for BmcAnswers {
    fn id(&self) -> &'static str {
        "bmc-answers"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "raw answers of a BMC, as coroner collect keeps them"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("\"bmc_answers\":") {
            return Fit::No;
        }
        let first = head.text().lines().next().and_then(|line| serde_json::from_str::<Line>(line).ok());
        if first.is_some() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<AnswersReader>::default())
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "bmc_answers")]
    _version: u32,
    host: String,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    answer: Option<String>,
}

#[derive(Default)]
struct AnswersReader {
    /// What was said last: what stays the same is told once.
    told: Vec<String>,
    firmware: Option<String>,
}

impl LineReader for AnswersReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let Ok(line) = serde_json::from_slice::<Line>(line) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let answer = |name: &str| {
            let found = line.answers.iter().find(|answer| answer.name == name)?;
            bytes_of(found.answer.as_deref()?)
        };
        if let Some(version) = answer("device-id").and_then(|answer| bmc_answers::firmware_version(&answer))
            && self.firmware.as_ref() != Some(&version)
        {
            let factors = Factors::new(BTreeMap::from([("bmc_version".to_owned(), version.clone())]));
            let fact = InventoryFact { factors, from: None, to: None, serial: None };
            sink.record(Some(line.host.clone()), Stamp::Missing, Body::Inventory(fact));
            self.firmware = Some(version);
        }
        let cause = answer("restart-cause").and_then(|answer| bmc_answers::restart_cause(&answer));
        let status = answer("chassis-status").map(|answer| bmc_answers::last_power_event(&answer));
        let told: Vec<String> = cause
            .map(|cause| format!("System restart cause: {cause}"))
            .into_iter()
            .chain(status.into_iter().flatten().map(|event| format!("Last Power Event: {event}")))
            .collect();
        for text in told.iter().filter(|text| !self.told.contains(text)) {
            let signatures = sink.interest.signatures("ipmitool", text);
            let line_of_log = LogLine {
                program: "ipmitool".to_owned(),
                text: text.clone(),
                signatures,
                boot_id: None,
                uptime_micros: None,
            };
            sink.record(Some(line.host.clone()), Stamp::Missing, Body::Log(line_of_log));
        }
        self.told = told;
        Fate::Parsed
    }
}

/// Bytes of hexadecimal digits.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pairs = digits.as_chunks::<2>().0.iter();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.len().is_multiple_of(2).then(|| pairs.map(byte).collect::<Option<Vec<u8>>>())?
}
