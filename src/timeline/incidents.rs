//! Runs the decision table over every gap of a host and writes down what came out.

use chrono::{DateTime, TimeDelta, Utc};

use super::boots::{BootStart, find_starts};
use super::event::Event;
use super::factors::FactorLine;
use super::gap::Gap;
use super::history::History;
use super::moment_of::moment_of;
use super::outages;
use super::planned::{Window, open_window};
use super::verdict::{Context, Verdict, decide, duration, evidence};
use crate::knowledge::Class;
use crate::model::{Boot, Cause, Ending, Evidence, Factors, Incident, Kind, Moment, Supports};

/// What became of one host.
#[derive(Debug, Clone, Default)]
pub struct HostStory {
    pub boots: Vec<Boot>,
    pub incidents: Vec<Incident>,
    pub factors: FactorLine,
    /// The host fell silent before the fleet's end, and nothing says why.
    pub fell_silent: Option<DateTime<Utc>>,
    /// The host went down and was not seen again.
    pub did_not_come_back: Option<DateTime<Utc>>,
}

/// Silence at the end of the data that is longer than this (and than what is common) is noticed.
const SILENT_AT_END: TimeDelta = TimeDelta::days(3);
/// Resets this soon after a planned one are part of it: firmware updates reset more than once.
const SAME_WORK: TimeDelta = TimeDelta::minutes(45);

/// Reconstructs a host. `fleet_end` is the last time that the fleet's sources reach.
#[must_use]
pub fn reconstruct(
    history: &History,
    inventory: &Factors,
    windows: &[Window],
    fleet_end: DateTime<Utc>,
) -> HostStory {
    let starts = find_starts(history);
    let mut story = HostStory { factors: FactorLine::build(inventory, &starts), ..HostStory::default() };
    let Some((first, last)) = history.span() else { return story };
    let mut previous: Option<&BootStart> = None;
    for start in &starts {
        let is_first_sign = previous.is_none() && !seen_before(history, start.at);
        if !is_first_sign {
            end_boot(history, previous, Some(start), last, windows, &mut story, first);
        }
        previous = Some(start);
    }
    last_boot(history, previous, last, fleet_end, windows, &mut story, first);
    join_planned_resets(&mut story.incidents);
    story.incidents.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    story
}

/// Whether anything was seen of the host before its first start: else the data begins with it.
fn seen_before(history: &History, at: DateTime<Utc>) -> bool {
    let margin = TimeDelta::minutes(5);
    history.runs.iter().any(|run| run.from < at - margin)
        || history.marks.iter().any(|mark| mark.at < at - margin)
        || history.events.iter().any(|event| event.by_bmc && event.at.best < at - TimeDelta::hours(6))
}

#[allow(clippy::too_many_arguments, reason = "one call site; a struct would only name the arguments again")]
fn end_boot(
    history: &History,
    previous: Option<&BootStart>,
    next: Option<&BootStart>,
    end: DateTime<Utc>,
    windows: &[Window],
    story: &mut HostStory,
    first: DateTime<Utc>,
) {
    let gap = Gap::collect(history, previous, next, end);
    let near = gap.last_seen.or(gap.next_start).unwrap_or(end);
    let factors = story.factors.at(near).clone();
    let next_at = next.map_or(near, |start| start.at);
    let window = open_window(windows, &history.host, &factors, near)
        .or_else(|| open_window(windows, &history.host, &factors, next_at));
    let context =
        Context { window: window.map(|window| window.what.as_str()), has_log: !history.runs.is_empty() };
    let mut verdict = decide(&gap, context);
    let moment = moment_of(&gap, &verdict);
    let ends_badly = !verdict.planned;
    let began = previous.map_or(first, |start| start.at);
    if is_bare_restart(&gap, &verdict) {
        // Something started, and nothing shows how what was before ended.
        if !history.runs.is_empty() || !history.marks.is_empty() {
            // The host keeps logs, and this was outside them: nobody watched.
            story.boots.push(boot_of(
                history,
                story.boots.len(),
                previous,
                began,
                moment.best,
                Ending::Unknown,
            ));
            return;
        }
        if gap.restarted_warm() {
            verdict.cause = Cause::Clean;
            verdict.planned = true;
            verdict.confidence = 0.55;
            verdict.reason =
                "a warm reset, as an operating system asks for; the host keeps no log".to_owned();
        }
    }
    push_outages(history, began, moment.best, ends_badly, windows, story);
    let incident = write(history, &gap, &verdict, moment, next, previous, factors);
    story.boots.push(boot(history, story.boots.len(), previous, began, &incident, &verdict));
    story.incidents.push(incident);
}

