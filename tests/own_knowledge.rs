//! The user's own files of knowledge, beside what is shipped.

use std::fs;
use std::path::Path;

use coroner::knowledge::{Class, Flaw, Knowledge, KnowledgeError, flaws};

const SIGNATURE: &str = r#"
[[signature]]
id = "our-agent-gave-up"
title = "Our agent restarts the host"
class = "automation"
reads = "log"
programs = ["our-agent"]
literals = ["giving up, restarting"]
basis = "field"
source = "runbook 12"
next = "See the agent's queue."
hit = [{ format = "syslog-rfc3164", text = "Mar  1 02:03:04 kvm01 our-agent[7]: giving up, restarting the host" }]
miss = [{ format = "syslog-rfc3164", text = "Mar  1 02:03:04 kvm01 app[7]: giving up, restarting the host" }]
"#;

const CAUSE: &str = r#"
[[cause]]
id = "S01"
name = "our-agent-on-old-hosts"
title = "The agent gives up on hosts of 2019"
basis = "field"
source = "runbook 12"
next = "Update the agent."
[[cause.when]]
says = "the host was bought in 2019"
factor = "year"
is = '^2019$'
[[cause.when]]
says = "the agent gave up"
seen = ["our-agent-gave-up"]
[[cause.case]]
gives = "holds"
factors = { year = "2019" }
verdict = "hang"
lines = [{ format = "syslog-rfc3339", text = "2025-03-01T02:03:04+00:00 kvm01 our-agent: giving up, restarting the host" }]
[[cause.case]]
gives = "excluded"
factors = { year = "2021" }
verdict = "hang"
lines = [{ format = "syslog-rfc3339", text = "2025-03-01T02:03:04+00:00 kvm01 our-agent: giving up, restarting the host" }]
"#;

fn load(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Knowledge, KnowledgeError>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let loaded = Knowledge::with_folder(folder.path());
    (folder, loaded)
}

/// The error with all that led to it, as it is printed.
fn error(files: &[(&str, &str)]) -> String {
    let (_folder, loaded) = load(files);
    let Err(error) = loaded else { panic!("was taken") };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

fn own_flaws(knowledge: &Knowledge) -> Vec<Flaw> {
    let read = |sample: &coroner::knowledge::Sample| {
        coroner::ingest::sample::records(&sample.format, &sample.text, knowledge)
    };
    flaws(knowledge, &read).into_iter().filter(|flaw| !flaw.origin.shipped).collect()
}

#[test]
fn own_entries_stand_beside_the_shipped_ones() {
    let (_folder, loaded) = load(&[("b.toml", CAUSE), ("a.toml", SIGNATURE), ("notes.txt", "not read")]);
    let knowledge = loaded.unwrap();
    let shipped = Knowledge::shipped().unwrap();
    assert_eq!(knowledge.signatures().len(), shipped.signatures().len() + 1);
    assert_eq!(knowledge.causes().len(), shipped.causes().len() + 1);
    assert_eq!(knowledge.log_line("our-agent", "giving up, restarting the host"), ["our-agent-gave-up"]);
    assert!(knowledge.cause("s01").is_some() && knowledge.cause("our-agent-on-old-hosts").is_some());
    assert!(own_flaws(&knowledge).is_empty(), "{:?}", own_flaws(&knowledge));
}

#[test]
fn what_brings_no_proof_is_asked_for_it_by_the_check_alone() {
    let bare = |text: &str, from: &str| text.split(from).next().unwrap().to_owned();
    let (signature, cause) = (bare(SIGNATURE, "hit ="), bare(CAUSE, "[[cause.case]]"));
    let (folder, loaded) = load(&[("a.toml", &signature), ("b.toml", &cause)]);
    let told: Vec<String> = own_flaws(&loaded.unwrap()).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("a.toml:2: `our-agent-gave-up` needs at least one hit and one miss"),
        "{told:?}"
    );
    assert!(
        told[1].contains("b.toml:2: `S01` needs a case that it explains and one that it does not"),
        "{told:?}"
    );
    let run = |what: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_coroner"))
            .args(what)
            .arg("--knowledge")
            .arg(folder.path())
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!(run(&["explain", "check"]), Some(2));
    assert_eq!(run(&["explain", "S01"]), Some(0), "it can be used all the same");
}

