//! A BMC by IPMI: its log, and beside it a line of raw answers for each run.
//!
//! `sel.raw` holds the records of 16 bytes in the order of reading; where the log was cleared, the new one follows.
//! `answers.jsonl` has what else was asked, byte by byte. `power.csv` holds DCMI's readings for whoever draws them.
//! `sdr.raw` names the sensors.

use std::io::{self, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::time::Instant;

use chrono::SecondsFormat;
use serde_json::json;

use super::{Context, note_clock};
use crate::collect::bmc::{self, Before, BmcReading, Continuity, Local, SelNote, SelReading, Wanted};
use crate::collect::causes::with_causes;
use crate::collect::credentials::IpmiVersion;
use crate::collect::lan::{Credentials, LanOptions, Privilege, Session, Suite};
use crate::collect::secret::Secret;
use crate::collect::targets::{IpmiLink, IpmiTarget, Target};
use crate::collect::vault::{Collected, History, MeasuredClock, Noted, Outcome, Place, Tail, hexadecimal};
use crate::config::collect::Privilege as Wished;

const RECORD_BYTES: u64 = 16;
const DEVICE: &str = "/dev/ipmi0";
const POWER_HEADER: &str = "time,host,watts,minimum_watts,maximum_watts,average_watts\n";

pub fn collect(
    host: &Target,
    target: &IpmiTarget,
    context: &Context<'_>,
    mut collected: Collected,
) -> io::Result<Collected> {
    let mut place = context.vault.place(&format!("hosts/{}/ipmi", host.host))?;
    let sel = place.append("sel.raw", Tail::Records(RECORD_BYTES))?;
    let last = sel.last::<16>()?;
    let mut before: Before = place.cursor();
    before.sel.last = last;
    let (reading, error) = match read(target, context, &before, &mut collected) {
        Ok(read) => read,
        Err(why) => {
            collected.problems.push(why);
            return place.commit(&before, collected);
        }
    };
    keep(&reading, host, &mut place, &collected)?;
    judge(&reading, &mut collected);
    collected.problems.extend(error);
    if reading.sdr.as_ref().is_some_and(|sdr| !sdr.complete) {
        let why = "the names of the sensors were not read to their end; the next run tries again";
        collected.problems.push(why.to_owned());
    }
    collected.outcome = match (&reading.sel, collected.problems.is_empty()) {
        (Some(sel), true) if sel.complete => Outcome::Whole,
        (None, _) if reading.device.is_none() => Outcome::Nothing,
        _ => Outcome::Partly,
    };
    let mut after = before;
    if let Some(sel) = &reading.sel {
        after.sel = sel.position;
    }
    if reading.sdr.as_ref().is_none_or(|sdr| sdr.complete) {
        after.sdr = reading.sdr_stamp.or(before.sdr);
    }
    if reading.device.is_some() {
        after.dell = reading.dell_power.is_some();
        after.dcmi = reading.dcmi_power.is_some();
    }
    place.commit(&after, collected)
}

type Read = (BmcReading, Option<String>);

/// Reads the BMC by the means that the target names. An error is a reason why nothing was read.
fn read(
    target: &IpmiTarget,
    context: &Context<'_>,
    before: &Before,
    collected: &mut Collected,
) -> Result<Read, String> {
    let deadline = Instant::now() + context.settings.deadline;
    match &target.link {
        IpmiLink::Local => {
            let mut local = Local::open(Path::new(DEVICE), context.settings.timeout, Some(deadline))
                .map_err(|error| format!("{DEVICE} cannot be used: {error}"))?;
            let (reading, error) = bmc::read(&mut local, &Wanted::default(), before, context.started);
            Ok((reading, error.map(|error| with_causes(&error))))
        }
        IpmiLink::Lan { address, port } => {
            let mut session = log_on(target, address, *port, context, deadline)?;
            collected.means.push_str(&format!(", cipher suite {}", session.suite().number()));
            let (reading, error) = bmc::read(&mut session, &Wanted::default(), before, context.started);
            session.close();
            Ok((reading, error.map(|error| with_causes(&error))))
        }
    }
}

fn log_on(
    target: &IpmiTarget,
    address: &str,
    port: u16,
    context: &Context<'_>,
    deadline: Instant,
) -> Result<Session, String> {
    let credentials = credentials(target, context)?;
    let suites = target.suites.iter().map(|number| {
        let unknown = || format!("cipher suite {number} does not protect what is said; 17 and 3 do");
        Suite::from_number(*number).ok_or_else(unknown)
    });
    let options = LanOptions {
        suites: suites.collect::<Result<_, _>>()?,
        privilege: match target.privilege {
            Wished::User => Privilege::User,
            Wished::Operator => Privilege::Operator,
            Wished::Administrator => Privilege::Administrator,
        },
        timeout: context.settings.timeout,
        attempts: context.settings.attempts,
        deadline: Some(deadline),
        allow_anonymous: target.allow_anonymous,
        ..LanOptions::default()
    };
    Session::open(resolve(address, port)?, &credentials, &options).map_err(|error| with_causes(&error))
}

fn credentials(target: &IpmiTarget, context: &Context<'_>) -> Result<Credentials, String> {
    let Some(name) = &target.credentials else {
        return Ok(Credentials { user: String::new(), password: Secret::new(Vec::new()), kg: None });
    };
    let login = context.credentials.get(name).map_err(|error| with_causes(error.as_ref()))?;
    login.check_for_ipmi(IpmiVersion::V2_0).map_err(|error| with_causes(&error))?;
    Ok(Credentials { user: login.user.clone(), password: login.password.clone(), kg: login.kg.clone() })
}

fn resolve(address: &str, port: u16) -> Result<SocketAddr, String> {
    let unknown = |why: String| format!("the address of {address} is not known: {why}");
    let mut addresses = (address, port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?;
    addresses.next().ok_or_else(|| unknown("the name has none".to_owned()))
}

fn keep(reading: &BmcReading, host: &Target, place: &mut Place<'_>, collected: &Collected) -> io::Result<()> {
    if let Some(sel) = &reading.sel {
        let file = place.append("sel.raw", Tail::Records(RECORD_BYTES))?;
        file.write_all(sel.records.as_flattened())?;
        file.keep()?;
    }
    if !reading.answers.is_empty() {
        let file = place.append("answers.jsonl", Tail::Lines)?;
        file.write_all(answers_line(reading, host, collected).as_bytes())?;
        file.keep()?;
    }
    if let Some(power) = reading.dcmi_power.filter(|power| power.active) {
        let file = place.append("power.csv", Tail::Lines)?;
        if file.is_empty() {
            file.write_all(POWER_HEADER.as_bytes())?;
        }
        let at = collected.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (name, now) = (&host.host, power.now);
        let line = format!("{at},{name},{now},{},{},{}\n", power.minimum, power.maximum, power.average);
        file.write_all(line.as_bytes())?;
        file.keep()?;
    }
    if let Some(sdr) = reading.sdr.as_ref().filter(|sdr| sdr.complete) {
        place.snapshot("sdr.raw", sdr.records.concat(), History::Kept, collected.at);
    }
    Ok(())
}

/// One run's questions and answers, in hexadecimal: `{"at":…,"host":…,"answers":[{"name":…,"request":…,…}]}`.
fn answers_line(reading: &BmcReading, host: &Target, collected: &Collected) -> String {
    let answers = reading.answers.iter().map(|answer| {
        json!({
            "name": answer.name,
            "request": hexadecimal(&answer.request),
            "answer": answer.answer.as_deref().map(hexadecimal),
            "at": answer.received.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        })
    });
    let line = json!({
        "bmc_answers": 1,
        "at": collected.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "host": host.host.as_str(),
        "answers": answers.collect::<Vec<_>>(),
    });
    format!("{line}\n")
}

/// Says what a person should know of the reading.
fn judge(reading: &BmcReading, collected: &mut Collected) {
    let mut note = |id: &str, text: String| collected.findings.push(Noted { id: id.to_owned(), text });
    if let Some(sel) = &reading.sel {
        judge_log(sel, &mut note);
    }
    if let Some(clock) = reading.clock {
        match clock.ahead {
            Some(ahead) => {
                note_clock(ahead, clock.uncertainty, "bmc", &mut collected.findings);
                collected.clock = Some(MeasuredClock::new(ahead, clock.uncertainty));
            }
            None => collected.findings.push(Noted {
                id: "bmc-clock-unset".to_owned(),
                text: "the BMC's clock is not set: its log has no dates".to_owned(),
            }),
        }
    }
}

fn judge_log(sel: &SelReading, note: &mut impl FnMut(&str, String)) {
    match sel.continuity {
        Continuity::Cleared => {
            note("sel-cleared", "the event log was cleared since the last reading".to_owned());
        }
        Continuity::Wrapped => note(
            "sel-wrapped",
            "the event log went round since the last reading: records in between were never seen".to_owned(),
        ),
        Continuity::FirstTime | Continuity::Unchanged | Continuity::Continued => {}
    }
    for told in &sel.notes {
        let id = match told {
            SelNote::Overflow => "sel-overflow",
            SelNote::ClearedWhileReading => "sel-cleared-while-read",
            SelNote::PartlyErased => "sel-partly-erased",
            _ => "sel-odd",
        };
        note(id, told.to_string());
    }
    let used = u64::from(sel.info.entries) * RECORD_BYTES;
    let free = u64::from(sel.info.free_bytes);
    // FFFFh: that much or more.
    if sel.info.free_bytes != u16::MAX && used > 0 && free * 10 < used + free && !sel.info.overflow {
        note(
            "sel-nearly-full",
            format!(
                "the event log is nearly full: {} records, room for {}",
                sel.info.entries,
                free / RECORD_BYTES
            ),
        );
    }
}
