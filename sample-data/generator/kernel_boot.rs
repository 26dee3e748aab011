//! What a kernel and its init system print while they start.

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::{End, T, Way};
use crate::fleet::Host;
use crate::line::Pen;
use crate::machine::Disks;

/// Writes the boot of `host`; `before` is how the previous boot ended, if that is known.
pub fn boot(pen: &mut Pen, host: &Host, before: Option<&End>, d: &mut Dice) {
    let start = pen.started;
    let flush = start + d.secs(6, 14);
    let kernel = host.kernel_name(start);
    let (bios, bios_date) = host.model.bios[host.bios_at(start)];
    let root = if host.os.xfs { "/dev/mapper/rl-root" } else { "/dev/mapper/vg0-root" };
    let extra =
        *d.pick(&["quiet", "ro quiet panic=30", "ro crashkernel=auto panic=10", "ro console=ttyS1,115200n8"]);
    let mut e = |mono: f64, severity: u8, text: String| pen.early(flush, mono, severity, text);
    e(0.0, 5, format!("Linux version {kernel} {}", host.os.built));
    e(0.0, 6, format!("Command line: BOOT_IMAGE=/boot/vmlinuz-{kernel} root={root} {extra}"));
    let (revision, date) = host.model.microcode;
    e(0.0, 6, format!("microcode: microcode updated early to revision {revision}, date = {date}"));
    e(0.0, 6, "BIOS-provided physical RAM map:".to_string());
    e(0.0, 6, "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable".to_string());
    e(0.0, 6, "NX (Execute Disable) protection: active".to_string());
    e(0.0, 6, "SMBIOS 2.8 present.".to_string());
    e(0.0, 6, format!("DMI: {}, BIOS {bios} {bios_date}", host.model.dmi));
    if host.guest() {
        let name = if host.model.name.starts_with("Hyper-V") { "Microsoft Hyper-V" } else { "KVM" };
        e(0.0, 6, format!("Hypervisor detected: {name}"));
    }
    e(0.000_019, 6, "tsc: Detected 2394.454 MHz processor".to_string());
    e(0.081_244, 6, format!("Kernel command line: BOOT_IMAGE=/boot/vmlinuz-{kernel} root={root} {extra}"));
    e(0.210_412, 6, format!("smpboot: CPU0: {} (family: 0x6, model: 0x4f, stepping: 0x1)", host.model.cpu));
    e(0.322_915, 6, "NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.".to_string());
    if d.chance(0.4) {
        e(0.402_117, 6, "thermal_sys: Registered thermal governor 'step_wise'".to_string());
        e(1.117_310, 6, "ACPI: Thermal Zone [TZ00] (27 C)".to_string());
    }
    if d.chance(0.3) {
        e(0.931_020, 6, "Kernel panic handler registered for pstore: erst".to_string());
    }
    if !host.guest() {
        e(1.402_755, 6, "ERST: Error Record Serialization Table (ERST) support is initialized.".to_string());
        e(1.931_554, 6, "EDAC MC0: Giving out device to module sb_edac controller Broadwell SrcID#0_Ha#0: DEV 0000:7f:12.0 (INTERRUPT)".to_string());
    }
    storage(host, flush, pen, d);
    recovery(host, before, flush, pen, d);
    if !host.guest() && host.gear.watchdog {
        pen.early(flush, 9.774_120, 6, "IPMI Watchdog: driver initialized");
    }
    init(host, flush, pen, d);
}

fn storage(host: &Host, flush: T, pen: &mut Pen, d: &mut Dice) {
    let fw = host.raid_fw;
    match host.model.disks {
        Disks::Megaraid => {
            pen.early(flush, 2.204_881, 6, "megaraid_sas 0000:03:00.0: FW now in Ready state");
            pen.early(flush, 2.531_020, 6, format!("megaraid_sas 0000:03:00.0: FW provided TM TaskAbort/Reset timeout	: 0 secs/0 secs, package {fw}"));
        }
        Disks::Mpt3sas => pen.early(
            flush,
            2.7,
            6,
            format!("mpt3sas_cm0: LSISAS3008: FWVersion({fw}), ChipRevision(0x02), BiosVersion(08.37.00.00)"),
        ),
        Disks::Smartarray => pen.early(
            flush,
            2.9,
            6,
            "hpsa 0000:03:00.0: scsi 0:0:0:0: added RAID HP P440ar controller SSDSmartPathCap- En- Exp=1",
        ),
        Disks::Nvme => pen.early(flush, 1.8, 6, "nvme nvme0: 32/0/0 default/read/poll queues"),
        Disks::Virtio => pen.early(
            flush,
            1.1,
            6,
            "virtio_blk virtio2: [vda] 83886080 512-byte logical blocks (42.9 GB/40.0 GiB)",
        ),
    }
    let dev = if host.model.disks == Disks::Virtio { "vda" } else { "sda" };
    if d.chance(0.5) {
        pen.early(flush, 3.011_208, 5, format!("sd 0:2:0:0: [{dev}] Attached SCSI disk"));
    }
}

