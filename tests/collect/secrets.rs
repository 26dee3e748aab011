//! No planted secret gets out of the program: not into what it says or keeps, nor to those it starts.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::bmcs::{Running, fake_bmc, network};
use crate::exits::deaf_bmc;
use crate::planted_secrets::{
    IN_ENVIRONMENT, IN_FILE, KEY, OF_COMMAND, OF_FAILURE, WRONG, base64, check, check_folder, shapes,
};
use crate::redfish_service::{StandIn, has};
use crate::site::{Ran, Site};
use crate::ssh_server::Server;
use crate::watch;

/// A program that only its owner can read, as it holds a secret.
fn script(site: &Site, name: &str, lines: &str) {
    fs::write(site.path(name), format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(site.path(name), fs::Permissions::from_mode(0o700)).unwrap();
}

/// Answers everything on that port with noise and hangs up.
fn noisy_service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let mut connection = connection;
            let _ = connection.write_all(b"\x00\xff this is not TLS \r\n\r\n");
        }
    });
    port
}

struct Stage {
    site: Site,
    _bmcs: Vec<Running>,
    _services: [StandIn; 3],
    _server: Server,
    _socket: UdpSocket,
}

impl Stage {
    /// Each kind of success and of failure, each with a secret.
    fn set() -> Option<Self> {
        if !has(&["python3", "openssl"]) {
            return None;
        }
        let server = Server::plain()?;
        let users = |password: &str| format!("--user admin:{password}:4");
        let bmcs =
            [IN_FILE, OF_COMMAND, "another", IN_FILE].map(|password| fake_bmc(&users(password)).unwrap());
        let garbled = network(bmcs[3].address, "--garbage 40 --skip 8");
        let service = StandIn::with_made_tree(&[], &[]);
        let broken = StandIn::with_tree_of(&service, &["--half-json-every=1"]);
        let other = StandIn::with_tree_of(&service, &[]);
        let (socket, deaf) = deaf_bmc();
        let site = Site::new().settings("[collect]\ntimeout_s = 0.3\nattempts = 3\ndeadline_s = 3\n");
        site.password_file("planted", IN_FILE);
        site.password_file("wrong", WRONG);
        site.password_file("of-vault", OF_COMMAND);
        script(&site, "vault", "sleep 0.3; cat of-vault");
        script(&site, "failing", &format!("echo {OF_FAILURE}; echo {OF_FAILURE} >&2; exit 3"));
        script(&site, "slow", "sleep 0.3; env; echo \"$PLANTED $PLANTED_KEY\"");
        let mut site = site
            .rule("[collect.credentials.file]\nuser = \"admin\"\npassword_file = \"planted\"\n")
            .rule("[collect.credentials.environment]\nuser = \"admin\"\npassword_env = \"PLANTED\"\n")
            .rule("[collect.credentials.command]\nuser = \"admin\"\npassword_command = [\"./vault\"]\n")
            .rule("[collect.credentials.failing]\nuser = \"admin\"\npassword_command = [\"./failing\"]\n")
            .rule("[collect.credentials.wrong]\nuser = \"admin\"\npassword_file = \"wrong\"\n")
            .rule(
                "[collect.credentials.key]\nuser = \"admin\"\npassword_file = \"planted\"\nkg_env = \"PLANTED_KEY\"\n",
            );
        let refused = SocketAddr::from(([127, 0, 0, 1], 9));
        for (host, address, credentials) in [
            ("right", bmcs[0].address, "file"),
            ("vault", bmcs[1].address, "command"),
            ("mismatch", bmcs[2].address, "environment"),
            ("garbled", garbled.address, "file"),
            ("deaf", deaf, "environment"),
            ("refused", refused, "wrong"),
        ] {
            site = ipmi(site, host, address, credentials);
        }
        let key = fake_bmc(&users(IN_FILE)).unwrap();
        let failing = fake_bmc(&users(IN_FILE)).unwrap();
        site = ipmi(site, "key", key.address, "key");
        site = ipmi(site, "failing", failing.address, "failing");
        let pin = |service: &StandIn| format!("pin = \"sha256:{}\"", service.fingerprint);
        for (host, address, port, trust, credentials) in [
            ("redfish-right", "127.0.0.1", service.port, pin(&service), "redfish"),
            ("redfish-broken", "127.0.0.1", broken.port, pin(&broken), "redfish"),
            ("redfish-wrong", "127.0.0.1", other.port, pin(&other), "wrong"),
            ("redfish-untrusted", "localhost", service.port, String::new(), "redfish"),
            ("redfish-other", "127.0.0.1", noisy_service(), "insecure = true".to_owned(), "environment"),
            ("redfish-refused", "127.0.0.1", 9, "insecure = true".to_owned(), "command"),
        ] {
            let comma = if trust.is_empty() { "" } else { ", " };
            site = site.group(
                host,
                &format!(
                    "bmc = \"{address}\"\ncredentials = \"{credentials}\"\n\
                     redfish = {{ port = {port}{comma}{trust} }}"
                ),
            );
        }
        let log = site.path("node.log");
        fs::write(&log, "a line\n").unwrap();
        let site = site
            .ssh("node", &server, &[&log])
            .group("stranger", "ssh = { address = \"127.0.0.1\", port = 9 }")
            .command("slow", &["./slow"], "slow.txt");
        let bmcs = bmcs.into_iter().chain([garbled, key, failing]).collect();
        let services = [service, broken, other];
        Some(Self { site, _bmcs: bmcs, _services: services, _server: server, _socket: socket })
    }
}

