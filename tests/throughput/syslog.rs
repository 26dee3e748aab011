//! A syslog as a busy server writes it, of any size; the same bytes each time.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::{DateTime, TimeDelta};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Writes at least `bytes`; returns the number of lines.
pub fn write(path: &Path, bytes: u64) -> io::Result<u64> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut at = DateTime::from_timestamp(1_735_689_600, 0).unwrap_or_default();
    let (mut written, mut lines) = (0, 0);
    let mut up_micros: u64 = 900_000_000;
    while written < bytes {
        let pause = chance.random_range(0..3_u32);
        at += TimeDelta::seconds(i64::from(pause));
        up_micros += u64::from(pause) * 1_000_000 + chance.random_range(1..90_000_u64);
        let line = format!("{} kvm07 {}\n", at.format("%b %e %H:%M:%S"), message(&mut chance, up_micros));
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        lines += 1;
    }
    out.flush()?;
    Ok(lines)
}

/// One line in two thousand has something that a signature looks for.
fn message(chance: &mut Xoshiro256PlusPlus, up_micros: u64) -> String {
    let n = chance.random_range(1..60_000_u32);
    let a = chance.random_range(1..254_u8);
    let kernel =
        |text: String| format!("kernel: [{:5}.{:06}] {text}", up_micros / 1_000_000, up_micros % 1_000_000);
    if chance.random_range(0..2000_u32) == 0 {
        return kernel(match n % 3 {
            0 => format!("INFO: task jbd2/dm-{a}-8:{n} blocked for more than 120 seconds."),
            1 => format!("mce: [Hardware Error]: Machine check events logged {n}"),
            _ => format!("EXT4-fs (dm-{a}): recovery complete"),
        });
    }
    match chance.random_range(0..12_u32) {
        0 => format!("systemd[1]: Started Session {n} of user deploy."),
        1 => format!("systemd[1]: run-docker-runtime-{n}.mount: Succeeded."),
        2 => format!("CRON[{n}]: (root) CMD (/usr/lib/sysstat/sa1 1 {a})"),
        3 => format!(
            "sshd[{n}]: Accepted publickey for deploy from 10.1.{a}.7 port {n} ssh2: ED25519 SHA256:q{n}"
        ),
        4 => format!("sshd[{n}]: Disconnected from user deploy 10.1.{a}.7 port {n}"),
        5 => kernel(format!("docker0: port {a}(veth{n:x}) entered forwarding state")),
        6 => kernel(format!("IPv6: ADDRCONF(NETDEV_CHANGE): veth{n:x}: link becomes ready")),
        7 => kernel(format!(
            "[UFW BLOCK] IN=eno1 OUT= SRC=10.9.{a}.3 DST=10.1.0.7 LEN=60 TTL=63 ID={n} PROTO=TCP"
        )),
        8 => format!("dhclient[{n}]: DHCPACK of 10.1.{a}.9 from 10.1.0.1 (xid=0x{n:08x})"),
        9 => format!("postfix/smtpd[{n}]: connect from mail{a}.example.net[10.7.{a}.3]"),
        10 => {
            format!("nginx: 10.2.{a}.14 - - \"GET /api/v1/items/{n} HTTP/1.1\" 200 {n} \"-\" \"curl/7.88.1\"")
        }
        _ => format!(
            "containerd[{n}]: time=\"2025-03-01T02:03:04Z\" level=info msg=\"shim disconnected\" id={n:x}"
        ),
    }
}
