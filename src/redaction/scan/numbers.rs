//! IPv4 addresses in all the ways that logs write them.

use std::net::Ipv4Addr;
use std::ops::Range;

use super::{Found, Item, Known, escape_len_ending_at, parts, push, text};

/// What follows an address that stands backwards.
const ARPA: &[u8] = b".in-addr.arpa";
const SIX_ARPA: &[u8] = b".ip6.arpa";

/// A run of numbers with one sign between them: its place, and those of the numbers.
fn runs(line: &[u8], range: Range<usize>, sign: &dyn Fn(u8) -> bool) -> Vec<Vec<Range<usize>>> {
    let mut found: Vec<Vec<Range<usize>>> = Vec::new();
    let mut run: Vec<Range<usize>> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if !line[at].is_ascii_digit() {
            found.push(std::mem::take(&mut run));
            at += 1;
            continue;
        }
        let start = at;
        while at < range.end && line[at].is_ascii_digit() {
            at += 1;
        }
        run.push(start..at);
        let goes_on = at + 1 < range.end && sign(line[at]) && line[at + 1].is_ascii_digit();
        if goes_on {
            at += 1;
        } else {
            found.push(std::mem::take(&mut run));
        }
    }
    found.push(run);
    found.retain(|run| run.len() >= 4);
    found
}

/// The bytes of four numbers; `None` if one is too large or too long.
#[must_use]
pub fn octets_of(line: &[u8], numbers: &[Range<usize>]) -> Option<Vec<u8>> {
    numbers
        .iter()
        .map(|number| {
            let digits = &line[number.clone()];
            if digits.len() > 3 { None } else { text(digits).parse::<u8>().ok() }
        })
        .collect()
}

fn address(octets: &[u8]) -> Option<Ipv4Addr> {
    <[u8; 4]>::try_from(octets).ok().map(Ipv4Addr::from)
}

/// `10.1.2.3`, and `10.1.2.3.443` as tcpdump writes it.
pub fn dotted(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    // Half bytes are found by their ending, too.
    if line[range.clone()].windows(SIX_ARPA.len()).any(|ending| ending.eq_ignore_ascii_case(SIX_ARPA)) {
        return;
    }
    for mut run in runs(line, range.clone(), &|byte| byte == b'.') {
        // Those stand backwards, and are found by their ending.
        let end = run[run.len() - 1].end;
        if line[end..].get(..ARPA.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(ARPA)) {
            continue;
        }
        let first = run[0].start;
        // The escape of a line end can glue digits to the address: `#0120.1.2.3` does not, `\x2010.1.2.3` does.
        let mut cut = first;
        for at in (first + 1)..run[0].end.min(first + 5) {
            if escape_len_ending_at(line, at) > 0 {
                cut = at;
            }
        }
        run[0].start = cut;
        let behind_word = first > 0
            && line[first - 1].is_ascii_alphabetic()
            && cut == first
            && escape_len_ending_at(line, first) == 0;
        let windows = run.len().saturating_sub(3);
        let is_known = |window: usize| {
            octets_of(line, &run[window..window + 4])
                .and_then(|octets| address(&octets))
                .is_some_and(|address| known.ipv4.contains(&address))
        };
        if let Some(window) = (0..windows).find(|window| is_known(*window)) {
            add(line, &run[window..window + 4], found);
            continue;
        }
        // More numbers are an OID, five are an address and a port, if the port is one.
        let fits = run.len() == 4 || run.len() == 5 && run[4].len() >= 2;
        let numbers = &run[..4];
        let has_version_part = numbers.iter().any(|n| n.len() == 2 && line[n.start] == b'0');
        let behind_v = behind_word && matches!(line[first - 1], b'v' | b'V' | b'r');
        // `Not tainted 2.6.32.4 #1`
        let is_kernel = line[numbers[3].end..].starts_with(b" #");
        if fits
            && !is_kernel
            && !has_version_part
            && !behind_v
            && !is_version_before(line, first, numbers[3].end)
        {
            add(line, numbers, found);
        }
    }
}

fn add(line: &[u8], numbers: &[Range<usize>], found: &mut Vec<Found>) {
    if let Some(octets) = octets_of(line, numbers) {
        push(found, numbers[0].start..numbers[3].end, Item::Ipv4 { octets, reversed: false });
    }
}

