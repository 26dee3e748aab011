//! What an orderly end prints.

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::{Actor, End, Way};
use crate::fleet::Host;
use crate::line::Pen;

/// Writes the lines of an orderly shutdown or reboot.
pub fn stop(pen: &mut Pen, host: &Host, end: &End, d: &mut Dice) {
    let Way::Orderly { actor, poweroff, late_watchdog, .. } = end.way else { return };
    let at = end.at;
    let ago = |s: i64| at - TimeDelta::seconds(s);
    let pid = d.between(2000, 60_000) as u32;
    match actor {
        Actor::Sudo => {
            let who = format!("ops{}", d.between(1, 6));
            let addr = format!("192.0.2.{}", d.between(10, 60));
            let command = match (poweroff, d.below(3)) {
                (true, _) => "/sbin/poweroff",
                (_, 0) => "/usr/sbin/reboot",
                (_, 1) => "/sbin/shutdown -r now",
                _ => "/usr/bin/systemctl reboot",
            };
            let login = d.between(15, 240);
            pen.say(
                ago(login),
                "sshd",
                pid,
                format!(
                    "Accepted publickey for {who} from {addr} port {} ssh2: ED25519 SHA256:{}",
                    d.between(30_000, 60_000),
                    d.hex(43)
                ),
            );
            pen.say(
                ago(2),
                "sudo",
                0,
                format!("{who:>8} : TTY=pts/0 ; PWD=/home/{who} ; USER=root ; COMMAND={command}"),
            );
        }
        Actor::Automation => {
            pen.say(ago(9), "python3", pid, "ansible-ansible.builtin.reboot Invoked with msg=Reboot initiated by Ansible reboot_timeout=1200 pre_reboot_delay=0 test_command=None");
            pen.say(ago(3), "systemd-logind", 812, "Creating /run/nologin, blocking further logins...");
        }
        Actor::Unattended if host.os.xfs => {
            pen.say(ago(330), "systemd", 1, "Starting dnf automatic install updates...");
            pen.say(
                ago(310),
                "dnf-automatic",
                pid,
                format!("The following updates have been applied on '{}':", host.name),
            );
            pen.say(ago(300), "systemd-logind", 812, "Creating /run/nologin, blocking further logins...");
        }
        Actor::Unattended => {
            pen.say(ago(320), "systemd", 1, "Starting Daily apt upgrade and clean activities...");
            pen.say(ago(64), "unattended-upgrade", pid, "Found /var/run/reboot-required, rebooting");
            pen.say(ago(62), "systemd-logind", 812, "Creating /run/nologin, blocking further logins...");
        }
        Actor::Kured => {
            pen.say(ago(200), "kured", pid, "time=\"-\" level=info msg=\"Reboot required\"");
            pen.say(
                ago(190),
                "kured",
                pid,
                format!("time=\"-\" level=info msg=\"Draining node {}\"", host.name),
            );
            pen.say(ago(8), "kured", pid, format!("time=\"-\" level=info msg=\"Running command: [/usr/bin/nsenter -m/proc/1/ns/mnt /bin/systemctl reboot] for node: {}\"", host.name));
        }
        Actor::BmcSoft => pen.say(ago(1), "systemd-logind", 812, "Power key pressed short."),
    }
    if host.os.systemd {
        let how = if poweroff { "powering down" } else { "rebooting" };
        pen.say(at, "systemd-logind", 812, format!("System is {how}."));
        pen.say(at, "systemd", 1, "Stopping Session 4 of user root.");
        pen.say(at, "systemd", 1, "Stopped target Multi-User System.");
        pen.say(at + TimeDelta::seconds(2), "systemd", 1, "Stopping OpenBSD Secure Shell server...");
        pen.say(at + TimeDelta::seconds(3), "systemd", 1, "Reached target Shutdown.");
        if host.gear.watchdog && d.chance(0.4) {
            pen.kernel(at + TimeDelta::seconds(5), 2, "watchdog: watchdog0: watchdog did not stop!");
        }
        if late_watchdog {
            pen.kernel(
                at + TimeDelta::seconds(5),
                2,
                "IPMI Watchdog: Unexpected close, not stopping watchdog!",
            );
        }
    } else {
        pen.say(
            at,
            "shutdown",
            pid,
            format!("shutting down for system {}", if poweroff { "halt" } else { "reboot" }),
        );
        pen.say(at + TimeDelta::seconds(1), "init", 0, "Switching to runlevel: 6");
    }
    let last = at + TimeDelta::seconds(6);
    pen.say(last, "rsyslogd", 0, "[origin software=\"rsyslogd\" swVersion=\"8.2102.0\" x-pid=\"934\" x-info=\"https://www.rsyslog.com\"] exiting on signal 15.");
    if host.os.systemd && d.chance(0.35) {
        let verb = if poweroff { "Powering off." } else { "Rebooting." };
        pen.say(last, "systemd-shutdown", 1, "Syncing filesystems and block devices.");
        pen.say(last, "systemd-shutdown", 1, verb);
        pen.kernel(last, 5, if poweroff { "reboot: Power down" } else { "reboot: Restarting system" });
    }
}
