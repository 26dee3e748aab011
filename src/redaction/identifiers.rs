//! The list of what must not get out, made from the whole fleet before anything is redacted.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::network::{self, Avoided, Six};
use super::pseudonym::registered;
use super::scan::{Found, Item, Known, scan};
use super::words;

/// Names, addresses and serials of a fleet, in their normal spelling (small letters where case tells nothing).
///
/// The order in which they are told does not matter.
#[derive(Debug, Clone, Default)]
pub struct Identifiers {
    /// First labels of hosts' names.
    pub(super) hosts: BTreeSet<String>,
    /// Further names → the first label of the host that they mean.
    pub(super) aliases: BTreeMap<String, String>,
    /// Domains as written, of one label or more.
    pub(super) domains: BTreeSet<String>,
    pub(super) users: BTreeSet<String>,
    pub(super) serials: BTreeSet<String>,
    pub(super) keywords: BTreeSet<String>,
    pub(super) kept: BTreeSet<String>,
    vocabulary: BTreeSet<String>,
    /// Labels of the domain that has most of them.
    domain_labels: usize,
    pub(super) ipv4: BTreeSet<Ipv4Addr>,
    pub(super) ipv6: BTreeSet<Ipv6Addr>,
    pub(super) macs: BTreeSet<Vec<u8>>,
    /// UUIDs and names of storage networks, digits only.
    pub(super) digits: BTreeSet<String>,
}

impl Identifiers {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A host, by its short or full name, or by its address.
    pub fn host(&mut self, name: &str) {
        let name = normal(name);
        if let Ok(address) = name.parse() {
            self.ipv4.insert(address);
            return;
        }
        if let Ok(address) = name.parse() {
            self.ipv6.insert(address);
            return;
        }
        let (label, domain) = name.split_once('.').unwrap_or((&name, ""));
        if !is_nobody(label) {
            self.hosts.insert(label.to_owned());
        }
        self.domain(domain);
    }

    /// Another name of a host: it gets the same pseudonym, so that what is one host stays one.
    pub fn alias(&mut self, alias: &str, host: &str) {
        let (alias, host) = (normal(alias), normal(host));
        let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let is_address = alias.parse::<Ipv4Addr>().is_ok() || host.parse::<Ipv4Addr>().is_ok();
        self.host(&alias);
        self.host(&host);
        if !is_address && first(&alias) != first(&host) && !is_nobody(&first(&host)) {
            self.aliases.insert(first(&alias), first(&host));
        }
    }

    /// A domain (`corp.example`), from a full name, an e-mail address or a resolver's `search` line.
    pub fn domain(&mut self, name: &str) {
        let name = normal(name);
        let name = name.trim_matches('.');
        let fits = |label: &str| !label.is_empty() && label.bytes().all(is_label_byte);
        let is_possible = !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.split('.').all(fits);
        if is_possible && !words::is_public_domain(name) {
            self.domain_labels = self.domain_labels.max(name.split('.').count());
            self.domains.insert(name.to_owned());
            self.domains.insert(registered(name).1);
        }
    }

    /// A person's account. Users of systems and services are not taken, nor what is too long for an account (more than
    /// 256 bytes).
    pub fn user(&mut self, name: &str) {
        let name = name.trim().to_lowercase();
        if let Some((local, domain)) = name.split_once('@') {
            self.user(local);
            if domain.contains('.') {
                self.domain(domain);
            }
            return;
        }
        if name.len() <= LEARNED_BYTES_MAX && !words::is_system_user(&name) {
            self.users.insert(name);
        }
    }

    /// A serial number, asset tag, UUID or WWN of a machine. Those of the machine that a case is about are told to
    /// [`Identifiers::keep`], too. What makers leave in the field where they have no number is not taken.
    pub fn serial(&mut self, value: &str) {
        let value = value.trim().to_lowercase();
        // Shorter ones are words or numbers that stand everywhere.
        let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
        let tells = has_digit || value.len() >= 6 && !words::is_vocabulary(&value);
        if value.len() >= 4 && tells && !words::is_no_serial(&value) {
            self.serials.insert(value);
        }
    }

    /// A word that the user wants to be hidden wherever it stands.
    pub fn keyword(&mut self, word: &str) {
        let word = word.trim().to_lowercase();
        if !word.is_empty() {
            self.keywords.insert(word);
        }
    }

    /// What stays as it is, whatever else is told: the service tag and UUID of the machine of the case.
    pub fn keep(&mut self, value: &str) {
        let value = value.trim().to_lowercase();
        if !value.is_empty() {
            self.kept.insert(value);
        }
    }

