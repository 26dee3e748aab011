//! Reads the records of a SEL from a start to its end, whatever happens to the log meanwhile.
//!
//! To be quick where answers are late, the records to come are asked for before the answers are there: the id behind n
//! is n + 1 nearly always. That is a guess and nothing more: an answer counts only if the record before it
//! names its id as the next one.

use std::collections::BTreeSet;

use super::entry::{Entry, interpret, read_again, whole};
use super::position::{
    Continuity, FIRST, NO_MORE, RawRecord, SelInfo, SelNote, SelPosition, Start, id_of, is_reserved_type,
    is_timed,
};
use super::{SelReading, info_question};
use crate::collect::bmc::asker::{Asker, success};
use crate::collect::bmc::link::Link;

/// How often a log may be cleared under our hands before we give up.
const RESTARTS_MAX: u32 = 3;
/// So many records in a row may be unreadable.
const UNREADABLE_MAX: usize = 8;
/// With so many ids in a row that followed each other by one, the first guess is made.
const STRAIGHT_AT_START: usize = 4;

/// What to do after a record.
enum Step {
    /// Go on with this id; whether a record or the start names it.
    Next { id: u16, named: bool },
    /// This was the last one.
    End,
    /// The log is another one now.
    Restart,
    /// It makes no sense to go on.
    Stop,
}

/// The state of a reading.
pub struct Walk<'a, 'b, L> {
    asker: &'a mut Asker<'b, L>,
    then: SelPosition,
    reading: SelReading,
    /// Whether the walk began behind the last known record.
    from_last: bool,
    /// Where the records of the present log begin in the reading.
    mark: usize,
    /// Records of the log before the present one: an erasure leaves most of them where they are.
    known: BTreeSet<RawRecord>,
    /// Ids of the present log that have been read.
    seen: BTreeSet<u16>,
    /// The last record that was read and the erasure stamp of its log.
    last: Option<(RawRecord, u32)>,
    /// How many ids in a row followed each other by one.
    straight: usize,
    unreadable: usize,
    restarts: u32,
}

impl<'a, 'b, L: Link> Walk<'a, 'b, L> {
    /// Prepares to read what is new since `then`.
    pub fn new(
        asker: &'a mut Asker<'b, L>,
        then: SelPosition,
        info: SelInfo,
        continuity: Continuity,
        notes: Vec<SelNote>,
    ) -> Self {
        let reading =
            SelReading { info, records: Vec::new(), position: then, continuity, notes, complete: false };
        Self {
            asker,
            then,
            reading,
            from_last: false,
            mark: 0,
            known: BTreeSet::new(),
            seen: BTreeSet::new(),
            last: None,
            straight: STRAIGHT_AT_START,
            unreadable: 0,
            restarts: 0,
        }
    }

    /// Reads to the end, or as far as it goes.
    pub fn run(mut self, start: Start) -> (SelReading, Option<L::Error>) {
        let outcome = self.read(start);
        let (complete, error) = match outcome {
            Ok(complete) => (complete, None),
            Err(error) => (false, Some(error)),
        };
        let info = self.reading.info;
        self.reading.complete = complete;
        self.reading.position = match (self.last, complete) {
            (last, true) => SelPosition {
                last: last.map(|(record, _)| record).or(self.then.last.filter(|_| start == Start::Nowhere)),
                erased_at: Some(info.erased_at),
                added_at: Some(info.added_at),
                entries: Some(info.entries),
            },
            (Some((record, erased)), false) if !self.reading.records.is_empty() => {
                SelPosition { last: Some(record), erased_at: Some(erased), added_at: None, entries: None }
            }
            (_, false) => self.then,
        };
        let reserved = self.reading.records.iter().filter(|record| is_reserved_type(record)).count();
        if reserved > 0 {
            self.reading.notes.push(SelNote::ReservedTypes(reserved));
        }
        (self.reading, error)
    }

    /// Whether the end was reached.
    fn read(&mut self, start: Start) -> Result<bool, L::Error> {
        let (mut id, mut named) = match start {
            Start::Nowhere => return Ok(true),
            Start::Beginning => (FIRST, true),
            Start::After(id) => (id, true),
        };
        if let (Start::After(_), Some(last)) = (start, self.then.last) {
            self.from_last = true;
            self.last = Some((last, self.reading.info.erased_at));
            self.seen.insert(id_of(&last));
            if id == FIRST || self.seen.contains(&id) {
                self.reading.notes.push(SelNote::ImpossibleNext { after: id_of(&last), next: id });
                self.reading.continuity = Continuity::Unchanged;
                return Ok(true);
            }
        }
        loop {
            match self.read_from(id, named)? {
                Step::Next { id: next, named: by_record } => (id, named) = (next, by_record),
                Step::End if self.log_is_the_same()? => return Ok(true),
                Step::Stop => return Ok(false),
                Step::End | Step::Restart => {
                    if !self.restart()? {
                        return Ok(false);
                    }
                    (id, named) = (FIRST, true);
                }
            }
        }
    }

    /// Reads `id` and those that probably follow it, as far as the answers bear that out.
    fn read_from(&mut self, id: u16, named: bool) -> Result<Step, L::Error> {
        let ids = self.guessed(id);
        let requests: Vec<_> = ids.iter().map(|id| whole(*id)).collect();
        let (answers, error) = self.asker.ask_quietly(&requests);
        let mut step = Step::Next { id, named };
        for (asked, answer) in ids.into_iter().zip(&answers) {
            let Step::Next { id, named } = step else { break };
            if asked != id {
                break;
            }
            if answer.is_none() && error.is_some() {
                break;
            }
            let mut entry = interpret(answer.as_ref());
            if !is_as_asked(id, entry) && error.is_none() {
                let cut = entry == Entry::Cut;
                entry = read_again(self.asker, id)?;
                if cut && matches!(entry, Entry::Record(..)) {
                    self.count_cut();
                }
            }
            step = self.step(id, named, entry);
        }
        error.map_or(Ok(step), Err)
    }

