//! Which bytes of a log without lines belong to spans of time: whole records, and what lies between two of them.

use crate::model::SourceEntry;

use super::Mark;
use super::windows::{Timed, Wanted};

/// Bytes between two known records that go with them: entries that nothing was found in. They end where the next
/// record begins, so that no entry is cut.
const UNMARKED_BYTES_MAX: u64 = 256 << 10;
/// A log with no more bytes in two months is one that says little: as [`Timed::sparse`] for lines.
const SPARSE_BYTES_MAX: u64 = 2 << 20;

/// Bytes, the second behind the last, sorted; adjoining ones are not made one, so that each can be left out by itself.
pub type Bytes = (u64, u64);

/// The records of a log, by their place.
pub struct Stretches<'a> {
    records: Vec<&'a Mark>,
    timed: Timed,
    size: u64,
}

impl<'a> Stretches<'a> {
    pub fn of(marks: &'a [Mark], source: &SourceEntry) -> Self {
        let mut records: Vec<&Mark> = marks.iter().filter(|mark| mark.len > 0).collect();
        records.sort_by_key(|mark| (mark.offset, mark.len));
        records.dedup_by_key(|mark| mark.offset);
        // Their numbers stand for lines.
        let numbered: Vec<Mark> =
            (1..).zip(&records).map(|(line, mark)| Mark { line, ..(*mark).clone() }).collect();
        Self { records, timed: Timed::of(&numbered), size: source.bytes }
    }

    /// The bytes of the wanted spans, and whether something of them was left out. Where others have records in the
    /// log, too, only those known to be the host's are taken.
    pub fn wanted(
        &self,
        host: &str,
        is_shared: bool,
        mut wanted: Vec<Wanted>,
        rhythm: impl Iterator<Item = Wanted>,
        limit_bytes: u64,
    ) -> (Vec<Bytes>, bool) {
        wanted.extend(self.timed.sparse(rhythm).into_iter().filter(|span| {
            let runs = self.runs(&[*span]).0;
            let ends = runs.first().zip(runs.last());
            ends.is_none_or(|(first, last)| {
                end(self.records[last.1]) - self.records[first.0].offset <= SPARSE_BYTES_MAX
            })
        }));
        let (runs, mut shortened) = self.runs(&wanted);
        let (mut known, mut between) = (Vec::new(), Vec::new());
        for (first, last) in runs {
            let own = self.records[first..=last].iter().filter(|mark| match &mark.host {
                Some(of) => of == host,
                None => !is_shared,
            });
            known.extend(own.map(|mark| (mark.offset, end(mark))));
            for number in first..=last + 1 {
                let from = number.checked_sub(1).map_or(0, |before| end(self.records[before]));
                let to = self.records.get(number).map_or(self.size, |mark| mark.offset);
                if is_shared || from >= to {
                    continue;
                }
                let is_inside = number > first && number <= last;
                if to - from <= UNMARKED_BYTES_MAX {
                    between.push((from, to));
                } else if is_inside {
                    shortened = true;
                }
            }
        }
        let size = |all: &[Bytes]| all.iter().map(|(from, to)| to - from).sum::<u64>();
        if size(&known) + size(&between) > limit_bytes {
            between.clear();
            shortened = true;
        }
        let mut all = known;
        all.append(&mut between);
        all.sort_unstable();
        all.dedup();
        (all, shortened)
    }

    /// Runs of records that lie in the spans: the first, and the last.
    fn runs(&self, wanted: &[Wanted]) -> (Vec<(usize, usize)>, bool) {
        let (runs, shortened) = self.timed.lines(wanted);
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).min(self.records.len());
        let inside = runs.into_iter().map(|(first, last)| (place(first.max(1)), place(last)));
        (inside.map(|(first, last)| (first - 1, last - 1)).collect(), shortened)
    }
}

fn end(mark: &Mark) -> u64 {
    mark.offset.saturating_add(mark.len)
}
