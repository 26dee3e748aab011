//! The logs of a service: which are read, and what is told of each.

use serde_json::Value;

use super::{ReadError, Walk};
use crate::collect::redfish::link;
use crate::collect::redfish::log_pages::LogPages;
use crate::collect::redfish::reading::{DocumentKind, KeptEntry, LogReading};

/// Logs that are no logs of events: codes of each start, memory dumps, and the BMC's own journal and console.
/// Their entries are many, and say nothing to a reader of events.
const NO_EVENT_LOGS: &[&str] = &["postcode", "dump", "journal", "faultlog", "hostlogger"];

impl Walk<'_, '_> {
    /// All logs of a collection of log services.
    pub(super) fn logs(&mut self, services: &str) -> Result<(), ReadError> {
        if !self.visited.insert(format!("logs of {}", link::key(services))) {
            return Ok(());
        }
        for member in self.members(services)? {
            let Some((log, service, _)) = self.resource(&member, DocumentKind::LogService)? else { continue };
            let name = log.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            if NO_EVENT_LOGS.iter().any(|other| name.contains(other)) {
                self.reading.skipped_logs.push(log);
                continue;
            }
            match link::of(&service, "Entries").map(str::to_owned) {
                Some(entries) => self.log(&log, &service, &entries)?,
                None => self.problem(&log, "the log service has no link to its entries".to_owned()),
            }
        }
        Ok(())
    }

    fn log(&mut self, log: &str, service: &Value, entries: &str) -> Result<(), ReadError> {
        if !self.visited.insert(format!("entries of {}", link::key(entries))) {
            return Ok(());
        }
        let mut pages = LogPages::new(log, self.keeper, self.expand.as_deref());
        let read = pages.read(&mut self.client, entries);
        let problems = std::mem::take(&mut pages.problems);
        let expand_failed = pages.expanded == Some(false);
        let outcome = pages.outcome(read.is_ok());
        let new = outcome.fresh.len() as u64;
        for entry in outcome.fresh {
            let kept = KeptEntry { log, json: &entry.json, identity: entry.identity };
            self.keeper.keep_entry(&kept).map_err(ReadError::Keep)?;
            self.reading.new_entries += 1;
        }
        if expand_failed {
            self.expand = None;
        }
        for (path, message) in problems {
            self.problem(&path, message);
        }
        self.reading.logs.push(LogReading {
            log: log.to_owned(),
            new,
            entries: outcome.entries,
            entries_max: service.get("MaxNumberOfRecords").and_then(Value::as_u64).filter(|max| *max > 0),
            overwrite: service.get("OverWritePolicy").and_then(Value::as_str).map(str::to_owned),
            order: outcome.order,
            mark: outcome.mark,
            change: outcome.change,
        });
        self.settled(entries, read).map(|_| ())
    }
}
