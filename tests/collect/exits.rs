//! Exit codes, messages, and what a run does not do.

use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::account;
use crate::bmcs::{fake_bmc, fresh_address};
use crate::site::Site;

/// Something that hears every question and answers none.
pub fn deaf_bmc() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind(fresh_address()).unwrap();
    socket.set_nonblocking(true).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

fn has_heard(socket: &UdpSocket) -> bool {
    match socket.recv(&mut [0; 1024]) {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_told_and_nothing_is_made() {
    let into = ["--into", "collected"];
    let group = "[[collect.group]]\nname = \"a\"\nhosts = \"kvm01\"\nbmc = \"127.0.0.1\"\n";
    for (settings, says) in [
        ("timezone = \"UTC\"\n", "[collect]"),
        ("[collect]\n", "names nothing to collect"),
        ("[collect\n", "failed to understand configuration"),
        ("[collect]\nconcurency = 3\n", "concurency"),
        ("[collect]\nconcurrency = 0\n", "concurrency"),
        (&format!("[collect]\n{group}ipmi = true\n"), "credentials"),
        (&format!("[collect]\n{group}credentials = \"nobody\"\nipmi = true\n"), "nobody"),
        (&format!("[collect]\n{group}credentials = \"bmc\"\nipmi = {{ suites = [0] }}\n"), "suite 0"),
        (&format!("[collect]\ninventory = \"none.csv\"\n{group}"), "none.csv"),
        ("[collect]\n[[collect.command]]\nname = \"a\"\nrun = [\"true\"]\ninto = \"../a\"\n", "../a"),
    ] {
        let mut site = Site::new().settings(settings);
        if !settings.contains("[collect]") {
            site = site.without_rules();
        }
        site.run(&into).ended_with(2).says(&[says]);
        assert!(!site.collected().exists(), "{settings}");
    }
    let site = Site::new();
    site.run(&["--into", "collected", "--config", "elsewhere.toml"]).ended_with(2).says(&["elsewhere.toml"]);
    let site = Site::new().command("list", &["true"], "list");
    site.run(&[]).ended_with(2).says(&["--into"]);
    let site = Site::new().ipmi("kvm01", fresh_address());
    site.run(&["--into", "collected", "--host", "web*"]).ended_with(2).says(&["--host"]);
    assert!(!site.collected().exists());
}

#[test]
fn a_dry_run_names_all_and_asks_nobody() {
    let (bmc, address) = deaf_bmc();
    let (other, other_address) = deaf_bmc();
    let site = Site::new()
        .ipmi("kvm01", address)
        .ipmi("web01", other_address)
        .rule("[collect.credentials.vault]\nuser = \"root\"\npassword_command = [\"touch\", \"asked\"]\n")
        .group("kvm02", "bmc = \"127.0.0.1\"\ncredentials = \"vault\"\nredfish = { port = 9 }\nssh = true")
        .command("list", &["touch", "asked"], "list");
    let all = site.run(&["--dry-run"]).ended_with(0);
    let (ip, port) = (address.ip(), address.port());
    all.says(&[&format!("kvm01  ipmi  IPMI over LAN {ip}:{port}\n"), "web01  ipmi", "(site)  command  list"]);
    all.says(&["kvm02  redfish  HTTPS 127.0.0.1:9", "kvm02  ssh  SSH kvm02"]);
    assert_eq!((all.out.lines().count(), all.errors.as_str()), (5, ""));
    let some = site.run(&["--dry-run", "--into", "collected", "--host", "kvm0?"]).ended_with(0);
    assert!(some.out.contains("kvm01") && !some.out.contains("web01"), "{}", some.out);
    assert!(!has_heard(&bmc) && !has_heard(&other), "somebody was asked");
    assert!(!site.collected().exists() && !site.path("asked").exists());
}

#[test]
fn the_exit_code_tells_whether_all_some_or_nothing_was_read() {
    let Some(bmc) = fake_bmc("") else { return };
    let (_socket, deaf) = deaf_bmc();
    let site = Site::new().ipmi("kvm01", bmc.address).ipmi("kvm02", deaf);
    let whole = site.run(&["--into", "collected", "--host", "kvm01"]).ended_with(0);
    assert_eq!(whole.errors, "");
    whole.says(&["kept in collected; next: coroner analyze collected"]);
    let part = site.collect().ended_with(4);
    let why = format!("no answer from {deaf}");
    part.says(&["coroner: kvm02 ipmi (IPMI over LAN", "): not read: ", &why]);
    let row = part.out.lines().find(|line| line.starts_with("ipmi")).unwrap();
    let numbers: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(numbers[..4], ["ipmi", "1", "0", "1"], "{row}");
    assert_eq!(part.errors.lines().count(), 1, "{}", part.errors);
    let nothing = site.run(&["--into", "collected", "--host", "kvm02"]).ended_with(3);
    nothing.says(&[&why]);
    let quiet = site.run(&["--into", "collected", "--quiet"]).ended_with(4);
    assert_eq!(quiet.out, "");
    quiet.says(&[&why]);
    let outcomes: Vec<String> = account::lines(&site.collected())
        .iter()
        .map(|line| format!("{} {}", line["host"].as_str().unwrap(), line["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "kvm01 whole").count(), 3, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "kvm02 nothing").count(), 3, "{outcomes:?}");
    assert_eq!(outcomes.len(), 6);
    account::check(&site.collected());
    assert!(!site.collected().join("hosts/kvm02/ipmi/sel.raw").exists(), "nothing was read");
}

#[test]
fn every_failing_means_is_named_with_its_reason() {
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new()
        .ipmi("kvm01", bmc.address)
        .group("kvm02", "bmc = \"127.0.0.1\"\ncredentials = \"redfish\"\nredfish = { port = 9 }")
        .group("kvm03", "ssh = { address = \"127.0.0.1\", port = 9 }")
        .group("kvm04", "bmc = \"no-such-host.invalid\"\ncredentials = \"bmc\"\nipmi = true")
        .command("failing", &["false"], "failing")
        .command("missing", &["no-such-program"], "missing")
        .rule("[[collect.command]]\nname = \"slow\"\nrun = [\"sleep\", \"60\"]\ninto = \"slow\"\ntimeout_s = 0.2\n")
        .rule("[[collect.file]]\npath = \"none.csv\"\ninto = \"none.csv\"\n")
        .rule("[[collect.file]]\npath = \"/\"\ninto = \"root\"\n");
    let begun = Instant::now();
    let ran = site.collect().ended_with(4);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    for (who, why) in [
        ("kvm02 redfish", "127.0.0.1:9"),
        ("kvm03 ssh", "refused"),
        ("kvm04 ipmi", "no-such-host.invalid is not known"),
        ("site command (failing)", "exit status: 1"),
        ("site command (missing)", "failed to start `no-such-program`"),
        ("site command (slow)", "took too long"),
        ("site file", "none.csv"),
        ("site file (/)", "a folder"),
    ] {
        let found = ran.errors.lines().any(|line| line.contains(who) && line.contains(why));
        assert!(found, "{who}: {why}\n{}", ran.errors);
    }
    assert!(!ran.errors.contains("kvm01"), "{}", ran.errors);
    account::check(&site.collected());
}

#[test]
fn a_second_collection_into_the_same_folder_is_refused() {
    let (socket, deaf) = deaf_bmc();
    let site = Site::new().ipmi("kvm01", deaf);
    let mut first = site.start("collected");
    let begun = Instant::now();
    while !has_heard(&socket) {
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody is asked");
        thread::sleep(Duration::from_millis(5));
    }
    let second = site.collect().ended_with(3);
    second.says(&["another collection is writing to `collected`"]);
    assert!(first.try_wait().unwrap().is_none(), "the first one goes on");
    site.run(&["--into", "elsewhere"]).ended_with(3).says(&["no answer"]);
    assert_eq!(first.wait().unwrap().code(), Some(3));
    site.collect().ended_with(3).says(&["no answer"]);
    assert_eq!(account::lines(&site.collected()).len(), 2);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told() {
    let (socket, deaf) = deaf_bmc();
    let site = Site::new().ipmi("kvm01", deaf);
    fs::write(site.path("collected"), "a file").unwrap();
    site.collect().ended_with(3).says(&["cannot use `collected`"]);
    site.run(&["--into", "/proc/collected"]).ended_with(3).says(&["cannot use `/proc/collected`"]);
    site.run(&["--into", "/dev/null/collected"]).ended_with(3).says(&["cannot use"]);
    assert!(!has_heard(&socket), "nobody is asked in vain");
}

/// What hosts say is not for everybody.
#[test]
fn others_cannot_read_what_was_collected() {
    use std::os::unix::fs::PermissionsExt;
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address).command("list", &["echo", "a"], "backup/list.csv");
    site.collect().ended_with(0);
    fn look(folder: &Path) {
        // The lock holds nothing.
        let entries = fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.file_name() != "lock");
        for entry in entries {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o007, 0, "{} {mode:o}", entry.path().display());
            if entry.file_type().unwrap().is_dir() {
                look(&entry.path());
            }
        }
    }
    let mode = fs::metadata(site.collected()).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
    look(&site.collected());
}
