//! `collected.jsonl`: what `coroner collect` has got from whom, and what it noticed on the way. A line for each
//! source and run. It also says whose the files beside it are: those below `hosts/NAME/`.
//!
//! Time:   UTC, of the collector.
//! Units:  seconds.
//! Spec:   `collect::vault`, which writes it.
//! Loses:  means, files and their checksums.
//! Not handled: nothing known.

use serde::Deserialize;

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, CollectedNote};

pub struct CoronerCollected;

impl Format for CoronerCollected {
    fn id(&self) -> &'static str {
        ID
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "account of coroner collect: what was asked of whom"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("\"outcome\":") || !head.says("\"means\":") {
            return Fit::No;
        }
        let first = head.text().lines().next().and_then(|line| serde_json::from_str::<Line>(line).ok());
        if first.is_some() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(AccountReader))
    }
}

/// The id of the format, by which the files beside such an account are given to their hosts.
pub const ID: &str = "coroner-collected";

#[derive(Deserialize)]
struct Line {
    at: String,
    host: Option<String>,
    source: String,
    #[serde(rename = "means")]
    _means: String,
    outcome: String,
    #[serde(default)]
    problems: Vec<String>,
    #[serde(default)]
    findings: Vec<Finding>,
    clock: Option<Clock>,
}

#[derive(Deserialize)]
struct Finding {
    id: String,
    text: String,
}

#[derive(Deserialize)]
struct Clock {
    ahead_s: f64,
}

struct AccountReader;

impl LineReader for AccountReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let Ok(line) = serde_json::from_slice::<Line>(line) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let stamp = written_time::read(&line.at, DayFirst::default()).unwrap_or(Stamp::Missing);
        let note = CollectedNote {
            answered: line.outcome != "nothing",
            source: line.source,
            problems: line.problems,
            findings: line.findings.into_iter().map(|finding| (finding.id, finding.text)).collect(),
            clock_ahead_s: line.clock.map(|clock| clock.ahead_s),
        };
        sink.record(line.host, stamp, Body::Collected(note));
        Fate::Parsed
    }
}
