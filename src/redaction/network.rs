//! Addresses for addresses: two that share a prefix get pseudonyms that share a prefix of the same length.
//!
//! After J. Xu, J. Fan, M. Ammar, S. Moon: "Prefix-Preserving IP Address Anonymization: Measurement-Based Security
//! Evaluation and a New Cryptography-Based Scheme", ICNP 2002 (Crypto-PAn): each bit is flipped or not by a function of
//! the key and of the bits before it. HMAC-SHA-256 takes the place of their AES; one call gives the 255 flips of a byte.
//!
//! Three things are added. Addresses stay in the range that says what they are (private, link-local). Of several
//! functions for the bytes below one prefix the first is taken that gives no address that the fleet has itself, so that
//! no pseudonym looks like a leak; the choice stands in the map and stays. And where a network of 256 addresses gets
//! another place, its first and last two addresses keep their last byte, because `.0` and `.255` mean something.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::keyed::Keyed;

/// Functions that are tried below one prefix.
const TRIES: u8 = 48;

/// Of them, those that keep the edges of the last byte.
const TRIES_WITH_EDGES: u8 = 16;

/// Which function was chosen below which prefix of IPv4 addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    chosen: BTreeMap<String, u8>,
    /// What became of the first bytes of public addresses, by the choice made: costly, and always the same.
    #[serde(skip)]
    first: BTreeMap<u8, Vec<u8>>,
}

/// The addresses that pseudonyms should not look like, and their prefixes of whole bytes.
#[derive(Debug, Clone, Default)]
pub struct Avoided(BTreeSet<Vec<u8>>);

impl Avoided {
    pub fn add(&mut self, address: Ipv4Addr) {
        let octets = address.octets();
        for len in 1..=4 {
            self.0.insert(octets[..len].to_vec());
        }
    }

    /// The bytes that follow a prefix.
    fn below(&self, prefix: &[u8]) -> BTreeSet<u8> {
        let from = prefix.to_vec();
        self.0
            .range(from..)
            .take_while(|known| known.starts_with(prefix))
            .filter(|known| known.len() == prefix.len() + 1)
            .filter_map(|known| known.last().copied())
            .collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Says nothing about whose it is.
    Kept,
    /// The first bits say what it is, and stay.
    Fixed(u32),
    Public,
}

fn class(address: Ipv4Addr) -> Class {
    let bits = u32::from(address);
    let is_mask = bits.leading_ones() + bits.trailing_zeros() >= 32;
    match address.octets() {
        // "This network", loopback, link-local, multicast (RFC 6890, RFC 5771); masks.
        [0 | 127, ..] | [169, 254, ..] | [224..=239, ..] => Class::Kept,
        _ if is_mask && bits != 0 => Class::Kept,
        // RFC 1918, RFC 6598, RFC 1112.
        [10, ..] => Class::Fixed(8),
        [172, 16..=31, ..] => Class::Fixed(12),
        [192, 168, ..] => Class::Fixed(16),
        [100, 64..=127, ..] => Class::Fixed(10),
        [240..=255, ..] => Class::Fixed(4),
        _ => Class::Public,
    }
}

/// Whether an address tells nothing, and is left as it is: loopback, masks, multicast, link-local.
#[must_use]
pub fn is_kept(address: Ipv4Addr) -> bool {
    class(address) == Class::Kept
}

/// The pseudonym of an IPv4 address.
#[must_use]
pub fn ipv4(keyed: &Keyed, choices: &mut Choices, avoided: &Avoided, address: Ipv4Addr) -> Ipv4Addr {
    match class(address) {
        Class::Kept => address,
        Class::Fixed(bits) => mapped(keyed, choices, avoided, address, bits),
        // A public address that would become a private one goes on until it is public. That ends, because going on
        // for ever would mean to come back to where it began, which is public.
        Class::Public => {
            let mut found = mapped(keyed, choices, avoided, address, 0);
            while class(found) != Class::Public {
                found = mapped(keyed, choices, avoided, found, 0);
            }
            found
        }
    }
}

fn mapped(
    keyed: &Keyed,
    choices: &mut Choices,
    avoided: &Avoided,
    address: Ipv4Addr,
    fixed: u32,
) -> Ipv4Addr {
    let octets = address.octets();
    let mut made: Vec<u8> = Vec::with_capacity(4);
    for place in 0..4 {
        let fixed_here = fixed.saturating_sub(8 * place).min(8);
        let place = place as usize;
        let (prefix, octet) = (&octets[..place], octets[place]);
        if fixed_here == 8 {
            made.push(octet);
            continue;
        }
        let node = Node { prefix, made: &made, fixed: fixed_here };
        let choice = node.choice(keyed, choices, avoided, octet);
        let next = node.bytes(keyed, choices, choice)[usize::from(octet)];
        made.push(next);
    }
    Ipv4Addr::new(made[0], made[1], made[2], made[3])
}

/// The bytes below one prefix.
struct Node<'a> {
    prefix: &'a [u8],
    /// What became of the prefix.
    made: &'a [u8],
    /// Bits of the byte that stay.
    fixed: u32,
}

