//! The decision table: how a boot ended. Rows are tried from the top; a row fires only on its own
//! evidence. The rest of the evidence is kept as context or as speaking against.

use chrono::TimeDelta;

use super::actor::actor_of;
use super::event::Event;
use super::gap::Gap;
use super::supplies;
use crate::knowledge::Class;
use crate::model::{Cause, Evidence, Supports};

/// The outcome of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub cause: Cause,
    pub planned: bool,
    pub confidence: f64,
    pub reason: String,
    pub actor: Option<String>,
    /// Event that decided, if one did (its index in the gap's events).
    pub decided_by: Option<usize>,
    /// Whether the host had hung before it was reset.
    pub hung_first: bool,
}

/// What the table needs beside the gap.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What the announced window says, if one was open for the host.
    pub window: Option<&'a str>,
    /// The host has logs of its own at all.
    pub has_log: bool,
}

/// A host whose power went off so soon after its last sign of life had not hung for long.
const FROM_ALIVE_TO_OFF_S: i64 = 900;
const MINUTES_2: TimeDelta = TimeDelta::minutes(2);
const MINUTES_10: TimeDelta = TimeDelta::minutes(10);
const MINUTES_15: TimeDelta = TimeDelta::minutes(15);
const MINUTES_30: TimeDelta = TimeDelta::minutes(30);
const MINUTES_60: TimeDelta = TimeDelta::minutes(60);

/// Runs the table on a gap.
#[must_use]
pub fn decide(gap: &Gap<'_>, context: Context<'_>) -> Verdict {
    let rows: [fn(&Gap<'_>, Context<'_>) -> Option<Verdict>; 14] = [
        kexec,
        orderly,
        panic,
        power_lost,
        hardware,
        watchdog,
        thermal,
        storage,
        memory,
        hang,
        commanded,
        one_supply,
        lost_power_signs,
        window_only,
    ];
    rows.iter().find_map(|row| row(gap, context)).unwrap_or_else(|| silent(gap, context))
}

fn verdict(cause: Cause, confidence: f64, reason: String) -> Verdict {
    let planned = matches!(cause, Cause::Clean | Cause::Maintenance);
    Verdict { cause, planned, confidence, reason, actor: None, decided_by: None, hung_first: false }
}

fn by(gap: &Gap<'_>, event: &Event, mut verdict: Verdict) -> Verdict {
    verdict.decided_by = gap.events.iter().position(|other| std::ptr::eq(*other, event));
    verdict
}

/// Row 1: a kernel replaced itself.
fn kexec(gap: &Gap<'_>, context: Context<'_>) -> Option<Verdict> {
    let event =
        gap.of(Class::Kexec).find(|event| gap.near_end(event, MINUTES_15) && gap.before_start(event))?;
    let planned = planned_cause(context);
    Some(by(gap, event, verdict(planned, 0.9, "a new kernel was started by kexec, in order".to_owned())))
}

fn planned_cause(context: Context<'_>) -> Cause {
    if context.window.is_some() { Cause::Maintenance } else { Cause::Clean }
}

/// The event that shows that the end was orderly, if it was.
fn orderly_sign<'a>(gap: &Gap<'a>) -> Option<&'a Event> {
    gap.of(Class::Graceful).find(|event| {
        let within = if event.by_bmc { MINUTES_15 } else { MINUTES_10 };
        gap.near_end(event, within) && gap.before_start(event)
    })
}

