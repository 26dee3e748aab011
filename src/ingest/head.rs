//! The head of a source, as formats look at it to tell whether it is theirs. There are more than a hundred of
//! them, and many ask the same; what one has found out the others need not look for again.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::{Deref, Range};

use super::formats::{Fit, SourceKind};
use super::json_head::JsonHead;
use super::vendor_log::sheet::Headers;
use super::{list_kind, log_header, quoted_output, redfish, redfish_documents, table};

/// Lines of which is kept where they stand.
const LINES_KEPT: usize = 400;
/// Lines with something in them by which a format of lines is recognised.
pub const FILLED_LINES: usize = 60;
/// Lines in which the output of a tool that is short shows what it is.
const EARLY_LINES: usize = 80;

/// The first bytes of a source, possibly cut inside a line. It stands for these bytes, and answers questions
/// about them, each at the cost of one look.
pub struct Head<'a> {
    bytes: &'a [u8],
    size_bytes: Option<u64>,
    text: OnceCell<Cow<'a, str>>,
    lines: OnceCell<Vec<Range<usize>>>,
    filled: OnceCell<Vec<Range<usize>>>,
    json: OnceCell<Option<JsonHead<'a>>>,
    headers: OnceCell<Headers>,
    early: OnceCell<String>,
    quoted: OnceCell<bool>,
    log: OnceCell<[Fit; 2]>,
    redfish: OnceCell<Option<String>>,
    outermost_redfish: OnceCell<Option<String>>,
    csv: OnceCell<Option<SourceKind>>,
    csv_list: OnceCell<Option<SourceKind>>,
    json_table: OnceCell<Option<SourceKind>>,
    json_list: OnceCell<Option<SourceKind>>,
}

impl<'a> Head<'a> {
    /// `size_bytes` is the size of the whole source, where known.
    #[must_use]
    pub fn new(bytes: &'a [u8], size_bytes: Option<u64>) -> Self {
        Self {
            bytes,
            size_bytes,
            text: OnceCell::new(),
            lines: OnceCell::new(),
            filled: OnceCell::new(),
            json: OnceCell::new(),
            headers: OnceCell::new(),
            early: OnceCell::new(),
            quoted: OnceCell::new(),
            log: OnceCell::new(),
            redfish: OnceCell::new(),
            outermost_redfish: OnceCell::new(),
            csv: OnceCell::new(),
            csv_list: OnceCell::new(),
            json_table: OnceCell::new(),
            json_list: OnceCell::new(),
        }
    }

