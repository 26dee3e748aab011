//! Cuts pieces out of a source, in one pass over its bytes and in bounded memory.

use std::io::{self, BufRead};

use sha2::{Digest, Sha256};

use super::windows::Lines;

/// A line that is longer is left out of the excerpt.
const LINE_BYTES_MAX: usize = 4 << 20;
/// Bytes of a line in which the name of its host stands.
const NAME_BYTES: usize = 400;

/// What is wanted of a source.
#[derive(Debug)]
pub enum Pick<'a> {
    Whole,
    Lines(PickLines<'a>),
    /// Offsets, the second behind the last byte.
    Bytes(Vec<(u64, u64)>),
}

/// Which lines are wanted.
#[derive(Debug)]
pub struct PickLines<'a> {
    /// Lines at the top that say what the others mean: the header of a table.
    pub header: u64,
    pub lines: Vec<Lines>,
    /// Where lines of several hosts are mixed: whose are kept.
    pub only: Option<Owner<'a>>,
    /// A group of lines is kept whole.
    pub groups: Groups,
    /// A line below the others that has these words says what they mean.
    pub footer: Option<&'static str>,
}

/// Which lines belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Groups {
    /// Each stands by itself.
    None,
    /// Blank lines set them apart.
    ByBlankLines,
    /// What is set in belongs to the line above.
    ByIndent,
}

/// Whose lines are kept of a source that holds those of several hosts.
#[derive(Debug)]
pub struct Owner<'a> {
    /// Lines known to be the host's, and lines known to be of others; both sorted.
    pub own: Vec<u64>,
    pub others: Vec<u64>,
    /// The names that the host's other lines have in front, in lower case.
    pub names: Vec<&'a str>,
}

/// What was cut.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub bytes: Vec<u8>,
    /// SHA-256 of the whole source, lower-case hexadecimal, and its size.
    pub original_sha256: String,
    pub original_bytes: u64,
    /// Lines, or bytes (the second behind the last), that were taken.
    pub taken: Vec<(u64, u64)>,
    /// Something that was wanted did not fit.
    pub shortened: bool,
}

/// Cuts a source; at most `limit_bytes` are kept.
///
/// # Errors
/// If the source cannot be read to its end.
pub fn cut(stream: &mut dyn BufRead, pick: &Pick<'_>, limit_bytes: usize) -> io::Result<Excerpt> {
    let mut hashed = Hashed::new(stream);
    let excerpt = match pick {
        Pick::Whole => whole(&mut hashed, limit_bytes)?,
        Pick::Bytes(spans) => bytes(&mut hashed, spans, limit_bytes)?,
        Pick::Lines(pick) => {
            let mut cutters = [Cutter::new(pick, limit_bytes)];
            read_lines(&mut hashed, &mut cutters)?;
            let [cutter] = cutters;
            cutter.excerpt
        }
    };
    Ok(hashed.finish(vec![excerpt])?.remove(0))
}

/// Cuts several excerpts out of a source in one pass; at most `limit_bytes` are kept of each.
///
/// # Errors
/// If the source cannot be read to its end.
pub fn cut_lines(
    stream: &mut dyn BufRead,
    picks: &[&PickLines<'_>],
    limit_bytes: usize,
) -> io::Result<Vec<Excerpt>> {
    let mut hashed = Hashed::new(stream);
    let mut cutters: Vec<Cutter<'_>> = picks.iter().map(|pick| Cutter::new(pick, limit_bytes)).collect();
    read_lines(&mut hashed, &mut cutters)?;
    hashed.finish(cutters.into_iter().map(|cutter| cutter.excerpt).collect())
}

fn read_lines(source: &mut Hashed<'_>, cutters: &mut [Cutter<'_>]) -> io::Result<()> {
    let (mut line, mut too_long, mut number) = (Vec::new(), false, 0u64);
    while cutters.iter().any(|cutter| cutter.wants_more(number)) && source.line(&mut line, &mut too_long)? {
        number += 1;
        cutters.iter_mut().for_each(|cutter| cutter.read(number, &line, too_long));
    }
    Ok(())
}