fn ipmi(site: Site, host: &str, address: SocketAddr, credentials: &str) -> Site {
    let (ip, port) = (address.ip(), address.port());
    site.group(host, &format!("bmc = \"{ip}\"\ncredentials = \"{credentials}\"\nipmi = {{ port = {port} }}"))
}

fn with_secrets<'c>(program: &'c mut Command, temporary: &Path) -> &'c mut Command {
    fs::create_dir_all(temporary).unwrap();
    program.env("PLANTED", IN_ENVIRONMENT).env("PLANTED_KEY", KEY).env("TMPDIR", temporary);
    program.stdout(Stdio::piped()).stderr(Stdio::piped())
}

#[test]
fn no_secret_is_seen_anywhere() {
    assert_eq!(base64(b"admin:secret"), "YWRtaW46c2VjcmV0");
    let Some(stage) = Stage::set() else { return };
    let (site, shapes) = (&stage.site, shapes());
    let temporary = site.path("temporary");
    for arguments in [&["--into", "collected"][..], &["--into", "collected"], &["--dry-run"]] {
        let mut program = site.program(arguments);
        let (output, seen) = watch::run(with_secrets(&mut program, &temporary));
        check(&shapes, "the output", &output.stdout);
        check(&shapes, "the messages", &output.stderr);
        for arguments in &seen.arguments {
            check(&shapes, "an argument list", arguments);
        }
        for environment in &seen.environments {
            check(&shapes, "an environment", environment);
            assert!(!environment.windows(7).any(|part| part == b"PLANTED"), "a child knows of it");
        }
        check_folder(&shapes, &temporary);
        let ran = Ran::of(&output);
        if arguments[0] == "--dry-run" {
            ran.ended_with(0);
            continue;
        }
        check_folder(&shapes, &site.collected());
        let started: Vec<u8> = seen.arguments.iter().flatten().copied().collect();
        let started = String::from_utf8_lossy(&started);
        for child in ["./vault", "./slow", "ssh"] {
            assert!(started.contains(child), "{child} was not looked at: {started}");
        }
        assert!(seen.core_limits.contains("0"), "{:?}", seen.core_limits);
        let ran = ran.ended_with(4);
        for (host, why) in [
            ("mismatch ipmi", "wrong password"),
            ("deaf ipmi", "no answer"),
            ("refused ipmi", "refuses"),
            ("key ipmi", "wrong BMC key"),
            ("failing ipmi", "`./failing` gave no secret for `failing`"),
            ("redfish-broken redfish", "not read"),
            ("redfish-wrong redfish", "password"),
            ("redfish-untrusted redfish", "certificate"),
            ("redfish-other redfish", "not read"),
            ("redfish-refused redfish", "not read"),
            ("stranger ssh", "refused"),
        ] {
            let line = ran.errors.lines().find(|line| line.contains(&format!("coroner: {host} ")));
            assert!(line.is_some_and(|line| line.contains(why)), "{host}: {why}\n{}", ran.errors);
        }
        for host in ["right", "vault", "redfish-right", "node"] {
            assert!(!ran.errors.contains(&format!("coroner: {host} ")), "{}", ran.errors);
        }
    }
}