/// Rows 2 and 3: the operating system was shut down in order.
fn orderly(gap: &Gap<'_>, context: Context<'_>) -> Option<Verdict> {
    let sign = orderly_sign(gap);
    if sign.is_none() && gap.shutdown_mark.is_none() {
        return None;
    }
    let at = sign.map(|event| event.at.best).or(gap.shutdown_mark)?;
    let finish = |v: Verdict| {
        Some(match sign {
            Some(event) => by(gap, event, v),
            None => v,
        })
    };
    let before = |class: Class, within: TimeDelta| {
        gap.of(class).rfind(move |event| {
            event.at.earliest <= at + TimeDelta::minutes(1) && event.at.latest >= at - within
        })
    };
    // The kernel shuts down in order when it gets too hot; a UPS daemon when the battery runs low.
    if let Some(event) = before(Class::Thermal, MINUTES_15) {
        return Some(by(
            gap,
            event,
            verdict(Cause::Thermal, 0.9, "the system shut itself down for heat".to_owned()),
        ));
    }
    if let Some(event) =
        before(Class::SupplyLost, MINUTES_30).filter(|event| event.signature.starts_with("ups-"))
    {
        let reason = "shut down in order while the UPS ran on battery".to_owned();
        return Some(by(gap, event, verdict(Cause::PowerLoss, 0.85, reason)));
    }
    if let Some(what) = context.window {
        let reason = format!("orderly shutdown inside an announced window{}", named(what));
        return finish(verdict(Cause::Maintenance, 0.97, reason));
    }
    if before(Class::Automation, MINUTES_30).is_some() {
        return finish(verdict(Cause::Clean, 0.95, "orderly restart by a program's schedule".to_owned()));
    }
    let person = before(Class::Operator, MINUTES_15)
        .or_else(|| before(Class::Button, MINUTES_10))
        .or_else(|| before(Class::PowerCommand, MINUTES_10));
    if let Some(event) = person {
        let actor = actor_of(event);
        let reason = format!("orderly, asked for by {actor} outside any announced window");
        let mut found = verdict(Cause::Operator, 0.93, reason);
        found.actor = Some(actor);
        return Some(by(gap, event, found));
    }
    if before(Class::HypervisorRequest, MINUTES_10).is_some() {
        return finish(verdict(
            Cause::Clean,
            0.85,
            "the hypervisor asked the guest to stop, and it did in order".to_owned(),
        ));
    }
    finish(verdict(Cause::Clean, 0.9, "orderly shutdown without an announcement".to_owned()))
}

fn named(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(" ({what})") }
}

/// Row 5: the kernel panicked; what made it panic comes first.
fn panic(gap: &Gap<'_>, _context: Context<'_>) -> Option<Verdict> {
    let event =
        gap.of(Class::Panic).find(|event| gap.near_end(event, MINUTES_30) && gap.before_start(event))?;
    let before = |class: Class, within: TimeDelta| {
        gap.of(class).rfind(move |other| {
            other.at.earliest <= event.at.latest + TimeDelta::minutes(1)
                && other.at.latest >= event.at.best - within
        })
    };
    let hardware = before(Class::HardwareFatal, TimeDelta::minutes(5));
    if let Some(cause) = hardware {
        return Some(by(
            gap,
            cause,
            verdict(Cause::HardwareError, 0.93, "a hardware error made the kernel panic".to_owned()),
        ));
    }
    let out_of_memory = gap.of(Class::OutOfMemory).find(|other| other.signature == "out-of-memory-panic");
    if let Some(cause) = out_of_memory {
        let reason = "the kernel panicked because memory ran out".to_owned();
        return Some(by(gap, cause, verdict(Cause::MemoryExhaustion, 0.93, reason)));
    }
    if let Some(cause) = before(Class::StorageFault, MINUTES_15) {
        let reason = "storage failed, and the kernel panicked after it".to_owned();
        return Some(by(gap, cause, verdict(Cause::Storage, 0.85, reason)));
    }
    Some(by(gap, event, verdict(Cause::KernelPanic, 0.95, format!("the kernel panicked: {}", event.text))))
}

/// Row 10: all power went. A loss that came after another failure does not hide that one.
fn power_lost(gap: &Gap<'_>, _context: Context<'_>) -> Option<Verdict> {
    // An error that the host itself wrote down with its last breath came first.
    let last_breath = gap
        .of(Class::HardwareFatal)
        .any(|event| !event.by_bmc && gap.before_start(event) && gap.near_end(event, MINUTES_2));
    if last_breath {
        return None;
    }
    let unit =
        gap.of(Class::PowerLost).find(|event| gap.near_end(event, MINUTES_15) && gap.before_start(event));
    let supplies: Vec<&Event> = gap
        .of(Class::SupplyLost)
        .filter(|event| event.by_bmc && gap.near_end(event, MINUTES_10) && gap.before_start(event))
        .collect();
    if let Some(event) = unit {
        // Many BMCs write down the loss when the power is back; a supply that complained before
        // gives the better time.
        let first =
            supplies.iter().copied().find(|supply| supply.seconds() <= event.seconds()).unwrap_or(event);
        let reason = "the BMC recorded that the whole system lost its power".to_owned();
        return Some(by(gap, first, verdict(Cause::PowerLoss, 0.95, reason)));
    }
    let pair = supplies.iter().find_map(|first| {
        supplies
            .iter()
            .find(|second| {
                supplies::are_two(first, second) && (second.seconds() - first.seconds()).abs() <= 30
            })
            .map(|_| *first)
    });
    if let Some(first) = pair {
        let reason = "all power supplies lost their input within seconds".to_owned();
        return Some(by(gap, first, verdict(Cause::PowerLoss, 0.93, reason)));
    }
    let first = supplies.first().filter(|_| gap.bmc_restarted)?;
    let reason =
        "a power supply lost its input, and the BMC itself started over: all power was gone".to_owned();
    Some(by(gap, first, verdict(Cause::PowerLoss, 0.93, reason)))
}