/// SHA-256 as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn empty() -> Excerpt {
    Excerpt {
        bytes: Vec::new(),
        original_sha256: String::new(),
        original_bytes: 0,
        taken: Vec::new(),
        shortened: false,
    }
}

/// A source with the digest of what was read of it.
struct Hashed<'a> {
    stream: &'a mut dyn BufRead,
    hash: Sha256,
    bytes: u64,
}

impl<'a> Hashed<'a> {
    fn new(stream: &'a mut dyn BufRead) -> Self {
        Self { stream, hash: Sha256::new(), bytes: 0 }
    }

    /// Reads to the end, so that the excerpts can tell what the whole was.
    fn finish(mut self, mut excerpts: Vec<Excerpt>) -> io::Result<Vec<Excerpt>> {
        self.skip_rest()?;
        let sum = hexadecimal(&self.hash.finalize());
        for excerpt in &mut excerpts {
            excerpt.original_bytes = self.bytes;
            excerpt.original_sha256.clone_from(&sum);
        }
        Ok(excerpts)
    }

    /// Hands the next bytes to `use_up`, which says how many it took; false at the end.
    fn next(&mut self, use_up: &mut dyn FnMut(&[u8]) -> usize) -> io::Result<bool> {
        let buffer = match self.stream.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(true),
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            return Ok(false);
        }
        let used = use_up(buffer).min(buffer.len());
        self.hash.update(&buffer[..used]);
        self.bytes += used as u64;
        self.stream.consume(used);
        Ok(true)
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        while self.next(&mut |buffer| buffer.len())? {}
        Ok(())
    }

    /// Reads one line with its end into `line`; false at the end of the source. What is beyond the longest
    /// line is dropped, and `too_long` set.
    fn line(&mut self, line: &mut Vec<u8>, too_long: &mut bool) -> io::Result<bool> {
        line.clear();
        *too_long = false;
        let (mut ended, mut any) = (false, false);
        while !ended {
            let more = self.next(&mut |buffer| {
                let end = buffer.iter().position(|byte| *byte == b'\n');
                ended = end.is_some();
                let used = end.map_or(buffer.len(), |end| end + 1);
                if line.len() + used <= LINE_BYTES_MAX {
                    line.extend_from_slice(&buffer[..used]);
                } else {
                    *too_long = true;
                }
                used
            })?;
            if !more {
                break;
            }
            any = true;
        }
        Ok(any)
    }
}

/// A source as it is; nothing of one that does not fit, for what was cut anywhere could not be read.
fn whole(source: &mut Hashed<'_>, limit_bytes: usize) -> io::Result<Excerpt> {
    let mut excerpt = empty();
    let keep = |buffer: &[u8], excerpt: &mut Excerpt| {
        if excerpt.bytes.len() + buffer.len() > limit_bytes {
            excerpt.shortened = true;
            excerpt.bytes = Vec::new();
        }
        if !excerpt.shortened {
            excerpt.bytes.extend_from_slice(buffer);
        }
        buffer.len()
    };
    while source.next(&mut |buffer| keep(buffer, &mut excerpt))? {}
    Ok(excerpt)
}

/// Spans of bytes, sorted; of a span that does not fit nothing is taken, for it is a record.
fn bytes(source: &mut Hashed<'_>, spans: &[(u64, u64)], limit_bytes: usize) -> io::Result<Excerpt> {
    let mut excerpt = empty();
    let mut at = 0u64;
    for &(from, to) in spans {
        let room = limit_bytes.saturating_sub(excerpt.bytes.len()) as u64;
        if to.saturating_sub(from.max(at)) > room {
            excerpt.shortened = true;
            continue;
        }
        let mut taken = None;
        while at < to {
            let more = source.next(&mut |buffer| {
                let length = buffer.len() as u64;
                if at < from {
                    let skipped = length.min(from - at);
                    at += skipped;
                    return skipped as usize;
                }
                let used = length.min(to - at) as usize;
                excerpt.bytes.extend_from_slice(&buffer[..used]);
                taken.get_or_insert((at, at)).1 = at + used as u64;
                at += used as u64;
                used
            })?;
            if !more {
                join(&mut excerpt.taken, taken);
                return Ok(excerpt);
            }
        }
        join(&mut excerpt.taken, taken);
    }
    Ok(excerpt)
}

