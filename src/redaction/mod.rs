//! Takes out of foreign text what tells whose machines these are, for documents that leave the house.
//!
//! ```text
//! whole fleet ──▶ Identifiers ──┐
//!                 Map (private) ┴─▶ Redactor ──▶ redacted text ──▶ leaks(…) is empty, or nothing is handed over
//! ```
//!
//! [`Identifiers`] is the list of what must not get out, made from the whole fleet before the first line is redacted:
//! what one source calls a host is often just a word in the text of another. [`Redactor`] replaces; [`Map`] remembers
//! what stands for what, so that the same thing has the same pseudonym in every case; [`leaks`] looks, with code of its
//! own, for what is left. No files, no clock and no chance: the key of a new map is given by the caller.
//!
//! # What becomes of what
//!
//! | what | becomes | kept |
//! |---|---|---|
//! | host `kvm07`, `kvm07.dc1.corp.example` | `host-3f2a1b`, `host-3f2a1b.zone-….domain-….example` | upper case; `localhost` |
//! | domain `corp.example`, and its own word where it stands alone (`CORP\alice`) | `domain-90c1d2.example` | `localdomain`, `.local`, `.lan`; makers and distributions |
//! | user `alice`, `/home/alice`, `alice@…` | `user-77ab01` | users that systems have by themselves (`root`, `www-data`) |
//! | serial of another host, asset tag, keyword of the user, `Property of …` | `serial-…`, `keyword-…` | what [`Identifiers::keep`] was told, with all names that are in it; what makers leave in the field |
//! | IPv4 address | an address; those that shared a prefix share one | loopback, masks, multicast, link-local, private ranges, `.0` and `.255` |
//! | IPv6 address | the same, written the way it was | `::1`, `::`, multicast; `fe80::/64` and `fd00::/8` as prefixes |
//! | MAC address | one that is locally administered; its maker is not told | broadcast, zero, multicast of protocols |
//! | UUID, WWN, iqn | digits of the same number | UUIDs of all zeros or ones |
//!
//! Names are found in any case, at the borders of words, where `_`, `-`, `.` and the escapes of logs (`\n`, `#012`,
//! `%20`) are borders, too; a name with letters and digits is found inside words as well. A name that is a word of
//! logs themselves (a host `power`, a user `test`) is replaced where a host or user is
//! named, and nowhere else: else the log would lose its meaning. Names of that kind hide nothing.
//!
//! Hosts and users that no inventory has are learned where standard programs name them: `sshd`, `login`, `su`, `sudo`,
//! `cron`, `passwd`, `chage`, `useradd` and its like, audit, `mountd`, NFS clients, FTP, VPN, cluster nodes, commands
//! like `ssh alice@kvm07`, fields of tickets (`assignee`), users of Windows domains (`CORP\alice`). Words of logs are
//! not learned there.
//!
//! Four numbers with dots are an address, unless they stand behind a word for versions (`firmware 2.85.85.85`), have a
//! part like `00`, or are more than five; where the same numbers are an address elsewhere, they are one here, too.
//!
//! # Not hidden
//!
//! Times, models, versions, messages, and the order of things. Who knows the fleet can recognise it by them. Serial
//! numbers of disks and other parts that only a text names (`Serial Number: S3Z…` of smartctl) stay: they tell the
//! maker which part it is.
//!
//! Hosts and users that no inventory has, and that are named only in free text, or by a program that is not among those
//! above, are words like others. So are names of several words (`"assignee": "Jane Doe"`) outside of their field. A
//! host or user that is called like a word of logs is not learned by such a cue.
//!
//! Names that are split, compressed, or encoded (hex, base64, UTF-16) are not replaced; [`leaks`] finds the encoded
//! ones, so that nothing is handed over. Patterns of names (`kvm0*`) are no names: who writes them has to write the
//! hosts that they mean. An address of the fleet that is the pseudonym of another one (which happens only where a range
//! is nearly full) cannot be told from a pseudonym, by the check or by a reader.

mod address;
mod dictionary;
mod identifiers;
mod keyed;
mod leaks;
mod map;
mod network;
mod pseudonym;
mod redactor;
mod scan;
mod words;

pub use identifiers::Identifiers;
pub use leaks::{Form, Leak, leaks};
pub use map::{KEY_BYTES, Map, MapError};
pub use redactor::Redactor;

use serde::{Deserialize, Serialize};

/// What kind of thing an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The first label of a host's name.
    Host,
    /// A registered domain, or what a site uses as one.
    Domain,
    /// A label between the host and its domain.
    Zone,
    User,
    /// A serial number, an asset tag.
    Serial,
    /// What the user of coroner wants to be hidden.
    Keyword,
    Ipv4,
    Ipv6,
    Mac,
    Uuid,
    /// A WWN, EUI, iqn or nqn: what names a port or disk in a storage network.
    StorageName,
}

impl Kind {
    /// What a person calls it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Host => "host name",
            Self::Domain => "domain",
            Self::Zone => "part of a domain",
            Self::User => "user name",
            Self::Serial => "serial number",
            Self::Keyword => "keyword",
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
            Self::Mac => "MAC address",
            Self::Uuid => "UUID",
            Self::StorageName => "name in a storage network",
        }
    }

    /// What pseudonyms of names begin with.
    const fn stem(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Domain => "domain",
            Self::Zone => "zone",
            Self::User => "user",
            Self::Serial => "serial",
            Self::Keyword => "keyword",
            Self::Ipv4 | Self::Ipv6 | Self::Mac | Self::Uuid | Self::StorageName => "id",
        }
    }
}