/// Rows 7 and 8: processor, memory or bus reported a fatal error, then or in the next boot.
fn hardware(gap: &Gap<'_>, _context: Context<'_>) -> Option<Verdict> {
    let event = gap.of(Class::HardwareFatal).find(|event| {
        let told_by_next = gap.next_start.is_some_and(|start| !event.by_bmc && event.at.best >= start);
        told_by_next || (gap.near_end(event, MINUTES_15) && gap.before_start(event))
    })?;
    let told = gap.next_start.is_some_and(|start| !event.by_bmc && event.at.best >= start);
    let reason = if told {
        "the next boot reports a fatal hardware error of the one before".to_owned()
    } else {
        format!("fatal hardware error: {}", event.text)
    };
    Some(by(gap, event, verdict(Cause::HardwareError, 0.93, reason)))
}

/// Row 6: a watchdog reset the system. What made it hang comes first, if it is known.
fn watchdog(gap: &Gap<'_>, context: Context<'_>) -> Option<Verdict> {
    let event = gap.of(Class::Watchdog).find(|event| {
        gap.next_start.is_some_and(|start| !event.by_bmc && event.at.best >= start)
            || (gap.near_end(event, MINUTES_30) && gap.before_start(event))
    })?;
    // A reboot inside a window that leaves a watchdog running is planned, whatever the watchdog did;
    // only a log that had been silent before speaks for a hang.
    let may_be_late = context.window.is_some() || (!context.has_log && gap.restarted_warm());
    if may_be_late && !gap.fell_silent() {
        return None;
    }
    if let Some(cause) =
        gap.of(Class::StorageFault).find(|other| gap.near_end(other, MINUTES_30) && gap.before_start(other))
    {
        let reason = "storage failed, the system hung, the watchdog reset it".to_owned();
        return Some(by(gap, cause, verdict(Cause::Storage, 0.85, reason)));
    }
    if let Some(cause) =
        gap.of(Class::OutOfMemory).rfind(|other| gap.near_end(other, MINUTES_15) && gap.before_start(other))
    {
        let reason = "memory ran out, the system hung, the watchdog reset it".to_owned();
        return Some(by(gap, cause, verdict(Cause::MemoryExhaustion, 0.8, reason)));
    }
    let reason = "the system hung and the watchdog reset it".to_owned();
    let mut found = verdict(Cause::Watchdog, 0.92, reason);
    found.hung_first = true;
    Some(by(gap, event, found))
}

/// Signature of the chipset's word that heat reset the system.
const RESET_BY_HEAT: &str = "reset-reason-thermal";

/// Row 9: too hot.
fn thermal(gap: &Gap<'_>, _context: Context<'_>) -> Option<Verdict> {
    // The chipset of some processors says at the next start that heat ended the boot before.
    let told_by_next = |event: &Event| {
        event.signature == RESET_BY_HEAT && gap.next_start.is_some_and(|start| event.at.best >= start)
    };
    let trip = gap
        .of(Class::Thermal)
        .find(|event| told_by_next(event) || (gap.near_end(event, MINUTES_15) && gap.before_start(event)));
    if let Some(event) = trip {
        return Some(by(
            gap,
            event,
            verdict(Cause::Thermal, 0.95, format!("shut off for heat: {}", event.text)),
        ));
    }
    let critical = gap.of(Class::ThermalWarning).rfind(|event| {
        event.cause == Some(Cause::Thermal) && gap.near_end(event, MINUTES_10) && gap.before_start(event)
    })?;
    let reason = "a temperature passed its critical limit directly before".to_owned();
    Some(by(gap, critical, verdict(Cause::Thermal, 0.75, reason)))
}

