//! Logs that are cleared, grow, overflow, go in circles or hold odd records while they are read.

use ipmi_rs::connection::{IpmiConnection, Request, Response};

use coroner::collect::bmc::{self, Before, Continuity, Link, SelNote, SelPosition, SelReading};
use coroner::collect::lan::{Answered, LanError, Session};

use crate::stand_ins::{
    LOG_ONLY, Simulator, fake_bmc, fake_bmc_with, folder, have, ipmitool, judged, log_on, now, options,
    read_log, whole_log,
};

fn read(address: std::net::SocketAddr, then: SelPosition) -> SelReading {
    let mut session = log_on(address).unwrap();
    let (reading, error) = read_log(&mut session, &Before { sel: then, ..Before::default() });
    assert!(error.is_none(), "{error:?}");
    reading.sel.unwrap()
}

/// Type and event of the record with which a BMC says that its log was cleared.
fn is_log_cleared(record: &[u8; 16]) -> bool {
    record[10] == 0x10 && record[13] == 0x02
}

#[test]
fn a_log_cleared_while_it_is_read_keeps_both_parts() {
    let (Some(cleared), Some(whole)) = (fake_bmc("--clear-after 30"), fake_bmc("")) else { return };
    let sel = read(cleared.address, SelPosition::default());
    assert!(sel.complete && sel.notes.contains(&SelNote::ClearedWhileReading), "{:?}", sel.notes);
    let (last, before) = sel.records.split_last().unwrap();
    assert!(is_log_cleared(last), "the new log begins with that");
    assert!(before.len() >= 20, "{}", before.len());
    assert_eq!(before, &whole_log(whole.address, &options())[..before.len()], "the old one is kept");
    assert_eq!(sel.position.last.as_ref(), Some(last));
}

/// A session during which, after some questions, somebody else clears the log.
struct Meddled {
    session: Session,
    address: std::net::SocketAddr,
    clear_before: u32,
    asked: u32,
}

impl IpmiConnection for Meddled {
    type SendError = LanError;
    type RecvError = LanError;
    type Error = LanError;

    fn send(&mut self, request: &mut Request) -> Result<(), LanError> {
        self.session.send(request)
    }

    fn recv(&mut self) -> Result<Response, LanError> {
        self.session.recv()
    }

    fn send_recv(&mut self, request: &mut Request) -> Result<Response, LanError> {
        self.session.send_recv(request)
    }
}

impl Link for Meddled {
    fn depth(&self) -> usize {
        4
    }

    fn ask_all(&mut self, requests: &[Request]) -> (Vec<Option<Answered>>, Option<LanError>) {
        self.asked += 1;
        if self.asked == self.clear_before {
            ipmitool(self.address, 3, &["sel", "clear"]);
        }
        self.session.ask_all(requests)
    }
}

#[test]
fn a_log_cleared_by_somebody_else_meanwhile_keeps_what_was_read() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let address = simulator.address;
    let truth = whole_log(address, &options());
    let mut meddled = Meddled { session: log_on(address).unwrap(), address, clear_before: 5, asked: 0 };
    let (reading, error) = bmc::read(&mut meddled, &LOG_ONLY, &Before::default(), now());
    assert!(error.is_none(), "{error:?}");
    let sel = reading.sel.unwrap();
    assert!(sel.complete && sel.notes.contains(&SelNote::ClearedWhileReading), "{:?}", sel.notes);
    assert_eq!(sel.records, truth[..9], "one, then four and four");
    assert_eq!((sel.position.last, sel.position.entries), (None, Some(0)), "the new log is empty");
}

#[test]
fn a_record_that_arrives_meanwhile_is_read_too() {
    let Some(bmc) = fake_bmc("--append-after 20") else { return };
    let sel = read(bmc.address, SelPosition::default());
    assert_eq!((sel.records.len(), sel.complete), (45, true));
    assert_eq!(read(bmc.address, sel.position).continuity, Continuity::Unchanged);
}

#[test]
fn overflow_and_free_space_are_told() {
    let Some(bmc) = fake_bmc("--overflow") else { return };
    let sel = read(bmc.address, SelPosition::default());
    assert!(sel.info.overflow && sel.notes.contains(&SelNote::Overflow));
    assert_eq!(sel.info.free_bytes, (512 - 44) * 16);
    assert_eq!(sel.records.len(), 44);
    let Some(simulator) = Simulator::start(&[("SEL_MAX", "44")]) else { return };
    let add = "raw 0x0a 0x44 0 0 2 0 0 0 0 0x20 0 4 8 0x62 0x6f 3 0xff 0xff";
    ipmitool(simulator.address, 3, &add.split(' ').collect::<Vec<_>>());
    assert!(read(simulator.address, SelPosition::default()).notes.contains(&SelNote::Overflow));
}

