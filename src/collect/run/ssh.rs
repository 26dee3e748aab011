//! A host's operating system over SSH: what it says goes into files of the names that the reading gives them.

use std::io::{self, Write};
use std::time::Instant;

use super::Context;
use crate::collect::causes::with_causes;
use crate::collect::ssh::{self, Cursors, Mode, Output, Sink};
use crate::collect::targets::{SshSource, Target};
use crate::collect::vault::{AppendFile, Collected, History, MeasuredClock, Noted, Outcome, Place, Tail};

pub fn collect(
    host: &Target,
    source: &SshSource,
    context: &Context<'_>,
    mut collected: Collected,
) -> io::Result<Collected> {
    let mut place = context.vault.place(&format!("hosts/{}/ssh", host.host))?;
    let mut cursors: Cursors = place.cursor();
    if place.is_shortened(ssh::JOURNAL) {
        cursors.journal = None;
    }
    cursors.files.retain(|path, _| !place.is_shortened(&ssh::name_of_file(path)));
    let deadline = Instant::now() + context.settings.deadline;
    let mut files = Files { place: &mut place, at: collected.at };
    let reading = ssh::read(&source.target, &source.wanted, &cursors, context.started, deadline, &mut files);
    collected.findings = reading.findings.iter().map(noted).collect();
    if let Some(clock) = reading.clock {
        super::note_clock(clock.offset_s, clock.uncertainty_s, "host", &mut collected.findings);
        collected.clock = Some(MeasuredClock::new(clock.offset_s, clock.uncertainty_s));
    }
    let problems =
        reading.problems.iter().map(|trouble| format!("{}: {}", trouble.name, with_causes(&trouble.problem)));
    collected.problems.extend(problems);
    collected.problems.extend(reading.stopped.as_ref().map(|error| with_causes(error)));
    let unfinished = reading.pieces.iter().filter(|piece| !piece.complete);
    collected.problems.extend(
        unfinished
            .map(|piece| format!("{}: not read to its end; the next run goes on from there", piece.name)),
    );
    collected.outcome = match (collected.problems.is_empty(), reading.pieces.is_empty()) {
        (true, _) => Outcome::Whole,
        (false, false) => Outcome::Partly,
        (false, true) => Outcome::Nothing,
    };
    place.commit(&reading.cursors, collected)
}

fn noted(finding: &ssh::Finding) -> Noted {
    let id = match finding {
        ssh::Finding::JournalGap { .. } => "journal-gap",
        ssh::Finding::FileGap { .. } => "log-gap",
        ssh::Finding::Noise { .. } => "shell-noise",
        ssh::Finding::NoJournal => "no-journal",
        ssh::Finding::JournalEmpty => "journal-empty",
        ssh::Finding::ForcedCommand => "forced-command",
    };
    Noted { id: id.to_owned(), text: finding.to_string() }
}

struct Files<'f, 'v> {
    place: &'f mut Place<'v>,
    at: chrono::DateTime<chrono::Utc>,
}

impl Output for Files<'_, '_> {
    fn open(&mut self, name: &str, mode: Mode) -> io::Result<Box<dyn Sink + '_>> {
        Ok(match mode {
            Mode::Append => Box::new(Growing { file: self.place.append(name, Tail::Again)?, is_kept: false }),
            Mode::Snapshot => {
                // The list of boots tells all that the one before did.
                let history = if name == "boots.txt" { History::Replaced } else { History::Kept };
                Box::new(Momentary {
                    place: self.place,
                    name: name.to_owned(),
                    history,
                    at: self.at,
                    bytes: Vec::new(),
                })
            }
        })
    }
}

/// Goes on with a file, and forgets what was not kept.
struct Growing<'f> {
    file: &'f mut AppendFile,
    is_kept: bool,
}

impl Write for Growing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Growing<'_> {
    fn keep(mut self: Box<Self>) -> io::Result<()> {
        self.is_kept = true;
        self.file.keep()
    }
}

impl Drop for Growing<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            // Whatever cannot be cut off now is cut off when the file is settled, or by the next run.
            let _ = self.file.forget();
        }
    }
}

/// An answer that stands for one moment.
struct Momentary<'f, 'v> {
    place: &'f mut Place<'v>,
    name: String,
    history: History,
    at: chrono::DateTime<chrono::Utc>,
    bytes: Vec<u8>,
}

impl Write for Momentary<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Momentary<'_, '_> {
    fn keep(self: Box<Self>) -> io::Result<()> {
        self.place.snapshot(&self.name, self.bytes, self.history, self.at);
        Ok(())
    }
}
