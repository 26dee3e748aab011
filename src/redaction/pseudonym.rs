//! From an identifier to what stands in its place, in the spelling of the place.

use super::map::Map;
use super::words::LOCAL_DOMAINS;
use super::{Kind, words};

/// Second labels below which domains are registered in many countries (`co.uk`).
const SECOND_LEVEL: &[&str] = &["co", "com", "ac", "gov", "gv", "or", "org", "net", "edu"];

/// The host's label and the domain of a full name in small letters.
#[must_use]
pub fn split_domain(name: &str) -> (String, String) {
    let (label, domain) = name.split_once('.').unwrap_or((name, ""));
    (label.to_owned(), domain.to_owned())
}

/// The zones and the registered part of a domain: `dc1.corp.example` → `dc1`, `corp.example`.
#[must_use]
pub fn registered(domain: &str) -> (String, String) {
    let labels: Vec<&str> = domain.split('.').collect();
    let country = labels.last().is_some_and(|label| label.len() == 2);
    let second = labels.len() >= 3 && country && SECOND_LEVEL.contains(&labels[labels.len() - 2]);
    let cut = labels.len().saturating_sub(if second { 3 } else { 2 });
    (labels[..cut].join("."), labels[cut..].join("."))
}

/// The pseudonym of a domain in small letters. Domains that everybody has stay.
pub(super) fn domain(map: &mut Map, domain: &str) -> String {
    if words::is_public_domain(domain) && LOCAL_DOMAINS.contains(&domain) || is_own(map, domain) {
        return domain.to_owned();
    }
    let local =
        LOCAL_DOMAINS.iter().find(|known| domain.strip_suffix(**known).is_some_and(|r| r.ends_with('.')));
    let (zones, base, made) = match local {
        Some(known) => {
            let zones = domain[..domain.len() - known.len() - 1].to_owned();
            (zones, (*known).to_owned(), (*known).to_owned())
        }
        None => {
            let (zones, base) = registered(domain);
            let made = map.name(Kind::Domain, &base);
            (zones, base, made)
        }
    };
    let mut full = base;
    let mut written = made;
    for zone in zones.rsplit('.').filter(|zone| !zone.is_empty()) {
        full = format!("{zone}.{full}");
        let label = map.name(Kind::Zone, &full);
        written = format!("{label}.{written}");
    }
    written
}

/// Whether a domain is already a pseudonym.
fn is_own(map: &Map, domain: &str) -> bool {
    let (zones, base) = registered(domain);
    let zones = zones.split('.').filter(|zone| !zone.is_empty());
    map.is_pseudonym(&base) && zones.into_iter().all(|zone| map.is_pseudonym(zone))
}

/// A pseudonym with the capital letters of what it replaces.
#[must_use]
pub fn in_case_of(pseudonym: &str, original: &[u8]) -> String {
    let letters = || original.iter().filter(|byte| byte.is_ascii_alphabetic());
    if letters().count() >= 1 && letters().all(u8::is_ascii_uppercase) {
        return pseudonym.to_ascii_uppercase();
    }
    if original.first().is_some_and(u8::is_ascii_uppercase) {
        let mut made = pseudonym.to_owned();
        if let Some(first) = made.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        return made;
    }
    pseudonym.to_owned()
}
