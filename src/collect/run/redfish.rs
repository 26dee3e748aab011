//! A BMC by Redfish: a file of entries for each of its logs, and a file for each kind of other resources, a resource
//! on each line as it was sent.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::time::Instant;

use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Context;
use crate::collect::causes::with_causes;
use crate::collect::redfish::{
    self, Document, DocumentKind, Fingerprint, Identity, Keeper, KeptEntry, Limits, LogMark, Reading, Wanted,
    entry_identity,
};
use crate::collect::targets::{RedfishTarget, Target, Trust};
use crate::collect::vault::{Collected, MeasuredClock, Noted, Outcome, Place, Tail, hexadecimal};

/// Where the next run goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Cursor {
    /// Log → what it looked like.
    marks: BTreeMap<String, LogMark>,
    /// Resource → its SHA-256, so that what stays the same is kept once.
    documents: BTreeMap<String, String>,
}

pub fn collect(
    host: &Target,
    target: &RedfishTarget,
    context: &Context<'_>,
    mut collected: Collected,
) -> io::Result<Collected> {
    let mut place = context.vault.place(&format!("hosts/{}/redfish", host.host))?;
    let mut cursor: Cursor = place.cursor();
    cursor.marks.retain(|log, _| !place.is_shortened(&file_of(log)));
    if ["service.jsonl", "identity.jsonl", "firmware.jsonl"].iter().any(|name| place.is_shortened(name)) {
        cursor.documents.clear();
    }
    let service = match service(target, context) {
        Ok(service) => service,
        Err(why) => {
            collected.problems.push(why);
            return place.commit(&cursor, collected);
        }
    };
    let deadline = Instant::now() + context.settings.deadline;
    let mut limits = Limits::until(deadline);
    limits.connect = context.settings.timeout.max(std::time::Duration::from_secs(2));
    limits.attempts_max = context.settings.attempts;
    let wanted =
        Wanted { logs: true, power: true, thermal: true, firmware: true, started: context.started, limits };
    let mut files =
        Files { place: RefCell::new(&mut place), cursor: &mut cursor, known: RefCell::new(BTreeMap::new()) };
    let (reading, error) = match redfish::read(&service, &wanted, &mut files) {
        Ok(reading) => (reading, None),
        Err(failure) => (failure.reading.clone(), Some(failure.reason())),
    };
    for log in &reading.logs {
        if let Some(mark) = &log.mark {
            cursor.marks.insert(log.log.clone(), mark.clone());
        }
    }
    keep_power(&reading, host, &mut place)?;
    judge(&reading, &mut collected);
    collected.problems.extend(error);
    // The root of the service is shown to everybody.
    let was_let_in = reading.by.as_ref().is_some_and(|by| !by.log_on.is_empty());
    collected.outcome = match (was_let_in, collected.problems.is_empty()) {
        (_, true) => Outcome::Whole,
        (false, _) => Outcome::Nothing,
        _ => Outcome::Partly,
    };
    place.commit(&cursor, collected)
}

/// The present draw as rows of a series: the resource that tells it has no time.
fn keep_power(reading: &Reading, host: &Target, place: &mut Place<'_>) -> io::Result<()> {
    let Some(power) = reading.power.first() else { return Ok(()) };
    let file = place.append("power.csv", Tail::Lines)?;
    if file.is_empty() {
        file.write_all(b"time,host,watts\n")?;
    }
    let at = power.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    file.write_all(format!("{at},{},{}\n", host.host, power.watts).as_bytes())?;
    file.keep()
}

fn service(target: &RedfishTarget, context: &Context<'_>) -> Result<redfish::Target, String> {
    let login = context.credentials.get(&target.credentials).map_err(|error| with_causes(error.as_ref()))?;
    Ok(redfish::Target {
        host: target.address.clone(),
        port: target.port,
        user: login.user.clone(),
        password: login.password.clone(),
        trust: match &target.trust {
            Trust::System => redfish::Trust::System,
            Trust::Authorities(path) => redfish::Trust::CaFile(path.clone()),
            Trust::Pin(pin) => redfish::Trust::Pin(Fingerprint(*pin)),
            Trust::Insecure => redfish::Trust::Insecure,
        },
    })
}

