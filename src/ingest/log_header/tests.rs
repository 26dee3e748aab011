use super::*;
use crate::model::Stamp;

/// Host, program and text.
fn split(line: &str) -> (&str, &str, &str) {
    let header = read(line).unwrap_or_else(|| panic!("{line}"));
    (header.host.unwrap_or("-"), header.program, header.text)
}

#[test]
fn reads_the_headers_of_many_systems() {
    for (line, expected) in [
        ("Mar  1 02:03:04 kvm07 kernel: text", ("kvm07", "kernel", "text")),
        ("Mar  1 02:03:04 kernel: text", ("-", "kernel", "text")),
        ("Mar  1 02:03:04 sshd[12]: text", ("-", "sshd", "text")),
        // busybox, OpenWrt, FreeBSD with -v, Solaris
        ("Mar  1 02:03:04 nas kern.info kernel: text", ("nas", "kernel", "text")),
        ("Sat Mar  1 02:03:04 2025 kern.info kernel: text", ("-", "kernel", "text")),
        ("Mar  1 02:03:04 <kern.crit> fw kernel: text", ("fw", "kernel", "text")),
        ("Mar  1 02:03:04 sun genunix: [ID 540533 kern.notice] text", ("sun", "genunix", "text")),
        ("Mar  1 02:03:04 syslogd started: BusyBox", ("-", "", "syslogd started: BusyBox")),
        ("Mar  1 02:03:04 last message repeated 3 times", ("-", "", "last message repeated 3 times")),
        // routers
        ("*Mar  1 00:00:04.123: %SYS-5-RESTART: text", ("-", "%SYS-5-RESTART", "text")),
        ("000045: Mar  1 02:03:04.123 CET: %LINK-3-UPDOWN: text", ("-", "%LINK-3-UPDOWN", "text")),
        // relays
        ("Mar  1 02:03:04 relay 2025-03-01T02:03:03+01:00 kvm07 kernel: text", ("kvm07", "kernel", "text")),
        ("Mar  1 02:03:04 relay Mar  1 02:03:03 kvm07 kernel: text", ("kvm07", "kernel", "text")),
        ("<13>Mar  1 02:03:04 relay<34>Mar  1 02:03:03 kvm07 kernel: text", ("kvm07", "kernel", "text")),
        ("Mar  1 02:03:04 relay <34>Mar  1 02:03:03 kernel: text", ("relay", "kernel", "text")),
        ("Mar  1 02:03:04 10.0.0.7 kvm07 kernel: text", ("kvm07", "kernel", "text")),
        ("Mar  1 02:03:04 s_net@kvm07/10.0.0.7 kernel: text", ("kvm07", "kernel", "text")),
        ("Mar  1 02:03:04 fw01 : %ASA-4-106023: text", ("fw01", "%ASA-4-106023", "text")),
        (
            "Mar  1 02:03:04 mac01.local socketfilterfw[112] <Error>: text",
            ("mac01.local", "socketfilterfw", "text"),
        ),
        ("Mar 01 02:03:04 [    1.250000] text", ("-", "kernel", "[    1.250000] text")),
        // full stamps
        ("2025-03-01T02:03:04.1-07:00 INFO kernel: text", ("-", "kernel", "text")),
        ("<6>2025-03-01T02:03:04Z kvm07 tag text", ("kvm07", "", "tag text")),
        ("1740790984.123456 kvm07 kernel: text", ("kvm07", "kernel", "text")),
        ("@4000000067c25b120ee6b280 text of one", ("-", "", "text of one")),
        ("Sat 2025-03-01 02:03:04 CET kvm07 systemd[1]: text", ("kvm07", "systemd", "text")),
        // ESXi, libvirt
        ("2025-03-01T02:03:04.123Z cpu3:2097152)text", ("-", "vmkernel", "text")),
        ("2025-03-01T02:03:04.123Z In(182) vmkernel: cpu3:2097152 opID=a)text", ("-", "vmkernel", "text")),
        (
            "2025-03-01T02:03:04.123Z info hostd[20] [Originator@6876 sub=x] text",
            ("-", "hostd", "[Originator@6876 sub=x] text"),
        ),
        (
            "2025-03-01T02:03:04.123Z: [vmfsCorrelator] 12us: text",
            ("-", "vobd", "[vmfsCorrelator] 12us: text"),
        ),
        (
            "2025-03-01 02:03:04.123+0000: shutting down, reason=crashed",
            ("-", "libvirt", "shutting down, reason=crashed"),
        ),
    ] {
        assert_eq!(split(line), expected, "{line}");
    }
}

#[test]
fn the_time_of_a_relayed_line_is_the_hosts_own() {
    let header = read("Mar  1 02:03:04 relay 2025-03-01T02:03:03+01:00 kvm07 kernel: text").unwrap();
    assert_eq!(header.when, When::Full(Stamp::Zoned("2025-03-01T01:03:03Z".parse().unwrap())));
}

#[test]
fn structured_data_ends_where_its_last_element_ends() {
    for (data, text) in [
        (r#"[a b="c"] text [d]"#, "text [d]"),
        (r#"[a b="c\] \" d"][e f="]"] text"#, "text"),
        ("- \u{feff}text", "text"),
        (r#"[a b="cut"#, ""),
    ] {
        let line = format!("<34>1 2025-03-01T02:03:04Z kvm07 app 12 ID1 {data}");
        assert_eq!(split(&line), ("kvm07", "app", text), "{data}");
    }
    assert_eq!(split("52 <34>1 2025-03-01T02:03:04Z kvm07 app - - - text"), ("kvm07", "app", "text"));
    assert_eq!(split("<34>1 - - - - - - text"), ("-", "", "text"));
}

#[test]
fn tables_and_web_logs_have_no_header() {
    for line in [
        "2025-03-01 02:03:04,12.5,300",
        "2025-03-01 02:03:04;a;b",
        "2025-03-01 02:03:04\ta\tb",
        "192.0.2.1 - - [01/Mar/2025:02:03:04 +0100] \"GET / HTTP/1.1\" 200 1",
        "<p>Mar  1 02:03:04</p>",
    ] {
        assert_eq!(read(line), None, "{line}");
    }
}

#[test]
fn no_text_makes_it_fail() {
    let line = "<34>1 2025-03-01T02:03:04Z s@kvm07/é app[1] ID [a b=\"\\]é\"] <1>Mar  1 02:03:04 é cpu3:1)é";
    for from in (0..line.len()).filter(|at| line.is_char_boundary(*at)) {
        for to in (from..=line.len()).filter(|at| line.is_char_boundary(*at)) {
            let _ = read(&line[from..to]);
        }
    }
}
