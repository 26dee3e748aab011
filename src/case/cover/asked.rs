//! What the vendor is asked, in the order in which answers help.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::bundle::Bundle;
use crate::case::{Scope, words};
use crate::model::{Cause, Factors, Family, Report};

use super::machines::values;

/// Models, versions and signatures that one question names.
const NAMED_MAX: usize = 4;

/// The questions.
pub fn of(report: &Report, scope: &Scope<'_>, bundle: &Bundle) -> Vec<String> {
    let mut asked = vec![known_defect(report, scope)];
    asked.extend(firmware(report, scope));
    let sels = report.sources.iter().filter(|source| source.kind == "sel");
    let sels: BTreeSet<&str> = sels.map(|source| source.path.as_str()).collect();
    let mut evidence = scope.incidents.iter().flat_map(|incident| &incident.evidence);
    if evidence.any(|evidence| sels.contains(evidence.source.as_str())) {
        asked.push(format!(
            "What do your own tools read in the SEL entries at the times named here, above all in those of vendor-specific \
             types? {}",
            bundle.sels.sentence()
        ));
    }
    if asks_for_parts(scope) {
        asked.push(
            "Do these records suffice to replace parts, and which? If not: which entry, or how many of them, would?".to_owned(),
        );
    }
    asked.push(
        "What should be collected at the next incident, and what of it before the machine is switched on again or its \
         logs are cleared?"
            .to_owned(),
    );
    asked
}

fn known_defect(report: &Report, scope: &Scope<'_>) -> String {
    let named = |factor: &str, name: &str| {
        let values = values(report, scope, factor);
        (!values.is_empty()).then(|| format!("{name} {}", words::listed(&values, NAMED_MAX)))
    };
    let models = values(report, scope, "model");
    let machine =
        if models.is_empty() { "these machines".to_owned() } else { words::listed(&models, NAMED_MAX) };
    let versions: Vec<String> =
        [("bios_version", "BIOS"), ("bmc_version", "BMC firmware"), ("microcode", "microcode")]
            .into_iter()
            .filter_map(|(factor, name)| named(factor, name))
            .collect();
    let with = if versions.is_empty() {
        String::new()
    } else {
        format!(" with {}", words::listed(&versions, NAMED_MAX))
    };
    if scope.incidents.iter().all(|incident| incident.cause == Cause::PowerLoss) {
        return format!(
            "Did {machine}{with} behave as specified when the input power went (hold-up time, restart afterwards), or do the \
             records show more than that?"
        );
    }
    format!("Is a defect known for {machine}{with} that {}?", symptom(scope))
}

fn symptom(scope: &Scope<'_>) -> String {
    let all = |cause: Cause| scope.incidents.iter().all(|incident| incident.cause == cause);
    if all(Cause::Unexplained) {
        "restarts or stops the machine without an entry in the SEL or the kernel log that names a cause"
            .to_owned()
    } else if all(Cause::Watchdog) {
        "lets the watchdog expire".to_owned()
    } else {
        "shows in this way (see what was seen at each incident)".to_owned()
    }
}

/// Which release is good, where the hypothesis is about a version.
fn firmware(report: &Report, scope: &Scope<'_>) -> Option<String> {
    let hypothesis = scope.hypothesis?;
    let is_version = |factor: &str| {
        ["bios", "bmc", "firmware", "microcode", "_fw", "version"].iter().any(|part| factor.contains(part))
            && !["os_version", "kernel_version"].contains(&factor)
    };
    let term = hypothesis.terms.iter().find(|term| is_version(&term.factor))?;
    let models = values(report, scope, "model");
    let is_alike = |factors: &Factors| factors.get("model").is_some_and(|model| models.contains(model));
    let mut others: BTreeMap<&String, usize> = BTreeMap::new();
    for factors in report.host_factors.values().filter(|factors| is_alike(factors)) {
        if let Some(value) = factors.get(&term.factor).filter(|value| **value != term.value) {
            *others.entry(value).or_default() += 1;
        }
    }
    let others: Vec<String> = others.into_iter().map(|(value, hosts)| format!("{value} ({hosts})")).collect();
    let elsewhere = if others.is_empty() {
        String::new()
    } else {
        format!(" Other machines of the same model run {}.", words::listed(&others, NAMED_MAX))
    };
    Some(format!(
        "Which release after {} {} changes anything that could do this, and which do you recommend?{elsewhere}",
        plain(&term.factor),
        term.value
    ))
}

/// A factor as people call it.
fn plain(factor: &str) -> String {
    match factor {
        "bios_version" => "BIOS".to_owned(),
        "bmc_version" => "BMC firmware".to_owned(),
        "raid_fw" => "RAID firmware".to_owned(),
        other => other.replace('_', " "),
    }
}

fn asks_for_parts(scope: &Scope<'_>) -> bool {
    if scope.incidents.iter().all(|incident| incident.cause == Cause::PowerLoss) {
        return false;
    }
    let hardware = scope.incidents.iter().any(|incident| incident.cause == Cause::HardwareError);
    let one_machine = scope.hypothesis.is_some_and(|hypothesis| hypothesis.family == Family::Host);
    hardware || one_machine || (scope.hosts.len() == 1 && scope.incidents.len() > 1)
}
