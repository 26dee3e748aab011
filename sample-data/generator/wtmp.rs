//! Binary `wtmp`: 384-byte records of x86-64 Linux.

use crate::dice::Dice;
use crate::end::{T, Way};
use crate::fleet::{Fleet, Host};
use crate::host_log::boots;

const RUN_LEVEL: i16 = 1;
const BOOT_TIME: i16 = 2;
const USER: i16 = 7;
const DEAD: i16 = 8;

/// The file of one host.
pub fn file(fleet: &Fleet, host: &Host, dice: &Dice) -> Vec<u8> {
    let mut d = dice.fork(&format!("wtmp {}", host.name));
    let mut out: Vec<(T, Vec<u8>)> = Vec::new();
    for boot in boots(fleet, host) {
        if boot.start < fleet.from {
            continue;
        }
        let kernel = host.kernel_name(boot.start);
        record(&mut out, BOOT_TIME, 0, "~", "~~", "reboot", kernel, boot.start + d.secs(4, 9));
        record(&mut out, RUN_LEVEL, 53, "~", "~~", "runlevel", kernel, boot.start + d.secs(15, 25));
        let stop = boot.end.map_or(host.to, |e| e.at);
        for _ in 0..d.between(0, 3) {
            let at = boot.start + d.secs(60, (stop - boot.start).num_seconds().max(120));
            let out_at = at + d.secs(60, 7000);
            let pid = d.between(1000, 60_000) as i32;
            record(&mut out, USER, pid, "pts/0", "ts/0", "ops1", "192.0.2.17", at);
            if out_at < stop {
                record(&mut out, DEAD, pid, "pts/0", "", "", "", out_at);
            }
        }
        if let Some(end) = boot.end
            && matches!(end.way, Way::Orderly { .. })
        {
            record(&mut out, RUN_LEVEL, 0, "~", "~~", "shutdown", kernel, end.at + d.secs(2, 6));
        }
    }
    out.sort_by_key(|(at, _)| *at);
    out.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

#[expect(clippy::too_many_arguments, reason = "one argument per field of the record")]
fn record(
    list: &mut Vec<(T, Vec<u8>)>,
    kind: i16,
    pid: i32,
    line: &str,
    id: &str,
    user: &str,
    host: &str,
    at: T,
) {
    let mut out = Vec::with_capacity(384);
    let text = |out: &mut Vec<u8>, value: &str, width: usize| {
        let mut field = value.as_bytes()[..value.len().min(width)].to_vec();
        field.resize(width, 0);
        out.extend(field);
    };
    out.extend(kind.to_le_bytes());
    out.extend([0, 0]);
    out.extend(pid.to_le_bytes());
    text(&mut out, line, 32);
    text(&mut out, id, 4);
    text(&mut out, user, 32);
    text(&mut out, host, 256);
    out.extend([0; 8]);
    out.extend((at.timestamp() as i32).to_le_bytes());
    out.extend(((at.timestamp_micros() % 1_000_000) as i32).to_le_bytes());
    out.resize(384, 0);
    list.push((at, out));
}
