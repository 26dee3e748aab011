//! 300 identifiers, and lines that have them in every form that logs use.

#![allow(dead_code, reason = "every test uses a part of this only")]

use coroner::redaction::Identifiers;

pub const HOSTS: usize = 80;
pub const USERS: usize = 60;
pub const FOURS: usize = 50;
pub const SIXES: usize = 40;
pub const MACS: usize = 30;
pub const SERIALS: usize = 30;
pub const KEYWORDS: usize = 10;

/// What is planted: 300 of all kinds.
pub struct Planted {
    pub hosts: Vec<(String, String)>,
    pub users: Vec<String>,
    pub fours: Vec<[u8; 4]>,
    pub sixes: Vec<[u16; 8]>,
    pub macs: Vec<[u8; 6]>,
    pub serials: Vec<String>,
    pub keywords: Vec<String>,
}

/// Numbers that look like chance and are the same each time.
fn number(of: usize, salt: u64) -> u64 {
    let mut x =
        (of as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 29;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 32
}

/// The same each time.
pub fn planted() -> Planted {
    let stems = ["kvm", "web", "pgsql-", "srv", "hv", "esx-a", "mailgate", "nas"];
    let sites = ["dc1.blauwal.example", "muc.blauwal.example", "kranich-it.de"];
    let host = |n: usize| {
        let short = format!("{}{:02}", stems[n % stems.len()], n + 10);
        let full = format!("{short}.{}", sites[n % sites.len()]);
        (short, full)
    };
    let first = [
        "anna", "bert", "carla", "dirk", "edith", "friedel", "gerda", "hugo", "ines", "jonas", "käthe",
        "luise",
    ];
    let last = ["", ".schmitt", "_adm", ".von.berg", "2"];
    Planted {
        hosts: (0..HOSTS).map(host).collect(),
        users: (0..USERS).map(|n| format!("{}{}", first[n % 12], last[n / 12])).collect(),
        fours: (0..FOURS)
            .map(|n| {
                let [a, b, c, ..] = number(n, 1).to_le_bytes();
                match n % 4 {
                    0 => [10, a % 3, b, c | 2],
                    1 => [192, 168, a % 6, c | 2],
                    2 => [172, 16 + a % 16, b, c | 2],
                    _ => [203, 0, 113, n as u8 + 2],
                }
            })
            .collect(),
        sixes: (0..SIXES)
            .map(|n| {
                let x = number(n, 2);
                let group = |shift: u32| (x >> shift & 0xffff) as u16;
                match n % 3 {
                    0 => [0x2001, 0xdb8, n as u16, 0, 0, 0, 0, n as u16 + 0x11],
                    1 => [
                        0xfe80,
                        0,
                        0,
                        0,
                        group(0),
                        0x1ff | group(16) & 0xff00,
                        0xfe00 | group(32) & 0xff,
                        group(48),
                    ],
                    _ => [0xfd00 | group(0) & 0xff, group(16), 7, 0, 0, group(32), 0, group(48) | 1],
                }
            })
            .collect(),
        macs: (0..MACS)
            .map(|n| {
                let [a, b, c, ..] = number(n, 3).to_le_bytes();
                [0x00, 0x16, 0x3e, a, b, c]
            })
            .collect(),
        serials: (0..SERIALS)
            .map(|n| format!("{:07X}", number(n, 4) % 0xfff_ffff).replace('0', "Q") + "9")
            .collect(),
        keywords: (0..KEYWORDS).map(|n| format!("Projekt-Wal{n}")).collect(),
    }
}

/// What a fleet would tell of them; addresses are found by their shape.
pub fn identifiers(planted: &Planted) -> Identifiers {
    let mut all = Identifiers::new();
    for (_, full) in &planted.hosts {
        all.host(full);
    }
    for user in &planted.users {
        all.user(user);
    }
    for serial in &planted.serials {
        all.serial(serial);
    }
    for word in &planted.keywords {
        all.keyword(word);
    }
    all
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// Each identifier in all forms.
pub fn text(planted: &Planted) -> String {
    let mut lines = Vec::new();
    let stamp = "Mar  1 02:03:04";
    for (short, full) in &planted.hosts {
        let (upper, escaped) = (short.to_uppercase(), full.replace('.', "%2E"));
        lines.extend([
            format!("{stamp} {short} kernel: [  100.000001] INFO: task jbd2/sda1-8:214 blocked for more than 120 seconds."),
            format!("<13>1 2025-03-01T02:03:04Z {full} app - - - starting on {upper}"),
            format!("backup_{short}_daily.vbk /srv/backup/{full}/disk0.img \\\\{upper}\\share {short}:/var {short}-eth0"),
            format!("https://{full}:8443/x?h={escaped} ssh://root@{full}/ ({full}) [{short}] <{full}> '{upper}'"),
            format!("{{\"host\":\"{full}\",\"m\":\"a\\n{short}\\tb\"}} #012{short}#011 \\x20{short} %20{short}%20"),
            format!("{},{},\"{}\";{}|{}", short, full, upper, full.to_uppercase(), capital(short)),
            format!("root     pts/0        {:<16} Sat Mar  1 02:03 - 02:05  (00:02)", full.chars().take(16).collect::<String>()),
            format!("{short}.{short}._tcp.{full}. 300 IN A; {full}.log.1.gz; {short}.log; x{short}y; \u{1b}[31m{short}\u{1b}[0m"),
            format!("{} | OEM record f0 | Panic on {short}: | {full}", 17),
        ]);
    }
    for user in &planted.users {
        lines.extend([
            format!("{stamp} h sshd[1]: Accepted publickey for {user} from 127.0.0.1 port 1 ssh2"),
            format!("{stamp} h sudo:   {user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND=/sbin/reboot"),
            format!("mail from <{user}@dc1.blauwal.example> to={}@KRANICH-IT.DE {user}@gmail.com", user.to_uppercase()),
            format!("/home/{user}/.ssh C:\\Users\\{user}\\x \"C:\\\\Users\\\\{user}\" ~{user}/bin /var/mail/{user}"),
            format!("http://{user}:geheim@10.0.0.1/ {user}%40blauwal.example owner={user} uid=1001({user}) acct=\"{user}\""),
            format!("job of {user}, ({user}) [{user}] {} BLAUWAL\\{user} {user}_backup.tar {user}-laptop", capital_user(user)),
        ]);
    }
    for [a, b, c, d] in &planted.fours {
        lines.extend([
            format!("from {a}.{b}.{c}.{d} port 22; {a}.{b}.{c}.{d}:22 {a}.{b}.{c}.{d}/24 ({a}.{b}.{c}.{d}) ip-{a}-{b}-{c}-{d}"),
            format!("{d}.{c}.{b}.{a}.in-addr.arpa ::ffff:{a}.{b}.{c}.{d} {a:03}.{b:03}.{c:03}.{d:03} x={a}%2E{b}%2E{c}%2E{d}"),
            format!("{a}.{b}.{c}.{d}.51234 > 127.0.0.1.22: SNMP 1.3.6.1.2.1.4.20.1.1.{a}.{b}.{c}.{d} log_{a}_{b}_{c}_{d}.txt"),
        ]);
    }
    for groups in &planted.sixes {
        let address = std::net::Ipv6Addr::from(*groups);
        let full: Vec<String> = groups.iter().map(|group| format!("{group:04x}")).collect();
        let plain: Vec<String> = groups.iter().map(|group| format!("{group:X}")).collect();
        let nibbles: Vec<String> = full.concat().chars().rev().map(String::from).collect();
        lines.extend([
            format!("from {address} port 22; [{address}]:443 {address}%eth0 {address}/64 {}", full.join(":")),
            format!(
                "{} {} addr:{address} {}.ip6.arpa",
                plain.join(":"),
                address.to_string().to_uppercase(),
                nibbles.join(".")
            ),
        ]);
    }
    for [a, b, c, d, e, f] in &planted.macs {
        lines.extend([
            format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x} {a:02X}-{b:02X}-{c:02X}-{d:02X}-{e:02X}-{f:02X}"),
            format!("{a:02x}{b:02x}.{c:02x}{d:02x}.{e:02x}{f:02x} enx{a:02x}{b:02x}{c:02x}{d:02x}{e:02x}{f:02x}"),
            format!("MAC={a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}:ff:ff:ff:ff:ff:ff:08:00 SRC=127.0.0.1"),
            format!("BOOTIF=01-{a:02x}-{b:02x}-{c:02x}-{d:02x}-{e:02x}-{f:02x}"),
        ]);
    }
    for word in planted.serials.iter().chain(&planted.keywords) {
        lines.extend([
            format!("Serial Number: {word} (was {}) tag={word};{word}", word.to_lowercase()),
            format!("dump-{word}.tgz <{word}> \"{}\"", word.to_uppercase()),
        ]);
    }
    lines.join("\n") + "\n"
}

fn capital_user(user: &str) -> String {
    let mut letters = user.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Everything planted, in the spellings that can be looked for as text.
fn wanted(planted: &Planted) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (short, full) in &planted.hosts {
        all.extend([short.clone(), full.clone()]);
    }
    all.extend(["blauwal", "kranich-it", "kranich", "geheim"].map(str::to_owned));
    all.extend(planted.users.iter().map(|user| user.to_lowercase()));
    for [a, b, c, d] in &planted.fours {
        all.extend([
            format!("{a}.{b}.{c}.{d}"),
            format!("{a}-{b}-{c}-{d}"),
            format!("{a}_{b}_{c}_{d}"),
            format!("{d}.{c}.{b}.{a}.in-addr"),
            format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        ]);
    }
    for groups in &planted.sixes {
        let full: Vec<String> = groups.iter().map(|group| format!("{group:04x}")).collect();
        let plain: Vec<String> = groups.iter().map(|group| format!("{group:x}")).collect();
        all.extend([std::net::Ipv6Addr::from(*groups).to_string(), full.join(":"), plain.join(":")]);
    }
    for [a, b, c, d, e, f] in &planted.macs {
        for sign in [":", "-", ""] {
            all.push([a, b, c, d, e, f].map(|byte| format!("{byte:02x}")).join(sign));
        }
    }
    all.extend(planted.serials.iter().chain(&planted.keywords).map(|word| word.to_lowercase()));
    all
}

/// Whether a word stands in a text, and is not inside another word or number.
fn stands_in(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !inside(before) && !inside(after)
    })
}

/// Fails if anything planted stands in a text as a word of its own.
pub fn assert_clean(planted: &Planted, made: &str) {
    let lower = made.to_lowercase();
    for word in wanted(planted) {
        if let Some(at) = stands_in(&lower, &word) {
            let line = lower[..at].lines().count();
            panic!(
                "{word} stands in line {line}: {}",
                lower.lines().nth(line.saturating_sub(1)).unwrap_or("")
            );
        }
    }
}