/// A password where none belongs is not repeated by the message that says so.
#[test]
fn a_password_in_the_configuration_is_refused_and_not_repeated() {
    for (rules, says) in [
        (format!("[collect.credentials.a]\nuser = \"admin\"\npassword = \"{WRONG}\"\n"), "`password` in"),
        (format!("[collect.credentials.a]\nuser = \"admin\"\nkg = \"{WRONG}\"\n"), "`kg` in"),
        (format!("[collect.credentials.a]\nuser = \"admin\"\npasswort = \"{WRONG}\"\n"), "passwort"),
        (format!("[collect.credentials]\na = \"{WRONG}\"\n"), "line"),
        (format!("[collect.credentials.a]\npassword_command = \"{WRONG}\"\n"), "line"),
        (format!("[collect.credentials.a]\npassword_file = \"{WRONG}\n"), "line"),
        (format!("[collect.credentials.a]\nuser = \"admin\"\npassword_file = {WRONG}\n"), "line"),
    ] {
        let group = "[[collect.group]]\nname = \"a\"\nhosts = \"a\"\nbmc = \"127.0.0.1\"\ncredentials = \"a\"\nipmi = true\n";
        for arguments in [&["--into", "collected"][..], &["--dry-run"]] {
            let site = Site::new().without_rules().settings("[collect]\n").rule(&rules).rule(group);
            let ran = site.run(arguments).ended_with(2);
            ran.says(&[says]);
            check(&shapes(), &rules, ran.errors.as_bytes());
        }
    }
}

#[test]
fn a_password_file_that_others_can_read_is_refused() {
    let (_socket, deaf) = deaf_bmc();
    let site =
        Site::new().rule("[collect.credentials.file]\nuser = \"admin\"\npassword_file = \"planted\"\n");
    site.password_file("planted", IN_FILE);
    fs::set_permissions(site.path("planted"), fs::Permissions::from_mode(0o644)).unwrap();
    let site = ipmi(site, "kvm01", deaf, "file");
    let ran = site.collect().ended_with(3);
    ran.says(&["can be read or written by others", "chmod 600"]);
    check(&shapes(), "the messages", ran.errors.as_bytes());
}

/// A crash in the middle of a run leaves no core dump, although the machine allows them.
#[test]
fn a_crash_leaves_no_core_dump() {
    let (socket, deaf) = deaf_bmc();
    socket.set_nonblocking(false).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let site = Site::new();
    site.password_file("planted", IN_FILE);
    let site = ipmi(
        site.rule("[collect.credentials.file]\nuser = \"admin\"\npassword_file = \"planted\"\n"),
        "kvm01",
        deaf,
        "file",
    );
    site.write_configuration();
    let folder = site.path("crash");
    fs::create_dir(&folder).unwrap();
    let dumping = |words: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -c unlimited 2>/dev/null; exec {words}")]).current_dir(&folder);
        shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.spawn().unwrap()
    };
    let mut other = dumping("sleep 60");
    thread::sleep(Duration::from_millis(200));
    watch::crash(&other);
    println!("any other program leaves a core dump here: {}", other.wait().unwrap().core_dumped());
    let begun = Instant::now();
    let program = crate::site::PROGRAM;
    let mut running = dumping(&format!("{program} collect --config ../coroner.toml --into ../collected"));
    socket.recv(&mut [0; 1024]).expect("the BMC is asked");
    assert_eq!(watch::core_limit(running.id()).as_deref(), Some("0"));
    watch::crash(&running);
    let status = running.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false), "after {:?}", begun.elapsed());
    check_folder(&shapes(), &site.collected());
    for file in fs::read_dir(&folder).unwrap().flatten() {
        check(&shapes(), "a core dump", &fs::read(file.path()).unwrap());
    }
}