/// The storage failed under the system, which then hung and was reset.
fn storage(gap: &Gap<'_>, _context: Context<'_>) -> Option<Verdict> {
    let fault =
        gap.of(Class::StorageFault).find(|event| gap.near_end(event, MINUTES_60) && gap.before_start(event));
    if let Some(event) = fault {
        return Some(by(
            gap,
            event,
            verdict(Cause::Storage, 0.88, format!("storage failed before the end: {}", event.text)),
        ));
    }
    let warnings = gap
        .of(Class::StorageWarning)
        .filter(|event| gap.near_end(event, MINUTES_15) && gap.before_start(event));
    let warnings: Vec<&Event> = warnings.filter(|event| !event.by_bmc).collect();
    let first = warnings.first()?;
    (warnings.len() >= 2).then(|| {
        let reason = format!("{} storage errors directly before the log ends", warnings.len());
        by(gap, first, verdict(Cause::Storage, 0.7, reason))
    })
}

/// Memory ran out.
fn memory(gap: &Gap<'_>, _context: Context<'_>) -> Option<Verdict> {
    let event = gap
        .of(Class::OutOfMemory)
        .rfind(|event| gap.near_end(event, MINUTES_15) && gap.before_start(event))?;
    let reason = "the kernel killed processes for lack of memory directly before the end".to_owned();
    Some(by(gap, event, verdict(Cause::MemoryExhaustion, 0.8, reason)))
}

/// Row 16 and the signs of a hang in the log; and row 4's hang that somebody cured by hand.
fn hang(gap: &Gap<'_>, context: Context<'_>) -> Option<Verdict> {
    if let Some(event) = open_freeze(gap) {
        let mut found =
            verdict(Cause::Hang, 0.85, "a backup froze the file systems and never thawed them".to_owned());
        found.hung_first = true;
        return Some(by(gap, event, found));
    }
    let stuck = gap.of(Class::Hang).find(|event| gap.near_end(event, MINUTES_60) && gap.before_start(event));
    if let Some(event) = stuck {
        let mut found =
            verdict(Cause::Hang, 0.88, format!("the system was stuck before it ended: {}", event.text));
        found.hung_first = true;
        return Some(by(gap, event, found));
    }
    // A person or the BMC resets what has been silent for a while: that is the cure, not the cause.
    let cure = reset_by_hand(gap)?;
    let before_cure = gap.last_seen.map(|seen| (cure.at.best - seen).num_seconds())?;
    let vague = cure.at.latest - cure.at.best > MINUTES_10;
    let silent_s = if vague { gap.silence_s().unwrap_or(before_cure) } else { before_cure };
    if context.window.is_some() || !gap.common.invites_reset(silent_s) {
        return None;
    }
    let mut found = verdict(
        Cause::Hang,
        0.8,
        format!("the log had been silent for {} when the system was reset by hand", duration(silent_s)),
    );
    found.hung_first = true;
    Some(by(gap, cure, found))
}

fn reset_by_hand<'a>(gap: &Gap<'a>) -> Option<&'a Event> {
    gap.events.iter().copied().find(|event| {
        matches!(event.class, Class::Button | Class::PowerCommand | Class::PowerOff)
            && !(gap.bmc_restarted && event.class == Class::PowerOff)
            && gap.near_end(event, MINUTES_2)
            && gap.before_start(event)
    })
}

/// A freeze without a thaw after it.
fn open_freeze<'a>(gap: &Gap<'a>) -> Option<&'a Event> {
    let freeze =
        gap.of(Class::Freeze).rfind(|event| gap.near_end(event, MINUTES_60) && gap.before_start(event))?;
    let thawed = gap.of(Class::Thaw).any(|event| event.at.best >= freeze.at.best && gap.before_start(event));
    (!thawed).then_some(freeze)
}

