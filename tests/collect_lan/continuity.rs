//! How a log goes on from the one that was read before, and that nothing is lost when a reading breaks off.

use coroner::collect::bmc::{Before, Continuity, SelNote, SelPosition, read};

use crate::paper_bmc::{AT, PaperBmc, record};
use crate::stand_ins::{LOG_ONLY, now};

const NEVER: SelPosition = SelPosition { last: None, erased_at: None, added_at: None, entries: None };

#[test]
fn a_reading_that_breaks_off_anywhere_loses_and_repeats_nothing() {
    for depth in [1, 8] {
        for fails_at in 1..60 {
            let mut bmc = PaperBmc { depth, ..PaperBmc::new(1..=40) };
            let truth = bmc.log.clone();
            bmc.fails_at = Some(fails_at);
            let (reading, error) = read(&mut bmc, &LOG_ONLY, &Before::default(), now());
            let (mut records, position) =
                reading.sel.map_or((Vec::new(), NEVER), |sel| (sel.records, sel.position));
            assert_eq!(error.is_some(), bmc.asked >= fails_at);
            bmc.fails_at = None;
            let second = bmc.read_well(position);
            records.extend(second.records);
            assert_eq!(records, truth, "broken off at question {fails_at}");
            assert_eq!(bmc.read_well(second.position).continuity, Continuity::Unchanged);
        }
    }
}

#[test]
fn a_log_that_turned_over_is_told_and_read_whole() {
    let mut bmc = PaperBmc::new(1..=40);
    let first = bmc.read_well(NEVER);
    bmc.log = PaperBmc::new(60..=99).log;
    let second = bmc.read_well(first.position);
    assert_eq!((second.continuity, second.records), (Continuity::Wrapped, bmc.log.clone()));
}

#[test]
fn a_log_that_turned_over_less_than_once_goes_on() {
    let mut bmc = PaperBmc::new(1..=40);
    let first = bmc.read_well(NEVER);
    bmc.log = PaperBmc::new(31..=70).log;
    let second = bmc.read_well(first.position);
    assert_eq!((second.continuity, &second.records[..]), (Continuity::Continued, &bmc.log[10..]));
}

#[test]
fn a_cleared_log_is_known_by_its_stamp_or_by_its_length() {
    let mut bmc = PaperBmc::new(1..=40);
    let first = bmc.read_well(NEVER);
    bmc.log = (1..=3).map(|id| record(id, AT + 1000)).collect();
    let shorter = bmc.read_well(first.position);
    assert_eq!((shorter.continuity, shorter.records.len()), (Continuity::Cleared, 3), "no stamp of erasure");
    bmc.log = (1..=50).map(|id| record(id, AT + 1000)).collect();
    bmc.erased_at += 1;
    let longer = bmc.read_well(first.position);
    assert_eq!((longer.continuity, longer.records.len()), (Continuity::Cleared, 50));
}

#[test]
fn an_erasure_that_leaves_the_last_record_is_no_clearing() {
    let mut bmc = PaperBmc::new(1..=40);
    let first = bmc.read_well(NEVER);
    bmc.log.drain(..20);
    bmc.log.push(record(41, AT + 500));
    bmc.erased_at += 1;
    let second = bmc.read_well(first.position);
    assert_eq!((second.continuity, &second.records[..]), (Continuity::Continued, &bmc.log[20..]));
    assert_eq!(second.notes, [SelNote::PartlyErased]);
}

#[test]
fn records_without_a_time_are_not_taken_for_those_of_an_older_log() {
    let mut bmc = PaperBmc::new(1..=2);
    bmc.log[1][3..7].fill(0);
    let first = bmc.read_well(NEVER);
    assert_eq!(bmc.read_well(first.position).continuity, Continuity::Unchanged, "the log has not changed");
    bmc.erased_at += 1;
    let second = bmc.read_well(first.position);
    assert_eq!((second.continuity, second.records.len()), (Continuity::Cleared, 2));
}

