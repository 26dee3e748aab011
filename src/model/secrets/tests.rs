use super::*;

fn shown(text: &str) -> String {
    masked(text).unwrap_or_else(|| text.to_owned())
}

#[test]
fn secrets_of_commands_are_masked_and_the_command_stays() {
    for (text, expected) in [
        (
            "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/ipmitool -H 192.0.2.9 -U admin -P hunter2 chassis power reset",
            "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/ipmitool -H 192.0.2.9 -U admin -P *** chassis power reset",
        ),
        ("COMMAND=/usr/bin/ipmitool -Phunter2 power off", "COMMAND=/usr/bin/ipmitool -P*** power off"),
        ("COMMAND=/sbin/shutdown --password=hunter2 -r now", "COMMAND=/sbin/shutdown --password=*** -r now"),
        ("COMMAND=/opt/agent --token 'a b c' --restart", "COMMAND=/opt/agent --token '***' --restart"),
        (
            "(root) CMD (racadm -r 192.0.2.9 -u root -p calvin serveraction hardreset)",
            "(root) CMD (racadm -r 192.0.2.9 -u root -p *** serveraction hardreset)",
        ),
        (
            "CMD (mysqldump -u backup -pS3cret --all-databases)",
            "CMD (mysqldump -u backup -p*** --all-databases)",
        ),
        ("curl -u admin:hunter2 -X POST https://bmc/reset", "curl -u admin:*** -X POST https://bmc/reset"),
        ("sshpass -p hunter2 ssh -p 2222 root@kvm07 reboot", "sshpass -p *** ssh -p 2222 root@kvm07 reboot"),
        ("env PGPASSWORD=hunter2 pg_dump db", "env PGPASSWORD=*** pg_dump db"),
        ("sh -c \"PASSWORD=two words\" reboot", "sh -c \"PASSWORD=***\" reboot"),
        ("user=root,password=x1,host=kvm07 failed", "user=root,password=***,host=kvm07 failed"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn secrets_of_urls_headers_and_json_are_masked() {
    for (text, expected) in [
        (
            "mounting https://backup:hunter2@nas.example.com/vol",
            "mounting https://backup:***@nas.example.com/vol",
        ),
        ("GET /hook?token=abc123&host=kvm07 500", "GET /hook?token=***&host=kvm07 500"),
        (
            "-H 'Authorization: Bearer abc.def.123' https://bmc/",
            "-H 'Authorization: Bearer ***' https://bmc/",
        ),
        ("Authorization: Basic cm9vdDpodW50ZXIy", "Authorization: Basic ***"),
        ("X-Auth-Token: 0123abcd", "X-Auth-Token: ***"),
        (
            r#"body {"user": "root", "password": "hun\"ter2", "force": true}"#,
            r#"body {"user": "root", "password": "***", "force": true}"#,
        ),
        (r#"args {\"password\": \"hunter2\", \"x\": 1}"#, r#"args {\"password\": \"***\", \"x\": 1}"#),
        ("login with password: hunter2", "login with password: ***"),
        ("push with ghp_0123456789abcdefghijklmnop failed", "push with *** failed"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123 expired", "jwt *** expired"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn evidence_stays_as_it_is() {
    for text in [
        "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/sbin/reboot",
        "Failed password for root from 192.0.2.9 port 22 ssh2",
        "Accepted publickey for root",
        "Access denied for user 'root'@'localhost' (using password: YES)",
        "Started Dispatch Password Requests to Console Directory Watch.",
        "Kernel panic - not syncing: Fatal exception in interrupt",
        "EDAC MC0: 1 UE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0",
        "Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro crashkernel=512M token_bucket=3",
        "ssh -p 2222 root@kvm07 systemctl reboot",
        "mkdir -p /srv/mysql; ipmitool chassis power reset",
        "megaraid_sas 0000:18:00.0: FW in FAULT state, Fault code:0x10000",
        "see https://support.example.com/kb/12:34 for details",
        "the bearer of this line is nobody",
        "password=$BMC_PASSWORD",
    ] {
        assert_eq!(masked(text), None, "{text}");
    }
}

#[test]
fn odd_text_is_no_trouble() {
    for text in [
        "=",
        ":",
        "password=",
        "--password",
        "://:@",
        "password='",
        "ipmitool -P",
        "ü=ß password=ü://ä:ö@",
        "Authorization:",
        "authorization: bearer",
        "\"password\":",
        "ipmitool -P \"",
        "curl -u é",
    ] {
        let once = shown(text);
        assert_eq!(shown(&once), once, "{text}");
    }
}
