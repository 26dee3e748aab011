//! What is asked of a BMC, over LAN or through this machine's driver: who it is, its log since the last reading, its
//! clock, the last restart, power.
//!
//! [`read`] does it all in as few round trips as it can, and keeps the raw answers. Whatever goes wrong on the
//! way, what was read until then is returned. No decoding of SEL records or sensors here.

mod asker;
mod bytes;
mod clock;
mod link;
mod local;
mod power;
mod sdr;
mod sel;

use ipmi_rs::app::DeviceId;
use ipmi_rs::connection::Request;

pub use asker::RawAnswer;
pub use clock::SelClock;
pub use link::{Link, question};
pub use local::Local;
pub use power::{DELL, DcmiPower, DellPower};
pub use sdr::{SdrReading, SdrStamp};
pub use sel::{Continuity, RawRecord, SelInfo, SelNote, SelPosition, SelReading};

use self::asker::{Asker, success};
use crate::collect::lan::Answered;
use crate::collect::wall_clock::WallClock;

/// What to read. The device id is always asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The event log, with the BMC's clock.
    pub sel: bool,
    /// Chassis status and the cause of the last restart.
    pub chassis: bool,
    /// DCMI's power reading, and Dell's commands on a Dell.
    pub power: bool,
    /// The sensor data records, if they have changed.
    pub sdr: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { sel: true, chassis: true, power: true, sdr: true }
    }
}

/// What is known from the reading before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Before {
    /// Where it ended.
    pub sel: SelPosition,
    /// Which sensor data records it saw; `None` to read them in any case.
    pub sdr: Option<SdrStamp>,
    /// Whether it is known to be a Dell, and to answer by DCMI: what such a BMC is asked besides need not wait for
    /// these answers then.
    #[serde(default)]
    pub dell: bool,
    #[serde(default)]
    pub dcmi: bool,
}

/// Chassis status, as far as it tells of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChassisStatus {
    /// Whether the system is switched on.
    pub power_on: bool,
    /// Byte 1 of the answer: power state (spec table 28-3).
    pub power_state: u8,
    /// Byte 2: the last power event; bit 0 AC failed, 1 overload, 2 interlock, 3 fault, 4 on by command.
    pub last_power_event: u8,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BmcReading {
    /// Questions and answers byte by byte, in the order of asking; the records of SEL and SDR are in `sel`, `sdr`.
    pub answers: Vec<RawAnswer>,
    /// Who it is.
    pub device: Option<DeviceId>,
    /// The log.
    pub sel: Option<SelReading>,
    /// The clock.
    pub clock: Option<SelClock>,
    /// Minutes that the BMC's clock is ahead of UTC, by its own account.
    pub utc_offset_minutes: Option<i16>,
    /// Chassis status.
    pub chassis: Option<ChassisStatus>,
    /// Why the system was last started (spec table 28-11), the low four bits.
    pub restart_cause: Option<u8>,
    /// DCMI's power reading.
    pub dcmi_power: Option<DcmiPower>,
    /// Dell's power data.
    pub dell_power: Option<DellPower>,
    /// Which sensor data records there are.
    pub sdr_stamp: Option<SdrStamp>,
    /// The records themselves; `None` if they are as they were before.
    pub sdr: Option<SdrReading>,
}

/// Reads what is wanted. With an error, the reading holds what had been read until then, and its SEL position
/// is that of the last record in it: the next reading loses nothing.
///
/// `anchor` is the time of now on both clocks of the collector.
pub fn read<L: Link>(
    link: &mut L,
    wanted: &Wanted,
    before: &Before,
    anchor: WallClock,
) -> (BmcReading, Option<L::Error>) {
    let mut asker = Asker { link, anchor, answers: Vec::new() };
    let mut reading = BmcReading::default();
    let error = read_into(&mut reading, &mut asker, wanted, before).err();
    reading.answers = asker.answers;
    (reading, error)
}

