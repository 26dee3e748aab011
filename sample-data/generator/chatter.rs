//! The background of a healthy host, so that silence can be seen; among it harmless lines with alarming words.

use chrono::{TimeDelta, Timelike};

use crate::dice::Dice;
use crate::end::T;
use crate::fleet::Host;
use crate::line::Pen;

/// Writes background from `from` to `to`.
pub fn fill(pen: &mut Pen, host: &Host, from: T, to: T, density: f64, d: &mut Dice) {
    let step = TimeDelta::seconds(((host.gear.cadence_min * 60) as f64 / density) as i64);
    // Cron fires on the minute: start at the next multiple of the step.
    let grid = step.num_seconds().max(60);
    let mut at = from + TimeDelta::seconds(grid - from.timestamp().rem_euclid(grid));
    if from >= to {
        return;
    }
    let hello = d.between(1000, 30_000) as u32;
    let mut count = 0_u32;
    while at < to {
        let moment = at + d.secs(0, 2);
        if moment < to {
            count += 1;
            cron(pen, host, moment, hello.wrapping_add(count * 7) % 64_000 + 300, d);
            if d.chance(0.08) {
                other(pen, host, moment + d.secs(1, 50), to, d);
            }
            if d.chance(0.006) {
                decoy(pen, host, moment + d.secs(1, 50), to, d);
            }
        }
        at += step;
    }
}

fn cron(pen: &mut Pen, host: &Host, at: T, pid: u32, d: &mut Dice) {
    let ident = if host.os.xfs || !host.os.systemd { "CROND" } else { "CRON" };
    let text = match at.minute() / 10 {
        0 => "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
        _ if d.chance(0.02) => "(root) CMD (/usr/local/sbin/reboot-check --dry-run)",
        _ => "(root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)",
    };
    pen.say(at, ident, pid, text);
}

fn other(pen: &mut Pen, host: &Host, at: T, to: T, d: &mut Dice) {
    if at >= to {
        return;
    }
    let pid = d.between(400, 60_000) as u32;
    match d.below(7) {
        0 => pen.say(at, "sshd", pid, format!("Connection closed by 192.0.2.{} port {} [preauth]", d.between(10, 250), d.between(30_000, 60_000))),
        1 => pen.say(at, "systemd", 1, "Starting Cleanup of Temporary Directories..."),
        2 => pen.say(at, "ntpd", 733, format!("synchronized to 192.0.2.{}, stratum 2", d.between(1, 9))),
        3 => pen.kernel(at, 6, format!("IPv4: martian source 255.255.255.255 from 192.0.2.{}, on dev eno1", d.between(10, 250))),
        4 => pen.say(at, "smartd", 690, "Device: /dev/bus/0 [megaraid_disk_02] [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from 73 to 72"),
        5 => pen.say(at, "systemd", 1, "Started Session 117 of user root."),
        _ if host.guest() => pen.say(at, "chronyd", 560, "Selected source 192.0.2.1"),
        _ => pen.kernel(at, 6, "perf: interrupt took too long (2511 > 2500), lowering kernel.perf_event_max_sample_rate to 79500"),
    }
}

/// Words of doom in harmless lines.
fn decoy(pen: &mut Pen, host: &Host, at: T, to: T, d: &mut Dice) {
    if at >= to {
        return;
    }
    let pid = d.between(400, 60_000) as u32;
    match d.below(14) {
        0 => pen.say(at, "systemd", 1, "Restarting system message bus configuration reload."),
        1 => pen.kernel(at, 6, "watchdog: NMI watchdog enabled, samples every 10 s"),
        2 => pen.say(at, "apt", pid, "panic-free is already the newest version (1.2-1)."),
        3 => pen.say(at, "sshd", pid, format!("Failed password for invalid user reboot from 192.0.2.{} port {} ssh2", d.between(60, 250), d.between(30_000, 60_000))),
        4 => pen.say(at, "audit", pid, "SYSCALL arch=c000003e syscall=59 success=yes exit=0 comm=\"reboot-notifier\" exe=\"/usr/bin/dash\""),
        5 => pen.say(at, "syslogd", 0, "1.4.1: restart."),
        6 => pen.kernel(at, 6, "thermal thermal_zone0: registered"),
        7 => pen.say(at, "CRON", pid, "(root) CMD (/usr/local/bin/check-shutdown-log > /dev/null)"),
        8 => pen.say(at, "rsyslogd", 0, "[origin software=\"rsyslogd\" swVersion=\"8.2102.0\" x-pid=\"934\" x-info=\"https://www.rsyslog.com\"] rsyslogd was HUPed"),
        9 => pen.say(at, "backup-agent", pid, "snapshot freeze and thaw test passed, no timeout"),
        10 => pen.say(at, "puppet-agent", pid, "(/Stage[main]/Kdump/Service[kdump]) kernel panic settings unchanged"),
        11 if !host.guest() => pen.kernel(at, 4, "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0 (channel:1 slot:0 page:0x12c9a offset:0x0 grain:32 syndrome:0x0)"),
        12 => pen.say(at, "systemd", 1, "Condition check resulted in Process error reports when automatic reporting is enabled (file watch) being skipped."),
        _ => pen.say(at, "grafana-agent", pid, "level=info msg=\"alert resolved\" alertname=HostOutOfMemory status=resolved"),
    }
}