fn judge(reading: &Reading, collected: &mut Collected) {
    if let Some(by) = &reading.by {
        collected.means.push_str(&format!(", {}", by.tls));
        if let Some(certificate) = &by.certificate {
            collected.means.push_str(&format!(", certificate sha256:{certificate}"));
        }
    }
    let problems = reading.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message));
    collected.problems.extend(problems);
    for log in &reading.logs {
        let mut note = |id: &str, text: String| {
            collected.findings.push(Noted { id: id.to_owned(), text: format!("{}: {text}", log.log) });
        };
        match log.change {
            Some(change @ redfish::LogChange::Cleared) => note("log-cleared", change.to_string()),
            Some(change @ redfish::LogChange::Overrun { .. }) => note("log-wrapped", change.to_string()),
            None => {}
        }
        if log.is_nearly_full() && log.stops_when_full() {
            let max = log.entries_max.unwrap_or(log.entries);
            note(
                "log-nearly-full",
                format!("{} of {max} entries, and it takes no more when it is full", log.entries),
            );
        }
    }
    // The surest of its clocks.
    let surest = reading.clocks.iter().min_by(|a, b| a.uncertainty_s.total_cmp(&b.uncertainty_s));
    if let Some(clock) = surest {
        super::note_clock(clock.offset_s, clock.uncertainty_s, "bmc", &mut collected.findings);
        collected.clock = Some(MeasuredClock::new(clock.offset_s, clock.uncertainty_s));
    }
}

/// Keeps what comes in the files of the host.
struct Files<'f, 'v> {
    place: RefCell<&'f mut Place<'v>>,
    cursor: &'f mut Cursor,
    /// Log → the entries that are in its file. Read when it is first asked for.
    known: RefCell<BTreeMap<String, BTreeSet<Identity>>>,
}

impl Files<'_, '_> {
    fn read_known(&self, log: &str) -> io::Result<BTreeSet<Identity>> {
        let mut place = self.place.borrow_mut();
        let mut known = BTreeSet::new();
        for line in place.append(&file_of(log), Tail::Lines)?.reader().split(b'\n') {
            if let Ok(entry) = serde_json::from_slice::<serde_json::Value>(&line?) {
                known.insert(entry_identity(log, &entry));
            }
        }
        Ok(known)
    }

    fn add(&self, name: &str, tail: Tail, line: &str) -> io::Result<()> {
        let mut place = self.place.borrow_mut();
        let file = place.append(name, tail)?;
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")?;
        file.keep()
    }
}

impl Keeper for Files<'_, '_> {
    fn knows(&self, log: &str, identity: &Identity) -> bool {
        let mut known = self.known.borrow_mut();
        if !known.contains_key(log) {
            // Where the file cannot be read, nothing can be added to it either, and that is said.
            known.insert(log.to_owned(), self.read_known(log).unwrap_or_default());
        }
        known.get(log).is_some_and(|known| known.contains(identity))
    }

    fn mark(&self, log: &str) -> Option<LogMark> {
        self.cursor.marks.get(log).cloned()
    }

    fn keep_entry(&mut self, entry: &KeptEntry<'_>) -> io::Result<()> {
        if self.knows(entry.log, &entry.identity) {
            return Ok(());
        }
        self.add(&file_of(entry.log), Tail::Lines, entry.json)?;
        self.known.borrow_mut().entry(entry.log.to_owned()).or_default().insert(entry.identity);
        Ok(())
    }

    fn keep_document(&mut self, document: &Document<'_>) -> io::Result<()> {
        let digest = hexadecimal(&Sha256::digest(document.json.as_bytes()));
        let changes = matches!(document.kind, DocumentKind::Power | DocumentKind::Thermal);
        let last = self.cursor.documents.insert(document.path.to_owned(), digest.clone());
        if !changes && last == Some(digest) {
            return Ok(());
        }
        let name = match document.kind {
            DocumentKind::Service | DocumentKind::LogService => "service.jsonl",
            DocumentKind::System | DocumentKind::Chassis | DocumentKind::Bmc => "identity.jsonl",
            DocumentKind::Power => "power.jsonl",
            DocumentKind::Thermal => "thermal.jsonl",
            DocumentKind::Firmware => "firmware.jsonl",
        };
        self.add(name, Tail::Again, document.json)
    }
}

/// A log's file: `log.Managers.iDRAC.Embedded.1.LogServices.Sel.jsonl`.
fn file_of(log: &str) -> String {
    let path = log.trim_start_matches("/redfish/v1/").trim_matches('/');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let name: String = path.chars().map(|letter| if is_plain(letter) { letter } else { '.' }).collect();
    format!("log.{}.jsonl", name.chars().take(180).collect::<String>())
}