/// Nothing decided, and no log or record of a shutdown reaches the gap.
fn is_bare_restart(gap: &Gap<'_>, verdict: &Verdict) -> bool {
    verdict.decided_by.is_none()
        && gap.last_seen.is_none()
        && !gap.shutdown_mark_missing
        && matches!(verdict.cause, Cause::Unexplained | Cause::Unknown)
}

fn push_outages(
    history: &History,
    began: DateTime<Utc>,
    ended: DateTime<Utc>,
    ends_badly: bool,
    windows: &[Window],
    story: &mut HostStory,
) {
    for outage in outages::find(history, began, ended, ends_badly) {
        let factors = story.factors.at(outage.from).clone();
        let window = open_window(windows, &history.host, &factors, outage.from);
        story.incidents.push(Incident {
            id: id_of(&history.host, outage.from),
            host: history.host.clone(),
            at: outage.from,
            at_earliest: outage.from,
            at_latest: outage.from,
            back_at: Some(outage.to),
            downtime_s: Some((outage.to - outage.from).num_seconds() as f64),
            kind: Kind::Outage,
            planned: window.is_some(),
            cause: if window.is_some() { Cause::Maintenance } else { outage.cause },
            confidence: outage.confidence,
            cluster: None,
            factors,
            evidence: outage.evidence,
            reason: outage.reason,
            signatures: outage.signatures,
            boot_started: Some(began),
            actor: None,
            inherited_from: None,
            known_causes: Vec::new(),
        });
    }
}

fn id_of(host: &str, at: DateTime<Utc>) -> String {
    format!("{host}@{}", at.format("%Y%m%dT%H%M%SZ"))
}

fn write(
    history: &History,
    gap: &Gap<'_>,
    verdict: &Verdict,
    moment: Moment,
    next: Option<&BootStart>,
    previous: Option<&BootStart>,
    factors: Factors,
) -> Incident {
    let mut all = evidence(gap, verdict);
    let decided = verdict.decided_by.and_then(|index| gap.events.get(index));
    let decided = decided.map(|event| event.evidence(Supports::For));
    let from = moment.earliest - TimeDelta::minutes(30);
    let last_lines = history.last_lines.iter();
    let last_lines: Vec<&Event> =
        last_lines.filter(|event| event.at.best >= from && event.at.best <= moment.latest).collect();
    all.extend(worth_telling(&last_lines).map(|event| event.evidence(Supports::Context)));
    sort_evidence(&mut all);
    // What decided stands first, whatever came before it.
    if let Some(place) = decided.and_then(|piece| all.iter().position(|other| *other == piece)) {
        all[..=place].rotate_right(1);
    }
    let back_at = next.map(|start| start.at);
    Incident {
        id: id_of(&history.host, moment.best),
        host: history.host.clone(),
        at: moment.best,
        at_earliest: moment.earliest,
        at_latest: moment.latest,
        back_at,
        downtime_s: back_at.map(|back| (back - moment.best).num_seconds().max(0) as f64),
        kind: if next.is_some() { Kind::Reboot } else { Kind::Shutdown },
        planned: verdict.planned,
        cause: verdict.cause,
        confidence: verdict.confidence,
        cluster: None,
        factors,
        evidence: all,
        reason: verdict.reason.clone(),
        signatures: mechanisms(gap, verdict),
        boot_started: previous.map(|start| start.at),
        actor: verdict.actor.clone(),
        inherited_from: None,
        known_causes: Vec::new(),
    }
}

