//! The last step: names made safe, pages rendered, every file accounted for and its checksum taken.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::report::text_safety;

use super::bundle::{Bundle, Piece, Place};
use super::{cover, cut, names, words};

/// A case, ready to be written: nothing in it changes any more.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Name of the folder and of the zip, without its ending.
    pub name: String,
    /// Paths with `/` and bytes, sorted by path.
    pub files: Vec<(String, Vec<u8>)>,
    /// The cover page, as it also stands among the files.
    pub html: String,
    pub markdown: String,
    /// The case file as of this time: the end of the data.
    pub as_of: chrono::DateTime<chrono::Utc>,
}

/// The pages or the account could not be rendered, which is a bug.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("render the cover page")]
    Cover(#[from] minijinja::Error),
    #[error("write the account of the case file")]
    Manifest(#[from] serde_json::Error),
}

/// A piece under its final name.
struct Named<'a> {
    path: String,
    piece: &'a Piece,
}

impl Bundle {
    /// Renders cover page, account and checksums, and gives all files under names that are safe to unpack.
    ///
    /// # Errors
    /// If template and cover page disagree, which is a bug.
    pub fn seal(&self) -> Result<Sealed, SealError> {
        let own =
            ["README.txt", "SHA256SUMS", "case.html", "case.md", "evidence/coroner.toml", "manifest.json"];
        let mut taken: BTreeSet<String> = own.iter().map(|name| name.to_ascii_lowercase()).collect();
        let mut pieces: Vec<(usize, &Piece)> = self.pieces.iter().enumerate().collect();
        let order = |piece: &Piece| (piece.components(), piece.place.clone());
        pieces.sort_by_cached_key(|(number, piece)| (order(piece), *number));
        let mut paths = vec![String::new(); pieces.len()];
        let named: Vec<Named<'_>> = pieces
            .into_iter()
            .map(|(number, piece)| {
                paths[number] = names::unique(&piece.components(), &mut taken);
                Named { path: paths[number].clone(), piece }
            })
            .collect();
        let mut page = self.cover.clone();
        tell_places(&mut page, &paths);
        let (html, markdown) = (cover::html(&page)?, cover::markdown(&page)?);
        let mut files: Vec<(String, Vec<u8>)> =
            named.iter().map(|named| (named.path.clone(), named.piece.bytes.clone())).collect();
        files.push(("case.html".to_owned(), html.clone().into_bytes()));
        files.push(("case.md".to_owned(), markdown.clone().into_bytes()));
        files.push(("evidence/coroner.toml".to_owned(), self.settings(&named).into_bytes()));
        files.push(("manifest.json".to_owned(), self.manifest(&named)?.into_bytes()));
        files.push(("README.txt".to_owned(), self.readme(&named).into_bytes()));
        files.sort();
        let sums: String =
            files.iter().map(|(name, bytes)| format!("{}  {name}\n", cut::sha256(bytes))).collect();
        files.push(("SHA256SUMS".to_owned(), sums.into_bytes()));
        files.sort();
        Ok(Sealed { name: names::component(&self.stem), files, html, markdown, as_of: self.as_of })
    }

