//! Users, hosts and owners that single programs name are learned where they do, and what only looks like that is left alone.

use coroner::redaction::{Form, Identifiers, Map, Redactor, leaks};

use super::key;

/// A redactor that learned from a text, and nothing else.
fn learned(text: &str) -> Redactor {
    let mut fleet = Identifiers::new();
    fleet.learn(text.as_bytes());
    Redactor::new(Map::new(key(3)), fleet)
}

/// The names are replaced in the line, and then elsewhere; the check knows them.
fn assert_learned(line: &str, names: &[&str], stem: &str) {
    let mut redactor = learned(line);
    let made = redactor.redact_text(line);
    for name in names {
        assert!(!made.to_lowercase().contains(&name.to_lowercase()), "{line} became {made}");
        let elsewhere = format!("see {name} again");
        let replaced = redactor.redact_text(&elsewhere).to_lowercase();
        assert!(replaced.starts_with(&format!("see {stem}-")), "{line}: {elsewhere} became {replaced}");
        let found = leaks(&[("a.log", elsewhere.as_bytes())], redactor.identifiers(), redactor.map());
        assert!(found.iter().any(|leak| leak.form == Form::Plain), "{line}: {name} is not looked for");
    }
    assert_eq!(redactor.redact_text(&made), made, "what was redacted changes no more");
    let left = leaks(&[("a.log", made.as_bytes())], redactor.identifiers(), redactor.map());
    assert!(left.is_empty(), "{made}: {left:?}");
}

/// Nothing is replaced, and nothing learned.
fn assert_left(line: &str) {
    let mut redactor = learned(line);
    assert_eq!(redactor.redact_text(line), line);
    let words = line.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', " ");
    assert_eq!(redactor.redact_text(&words), words, "something was learned from {line}");
}

