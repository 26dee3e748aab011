//! Writes a fleet into a folder, in one of the layouts people have.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::dice::Dice;
use crate::end::T;
use crate::fleet::{Fleet, Host, Layout, LogForm};
use crate::log_files::{self, LogFile};
use crate::{host_log, jobs, power, sel_files, sel_story, tables, truth, wtmp};

/// Writes everything an administrator would have, and `truth.toml` beside it, which no program is meant to read.
/// `step_min` is the interval of the power readings.
pub fn write(fleet: &Fleet, out: &Path, step_min: i64, compress_all: bool) -> std::io::Result<()> {
    let dice = Dice::new(fleet.seed).fork("disk");
    fs::create_dir_all(out)?;
    let mut marks: Vec<Vec<T>> = vec![Vec::new(); fleet.hosts.len()];
    let save = |path: &str, bytes: &[u8]| -> std::io::Result<()> {
        let path = out.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)
    };
    let (name, text) = tables::inventory(fleet, &dice);
    save(name, text.as_bytes())?;
    if let Some(text) = tables::maintenance(fleet, &dice) {
        save("maintenance.csv", text.as_bytes())?;
    }
    if let Some(text) = tables::settings(fleet) {
        save("coroner.toml", text.as_bytes())?;
    }
    if let Some(text) = jobs::table(fleet, &dice) {
        save("backups.csv", text.as_bytes())?;
    }
    if fleet.layout == Layout::List {
        for end in &fleet.ends {
            marks[end.host].push(end.at);
        }
        save("incidents.csv", tables::incidents(fleet, &dice).as_bytes())?;
        return truth::write(out, fleet, &marks);
    }
    if let Some(text) = power::table(fleet, &dice, step_min) {
        save("power/power.csv", text.as_bytes())?;
    }
    let extra = host_log::admin_lines(fleet, &dice);
    let mut central = Vec::new();
    let form = if dice.fork("central").chance(0.7) { LogForm::Rfc3164 } else { LogForm::Rfc3339 };
    for host in &fleet.hosts {
        if let Some(style) = host.gear.sel {
            let entries = sel_story::entries(fleet, host, &dice);
            // A wrong clock with nothing to hold it against dates nothing.
            let anchored = host.gear.wtmp || host.gear.log.is_some();
            let right = |t: T| (i64::from(host.gear.clock.stamp(t)) - t.timestamp()).abs() < 600;
            marks[host.ix].extend(entries.iter().map(|e| e.at).filter(|t| anchored || right(*t)));
            let (name, bytes) = sel_files::file(host, &entries, style);
            save(&place(fleet.layout, host, "sel", name), &bytes)?;
        }
        if host.gear.wtmp {
            marks[host.ix].extend(fleet.ends_of(host.ix).filter_map(|e| e.back_at));
            save(&place(fleet.layout, host, "wtmp", "wtmp"), &wtmp::file(fleet, host, &dice))?;
        }
        if host.gear.log.is_none() {
            continue;
        }
        let mut lines = host_log::lines(fleet, host, &dice);
        admin(&mut lines, host, &extra);
        let dmesg = matches!(host.gear.log, Some(LogForm::Dmesg | LogForm::DmesgT));
        let last = lines.last().map_or(0, |l| l.boot);
        marks[host.ix].extend(lines.iter().filter(|l| !dmesg || l.boot == last).map(|l| l.at));
        if host.gear.central {
            for line in &lines {
                let mut bytes = Vec::new();
                log_files::render(&mut bytes, line, &host.log_name(), form, host.gear.log_mono, fleet.zone);
                central.push((log_files::arrival(line), String::from_utf8_lossy(&bytes).into_owned()));
            }
            continue;
        }
        for file in log_files::files(host, &lines, host.os.main_log, fleet.zone) {
            let at = place(fleet.layout, host, "kern", &file.name);
            let gz = file.gz || (compress_all && !file.name.starts_with("dmesg"));
            save_log(&save, &at, &file, gz)?;
        }
    }
    for file in log_files::central(central, fleet.zone) {
        save_log(&save, &format!("central/{}", file.name), &file, file.gz || compress_all)?;
    }
    truth::write(out, fleet, &marks)
}

/// The lines of people who worked from this host go where they belong in time.
fn admin(lines: &mut Vec<crate::line::Line>, host: &Host, extra: &[(usize, T, String)]) {
    for (ix, at, text) in extra.iter().filter(|(ix, ..)| *ix == host.ix) {
        let spot = lines.partition_point(|l| l.at <= *at);
        let boot = spot.checked_sub(1).map_or(0, |i| lines[i].boot);
        debug_assert_eq!(*ix, host.ix);
        lines.insert(
            spot,
            crate::line::Line {
                at: *at,
                ident: "sudo".to_string(),
                pid: None,
                text: text.clone(),
                severity: 5,
                mono: None,
                boot,
                torn: false,
            },
        );
    }
}

fn save_log(
    save: &dyn Fn(&str, &[u8]) -> std::io::Result<()>,
    at: &str,
    file: &LogFile,
    gz: bool,
) -> std::io::Result<()> {
    if !gz {
        return save(at, &file.bytes);
    }
    // No name and no time in the header: the same lines give the same bytes.
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::new(6));
    encoder.write_all(&file.bytes)?;
    save(&format!("{at}.gz"), &encoder.finish()?)
}

/// Where a file of a host goes.
fn place(layout: Layout, host: &Host, kind: &str, name: &str) -> String {
    if layout == Layout::Folders {
        return format!("hosts/{}/{name}", host.name);
    }
    // `kern.log.2` of kvm07 becomes `kern/kvm07.log.2`, `auth.log` becomes `auth/kvm07.log`.
    let stem: String = name.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = name[stem.len()..].trim_start_matches(".log");
    match (kind, stem.as_str()) {
        ("wtmp", _) => format!("wtmp/{}.wtmp", host.name),
        ("sel", _) | (_, "journal" | "dmesg") => format!("{kind}/{}{rest}", host.name),
        (_, "kern") => format!("kern/{}.log{rest}", host.name),
        (_, stem) => format!("{stem}/{}.log{rest}", host.name),
    }
}
