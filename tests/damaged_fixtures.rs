//! Whatever is damaged, reading goes on and every byte has one fate. The checks are those of the fuzz
//! targets; here the inputs are plain mutations, the same in every run.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use coroner::ingest::formats::{self, Fit, Format, Head, Reader, SourceKind};
use coroner::ingest::sink::Sink;
use coroner::ledger::Fate;
use coroner::model::Stamp;

#[path = "evidence/fixtures.rs"]
mod fixtures;
#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use fixtures::{fixtures, fixtures_of};
use targets::mutation::{Dice, damaged};
use targets::{check_as, check_recognised};

/// Inputs for each target.
const EXECUTIONS: u64 = 400;
/// Places at which a fixture is damaged.
const PLACES: usize = 16;

/// Damages seeds of every target and tells how many inputs were tried.
fn mutate_all(executions: u64) -> u64 {
    let mut tried = 0;
    for target in targets::all() {
        assert!(!target.seeds.is_empty(), "{} has nothing to start from", target.name);
        for seed in 0..executions {
            let input = damaged(&target, &mut Dice::new(seed));
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.check)(&input))) {
                eprintln!("target {}, seed {seed}: {}", target.name, input.escape_ascii());
                resume_unwind(panic);
            }
            tried += 1;
        }
    }
    tried
}

/// Damages every fixture at `places` places, spread evenly, each in one of four ways.
fn damage_everywhere(places: usize) {
    let known = formats::all().flat_map(|format| fixtures_of(format.id()));
    for (path, content) in known.chain(fixtures("formats/none")) {
        let step = content.len().div_ceil(places).max(1);
        for (place, at) in (0..content.len()).step_by(step).enumerate() {
            let mut damaged = content.clone();
            match place % 4 {
                0 => damaged[at] ^= 0x80,
                1 => damaged[at] = 0,
                2 => damaged[at] = b'\n',
                _ => damaged.truncate(at),
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check_recognised(&damaged))) {
                eprintln!("{path} at {at}");
                resume_unwind(panic);
            }
        }
    }
}

#[test]
fn damaged_seeds_of_every_target_do_no_harm() {
    let tried = mutate_all(EXECUTIONS);
    println!("{tried} inputs");
    assert_eq!(tried, EXECUTIONS * targets::all().len() as u64);
}

#[test]
#[ignore = "takes minutes"]
fn many_damaged_seeds_of_every_target_do_no_harm() {
    println!("{} inputs", mutate_all(100 * EXECUTIONS));
}

#[test]
fn fixtures_damaged_here_and_there_are_all_accounted_for() {
    damage_everywhere(PLACES);
}

#[test]
#[ignore = "takes minutes"]
fn fixtures_damaged_at_any_offset_are_all_accounted_for() {
    damage_everywhere(usize::MAX);
}

#[test]
fn every_format_is_fuzzed() {
    for format in formats::all() {
        assert!(!fixtures_of(format.id()).is_empty(), "{} has no fixture to start from", format.id());
    }
    let names: Vec<&str> = targets::all().iter().map(|target| target.name).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len(), "two targets share a name: {names:?}");
}

/// A format whose reader is wrong.
struct Wrong(fn(&[u8], &mut Sink<'_>));

impl Format for Wrong {
    fn id(&self) -> &'static str {
        "wrong"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Context
    }

    fn title(&self) -> &'static str {
        "a reader with a bug"
    }

    fn fit(&self, _head: &Head<'_>) -> Fit {
        Fit::No
    }

    fn open(&self) -> Reader {
        Reader::Whole(self.0)
    }
}

#[test]
fn the_check_notices_what_is_wrong() {
    type Fault = fn(&[u8], &mut Sink<'_>);
    let faults: [(&str, Fault); 3] = [
        ("a panic", |content, _| assert!(content.is_empty())),
        ("bytes that are not there", |content, sink| {
            sink.claim(&[content, b"more"].concat(), 1, Fate::Parsed);
        }),
        ("more records than bytes", |_, sink| {
            for _ in 0..1000 {
                let _ = sink.active(None, Stamp::Missing, None);
            }
        }),
    ];
    for (fault, reader) in faults {
        assert!(catch_unwind(|| check_as(&Wrong(reader), b"some bytes")).is_err(), "{fault}");
    }
    check_as(&Wrong(|content, sink| sink.claim(content, 1, Fate::Parsed)), b"some bytes");
}

/// The fuzz targets are a package of their own and compile the readers from the same files.
#[test]
fn the_fuzz_targets_depend_on_what_the_readers_depend_on() {
    let manifest = |text: &str| toml::from_str::<toml::Table>(text).unwrap();
    let own = manifest(include_str!("../Cargo.toml"));
    let fuzz = manifest(include_str!("../fuzz/Cargo.toml"));
    for (name, wanted) in fuzz["dependencies"].as_table().unwrap() {
        // The seeds are packed by the dependencies of the tests.
        let of_tests = own["dev-dependencies"].get(name);
        if name != "libfuzzer-sys" {
            assert_eq!(of_tests.or(own["dependencies"].get(name)), Some(wanted), "{name}");
        }
    }
}
