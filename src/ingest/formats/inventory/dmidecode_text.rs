//! The output of `dmidecode`: all of it, `-t` of some types, `-q`, and those of several hosts in a row.
//!
//! Time:   none (the release date of the BIOS serves to name it).
//! Units:  sizes of memory modules in binary units.
//! Spec:   dmidecode 2.9 to 3.6, dmidecode.c; DMTF DSP0134 (SMBIOS) for the types.
//! Loses:  slots, ports, caches, OEM strings, serial numbers, asset tags.
//! Not handled: `-s` (a value without its name), `-u` (undecoded), `--dump-bin`.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::key_value_text;
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ingest::smbios::{Machine, Structure};
use crate::ledger::{Fate, Reason};

pub struct DmidecodeText;

impl Format for DmidecodeText {
    fn id(&self) -> &'static str {
        "dmidecode-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "dmidecode: the firmware's tables"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.text();
        if head.is_quoted() {
            return Fit::No;
        }
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(200).peekable();
        let (mut own, mut all, mut handles, mut titles) = (0, 0, 0, 0);
        while let Some(line) = lines.next() {
            let titled = Structure::of_title(line.trim_end()).is_some()
                && lines.peek().is_some_and(|next| next.starts_with([' ', '\t']) && next.contains(':'));
            let handle = handle(line).is_some();
            all += 1;
            handles += usize::from(handle);
            titles += usize::from(titled);
            own += usize::from(handle || titled || line.starts_with([' ', '\t']) || is_preamble(line));
        }
        // Titles that follow handles may be of types that have no name here: one line in ten.
        let shaped = own * 10 >= all * 6;
        let starts = text.trim_start().starts_with("# dmidecode ") && all <= 8;
        if shaped && (handles > 0 || titles > 0 || starts) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Dmidecode {
            machine: Machine::default(),
            at: Structure::Other,
            indent: None,
            begun: false,
        }))
    }
}

/// The type in `Handle 0x0100, DMI type 1, 27 bytes`.
fn handle(line: &str) -> Option<u32> {
    let (_, rest) = line.strip_prefix("Handle 0x")?.split_once("DMI type ")?;
    rest.split([',', ' ', '.']).next()?.parse().ok()
}

fn is_preamble(line: &str) -> bool {
    line.starts_with('#')
        || (line.starts_with("SMBIOS ") && line.contains(" present"))
        || line.starts_with("Legacy DMI ")
        || line.starts_with("Getting SMBIOS data")
        || line.starts_with("Reading SMBIOS/DMI data")
        || line.starts_with("Scanning ")
        || line.starts_with("Table at 0x")
        || line.ends_with(" bytes.") && line.contains(" structures occupying ")
        || line.starts_with("Invalid entry length")
        || line.starts_with("Wrong DMI structures")
        || line.starts_with("Table is unreachable")
        || line.ends_with(": Permission denied")
        || line.ends_with("No such file or directory")
        || line.starts_with("End Of Table")
        || line.starts_with("End of table")
}

struct Dmidecode {
    machine: Machine,
    at: Structure,
    /// Blanks before the fields of the structure; deeper lines are items of a list.
    indent: Option<usize>,
    /// A structure of this machine has been seen.
    begun: bool,
}

impl Dmidecode {
    fn next_machine(&mut self, sink: &mut Sink<'_>) {
        std::mem::take(&mut self.machine).keep(sink);
        self.begun = false;
        self.at = Structure::Other;
    }

    fn next_structure(&mut self, structure: Structure) {
        self.machine.end_of_structure();
        self.at = structure;
        self.indent = None;
        self.begun = true;
    }
}

impl LineReader for Dmidecode {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(host) = shell_prompt::host_of(&text).filter(|_| !text.starts_with([' ', '\t'])) {
            // One machine asked for several types, one after the other, stays one machine.
            if self.machine.facts.host.as_deref() == Some(host) {
                self.begun = false;
            } else {
                self.next_machine(sink);
                self.machine.facts.name(host);
            }
            return Fate::Ignored("shell-prompt");
        }
        if text.starts_with("# dmidecode ") && self.begun {
            self.next_machine(sink);
        }
        if let Some(number) = handle(&text) {
            // The table of a machine has one structure of type 0, and begins with it as a rule.
            if number == 0 && self.begun && self.machine.facts.has("model") {
                self.next_machine(sink);
            }
            self.next_structure(Structure::of_type(number));
            return Fate::Parsed;
        }
        if is_preamble(&text) {
            return Fate::Ignored("preamble");
        }
        let trimmed = text.trim_start();
        let indent = text.len() - trimmed.len();
        if indent == 0 {
            return self.title(trimmed.trim_end());
        }
        let level = *self.indent.get_or_insert(indent);
        if indent <= level
            && let Some((key, value)) = key_value_text::split(trimmed, ':')
        {
            self.machine.field(self.at, key, value);
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.next_machine(sink);
    }
}

impl Dmidecode {
    /// A heading: behind a handle it names the structure again, in quiet output it begins one.
    fn title(&mut self, title: &str) -> Fate {
        match Structure::of_title(title) {
            Some(structure) => {
                if self.indent.is_some() || !self.begun || structure != self.at {
                    self.next_structure(structure);
                }
                Fate::Parsed
            }
            None if title.len() <= 64 && !title.ends_with('.') => {
                if self.indent.is_some() {
                    self.next_structure(Structure::Other);
                }
                Fate::Parsed
            }
            None => Fate::Quarantined(Reason::BadShape),
        }
    }
}