    /// Words with which the analysis works. They free nothing that this fleet has: a host, user, domain, serial or
    /// keyword that is called so is replaced and looked for all the same. They only keep the edges of fixed fields
    /// ([`super::Redactor::redact_fixed`]) from being covered for the sake of a name that another case left in the map.
    pub fn vocabulary<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        self.vocabulary.extend(words.into_iter().map(str::to_lowercase));
    }

    /// Learns from text: who logs in, whose homes there are, domains of addresses, names below domains that are known,
    /// addresses of all kinds. Text can be many lines, and in any encoding that has ASCII in it.
    ///
    /// Names of hosts that are found only below a domain are found only if the domain is known: tell those of the
    /// inventory first, or learn twice.
    pub fn learn(&mut self, text: &[u8]) {
        let mut found = Vec::new();
        for line in text.split(|byte| *byte == b'\n') {
            found.clear();
            self.resolver(line);
            scan(line, &self.known(), &mut found);
            for item in &found {
                self.note(item, line);
            }
        }
    }

    /// `search dc1.corp.example corp.example`, as resolvers are configured.
    fn resolver(&mut self, line: &[u8]) {
        let Some(rest) = line.strip_prefix(b"search ").or_else(|| line.strip_prefix(b"domain ")) else {
            return;
        };
        let Ok(rest) = std::str::from_utf8(rest) else { return };
        let is_domain =
            |word: &str| word.contains('.') && word.bytes().all(|byte| is_label_byte(byte) || byte == b'.');
        if rest.split_ascii_whitespace().all(is_domain) {
            for word in rest.split_ascii_whitespace() {
                self.domain(word);
            }
        }
    }

    /// What helps to tell shapes apart.
    pub(super) fn known(&self) -> Known<'_> {
        Known {
            domains: &self.domains,
            domain_labels: self.domain_labels,
            hosts: &self.hosts,
            ipv4: &self.ipv4,
            ipv6: &self.ipv6,
            macs: &self.macs,
        }
    }

    fn note(&mut self, found: &Found, line: &[u8]) {
        match &found.item {
            Item::Ipv4 { octets, .. } => {
                if let [a, b, c, d] = octets[..] {
                    self.ipv4.insert(Ipv4Addr::new(a, b, c, d));
                }
            }
            Item::Ipv6 { address, .. } => {
                if let Six::Holds(inner) = network::six(*address) {
                    self.ipv4.insert(inner);
                }
                self.ipv6.insert(*address);
            }
            Item::Mac(bytes) => {
                self.macs.insert(bytes.clone());
            }
            Item::Digits(_) if found.range.len() <= LEARNED_BYTES_MAX => {
                let text = String::from_utf8_lossy(&line[found.range.clone()]);
                self.digits.insert(text.to_lowercase());
            }
            Item::Person { name, credible } => {
                if *credible {
                    self.user(name);
                }
            }
            // Names of others are found by their shape each time; their words are not ours to hide.
            Item::Name(name) if found.own_domain => self.host(name),
            Item::Domain(name) if found.own_domain => self.domain(name),
            Item::Realm => self.domain(&String::from_utf8_lossy(&line[found.range.clone()])),
            Item::Machine => self.host(&String::from_utf8_lossy(&line[found.range.clone()])),
            Item::Tag => self.serial(&String::from_utf8_lossy(&line[found.range.clone()])),
            Item::Owner => self.keyword(&String::from_utf8_lossy(&line[found.range.clone()])),
            Item::Name(_)
            | Item::Domain(_)
            | Item::Digits(_)
            | Item::Arpa6 { .. }
            | Item::CutIpv6 { .. }
            | Item::CutName { .. } => {}
        }
    }

    /// Whether a word, which is the name of nothing of this fleet, is one that the analysis works with.
    pub(super) fn is_of_analysis(&self, word: &str) -> bool {
        self.vocabulary.contains(word) && !self.is_named(word)
    }

    /// Whether something of the fleet is called so, by its short or its full name.
    fn is_named(&self, word: &str) -> bool {
        let first = word.split('.').next().unwrap_or_default();
        self.hosts.contains(first)
            || self.aliases.contains_key(first)
            || self.users.contains(word)
            || self.serials.contains(word)
            || self.keywords.contains(word)
            || self
                .domains
                .iter()
                .any(|domain| domain == word || domain.split('.').any(|label| label == word))
    }

    /// Hosts' names that are replaced, with the name whose pseudonym they get.
    pub(super) fn host_words(&self) -> impl Iterator<Item = (&str, &str)> {
        let same = self.hosts.iter().map(|host| {
            let meant = self.aliases.get(host).unwrap_or(host);
            (host.as_str(), meant.as_str())
        });
        same.filter(|(host, _)| !self.kept.contains(*host))
    }

    /// Words of domains that tell whose they are where they stand alone, with the domain that they stand for.
    pub(super) fn domain_words(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for domain in &self.domains {
            let (_, registered) = registered(domain);
            let label = registered.split('.').next().unwrap_or_default().to_owned();
            if !words::is_common_label(&label) && !self.hosts.contains(&label) {
                found.entry(label).or_insert(registered);
            }
        }
        found
    }

    pub(super) fn avoided(&self) -> Avoided {
        let mut avoided = Avoided::default();
        for address in &self.ipv4 {
            avoided.add(*address);
        }
        avoided
    }
}

/// Bytes of the longest name that DNS can hold, written with dots (RFC 1035, 2.3.4).
pub(super) const NAME_BYTES_MAX: usize = 253;

/// Bytes of the longest name of an account (`LOGIN_NAME_MAX` of Linux; storage names have 223 at most, RFC 7143). What
/// is longer is replaced where it stands, but not looked for elsewhere.
const LEARNED_BYTES_MAX: usize = 256;

/// Names in one spelling.
fn normal(name: &str) -> String {
    name.trim().trim_end_matches('.').to_lowercase()
}

fn is_nobody(label: &str) -> bool {
    matches!(
        label,
        "" | "localhost"
            | "none"
            | "(none)"
            | "-"
            | "ip6-localhost"
            | "unknown"
            | "host"
            | "localhost4"
            | "localhost6"
    )
}

/// What labels of domains are made of.
pub(super) fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
