//! Writes small journal files as journald does: the objects of the file format, one entry after another.

#![allow(dead_code, reason = "fixtures are written with it, and not every test uses all of it")]

use std::collections::BTreeMap;

/// How the long message is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packed {
    No,
    Xz,
    Lz4,
    Zstd,
}

/// A message of more than half a KiB, which is what journald packs.
pub fn long_message() -> String {
    "backup agent: the snapshot of volume data03 took longer than its window. ".repeat(12)
}

/// `MESSAGE=` and [`long_message`], as `xz --check=none` packs it.
const LONG_XZ: &str = "fd377a585a000000ff12d9410200210116000000742fe5a3e0037300575d00269146c0d19457e4930ae543f222ccd203fad9d501f36a33a78aa013591881efca4124542ed33eae9bc44dceccd8ff735d433b7dc4c02d5db889c3f6fe014f318151d65876e23d2f11a4e185ca01f42c353ba071303c00000000016bf4060000000582b939a8000afc020000000000595a";
/// The same as `zstd -3 --no-check` packs it.
const LONG_ZSTD: &str = "28b52ffd6074029502001205121880c53a91323c91129c921d4284d2879b81b65108778376681722a35df1afd737555fa069b99d31f789213bd135001b0f0ee037abe772df55f58b5e4d7907d9928a6190e31c930401001148a60a51";

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect()
}

/// The size, then one LZ4 block: `first` literals, a match that repeats the last `period` of them, literals.
fn lz4(bytes: &[u8], first: usize, period: usize) -> Vec<u8> {
    let lengths = |out: &mut Vec<u8>, mut rest: usize| {
        while rest >= 255 {
            out.push(255);
            rest -= 255;
        }
        out.push(u8::try_from(rest).unwrap());
    };
    let tail = 12;
    let matched = bytes.len() - first - tail;
    let mut out = (bytes.len() as u64).to_le_bytes().to_vec();
    out.push(0xff);
    lengths(&mut out, first - 15);
    out.extend_from_slice(&bytes[..first]);
    out.extend_from_slice(&u16::try_from(period).unwrap().to_le_bytes());
    lengths(&mut out, matched - 4 - 15);
    out.push(u8::try_from(tail).unwrap() << 4);
    out.extend_from_slice(&bytes[bytes.len() - tail..]);
    out
}

const HEADER_BYTES: usize = 264;
const HASHES: usize = 16;

pub struct JournalWriter {
    pub bytes: Vec<u8>,
    compact: bool,
    packed: Packed,
    data: BTreeMap<Vec<u8>, usize>,
    fields: BTreeMap<Vec<u8>, usize>,
    /// Offsets of the entries so far.
    pub entries: Vec<usize>,
    objects: u64,
    times: (u64, u64),
}

/// Fields of an entry beside its message.
pub struct Entry<'a> {
    pub at_micros: u64,
    pub uptime_micros: u64,
    pub boot: u8,
    pub host: &'a str,
    pub program: &'a str,
    pub message: &'a str,
}

impl JournalWriter {
    pub fn new(compact: bool, packed: Packed) -> Self {
        let mut writer = Self {
            bytes: vec![0; HEADER_BYTES],
            compact,
            packed,
            data: BTreeMap::new(),
            fields: BTreeMap::new(),
            entries: Vec::new(),
            objects: 0,
            times: (0, 0),
        };
        writer.object(5, 0, &[0; 16 * HASHES]);
        writer.object(4, 0, &[0; 16 * HASHES]);
        writer
    }

    /// Appends an object and returns its offset.
    fn object(&mut self, kind: u8, flags: u8, body: &[u8]) -> usize {
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(&[kind, flags, 0, 0, 0, 0, 0, 0]);
        self.bytes.extend_from_slice(&(body.len() as u64 + 16).to_le_bytes());
        self.bytes.extend_from_slice(body);
        self.bytes.resize(self.bytes.len().div_ceil(8) * 8, 0);
        self.objects += 1;
        self.put(136, offset as u64);
        offset
    }

    fn put(&mut self, at: usize, value: u64) {
        self.bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }

    fn data(&mut self, field: &str) -> usize {
        if let Some(offset) = self.data.get(field.as_bytes()) {
            return *offset;
        }
        let long = format!("MESSAGE={}", long_message());
        let (flags, payload) = match self.packed {
            Packed::Xz if field == long => (1, from_hex(LONG_XZ)),
            Packed::Lz4 if field == long => {
                let period = long_message().len() / 12;
                (2, lz4(field.as_bytes(), "MESSAGE=".len() + period, period))
            }
            Packed::Zstd if field == long => (4, from_hex(LONG_ZSTD)),
            _ => (0, field.as_bytes().to_vec()),
        };
        let mut body = vec![0; if self.compact { 56 } else { 48 }];
        body.extend_from_slice(&payload);
        let offset = self.object(1, flags, &body);
        let name = field.split('=').next().unwrap().as_bytes().to_vec();
        if !self.fields.contains_key(&name) {
            let mut body = vec![0; 24];
            body.extend_from_slice(&name);
            let offset = self.object(2, 0, &body);
            self.fields.insert(name, offset);
        }
        self.data.insert(field.as_bytes().to_vec(), offset);
        offset
    }

