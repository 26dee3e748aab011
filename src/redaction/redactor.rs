//! The pass over the text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::dictionary::Dictionary;
use super::identifiers::Identifiers;
use super::keyed::hex;
use super::map::Map;
use super::network::{self, Avoided, Six};
use super::scan::{Found, Item, scan};
use super::{Kind, address, pseudonym, words};

mod columns;
mod encoded;
mod fixed;

/// How often a line is looked at where what is found in it overlaps.
const PASSES_MAX: usize = 4;

/// Replaces what identifies.
pub struct Redactor {
    map: Map,
    identifiers: Identifiers,
    dictionary: Dictionary,
    avoided: Avoided,
    ipv4: HashMap<Ipv4Addr, Ipv4Addr>,
    ipv6: HashMap<Ipv6Addr, Ipv6Addr>,
    found: Vec<Found>,
}

/// What replaces a piece of a line. The earlier and then the longer one wins.
#[derive(Debug, Clone)]
struct Change {
    range: Range<usize>,
    with: What,
}

#[derive(Debug, Clone)]
enum What {
    Item(Item),
    Word {
        kind: Kind,
        meant: String,
    },
    /// It is a pseudonym or was told to be kept: what overlaps with it is none.
    Stays,
}

impl Redactor {
    /// All identifiers get their pseudonyms here, in sorted order, so that the order of what is redacted decides
    /// nothing.
    #[must_use]
    pub fn new(mut map: Map, identifiers: Identifiers) -> Self {
        let mut identifiers = identifiers;
        let mut avoided = identifiers.avoided();
        // Addresses of earlier cases.
        for (kind, original, _) in map.entries() {
            if kind == Kind::Ipv4
                && let Ok(address) = original.parse()
            {
                avoided.add(address);
            }
        }
        for (_, meant) in identifiers.host_words() {
            map.name(Kind::Host, meant);
        }
        let domains: Vec<String> = identifiers.domains.iter().cloned().collect();
        for domain in &domains {
            pseudonym::domain(&mut map, domain);
        }
        for user in &identifiers.users {
            map.name(Kind::User, user);
        }
        for serial in identifiers.serials.iter().filter(|serial| !identifiers.kept.contains(*serial)) {
            map.name(Kind::Serial, serial);
        }
        for word in &identifiers.keywords {
            map.name(Kind::Keyword, word);
        }
        // Pseudonyms of an earlier case can be among what was learned from text that was redacted then.
        identifiers.hosts.retain(|host| !map.is_pseudonym(host));
        identifiers.users.retain(|user| !map.is_pseudonym(user));
        identifiers.serials.retain(|serial| !map.is_pseudonym(serial));
        identifiers.keywords.retain(|word| !map.is_pseudonym(word));
        identifiers.domains.retain(|domain| domain.contains('.') || !map.is_pseudonym(domain));
        let is_original = |address: &Ipv4Addr| map.pseudonym(Kind::Ipv4, &address.to_string()).is_some();
        identifiers.ipv4.retain(|address| !map.is_pseudonym(&address.to_string()) || is_original(address));
        let dictionary = Dictionary::new(&identifiers);
        let mut made = Self {
            map,
            dictionary,
            avoided,
            ipv4: HashMap::new(),
            ipv6: HashMap::new(),
            found: Vec::new(),
            identifiers,
        };
        for address in made.identifiers.ipv4.clone() {
            made.four(address);
        }
        for address in made.identifiers.ipv6.clone() {
            made.six(address);
        }
        made
    }

    /// The map with all that was given out.
    #[must_use]
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// The map, to be kept.
    #[must_use]
    pub fn into_map(self) -> Map {
        self.map
    }

    /// The identifiers, for the check.
    #[must_use]
    pub fn identifiers(&self) -> &Identifiers {
        &self.identifiers
    }

