//! The made-up fleet with what stands around its incidents, blown up, and with worse text.

use chrono::TimeDelta;
use coroner::model::{Cause, Evidence, Happening, Incident, Moment, Report, Supports, Surroundings};

use crate::fleet::{ESCAPES, HOSTILE, REVERSED, SCRIPT, factors_of, fleet, incident};

/// The fleet; each unplanned incident has a dozen happenings around it, one of them its first piece of evidence.
pub fn surrounded() -> Report {
    let mut report = fleet();
    report.surroundings = around(&report);
    report
}

/// Five thousand unplanned incidents over the year.
pub fn many() -> Report {
    let mut report = fleet();
    let planned: Vec<Incident> = report.incidents.drain(..).filter(|incident| incident.planned).collect();
    for n in 0..5_000 {
        let when = (report.from + TimeDelta::minutes(104 * n as i64)).to_rfc3339();
        let host = report.hosts[n % 41].clone();
        let cause = [Cause::Unexplained, Cause::Watchdog, Cause::KernelPanic, Cause::HardwareError][n % 4];
        let mut incident = incident(n, &host, &when, cause, false);
        incident.id = format!("{host}@{n}");
        incident.factors = factors_of(n % 41).into();
        report.incidents.push(incident);
    }
    report.incidents.extend(planned);
    for hypothesis in &mut report.hypotheses {
        hypothesis.incidents.clear();
    }
    report.surroundings = around(&report);
    report
}

/// Hostile text in what `fleet` has none in, and a line of a megabyte.
pub fn hostile() -> Report {
    let mut report = surrounded();
    let nasty =
        [SCRIPT.to_owned(), HOSTILE.to_owned(), ESCAPES.to_owned(), REVERSED.to_owned(), "A".repeat(1 << 20)];
    for (n, text) in nasty.iter().enumerate() {
        let incident = &mut report.incidents[n];
        incident.reason.clone_from(text);
        incident.cluster = Some(text.chars().take(200).collect());
        incident.signatures = vec![text.chars().take(200).collect()];
        incident.actor = Some(text.chars().take(200).collect());
        incident.factors =
            [(SCRIPT.to_owned(), text.chars().take(200).collect()), ("role".to_owned(), HOSTILE.to_owned())]
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>()
                .into();
        for happening in &mut report.surroundings[n].happenings {
            happening.evidence.text.clone_from(text);
            happening.evidence.source = text.chars().take(200).collect();
            happening.what = text.chars().take(200).collect();
        }
        report.incidents[n].evidence[0].text.clone_from(text);
    }
    report.hypotheses[0].next_step = format!("{HOSTILE} {ESCAPES}");
    report
}

fn around(report: &Report) -> Vec<Surroundings> {
    report.incidents.iter().filter(|incident| !incident.planned).map(around_one).collect()
}

fn around_one(incident: &Incident) -> Surroundings {
    let first = &incident.evidence[0];
    let rows = [
        (-20, "memory-correctable", "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0"),
        (-12, "job-start", "backup starts"),
        (-9, "hung-task", "INFO: task jbd2/sda1-8:214 blocked for more than 120 seconds."),
        (-3, "fan-low", "Fan 3 | Lower Critical going low"),
        (-1, "supply-input-lost", "Power Supply AC lost (asserted)"),
        (0, "incident", "the log stops in the middle of normal work"),
        (2, "supply-input-back", "Power Supply AC lost (deasserted)"),
        (3, "sel-boot-started", "OS Boot: C: boot completed (asserted)"),
        (4, "kernel-start", "Linux version 5.10.0-28-amd64 (debian-kernel@lists.debian.org)"),
        (4, "factor-change", "kernel: 5.10.0-27-amd64 → 5.10.0-28-amd64"),
    ];
    let mut happenings: Vec<Happening> = rows
        .into_iter()
        .enumerate()
        .map(|(place, (minutes, what, text))| {
            let at = incident.at + TimeDelta::minutes(minutes);
            let source =
                if what.contains("incident") || what.contains("job") { "" } else { "hosts/kvm/syslog.gz" };
            Happening {
                at: if place % 3 == 0 {
                    Moment::around(at, TimeDelta::seconds(90))
                } else {
                    Moment::exact(at)
                },
                what: what.to_owned(),
                evidence: Evidence {
                    source: source.to_owned(),
                    line_or_offset: place as u64,
                    at: Some(at),
                    text: text.to_owned(),
                    supports: Supports::Context,
                },
            }
        })
        .collect();
    happenings.push(Happening {
        at: Moment::exact(incident.at),
        what: "kernel-start".to_owned(),
        evidence: first.clone(),
    });
    happenings.sort_by_key(|happening| happening.at);
    Surroundings { incident: incident.id.clone(), happenings, left_out: 3 }
}
