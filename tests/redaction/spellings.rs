//! The same thing in another spelling has the same pseudonym.

use super::{redacted, redactor};

#[test]
fn one_ipv6_address_is_one_in_all_spellings() {
    let mut redactor = redactor();
    let mut one = |text: &str| {
        let made = redactor.redact_text(text);
        made.parse::<std::net::Ipv6Addr>().unwrap_or_else(|_| panic!("{text} became {made}"))
    };
    let short = one("2001:db8::8:800:200c:417a");
    for spelling in [
        "2001:DB8:0:0:8:800:200C:417A",
        "2001:0db8:0000:0000:0008:0800:200c:417a",
        "2001:db8:0::8:800:200c:417a",
    ] {
        assert_eq!(one(spelling), short, "{spelling}");
    }
    assert_ne!(short.to_string(), "2001:db8::8:800:200c:417a");
    let four = redactor.redact_text("10.1.2.3");
    assert_eq!(redactor.redact_text("::ffff:10.1.2.3"), format!("::ffff:{four}"));
}

#[test]
fn ports_zones_and_brackets_are_none_of_the_address() {
    let bare = redacted("2001:db8::77");
    for (line, expected) in [
        ("[2001:db8::77]:443", format!("[{bare}]:443")),
        ("2001:db8::77%eth0", format!("{bare}%eth0")),
        ("from:2001:db8::77 port", format!("from:{bare} port")),
        ("src=2001:db8::77, dst", format!("src={bare}, dst")),
        ("2001:db8::77/64", format!("{bare}/64")),
        ("2001:db8::77.", format!("{bare}.")),
        ("2001:db8::77.443 >", format!("{bare}.443 >")),
    ] {
        assert_eq!(redacted(line), expected);
    }
    let four = redacted("10.20.30.40");
    for (line, expected) in [
        ("10.20.30.40:22", format!("{four}:22")),
        ("10.20.30.40.51234 >", format!("{four}.51234 >")),
        ("[10.20.30.40]", format!("[{four}]")),
        ("rhost=10.20.30.40", format!("rhost={four}")),
        ("10.20.30.40#53", format!("{four}#53")),
    ] {
        assert_eq!(redacted(line), expected);
    }
}

#[test]
fn one_mac_address_is_one_in_all_spellings() {
    let digits = |text: &str| -> String {
        redacted(text).chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect()
    };
    let one = digits("00:16:3e:aa:bb:cc");
    assert!(one.starts_with("02") && one.len() == 12);
    for spelling in ["00-16-3E-AA-BB-CC", "0016.3eaa.bbcc", "00:16:3E:AA:BB:CC"] {
        assert_eq!(digits(spelling), one, "{spelling}");
    }
    assert!(redacted("hwaddr 00163eaabbcc").ends_with(&one));
    assert!(redacted("BOOTIF=01-00-16-3e-aa-bb-cc").to_lowercase().ends_with(&redacted("00-16-3e-aa-bb-cc")));
}

#[test]
fn reverse_names_are_the_address_backwards() {
    let forwards = redacted("10.1.2.3");
    let backwards: Vec<&str> = forwards.split('.').rev().collect();
    assert_eq!(redacted("3.2.1.10.in-addr.arpa"), format!("{}.in-addr.arpa", backwards.join(".")));
    let mut redactor = redactor();
    let _ = redactor.redact_text("10.1.2.3");
    assert_eq!(redactor.redact_text("ip-10-1-2-3"), format!("ip-{}", forwards.replace('.', "-")));
}

#[test]
fn a_host_has_one_label_in_all_its_names() {
    let label = redacted("kvm07");
    let full = redacted("kvm07.dc1.corp.example");
    assert!(label.starts_with("host-") && full.starts_with(&format!("{label}.zone-")), "{label} {full}");
    assert!(full.ends_with(".example"));
    assert_eq!(redacted("KVM07"), label.to_uppercase());
    assert_eq!(redacted("KVM07.DC1.CORP.EXAMPLE"), full.to_uppercase());
    for (line, expected) in [
        ("kvm07:/var", format!("{label}:/var")),
        ("backup_kvm07_daily.vbk", format!("backup_{label}_daily.vbk")),
        ("kvm07-eth0", format!("{label}-eth0")),
        ("\\\\kvm07\\share", format!("\\\\{label}\\share")),
        ("mykvm07x", format!("my{label}x")),
        ("#012kvm07", format!("#012{label}")),
        ("\\nkvm07\\t", format!("\\n{label}\\t")),
        ("kvm071", "kvm071".to_owned()),
        ("http://kvm07.dc1.corp.example:8443/x", format!("http://{full}:8443/x")),
        ("kvm07%2Edc1%2Ecorp%2Eexample", full.replace('.', "%2E")),
    ] {
        assert_eq!(redacted(line), expected);
    }
}

#[test]
fn users_are_found_where_users_are_named() {
    for (line, name) in [
        ("sshd[1]: Accepted publickey for zoe from 10.1.1.1 port 1 ssh2", "zoe"),
        ("sshd[1]: Failed password for invalid user quux from 10.1.1.1 port 1", "quux"),
        ("sudo:    zoe : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/sbin/reboot", "zoe"),
        ("su: (to root) zoe on pts/1", "zoe"),
        ("session opened for user zoe(uid=1000) by yann(uid=0)", "yann"),
        ("CRON[1]: (zoe) CMD (/usr/bin/true)", "zoe"),
        ("open /home/zoe/.ssh/id", "zoe"),
        ("C:\\Users\\zoe\\Desktop", "zoe"),
        ("uid=1000(zoe) gid=1000(zoe)", "zoe"),
        ("acct=\"zoe\" exe=\"/bin/login\"", "zoe"),
        ("Successfully logged in using zoe, from 10.1.1.1 and REDFISH.", "zoe"),
        ("New session 4 of user zoe.", "zoe"),
        ("zoe      pts/0        10.1.1.1         Sat Mar  1 02:03", "zoe"),
        ("[7] [01234] [ts/0] [zoe     ] [pts/0       ] [10.1.1.1            ]", "zoe"),
        ("ssh://zoe@10.1.1.1/", "zoe"),
        ("to=<zoe@kunde.de>", "zoe"),
        ("login as zoe@pam", "zoe"),
    ] {
        let made = redacted(line);
        assert!(!made.contains(name) && made.contains("user-"), "{line} became {made}");
    }
    for line in [
        "session opened for user root(uid=0)",
        "authentication failure; user= rhost=",
        "su: (to root) root on none",
    ] {
        assert_eq!(redacted(line), line);
    }
}

#[test]
fn a_fixed_field_keeps_its_length_and_loses_the_name() {
    let mut redactor = redactor();
    for field in [
        &b"kvm07: panic"[..],
        b"alice",
        b"panic at kvm07.dc1.corp.example",
        b"kernel panic\0\0\0\0",
        b"on kvm0",
    ] {
        let made = redactor.redact_fixed(field);
        let text = String::from_utf8_lossy(&made).into_owned();
        assert_eq!(made.len(), field.len(), "{text}");
        for name in ["kvm0", "alice", "corp"] {
            assert!(!text.contains(name), "{text}");
        }
    }
    assert_eq!(redactor.redact_fixed(b"kernel panic\0\0"), b"kernel panic\0\0");
}