#[test]
fn users_are_learned_where_single_programs_name_them() {
    for (line, names) in [
        ("passwd[1]: pam_unix(passwd:chauthtok): password changed for lindqvist", &["lindqvist"][..]),
        ("sshd[1]: error: PAM: Authentication failure for slartibart from 10.1.1.1", &["slartibart"]),
        ("login[1]: LOGIN ON tty1 BY fordp", &["fordp"]),
        ("login[1]: LOGIN ON ttyS0 BY fordp FROM 10.1.1.1", &["fordp"]),
        (
            "login[1]: FAILED LOGIN (1) on '/dev/tty1' FOR 'arthurdent', Authentication failure",
            &["arthurdent"],
        ),
        ("FAILED LOGIN (1) on '/dev/tty1' from '127.0.0.1' FOR 'arthurdent', Error", &["arthurdent"]),
        ("login[1]: FAILED LOGIN 1 FROM tty1 FOR arthurdent, Authentication failure", &["arthurdent"]),
        ("usermod[1]: add 'gutierrez' to group 'sudo'", &["gutierrez"]),
        (r#"{"MESSAGE":"add 'gutierrez' to group 'sudo'","_COMM":"usermod"}"#, &["gutierrez"]),
        ("usermod[1]: add 'gutierrez' to shadow group 'wheel'", &["gutierrez"]),
        ("usermod[1]: change user name 'novotny' to 'prochazka'", &["novotny", "prochazka"]),
        ("usermod[1]: change user 'novotny' password", &["novotny"]),
        ("useradd[1]: new user: name=novotny, UID=1001, GID=1001, home=/home/novotny", &["novotny"]),
        ("userdel[1]: delete user 'novotny'", &["novotny"]),
        ("userdel[1]: removed group 'novotny' owned by 'novotny'", &["novotny"]),
        ("groupadd[1]: group added to /etc/group: name=novotny, GID=1001", &["novotny"]),
        ("gpasswd[1]: delete 'novotny' from group 'docker'", &["novotny"]),
        ("crontab[1]: (agrajag) BEGIN EDIT (agrajag)", &["agrajag"]),
        ("crontab[1]: (root) LIST (agrajag)", &["agrajag"]),
        ("CRON[1]: (agrajag) CMD (/usr/bin/true)", &["agrajag"]),
        ("cron[1]: (agrajag) RELOAD (crontabs/agrajag)", &["agrajag"]),
        ("CRON[1]: (agrajag) MAIL (mailed 34 bytes of output)", &["agrajag"]),
        ("chage[1]: changed password expiry for lindq2", &["lindq2"]),
        ("gdm: gkr-pam: unlocked login keyring, user karlich", &["karlich"]),
        ("vsftpd[1]: [pid 2] [novakova] OK LOGIN: Client \"10.1.1.1\"", &["novakova"]),
        ("openvpn[1]: petrosyan/198.51.100.7:1194 TLS: soft reset", &["petrosyan"]),
        (r#"{"id": 7, "assignee": "Krabat", "reporter": "Lobosch"}"#, &["krabat", "lobosch"]),
        (r#"{"opened_by":"krabat","resolved_by":"lobosch"}"#, &["krabat", "lobosch"]),
        (r#"{"text":"{\"assignee\": \"krabat\"}"}"#, &["krabat"]),
    ] {
        assert_learned(line, names, "user");
    }
}

#[test]
fn words_beside_such_cues_that_name_nobody_are_left() {
    for line in [
        "passwd[1]: pam_unix(passwd:chauthtok): password changed for root",
        "sshd[1]: error: PAM: Authentication failure for root from 127.0.0.1",
        "login[1]: ROOT LOGIN ON tty1",
        "no login on the gizmo console, says a report by widget",
        "gizmo: failed login for widget",
        "login on gizmo handled by widget",
        "login[1]: FAILED LOGIN 1 FROM tty1 FOR UNKNOWN, User not known to the underlying authentication module",
        "usermod[1]: add 'root' to group 'sudo'",
        "kernel: cannot add 'widget' to group 'gizmo'",
        "kernel: group 'widget' is full",
        "cron[1]: (*system*) RELOAD (/etc/crontab)",
        "login[1]: DIALUP AT ttyS0 BY root",
        "CRON[1]: (root) CMD (/usr/bin/true)",
        "crontab[1]: (root) BEGIN EDIT (root)",
        "kernel: widget(gadget) edit of gizmo",
        "chage[1]: changed password expiry for root",
        "kernel: 3 gizmos, user karlich",
        "vsftpd[1]: [pid 2] OK LOGIN",
        "openvpn[1]: TLS/none of these",
        "gadget[1]: gizmo/127.0.0.1:1194 is no tunnel",
        r#"{"assignee": null, "reporter": 7, "opened_by": "root", "note": "Krabat"}"#,
        r#"{"assignee": "helpdesk"}"#,
        "an assignee: Krabat",
    ] {
        assert_left(line);
    }
}

#[test]
fn a_user_that_somebody_only_typed_is_replaced_but_not_learned() {
    let line = "vsftpd[1]: [pid 2] [widget] FAIL LOGIN: Client \"127.0.0.1\"";
    let mut redactor = learned(line);
    assert!(redactor.redact_text(line).contains("[user-"));
    assert_eq!(redactor.redact_text("a widget"), "a widget");
}

#[test]
fn a_longer_name_in_a_ticket_is_replaced_but_its_words_are_not_learned() {
    let line = r#"{"assignee": "Green Widgets"}"#;
    let mut redactor = learned(line);
    let made = redactor.redact_text(line);
    assert!(!made.contains("Green") && !made.contains("Widgets"), "{made}");
    assert_eq!(redactor.redact_text("green widgets"), "green widgets");
}

#[test]
fn a_user_of_a_windows_domain_is_learned_with_it() {
    for line in [
        "smbd[1]: session of ACMECORP\\hotblack was closed",
        "winbind: [ACMECORP\\hotblack]",
        r#"{"who": "ACMECORP\\hotblack"}"#,
    ] {
        assert_learned(line, &["hotblack"], "user");
        assert_learned(line, &["acmecorp"], "domain");
    }
    let mut fleet = Identifiers::new();
    fleet.domain("blauwal.example");
    fleet.learn(b"by Blauwal\\norbert at last");
    let mut redactor = Redactor::new(Map::new(key(3)), fleet);
    assert!(redactor.redact_text("norbert").starts_with("user-"));
}

#[test]
fn paths_and_escapes_are_no_users_of_a_domain() {
    for line in [
        "open C:\\WINDOWS\\system32",
        "File(\\EFI\\GIZMO\\SHIM.EFI)",
        "EFI\\gizmo",
        "HKLM\\SOFTWARE\\Gizmo",
        "key HKLM\\gizmo",
        "ACPI Error: AE_NOT_FOUND, \\_SB_.PCI0 (GIZMO\\_SB)",
        "GIZMO\\nwidget went on",
        "GIZMO\\gadget\\widget",
        "BUILTIN\\widgets",
        "NT AUTHORITY\\SYSTEM",
        "gizmo\\widget",
        "WARNING\\gizmo",
    ] {
        assert_left(line);
    }
}

#[test]
fn a_user_and_host_of_a_command_are_learned() {
    for line in [
        "sudo[1]: COMMAND=/usr/bin/rsync upsala@nasbox8:/srv",
        r#"{"_CMDLINE": "/usr/bin/ssh upsala@nasbox8"}"#,
        "run: scp x upsala@nasbox8:",
    ] {
        assert_learned(line, &["upsala"], "user");
        assert_learned(line, &["nasbox8"], "host");
    }
    for line in ["gizmo upsala@nasbox8", "sshd: upsala@pts/0", "ssh root@localhost", "ssh@gizmo started"] {
        assert_left(line);
    }
}

#[test]
fn hosts_are_learned_where_single_programs_name_them() {
    for (line, name) in [
        ("sshd[1]: error: PAM: Authentication failure for root from zephyrbox", "zephyrbox"),
        ("sshd[1]: Connection closed by root from zephyrbox port 22", "zephyrbox"),
        ("rpc.mountd[1]: authenticated mount request from appnode42:888 for /srv (/srv)", "appnode42"),
        ("login[1]: LOGIN ON pts/0 BY root FROM zephyrbox", "zephyrbox"),
        (
            "audit: acct=\"root\" exe=\"/usr/sbin/sshd\" hostname=zephyrbox addr=127.0.0.1 terminal=ssh",
            "zephyrbox",
        ),
        ("audit: acct=\"root\" hostname=? addr=zephyrbox terminal=ssh res=success", "zephyrbox"),
        ("pam_unix(sshd:auth): authentication failure; user= rhost=zephyrbox", "zephyrbox"),
        ("kernel: nfs: server myfiler4 not responding, still trying", "myfiler4"),
        ("kernel: nfs: server myfiler4 OK", "myfiler4"),
        ("kernel: lockd: server myfiler not responding, timed out", "myfiler"),
        ("rsyslogd: cannot connect to loghost-yak:514: Connection refused", "loghost-yak"),
        ("ssh: connect to host zephyrbox port 22: Connection refused", "zephyrbox"),
        ("kubelet[1]: I0301 kubelet.go:70] \"Registered node\" node=\"k8s-wombat-3\"", "k8s-wombat-3"),
        ("kubelet[1]: E0301 kubelet.go:70] node \"k8s-wombat-3\" not found", "k8s-wombat-3"),
        ("kernel: systemd[1]: Hostname set to <zephyrbox>.", "zephyrbox"),
        ("systemd[1]: Set hostname to <zephyrbox>.", "zephyrbox"),
        (
            "kernel: Command line: root=/dev/nfs ip=127.0.0.1::127.0.0.1:255.255.255.0:zephyrbox:eth0:off",
            "zephyrbox",
        ),
        ("hostname=zephyrbox.lan", "zephyrbox"),
    ] {
        assert_learned(line, &[name], "host");
    }
}

#[test]
fn words_beside_such_cues_that_are_no_hosts_are_left() {
    for line in [
        "audit: acct=\"root\" hostname=? addr=? terminal=cron res=success",
        "kernel: mce: addr=fee0abcd gizmo",
        "kernel: memory at addr=gizmo",
        "sshd[1]: fatal: Read from gizmo failed: Connection reset by peer",
        "sshd[1]: Did not receive identification string from UNKNOWN port 22",
        "kernel: read from gizmo:77",
        "login[1]: FAILED LOGIN 1 FROM tty1 FOR root, Authentication failure",
        "kernel: nfs: server cache not responding",
        "kernel: nfs: server gizmo went away",
        "lvm[1]: failed to connect to lvmetad: No such file",
        "rsyslogd: cannot connect to localhost:514: Connection refused",
        "kernel: ACPI node \"gizmo\" is wrong",
        "kubelet[1]: node=\"\" node=\"3\"",
        "systemd[1]: Hostname set to <localhost>.",
        "kernel: Command line: ip=dhcp ip=127.0.0.1::127.0.0.1:255.255.255.0::eth0:off",
        "kernel: gizmo ip=a:b:c:d:gizmo:eth0",
        "cloud: hostname=kernel rhost=the",
    ] {
        assert_left(line);
    }
}

#[test]
fn what_the_owner_wrote_into_a_machine_is_hidden() {
    assert_learned("\tAsset Tag: YX-00123", &["YX-00123"], "serial");
    assert_learned("\tString 1: Property of Blauwal Reederei", &["Blauwal Reederei"], "keyword");
    assert_learned("\tAsset Tag: Property of Blauwal", &["Blauwal"], "keyword");
    for line in [
        "\tAsset Tag: Not Specified",
        "\tAsset Tag: DIMM_A1_AssetTag",
        "\tAsset Tag: To Be Filled By O.E.M.",
        "\tAsset Tag: 9876543210",
        "\tString 1: Intel Haswell-YX7",
        "\tString 1: Property of memory",
        "the Asset Tag: YX-00123 is in a sentence, and as long as it was",
        "Serial Number:    S3Z8NB0K123456",
    ] {
        assert_left(line);
    }
}

#[test]
fn a_kept_serial_stays_whatever_names_are_in_it() {
    let mut fleet = Identifiers::new();
    fleet.host("gnom77");
    fleet.serial("SNgnom77X");
    fleet.keep("SNgnom77X");
    let mut redactor = Redactor::new(Map::new(key(3)), fleet);
    let made = redactor.redact_text("serial SNgnom77X of gnom77, not ASNgnom77X");
    assert!(made.starts_with("serial SNgnom77X of host-"), "{made}");
    assert_eq!(made.matches("gnom77").count(), 1, "{made}");
    let check = |text: &str| leaks(&[("a.log", text.as_bytes())], redactor.identifiers(), redactor.map());
    assert!(check(&made).is_empty(), "{:?}", check(&made));
    assert_eq!(check("serial SNgnom77X of gnom77").len(), 1);
    assert_eq!(check("serial ASNgnom77X").len(), 1);
    assert_eq!(check("serial SNgnom77X1").len(), 1);
}

#[test]
fn a_number_of_one_digit_is_left_by_both() {
    let line = "_MACHINE_ID=11111111111111111111111111111111 uuid 00000000-0000-0000-0000-000000000000";
    let mut redactor = learned(line);
    assert_eq!(redactor.redact_text(line), line);
    assert!(leaks(&[("a.log", line.as_bytes())], redactor.identifiers(), redactor.map()).is_empty());
    let other = "_MACHINE_ID=11111111111111111111111111111112";
    let redactor = learned(other);
    assert!(!leaks(&[("a.log", other.as_bytes())], redactor.identifiers(), redactor.map()).is_empty());
}