fn join(all: &mut Vec<(u64, u64)>, taken: Option<(u64, u64)>) {
    match all.last_mut().zip(taken) {
        Some((before, (from, to))) if before.1 == from => before.1 = to,
        _ => all.extend(taken),
    }
}

struct Cutter<'a> {
    pick: &'a PickLines<'a>,
    /// The last line that is wanted.
    last: u64,
    /// The first of the wanted lines that is not passed yet.
    next: usize,
    is_first_of_group: bool,
    /// The group that is being read began inside.
    in_group: bool,
    /// Where the excerpt was when that group began.
    group_begins: Checkpoint,
    limit_bytes: usize,
    excerpt: Excerpt,
}

/// How far an excerpt had come.
#[derive(Default)]
struct Checkpoint {
    bytes: usize,
    pieces: usize,
    last: Option<(u64, u64)>,
}

impl Checkpoint {
    fn of(excerpt: &Excerpt) -> Self {
        Self { bytes: excerpt.bytes.len(), pieces: excerpt.taken.len(), last: excerpt.taken.last().copied() }
    }

    fn restore(&self, excerpt: &mut Excerpt) {
        excerpt.bytes.truncate(self.bytes);
        excerpt.taken.truncate(self.pieces);
        if let Some((end, before)) = excerpt.taken.last_mut().zip(self.last) {
            *end = before;
        }
    }
}

impl<'a> Cutter<'a> {
    fn new(pick: &'a PickLines<'a>, limit_bytes: usize) -> Self {
        Self {
            pick,
            last: match pick.footer {
                Some(_) => u64::MAX,
                None => pick.lines.last().map_or(0, |lines| lines.1).max(pick.header),
            },
            next: 0,
            is_first_of_group: true,
            in_group: false,
            group_begins: Checkpoint::default(),
            limit_bytes,
            excerpt: empty(),
        }
    }

    /// Whether lines behind this one can be wanted.
    fn wants_more(&self, number: u64) -> bool {
        number < self.last || self.in_group
    }

    fn read(&mut self, number: u64, line: &[u8], too_long: bool) {
        if !self.wants_more(number - 1) {
            return;
        }
        let grouped = self.pick.groups != Groups::None;
        while self.pick.lines.get(self.next).is_some_and(|lines| lines.1 < number) {
            self.next += 1;
        }
        let inside = self.pick.lines.get(self.next).is_some_and(|lines| lines.0 <= number);
        let opens = match self.pick.groups {
            Groups::ByIndent => line.first().is_some_and(|byte| !byte.is_ascii_whitespace()),
            Groups::None | Groups::ByBlankLines => self.is_first_of_group,
        };
        if opens {
            let by_indent = self.pick.groups == Groups::ByIndent;
            let is_others =
                by_indent && self.pick.only.as_ref().is_some_and(|it| it.own.binary_search(&number).is_err());
            self.in_group = inside && !is_others;
            self.group_begins = Checkpoint::of(&self.excerpt);
        }
        let below = self.pick.lines.last().is_none_or(|lines| lines.1 < number);
        let is_footer =
            below && self.pick.footer.is_some_and(|words| String::from_utf8_lossy(line).contains(words));
        let wanted = if grouped { self.in_group } else { inside && self.is_own(number, line) } || is_footer;
        if self.pick.groups == Groups::ByBlankLines && line.iter().all(u8::is_ascii_whitespace) {
            (self.is_first_of_group, self.in_group) = (true, false);
        } else {
            self.is_first_of_group = !grouped;
            self.in_group &= grouped;
        }
        if (wanted || number <= self.pick.header) && !self.take(number, line, too_long) && grouped {
            // What is left of a group would be a record without its end.
            self.group_begins.restore(&mut self.excerpt);
            self.in_group = false;
        }
    }