fn read_into<L: Link>(
    reading: &mut BmcReading,
    asker: &mut Asker<'_, L>,
    wanted: &Wanted,
    before: &Before,
) -> Result<(), L::Error> {
    let mut questions = first_questions(wanted);
    let known = if wanted.power { power_questions(before.dell, before.dcmi) } else { Vec::new() };
    questions.extend(known);
    let mut requests: Vec<Request> = questions.iter().map(|(_, request)| link::copied(request)).collect();
    // Asked together with the rest, kept elsewhere.
    requests.extend(sel::last_known_question(&before.sel).filter(|_| wanted.sel));
    let (answers, error) = asker.ask_named(&questions, &requests);
    let answered = |name: &str| {
        let at = questions.iter().position(|(known, _)| *known == name)?;
        answers.get(at)?.as_ref()
    };
    note_first_answers(reading, answered, asker.anchor);
    if let Some(error) = error {
        return Err(error);
    }
    if wanted.power {
        let known: Vec<_> = power_questions(before.dell, before.dcmi)
            .into_iter()
            .map(|(name, _)| (name, answered(name).cloned()))
            .collect();
        read_more_power(reading, asker, before, &known)?;
    }
    let info = success(answered("sel-info")).and_then(SelInfo::decode);
    if let (true, Some(info)) = (wanted.sel, info) {
        let last_known = answers.get(questions.len()).and_then(Option::as_ref);
        let (sel, error) = sel::read(asker, &before.sel, info, last_known);
        reading.sel = Some(sel);
        error.map_or(Ok(()), Err)?;
    }
    match reading.sdr_stamp {
        Some(stamp) if wanted.sdr && before.sdr != Some(stamp) => {
            let (sdr, error) = sdr::read(asker, stamp);
            reading.sdr = Some(sdr);
            error.map_or(Ok(()), Err)
        }
        _ => Ok(()),
    }
}

/// What can be asked without knowing anything.
fn first_questions(wanted: &Wanted) -> Vec<(&'static str, Request)> {
    let mut questions = vec![("device-id", question(0x06, 0x01, &[]))];
    if wanted.sel {
        questions.push(("sel-info", sel::info_question()));
        questions.push(("sel-time", question(0x0a, 0x48, &[])));
        questions.push(("sel-utc-offset", question(0x0a, 0x5c, &[])));
    }
    if wanted.chassis {
        questions.push(("chassis-status", question(0x00, 0x01, &[])));
        questions.push(("restart-cause", question(0x00, 0x07, &[])));
    }
    if wanted.power {
        questions.push(("dcmi-power", power::dcmi_question()));
    }
    if wanted.sdr {
        questions.push(("sdr-info", sdr::info_question()));
    }
    questions
}

fn note_first_answers<'a>(
    reading: &mut BmcReading,
    answered: impl Fn(&str) -> Option<&'a Answered>,
    anchor: WallClock,
) {
    let answer = |name| success(answered(name));
    reading.device = answer("device-id").and_then(DeviceId::from_data);
    reading.clock = answered("sel-time").and_then(|time| SelClock::measure(time, anchor));
    reading.utc_offset_minutes = answer("sel-utc-offset").and_then(clock::utc_offset_minutes);
    reading.chassis = answer("chassis-status").and_then(|status| {
        let (power_state, last_power_event) = (*status.first()?, *status.get(1)?);
        Some(ChassisStatus { power_on: power_state & 1 != 0, power_state, last_power_event })
    });
    reading.restart_cause = answer("restart-cause").and_then(|cause| cause.first()).map(|cause| cause & 0x0f);
    reading.dcmi_power = answer("dcmi-power").and_then(DcmiPower::decode);
    reading.sdr_stamp = answer("sdr-info").and_then(SdrStamp::decode);
}

/// What makes sense to ask only of some.
fn power_questions(dell: bool, dcmi: bool) -> Vec<(&'static str, Request)> {
    let mut questions = if dell { power::dell_questions() } else { Vec::new() };
    questions.extend(dcmi.then(|| ("dcmi-windows", power::dcmi_windows_question())));
    questions
}

/// Asks what was not asked already, as `known` has it.
fn read_more_power<L: Link>(
    reading: &mut BmcReading,
    asker: &mut Asker<'_, L>,
    before: &Before,
    known: &[(&'static str, Option<Answered>)],
) -> Result<(), L::Error> {
    let is_dell = reading.device.as_ref().is_some_and(|device| device.manufacturer_id == DELL);
    let questions = power_questions(is_dell && !before.dell, reading.dcmi_power.is_some() && !before.dcmi);
    let (answers, error) = asker.ask(&questions);
    let new = questions.iter().zip(&answers).map(|((name, _), answer)| (*name, answer.as_ref()));
    let mut dell = DellPower::default();
    for (name, answer) in known.iter().map(|(name, answer)| (*name, answer.as_ref())).chain(new) {
        if let Some(answer) = success(answer) {
            dell.learn(name, answer);
        }
    }
    reading.dell_power = is_dell.then_some(dell).filter(|dell| *dell != DellPower::default());
    error.map_or(Ok(()), Err)
}
