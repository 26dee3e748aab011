//! What was looked for and not found, with how far one could have seen it; and what cannot be told.

use serde::Serialize;

use crate::case::companions::MAINTENANCE;
use crate::case::{Scope, words};
use crate::model::report::NamedSpan;
use crate::model::{Cause, Family, Incident, Report, Verdict};

use super::statistics;

/// Contradicted hypotheses that are told.
const CONTRADICTED_MAX: usize = 6;

/// One thing that could have been behind the incidents.
struct Check {
    what: &'static str,
    causes: &'static [Cause],
    /// Beginnings of the ids of signatures that speak of it.
    signs: &'static [&'static str],
    /// Classes of source in which it would show.
    shows_in: &'static [&'static str],
    /// What remains possible although nothing was found.
    but: &'static str,
}

const CHECKS: [Check; 8] = [
    Check {
        what: "Loss of input power",
        causes: &[Cause::PowerLoss],
        signs: &[
            "power-lost",
            "supply-input-lost",
            "ups-on-battery",
            "ups-battery-low",
            "ucs-supply-input",
            "restart-power-back",
            "bmc-power-restored",
        ],
        shows_in: &["sel"],
        but: "a dip that the supplies ride through is not logged by every model",
    },
    Check {
        what: "Failed power supply or power fault on the board",
        causes: &[],
        signs: &[
            "supply-failed",
            "supply-redundancy",
            "power-unit-failed",
            "board-power-fault",
            "openmanage-supply",
            "voltage-out",
        ],
        shows_in: &["sel"],
        but: "",
    },
    Check {
        what: "Overheating",
        causes: &[Cause::Thermal],
        signs: &[
            "thermal",
            "temperature",
            "controller-heat",
            "cpu-throttled",
            "fan-failed",
            "reset-reason-thermal",
        ],
        shows_in: &["sel"],
        but: "",
    },
    Check {
        what: "Memory error",
        causes: &[],
        signs: &["memory-correctable", "memory-uncorrectable", "memory-disabled"],
        shows_in: &["sel", "log"],
        but: "",
    },
    Check {
        what: "Processor, bus or PCIe error",
        causes: &[Cause::HardwareError],
        signs: &[
            "machine-check",
            "cpu-internal",
            "cpu-error",
            "firmware-error",
            "pcie",
            "bus-fatal",
            "processor-",
            "nmi",
            "reset-reason-hardware",
            "hpe-system-error",
            "hpe-uncorrectable",
        ],
        shows_in: &["sel", "log"],
        but: "an error that stops the processor at once may leave no record",
    },
    Check {
        what: "Kernel panic or crash",
        causes: &[Cause::KernelPanic],
        signs: &[
            "kernel-panic",
            "kernel-oops",
            "bugcheck",
            "hard-lockup",
            "panic-timeout",
            "out-of-memory-panic",
        ],
        shows_in: &["log"],
        but: "the last lines of a panic do not always reach the disk",
    },
    Check {
        what: "Watchdog reset",
        causes: &[Cause::Watchdog],
        signs: &[
            "watchdog-reset",
            "watchdog-expired",
            "nmi-hpwdt",
            "hpe-asr",
            "reset-reason-watchdog",
            "watchdog-in-boot",
        ],
        shows_in: &["sel"],
        but: "",
    },
    Check {
        what: "Command by a person, a script or the BMC",
        causes: &[Cause::Operator],
        signs: &[
            "operator-",
            "power-key",
            "button-sel",
            "bmc-power-command",
            "automation-reboot",
            "hypervisor-request",
            "reset-reason-by-hand",
            "windows-person",
        ],
        shows_in: &["log", "sel"],
        but: "",
    },
];

/// A thing that was looked for, and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    what: String,
    /// How far one could have seen it, in a few words; may be empty.
    reach: String,
    how: String,
}

/// What came of all that was looked for.
pub struct Checked {
    pub ruled_out: Vec<Finding>,
    /// What was found at some incidents, and so is not ruled out.
    pub seen: Vec<Finding>,
    pub cannot_tell: Vec<String>,
}

/// Looks for each thing at each incident of the case.
pub fn of(report: &Report, scope: &Scope<'_>) -> Checked {
    let mut checked = Checked { ruled_out: Vec::new(), seen: Vec::new(), cannot_tell: Vec::new() };
    for check in &CHECKS {
        judge(report, scope, check, &mut checked);
    }
    planned_work(report, scope, &mut checked);
    heralds(report, scope, &mut checked);
    contradicted(report, scope, &mut checked);
    unseen(report, scope, &mut checked);
    checked
}