    /// False if it does not fit.
    fn take(&mut self, number: u64, line: &[u8], too_long: bool) -> bool {
        let needed = line.len() + usize::from(!line.ends_with(b"\n"));
        if too_long || self.excerpt.bytes.len() + needed > self.limit_bytes {
            self.excerpt.shortened = true;
            return false;
        }
        self.excerpt.bytes.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            self.excerpt.bytes.push(b'\n');
        }
        match self.excerpt.taken.last_mut() {
            Some(before) if before.1 + 1 == number => before.1 = number,
            _ => self.excerpt.taken.push((number, number)),
        }
        true
    }

    fn is_own(&self, number: u64, line: &[u8]) -> bool {
        let Some(owner) = &self.pick.only else { return true };
        let holds = |lines: &[u64]| lines.binary_search(&number).is_ok();
        match (holds(&owner.own), holds(&owner.others)) {
            (true, _) => return true,
            (_, true) => return false,
            _ => {}
        }
        let head = line[..line.len().min(NAME_BYTES)].to_ascii_lowercase();
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let words = head.split(|byte| !is_inner(*byte) && *byte != b'.').take(12);
        words.into_iter().any(|word| owner.names.iter().any(|name| name.as_bytes() == word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, pick: &Pick<'_>) -> (String, Vec<(u64, u64)>) {
        let excerpt = cut(&mut text.as_bytes(), pick, 1 << 20).unwrap();
        assert_eq!(excerpt.original_sha256, sha256(text.as_bytes()));
        assert_eq!(excerpt.original_bytes, text.len() as u64);
        (String::from_utf8(excerpt.bytes).unwrap(), excerpt.taken)
    }

    fn groups(grouped: bool) -> Groups {
        if grouped { Groups::ByBlankLines } else { Groups::None }
    }

    fn lines(header: u64, lines: &[Lines], grouped: bool) -> Pick<'static> {
        Pick::Lines(PickLines {
            header,
            lines: lines.to_vec(),
            only: None,
            groups: groups(grouped),
            footer: None,
        })
    }

    #[test]
    fn lines_and_the_header_are_kept_whole() {
        let text = "time,watts\na,1\nb,2\nc,3\nd,4";
        assert_eq!(
            of(text, &lines(1, &[(3, 3), (5, 9)], false)),
            ("time,watts\nb,2\nd,4\n".to_owned(), vec![(1, 1), (3, 3), (5, 5)])
        );
        assert_eq!(of(text, &lines(0, &[], false)), (String::new(), vec![]));
    }

    #[test]
    fn groups_are_kept_whole_or_not_at_all() {
        let text = "a1\na2\n\nb1\nb2\n\nc1\nc2\n";
        assert_eq!(of(text, &lines(0, &[(4, 4)], true)).0, "b1\nb2\n\n");
        assert_eq!(of(text, &lines(0, &[(2, 2)], true)).0, "");
    }

    #[test]
    fn what_is_set_in_goes_with_the_line_above() {
        let text = "a\n  a1\n\n  a2\nb\n  b1\nc\n  c1\n";
        let pick = |lines: &[Lines], only| {
            let (lines, groups) = (lines.to_vec(), Groups::ByIndent);
            Pick::Lines(PickLines { header: 0, lines, only, groups, footer: None })
        };
        assert_eq!(of(text, &pick(&[(1, 1)], None)).0, "a\n  a1\n\n  a2\n");
        assert_eq!(of(text, &pick(&[(4, 7)], None)).0, "b\n  b1\nc\n  c1\n");
        let owner = Owner { own: vec![7], others: vec![5], names: vec![] };
        assert_eq!(of(text, &pick(&[(4, 7)], Some(owner))).0, "c\n  c1\n");
    }

    #[test]
    fn the_line_below_that_dates_the_rows_is_kept() {
        let text = "a\nb\nu logs in\n\nwtmp begins Sat Mar  1\n";
        let lines = vec![(1, 2)];
        let pick = PickLines { header: 0, lines, only: None, groups: Groups::None, footer: Some(" begins ") };
        assert_eq!(of(text, &Pick::Lines(pick)).0, "a\nb\nwtmp begins Sat Mar  1\n");
    }

    #[test]
    fn lines_of_other_hosts_stay_behind() {
        let text = "x kvm1 a\nx kvm2 b\nx kvm1.example.com c\nx kvm10 d\nx kvm1 e\n";
        let owner = Owner { own: vec![], others: vec![5], names: vec!["kvm1", "kvm1.example.com"] };
        let pick = Pick::Lines(PickLines {
            header: 0,
            lines: vec![(1, 5)],
            only: Some(owner),
            groups: Groups::None,
            footer: None,
        });
        assert_eq!(of(text, &pick).0, "x kvm1 a\nx kvm1.example.com c\n");
    }

    #[test]
    fn excerpts_that_are_cut_together_are_those_that_are_cut_alone() {
        let text = "h\na1\na2\n\nb1\nb2\n\nc1\nc2\n";
        let of = |header, lines: &[Lines], grouped| PickLines {
            header,
            lines: lines.to_vec(),
            only: None,
            groups: groups(grouped),
            footer: None,
        };
        let all =
            [of(1, &[(5, 6)], false), of(0, &[(5, 5)], true), of(0, &[], false), of(2, &[(9, 99)], false)];
        let together = cut_lines(&mut text.as_bytes(), &all.each_ref(), 8).unwrap();
        for (pick, excerpt) in all.into_iter().zip(together) {
            assert_eq!(cut(&mut text.as_bytes(), &Pick::Lines(pick), 8).unwrap(), excerpt);
        }
    }

    #[test]
    fn bytes_are_cut_by_offset() {
        assert_eq!(
            of("0123456789", &Pick::Bytes(vec![(2, 4), (8, 12)])),
            ("2389".to_owned(), vec![(2, 4), (8, 10)])
        );
        assert_eq!(of("0123456789", &Pick::Whole).0, "0123456789");
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_said() {
        let excerpt = cut(&mut "aaaa\nbbbb\ncc\n".as_bytes(), &lines(0, &[(1, 3)], false), 8).unwrap();
        assert_eq!((excerpt.bytes.as_slice(), excerpt.shortened), (b"aaaa\ncc\n".as_slice(), true));
    }

    #[test]
    fn no_record_is_cut_in_its_middle() {
        let cut = |pick: &Pick<'_>, text: &str, limit| cut(&mut text.as_bytes(), pick, limit).unwrap();
        let records = Pick::Bytes(vec![(0, 4), (4, 10), (10, 12)]);
        let excerpt = cut(&records, "0123456789ab", 7);
        assert_eq!((excerpt.bytes.as_slice(), excerpt.shortened), (b"0123ab".as_slice(), true));
        assert_eq!(excerpt.taken, [(0, 4), (10, 12)], "what was left out is not bridged");
        assert_eq!(excerpt.original_bytes, 12);
        let whole = cut(&Pick::Whole, "0123456789", 9);
        assert_eq!((whole.bytes.len(), whole.shortened, whole.original_bytes), (0, true, 10));
        let groups = cut(&lines(0, &[(1, 9)], true), "a1\n\nb1\nb2\nb3\n\nc1\n", 11);
        assert_eq!((groups.bytes.as_slice(), groups.shortened), (b"a1\n\nc1\n".as_slice(), true));
        assert_eq!(groups.taken, [(1, 2), (7, 7)]);
    }
}