    pub fn entry(&mut self, entry: &Entry<'_>) {
        let mut fields = vec![
            format!("MESSAGE={}", entry.message),
            format!("_HOSTNAME={}", entry.host),
            format!("SYSLOG_IDENTIFIER={}", entry.program),
            "PRIORITY=6".to_owned(),
        ];
        fields.push(format!("_TRANSPORT={}", if entry.program == "kernel" { "kernel" } else { "journal" }));
        let items: Vec<usize> = fields.iter().map(|field| self.data(field)).collect();
        let number = self.entries.len() as u64 + 1;
        let mut body = Vec::new();
        for word in [number, entry.at_micros, entry.uptime_micros] {
            body.extend_from_slice(&word.to_le_bytes());
        }
        body.extend_from_slice(&[entry.boot; 16]);
        body.extend_from_slice(&[0; 8]);
        for item in &items {
            if self.compact {
                body.extend_from_slice(&u32::try_from(*item).unwrap().to_le_bytes());
            } else {
                body.extend_from_slice(&(*item as u64).to_le_bytes());
                body.extend_from_slice(&[0; 8]);
            }
        }
        let offset = self.object(3, 0, &body);
        for item in items {
            // First entry and number of entries of the data object.
            if self.bytes[item + 40..item + 48] == [0; 8] {
                self.put(item + 40, offset as u64);
            }
            self.bytes[item + 56] += 1;
        }
        self.entries.push(offset);
        if number == 1 {
            self.times.0 = entry.at_micros;
        }
        self.times.1 = entry.at_micros;
    }

    /// Closes the file: its index of entries, its header, and `unused` bytes set aside behind.
    pub fn finish(mut self, unused: usize) -> Vec<u8> {
        let mut body = vec![0; 8];
        for offset in self.entries.clone() {
            let wide = (offset as u64).to_le_bytes();
            body.extend_from_slice(if self.compact { &wide[..4] } else { &wide[..] });
        }
        let index = self.object(6, 0, &body);
        self.bytes.extend(std::iter::repeat_n(0, unused));
        let packing = match self.packed {
            Packed::No => 0,
            Packed::Xz => 1,
            Packed::Lz4 => 2,
            Packed::Zstd => 8,
        };
        self.bytes[..8].copy_from_slice(b"LPKSHHRH");
        self.bytes[12] = packing | if self.compact { 16 } else { 0 };
        self.bytes[24..88].fill(0x42);
        self.put(88, HEADER_BYTES as u64);
        self.put(96, (self.bytes.len() - HEADER_BYTES) as u64);
        // The hash tables' items, their bytes.
        let (table, both) = (16 * HASHES as u64, HEADER_BYTES as u64 + 16);
        for (at, value) in [(120, both), (128, table), (104, both + table + 16), (112, table)] {
            self.put(at, value);
        }
        let entries = self.entries.len() as u64;
        for (at, value) in [
            (144, self.objects),
            (152, entries),
            (160, entries),
            (168, 1),
            (176, index as u64),
            (184, self.times.0),
            (192, self.times.1),
            (208, self.data.len() as u64),
            (216, self.fields.len() as u64),
            (224, 0),
            (232, 1),
        ] {
            self.put(at, value);
        }
        self.bytes
    }
}

/// Two boots of one host: ten entries, the second boot at index 6.
pub fn two_boots(compact: bool, packed: Packed) -> JournalWriter {
    let long = long_message();
    let lines: [(u64, u8, &str, &str); 10] = [
        (0, 1, "kernel", "Linux version 6.1.0-31-amd64 (debian-kernel@lists.debian.org) #1 SMP"),
        (2, 1, "kernel", "Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-31-amd64 ro quiet"),
        (9, 1, "systemd", "Reached target multi-user.target - Multi-User System."),
        (600, 1, "backupd", &long),
        (900, 1, "kernel", "nvme0n1: I/O error, dev nvme0n1, sector 812345"),
        (960, 1, "backupd", &long),
        (1200, 2, "kernel", "Linux version 6.1.0-31-amd64 (debian-kernel@lists.debian.org) #1 SMP"),
        (1202, 2, "kernel", "Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-31-amd64 ro quiet"),
        (1209, 2, "systemd", "Reached target multi-user.target - Multi-User System."),
        (1800, 2, "backupd", &long),
    ];
    let mut writer = JournalWriter::new(compact, packed);
    for (second, boot, program, message) in lines {
        let since_boot = if boot == 1 { second } else { second - 1200 };
        writer.entry(&Entry {
            at_micros: (1_740_790_000 + second) * 1_000_000 + 250_000,
            uptime_micros: since_boot * 1_000_000 + 1000,
            boot: 0xa0 + boot,
            host: "kvm21",
            program,
            message,
        });
    }
    writer
}