#[test]
fn a_shipped_entry_is_replaced_only_if_the_entry_says_so() {
    let taken = SIGNATURE.replace("our-agent-gave-up", "kernel-panic");
    let text = error(&[("own.toml", &taken)]);
    assert!(text.contains("own.toml:2: `kernel-panic` has the id of another entry (kernel.toml:"), "{text}");
    let replaced = taken.replace("title =", "replaces = true\ntitle =");
    let (_folder, loaded) = load(&[("own.toml", &replaced)]);
    let knowledge = loaded.unwrap();
    assert_eq!(knowledge.by_id("kernel-panic").map(|found| found.class), Some(Class::Automation));
    let none = SIGNATURE.replace("title =", "replaces = true\ntitle =");
    let text = error(&[("own.toml", &none)]);
    assert!(text.contains("`our-agent-gave-up` says that it replaces an entry"), "{text}");
    let text = error(&[("a.toml", SIGNATURE), ("b.toml", SIGNATURE)]);
    assert!(text.contains("b.toml:2") && text.contains("a.toml:2"), "{text}");
    let text = error(&[(
        "a.toml",
        &CAUSE
            .replace("our-agent-on-old-hosts", "watchdog-reset")
            .replace("our-agent-gave-up", "kernel-panic"),
    )]);
    assert!(text.contains("`S01` has the name `watchdog-reset` of another entry (hardware.toml:"), "{text}");
}

#[test]
fn whatever_is_wrong_is_named_with_file_entry_and_place() {
    let long = SIGNATURE.to_owned() + SIGNATURE.replace("our-agent-gave-up", "second").as_str();
    let line_of_second = SIGNATURE.lines().count() + 2;
    let cases = [
        ("not TOML", "[[signature]\nid = 1\n".to_owned(), &["own.toml", "line 1"][..]),
        (
            "an unknown field",
            SIGNATURE.replace("basis =", "colour = \"red\"\nbasis ="),
            &["own.toml", "colour", "line 9"],
        ),
        (
            "a class that there is not",
            SIGNATURE.replace("automation", "magic"),
            &["own.toml", "magic", "line 5"],
        ),
        (
            "a pattern that is none",
            long.replacen("basis =", "pattern = 'a(b'\nbasis =", 2).replacen("pattern = 'a(b'\n", "", 1),
            &[
                "own.toml:",
                &line_of_second.to_string(),
                "the pattern of `second` is not a regular expression",
                "unclosed",
            ],
        ),
        (
            "no literal",
            SIGNATURE.replace("giving up, restarting\"]", "\"]"),
            &["own.toml:2", "`our-agent-gave-up`", "too short"],
        ),
        (
            "a condition's pattern",
            CAUSE.replace("'^2019$'", "'(2019'"),
            &["own.toml:2", "condition 1 of `S01`", "`is` is not a regular expression"],
        ),
        (
            "a signature that there is not",
            CAUSE.replace("our-agent-gave-up", "nobody-knows"),
            &["own.toml:2", "condition 2 of `S01`", "`nobody-knows`"],
        ),
        (
            "no subject",
            CAUSE.replace("factor = \"year\"\nis = '^2019$'\n", ""),
            &["condition 1 of `S01`", "exactly one of"],
        ),
        (
            "no condition",
            CAUSE.split("[[cause.when]]").next().unwrap().to_owned() + "when = []\n",
            &["own.toml:2", "`S01` has no condition"],
        ),
    ];
    for (what, text, expected) in cases {
        let error = error(&[("own.toml", &text)]);
        for part in expected {
            assert!(error.contains(part), "{what}: `{part}` is not in: {error}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Knowledge::with_folder(folder.path()), Err(KnowledgeError::File(_))), "an empty folder");
    assert!(Knowledge::with_folder(Path::new("/no/such/folder")).is_err());
}

#[test]
fn samples_that_do_not_prove_their_entry_are_named() {
    let wrong = SIGNATURE.replace("programs = [\"our-agent\"]", "programs = [\"other\"]");
    let (_folder, loaded) = load(&[("own.toml", &wrong)]);
    let found = own_flaws(&loaded.unwrap());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].to_string().contains("own.toml:2: `our-agent-gave-up` does not match its hit"),
        "{}",
        found[0]
    );
    let wrong = CAUSE.replace("gives = \"holds\"", "gives = \"excluded\"");
    let (_folder, loaded) = load(&[("a.toml", SIGNATURE), ("own.toml", &wrong)]);
    let mut found = own_flaws(&loaded.unwrap());
    found.retain(|flaw| !flaw.unproved);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].to_string().contains("own.toml:2: `S01` case 1: gives holds instead of excluded"),
        "{}",
        found[0]
    );
}
