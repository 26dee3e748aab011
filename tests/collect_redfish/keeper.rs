//! A keeper in memory.

use std::collections::{BTreeMap, HashSet};
use std::io;

use coroner::collect::redfish::{
    Document, DocumentKind, Failure, Identity, Keeper, KeptEntry, LogMark, Reading, Target, Wanted, read,
};
use serde_json::Value;

#[derive(Default, Clone)]
pub struct Memory {
    /// Log → entries in the order in which they came.
    pub entries: BTreeMap<String, Vec<String>>,
    pub known: HashSet<(String, Identity)>,
    pub marks: BTreeMap<String, LogMark>,
    /// Path → kind and JSON.
    pub documents: BTreeMap<String, (DocumentKind, String)>,
    /// Fails when it keeps an entry.
    pub is_full: bool,
}

impl Keeper for Memory {
    fn knows(&self, log: &str, identity: &Identity) -> bool {
        self.known.contains(&(log.to_owned(), *identity))
    }

    fn mark(&self, log: &str) -> Option<LogMark> {
        self.marks.get(log).cloned()
    }

    fn keep_entry(&mut self, entry: &KeptEntry<'_>) -> io::Result<()> {
        if self.is_full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        assert!(!entry.json.contains('\n'), "{}", entry.json);
        let is_new = self.known.insert((entry.log.to_owned(), entry.identity));
        assert!(is_new, "kept twice: {}", entry.json);
        self.entries.entry(entry.log.to_owned()).or_default().push(entry.json.to_owned());
        Ok(())
    }

    fn keep_document(&mut self, document: &Document<'_>) -> io::Result<()> {
        assert!(!document.json.contains('\n'), "{}", document.json);
        self.documents.insert(document.path.to_owned(), (document.kind, document.json.to_owned()));
        Ok(())
    }
}

impl Memory {
    /// Reads, and keeps the marks as a caller does.
    pub fn pull(&mut self, target: &Target, wanted: &Wanted) -> Result<Reading, Box<Failure>> {
        let result = read(target, wanted, self);
        let reading = result.as_ref().unwrap_or_else(|failure| &failure.reading);
        for log in &reading.logs {
            if let Some(mark) = &log.mark {
                self.marks.insert(log.log.clone(), mark.clone());
            }
        }
        result
    }

    pub fn count(&self, log: &str) -> usize {
        self.entries.get(log).map_or(0, Vec::len)
    }

    pub fn ids(&self, log: &str) -> Vec<String> {
        let id =
            |json: &String| serde_json::from_str::<Value>(json).unwrap()["Id"].as_str().unwrap().to_owned();
        self.entries.get(log).into_iter().flatten().map(id).collect()
    }

    /// Entries of all logs, for comparing two readings.
    pub fn all(&self) -> Vec<(String, Vec<String>)> {
        let sorted = |entries: &Vec<String>| {
            let mut entries = entries.clone();
            entries.sort();
            entries
        };
        self.entries.iter().map(|(log, entries)| (log.clone(), sorted(entries))).collect()
    }

    pub fn kinds(&self, kind: DocumentKind) -> Vec<&str> {
        self.documents.iter().filter(|(_, (own, _))| *own == kind).map(|(path, _)| path.as_str()).collect()
    }
}