/// Row 4: switched or reset through the BMC or by a button, without the operating system's part.
fn commanded(gap: &Gap<'_>, context: Context<'_>) -> Option<Verdict> {
    let event = gap.events.iter().copied().find(|event| {
        matches!(event.class, Class::Button | Class::PowerCommand)
            && gap.near_end(event, MINUTES_15)
            && gap.before_start(event)
    });
    // Nothing but a command switches the power off and on without a trace of anything else.
    let switched = gap
        .of(Class::PowerOff)
        .filter(|_| !gap.bmc_restarted)
        .find(|event| gap.near_end(event, MINUTES_2) && gap.before_start(event) && is_cycle(gap, event))
        .filter(|_| !gap.bmc_knows_no_reason());
    let shell =
        gap.of(Class::Operator).rfind(|event| gap.near_end(event, MINUTES_10) && gap.before_start(event));
    let event = event.or(shell).or(switched)?;
    if let Some(what) = context.window {
        let reason = format!("reset through the BMC or by hand inside an announced window{}", named(what));
        return Some(by(gap, event, verdict(Cause::Maintenance, 0.9, reason)));
    }
    let actor = actor_of(event);
    // People reset what hangs far more often than what works. Where no log shows that the host was alive, or
    // that it was not shut down in order, a bare reset says little.
    let alive = (context.has_log && gap.common.rare_s <= 900)
        || event.class == Class::Operator
        || !actor.starts_with("somebody");
    let confidence = if alive { 0.85 } else { 0.5 };
    let mut found = verdict(
        Cause::Operator,
        confidence,
        format!("switched or reset by {actor} outside any announced window"),
    );
    found.actor = Some(actor);
    Some(by(gap, event, found))
}

/// A power cycle: said so, or an off with a start right behind it (an operator's off and on are
/// some twenty seconds apart, and firmware takes its time).
fn is_cycle(gap: &Gap<'_>, event: &Event) -> bool {
    let follows = gap.next_start.is_some_and(|start| start - event.at.best <= TimeDelta::minutes(5));
    event.text.to_lowercase().contains("cycle") || follows
}

/// Row 12: one supply lost its input and the host reset at once.
fn one_supply(gap: &Gap<'_>, _context: Context<'_>) -> Option<Verdict> {
    let end = gap.last_seen.or(gap.next_start)?;
    let event = gap
        .of(Class::SupplyLost)
        .find(|event| event.by_bmc && gap.before_start(event) && event.at.latest >= end - MINUTES_2)?;
    let reason = "a power supply lost its input and the system went down with it".to_owned();
    Some(by(gap, event, verdict(Cause::PowerLoss, 0.75, reason)))
}

/// Signs that standby power went, too: the BMC started over, the meter read nothing, the file
/// system lost writes.
fn lost_power_signs(gap: &Gap<'_>, context: Context<'_>) -> Option<Verdict> {
    if context.window.is_some() {
        return None;
    }
    let nul = gap.of(Class::Unclean).find(|event| event.signature == "nul-bytes-in-log");
    if gap.bmc_restarted {
        return Some(verdict(
            Cause::PowerLoss,
            0.85,
            "the BMC itself started over: its standby power was gone".to_owned(),
        ));
    }
    if gap.dark.is_some() {
        return Some(verdict(
            Cause::PowerLoss,
            0.7,
            "the power meter read nothing while the host was down".to_owned(),
        ));
    }
    // Any reset can lose writes. They speak for a loss of power only where no BMC could have seen
    // one and the host was away for longer than a reset takes.
    let event = nul?;
    if gap.sel_covers || !gap.fell_silent() {
        return None;
    }
    let reason = "the log has NUL bytes where the last writes were lost, and the host was away: as after a loss of power";
    Some(by(gap, event, verdict(Cause::PowerLoss, 0.6, reason.to_owned())))
}

/// No sign of anything but an announced window.
fn window_only(_gap: &Gap<'_>, context: Context<'_>) -> Option<Verdict> {
    let what = context.window?;
    let reason = format!("restarted inside an announced window{}, without a record of how", named(what));
    Some(verdict(Cause::Maintenance, 0.7, reason))
}