fn judge(report: &Report, scope: &Scope<'_>, check: &Check, checked: &mut Checked) {
    let number = scope.incidents.len();
    let shows = |incident: &Incident| {
        let sign = |id: &String| check.signs.iter().any(|sign| id.starts_with(sign));
        check.causes.contains(&incident.cause) || incident.signatures.iter().any(sign)
    };
    let shown: Vec<usize> = scope
        .incidents
        .iter()
        .enumerate()
        .filter(|(_, incident)| shows(incident))
        .map(|(n, _)| n + 1)
        .collect();
    let covered =
        scope.incidents.iter().filter(|incident| is_covered(report, incident, check.shows_in)).count();
    let sources = sources(check.shows_in);
    if !shown.is_empty() {
        let numbers: Vec<String> = shown.iter().map(|n| format!("no. {n}")).collect();
        let how = format!("on record around {} of {number}: {}.", shown.len(), words::listed(&numbers, 12));
        checked.seen.push(Finding { what: check.what.to_owned(), reach: String::new(), how });
    } else if covered == 0 {
        checked.cannot_tell.push(format!(
            "{}: no {sources} that could have shown it reaches over {}.",
            check.what,
            if number == 1 { "the incident" } else { "any of the incidents" }
        ));
    } else {
        let mut how = match (number, covered) {
            (1, _) => {
                format!("no entry that speaks of it around the incident; the {sources} reaches over it")
            }
            (_, all) if all == number => {
                format!(
                    "no entry that speaks of it around any of the {number} incidents; the {sources} reaches over all of them"
                )
            }
            _ => format!(
                "no entry that speaks of it around any of the {number} incidents; the {sources} reaches over {covered} of them, and \
                 of the others nothing can be said"
            ),
        };
        if check.what == CHECKS[0].what {
            how += &metered(report, scope);
        }
        if !check.but.is_empty() {
            how += &format!(". What remains: {}", check.but);
        }
        let reach = format!("{sources}: {covered} of {number} covered");
        checked.ruled_out.push(Finding { what: check.what.to_owned(), reach, how: how + "." });
    }
}

fn sources(classes: &[&str]) -> String {
    let names: Vec<&str> = classes
        .iter()
        .map(|class| match *class {
            "sel" => "SEL",
            _ => "system log",
        })
        .collect();
    names.join(" or ")
}

/// Whether a source of one of these classes spoke of the host before the incident and after it, without a silence
/// that is longer than usual in between.
fn is_covered(report: &Report, incident: &Incident, classes: &[&str]) -> bool {
    let Some(coverage) = report.coverage.iter().find(|coverage| coverage.host == incident.host) else {
        return false;
    };
    classes.iter().filter_map(|class| coverage.of_class(class)).any(|seen| {
        seen.spans.iter().any(|(from, to)| *from <= incident.at_latest && *to >= incident.at_earliest)
    })
}

/// What the meters say of the minutes before, where there are any.
fn metered(report: &Report, scope: &Scope<'_>) -> String {
    let mut readings: Vec<f64> = Vec::new();
    let mut number = 0;
    for incident in &scope.incidents {
        let points = report.power.get(&incident.host).map(Vec::as_slice).unwrap_or_default();
        let before = |seconds: i64| (0..=1_800).contains(&seconds);
        let last = points.iter().rfind(|point| before((incident.at_earliest - point.at).num_seconds()));
        if let Some(last) = last {
            number += 1;
            readings.push(last.watts);
        }
    }
    readings.sort_by(f64::total_cmp);
    match (readings.first(), readings.last()) {
        (Some(low), Some(high)) => {
            format!(
                "; the last power reading within half an hour before was {low:.0} to {high:.0} W ({number} of them metered)"
            )
        }
        _ => String::new(),
    }
}

