//! What a dying kernel still gets into its log.

use chrono::TimeDelta;

use crate::dice::Dice;
use crate::end::{End, Fault, T, Way};
use crate::fleet::Host;
use crate::line::Pen;
use crate::machine::Disks;

/// Texts of panics; the SEL carries the first characters of the same text.
pub const PANICS: &[&str] = &[
    "Fatal exception",
    "Fatal exception in interrupt",
    "Attempted to kill init! exitcode=0x0000000b",
    "Attempted to kill the idle task!",
    "hung_task: blocked tasks",
    "Hard LOCKUP",
];

/// Writes what the log shows before and at an unplanned end.
pub fn say(pen: &mut Pen, host: &Host, end: &End, d: &mut Dice) {
    let at = end.at;
    let sec = |s: i64| at + TimeDelta::seconds(s);
    match &end.way {
        Way::Panic { text, in_log: true, .. } => panic(pen, at, *text, host, d),
        Way::Watchdog { lockup_logged: true } => {
            pen.kernel(
                sec(-70),
                0,
                format!(
                    "watchdog: BUG: soft lockup - CPU#{} stuck for 22s! [kworker/3:1:{}]",
                    d.between(0, 31),
                    d.between(200, 9000)
                ),
            );
            pen.kernel(sec(-40), 3, "rcu: INFO: rcu_sched self-detected stall on CPU");
            pen.kernel(sec(-2), 0, "watchdog: BUG: soft lockup - CPU#3 stuck for 67s! [kworker/3:1:448]");
        }
        Way::Machine { fault, dimm } => machine(pen, at, *fault, *dimm, host, d),
        Way::ThermalTrip { os_saw_it } => {
            for i in 0..d.between(2, 5) {
                let cpu = d.between(0, 19);
                pen.kernel(sec(-400 + i * 70), 2, format!("mce: CPU{cpu}: Package temperature above threshold, cpu clock throttled (total events = {})", 40 + i * 11));
            }
            if *os_saw_it {
                pen.kernel(
                    sec(-3),
                    1,
                    "thermal thermal_zone0: critical temperature reached (105 C), shutting down",
                );
                pen.kernel(sec(-1), 0, "reboot: HARDWARE PROTECTION shutdown (Temperature too high)");
            }
        }
        Way::OomPanic => oom(pen, at, d),
        Way::StorageFault { .. } => storage(pen, at, host, d),
        Way::Frozen { hyperv } => frozen(pen, end, *hyperv, d),
        Way::Overflow { panics } => overflow(pen, at, *panics, d),
        Way::Orderly { .. } => crate::orderly::stop(pen, host, end, d),
        _ => {}
    }
}

fn panic(pen: &mut Pen, at: T, text: usize, host: &Host, d: &mut Dice) {
    let cpu = d.between(0, 31);
    let comm = *d.pick(&["kworker/u64:2", "ksoftirqd/7", "qemu-system-x86", "java", "mysqld", "swapper/3"]);
    let kernel = host.kernel_name(at);
    match text {
        0..=3 => {
            pen.kernel(
                at,
                1,
                format!(
                    "BUG: kernel NULL pointer dereference, address: 00000000000000{:02x}",
                    d.between(8, 250)
                ),
            );
            pen.kernel(at, 1, "#PF: supervisor read access in kernel mode");
            pen.kernel(at, 4, "Oops: 0000 [#1] SMP PTI");
            pen.kernel(
                at,
                4,
                format!("CPU: {cpu} PID: {} Comm: {comm} Not tainted {kernel} #1", d.between(2, 40_000)),
            );
            pen.kernel(
                at,
                4,
                format!(
                    "Hardware name: {}, BIOS {} {}",
                    host.model.dmi,
                    host.bios_name(at),
                    host.model.bios[host.bios_at(at)].1
                ),
            );
            pen.kernel(
                at,
                4,
                format!(
                    "RIP: 0010:{}+0x{:x}/0x2a0",
                    d.pick(&["nf_nat_setup_info", "bio_endio", "skb_release_data", "ext4_es_lookup_extent"]),
                    d.between(16, 600)
                ),
            );
            pen.kernel(at, 4, "Call Trace:");
            pen.kernel(at, 4, " <IRQ>");
            pen.kernel(at, 4, " ? __netif_receive_skb_core+0x2b1/0xd30");
        }
        4 => pen.kernel(
            at,
            3,
            format!("INFO: task jbd2/dm-0-8:{} blocked for more than 120 seconds.", d.between(300, 900)),
        ),
        _ => pen.kernel(at, 0, format!("NMI watchdog: Watchdog detected hard LOCKUP on cpu {cpu}")),
    }
    pen.kernel(at, 0, format!("Kernel panic - not syncing: {}", PANICS[text]));
    if d.chance(0.5) {
        pen.kernel(at, 0, "Kernel Offset: 0x1e000000 from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)");
        pen.kernel(at, 0, format!("Rebooting in {} seconds..", d.pick(&[10, 30])));
    }
}

