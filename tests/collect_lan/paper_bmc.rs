//! A BMC that exists on paper only: for logs that no simulator has.

use std::collections::BTreeMap;
use std::io;

use coroner::collect::bmc::{Before, Link, SelPosition, SelReading, read};
use ipmi_rs::connection::{IpmiConnection, Message, Request, Response};

use crate::stand_ins::{LOG_ONLY, now};

/// Something that happens before the nth question.
pub type Event = (usize, fn(&mut PaperBmc));

/// A log and its habits.
#[derive(Clone)]
pub struct PaperBmc {
    /// The records in their order; the ids are in them.
    pub log: Vec<[u8; 16]>,
    pub added_at: u32,
    pub erased_at: u32,
    /// Completion codes for certain records.
    pub refuses: BTreeMap<u16, u8>,
    /// Whether whole records are refused with CAh.
    pub halves_only: bool,
    /// Whether it has a log at all.
    pub has_log: bool,
    /// How many questions may be handed over at once.
    pub depth: usize,
    /// Fails with an error at this question.
    pub fails_at: Option<usize>,
    pub events: Vec<Event>,
    /// How many questions came so far, and how many of them for records.
    pub asked: usize,
    pub asked_for_records: usize,
    /// The answer that was not fetched yet.
    pub waiting: Option<Response>,
}

/// A record of a system event with a time of day.
pub fn record(id: u16, time: u32) -> [u8; 16] {
    let (id, time) = (id.to_le_bytes(), time.to_le_bytes());
    [id[0], id[1], 2, time[0], time[1], time[2], time[3], 0x20, 0, 4, 8, 0x62, 0x6f, 3, 0xff, 0xff]
}

/// 2023-11-14 22:13:20.
pub const AT: u32 = 1_700_000_000;

impl PaperBmc {
    pub fn new(ids: impl IntoIterator<Item = u16>) -> Self {
        Self {
            log: ids.into_iter().map(|id| record(id, AT + u32::from(id))).collect(),
            added_at: AT,
            erased_at: AT,
            refuses: BTreeMap::new(),
            halves_only: false,
            has_log: true,
            depth: 8,
            fails_at: None,
            events: Vec::new(),
            asked: 0,
            asked_for_records: 0,
            waiting: None,
        }
    }

    /// Reads the log since `then`.
    pub fn read(&mut self, then: SelPosition) -> (SelReading, Option<io::Error>) {
        let (reading, error) = read(self, &LOG_ONLY, &Before { sel: then, ..Before::default() }, now());
        (reading.sel.expect("a log"), error)
    }

    /// The same, where nothing is to go wrong.
    pub fn read_well(&mut self, then: SelPosition) -> SelReading {
        let (sel, error) = self.read(then);
        assert!(error.is_none() && sel.complete, "{error:?} {:?}", sel.notes);
        sel
    }

    fn answer(&mut self, request: &Request) -> Vec<u8> {
        let body = request.data();
        match (request.netfn_raw(), request.cmd()) {
            (0x0a, 0x40) if self.has_log => {
                let count = u16::try_from(self.log.len()).unwrap();
                let mut answer = vec![0, 0x51];
                answer.extend(count.to_le_bytes());
                answer.extend([0xff, 0xff]);
                answer.extend(self.added_at.to_le_bytes());
                answer.extend(self.erased_at.to_le_bytes());
                answer.push(0x02);
                answer
            }
            (0x0a, 0x42) => vec![0, 1, 0],
            (0x0a, 0x43) => self.entry(u16::from_le_bytes([body[2], body[3]]), body[4], body[5]),
            (0x0a, 0x48) => vec![0, 0, 0, 0, 0x65],
            _ => vec![0xc1],
        }
    }

    fn entry(&mut self, id: u16, offset: u8, count: u8) -> Vec<u8> {
        self.asked_for_records += 1;
        if let Some(code) = self.refuses.get(&id) {
            return vec![*code];
        }
        if self.halves_only && count > 8 {
            return vec![0xca];
        }
        let at = match id {
            0 => 0,
            id => self.log.iter().position(|record| record[..2] == id.to_le_bytes()).unwrap_or(usize::MAX),
        };
        let Some(record) = self.log.get(at) else { return vec![0xcb] };
        let mut answer = vec![0];
        answer.extend(self.log.get(at + 1).map_or([0xff, 0xff], |next| [next[0], next[1]]));
        answer.extend(record.iter().skip(usize::from(offset)).take(usize::from(count)));
        answer
    }
}

impl IpmiConnection for PaperBmc {
    type SendError = io::Error;
    type RecvError = io::Error;
    type Error = io::Error;

    fn send(&mut self, request: &mut Request) -> io::Result<()> {
        self.asked += 1;
        let due: Vec<_> =
            self.events.iter().filter(|(at, _)| *at == self.asked).map(|(_, event)| *event).collect();
        due.into_iter().for_each(|event| event(self));
        if self.fails_at.is_some_and(|at| self.asked >= at) {
            return Err(io::Error::other("broken"));
        }
        let answer = self.answer(request);
        let message = Message::new_raw(request.netfn_raw() | 1, request.cmd(), answer);
        self.waiting = Response::new(message, 0);
        Ok(())
    }

    fn recv(&mut self) -> io::Result<Response> {
        self.waiting.take().ok_or_else(|| io::Error::other("nothing was asked"))
    }

    fn send_recv(&mut self, request: &mut Request) -> io::Result<Response> {
        self.send(request)?;
        self.recv()
    }
}

impl Link for PaperBmc {
    fn depth(&self) -> usize {
        self.depth
    }
}