fn planned_work(report: &Report, scope: &Scope<'_>, checked: &mut Checked) {
    let of_case = |host: &String| scope.hosts.contains(host);
    let windows: Vec<&NamedSpan> =
        report.spans.iter().filter(|span| span.name == MAINTENANCE && of_case(&span.host)).collect();
    // A time that is not known exactly meets a window where the incident may have been in it.
    let meets = |incident: &Incident| {
        windows.iter().any(|span| {
            span.host == incident.host && span.from <= incident.at_latest && span.to >= incident.at_earliest
        })
    };
    let met = scope.incidents.iter().enumerate().filter(|(_, incident)| meets(incident));
    let met: Vec<String> = met.map(|(n, _)| format!("no. {}", n + 1)).collect();
    if !met.is_empty() {
        checked.seen.push(Finding {
            what: "Announced work".to_owned(),
            reach: String::new(),
            how: format!(
                "{} of {} fell into a window announced for the machine, or may have: {}.",
                met.len(),
                scope.incidents.len(),
                words::listed(&met, 12)
            ),
        });
    } else if !windows.is_empty() {
        checked.ruled_out.push(Finding {
            what: "Announced work".to_owned(),
            reach: String::new(),
            how: format!(
                "none of the incidents lies within the {} announced for these machines.",
                words::count(windows.len(), "window")
            ),
        });
    }
}

/// Signs that stand before incidents of the case, farther away than what was looked for above.
fn heralds(report: &Report, scope: &Scope<'_>, checked: &mut Checked) {
    let precursors = report.hypotheses.iter().filter(|other| other.family == Family::Precursor);
    for other in precursors {
        let of_case = scope.incidents.iter().enumerate().filter(|(_, it)| other.incidents.contains(&it.id));
        let numbers: Vec<String> = of_case.map(|(n, _)| format!("no. {}", n + 1)).collect();
        let Some(term) = other.terms.first().filter(|_| !numbers.is_empty()) else { continue };
        let verdict = match other.verdict {
            Verdict::Supported => "the fleet's data carry a connection",
            Verdict::Suggestive => "in the fleet's data a connection is a lead",
            Verdict::Inconclusive => "the fleet's data cannot tell whether it has to do with them",
            Verdict::Contradicted => "the fleet's data speak against a connection",
        };
        checked.seen.push(Finding {
            what: format!("{}, in the time before", term.value),
            reach: String::new(),
            how: format!("before {}; {verdict}.", words::listed(&numbers, 12)),
        });
    }
}

/// Other explanations that the comparison of the fleet speaks against.
fn contradicted(report: &Report, scope: &Scope<'_>, checked: &mut Checked) {
    let others = report.hypotheses.iter().filter(|other| {
        other.verdict == Verdict::Contradicted && scope.hypothesis.is_none_or(|own| own.id != other.id)
    });
    for other in others.take(CONTRADICTED_MAX) {
        let how = match (other.rate_ratio, other.ci95) {
            (Some(ratio), Some((low, high))) => {
                let high = high.map_or_else(|| "∞".to_owned(), words::ratio);
                format!(
                    "compared over the whole fleet, the rate is {} times that of the others (95 % interval {} to {high}).",
                    words::ratio(ratio),
                    words::ratio(low)
                )
            }
            _ => words::sentence(&other.statement),
        };
        checked.ruled_out.push(Finding {
            what: statistics::subject(other),
            reach: "compared over the fleet".to_owned(),
            how,
        });
    }
}

/// What the records cannot show at all.
fn unseen(report: &Report, scope: &Scope<'_>, checked: &mut Checked) {
    let wide = scope.incidents.iter().filter(|i| (i.at_latest - i.at_earliest).num_minutes() > 30).count();
    if wide > 0 {
        checked.cannot_tell.push(format!(
            "When exactly {} of the {} incidents happened: the sources leave more than half an hour open.",
            wide,
            scope.incidents.len()
        ));
    }
    let has_no_sel = |host: &&String| {
        let mut coverage = report.coverage.iter();
        coverage
            .find(|coverage| coverage.host == **host)
            .is_none_or(|coverage| coverage.of_class("sel").is_none())
    };
    let without: Vec<String> = scope.hosts.iter().filter(has_no_sel).cloned().collect();
    if !without.is_empty() {
        checked.cannot_tell.push(format!(
            "What only the BMC sees of {}: there is no SEL of {}.",
            words::listed(&without, 8),
            if without.len() == 1 { "it" } else { "them" }
        ));
    }
    if scope.incidents.iter().any(|incident| incident.cause == Cause::Unexplained) {
        checked.cannot_tell.push(
            "What stopped the hosts without a cause on record: a reset by hardware, firmware or the power path leaves the same \
             trace in the system log, namely none."
                .to_owned(),
        );
    }
}
