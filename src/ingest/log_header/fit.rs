//! How surely the head of a file is a log with headers.

use super::unsplit::is_heading;
use super::{Header, When, is_severity, read, split_when};
use crate::ingest::formats::{Fit, Head, backup, power};
use crate::ingest::terminal;

/// The two families of headers, each with a format of its own. A log that was written by one and
/// then the other belongs to the one with more lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Yearless,
    FullStamp,
}

/// Lines looked at.
const LINES_SNIFFED: usize = 120;

/// The head without its last line, which can be cut; a single line without an end is all there is.
#[must_use]
pub fn whole_lines(head: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'\n', head).map_or(head.len(), |at| at + 1);
    &head[..end]
}

#[derive(Default)]
struct Count {
    yearless: usize,
    full: usize,
    /// Of both, those of a shape that only logs have.
    certain: usize,
    /// Of both, those of a shape that programs give to logs of their own.
    of_programs: usize,
    other: usize,
    /// Lines with a header before the first without.
    leading: usize,
}

/// Sure: most lines are such; maybe: it begins with such lines, and text with line breaks goes on
/// between them, or the lines have a time but no sign of a log.
#[must_use]
pub fn fit(head: &Head<'_>, own: Family) -> Fit {
    head.log_fits()[own as usize]
}

/// The same for both families.
#[must_use]
pub fn fits(head: &Head<'_>) -> [Fit; 2] {
    // A time and words: what a UPS daemon or a backup writes has that shape, too, and names no host.
    if power::is_log_of_a_ups(head) || backup::is_log_of_a_backup(head) {
        return [Fit::No; 2];
    }
    let mut count = Count::default();
    let (mut begins, mut headings) = (false, 0_usize);
    for (index, line) in whole_lines(head).split(|byte| *byte == b'\n').enumerate() {
        let start = line.iter().position(|byte| *byte != 0).unwrap_or(line.len());
        let text = String::from_utf8_lossy(&line[start..line.len().min(start + 400)]);
        let text = terminal::plain(&text);
        if is_heading(&text) {
            headings += 1;
            continue;
        }
        if text.trim().is_empty() {
            continue;
        }
        match read(&text).filter(|header| !is_other_format(&text, header)) {
            Some(header) => {
                match header.when {
                    When::Yearless { .. } => count.yearless += 1,
                    When::Full(_) => count.full += 1,
                }
                count.leading += usize::from(count.other == 0);
                // `<34>`: only syslog has priorities.
                let certain =
                    header.tagged || matches!(header.when, When::Yearless { .. }) || text.starts_with('<');
                count.certain += usize::from(certain);
                count.of_programs += usize::from(!certain && is_of_a_program(&text));
                // The first line can be what is left of a longer one.
                begins |= count.yearless + count.full + count.other == 1 || index == 1;
            }
            // Text that is set in goes on with the message before, and so does a command line that
            // libvirt wraps.
            None if begins && (text.starts_with([' ', '\t']) || text.ends_with(" \\")) => {}
            None => count.other += 1,
        }
        if count.yearless + count.full + count.other == LINES_SNIFFED {
            break;
        }
    }
    // A journal without entries is one all the same.
    let lines = count.yearless + count.full + count.other;
    if lines == 0 && headings > 0 {
        return [Fit::Maybe, Fit::No];
    }
    [Family::Yearless, Family::FullStamp].map(|own| verdict(&count, begins, own))
}

/// Words with which dpkg's log begins.
const OF_DPKG: &[&str] =
    &["startup", "status", "install", "configure", "trigproc", "upgrade", "remove", "conffile", "purge"];

/// Whether a severity, a thread or the number of a process stands where a system log has its host.
fn is_of_a_program(text: &str) -> bool {
    let Some((_, rest)) = split_when(text) else { return false };
    let first = rest.split_whitespace().next().unwrap_or("");
    let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        || first == "-"
        || first.starts_with('[')
        || is_severity(first.trim_end_matches(':'))
        || OF_DPKG.contains(&first)
}

/// Of so many lines with a time one has to be of a shape that only system logs have.
const CERTAIN_ONE_IN: usize = 5;

fn verdict(count: &Count, begins: bool, own: Family) -> Fit {
    let mine = if count.yearless >= count.full { Family::Yearless } else { Family::FullStamp };
    let headers = count.yearless + count.full;
    let lines = headers + count.other;
    if headers == 0 || mine != own {
        Fit::No
    } else if count.certain * 10 >= lines * 6 {
        Fit::Sure
    } else if count.certain * CERTAIN_ONE_IN < headers && count.of_programs * 2 >= headers {
        // Programs write logs of their own with a time and words, too; those are about no host.
        Fit::No
    } else if headers * 10 >= lines * 6 || begins && goes_on(count, headers, lines) {
        Fit::Maybe
    } else {
        Fit::No
    }
}

/// Messages with line breaks in them can outnumber the headers; but one line of a log above a text
/// does not make it a log.
fn goes_on(count: &Count, headers: usize, lines: usize) -> bool {
    headers * 2 >= lines
        || headers >= 2 && headers * 5 >= lines
        || count.leading >= 3 && headers * 10 >= lines
}

/// `dmesg --time-format iso` has a stamp and no host; a line of figures is a table; traces and web
/// proxies write Unix time, lists of timers a weekday, before what is no log's.
fn is_other_format(text: &str, header: &Header<'_>) -> bool {
    let bytes = text.as_bytes();
    let dmesg_iso = bytes.len() > 32 && bytes[19] == b',' && matches!(bytes[26], b'+' | b'-');
    // The list of packages that yum keeps.
    let of_packages = header.host.is_none()
        && ["Installed", "Updated", "Erased", "Dep-Installed", "Obsoleted"].contains(&header.program);
    if header.tagged || matches!(header.when, When::Yearless { .. }) {
        return dmesg_iso || of_packages;
    }
    let words = header.text.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() >= 3);
    let unix_time = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count() >= 9;
    let weekday = bytes.first().is_some_and(u8::is_ascii_alphabetic);
    dmesg_iso || !words || unix_time || weekday
}
