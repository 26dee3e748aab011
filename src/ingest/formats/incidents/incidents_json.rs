//! Incidents that somebody wrote down, as a JSON array of objects: host, time, and perhaps a cause.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; columns by their usual names.
//! Loses:  further columns but for their text.
//! Not handled: several hosts in one row.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table_rows::json_rows;

pub struct IncidentsJson;

impl Format for IncidentsJson {
    fn id(&self) -> &'static str {
        "incidents-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Incidents
    }

    fn title(&self) -> &'static str {
        "a plain list of incidents as JSON: host, time, cause"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.json_kind() {
            Some(SourceKind::Incidents) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    json_rows(content, SourceKind::Incidents, sink, super::incidents_csv::incident);
}
