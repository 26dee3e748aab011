//! What stands for what. Private: with it everything can be read back.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::ops::Bound;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Kind;
use super::keyed::{Keyed, hex};
use super::network::Choices;

/// Bytes of the key.
pub const KEY_BYTES: usize = 32;

/// The version of the map's file.
const VERSION: u32 = 1;

/// Digits of a pseudonym: 16 million for each kind, and more digits where two would be the same.
const DIGITS: usize = 6;

/// The key and all pseudonyms that were given out. What was given out stays, whatever comes later.
///
/// Has no `Serialize` of its own, so that it cannot get into a report by accident: [`Map::to_json`] is for the private
/// file, which the caller keeps from others.
#[derive(Clone)]
pub struct Map {
    key: [u8; KEY_BYTES],
    keyed: Keyed,
    given: BTreeMap<Kind, HashMap<String, String>>,
    taken: HashSet<String>,
    /// Names as they begin, and as they end: to tell a part of one that a field cuts off.
    forwards: BTreeSet<String>,
    backwards: BTreeSet<Vec<u8>>,
    pub(super) choices: Choices,
}

/// Why a map cannot be read.
#[derive(Debug, Error)]
pub enum MapError {
    #[error("not a map of pseudonyms")]
    Json(#[from] serde_json::Error),
    #[error("version {found} of the map is unknown; this coroner knows {VERSION}")]
    Version { found: u32 },
    #[error("the key of the map is not {KEY_BYTES} bytes in hexadecimal")]
    Key,
    #[error("a pseudonym of the map stands for two things of one kind")]
    Repeated,
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    key: String,
    pseudonyms: BTreeMap<Kind, BTreeMap<String, String>>,
    networks: Choices,
}

impl Map {
    /// A new map. The key has to be random and is never shown to anybody.
    #[must_use]
    pub fn new(key: [u8; KEY_BYTES]) -> Self {
        Self {
            key,
            keyed: Keyed::new(&key),
            given: BTreeMap::new(),
            taken: HashSet::new(),
            forwards: BTreeSet::new(),
            backwards: BTreeSet::new(),
            choices: Choices::default(),
        }
    }

    /// Reads what [`Map::to_json`] wrote.
    ///
    /// # Errors
    /// [`MapError`] if the text is no map, or one of another version, or damaged.
    pub fn from_json(text: &str) -> Result<Self, MapError> {
        let written: Written = serde_json::from_str(text)?;
        if written.version != VERSION {
            return Err(MapError::Version { found: written.version });
        }
        let mut map = Self::new(from_hex(&written.key).ok_or(MapError::Key)?);
        for (kind, pairs) in written.pseudonyms {
            let mut seen = HashSet::new();
            for (original, pseudonym) in pairs {
                if !seen.insert(pseudonym.clone()) {
                    return Err(MapError::Repeated);
                }
                map.remember(kind, original, pseudonym);
            }
        }
        map.choices = written.networks;
        Ok(map)
    }

    /// The map as text, sorted, with the key in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let sorted = |pairs: &HashMap<String, String>| pairs.clone().into_iter().collect();
        let written = Written {
            version: VERSION,
            key: hex(&self.key),
            pseudonyms: self.given.iter().map(|(kind, pairs)| (*kind, sorted(pairs))).collect(),
            networks: self.choices.clone(),
        };
        let mut text =
            serde_json::to_string_pretty(&written).expect("maps with keys of text, and text, can be written");
        text.push('\n');
        text
    }

    /// What was given out: kind, original in its normal spelling, pseudonym; sorted.
    #[must_use]
    pub fn entries(&self) -> Vec<(Kind, &str, &str)> {
        let mut all: Vec<(Kind, &str, &str)> = self
            .given
            .iter()
            .flat_map(|(kind, pairs)| pairs.iter().map(|(from, to)| (*kind, from.as_str(), to.as_str())))
            .collect();
        all.sort_unstable();
        all
    }

    /// The pseudonym of something, if it has one. Names in small letters.
    #[must_use]
    pub fn pseudonym(&self, kind: Kind, original: &str) -> Option<&str> {
        self.given.get(&kind)?.get(original).map(String::as_str)
    }

    /// Whether a text in small letters is a pseudonym that was given out.
    #[must_use]
    pub fn is_pseudonym(&self, text: &str) -> bool {
        self.taken.contains(text)
    }

    /// Names that begin with some text and are longer.
    pub(super) fn names_from<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.forwards
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .map(String::as_str)
            .take_while(move |name| name.starts_with(start))
            .filter(move |name| name.len() > start.len())
    }

    /// Names that end with some text and are longer.
    pub(super) fn names_to(&self, end: &str) -> impl Iterator<Item = String> {
        let turned: Vec<u8> = end.bytes().rev().collect();
        let len = turned.len();
        self.backwards
            .range(turned.clone()..)
            .take_while(move |name| name.starts_with(&turned))
            .filter(move |name| name.len() > len)
            .map(|name| {
                String::from_utf8_lossy(&name.iter().rev().copied().collect::<Vec<u8>>()).into_owned()
            })
    }

    pub(super) fn keyed(&self) -> &Keyed {
        &self.keyed
    }

    /// The key as bytes, for the check that it is nowhere.
    pub(super) fn key(&self) -> &[u8; KEY_BYTES] {
        &self.key
    }

    /// The pseudonym of a name, made if there is none yet: a stem and digits.
    pub(super) fn name(&mut self, kind: Kind, original: &str) -> String {
        if let Some(known) = self.pseudonym(kind, original) {
            return known.to_owned();
        }
        let digits = hex(&self.keyed.bytes(kind.stem(), original.as_bytes()));
        let ending = if kind == Kind::Domain { ".example" } else { "" };
        // Two that begin alike are told apart by more digits; the last resort is all 64 of them.
        let made = (DIGITS..=digits.len())
            .map(|len| format!("{}-{}{ending}", kind.stem(), &digits[..len]))
            .find(|made| !self.taken.contains(made) && *made != original)
            .unwrap_or_else(|| format!("{}-{digits}{ending}", kind.stem()));
        self.remember(kind, original.to_owned(), made.clone());
        made
    }

    pub(super) fn remember(&mut self, kind: Kind, original: String, pseudonym: String) {
        self.taken.insert(pseudonym.clone());
        if kind == Kind::Domain
            && let Some((label, _)) = pseudonym.split_once('.')
        {
            self.taken.insert(label.to_owned());
        }
        if matches!(kind, Kind::Host | Kind::User | Kind::Serial | Kind::Keyword | Kind::Domain) {
            self.forwards.insert(original.clone());
            self.backwards.insert(original.bytes().rev().collect());
        }
        self.given.entry(kind).or_default().insert(original, pseudonym);
    }
}

/// Without the key.
impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: usize = self.given.values().map(HashMap::len).sum();
        write!(f, "Map of {count} pseudonyms")
    }
}

fn from_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    if text.len() != 2 * KEY_BYTES || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (place, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(key)
}