/// The file system says whether it had been unmounted.
fn recovery(host: &Host, before: Option<&End>, flush: T, pen: &mut Pen, d: &mut Dice) {
    let unclean = before.is_some_and(|e| !matches!(e.way, Way::Orderly { .. }));
    if host.os.xfs {
        pen.early(flush, 4.402_110, 6, "XFS (dm-0): Mounting V5 Filesystem");
        if unclean {
            pen.early(flush, 4.521_004, 5, "XFS (dm-0): Starting recovery (logdev: internal)");
            pen.early(flush, 4.893_371, 5, "XFS (dm-0): Ending recovery (logdev: internal)");
        } else {
            pen.early(flush, 4.433_002, 6, "XFS (dm-0): Ending clean mount");
        }
        return;
    }
    if unclean {
        pen.early(flush, 4.611_009, 6, "EXT4-fs (dm-0): INFO: recovery required on readonly filesystem");
        pen.early(flush, 4.611_013, 6, "EXT4-fs (dm-0): write access will be enabled during recovery");
        if d.chance(0.5) {
            pen.early(
                flush,
                5.107_442,
                6,
                format!("EXT4-fs (dm-0): orphan cleanup on readonly fs, {} inodes deleted", d.between(1, 9)),
            );
        }
        pen.early(flush, 5.112_280, 6, "EXT4-fs (dm-0): recovery complete");
    }
    pen.early(flush, 5.140_032, 6, "EXT4-fs (dm-0): mounted filesystem with ordered data mode. Opts: (null)");
}

fn init(host: &Host, flush: T, pen: &mut Pen, d: &mut Dice) {
    let pid = d.between(600, 1400) as u32;
    let mut at = flush;
    if !host.os.systemd {
        pen.say(at, "kernel:", 0, "imklog 4.6.2, log source = /proc/kmsg started.");
        pen.say(at, "rsyslogd", 0, format!("[origin software=\"rsyslogd\" swVersion=\"4.6.2\" x-pid=\"{pid}\" x-info=\"http://www.rsyslog.com\"] (re)start"));
        at += TimeDelta::seconds(3);
        pen.say(at, "acpid", 0, "starting up");
        pen.say(at + TimeDelta::seconds(4), "init", 0, "Re-executing /sbin/init");
        return;
    }
    pen.early(flush, 5.702_231, 6, "systemd[1]: Detected architecture x86-64.");
    pen.early(flush, 5.731_920, 6, format!("systemd[1]: Set hostname to <{}>.", host.name));
    pen.say(at, "systemd", 1, "Starting Flush Journal to Persistent Storage...");
    pen.say(at, "rsyslogd", 0, format!("[origin software=\"rsyslogd\" swVersion=\"8.2102.0\" x-pid=\"{pid}\" x-info=\"https://www.rsyslog.com\"] start"));
    at += TimeDelta::seconds(1);
    pen.say(at, "systemd", 1, "Started D-Bus System Message Bus.");
    pen.say(at, "systemd-logind", pid + 14, "New seat seat0.");
    if d.chance(0.4) {
        let button = if host.guest() { "Power Button" } else { "Power Button (/dev/input/event1)" };
        pen.say(at, "systemd-logind", pid + 14, format!("Watching system buttons on {button}"));
    }
    at += TimeDelta::seconds(2);
    pen.say(at, "cron", pid + 22, "(CRON) INFO (Running @reboot jobs)");
    pen.say(at, "sshd", pid + 60, "Server listening on 0.0.0.0 port 22.");
    if host.role == "kvm" {
        pen.say(at, "systemd", 1, "Started Virtualization daemon.");
    }
    at += d.secs(1, 8);
    pen.say(at, "systemd", 1, "Reached target Multi-User System.");
    pen.say(
        at,
        "systemd",
        1,
        format!(
            "Startup finished in 5.{:03}s (kernel) + {}.204s (userspace).",
            d.between(100, 999),
            d.between(8, 30)
        ),
    );
}
