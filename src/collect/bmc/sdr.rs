//! The sensor data records of a BMC, raw: they name the sensors of the SEL. Read only when they have changed.
//!
//! Spec: IPMI v2.0 sections 33.9 (Get SDR Repository Info), 33.11 (Reserve SDR Repository), 33.12 (Get SDR).

use std::collections::BTreeSet;

use ipmi_rs::connection::Request;

use super::asker::{Asker, success};
use super::bytes::{u16_at, u32_at};
use super::link::{Link, question};
use crate::collect::lan::Answered;

const STORAGE: u8 = 0x0a;
const FIRST: u16 = 0x0000;
const NO_MORE: u16 = 0xffff;
/// Every record begins with id (2), version, type, and the count of bytes that follow.
const HEADER: u8 = 5;
/// How many bytes to ask for at once. Many BMCs refuse a whole record (CAh); when they refuse these too, fewer.
const PIECES: [u8; 3] = [32, 16, 8];
const CANCELLED: u8 = 0xc5;
/// How often the reservation may be lost for one record.
const CANCELLED_MAX: u32 = 5;

/// What tells whether the records have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SdrStamp {
    /// How many records there are.
    pub count: u16,
    /// When one was last added, by the BMC's clock.
    pub added_at: u32,
    /// When one was last erased, by the BMC's clock.
    pub erased_at: u32,
}

impl SdrStamp {
    /// Reads the answer of Get SDR Repository Info, without the completion code.
    #[must_use]
    pub fn decode(answer: &[u8]) -> Option<Self> {
        Some(Self { count: u16_at(answer, 1)?, added_at: u32_at(answer, 5)?, erased_at: u32_at(answer, 9)? })
    }
}

/// All records, or as many as could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdrReading {
    /// To be given to the next reading; only if `complete`.
    pub stamp: SdrStamp,
    /// The records in the BMC's order, header included.
    pub records: Vec<Vec<u8>>,
    /// Whether the end was reached.
    pub complete: bool,
}

/// Get SDR Repository Info.
#[must_use]
pub fn info_question() -> Request {
    question(STORAGE, 0x20, &[])
}

/// Reads all records.
pub fn read<L: Link>(asker: &mut Asker<'_, L>, stamp: SdrStamp) -> (SdrReading, Option<L::Error>) {
    let mut reading = SdrReading { stamp, records: Vec::new(), complete: false };
    let error = Reader { asker, reservation: 0, piece: 0 }.read(&mut reading).err();
    (reading, error)
}

struct Reader<'a, 'b, L> {
    asker: &'a mut Asker<'b, L>,
    reservation: u16,
    /// Which of [`PIECES`].
    piece: usize,
}

/// The id that follows, and bytes of a record; or why they did not come.
type Piece = Result<(u16, Vec<u8>), Trouble>;

/// Why a record did not come.
enum Trouble {
    Cancelled,
    TooMuch,
    Other,
}

impl<L: Link> Reader<'_, '_, L> {
    fn read(&mut self, reading: &mut SdrReading) -> Result<(), L::Error> {
        let mut seen = BTreeSet::new();
        let (mut id, mut cancelled) = (FIRST, 0);
        self.reserve()?;
        while id != NO_MORE {
            match self.record(id)? {
                Ok((following, record)) => {
                    reading.records.push(record);
                    cancelled = 0;
                    if following != NO_MORE && !seen.insert(following) {
                        return Ok(());
                    }
                    id = following;
                }
                Err(Trouble::Cancelled) if cancelled < CANCELLED_MAX => {
                    cancelled += 1;
                    self.reserve()?;
                }
                Err(Trouble::TooMuch) if self.piece + 1 < PIECES.len() => self.piece += 1,
                Err(_) => return Ok(()),
            }
        }
        reading.complete = true;
        Ok(())
    }

    fn reserve(&mut self) -> Result<(), L::Error> {
        let answered = self.asker.ask_one(question(STORAGE, 0x22, &[]))?;
        self.reservation = success(answered.as_ref()).and_then(|answer| u16_at(answer, 0)).unwrap_or(0);
        Ok(())
    }

    /// One record: its header, which tells how long it is, then the rest in pieces.
    fn record(&mut self, id: u16) -> Result<Piece, L::Error> {
        let (answers, error) = self.asker.ask_quietly(&[self.part(id, 0, HEADER)]);
        if let Some(error) = error {
            return Err(error);
        }
        let (following, mut record) = match piece(answers.first().and_then(Option::as_ref), HEADER) {
            Ok(header) => header,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let rest = record.get(usize::from(HEADER) - 1).copied().unwrap_or(0);
        let size = PIECES.get(self.piece).copied().unwrap_or(HEADER);
        let offsets = (0..rest).step_by(usize::from(size)).filter_map(|offset| offset.checked_add(HEADER));
        let parts: Vec<(u8, u8)> =
            offsets.map(|offset| (offset, size.min(rest.saturating_add(HEADER) - offset))).collect();
        let requests: Vec<Request> =
            parts.iter().map(|(offset, count)| self.part(id, *offset, *count)).collect();
        let (answers, error) = self.asker.ask_quietly(&requests);
        if let Some(error) = error {
            return Err(error);
        }
        for ((_, count), answer) in parts.into_iter().zip(&answers) {
            match piece(answer.as_ref(), count) {
                Ok((_, bytes)) => record.extend(bytes),
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        Ok(Ok((following, record)))
    }

    fn part(&self, id: u16, offset: u8, count: u8) -> Request {
        let (reservation, id) = (self.reservation.to_le_bytes(), id.to_le_bytes());
        question(STORAGE, 0x23, &[reservation[0], reservation[1], id[0], id[1], offset, count])
    }
}

/// The next id and `count` bytes of a record.
fn piece(answered: Option<&Answered>, count: u8) -> Piece {
    let response = &answered.ok_or(Trouble::Other)?.response;
    match response.cc() {
        0 => {}
        CANCELLED => return Err(Trouble::Cancelled),
        // "Cannot return so many bytes", "parameter out of range", "request length limit exceeded".
        0xc8..=0xca => return Err(Trouble::TooMuch),
        _ => return Err(Trouble::Other),
    }
    let following = u16_at(response.data(), 0).ok_or(Trouble::Other)?;
    let bytes = response.data().get(2..2 + usize::from(count)).ok_or(Trouble::TooMuch)?;
    Ok((following, bytes.to_vec()))
}
