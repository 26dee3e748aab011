//! Where a reader puts what it understands of one source.

use std::collections::BTreeMap;

use crate::ledger::{Account, Fate};
use crate::model::record::{Activity, Body, PowerSample, Record, SourceId, Span};
use crate::model::{Stamp, secrets};

use super::Interest;

/// A gap between two lines of a host that ends a run of activity, in seconds. Runs are what
/// coverage and log silence are judged by; a shorter gap is never called silence.
pub const ACTIVITY_GAP_SECONDS: i64 = 15 * 60;

/// Collects the records of one source and books its bytes.
pub struct Sink<'a> {
    pub source: SourceId,
    pub account: Account,
    pub records: Vec<Record>,
    pub activity: Vec<Activity>,
    pub power: Vec<PowerSample>,
    /// Knows which log lines are worth a record.
    pub interest: &'a dyn Interest,
    /// NUL bytes directly before the current line: a file system that lost power leaves them.
    pub nul_before: u64,
    /// A host that a header of the source names for all that follows.
    pub header_host: Option<String>,
    /// Records understood, kept or not.
    pub understood: u64,
    /// Whether all lines of some stretches of time are to be kept.
    pub has_stretches: bool,
    /// Whether the text of the line at hand may have signatures; where it may not, they need not be looked for.
    pub may_match: bool,
    open_runs: BTreeMap<Option<String>, usize>,
    span: Span,
}

impl<'a> Sink<'a> {
    #[must_use]
    pub fn new(source: SourceId, interest: &'a dyn Interest) -> Self {
        Self {
            source,
            account: Account::default(),
            records: Vec::new(),
            activity: Vec::new(),
            power: Vec::new(),
            interest,
            nul_before: 0,
            header_host: None,
            understood: 0,
            has_stretches: interest.has_stretches(),
            may_match: true,
            open_runs: BTreeMap::new(),
            span: Span::default(),
        }
    }

    /// Says which piece of the source the next records come from. Line readers need not call it:
    /// the driver does, for each line.
    pub fn at(&mut self, span: Span) {
        self.span = span;
        self.account.at_line(span.line);
    }

    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Keeps a record of the current piece, without the secrets that its text may hold.
    pub fn record(&mut self, host: Option<String>, stamp: Stamp, mut body: Body) {
        secrets::mask_body(&mut body);
        let host = host.or_else(|| self.header_host.clone());
        self.records.push(Record { source: self.source, span: self.span, host, stamp, body });
    }

    /// Ids of the signatures of a line of a log.
    #[must_use]
    pub fn signatures(&self, program: &str, text: &str) -> Vec<String> {
        if self.may_match { self.interest.signatures(program, text) } else { Vec::new() }
    }

    /// For readers of whole files: books the next `piece` and says where the records that follow
    /// stand. Call it before [`Sink::record`] for that piece.
    pub fn claim(&mut self, piece: &[u8], line: u64, fate: Fate) {
        self.at(Span { offset: self.account.cursor(), len: piece.len() as u64, line });
        self.account.book(piece, fate);
        if fate == Fate::Parsed {
            self.understood += 1;
        }
    }

    /// Says that the line at hand goes on with the record of a line before it, so that a record of
    /// several lines is counted once. Not for the first line of a record.
    pub fn same_record(&mut self) {
        self.understood = self.understood.saturating_sub(1);
    }

    /// Notes that `host` wrote a line at `stamp`; `seconds` is the same time on any scale that is
    /// steady within the source, and only serves to find gaps. Returns which run it is, for
    /// [`Sink::still_active`].
    pub fn active(&mut self, host: Option<&str>, stamp: Stamp, gap_seconds: Option<i64>) -> usize {
        let key = host.map(str::to_owned);
        if let Some(&run) = self.open_runs.get(&key)
            && gap_seconds.is_some_and(|gap| (0..=ACTIVITY_GAP_SECONDS).contains(&gap))
        {
            self.still_active(run, stamp, self.span.line, 1);
            return run;
        }
        let run = self.activity.len();
        self.open_runs.insert(key.clone(), run);
        let last_line = self.span.line;
        self.activity.push(Activity { host: key, first: stamp, last: stamp, last_line, lines: 1 });
        run
    }

    /// Notes more lines of a run: the time and the number of the last, and how many.
    pub fn still_active(&mut self, run: usize, stamp: Stamp, last_line: u64, lines: u64) {
        if let Some(run) = self.activity.get_mut(run) {
            run.last = stamp;
            run.last_line = last_line;
            run.lines += lines;
        }
    }
}
