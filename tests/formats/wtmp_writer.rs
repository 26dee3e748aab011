//! Writes wtmp files of every layout from one history.

/// One record: type, process, line, id, user, host, and the time in microseconds of Unix time.
pub type Login = (i16, u32, &'static str, &'static str, &'static str, &'static str, i64);

const SECOND: i64 = 1_000_000;
/// 2023-12-30 05:00:00 UTC.
const BEGIN: i64 = 1_703_912_400 * SECOND;
const DAY: i64 = 86_400 * SECOND;
const HOUR: i64 = 3600 * SECOND;
const KERNEL: &str = "6.1.0-31-amd64-with-a-long-name";

/// Four boots over two years: a clean end, a crash, a clock that was set, and one that still runs.
pub const HISTORY: &[Login] = &[
    (2, 0, "~", "~~", "reboot", KERNEL, BEGIN + 123_456),
    (1, 0x35, "~", "~~", "runlevel", KERNEL, BEGIN + 20 * SECOND),
    (7, 801, "tty1", "tty1", "operator", "", BEGIN + HOUR),
    (8, 801, "tty1", "", "", "", BEGIN + 2 * HOUR),
    (1, 0, "~", "~~", "shutdown", KERNEL, BEGIN + 3 * DAY),
    (2, 0, "~", "~~", "reboot", KERNEL, BEGIN + 3 * DAY + 5 * 60 * SECOND),
    (7, 1201, "pts/0", "ts/0", "operator", "jump01.example.net", BEGIN + 4 * DAY),
    (2, 0, "~", "~~", "reboot", KERNEL, BEGIN + 90 * DAY + 7 * HOUR),
    (4, 0, "|", "~~", "date", "", BEGIN + 91 * DAY),
    (3, 0, "{", "~~", "date", "", BEGIN + 91 * DAY + 60 * SECOND),
    (1, 0, "~", "~~", "shutdown", KERNEL, BEGIN + 400 * DAY),
    (2, 0, "~", "~~", "reboot", KERNEL, BEGIN + 400 * DAY + HOUR),
    (7, 905, "pts/1", "ts/1", "operator", "jump01.example.net", BEGIN + 401 * DAY),
];

/// The history as the file of a machine: 64-bit time makes records of 400 bytes.
pub fn wtmp(history: &[Login], wide_time: bool, big_endian: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, process, line, id, user, host, micros) in history {
        let at = out.len();
        out.resize(at + if wide_time { 400 } else { 384 }, 0);
        let mut put = |offset: usize, bytes: &[u8]| {
            out[at + offset..at + offset + bytes.len()].copy_from_slice(bytes);
        };
        let kind = if big_endian { kind.to_be_bytes() } else { kind.to_le_bytes() };
        put(0, &kind);
        let word = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        put(4, &word(*process));
        for (offset, text) in [(8, line), (40, id), (44, user), (76, host)] {
            put(offset, text.as_bytes());
        }
        let (seconds, rest) = (micros.div_euclid(SECOND), micros.rem_euclid(SECOND));
        for (index, value) in [seconds, rest].into_iter().enumerate() {
            if wide_time {
                put(344 + index * 8, &if big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
            } else {
                put(340 + index * 4, &word(u32::try_from(value).unwrap()));
            }
        }
    }
    out
}