#[test]
fn records_that_come_cut_are_asked_for_again() {
    let (Some(short), Some(good)) = (fake_bmc("--short-every 7"), fake_bmc("")) else { return };
    let sel = read(short.address, SelPosition::default());
    assert_eq!(sel.records, whole_log(good.address, &options()));
    assert!(matches!(sel.notes[..], [SelNote::CutRecords(4..)]), "{:?}", sel.notes);
}

#[test]
fn records_that_always_come_cut_are_read_in_halves() {
    let (Some(short), Some(good)) = (fake_bmc("--short-every 1"), fake_bmc("")) else { return };
    let sel = read(short.address, SelPosition::default());
    assert_eq!(sel.records, whole_log(good.address, &options()));
    assert_eq!(sel.notes, [SelNote::CutRecords(44)]);
}

#[test]
fn ids_that_go_round_end_the_reading_with_a_word() {
    let (Some(looping), Some(good)) = (fake_bmc("--loop"), fake_bmc("")) else { return };
    let first = read(looping.address, SelPosition::default());
    assert_eq!(first.records, whole_log(good.address, &options()));
    assert_eq!(first.notes, [SelNote::ImpossibleNext { after: 44, next: 1 }]);
    let second = read(looping.address, first.position);
    assert_eq!((second.records.len(), second.continuity), (0, Continuity::Unchanged), "{:?}", second.notes);
    assert_eq!(second.position, first.position);
}

#[test]
fn odd_records_are_kept_byte_for_byte() {
    let log = folder().join("ipmi/sel-odd.txt");
    let Some(bmc) = fake_bmc_with(&log, "").filter(|_| have("ipmitool")) else { return };
    let sel = read(bmc.address, SelPosition::default());
    let count = u16::try_from(sel.records.len()).unwrap();
    assert_eq!(count, sel.info.entries);
    assert_eq!(sel.records, judged(bmc.address, 17, count));
    assert_eq!(sel.notes, [SelNote::ReservedTypes(2)]);
}

#[test]
fn a_second_reading_of_an_unchanged_log_asks_for_one_record() {
    let Some(bmc) = fake_bmc("") else { return };
    let first = read(bmc.address, SelPosition::default());
    assert_eq!((first.continuity, first.records.len()), (Continuity::FirstTime, 44));
    let mut session = log_on(bmc.address).unwrap();
    let before = session.counters();
    let (reading, error) = read_log(&mut session, &Before { sel: first.position, ..Before::default() });
    assert!(error.is_none());
    let second = reading.sel.unwrap();
    assert_eq!((second.continuity, second.records.len()), (Continuity::Unchanged, 0));
    assert_eq!(second.position, first.position);
    assert_eq!(session.counters().sent - before.sent, 5, "device, info, time, offset, one record");
}

#[test]
fn what_was_added_and_what_was_cleared_since_is_told() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let first = read(simulator.address, SelPosition::default());
    let add = "raw 0x0a 0x44 0 0 2 0 0 0 0 0x20 0 4 8 0x62 0x6f 3 0xff 0xff";
    let add: Vec<&str> = add.split(' ').collect();
    ipmitool(simulator.address, 3, &add);
    let second = read(simulator.address, first.position);
    assert_eq!((second.continuity, second.records.len()), (Continuity::Continued, 1));
    ipmitool(simulator.address, 3, &["sel", "clear"]);
    ipmitool(simulator.address, 3, &add);
    let third = read(simulator.address, second.position);
    assert_eq!((third.continuity, third.records.len()), (Continuity::Cleared, 1), "{:?}", third.info);
    ipmitool(simulator.address, 3, &["sel", "clear"]);
    let fourth = read(simulator.address, third.position);
    assert_eq!((fourth.continuity, fourth.records.len()), (Continuity::Cleared, 0));
    assert_eq!(fourth.position.last, None);
    let fifth = read(simulator.address, fourth.position);
    assert_eq!(fifth.continuity, Continuity::Unchanged);
}

#[test]
fn notes_are_sentences() {
    let notes = [
        SelNote::Overflow,
        SelNote::ImpossibleNext { after: 44, next: 1 },
        SelNote::Unreadable { id: 3, code: Some(0xff) },
    ];
    assert!(notes.iter().all(|note| note.to_string().len() > 20));
}