    /// Text, of one line or many. What is not replaced stays byte for byte, be it UTF-8 or not; ends of lines stay.
    #[must_use]
    pub fn redact(&mut self, text: &[u8]) -> Vec<u8> {
        let mut made = Vec::with_capacity(text.len() + text.len() / 8);
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let end = line.len() - usize::from(line.ends_with(b"\n"));
            self.line(&line[..end], &mut made);
            made.extend_from_slice(&line[end..]);
        }
        made
    }

    /// The same for text that is UTF-8.
    #[must_use]
    pub fn redact_text(&mut self, text: &str) -> String {
        // Only whole names and ASCII are replaced, so what comes out is UTF-8 if what went in was.
        String::from_utf8_lossy(&self.redact(text.as_bytes())).into_owned()
    }

    fn line(&mut self, line: &[u8], made: &mut Vec<u8>) {
        if line.is_empty() {
            return;
        }
        if let Some(decoded) = encoded::redacted(self, line) {
            return self.plain(&decoded, made);
        }
        self.plain(line, made);
    }

    fn plain(&mut self, line: &[u8], made: &mut Vec<u8>) {
        let mut text = Cow::Borrowed(line);
        for _ in 0..PASSES_MAX {
            let mut changes = self.changes(&text);
            let tangled = disjoint(&mut changes);
            changes.retain(|change| !matches!(change.with, What::Stays));
            if changes.is_empty() {
                break;
            }
            text = Cow::Owned(self.written(&text, changes));
            if !tangled {
                break;
            }
        }
        made.extend_from_slice(&text);
    }

    fn written(&mut self, line: &[u8], changes: Vec<Change>) -> Vec<u8> {
        let mut made = Vec::with_capacity(line.len() + 32);
        let mut written = columns::Writer::new(line, &mut made);
        for change in changes {
            let original = &line[change.range.clone()];
            if let Some(text) = self.replacement(original, &change.with) {
                written.replace(change.range, text.as_bytes());
            }
        }
        written.finish();
        made
    }

    /// What is to be replaced. It can overlap.
    fn changes(&mut self, line: &[u8]) -> Vec<Change> {
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        scan(line, &self.identifiers.known(), &mut found);
        let mut all: Vec<Change> = found
            .drain(..)
            .map(|found| Change { range: found.range, with: What::Item(found.item) })
            .collect();
        self.found = found;
        let words = self.dictionary.find(line).map(|hit| Change {
            range: hit.start..hit.end,
            with: if hit.entry.stays {
                What::Stays
            } else {
                What::Word { kind: hit.entry.kind, meant: hit.entry.meant.clone() }
            },
        });
        all.extend(words);
        if all.is_empty() {
            return all;
        }
        for change in &mut all {
            if self.stays(&line[change.range.clone()], &change.with) {
                change.with = What::Stays;
            }
        }
        all
    }

    /// Whether a text was told to be kept, or is a pseudonym already.
    fn stays(&self, original: &[u8], with: &What) -> bool {
        let lower = String::from_utf8_lossy(original).to_lowercase();
        // An address of the fleet is one, even if another got it for a pseudonym.
        if let What::Item(Item::Ipv4 { octets, .. }) = with
            && let [a, b, c, d] = octets[..]
        {
            let address = Ipv4Addr::new(a, b, c, d);
            let known = self.identifiers.ipv4.contains(&address) || self.ipv4.contains_key(&address);
            return self.identifiers.kept.contains(&lower)
                || !known && self.map.is_pseudonym(&address.to_string());
        }
        if let What::Item(Item::Ipv6 { address }) = with
            && !self.ipv6.contains_key(address)
            && self.map.is_pseudonym(&address.to_string())
        {
            return true;
        }
        if let What::Item(Item::Mac(bytes)) = with
            && self.map.is_pseudonym(&hex(bytes))
        {
            return true;
        }
        if let What::Item(Item::Digits(_)) = with {
            let bare: String = lower.chars().filter(char::is_ascii_hexdigit).collect();
            if self.map.is_pseudonym(&bare)
                || lower.strip_prefix("example:").is_some_and(|id| self.map.is_pseudonym(id))
            {
                return true;
            }
        }
        if self.identifiers.kept.contains(&lower) || self.map.is_pseudonym(&lower) {
            return true;
        }
        // A full name of pseudonyms.
        let (label, domain) = pseudonym::split_domain(&lower);
        self.map.is_pseudonym(&label)
            && !domain.is_empty()
            && domain.split('.').all(|part| self.map.is_pseudonym(part) || part == "example")
    }

    /// What is written instead; `None` if it stays.
    fn replacement(&mut self, original: &[u8], with: &What) -> Option<String> {
        let made = match with {
            What::Word { kind: Kind::Domain, meant } => {
                let domain = pseudonym::domain(&mut self.map, meant);
                let label = domain.split('.').next().unwrap_or_default();
                pseudonym::in_case_of(if original.contains(&b'.') { &domain } else { label }, original)
            }
            What::Word { kind, meant } => pseudonym::in_case_of(&self.map.name(*kind, meant), original),
            What::Item(item) => self.item(original, item)?,
            What::Stays => return None,
        };
        Some(made)
    }

    fn item(&mut self, original: &[u8], item: &Item) -> Option<String> {
        match item {
            Item::Ipv4 { octets, reversed } => self.octets(original, octets, *reversed),
            Item::Ipv6 { address } => {
                let made = self.six(*address);
                (made != *address).then(|| address::ipv6(original, made))
            }
            Item::CutIpv6 { groups } => {
                let mut whole = [0_u16; 8];
                whole[..groups.len()].copy_from_slice(groups);
                let Six::Fixed(bits) = network::six(Ipv6Addr::from(whole)) else { return None };
                let made = network::ipv6(self.map.keyed(), Ipv6Addr::from(whole), bits);
                let made = address::cut_ipv6(original, made, groups.len());
                self.part(original, &made);
                Some(made)
            }
            Item::Arpa6 { nibbles } => self.arpa(original, nibbles),
            Item::Mac(bytes) => self.mac(bytes).map(|made| address::digits(original, &hex(&made))),
            Item::Digits(kind) => Some(self.digits(original, *kind)),
            Item::Person { name, .. } => {
                if self.identifiers.hosts.contains(name) && !words::is_vocabulary(name) {
                    return Some(pseudonym::in_case_of(&self.host(name), original));
                }
                Some(pseudonym::in_case_of(&self.map.name(Kind::User, name), original))
            }
            Item::Name(name) => Some(pseudonym::in_case_of(&self.full_name(name), original)),
            Item::Machine => {
                let made = self.host(&small(original));
                Some(pseudonym::in_case_of(&made, original))
            }
            Item::Realm => {
                let made = self.domain(&small(original));
                let label = made.split('.').next().unwrap_or_default();
                Some(pseudonym::in_case_of(label, original))
            }
            Item::Tag => {
                Some(pseudonym::in_case_of(&self.map.name(Kind::Serial, &small(original)), original))
            }
            Item::Owner => {
                Some(pseudonym::in_case_of(&self.map.name(Kind::Keyword, &small(original)), original))
            }
            Item::CutName { label, domain } => {
                let host = self.host(label);
                let room = original.len().saturating_sub(label.len() + 1);
                let domain: String = self.domain(domain).chars().take(room.max(3)).collect();
                let whole = format!("{host}.{}", domain.trim_end_matches(['.', '-']));
                Some(pseudonym::in_case_of(&whole, original))
            }
            Item::Domain(name) => {
                let made = self.domain(name);
                (made != *name).then(|| pseudonym::in_case_of(&made, original))
            }
        }
    }

    /// Hosts, zones and domain. A host is one, wherever it stands in a name (`_http._tcp.kvm07.corp.example`).
    fn full_name(&mut self, name: &str) -> String {
        let labels: Vec<&str> = name.split('.').collect();
        let known = (1..labels.len()).find(|at| self.identifiers.domains.contains(&labels[*at..].join(".")));
        let cut = known.unwrap_or(1);
        let mut written: Vec<String> = Vec::new();
        for (at, label) in labels[..cut].iter().enumerate() {
            let is_host = at == 0 || self.identifiers.hosts.contains(*label);
            written.push(match *label {
                "localhost" | "_tcp" | "_udp" => (*label).to_owned(),
                own if self.map.is_pseudonym(own) => own.to_owned(),
                host if is_host => self.host(host),
                _ => self.map.name(Kind::Zone, &labels[at..].join(".")),
            });
        }
        written.push(self.domain(&labels[cut..].join(".")));
        written.join(".")
    }

    fn host(&mut self, label: &str) -> String {
        let meant = self.identifiers.aliases.get(label).map_or(label, String::as_str).to_owned();
        self.map.name(Kind::Host, &meant)
    }

    fn domain(&mut self, domain: &str) -> String {
        pseudonym::domain(&mut self.map, domain)
    }

    fn four(&mut self, address: Ipv4Addr) -> Ipv4Addr {
        if let Some(made) = self.ipv4.get(&address) {
            return *made;
        }
        let keyed = self.map.keyed().clone();
        let made = network::ipv4(&keyed, &mut self.map.choices, &self.avoided, address);
        self.ipv4.insert(address, made);
        if made != address {
            self.map.remember(Kind::Ipv4, address.to_string(), made.to_string());
        }
        made
    }

    fn six(&mut self, address: Ipv6Addr) -> Ipv6Addr {
        if let Some(made) = self.ipv6.get(&address) {
            return *made;
        }
        let made = match network::six(address) {
            Six::Kept => address,
            Six::Fixed(bits) => network::ipv6(self.map.keyed(), address, bits),
            Six::Holds(inner) => {
                let mut octets = address.octets();
                octets[12..].copy_from_slice(&self.four(inner).octets());
                Ipv6Addr::from(octets)
            }
        };
        self.ipv6.insert(address, made);
        if made != address {
            self.map.remember(Kind::Ipv6, address.to_string(), made.to_string());
        }
        made
    }

    /// One to four bytes of an address.
    fn octets(&mut self, original: &[u8], octets: &[u8], reversed: bool) -> Option<String> {
        let mut whole = [0; 4];
        whole[..octets.len().min(4)].copy_from_slice(&octets[..octets.len().min(4)]);
        let made = if octets.len() == 4 {
            self.four(Ipv4Addr::from(whole))
        } else {
            let keyed = self.map.keyed().clone();
            network::ipv4(&keyed, &mut self.map.choices, &self.avoided, Ipv4Addr::from(whole))
        };
        if made == Ipv4Addr::from(whole) {
            return None;
        }
        // A part of an address is no address, and its pseudonym is known by the whole.
        let mut bytes = made.octets()[..octets.len()].to_vec();
        if reversed {
            bytes.reverse();
        }
        Some(address::ipv4(original, &bytes))
    }

    fn arpa(&mut self, original: &[u8], nibbles: &[u8]) -> Option<String> {
        let digits: String =
            nibbles.iter().filter_map(|nibble| char::from_digit(u32::from(*nibble), 16)).collect();
        let whole = Ipv6Addr::from(u128::from_str_radix(&format!("{digits:0<32}"), 16).ok()?);
        let made = if nibbles.len() == 32 {
            self.six(whole)
        } else {
            match network::six(whole) {
                Six::Fixed(bits) => network::ipv6(self.map.keyed(), whole, bits),
                _ => whole,
            }
        };
        let backwards: String =
            hex(&made.octets()).chars().take(nibbles.len()).collect::<Vec<_>>().into_iter().rev().collect();
        let made = address::digits(original, &backwards);
        self.part(original, &made);
        Some(made)
    }

    /// Remembers what became of a part of an address, so that it is known for a pseudonym.
    fn part(&mut self, original: &[u8], made: &str) {
        let original = String::from_utf8_lossy(original).to_lowercase();
        self.map.remember(Kind::Ipv6, original, made.to_lowercase());
    }

    /// `None`: it says nothing.
    fn mac(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let same = |byte: u8| bytes.iter().all(|other| *other == byte);
        // Multicast of IPv4, of bridges, and of IPv6 to all (RFC 7042).
        let of_protocols = bytes.starts_with(&[0x01, 0x00, 0x5e])
            || bytes.starts_with(&[0x01, 0x80, 0xc2])
            || bytes.starts_with(&[0x33, 0x33, 0, 0]);
        if same(0) || same(0xff) || of_protocols {
            return None;
        }
        let original = hex(bytes);
        if let Some(known) = self.map.pseudonym(Kind::Mac, &original) {
            let pairs = known.as_bytes().chunks(2);
            return Some(
                pairs.filter_map(|p| u8::from_str_radix(std::str::from_utf8(p).ok()?, 16).ok()).collect(),
            );
        }
        let mut made = self.map.keyed().bytes("mac", bytes)[..bytes.len()].to_vec();
        if bytes.starts_with(&[0x33, 0x33]) {
            made[0] = 0x33;
            made[1] = 0x33;
        } else if bytes.len() == 6 {
            // Locally administered, one receiver (IEEE 802).
            made[0] = 0x02;
        } else {
            made[0] = bytes[0];
        }
        self.map.remember(Kind::Mac, original, hex(&made));
        Some(made)
    }

    fn digits(&mut self, original: &[u8], kind: Kind) -> String {
        let lower = String::from_utf8_lossy(original).to_lowercase();
        let bare: String = lower.chars().filter(char::is_ascii_hexdigit).collect();
        let only_digits = lower.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if !only_digits {
            return format!("example:{}", self.map.name(kind, &lower));
        }
        let Some(first) = bare.chars().next() else { return lower };
        if bare.chars().all(|c| c == first) {
            return String::from_utf8_lossy(original).into_owned();
        }
        let made = match self.map.pseudonym(kind, &bare) {
            Some(known) => known.to_owned(),
            None => {
                let mut made = hex(&self.map.keyed().bytes("digits", bare.as_bytes()));
                made.truncate(bare.len());
                if kind == Kind::StorageName {
                    // The first digit says of which kind a WWN is.
                    made.replace_range(..1, &bare[..1]);
                }
                self.map.remember(kind, bare, made.clone());
                made
            }
        };
        address::digits(original, &made)
    }
}

fn small(text: &[u8]) -> String {
    String::from_utf8_lossy(text).to_lowercase()
}

/// Sorts changes and leaves, of those that overlap, the earlier one, and of those the longer one. Says whether one was
/// left out that is not within another: a part of it is still there.
fn disjoint(all: &mut Vec<Change>) -> bool {
    let rank = |change: &Change| usize::from(matches!(change.with, What::Word { .. }));
    all.sort_by_key(|change| (change.range.start, usize::MAX - change.range.end, rank(change)));
    let (mut end, mut tangled) = (0, false);
    all.retain(|change| {
        let fits = change.range.start >= end && change.range.end > change.range.start;
        if fits {
            end = change.range.end;
        } else {
            tangled |= change.range.end > end;
        }
        fits
    });
    tangled
}
