//! Files that are none, that change, that are there twice, and folders without measure.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use coroner::ingest::unpack::limits::Limits;
use coroner::ingest::unpack::{self, Content};

use crate::packer::{gzip, zip};
use crate::{Handed, at, log, paths, read};

#[test]
fn pipes_sockets_devices_and_loops_are_left_out_without_waiting() {
    let handed = Handed::new().file("logs/kern.log", log("kvm07", 1, 10));
    let folder = handed.path().join("logs");
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status();
    assert!(made.unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    symlink("../logs", folder.join("loop")).unwrap();
    symlink("itself", folder.join("itself")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    symlink("/dev/zero", folder.join("zero")).unwrap();
    let sources = read(&[handed.path().to_path_buf(), "/dev/zero".into()]);
    for name in ["logs/pipe", "logs/socket", "logs/zero"] {
        assert_eq!(at(&sources, name).reason, "not a regular file", "{name}");
    }
    assert_eq!(at(&sources, "logs/loop").reason, "symbolic link to a folder");
    assert!(at(&sources, "logs/itself").reason.starts_with("cannot be opened"));
    assert!(at(&sources, "logs/dangling").reason.starts_with("cannot be opened"));
    assert!(at(&sources, "zero").unreadable && at(&sources, "zero").reason.contains("neither a file"));
    assert_eq!(at(&sources, "logs/kern.log").understood, 10);
}

#[test]
fn a_file_under_several_names_is_read_once() {
    let handed = Handed::new().file("a/kern.log", log("kvm07", 1, 10)).file("other.log", log("kvm08", 1, 10));
    let folder = handed.path();
    symlink("kern.log", folder.join("a/current.log")).unwrap();
    fs::hard_link(folder.join("a/kern.log"), folder.join("a/zzz.log")).unwrap();
    let sources = read(&[folder.to_path_buf(), folder.join("a/kern.log"), folder.join("a/../a")]);
    assert_eq!(paths(&sources), ["a/current.log", "a/kern.log", "a/zzz.log", "other.log"]);
    assert_eq!(at(&sources, "a/current.log").reason, "the same file as a/kern.log");
    assert_eq!(at(&sources, "a/zzz.log").reason, "the same file as a/kern.log");
    assert_eq!(at(&sources, "a/kern.log").understood, 10);
}

#[test]
fn files_of_several_folders_that_look_alike_are_told_apart() {
    let handed = Handed::new()
        .file("kvm07/var/log/kern.log", log("kvm07", 1, 10))
        .file("kvm08/var/log/kern.log", log("kvm08", 1, 20))
        .file("kvm08/var/log/syslog", log("kvm08", 2, 20))
        .file("more/inventory.csv", "host,model\nkvm07,R730\n");
    let given = ["kvm07", "kvm08", "more"].map(|name| handed.path().join(name));
    let sources = read(&given);
    let ends = ["kvm07/var/log/kern.log", "kvm08/var/log/kern.log", "kvm08/var/log/syslog"];
    for end in ends {
        assert_eq!(sources.iter().filter(|s| s.path.ends_with(end)).count(), 1, "{:?}", paths(&sources));
    }
    assert!(paths(&sources).contains(&"inventory.csv"), "{:?}", paths(&sources));
}

/// The only source of a file, and its stream.
fn opened(path: &Path) -> Box<dyn Read + Send> {
    let mut sources = unpack::open(path, "x", Limits::default()).unwrap();
    let Some(Content::Readable(opened)) = sources.next().map(|source| source.content) else {
        panic!("no source")
    };
    opened.stream
}

#[test]
fn a_file_that_grows_is_read_to_where_it_ended_when_it_was_opened() {
    let text = log("kvm07", 1, 1000);
    let handed = Handed::new().file("kern.log", &text);
    let path = handed.path().join("kern.log");
    let mut stream = opened(&path);
    File::options().append(true).open(&path).unwrap().write_all(text.as_bytes()).unwrap();
    let mut read = String::new();
    stream.read_to_string(&mut read).unwrap();
    assert!(read == text);
}

#[test]
fn a_file_that_is_written_to_without_end_is_read_and_the_growth_is_told() {
    let handed = Handed::new().file("kern.log", log("kvm07", 1, 200_000));
    let path = handed.path().join("kern.log");
    let done = AtomicBool::new(false);
    let line = log("kvm07", 1, 1000);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = File::options().append(true).open(&path).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.write_all(line.as_bytes()).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        let sources = handed.read();
        done.store(true, Ordering::Relaxed);
        let facts = at(&sources, "kern.log");
        // The last line may be half written.
        assert!(facts.understood >= 199_999 && facts.quarantined < 100, "{:?}", facts.reasons);
        assert!(facts.reason.starts_with("grew while it was read"), "{}", facts.reason);
    });
}

