//! `truth.toml`: what really happened, for the scorer and for people.

use std::path::Path;

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use crate::end::{End, T, Way};
use crate::fleet::{Fleet, Host, Layout};

/// Name of the file.
pub const FILE_NAME: &str = "truth.toml";

/// Writes the truth of a fleet into its folder. What is not known is left out, as TOML has no null.
pub fn write(folder: &Path, fleet: &Fleet, marks: &[Vec<T>]) -> std::io::Result<()> {
    let text = toml::to_string(&without_nulls(truth(fleet, marks))).map_err(std::io::Error::other)?;
    std::fs::write(folder.join(FILE_NAME), text)
}

/// Reads the truth of a fleet.
pub fn read(path: &Path) -> Result<Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

fn show(t: T) -> String {
    t.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The truth of a fleet.
///
/// `marks` holds, for each host, the times of everything that stands in its files: an end that has none of them
/// near it cannot be dated from these files, and is not `pinned`.
pub fn truth(fleet: &Fleet, marks: &[Vec<T>]) -> Value {
    let near = |e: &End| {
        let edge = TimeDelta::minutes(13);
        let marks = marks.get(e.host).map_or(&[][..], Vec::as_slice);
        marks.iter().any(|m| *m > e.at - edge && *m < e.at + edge)
    };
    let ends: Vec<Value> = fleet.ends.iter().map(|e| end(fleet, e, near(e))).collect();
    let planted = fleet.plant.as_ref().map(|p| {
        let terms = |set: &[(String, String)]| -> Vec<Value> {
            set.iter().map(|(f, v)| json!({ "factor": f, "value": v })).collect()
        };
        json!({
            "family": p.family,
            "terms": terms(&p.terms),
            "share_of_host_time": (p.share * 1000.0).round() / 1000.0,
            "accept": p.accept.iter().map(|set| terms(set)).collect::<Vec<_>>(),
        })
    });
    json!({
        "kind": fleet.kind.word(),
        "seed": fleet.seed,
        "window": { "from": show(fleet.from), "to": show(fleet.to) },
        "timezone": fleet.zone.name(),
        "hosts": fleet.hosts.iter().map(|h| h.name.as_str()).collect::<Vec<_>>(),
        "planted": planted,
        "ends": ends,
        "lies": lies(fleet),
    })
}

fn end(fleet: &Fleet, e: &End, pinned: bool) -> Value {
    let host = &fleet.hosts[e.host];
    json!({
        "host": host.name,
        "at": show(e.at),
        "back_at": e.back_at.map(show),
        "planned": e.planned,
        "cause": e.cause.word(),
        "kind": e.kind(),
        "way": way(&e.way),
        "planted": e.planted,
        "cluster": e.cluster,
        "with_host": e.inherited,
        "pinned": pinned,
        "seen_by": seen_by(fleet, host, e),
        "bios": host.bios_name(e.at),
        "kernel": host.kernel_name(e.at),
        "model": host.model.name,
    })
}

fn way(way: &Way) -> String {
    format!("{way:?}").to_lowercase()
}

/// The sources that have a trace of the end.
fn seen_by(fleet: &Fleet, host: &Host, e: &End) -> Vec<String> {
    let gear = &host.gear;
    let mut list = Vec::new();
    if fleet.layout == Layout::List {
        return if e.planned { list } else { vec!["list".to_string()] };
    }
    if let Some(sel) = gear.sel {
        let kept = gear.sel_cleared.is_none_or(|c| e.at > c);
        if kept {
            list.push(format!("sel:{:?}", sel.form).to_lowercase());
        }
        if gear.sel_keep.is_some() {
            list.push("sel-wrapped".to_string());
        }
    }
    if let Some(log) = gear.log
        && e.at >= gear.log_from
        && e.at <= gear.log_to
    {
        use crate::fleet::LogForm;
        let last_boot_only = matches!(log, LogForm::Dmesg | LogForm::DmesgT);
        let last = fleet.ends_of(host.ix).last().is_some_and(|x| x.at == e.at);
        if gear.central {
            list.push("log:central".to_string());
        } else if !last_boot_only || last {
            list.push(format!("log:{log:?}").to_lowercase());
        }
    }
    if gear.wtmp && e.back_at.is_some() {
        list.push("wtmp".to_string());
    }
    if fleet.power && gear.metered {
        list.push("power".to_string());
    }
    list
}

/// What the files of this fleet get wrong.
fn lies(fleet: &Fleet) -> Vec<String> {
    let mut list = Vec::new();
    for host in &fleet.hosts {
        let gear = &host.gear;
        let name = &host.name;
        if gear.sel.is_some() && !gear.clock.fault().is_empty() {
            list.push(format!("{name}: the clock of the controller: {}", gear.clock.fault()));
        }
        if let Some(keep) = gear.sel_keep {
            list.push(format!("{name}: only the last {keep} SEL records survive"));
        }
        if let Some(at) = gear.sel_cleared {
            list.push(format!("{name}: SEL cleared at {}", show(at)));
        }
        if gear.sel.is_none() && !host.guest() {
            list.push(format!("{name}: no SEL"));
        }
        if gear.log.is_none() {
            list.push(format!("{name}: no log"));
        }
        if gear.log.is_some() && gear.log_from > fleet.from {
            list.push(format!("{name}: no log before {}", show(gear.log_from)));
        }
        if gear.log.is_some() && gear.log_to < fleet.to {
            list.push(format!("{name}: no log after {}", show(gear.log_to)));
        }
        if gear.sel_quiet_boot && gear.sel.is_some() {
            list.push(format!("{name}: the controller logs no boots"));
        }
    }
    list
}
