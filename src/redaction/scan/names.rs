//! Full names of hosts, domains, e-mail addresses, and names below `arpa`.

use std::ops::Range;

use super::numbers::before_arpa;
use super::{Found, Item, Known, escape_len_ending_at, machines, parts, push, text};
use crate::redaction::identifiers::{NAME_BYTES_MAX, is_label_byte};
use crate::redaction::words;

/// Names whose last labels are a domain that is known, or a top-level domain.
pub fn full(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    for piece in parts(line, range, b':') {
        let fits = |at: &usize| is_label_byte(line[*at]);
        let (Some(start), Some(last)) = (piece.clone().find(fits), piece.clone().rev().find(fits)) else {
            continue;
        };
        let start = (start..last.min(start + 4))
            .find(|at| *at > piece.start && escape_len_ending_at(line, *at) > 0)
            .unwrap_or(start);
        name(line, start..last + 1, known, found);
    }
}

fn name(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    let bytes = &line[range.clone()];
    if !bytes.contains(&b'.') || !bytes.is_ascii() {
        return;
    }
    let lower = text(bytes).to_ascii_lowercase();
    if lower.split('.').any(str::is_empty) {
        return;
    }
    // Where labels begin, and one byte behind where the last one ends.
    let bounds: Vec<usize> = std::iter::once(0)
        .chain(lower.match_indices('.').map(|(at, _)| at + 1))
        .chain([lower.len() + 1])
        .collect();
    // A file can be called after a host: `kvm07.corp.example.log.gz`.
    for last in (1..bounds.len()).rev() {
        let end = bounds[last] - 1;
        for start in &bounds[last.saturating_sub(known.domain_labels)..last] {
            let domain = &lower[*start..end];
            if known.domains.contains(domain) && !words::is_public_domain(domain) {
                let first = possible(&lower[..end]);
                let hosts = lower[first..(*start).max(first)].trim_end_matches('.').to_owned();
                return add(range.start + first..range.start + end, hosts, domain.to_owned(), found);
            }
        }
    }
    // More than a name can have is none of it.
    let first = possible(&lower);
    let (range, lower) = (range.start + first..range.end, lower[first..].to_owned());
    let labels: Vec<&str> = lower.split('.').collect();
    if let Some(domain) = cut_domain(&labels, known) {
        return push(found, range, Item::CutName { label: labels[0].to_owned(), domain });
    }
    let last = labels[labels.len() - 1];
    let is_word = |label: &&str| label.bytes().any(|byte| byte.is_ascii_alphabetic());
    if labels.len() >= 2
        && words::is_top_level(last, labels.len())
        && labels[labels.len() - 2..].iter().all(is_word)
        && !words::is_public_domain(&lower)
        && labels[labels.len() - 2].len() >= 2
    {
        let (host, domain) = if labels.len() == 2 {
            (String::new(), lower.clone())
        } else {
            (labels[0].to_owned(), labels[1..].join("."))
        };
        let item =
            if host.is_empty() { Item::Domain(domain) } else { Item::Name(format!("{host}.{domain}")) };
        push(found, range, item);
    }
}

/// Where, in labels without end, the last ones begin that are not longer than a name can be.
fn possible(labels: &str) -> usize {
    let Some(far) = labels.len().checked_sub(NAME_BYTES_MAX).filter(|far| *far > 0) else { return 0 };
    labels.as_bytes()[far - 1..].iter().position(|byte| *byte == b'.').map_or(far, |at| far + at)
}

/// The domain, where a column was too narrow for it: `kvm07.dc1.corp.ex`.
fn cut_domain(labels: &[&str], known: &Known<'_>) -> Option<String> {
    let rest = labels[1..].join(".");
    if !known.hosts.contains(labels[0]) || rest.len() < 2 {
        return None;
    }
    known.domains.range(rest.clone()..).next().filter(|domain| domain.starts_with(&rest)).cloned()
}

fn add(range: Range<usize>, hosts: String, domain: String, found: &mut Vec<Found>) {
    let item = if hosts.is_empty() { Item::Domain(domain) } else { Item::Name(format!("{hosts}.{domain}")) };
    found.push(Found { range, item, own_domain: true });
}