    /// Whether nothing comes behind it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.size_bytes.is_some_and(|size| size <= self.bytes.len() as u64)
    }

    /// As text; what is no UTF-8 shows as U+FFFD.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| String::from_utf8_lossy(self.bytes))
    }

    /// Its first lines, as many as wanted, but no more than [`LINES_KEPT`]; without the line feeds.
    pub fn first_lines(&self, wanted: usize) -> impl ExactSizeIterator<Item = &str> {
        let (text, lines) = (self.text(), self.lines());
        lines[..lines.len().min(wanted)].iter().map(move |line| &text[line.clone()])
    }

    /// The first [`FILLED_LINES`] of [`Head::whole_lines`] that are not blank, without NUL bytes before them and CR
    /// behind.
    pub fn filled_lines(&self) -> impl Iterator<Item = &str> {
        let text = self.text();
        let filled = self.filled.get_or_init(|| {
            let mut end = 0;
            let bare = |line: &str| {
                let text = line.trim_start_matches('\0');
                let start = end + line.len() - text.len();
                end += line.len() + 1;
                let text = text.trim_end_matches('\r');
                (!text.trim().is_empty()).then(|| start..start + text.len())
            };
            self.whole_lines().split('\n').filter_map(bare).take(FILLED_LINES).collect()
        });
        filled.iter().map(move |line| &text[line.clone()])
    }

    fn lines(&self) -> &[Range<usize>] {
        self.lines.get_or_init(|| {
            let text = self.text();
            let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
            let mut start = 0;
            let line = |end: usize| std::mem::replace(&mut start, end + 1)..end;
            ends.take(LINES_KEPT).map(line).collect()
        })
    }

    /// The text without its last line, which can be cut; a single line without an end is all there is.
    #[must_use]
    pub fn whole_lines(&self) -> &str {
        let text = self.text();
        &text[..text.rfind('\n').map_or(text.len(), |at| at + 1)]
    }

    /// Whether it holds these words somewhere. This is the cheapest question of all: a format whose files cannot
    /// be without them asks it first.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        memchr::memmem::find(self.bytes, words.as_bytes()).is_some()
    }

    /// Whether it holds one of these words.
    #[must_use]
    pub fn says_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.says(words))
    }

    /// Whether one of its first [`EARLY_LINES`] lines holds one of these words, in letters of either case. They are
    /// asked for in small ones, and go over no line's end.
    #[must_use]
    pub fn says_early(&self, words: &[&str]) -> bool {
        let early = self.early.get_or_init(|| {
            let text = self.text();
            let end = text.match_indices('\n').nth(EARLY_LINES - 1).map_or(text.len(), |(at, _)| at);
            text[..end].to_lowercase()
        });
        words.iter().any(|words| memchr::memmem::find(early.as_bytes(), words.as_bytes()).is_some())
    }

    /// Whether it begins as XML or HTML does.
    #[must_use]
    pub fn is_xml(&self) -> bool {
        self.text().trim_start_matches('\u{feff}').trim_start().starts_with('<')
    }

    /// Its members, if it begins as JSON.
    #[must_use]
    pub fn json(&self) -> Option<&JsonHead<'a>> {
        self.json.get_or_init(|| JsonHead::of(self.bytes)).as_ref()
    }

    /// Whether it is a document that quotes what a tool prints.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        *self.quoted.get_or_init(|| quoted_output::is_quoted(self.text()))
    }

    /// How surely it is a log with headers, of each of the two families.
    #[must_use]
    pub fn log_fits(&self) -> [Fit; 2] {
        *self.log.get_or_init(|| log_header::fits(self))
    }

    /// The type of the Redfish resource that it begins with.
    #[must_use]
    pub fn redfish_type(&self) -> Option<&str> {
        self.redfish.get_or_init(|| redfish::type_of_head(self.json()?)).as_deref()
    }

    /// The type of the outermost Redfish resource, wherever in it the type stands.
    #[must_use]
    pub fn outermost_redfish_type(&self) -> Option<&str> {
        self.outermost_redfish.get_or_init(|| redfish_documents::outermost_type(self.bytes)).as_deref()
    }

    /// What its first lines would be as headers of tables.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        self.headers.get_or_init(|| Headers::of(self.bytes))
    }

    /// What the table of comma-separated values holds that it begins, if it is one.
    #[must_use]
    pub fn csv_kind(&self) -> Option<SourceKind> {
        *self.csv.get_or_init(|| table::csv_kind(self.bytes))
    }

    /// The same, with what tells apart lists of jobs, announced windows and incidents.
    #[must_use]
    pub fn csv_list_kind(&self) -> Option<SourceKind> {
        *self.csv_list.get_or_init(|| list_kind::csv(self.bytes, self.csv_kind()))
    }

    /// What the table of JSON objects holds that it begins, if it is one.
    #[must_use]
    pub fn json_kind(&self) -> Option<SourceKind> {
        *self.json_table.get_or_init(|| table::json_kind(self.bytes, self.is_whole()))
    }

    /// The same, with what tells apart lists of jobs, announced windows and incidents.
    #[must_use]
    pub fn json_list_kind(&self) -> Option<SourceKind> {
        *self.json_list.get_or_init(|| list_kind::json(self.bytes, self.is_whole(), self.json_kind()))
    }
}

impl Deref for Head<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_cut_is_no_whole_line_unless_it_is_alone() {
        assert_eq!(Head::new(b"one\ntwo\nthr", None).whole_lines(), "one\ntwo\n");
        assert_eq!(Head::new(b"thr", None).whole_lines(), "thr");
        assert_eq!(Head::new(b"a\xff\n", None).whole_lines(), "a\u{fffd}\n");
    }

    #[test]
    fn early_words_are_found_in_either_case_and_not_behind_the_first_lines() {
        let text = format!("{}Chassis Power\nPOH Counter", "\n".repeat(EARLY_LINES - 1));
        let head = Head::new(text.as_bytes(), None);
        assert!(head.says_early(&["nothing", "chassis power"]));
        assert!(!head.says_early(&["poh counter"]));
        assert!(head.says("POH Counter") && !head.says("poh counter"));
    }

    #[test]
    fn what_was_found_out_once_is_what_a_look_of_its_own_finds() {
        let text =
            br##"{"Members": [{"Oem": {"@odata.type": "#Oem.v1"}}], "@odata.type": "#Power.v1_0.Power"}"##;
        let head = Head::new(text, Some(text.len() as u64));
        assert!(head.is_whole() && !Head::new(text, None).is_whole());
        assert_eq!(head.redfish_type(), Some("Power"));
        assert_eq!(head.outermost_redfish_type(), Some("Power"));
        assert_eq!(head.json_kind(), table::json_kind(text, true));
        let list = b"host,start,end,status,job\nkvm01,2025-03-01 02:00,2025-03-01 03:00,ok,nightly\n";
        assert_eq!(Head::new(list, None).csv_list_kind(), Some(SourceKind::Backup));
    }
}