#[test]
fn ids_need_not_follow_each_other_by_one() {
    for ids in [(1..=100).step_by(3).collect::<Vec<u16>>(), (490..=512).chain(1..=20).collect()] {
        let mut bmc = PaperBmc::new(ids.iter().copied());
        let sel = bmc.read_well(NEVER);
        assert_eq!(sel.records, bmc.log);
        assert!(sel.notes.is_empty(), "{:?}", sel.notes);
        let wasted = bmc.asked_for_records - ids.len();
        assert!(wasted <= 10, "{wasted} questions in vain");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_told_and_passed_over() {
    let mut bmc = PaperBmc::new(1..=30);
    bmc.refuses.insert(7, 0xff);
    let sel = bmc.read_well(NEVER);
    assert_eq!(sel.records.len(), 29);
    assert_eq!(sel.notes, [SelNote::Unreadable { id: 7, code: Some(0xff) }]);
    let mut bmc = PaperBmc::new(1..=30);
    bmc.refuses.extend((1..=30).map(|id| (id, 0xff)));
    let (sel, error) = bmc.read(NEVER);
    assert!(error.is_none() && !sel.complete);
    assert!(bmc.asked < 200, "it is not tried for ever: {}", bmc.asked);
}

#[test]
fn a_bmc_that_gives_only_halves_is_read_in_halves() {
    let mut bmc = PaperBmc { halves_only: true, ..PaperBmc::new(1..=10) };
    assert_eq!(bmc.read_well(NEVER).records, bmc.log);
}

#[test]
fn a_log_cleared_and_filled_again_behind_our_back_is_read_anew() {
    let mut bmc = PaperBmc::new(1..=40);
    let old = bmc.log.clone();
    bmc.events.push((20, |bmc| {
        bmc.log = (1..=45).map(|id| record(id, AT + 5000 + u32::from(id))).collect();
        bmc.erased_at += 1;
    }));
    let sel = bmc.read_well(NEVER);
    assert!(sel.notes.contains(&SelNote::ClearedWhileReading), "{:?}", sel.notes);
    assert!(bmc.log.iter().all(|record| sel.records.contains(record)), "all of the new log");
    assert_eq!(sel.records[..10], old[..10], "and what was read of the old one");
    let timed = sel.records.iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(timed.len(), sel.records.len(), "none twice");
}

#[test]
fn a_record_erased_meanwhile_makes_no_other_record_appear_twice() {
    let mut bmc = PaperBmc::new(1..=40);
    bmc.events.push((20, |bmc| {
        bmc.log.retain(|record| record[0] != 30);
        bmc.erased_at += 1;
    }));
    let sel = bmc.read_well(NEVER);
    assert_eq!(sel.records, bmc.log, "and none is lost");
    let since = PaperBmc::new(1..=10).read_well(NEVER).position;
    let mut bmc = PaperBmc::new(1..=40);
    bmc.events.push((12, |bmc| {
        bmc.log.retain(|record| record[0] != 30);
        bmc.erased_at += 1;
    }));
    let sel = bmc.read_well(since);
    assert_eq!((sel.records, sel.continuity), (bmc.log[10..].to_vec(), Continuity::Continued));
}

#[test]
fn a_log_that_is_never_at_rest_is_given_up() {
    let mut bmc = PaperBmc::new(1..=40);
    for at in (10..2000).step_by(7) {
        bmc.events.push((at, |bmc| bmc.erased_at += 1));
    }
    let (sel, error) = bmc.read(NEVER);
    assert!(error.is_none() && !sel.complete && sel.notes.contains(&SelNote::NeverAtRest), "{:?}", sel.notes);
    assert_eq!(sel.records, bmc.log, "what was read is kept, once");
}

#[test]
fn a_bmc_without_a_log_is_no_error() {
    let mut bmc = PaperBmc { has_log: false, ..PaperBmc::new([]) };
    let (reading, error) = read(&mut bmc, &LOG_ONLY, &Before::default(), now());
    assert!(error.is_none() && reading.sel.is_none());
    let refused = reading.answers.iter().find(|answer| answer.name == "sel-info").unwrap();
    assert_eq!(refused.answer.as_deref(), Some(&[0xc1][..]));
}

#[test]
fn an_empty_log_is_remembered_as_empty() {
    let mut bmc = PaperBmc::new([]);
    let first = bmc.read_well(NEVER);
    assert_eq!((first.continuity, first.position.entries), (Continuity::FirstTime, Some(0)));
    assert_eq!(bmc.read_well(first.position).continuity, Continuity::Unchanged);
    bmc.log.push(record(1, AT));
    let third = bmc.read_well(first.position);
    assert_eq!((third.continuity, third.records.len()), (Continuity::Continued, 1));
}