    /// What the excerpts do not say themselves, for `coroner analyze`.
    fn settings(&self, named: &[Named<'_>]) -> String {
        let mut text = String::from("# What the excerpts beside this file do not say themselves.\n");
        if let Some(zone) = &self.zone {
            let _ = writeln!(text, "timezone = {}", toml_text(zone));
        }
        let mut hosts = BTreeSet::new();
        for rule in &self.hosts {
            if hosts.insert(&rule.host) {
                let _ = writeln!(
                    text,
                    "\n[host.{}]\nbmc_offset_s = {}",
                    toml_text(&rule.host),
                    rule.bmc_offset_s
                );
            }
        }
        for Named { path, piece } in named {
            let Some(rule) = &piece.rule else { continue };
            let below = path.strip_prefix("evidence/").unwrap_or(path);
            let _ = writeln!(text, "\n[[source]]\npath = {}", toml_text(&format!("*{below}")));
            let _ = writeln!(text, "host = {}", toml_text(&rule.host));
            if let Some(zone) = rule.zone.as_ref().filter(|zone| Some(*zone) != self.zone.as_ref()) {
                let _ = writeln!(text, "timezone = {}", toml_text(zone));
            }
            if let Some(year) = rule.year {
                let _ = writeln!(text, "year = {year}");
            }
        }
        text
    }

    /// Which file came from where, for whoever wants to check.
    fn manifest(&self, named: &[Named<'_>]) -> Result<String, serde_json::Error> {
        let file = |named: &Named<'_>| {
            let piece = named.piece;
            json!({
                "file": named.path,
                "what": piece.what,
                "bytes": piece.bytes.len(),
                "sha256": cut::sha256(&piece.bytes),
                "redacted": if piece.is_text { self.changed } else { self.records_changed },
                "original": piece.origin,
            })
        };
        let manifest = json!({
            "schema_version": 1,
            "as_of": words::rfc3339(self.as_of),
            "redacted": self.changed || self.records_changed,
            "files": named.iter().map(file).collect::<Vec<_>>(),
            "left_out": self.left_out,
        });
        Ok(text_safety::escaped_in_json(serde_json::to_string_pretty(&manifest)?) + "\n")
    }

    fn readme(&self, named: &[Named<'_>]) -> String {
        let mut text = README.replace("{sels}", &self.sels.sentence());
        if self.changed || self.records_changed {
            text += REDACTED;
            text += match (named.iter().any(|named| !named.piece.is_text), self.records_changed) {
                (false, _) => "",
                (true, true) => {
                    "In binary excerpts they were replaced in place: records and their fields keep their length.\n"
                }
                (true, false) => "Binary excerpts are as they were.\n",
            };
        }
        let widest = named.iter().map(|named| named.path.len()).max().unwrap_or(0).min(60);
        text += "\nExcerpts\n";
        for Named { path, piece } in named {
            let short = match &piece.origin {
                Some(origin) if origin.shortened => "; shortened, it was too long",
                _ => "",
            };
            let _ = writeln!(text, "  {path:<widest$}  {}{short}", piece.what);
        }
        if !self.left_out.is_empty() {
            text += "\nNot in it\n";
        }
        for left in &self.left_out {
            let (source, host) = (text_safety::terminal(&left.source), text_safety::terminal(&left.host));
            let _ = writeln!(text, "  {source} ({host}): {}", left.why);
        }
        text
    }
}

const README: &str = "\
Start with case.html (any browser, no network needed) or case.md (the same as text).

  case.html, case.md   what happened, what was ruled out and how, what is asked
  evidence/            excerpts of the original logs, each in its own format
  evidence/coroner.toml  zones, years and clock offsets that the excerpts do not state
  decoded/             SEL records in hexadecimal and in words, where the log was binary
  manifest.json        for each excerpt: its source, the lines or bytes taken, checksums of both
  SHA256SUMS           checksums of all files; to check them: sha256sum -c SHA256SUMS

Excerpts are whole lines or records, in their order.
{sels}
Times in case.html are UTC and, beside it, the time of the site; times in excerpts are as they were
written.
To analyse the excerpts again: coroner analyze evidence
";

const REDACTED: &str = "
Names of hosts, domains and users, network addresses, serial numbers of other machines, and keywords that
the sender gave were replaced, the same always by the same substitute. Checksums of originals in
manifest.json are those before that; where an excerpt is the whole of its original and was changed there
is none.
";

/// Writes the places of quoted lines with the names that the files have got, below `evidence/`.
fn tell_places(value: &mut Value, paths: &[String]) {
    if let Some((excerpt, number, is_line)) = Place::of_json(value) {
        let path = paths.get(excerpt).map(String::as_str).unwrap_or_default();
        let below = path.strip_prefix("evidence/").unwrap_or(path);
        *value = Value::String(format!("{below}{}{number}", if is_line { ':' } else { '@' }));
        return;
    }
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| tell_places(value, paths)),
        Value::Object(fields) => fields.values_mut().for_each(|value| tell_places(value, paths)),
        _ => {}
    }
}

/// A basic string of TOML.
fn toml_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