#[test]
fn a_file_that_shrinks_says_so() {
    let text = log("kvm07", 1, 10_000);
    let handed = Handed::new().file("kern.log", &text);
    let path = handed.path().join("kern.log");
    let mut stream = opened(&path);
    File::options().write(true).open(&path).unwrap().set_len(100_000).unwrap();
    let mut read = Vec::new();
    let error = stream.read_to_end(&mut read).unwrap_err();
    assert_eq!(read.len(), 100_000);
    assert!(error.to_string().contains("shorter while it was read"), "{error}");
}

#[test]
fn names_of_any_bytes_are_read_and_shown_escaped() {
    let handed = Handed::new();
    let name = |bytes: &[u8]| handed.path().join(std::ffi::OsStr::from_bytes(bytes));
    fs::create_dir(name(b"f\xffolder")).unwrap();
    fs::write(name(b"f\xffolder/k\xe9rn\n.log"), log("kvm07", 1, 10)).unwrap();
    fs::write(name(b"f\xffolder/p\xe9ck.gz"), gzip(log("kvm07", 2, 10).as_bytes())).unwrap();
    let sources = handed.read();
    assert_eq!(paths(&sources), ["f\\xffolder/k\\xe9rn\\u{a}.log", "f\\xffolder/p\\xe9ck.gz"]);
    assert!(sources.iter().all(|source| source.understood == 10));
}

#[test]
fn folders_a_thousand_deep_are_walked_as_far_as_paths_go() {
    let handed = Handed::new();
    let mut deep = PathBuf::from(handed.path());
    (0..1000).for_each(|_| deep.push("d"));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("kern.log"), log("kvm07", 1, 10)).unwrap();
    let sources = handed.read();
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].understood, 10);
}

#[test]
fn a_folder_of_many_files_is_walked_in_order() {
    let handed = Handed::new();
    for n in 0..5_000_u32 {
        let path = handed.path().join(format!("{:03}", n % 100));
        if n < 100 {
            fs::create_dir(&path).unwrap();
        }
        fs::write(path.join(format!("{n}.txt")), b"").unwrap();
    }
    let sources = handed.read();
    assert_eq!(sources.len(), 5_000);
}

#[test]
fn one_broken_file_does_not_keep_the_others_from_being_read() {
    let whole = zip(&[("kern.log", log("kvm07", 1, 10).as_bytes())], true);
    let handed = Handed::new()
        .file("a.zip", &whole[..30])
        .file("b.gz", b"\x1f\x8b\x08nothing of the kind")
        .file("c.tar", [b'x'; 600])
        .file("d.log", log("kvm07", 1, 10))
        .file("e.zip", whole);
    let sources = handed.read();
    assert_eq!(paths(&sources), ["a.zip", "b.gz", "c.tar", "d.log", "e.zip!/kern.log"]);
    assert_eq!(sources.iter().map(|source| source.understood).collect::<Vec<_>>(), [0, 0, 0, 10, 10]);
}