fn machine(pen: &mut Pen, at: T, fault: Fault, dimm: u8, host: &Host, d: &mut Dice) {
    match fault {
        Fault::McePanic => {
            pen.kernel(at, 0, format!("mce: [Hardware Error]: CPU {}: Machine Check Exception: 5 Bank {}: be00000000800400", d.between(0, 39), d.pick(&[3, 4, 5])));
            pen.kernel(at, 0, "mce: [Hardware Error]: TSC 2aa1f4a33c1 ADDR ffffffff810d3a44 MISC ffffffff810d3a44");
            pen.kernel(at, 0, format!("mce: [Hardware Error]: PROCESSOR 0:406f1 TIME {} SOCKET 0 APIC 0 microcode {}", at.timestamp(), host.model.microcode.0.trim_start_matches("0x")));
            pen.kernel(at, 0, "Kernel panic - not syncing: Fatal machine check");
        }
        Fault::MemoryUe if d.chance(0.5) => pen.kernel(at, 0, format!("EDAC MC0: 1 UE memory read error on CPU_SrcID#0_Ha#0_Chan#{}_DIMM#0 (channel:{} slot:0 page:0x3a1f4 offset:0x0 grain:32)", dimm % 4, dimm % 4)),
        Fault::PcieFatal if d.chance(0.4) => {
            pen.kernel(at, 3, "pcieport 0000:00:03.0: AER: Uncorrected (Fatal) error received: 0000:00:03.0");
            pen.kernel(at, 3, "pcieport 0000:00:03.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer, (Requester ID)");
        }
        _ => {}
    }
}

fn oom(pen: &mut Pen, at: T, d: &mut Dice) {
    for i in 0..d.between(3, 9) {
        let when = at - TimeDelta::seconds(30 * i + d.between(4, 20));
        let comm = *d.pick(&["java", "mysqld", "python3", "php-fpm", "redis-server"]);
        let pid = d.between(900, 60_000);
        pen.kernel(
            when,
            4,
            format!(
                "{comm} invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0"
            ),
        );
        pen.kernel(
            when,
            6,
            "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0-1,global_oom",
        );
        pen.kernel(
            when + TimeDelta::seconds(1),
            3,
            format!(
                "Out of memory: Killed process {pid} ({comm}) total-vm:{}kB, anon-rss:{}kB, file-rss:0kB",
                d.between(4_000_000, 60_000_000),
                d.between(2_000_000, 50_000_000)
            ),
        );
    }
    let end =
        *d.pick(&["Out of memory: compulsory panic_on_oom is enabled", "System is deadlocked on memory"]);
    pen.kernel(at, 0, format!("Kernel panic - not syncing: {end}"));
}