impl Node<'_> {
    fn name(&self) -> String {
        let parts: Vec<String> = self.prefix.iter().map(u8::to_string).collect();
        // The first bytes of 172.16/12 and of 172.0/8 are the same, and what stays of them is not.
        format!("{}/{}", parts.join("."), self.fixed)
    }

    fn choice(&self, keyed: &Keyed, choices: &mut Choices, avoided: &Avoided, octet: u8) -> u8 {
        let name = self.name();
        if let Some(made) = choices.chosen.get(&name) {
            return *made;
        }
        let mut octets = avoided.below(self.prefix);
        octets.insert(octet);
        let taken = avoided.below(self.made);
        // Where a network stays in its place, what stays at its edges is the address itself.
        let is_last = self.prefix.len() == 3;
        let from = if is_last && self.prefix == self.made { TRIES_WITH_EDGES } else { 0 };
        let mut best = (usize::MAX, from);
        for choice in from..TRIES {
            let bytes = self.bytes(keyed, choices, choice);
            let hits = octets.iter().filter(|octet| taken.contains(&bytes[usize::from(**octet)])).count();
            best = best.min((hits, choice));
            if hits == 0 {
                break;
            }
        }
        choices.chosen.insert(name, best.1);
        best.1
    }

    /// What becomes of each byte.
    fn bytes(&self, keyed: &Keyed, choices: &mut Choices, choice: u8) -> Vec<u8> {
        if self.prefix.is_empty() && self.fixed == 0 {
            return choices.first.entry(choice).or_insert_with(|| first_octets(keyed, choice)).clone();
        }
        let mut place = self.prefix.to_vec();
        place.extend([self.fixed.min(8) as u8, choice]);
        let flips = keyed.bytes("ipv4", &place);
        let keeps_edges = self.prefix.len() == 3 && choice < TRIES_WITH_EDGES;
        (0..=255).map(|octet| flipped(octet, &flips, self.fixed, keeps_edges)).collect()
    }
}

/// The first bytes of public addresses, in an order that the key gives. No network is as large as to have several.
fn first_octets(keyed: &Keyed, choice: u8) -> Vec<u8> {
    let public = || (1..=223_u8).filter(|octet| ![10, 127].contains(octet));
    let mut order: Vec<([u8; 32], u8)> =
        public().map(|octet| (keyed.bytes("ipv4-first", &[choice, octet]), octet)).collect();
    order.sort_unstable();
    let mut made: Vec<u8> = (0..=255).collect();
    for (from, (_, to)) in public().zip(order) {
        made[usize::from(from)] = to;
    }
    made
}

/// A byte with each bit flipped or not, by the bits before it.
fn flipped(octet: u8, flips: &[u8; 32], fixed: u32, keeps_edges: bool) -> u8 {
    let mut made = 0_u8;
    for bit in 0..8_u32 {
        let before = usize::from(octet).checked_shr(8 - bit).unwrap_or(0);
        let index = (1_usize << bit) - 1 + before;
        let at_edge = before == 0 || before == (1_usize << bit) - 1;
        let flip = bit >= fixed && !(keeps_edges && at_edge) && flips[index / 8] >> (index % 8) & 1 == 1;
        made = made << 1 | ((octet >> (7 - bit) & 1) ^ u8::from(flip));
    }
    made
}

/// What becomes of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Six {
    /// It tells nothing: unspecified, loopback, multicast of protocols.
    Kept,
    /// Its last 32 bits are an IPv4 address (RFC 4291, RFC 6052).
    Holds(Ipv4Addr),
    /// The first bits say what it is, and stay.
    Fixed(u32),
}

/// What kind of IPv6 address it is.
#[must_use]
pub fn six(address: Ipv6Addr) -> Six {
    let groups = address.segments();
    let embedded = || {
        let [.., a, b, c, d] = address.octets();
        Ipv4Addr::new(a, b, c, d)
    };
    match groups {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Six::Kept,
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Six::Holds(embedded()),
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => Six::Holds(embedded()),
        // Solicited nodes (RFC 4291): the last three bytes are those of the address.
        [0xff02, 0, 0, 0, 0, 1 | 2, 0xff00..=0xffff, _] => Six::Fixed(104),
        // A network's own groups (RFC 3306, RFC 3956) have its prefix in them.
        [0xff30..=0xff3f | 0xff70..=0xff7f, ..] => Six::Fixed(32),
        [0xff00..=0xffff, ..] => Six::Kept,
        [0xfe80, 0, 0, 0, ..] => Six::Fixed(64),
        [0xfe80..=0xfeff, ..] => Six::Fixed(10),
        [0x2000..=0x3fff, ..] => Six::Fixed(3),
        _ => Six::Fixed(8),
    }
}

/// The pseudonym of an IPv6 address, of which the first bits stay.
#[must_use]
pub fn ipv6(keyed: &Keyed, address: Ipv6Addr, fixed: u32) -> Ipv6Addr {
    let octets = address.octets();
    let mut made = octets;
    for place in 0..16_u32 {
        let fixed_here = fixed.saturating_sub(8 * place).min(8);
        if fixed_here < 8 {
            let place = place as usize;
            let flips = keyed.bytes("ipv6", &octets[..place]);
            made[place] = flipped(octets[place], &flips, fixed_here, false);
        }
    }
    Ipv6Addr::from(made)
}