/// `3.2.1.10.in-addr.arpa` and half bytes before `ip6.arpa`.
pub fn arpa(line: &[u8], range: Range<usize>, found: &mut Vec<Found>) {
    let lower = text(&line[range.clone()]).to_ascii_lowercase();
    if let Some(at) = lower.find(".in-addr.arpa")
        && let Some((numbers, octets)) = before_arpa(line, range.start..range.start + at)
    {
        push(found, numbers, Item::Ipv4 { octets, reversed: true });
    }
    if let Some(at) = lower.find(".ip6.arpa") {
        let labels = parts(line, range.start..range.start + at, b'.');
        let digit = |label: &&Range<usize>| label.len() == 1 && line[label.start].is_ascii_hexdigit();
        let digits: Vec<&Range<usize>> = labels.iter().rev().take_while(digit).take(32).collect();
        if let (Some(last), Some(first)) = (digits.first(), digits.last()) {
            let nibbles = digits
                .iter()
                .filter_map(|digit| char::from(line[digit.start]).to_digit(16))
                .filter_map(|value| u8::try_from(value).ok())
                .collect();
            push(found, first.start..last.end, Item::Arpa6 { nibbles });
        }
    }
}

/// Realms that Proxmox names its users in.
const REALMS: &[&str] = &["pam", "pve", "ldap", "openid", "ad"];

/// What stands around an `@`.
pub fn mail(line: &[u8], at: usize, known: &Known<'_>, found: &mut Vec<Found>) {
    let is_local = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'=') || byte >= 0x80
    };
    let mut start = (0..at).rev().find(|place| !is_local(line[*place])).map_or(0, |place| place + 1);
    start = (start..at.min(start + 4)).find(|place| escape_len_ending_at(line, *place) > 0).unwrap_or(start);
    // `from=alice@…`: the key is none of it.
    if let Some(sign) = (start..at).rev().find(|place| line[*place] == b'=') {
        start = sign + 1;
    }
    let is_domain = |byte: u8| is_label_byte(byte) || byte == b'.';
    let open = usize::from(line.get(at + 1) == Some(&b'['));
    let end = (at + 1 + open..line.len()).find(|place| !is_domain(line[*place])).unwrap_or(line.len());
    let Some(end) =
        (at + 1..end).rev().find(|place| line[*place].is_ascii_alphanumeric()).map(|last| last + 1)
    else {
        return;
    };
    if start >= at {
        return;
    }
    let domain = text(&line[at + 1 + open.min(end - at - 1)..end]).to_ascii_lowercase();
    let surplus = possible(&domain);
    let domain = domain[surplus..].to_owned();
    let first = domain.split('.').next().unwrap_or_default();
    let labels: Vec<&str> = domain.split('.').collect();
    let fewest = labels.len().saturating_sub(known.domain_labels);
    let own = (fewest..labels.len()).any(|n| known.domains.contains(&labels[n..].join(".")));
    let is_address = domain.parse::<std::net::Ipv4Addr>().is_ok() || open == 1;
    let by_shape = labels.len() >= 2 && labels.last().is_some_and(|last| words::is_top_level(last, 3));
    let is_host = known.hosts.contains(first) && labels.len() == 1;
    let realm = labels.len() == 1 && REALMS.contains(&first);
    let remote = labels.len() == 1 && open == 0 && !realm && machines::is_remote(line, start, first);
    if !(own || is_address || by_shape || is_host || realm || remote) {
        return;
    }
    let in_url = start >= 3 && &line[start - 3..start] == b"://";
    let name = String::from_utf8_lossy(&line[start..at]).to_lowercase();
    // `user:password@host` of a URL: the user stands further in front, and the password is nobody's business either.
    let glued = start >= 1 && line[start - 1] == b':' && !in_url;
    let credible = !glued && (own || is_host || realm || is_address || remote);
    if remote {
        push(found, at + 1..end, Item::Machine);
    }
    if let Some(known_domain) = by_shape.then_some(&domain)
        && !own
        && !words::is_public_domain(known_domain)
    {
        push(found, at + 1 + surplus..end, Item::Domain(domain.clone()));
    }
    if !words::is_system_user(&name) && (own || !words::is_public_domain(&domain)) {
        push(found, start..at, Item::Person { name, credible });
    }
    if glued {
        let from = (0..start - 1).rev().find(|place| !is_local(line[*place])).map_or(0, |place| place + 1);
        if from >= 3 && &line[from - 3..from] == b"://" && from < start - 1 {
            let name = String::from_utf8_lossy(&line[from..start - 1]).to_lowercase();
            push(found, from..start - 1, Item::Person { name, credible: true });
        }
    }
}
