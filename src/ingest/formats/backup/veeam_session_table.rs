//! Sessions of Veeam jobs as a table in columns: `veeamconfig session list` of the agent for Linux, and
//! what PowerShell prints of `Get-VBRBackupSession`.
//!
//! Time:   local time of the machine that prints.
//! Units:  none.
//! Spec:   Veeam Agent for Linux user guide (session list); PowerShell's Format-Table.
//! Loses:  ids; sessions that are no backups.
//! Not handled: cells that PowerShell has cut with an ellipsis inside a time.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::job_runs;
use crate::ingest::row_times::{self, is_a_date};
use crate::ingest::sink::Sink;
use crate::ingest::table::normal;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};

pub struct VeeamSessionTable;

impl Format for VeeamSessionTable {
    fn id(&self) -> &'static str {
        "veeam-session-table"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "sessions of Veeam jobs as a table in columns"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.text();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        while let Some(line) = lines.next() {
            let ruled = lines.peek().and_then(|rule| Columns::of_rule(line, rule));
            if ruled.is_some() {
                lines.next();
            }
            let Some(columns) = ruled.or_else(|| Columns::of_header(line)) else { continue };
            let rows: Vec<&str> = lines.take(20).collect();
            let dated = rows.iter().filter(|row| columns.start(row).is_some()).count();
            return if dated > 0 && dated * 2 >= rows.len() { Fit::Sure } else { Fit::No };
        }
        Fit::No
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(TableReader { header: None, columns: None }))
    }
}

const NAMES: &[&str] = &["job_name", "jobname", "name"];
const STARTS: &[&str] =
    &["started_at", "start_time", "starttime", "creationtime", "creation_time", "created_at"];
const ENDS: &[&str] = &["finished_at", "end_time", "endtime", "stop_time"];
const RESULTS: &[&str] = &["result", "state", "status"];

/// Names of columns with the character at which each begins.
struct Columns(Vec<(String, usize)>);

impl Columns {
    fn checked(columns: Vec<(String, usize)>) -> Option<Self> {
        let found = Self(columns);
        let has = |words| found.position(words).is_some();
        (has(NAMES) && has(STARTS) && has(ENDS) && has(RESULTS)).then_some(found)
    }

    /// Names apart by two blanks or more.
    fn of_header(line: &str) -> Option<Self> {
        if !line.contains("  ") || line.contains(['|', ',', ';', '\t']) {
            return None;
        }
        let characters: Vec<char> = line.chars().collect();
        let says_name = line.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"name"));
        if characters.len() > 1000 || !says_name {
            return None;
        }
        let gap = |at: usize| characters.get(at).is_none_or(|c| *c == ' ');
        let starts = (0..characters.len())
            .filter(|&at| !gap(at) && (at == 0 || (gap(at - 1) && (at == 1 || gap(at - 2)))));
        Self::checked(named(&characters, starts.collect()))
    }

    /// Names over a rule of dashes, which says where each begins.
    fn of_rule(header: &str, rule: &str) -> Option<Self> {
        if rule.len() > 1000 || !rule.contains('-') || rule.contains(|c| !matches!(c, '-' | ' ')) {
            return None;
        }
        let dashes: Vec<char> = rule.chars().collect();
        let starts = (0..dashes.len()).filter(|&at| dashes[at] == '-' && (at == 0 || dashes[at - 1] == ' '));
        Self::checked(named(&header.chars().collect::<Vec<_>>(), starts.collect()))
    }

    fn position(&self, words: &[&str]) -> Option<usize> {
        words.iter().find_map(|word| self.0.iter().position(|(name, _)| name == word))
    }

    fn cell(&self, line: &str, words: &[&str]) -> Option<String> {
        let at = self.position(words)?;
        let from = self.0[at].1;
        let to = self.0.get(at + 1).map_or(usize::MAX, |next| next.1);
        let text: String = line.chars().skip(from).take(to - from).collect();
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn start(&self, line: &str) -> Option<crate::model::Stamp> {
        row_times::read(&self.cell(line, STARTS)?, DayFirst(false)).filter(is_a_date)
    }
}

fn named(header: &[char], starts: Vec<usize>) -> Vec<(String, usize)> {
    let ends = starts.iter().skip(1).copied().chain([header.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&from, to)| {
            let name: String = header.iter().take(to).skip(from).collect();
            (normal(&name), from)
        })
        .collect()
}

struct TableReader {
    header: Option<String>,
    columns: Option<Columns>,
}

impl LineReader for TableReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(columns) = Columns::of_header(&text) {
            self.columns = Some(columns);
            self.header = Some(text.into_owned());
            return Fate::Ignored("table-header");
        }
        if text.trim_start().starts_with("--") {
            if let Some(columns) = self.header.take().and_then(|header| Columns::of_rule(&header, &text)) {
                self.columns = Some(columns);
            }
            return Fate::Ignored("table-rule");
        }
        if self.columns.is_none() {
            // PowerShell sets names with one blank between them; the rule below says where they begin.
            self.header = Some(text.into_owned());
            return Fate::Ignored("around-the-table");
        }
        let Some(columns) = &self.columns else { return Fate::Ignored("around-the-table") };
        if text.starts_with("Total amount") {
            return Fate::Ignored("around-the-table");
        }
        let other = columns.cell(&text, &["type", "jobtype", "job_type"]).is_some_and(|kind| {
            ["restore", "recovery", "mount"].iter().any(|word| kind.to_lowercase().contains(word))
        });
        if other {
            return Fate::Ignored("job-of-another-type");
        }
        let Some(start) = columns.start(&text) else { return Fate::Quarantined(Reason::BadField("start")) };
        let end = columns.cell(&text, ENDS).and_then(|text| row_times::read(&text, DayFirst(false)));
        let job = columns.cell(&text, NAMES).unwrap_or_else(|| "veeam".to_owned());
        let status = columns.cell(&text, RESULTS).unwrap_or_default();
        job_runs::record(None, job, start, end.filter(is_a_date), &status, sink);
        Fate::Parsed
    }
}