/// Rows 17 and 18: nothing says why.
fn silent(gap: &Gap<'_>, context: Context<'_>) -> Verdict {
    let Some(silence) = gap.silence_s() else {
        let reason = if context.has_log {
            "the log that would tell how the boot ended is missing".to_owned()
        } else {
            "the BMC shows a start and nothing before it; there is no log of the host".to_owned()
        };
        let cause =
            if gap.sel_covers || gap.shutdown_mark_missing { Cause::Unexplained } else { Cause::Unknown };
        return verdict(cause, 0.5, reason);
    };
    if !gap.log_read && !gap.shutdown_mark_missing {
        let reason = "a list says when the log of this boot ended; the log that would tell how is missing";
        return verdict(Cause::Unknown, 0.4, reason.to_owned());
    }
    if silence > (gap.common.rare_s * 4).max(72 * 3600) && !gap.shutdown_mark_missing {
        let reason = format!("no log for {} before the boot: the evidence is missing", duration(silence));
        return verdict(Cause::Unknown, 0.4, reason);
    }
    // Who hangs keeps its power.
    let went_off =
        gap.of(Class::PowerOff).find(|event| gap.near_end(event, MINUTES_2) && gap.before_start(event));
    if let Some(event) = went_off.filter(|event| event.seconds() - gap.last_seen_s() <= FROM_ALIVE_TO_OFF_S) {
        let reason = "its power went off, and nothing says what or who switched it".to_owned();
        return by(gap, event, verdict(Cause::Unexplained, 0.7, reason));
    }
    if gap.fell_silent() {
        let mut found = verdict(
            Cause::Hang,
            0.55,
            format!(
                "the log fell silent for {} before the next boot, with no other trace",
                duration(silence)
            ),
        );
        found.hung_first = true;
        return found;
    }
    let reason = "reset without a shutdown record, and nothing in any log says why".to_owned();
    verdict(Cause::Unexplained, 0.85, reason)
}

/// A duration in words.
#[must_use]
pub fn duration(seconds: i64) -> String {
    match seconds {
        i64::MIN..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Everything that bears on the verdict, sorted by time: what decided, what supports it, what
/// speaks against it, and what is missing.
#[must_use]
pub fn evidence(gap: &Gap<'_>, verdict: &Verdict) -> Vec<Evidence> {
    let mut out: Vec<Evidence> = Vec::new();
    for (index, event) in gap.events.iter().enumerate() {
        let supports = if verdict.decided_by == Some(index) {
            Supports::For
        } else {
            match (event.cause, event.class) {
                (Some(cause), _) if cause == verdict.cause => Supports::For,
                (_, Class::Graceful) if verdict.planned || verdict.cause == Cause::Operator => Supports::For,
                (_, Class::Unclean) if !verdict.planned => Supports::For,
                // How the system ended that the cause brought down.
                (_, Class::Panic) if ends_in_panic(verdict.cause) => Supports::Context,
                (
                    Some(_),
                    Class::HardwareFatal | Class::Panic | Class::Thermal | Class::PowerLost | Class::Watchdog,
                ) => Supports::Against,
                _ => Supports::Context,
            }
        };
        out.push(event.evidence(supports));
    }
    out.extend(absence(gap, verdict));
    out
}

/// Causes that a kernel may answer with a panic.
fn ends_in_panic(cause: Cause) -> bool {
    matches!(cause, Cause::HardwareError | Cause::MemoryExhaustion | Cause::Storage | Cause::Hang)
}

fn absence(gap: &Gap<'_>, verdict: &Verdict) -> Vec<Evidence> {
    let orderly = orderly_sign(gap).is_some() || gap.shutdown_mark.is_some();
    let note = |text: String| Evidence {
        source: String::new(),
        line_or_offset: 0,
        at: gap.last_seen.or(gap.next_start),
        text,
        supports: Supports::For,
    };
    let mut out = Vec::new();
    if !orderly && !verdict.planned && gap.last_seen.is_some() && gap.log_read {
        out.push(note("no shutdown record in the host's log before the next boot".to_owned()));
    }
    if gap.shutdown_mark_missing && !verdict.planned {
        out.push(note("the boot history has no shutdown record before this boot".to_owned()));
    }
    let silence = gap.silence_s().filter(|silence| *silence > 300 && !verdict.planned && gap.log_read);
    if let Some(silence) = silence {
        out.push(note(format!(
            "the log is silent for {} before the next boot (common here: up to {})",
            duration(silence),
            duration(gap.common.rare_s)
        )));
    }
    if !gap.sel_covers && !verdict.planned {
        let mut missing = note("no SEL of that time: what only a BMC sees would be missing".to_owned());
        missing.supports = Supports::Context;
        out.push(missing);
    }
    out
}
