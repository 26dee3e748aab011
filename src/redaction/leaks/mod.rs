//! The check of what is to leave the house. It shares no search with the redactor, so that what one overlooks the other
//! can find; it also looks into what the redactor leaves alone: hexadecimal, base64, UTF-16, percent signs.
//!
//! Only the judgement whether four numbers are a version ([`super::scan::is_version_before`]) and the words of logs
//! ([`super::words`]) are the same for both: else the check would refuse what was left on purpose.

mod addresses;
mod names;
mod views;

use std::fmt;

use super::{Identifiers, Kind, Map};
use addresses::Addresses;
use names::Names;
use views::View;

/// Something that must not get out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The name of the file in the bundle.
    pub file: String,
    /// Bytes from its beginning; 0 for its name.
    pub offset: usize,
    /// `None`: the key of the map.
    pub kind: Option<Kind>,
    /// How it is written there.
    pub form: Form,
    /// Its first two characters, the rest covered.
    pub masked: String,
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Plain,
    /// In the name of the file.
    FileName,
    /// With `%2E`, `\x2e` or `&#46;` for signs or letters.
    Escaped,
    Hexadecimal,
    Base64,
    Utf16,
    /// An address that was not known before: it has the shape of one, and is no pseudonym.
    Shape,
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Self::Plain => "as it is",
            Self::FileName => "in the name of the file",
            Self::Escaped => "with escapes",
            Self::Hexadecimal => "in hexadecimal",
            Self::Base64 => "in base64",
            Self::Utf16 => "in UTF-16",
            Self::Shape => "by its shape",
        }
    }
}

/// Without the secret itself; the name of the file is foreign text.
impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = self.kind.map_or("key of the private map", Kind::noun);
        write!(f, "{}, byte {}: a {noun} ({}), {}", self.file, self.offset, self.masked, self.form.words())
    }
}

/// Looks for everything of `identifiers` in the files (name, content) of a bundle, for addresses that are no
/// pseudonyms of `map`, and for the key of the map. `identifiers` should be those of the whole fleet, as the redactor
/// has them ([`super::Redactor::identifiers`]).
///
/// Sorted by file and place, each place once. Empty: nothing was found. That is no proof that there is nothing:
/// compressed files have to be given unpacked, pictures are not read.
#[must_use]
pub fn leaks(files: &[(&str, &[u8])], identifiers: &Identifiers, map: &Map) -> Vec<Leak> {
    let names = Names::new(identifiers, map);
    let addresses = Addresses::new(identifiers, map);
    let mut found = Vec::new();
    for (file, content) in files {
        let mut note = |offset: usize, kind: Option<Kind>, form: Form, text: &[u8]| {
            found.push(Leak { file: (*file).to_owned(), offset, kind, form, masked: mask(text) });
        };
        let in_name =
            View { form: Form::FileName, text: file.as_bytes().to_vec(), offsets: Vec::new(), from: 0 };
        for view in std::iter::once(in_name).chain(views::of(content)) {
            names.find(&view, &mut |at, kind, text| note(view.offset(at), kind, view.form, text));
            // Addresses have no letters to be told by: in what was decoded by guess, they would be chance.
            if matches!(view.form, Form::Plain | Form::FileName | Form::Escaped | Form::Utf16) {
                addresses.find(&view.text, &mut |at, kind, known, text| {
                    let form = if known { view.form } else { Form::Shape };
                    note(view.offset(at), Some(kind), form, text);
                });
            }
        }
    }
    found.sort();
    // One place that is found plain is found in every other view, too.
    found.dedup_by(|later, earlier| {
        later.file == earlier.file && later.offset == earlier.offset && later.kind == earlier.kind
    });
    found
}

/// Two characters, and a sign for each of the others.
fn mask(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.chars()
        .enumerate()
        .map(|(index, c)| if index < 2 && (c.is_alphanumeric()) { c } else { '*' })
        .take(16)
        .collect()
}