/// `ip-10-1-2-3`, `10_1_2_3` of an address that is known.
pub fn dashed(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    for sign in [b'-', b'_'] {
        for run in runs(line, range.clone(), &|byte| byte == sign) {
            for window in 0..=run.len() - 4 {
                let numbers = &run[window..window + 4];
                let Some(octets) = octets_of(line, numbers) else { continue };
                let mut backwards = octets.clone();
                backwards.reverse();
                let is_known = address(&octets).is_some_and(|address| known.ipv4.contains(&address));
                let reversed =
                    !is_known && address(&backwards).is_some_and(|address| known.ipv4.contains(&address));
                let before = &line[range.start..numbers[0].start];
                let says_so = run.len() == 4 && says_address(before);
                if is_known || reversed || says_so {
                    let octets = if reversed { backwards } else { octets };
                    push(found, numbers[0].start..numbers[3].end, Item::Ipv4 { octets, reversed });
                    break;
                }
            }
        }
    }
}

/// Whether a name goes on with an address: `ip-`, `host-`, `dyn-`.
fn says_address(before: &[u8]) -> bool {
    let lower = text(&before[before.len().saturating_sub(16)..]).to_ascii_lowercase();
    let word = lower.trim_end_matches(['-', '_']);
    ["ip", "host", "dyn", "dhcp", "client", "static", "node", "vm", "ec2", "net", "addr", "pool"]
        .iter()
        .any(|known| word.ends_with(known))
}

/// Words that versions stand behind.
const VERSION_WORDS: &[&str] = &[
    "version",
    "versions",
    "ver",
    "v",
    "firmware",
    "fw",
    "fwver",
    "fw_ver",
    "bios",
    "uefi",
    "revision",
    "rev",
    "release",
    "driver",
    "build",
    "package",
    "microcode",
    "cpld",
    "agesa",
];

/// Words that may stand between.
const VERSION_FILLERS: &[&str] = &[
    "is",
    "was",
    "now",
    "number",
    "string",
    "installed",
    "current",
    "currently",
    "previous",
    "new",
    "old",
    "changed",
    "updated",
    "upgraded",
    "downgraded",
    "updating",
    "upgrading",
    "running",
    "id",
    "controller",
    "code",
    "info",
    "a",
    "the",
    "successfully",
    "has",
    "been",
    "=",
    ":",
];

/// Whether the numbers at a place are a version, by the words before them (`BIOS Version: 2.19.1.5`, `firmware changed
/// from 5.10.10.10 to 6.1.1.1`).
#[must_use]
pub fn is_version_before(line: &[u8], start: usize, end: usize) -> bool {
    let from = start.saturating_sub(72);
    let before = String::from_utf8_lossy(&line[from..start]).to_lowercase();
    let after = String::from_utf8_lossy(&line[end..line.len().min(end + 12)]).to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut words = before
        .rsplit(|c: char| !is_word(c))
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
        .take(8);
    let dotted = |word: &str| word.split('.').count() >= 2 && word.starts_with(|c: char| c.is_ascii_digit());
    let mut may_pass_from = after.trim_start().starts_with("to ") || after.trim_start().starts_with("-> ");
    let mut next = words.next();
    // A sign that ends a sentence or a field ends what the words before it can say.
    let tail = before.trim_end_matches([' ', '"', '\'', '(', ':', '=', '\\', '[']);
    if tail.ends_with([';', '|', '>', ',', '@', '/']) && !tail.ends_with("->") {
        return false;
    }
    while let Some(word) = next {
        let bare = word.trim_end_matches(':');
        if VERSION_WORDS.contains(&bare) || bare.ends_with("version") || bare.ends_with("_fw") {
            return true;
        }
        let passes = match bare {
            "to" => {
                let older = words.next();
                may_pass_from = true;
                if !older.is_some_and(dotted) {
                    return false;
                }
                true
            }
            "from" => may_pass_from,
            other => VERSION_FILLERS.contains(&other),
        };
        if !passes {
            return false;
        }
        next = words.next();
    }
    false
}

/// Numbers before `.in-addr.arpa`, one to four.
pub fn before_arpa(line: &[u8], range: Range<usize>) -> Option<(Range<usize>, Vec<u8>)> {
    let labels = parts(line, range, b'.');
    let fits = |label: &&Range<usize>| octets_of(line, &[(*label).clone()]).is_some();
    let numbers: Vec<Range<usize>> = labels.iter().rev().take_while(fits).take(4).cloned().collect();
    let octets = octets_of(line, &numbers)?;
    let (last, first) = (numbers.first()?, numbers.last()?);
    Some((first.start..last.end, octets))
}