    /// `id` and its probable successors: as many as have lately been right, and not more than there are.
    fn guessed(&self, id: u16) -> Vec<u16> {
        if id == FIRST || self.unreadable > 0 {
            return vec![id];
        }
        let of_this_log = self.reading.records.len() - self.mark.min(self.reading.records.len());
        let before = if self.from_last { self.then.entries.unwrap_or(0) } else { 0 };
        let left = usize::from(self.reading.info.entries).saturating_sub(of_this_log + usize::from(before));
        let count = self.straight.min(self.asker.link.depth()).min(left).max(1);
        (id..NO_MORE).take(count).collect()
    }

    fn step(&mut self, id: u16, named: bool, entry: Entry) -> Step {
        let code = match entry {
            Entry::Record(following, record) => return self.keep(id, record, following),
            // Nobody has promised that there is a record behind an unreadable one.
            Entry::Gone if !named => return Step::End,
            Entry::Gone if id == FIRST && self.reading.info.entries == 0 => return Step::End,
            Entry::Gone => return Step::Restart,
            Entry::Failed(code) => Some(code),
            Entry::Cut => Some(0),
            Entry::Unanswered => None,
        };
        self.reading.notes.push(SelNote::Unreadable { id, code });
        self.unreadable += 1;
        let next = id.saturating_add(1);
        if id == FIRST || next == NO_MORE || self.unreadable > UNREADABLE_MAX {
            return Step::Stop;
        }
        Step::Next { id: next, named: false }
    }

    fn keep(&mut self, asked: u16, record: RawRecord, following: u16) -> Step {
        let found = id_of(&record);
        let id = if asked == FIRST { found } else { asked };
        if id != found && !self.reading.notes.iter().any(|note| matches!(note, SelNote::OtherId { .. })) {
            self.reading.notes.push(SelNote::OtherId { asked, found });
        }
        self.seen.insert(id);
        self.unreadable = 0;
        self.straight = if following == id.wrapping_add(1) { self.straight + 1 } else { 0 };
        self.last = Some((record, self.reading.info.erased_at));
        if self.then.last == Some(record) && is_timed(&record) {
            // The last known record is still there: all before it is known.
            self.reading.records.truncate(self.mark);
            self.reading.continuity = Continuity::Continued;
        } else if !(self.known.contains(&record) && is_timed(&record)) {
            self.reading.records.push(record);
        }
        if following == NO_MORE {
            return Step::End;
        }
        if following == FIRST || self.seen.contains(&following) {
            self.reading.notes.push(SelNote::ImpossibleNext { after: id, next: following });
            if self.from_last && self.then.last.is_some_and(|last| id_of(&last) == following) {
                self.cut_ring();
            }
            return Step::End;
        }
        Step::Next { id: following, named: true }
    }

    /// The walk has come round to the last known record: of what was read, only as many are new as there are more
    /// records now. If that is not known, all are kept: twice is better than never.
    fn cut_ring(&mut self) {
        let now = self.reading.info;
        let same_log = self.then.erased_at == Some(now.erased_at);
        let more = self.then.entries.filter(|_| same_log).and_then(|then| now.entries.checked_sub(then));
        let Some(more) = more else { return };
        self.reading.records.truncate(self.mark + usize::from(more));
        let last = self.reading.records.last().copied().or(self.then.last);
        self.last = last.map(|record| (record, now.erased_at));
        if more == 0 {
            self.reading.continuity = Continuity::Unchanged;
        }
    }

    /// A log that was cleared and filled again may look whole; its erasure stamp tells.
    fn log_is_the_same(&mut self) -> Result<bool, L::Error> {
        let answered = self.asker.ask_one(info_question())?;
        let now = success(answered.as_ref()).and_then(SelInfo::decode);
        Ok(now.is_none_or(|now| now.erased_at == self.reading.info.erased_at))
    }

    /// Begins anew with the log as it is now; `false` if that has happened too often.
    fn restart(&mut self) -> Result<bool, L::Error> {
        self.restarts += 1;
        if self.restarts > RESTARTS_MAX {
            self.reading.notes.push(SelNote::NeverAtRest);
            return Ok(false);
        }
        let answered = self.asker.ask_one(info_question())?;
        if let Some(info) = success(answered.as_ref()).and_then(SelInfo::decode) {
            self.reading.info = info;
        }
        if !self.reading.notes.contains(&SelNote::ClearedWhileReading) {
            self.reading.notes.push(SelNote::ClearedWhileReading);
        }
        self.mark = self.reading.records.len();
        self.known = self.reading.records.iter().copied().collect();
        self.seen.clear();
        self.from_last = false;
        self.unreadable = 0;
        if self.reading.info.entries == 0 {
            // What was read last is of another log.
            self.last = None;
        }
        Ok(true)
    }

    fn count_cut(&mut self) {
        let notes = &mut self.reading.notes;
        match notes.iter_mut().find_map(|note| match note {
            SelNote::CutRecords(count) => Some(count),
            _ => None,
        }) {
            Some(count) => *count += 1,
            None => notes.push(SelNote::CutRecords(1)),
        }
    }
}

/// Whether an answer settles the question: a record under the id that was asked for, or none. Anything else is not
/// believed at once; a BMC may have mixed up the questions that are under way.
fn is_as_asked(id: u16, entry: Entry) -> bool {
    match entry {
        Entry::Record(_, record) => id == FIRST || id_of(&record) == id,
        Entry::Gone => true,
        Entry::Cut | Entry::Failed(_) | Entry::Unanswered => false,
    }
}
