//! Where the last reading of a SEL ended, and what the log of today has to do with the log of then.
//!
//! Spec: IPMI v2.0 section 31.2 (Get SEL Info) and chapter 32 (record formats). A record is identified by its 16
//! bytes: ids are used again after the log was cleared, and the two stamps of Get SEL Info have seconds only.

use std::fmt;

use crate::collect::bmc::bytes::{u16_at, u32_at};

/// A record as the BMC gives it.
pub type RawRecord = [u8; 16];

/// BMC clocks count from the start of the BMC below this number, because nobody has set them.
const FIRST_WALL_TIME: u32 = 0x2000_0000;
const TIME_UNSPECIFIED: u32 = u32::MAX;
/// Records of this type and above have no time.
const FIRST_TIMELESS_TYPE: u8 = 0xe0;

/// What Get SEL Info says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelInfo {
    /// How many records there are.
    pub entries: u16,
    /// How many bytes are free; FFFFh means that many or more.
    pub free_bytes: u16,
    /// When a record was last added, by the BMC's clock.
    pub added_at: u32,
    /// When records were last erased, by the BMC's clock.
    pub erased_at: u32,
    /// Whether records were dropped because the log was full.
    pub overflow: bool,
}

impl SelInfo {
    /// Reads the answer of Get SEL Info, without the completion code.
    #[must_use]
    pub fn decode(answer: &[u8]) -> Option<Self> {
        Some(Self {
            entries: u16_at(answer, 1)?,
            free_bytes: u16_at(answer, 3)?,
            added_at: u32_at(answer, 5)?,
            erased_at: u32_at(answer, 9)?,
            overflow: answer.get(13)? & 0x80 != 0,
        })
    }
}

/// Where a reading ended. The default: there was none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SelPosition {
    /// The last record that was read; `None` if the log was empty, or never read.
    pub last: Option<RawRecord>,
    /// The BMC's stamp of the last erasure.
    pub erased_at: Option<u32>,
    /// The BMC's stamp of the last addition.
    pub added_at: Option<u32>,
    /// How many records there were; `None` if the reading was broken off, or never done.
    pub entries: Option<u16>,
}

/// What the log has to do with the one that was read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// There was no reading before.
    FirstTime,
    /// Nothing has been added.
    Unchanged,
    /// The last record of then is still there, and what follows it was read.
    Continued,
    /// The log was cleared: records between the last one of then and the clearing are lost.
    Cleared,
    /// It was not cleared, but the last record of then has been overwritten: records between are lost.
    Wrapped,
}

/// Something about the log or its reading that a person should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelNote {
    /// The BMC has dropped records because the log was full.
    Overflow,
    /// The log was cleared while it was read; what had been read is kept, and the new log was read too.
    ClearedWhileReading,
    /// Records were erased, but not the last one that was known.
    PartlyErased,
    /// The id of the next record leads nowhere new; reading stopped there.
    ImpossibleNext {
        /// The record that names it.
        after: u16,
        /// The id that it names.
        next: u16,
    },
    /// So many records came cut and had to be asked for again.
    CutRecords(usize),
    /// A record could not be read, whatever was tried; reading went on behind it where that was possible.
    Unreadable {
        /// Its id.
        id: u16,
        /// The last completion code; `None` if there was no answer.
        code: Option<u8>,
    },
    /// A record bears another id than the one it was asked by.
    OtherId {
        /// What was asked for.
        asked: u16,
        /// What it bears.
        found: u16,
    },
    /// So many records are of types that the specification reserves. They are kept.
    ReservedTypes(usize),
    /// The log changed so often while it was read that reading was given up.
    NeverAtRest,
}

impl fmt::Display for SelNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow => f.write_str("the log is or was full: the BMC has dropped records"),
            Self::ClearedWhileReading => {
                f.write_str("the log was cleared while it was read; both parts are kept")
            }
            Self::PartlyErased => f.write_str("records were erased, but not the last known one"),
            Self::ImpossibleNext { after, next } => {
                write!(
                    f,
                    "record {after:04x}h names {next:04x}h as the next one, which is impossible; stopped there"
                )
            }
            Self::CutRecords(count) => write!(f, "{count} records came cut and were asked for again"),
            Self::Unreadable { id, code: Some(code) } => {
                write!(f, "record {id:04x}h cannot be read (completion code {code:02x}h)")
            }
            Self::Unreadable { id, code: None } => write!(f, "record {id:04x}h cannot be read (no answer)"),
            Self::OtherId { asked, found } => write!(f, "record {asked:04x}h bears the id {found:04x}h"),
            Self::ReservedTypes(count) => write!(f, "{count} records are of reserved types; they are kept"),
            Self::NeverAtRest => f.write_str("the log changed too often while it was read; given up"),
        }
    }
}

/// What Get SEL Entry gave for the last known record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A record under that id, and the id that follows.
    Record(RawRecord, u16),
    /// None, or none that could be read.
    Nothing,
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing to read.
    Nowhere,
    /// With the first record.
    Beginning,
    /// With this id, which follows the last known record.
    After(u16),
}

/// Id of the first record in a question, and of none in an answer.
pub const FIRST: u16 = 0x0000;
/// "No more" in an answer.
pub const NO_MORE: u16 = 0xffff;

/// Compares then with now. `found` is what stands where the last known record was.
#[must_use]
pub fn locate(then: &SelPosition, now: &SelInfo, found: Found) -> (Continuity, Start) {
    let erased = then.erased_at.is_some_and(|stamp| stamp != now.erased_at);
    let fewer = then.entries.is_some_and(|entries| now.entries < entries);
    let Some(last) = then.last else {
        let all = if now.entries == 0 { Start::Nowhere } else { Start::Beginning };
        let continuity = match (then.entries, all) {
            (None, _) => Continuity::FirstTime,
            (Some(_), _) if erased => Continuity::Cleared,
            (Some(_), Start::Nowhere) => Continuity::Unchanged,
            (Some(_), _) => Continuity::Continued,
        };
        return (continuity, all);
    };
    if let Found::Record(record, next) = found {
        // Without a time, a record of a new log may look like one of the old.
        let recognised = is_timed(&last) || !(erased || fewer);
        if record == last && recognised {
            return match next {
                NO_MORE => (Continuity::Unchanged, Start::Nowhere),
                next => (Continuity::Continued, Start::After(next)),
            };
        }
    }
    let cleared = erased || fewer || now.entries == 0;
    (if cleared { Continuity::Cleared } else { Continuity::Wrapped }, Start::Beginning)
}

/// Whether a record has a time of day, which makes it unlike any other.
#[must_use]
pub fn is_timed(record: &RawRecord) -> bool {
    let time = u32_at(record, 3).unwrap_or(TIME_UNSPECIFIED);
    record[2] < FIRST_TIMELESS_TYPE && (FIRST_WALL_TIME..TIME_UNSPECIFIED).contains(&time)
}

/// The id that a record bears.
#[must_use]
pub fn id_of(record: &RawRecord) -> u16 {
    u16::from_le_bytes([record[0], record[1]])
}

/// Whether the specification leaves the record's type free (chapter 32).
#[must_use]
pub fn is_reserved_type(record: &RawRecord) -> bool {
    !matches!(record[2], 0x02 | 0xc0..=0xff)
}