fn storage(pen: &mut Pen, at: T, host: &Host, d: &mut Dice) {
    let ago = |s: i64| at - TimeDelta::seconds(s);
    match host.model.disks {
        Disks::Megaraid => {
            pen.kernel(ago(190), 2, "megaraid_sas 0000:03:00.0: FW in FAULT state, Fault code:0x10000 subcode:0x0 func:megasas_wait_for_outstanding_fusion");
            pen.kernel(ago(188), 4, "megaraid_sas 0000:03:00.0: resetting fusion adapter scsi0.");
            pen.kernel(ago(60), 3, "megaraid_sas 0000:03:00.0: Adapter reset failed, killing adapter scsi0.");
        }
        Disks::Mpt3sas => {
            pen.kernel(ago(120), 3, "mpt3sas_cm0: fault_state(0x5854)!");
            pen.kernel(ago(119), 6, "mpt3sas_cm0: sending diag reset !!");
        }
        Disks::Smartarray => {
            pen.kernel(ago(100), 3, "hpsa 0000:03:00.0: controller lockup detected: 0x00130000 after 30")
        }
        _ => {
            pen.kernel(
                ago(95),
                4,
                format!("nvme nvme0: I/O {} QID {} timeout, aborting", d.between(1, 900), d.between(1, 31)),
            );
            pen.kernel(
                ago(65),
                4,
                format!(
                    "nvme nvme0: I/O {} QID {} timeout, reset controller",
                    d.between(1, 900),
                    d.between(1, 31)
                ),
            );
            pen.kernel(ago(5), 4, "nvme nvme0: Device not ready; aborting reset, CSTS=0x1");
        }
    }
    pen.kernel(ago(3), 3, "sd 0:2:0:0: rejecting I/O to offline device");
    pen.kernel(ago(2), 3, format!("blk_update_request: I/O error, dev sda, sector {} op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0", d.between(2048, 900_000_000)));
    if host.os.xfs {
        pen.kernel(at, 1, "XFS (dm-0): log I/O error -5");
        pen.kernel(at, 1, "XFS (dm-0): Filesystem has been shut down due to log error (0x2).");
    } else {
        pen.kernel(ago(1), 3, "Aborting journal on device dm-0-8.");
        pen.kernel(at, 2, "EXT4-fs (dm-0): Remounting filesystem read-only");
    }
}

/// A guest whose file systems were frozen for a backup and never thawed.
fn frozen(pen: &mut Pen, end: &End, hyperv: bool, d: &mut Dice) {
    let at = end.at;
    if hyperv {
        pen.say(at - TimeDelta::seconds(1), "Hyper-V", 0, "VSS: op=FREEZE: succeeded");
        if d.chance(0.6) {
            pen.kernel(at + TimeDelta::seconds(65), 3, "hv_utils: VSS: timeout waiting for daemon to reply");
        }
    } else {
        pen.say(
            at - TimeDelta::seconds(1),
            "qemu-ga",
            d.between(500, 900) as u32,
            "info: guest-fsfreeze called",
        );
    }
    let until = end.back_at.map_or(900, |b| (b - at).num_seconds()).min(900);
    let mut after = 240;
    while after < until {
        let task = *d.pick(&["jbd2/dm-1-8", "kworker/u8:2", "mysqld", "postgres"]);
        let when = at + TimeDelta::seconds(after);
        pen.kernel(
            when,
            3,
            format!("INFO: task {task}:{} blocked for more than 120 seconds.", d.between(200, 4000)),
        );
        pen.kernel(when, 3, "\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\" disables this message.");
        after += 121;
    }
}

fn overflow(pen: &mut Pen, at: T, panics: bool, d: &mut Dice) {
    for _ in 0..d.between(1, 4) {
        let stuck = 17_163_000_000 + d.between(80_000, 99_999);
        pen.kernel(
            at,
            0,
            format!(
                "BUG: soft lockup - CPU#{} stuck for {stuck}s! [migration/2:{}]",
                d.between(0, 15),
                d.between(10, 60)
            ),
        );
    }
    if panics {
        pen.kernel(at + TimeDelta::seconds(1), 0, "Kernel panic - not syncing: softlockup: hung tasks");
    }
}