/// The last lines before a boot without what every host says all day. The very last one stays: it is where the log
/// ends.
fn worth_telling<'a>(lines: &'a [&'a Event]) -> impl Iterator<Item = &'a Event> {
    let last = lines.len().saturating_sub(1);
    lines
        .iter()
        .enumerate()
        .filter(move |(place, event)| *place == last || !is_routine(&event.text))
        .map(|(_, event)| *event)
}

/// What runs by the clock, sessions that begin and end, and virtual media that a BMC takes out and puts in.
fn is_routine(text: &str) -> bool {
    let lower = text.to_lowercase();
    let by_clock =
        ["(root) cmd", "pam_unix(cron", "run-parts", "anacron", "sysstat", "logrotate", "systemd-tmpfiles"];
    let sessions = [
        "session opened for",
        "session closed for",
        "started session",
        "new session",
        "removed session",
        "user slice",
    ];
    let media = (lower.starts_with("usb ") || lower.contains(": usb ") || lower.contains("] usb "))
        && (lower.contains("usb device") || lower.contains("usb disconnect") || lower.contains("new usb"));
    media
        || by_clock.iter().chain(&sessions).any(|words| lower.contains(words))
        || lower.starts_with('(') && lower.contains(") cmd (")
}

/// Evidence kept per incident; a storm of the same line tells no more after this.
const EVIDENCE_MAX: usize = 60;

fn sort_evidence(all: &mut Vec<Evidence>) {
    all.sort_by(|a, b| {
        (a.at, &a.source, a.line_or_offset, &a.text).cmp(&(b.at, &b.source, b.line_or_offset, &b.text))
    });
    all.dedup_by(|a, b| a.source == b.source && a.line_or_offset == b.line_or_offset && a.text == b.text);
    if all.len() > EVIDENCE_MAX {
        let left = all.len() - EVIDENCE_MAX;
        // What decides is never dropped: context goes first.
        all.sort_by_key(|evidence| evidence.supports == Supports::Context);
        all.truncate(EVIDENCE_MAX);
        all.sort_by(|a, b| (a.at, &a.source, a.line_or_offset).cmp(&(b.at, &b.source, b.line_or_offset)));
        all.push(Evidence {
            source: String::new(),
            line_or_offset: 0,
            at: None,
            text: format!("{left} more lines of context are not listed here"),
            supports: Supports::Context,
        });
    }
}

/// Mechanisms that the gap shows, sorted.
fn mechanisms(gap: &Gap<'_>, verdict: &Verdict) -> Vec<String> {
    if verdict.planned {
        return Vec::new();
    }
    let mut out: Vec<String> = gap
        .events
        .iter()
        .filter(|event| is_mechanism(event))
        .filter(|event| gap.near_end(event, TimeDelta::minutes(60)))
        .map(|event| event.mechanism().to_owned())
        .collect();
    out.sort();
    out.dedup();
    out
}

fn is_mechanism(event: &Event) -> bool {
    matches!(
        event.class,
        Class::HardwareFatal
            | Class::Panic
            | Class::Oops
            | Class::Watchdog
            | Class::Thermal
            | Class::ThermalWarning
            | Class::PowerLost
            | Class::SupplyLost
            | Class::OutOfMemory
            | Class::StorageFault
            | Class::StorageWarning
            | Class::Hang
            | Class::Freeze
    )
}

fn boot(
    history: &History,
    ordinal: usize,
    previous: Option<&BootStart>,
    began: DateTime<Utc>,
    incident: &Incident,
    verdict: &Verdict,
) -> Boot {
    let ending = match verdict.cause {
        Cause::Clean | Cause::Maintenance | Cause::Operator => Ending::Orderly,
        Cause::Unknown => Ending::Unknown,
        _ => Ending::Abrupt,
    };
    boot_of(history, ordinal, previous, began, incident.at, ending)
}

fn boot_of(
    history: &History,
    ordinal: usize,
    start: Option<&BootStart>,
    began: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    ending: Ending,
) -> Boot {
    let signs = start.map(|start| start.signs.as_slice()).unwrap_or_default();
    Boot {
        host: history.host.clone(),
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        start_seen: start.is_some(),
        started: start.map_or(Moment::exact(began), |start| Moment::around(start.at, start.slack)),
        last_seen,
        ending,
        versions: start.map(|start| start.versions.clone()).unwrap_or_default(),
        evidence: signs
            .iter()
            .map(|sign| Evidence {
                source: sign.source.clone(),
                line_or_offset: sign.line_or_offset,
                at: Some(sign.at),
                text: sign.text.clone(),
                supports: Supports::For,
            })
            .collect(),
    }
}

/// The boot that the data ends with: still up, lost with a trace, or just silent.
fn last_boot(
    history: &History,
    previous: Option<&BootStart>,
    last: DateTime<Utc>,
    fleet_end: DateTime<Utc>,
    windows: &[Window],
    story: &mut HostStory,
    first: DateTime<Utc>,
) {
    let began = previous.map_or(first, |start| start.at);
    let ended = history
        .runs
        .iter()
        .map(|run| run.to)
        .chain(previous.map(|start| start.at))
        .max()
        .filter(|_| !history.runs.is_empty());
    // A host without logs is judged by its SEL alone, which is silent while all is well.
    let Some(ended) = ended else {
        push_outages(history, began, last, false, windows, story);
        story.boots.push(boot_of(history, story.boots.len(), previous, began, last, Ending::Running));
        return;
    };
    let silent = fleet_end - ended;
    let common = TimeDelta::seconds(history.silence(ended).rare_s * 4);
    let is_lost = silent > SILENT_AT_END.max(common);
    push_outages(history, began, ended, is_lost, windows, story);
    if !is_lost {
        story.boots.push(boot_of(history, story.boots.len(), previous, began, ended, Ending::Running));
        return;
    }
    let gap = Gap::collect(history, previous, None, ended);
    let factors = story.factors.at(ended).clone();
    let window = open_window(windows, &history.host, &factors, ended);
    let context = Context { window: window.map(|window| window.what.as_str()), has_log: true };
    let verdict = decide(&gap, context);
    let has_trace = verdict.decided_by.is_some() || gap.shutdown_mark.is_some();
    if !has_trace {
        story.fell_silent = Some(ended);
        story.boots.push(boot_of(history, story.boots.len(), previous, began, ended, Ending::Unknown));
        return;
    }
    let moment = moment_of(&gap, &verdict);
    let mut incident = write(history, &gap, &verdict, moment, None, previous, factors);
    incident.kind =
        if verdict.planned || verdict.cause == Cause::Operator { Kind::Shutdown } else { Kind::Outage };
    incident.reason = format!("{}; not seen again for {}", incident.reason, duration(silent.num_seconds()));
    if !verdict.planned {
        story.did_not_come_back = Some(incident.at);
    }
    story.boots.push(boot_of(history, story.boots.len(), previous, began, ended, Ending::Lost));
    story.incidents.push(incident);
}

/// Resets within minutes of planned work, without a failure of their own, belong to it.
fn join_planned_resets(incidents: &mut [Incident]) {
    incidents.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    for index in 1..incidents.len() {
        let (before, rest) = incidents.split_at_mut(index);
        let (Some(work), Some(reset)) = (before.last(), rest.first_mut()) else { continue };
        let weak = matches!(reset.cause, Cause::Unexplained | Cause::Unknown | Cause::Hang | Cause::Watchdog)
            || (reset.cause == Cause::PowerLoss && reset.confidence < 0.9);
        if work.planned && !reset.planned && weak && reset.at - work.at <= SAME_WORK {
            reset.planned = true;
            reset.cause = work.cause;
            reset.confidence = reset.confidence.min(0.8);
            reset.reason = format!(
                "a further reset {} after planned work on this host",
                duration((reset.at - work.at).num_seconds())
            );
            reset.signatures.clear();
        }
    }
}
